// Why a call ended, as one of the words that kaw/components/softphone/words.py can say.
const BY_STATUS = {
  403: "forbidden",
  404: "not_found",
  408: "no_answer",
  410: "unavailable",
  415: "media",
  480: "unavailable",
  484: "bad_number",
  486: "busy",
  488: "media",
  600: "busy",
  603: "rejected",
  604: "not_found",
  606: "media",
};
const BY_CAUSE = {
  Terminated: "",
  Canceled: "",
  "No Answer": "no_answer",
  Expires: "no_answer",
  "Connection Error": "unreachable",
  "Request Timeout": "unreachable",
  "RTP Timeout": "no_sound",
  "WebRTC Error": "media",
  "User Denied Media Access": "microphone",
};

/** `event` is what JsSIP's "failed" or "ended" brings. "" is a normal end. */
export function reasonOf({ cause, message, originator }) {
  if (cause === "Canceled" && /cause=200\b/.test(message?.getHeader?.("Reason") || "")) return "elsewhere"; // RFC 3326
  if (originator === "remote" && BY_STATUS[message?.status_code]) return BY_STATUS[message.status_code];
  return BY_CAUSE[cause] ?? (originator === "local" ? "" : "failed");
}
