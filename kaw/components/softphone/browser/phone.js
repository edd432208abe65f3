// The phone of the leading tab: one registration, up to two calls.
import { dialable } from "./numbers.js";
import { Registration } from "./registration.js";
import { Sounds } from "./sounds.js";
import { Talk } from "./talk.js";
import * as transfers from "./transfers.js";

const MOST_CALLS = 2;

export class Phone {
  /** `tell(kind, details)` is called after each change of `state`. */
  constructor(account, devices, tell) {
    this.account = account;
    this.devices = devices;
    this.tellAll = tell;
    this.sounds = new Sounds(devices);
    this.talks = [];
    this.registration = new Registration(account, {
      tell,
      lost: () => this.talks.forEach((talk) => (talk.isStranded = true)),
      back: () => this.talks.filter((talk) => talk.isStranded).forEach((talk) => this.mend(talk)),
      session: (event) => this.newSession(event),
    });
  }

  get state() {
    const { state, reason } = this.registration;
    return { registration: state, reason, calls: this.talks.map((talk) => talk.seen) };
  }

  get connected() {
    return this.registration.connected;
  }

  start() {
    this.registration.start();
  }

  /** Hang up, unregister and fall silent. */
  stop() {
    this.talks.slice().forEach((talk) => talk.hangUp());
    this.sounds.close();
    this.registration.stop();
  }

  /** What the block's buttons ask for; `id` "" is the call the button is about. */
  do(name, ...details) {
    const talking = (id) => this.find(id) || this.current;
    const ringing = (id) => this.find(id) || this.talks.find((talk) => talk.stage === "ringing");
    const commands = {
      call: (number, header) => this.call(number, header),
      answer: (id) => this.answer(ringing(id)),
      reject: (id) => ringing(id)?.hangUp({ status_code: 486 }),
      hangUp: (id) => talking(id)?.hangUp(),
      hold: (on, id) => (on ? talking(id)?.hold(true) : this.take(talking(id))),
      mute: (on, id) => talking(id)?.mute(on),
      dtmf: (tones, id) => talking(id)?.dtmf(tones),
      swap: () => this.take(this.talks.find((talk) => talk.talking && talk.held)),
      transfer: (number, id) => transfers.blind(this, talking(id), number),
      consult: (number) => transfers.consult(this, this.current, number),
      completeConsult: () => transfers.complete(this),
      cancelConsult: () => this.talks.find((talk) => talk.consulting)?.hangUp(),
      refreshRegistration: () => this.registration.refresh(),
      useDevices: () => this.useDevices(),
    };
    return commands[name]?.(...details);
  }

  get current() {
    return this.talks.find((talk) => talk.talking && !talk.held) || this.talks.at(-1);
  }

  find(id) {
    return id ? this.talks.find((talk) => talk.id === id) : undefined;
  }

  tell(kind, talk, details = {}) {
    this.sound();
    this.tellAll(kind, { call: talk.seen, ...details });
  }

  changed() {
    this.sound();
    this.tellAll("changed");
  }

  sound() {
    const stages = this.talks.map((talk) => talk.stage);
    const busy = this.talks.some((talk) => talk.talking && !talk.held);
    if (stages.includes("ringing")) this.sounds.play(busy ? "waiting" : "ring");
    else this.sounds.play(this.talks.some((talk) => talk.stage === "progress" && !talk.earlySound) ? "ringback" : "");
  }

  newSession({ originator, session }) {
    if (originator === "local" || session.data?.replaces) return;
    if (this.talks.length >= MOST_CALLS) session.terminate({ status_code: 486 });
    else this.tell("incoming", this.welcome(session));
  }

  /** A call that came in. */
  welcome(session) {
    const talk = this.add({ incoming: true, ...identity(session) });
    session.on("peerconnection", ({ peerconnection }) => talk.wire(peerconnection));
    return talk.attach(session);
  }

  add(description) {
    const talk = new Talk(this, description);
    this.talks.push(talk);
    return talk;
  }

  async call(number, header = "", consulting = "") {
    const clean = dialable(number);
    const obstacle = this.obstacle(clean);
    const talk = this.add({ incoming: false, number: clean || String(number).slice(0, 80), consulting });
    if (obstacle) return this.fail(talk, obstacle);
    this.changed();
    await this.holdOthers(talk);
    const extraHeaders = /^X-[\w-]+: [^\r\n]+$/.test(header) ? [header] : [];
    if (await this.giveMicrophone(talk)) {
      talk.attach(this.registration.ua.call(this.target(clean), { ...this.media(talk), extraHeaders }));
    }
  }

  obstacle(number) {
    if (!number) return "bad_number";
    if (this.registration.state !== "registered") return "not_registered";
    if (this.talks.length >= MOST_CALLS) return "too_many";
    return "";
  }

  fail(talk, reason) {
    talk.givenReason = reason;
    talk.hangUp();
  }

  /** A ringing call rings on when there is no microphone: plugging one in or allowing it may take a moment. */
  async answer(talk) {
    if (talk?.stage !== "ringing" || talk.answering) return;
    talk.answering = true;
    await this.holdOthers(talk);
    const ready = await this.giveMicrophone(talk, { orFail: false });
    talk.answering = false;
    if (ready) talk.session.answer(this.media(talk));
  }

  /** Let the user be heard in this call; false: he cannot be, or the call is over. */
  async giveMicrophone(talk, { orFail = true } = {}) {
    const stream = await this.devices.open();
    if (stream && !talk.over) await talk.speak(stream);
    else if (stream) this.devices.release(stream);
    else if (orFail && !talk.over) this.fail(talk, "microphone");
    return Boolean(stream) && !talk.over;
  }

  media(talk) {
    return {
      mediaStream: talk.stream,
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: this.account.iceServers },
      eventHandlers: { peerconnection: ({ peerconnection }) => talk.wire(peerconnection) },
    };
  }

  async holdOthers(talk) {
    await Promise.all(this.talks.filter((each) => each !== talk).map((each) => each.hold(true)));
  }

  async take(talk) {
    if (!talk) return;
    await this.holdOthers(talk);
    await talk.hold(false);
  }

  /** The way of this call broke: it is mended as soon as there is a line. */
  stranded(talk) {
    talk.isStranded = true;
    if (this.registration.state === "registered") this.mend(talk);
  }

  mend(talk) {
    talk.isStranded = false;
    talk.mend();
  }

  ended(talk, reason, byUs) {
    this.talks = this.talks.filter((each) => each !== talk);
    this.tell("ended", talk, { reason, byUs });
    const waiting = this.find(talk.consulting);
    if (waiting && !waiting.leaving) this.take(waiting);
  }

  referred(talk, request) {
    transfers.referred(this, talk, request);
  }

  replaced(talk, request) {
    transfers.replaced(this, talk, request);
  }

  /** The user chose others, or some were plugged in or out. */
  async useDevices() {
    for (const talk of this.talks) await talk.sendToSpeaker();
  }

  async useMicrophone() {
    for (const talk of this.talks.filter((each) => each.stream)) {
      const stream = await this.devices.open();
      if (stream) await talk.speak(stream);
    }
  }

  target(number) {
    return `sip:${encodeURIComponent(number)}@${this.registration.domain}`;
  }
}

function identity(session) {
  const { uri, display_name: name } = session.remote_identity;
  return { number: uri.user || "", name: name && name !== uri.user ? name : "" };
}
