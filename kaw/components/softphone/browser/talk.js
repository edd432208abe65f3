// One call: a JsSIP session with its sound. It says what happens by `house.tell(kind, talk, details)`.
import { reasonOf } from "./endings.js";
import { Level } from "./levels.js";
import { QualityWatch } from "./quality.js";
import { directTo } from "./sounds.js";

const GATHERING = 600; // ms after the first address found: a STUN server that does not answer holds no call up
const QUALITY_EVERY = 2000; // ms
const BROKEN_AFTER = 20_000; // ms without sound, while the line is there, until the call is given up
const RETRY = 100; // ms

export class Talk {
  constructor(house, { incoming, number, name = "", consulting = "" }) {
    Object.assign(this, { house, incoming, number, name, consulting });
    this.id = Math.random().toString(36).slice(2, 12);
    this.stage = incoming ? "ringing" : "dialling";
    this.held = this.heldThere = this.muted = this.over = this.earlySound = false;
    this.answeredAt = 0;
    this.quality = "";
    this.worth = { loss: 0, jitter: 0, rtt: 0 };
    this.audio = Object.assign(new Audio(), { autoplay: true });
  }

  /** What other tabs and the server know of it. */
  get seen() {
    const { id, incoming, number, name, stage, held, heldThere, muted, consulting, answeredAt, quality } = this;
    return { id, incoming, number, name, stage, held, heldThere, muted, consulting, answeredAt, quality };
  }

  get talking() {
    return this.stage === "talking";
  }

  attach(session) {
    this.session = session;
    // A line that broke is made again by the phone; a talk outlives that.
    const giveUp = session.onTransportError.bind(session);
    session.onTransportError = () => (session.isEstablished() ? this.house.stranded(this) : giveUp());
    let gathering = null;
    session.on("icecandidate", ({ ready }) => {
      if (gathering === ready) return;
      gathering = ready;
      setTimeout(ready, GATHERING);
    });
    session.on("progress", ({ originator, response }) => originator === "remote" && this.progress(response));
    session.on("accepted", () => this.accepted());
    session.on("hold", (event) => this.holding(event.originator, true));
    session.on("unhold", (event) => this.holding(event.originator, false));
    session.on("ended", (event) => this.ended(event));
    session.on("failed", (event) => this.ended(event));
    session.on("refer", (request) => this.house.referred(this, request));
    session.on("replaces", (request) => this.house.replaced(this, request));
    return this;
  }

  /** JsSIP made the connection of this call. */
  wire(connection) {
    this.connection = connection;
    // JsSIP ends a call whose ICE fails; here it is mended first.
    Object.defineProperty(connection, "iceConnectionState", { get: () => "checking" });
    connection.addEventListener("connectionstatechange", () => this.connectionChanged());
    connection.addEventListener("track", ({ streams, track }) => this.hear(streams[0] || new MediaStream([track])));
    this.watch = new QualityWatch(connection);
  }

  async hear(stream) {
    this.audio.srcObject = stream;
    this.levelIn?.close();
    this.levelIn = new Level(stream);
    await this.sendToSpeaker();
  }

  async sendToSpeaker() {
    await directTo(this.audio, await this.house.devices.present("speaker"));
    this.audio.play().catch(() => {}); // until the user clicks somewhere
  }

  /** Speak with this stream from now on. */
  async speak(stream) {
    const before = this.stream;
    this.stream = stream;
    this.levelOut?.close();
    this.levelOut = new Level(stream);
    const [track] = stream.getAudioTracks();
    const sender = this.connection?.getSenders().find((each) => each.track?.kind === "audio");
    if (sender) {
      track.enabled = sender.track.enabled;
      await sender.replaceTrack(track);
    }
    if (before) this.house.devices.release(before);
  }

  progress(response) {
    if (this.over) return;
    this.earlySound ||= Boolean(response?.body);
    this.stage = "progress";
    this.house.tell("progress", this);
  }

  accepted() {
    if (this.over || this.talking) return;
    this.stage = "talking";
    this.answeredAt = Date.now() / 1000;
    this.timer = setInterval(() => this.look(), QUALITY_EVERY);
    this.house.tell("answered", this);
  }

  holding(originator, on) {
    this[originator === "local" ? "held" : "heldThere"] = on;
    this.audio.muted = this.held;
    this.house.tell("held", this);
  }

  ended(event) {
    if (this.over) return;
    const reason = this.givenReason ?? reasonOf(event);
    if (this.talking && this.watch) this.house.tell("quality", this, { ...this.worth, loss: this.watch.total() });
    this.close();
    this.house.ended(this, reason, event.originator === "local");
  }

  close() {
    this.over = true;
    clearInterval(this.timer);
    clearTimeout(this.broken);
    this.levelIn?.close();
    this.levelOut?.close();
    this.audio.srcObject = null;
    if (this.stream) this.house.devices.release(this.stream);
    this.stream = null;
  }

  hangUp(options) {
    if (this.session && !this.session.isEnded()) this.session.terminate(options);
    else this.ended({ cause: "Canceled", originator: "local" });
  }

  async hold(on) {
    if (!this.talking || this.held === on) return;
    await this.whenReady();
    if (!this.over) this.session[on ? "hold" : "unhold"]();
  }

  mute(on) {
    if (!this.session || this.muted === on) return;
    this.session[on ? "mute" : "unmute"]({ audio: true });
    this.muted = on;
    this.house.changed();
  }

  dtmf(tones) {
    if (!/^[0-9A-D*#,]+$/i.test(tones) || !this.session || this.over) return;
    const sender = this.connection.getSenders().find((each) => each.dtmf)?.dtmf;
    this.session.sendDTMF(tones, { transportType: sender?.canInsertDTMF ? "RFC2833" : "INFO" });
  }

  /** Send the other side to `target`; with `instead` it takes the place of that call's other side (RFC 3891). */
  transfer(target, instead, outcome) {
    const failed = ({ status_line: line, response }) =>
      outcome(false, reasonOf({ originator: "remote", message: line || response }) || "failed");
    this.session.refer(target, {
      replaces: instead && replacesOf(instead.session),
      eventHandlers: { accepted: () => outcome(true), failed, requestFailed: failed },
    });
  }

  /** Find the way for the sound anew, and tell the other side where we are now. */
  async mend() {
    if (!this.talking || this.over) return;
    await this.whenReady();
    if (!this.over) this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  }

  async whenReady() {
    while (!this.over && !(this.house.connected && this.session.isReadyToReOffer())) {
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }

  connectionChanged() {
    const state = this.connection.connectionState;
    if (state === "connected") {
      clearTimeout(this.broken);
      this.broken = null;
    }
    if (state !== "failed" || this.over) return;
    this.house.stranded(this);
    this.broken ||= setInterval(() => this.stillBroken(), BROKEN_AFTER);
  }

  stillBroken() {
    if (!this.house.connected) return; // nothing can be agreed on without the line
    this.givenReason = "no_sound";
    this.hangUp();
  }

  async look() {
    const seen = await this.watch.look();
    if (!seen || this.over || this.held || this.heldThere) return;
    this.worth = seen;
    if (seen.word === this.quality) return;
    this.quality = seen.word;
    this.house.tell("quality", this, seen);
  }
}

/** JsSIP names the tags as the caller sees them; who answered sees them the other way round. */
function replacesOf(session) {
  if (session.direction === "outgoing") return session;
  return { _request: session._request, _to_tag: session._from_tag, _from_tag: session._to_tag };
}
