// Microphones and speakers of this computer, which of them are chosen in this browser, and the sound of the chosen one.
const KEY = "kaw.softphone.devices";
const DEFAULTS = {
  speaker: "",
  ring: "",
  microphone: "",
  automaticGain: true,
  echoCancellation: true,
  noiseSuppression: true,
};
const KINDS = { speaker: "audiooutput", ring: "audiooutput", microphone: "audioinput" };
const FAILURES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class Devices {
  /** `tell.microphone(state)`, `tell.changed()` when something was plugged in or out, `tell.source()` when the sound
   * has to be taken from another microphone. */
  constructor(tell) {
    this.tell = tell;
    this.microphone = "unknown";
    this.clones = new Set();
    this.base = null;
    this.media = navigator.mediaDevices;
    this.pluggedIn = () => this.rescan();
    this.media?.addEventListener("devicechange", this.pluggedIn);
  }

  close() {
    this.media?.removeEventListener("devicechange", this.pluggedIn);
    if (this.permission) this.permission.onchange = null;
    this.clones.forEach((stream) => this.release(stream));
  }

  /** Learn whether there is a microphone and whether we may use it, without asking the user. */
  async check() {
    if (!window.isSecureContext || !this.media) return this.report("insecure");
    const found = await this.media.enumerateDevices();
    if (!found.some((device) => device.kind === "audioinput")) return this.report("missing");
    if (!this.permission) {
      try {
        this.permission = await navigator.permissions.query({ name: "microphone" });
        this.permission.onchange = () => this.check();
      } catch {
        return this.report(found.some((device) => device.label) ? "ready" : "prompt"); // no such question here
      }
    }
    return this.report({ granted: "ready", denied: "denied" }[this.permission.state] || "prompt");
  }

  /** Let the browser ask its user. */
  async ask() {
    const stream = await this.open();
    if (stream) this.release(stream);
    if (window.Notification?.permission === "default") Notification.requestPermission();
  }

  /** A stream of the chosen microphone for one call; null: `microphone` says why. Give it back with `release`. */
  async open() {
    if (!this.media) return this.report("insecure"), null;
    try {
      this.base ||= await this.capture();
    } catch (error) {
      this.report(FAILURES[error.name] || "busy");
      return null;
    }
    this.report("ready");
    const clone = this.base.clone();
    this.clones.add(clone);
    return clone;
  }

  release(stream) {
    stop(stream);
    this.clones.delete(stream);
    if (!this.clones.size && this.base) {
      stop(this.base);
      this.base = null;
    }
  }

  async capture() {
    const wanted = this.chosen();
    const id = await this.present("microphone");
    const stream = await this.media.getUserMedia({
      audio: {
        ...(id && { deviceId: { ideal: id } }),
        autoGainControl: wanted.automaticGain,
        echoCancellation: wanted.echoCancellation,
        noiseSuppression: wanted.noiseSuppression,
      },
    });
    const [track] = stream.getAudioTracks();
    this.source = { id, label: track.label };
    track.onended = () => this.lost(stream);
    return stream;
  }

  /** The microphone was pulled out while it was used. */
  lost(stream) {
    if (this.base !== stream) return;
    this.base = null;
    this.tell.source();
  }

  async rescan() {
    await this.check();
    this.tell.changed();
    if (this.clones.size && (!this.base || (await this.present("microphone")) !== this.source.id)) this.renew();
  }

  /** Take the sound from the microphone that is chosen now. */
  renew() {
    if (this.base) stop(this.base);
    this.base = null;
    if (this.clones.size) this.tell.source();
  }

  chosen() {
    try {
      return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) || "{}") };
    } catch {
      return { ...DEFAULTS };
    }
  }

  /** Keep the choice in this browser; names, too, as ids change when site data is cleared. */
  async choose(wanted) {
    const found = await this.found();
    const names = Object.fromEntries(
      Object.keys(KINDS).map((use) => [use, found.find((device) => device.deviceId === wanted[use])?.label || ""]),
    );
    localStorage.setItem(KEY, JSON.stringify({ ...DEFAULTS, ...wanted, names }));
  }

  /** The id of the chosen device if it is plugged in, else "" (the system's choice). */
  async present(use) {
    const chosen = this.chosen();
    if (!chosen[use]) return "";
    const same = (await this.found()).filter((device) => device.kind === KINDS[use]);
    const device =
      same.find((each) => each.deviceId === chosen[use]) ||
      same.find((each) => each.label && each.label === chosen.names?.[use]);
    return device?.deviceId || "";
  }

  async list() {
    const found = await this.found();
    const named = (kind) =>
      found
        .filter((each) => each.kind === kind && each.deviceId && !["default", "communications"].includes(each.deviceId))
        .map((each) => ({ id: each.deviceId, label: each.label }));
    const { names, ...chosen } = this.chosen();
    return { microphones: named("audioinput"), speakers: named("audiooutput"), chosen };
  }

  async found() {
    return (await this.media?.enumerateDevices()) || [];
  }

  report(state) {
    if (state === this.microphone) return;
    this.microphone = state;
    this.tell.microphone(state);
  }
}

function stop(stream) {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}
