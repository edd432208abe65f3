/** Digits, *, # and a leading +, or the name of an extension; "" if it cannot be called. */
export function dialable(number) {
  const clean = String(number).replace(/[\s()\u2009\u202f.‑–-]/g, "");
  return /^\+?[\w*#]{1,40}$/.test(clean) ? clean : "";
}
