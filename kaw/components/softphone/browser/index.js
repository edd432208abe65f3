// The softphone of one tab: leads the phone of this browser, or follows the tab that does.
import { Devices } from "./devices.js";
import { Notice } from "./notice.js";
import { Sounds } from "./sounds.js";
import { Tabs } from "./tabs.js";

export { holdReloads } from "./page_guard.js";

const OFF = { registration: "off", reason: "", calls: [] };
const HERE = ["askMicrophone", "setDevices", "testRing"]; // what happens in the tab where it was clicked

export class BrowserPhone {
  /** `emit(event)` tells the server of this tab; `levels({in, out, ...})` draws. */
  constructor({ emit, levels, words }) {
    Object.assign(this, { emit, drawLevels: levels, words });
    this.state = OFF;
    this.devices = new Devices({
      microphone: () => this.microphoneChanged(),
      changed: () => this.devicesChanged(),
      source: () => this.phone?.useMicrophone(),
    });
    this.notice = new Notice(words);
    this.onLeave = (event) => this.busy && event.preventDefault();
    this.onHide = () => this.close();
    addEventListener("beforeunload", this.onLeave);
    addEventListener("pagehide", this.onHide);
  }

  /** A call that would be lost with this page. */
  get busy() {
    return Boolean(this.phone?.talks.length);
  }

  get leads() {
    return Boolean(this.phone);
  }

  async configure(account) {
    if (isSame(account, this.next || this.account)) return this.renew(account);
    if (this.busy) {
      this.next = account; // when the calls are over
      return undefined;
    }
    this.leave();
    this.account = account;
    const obstacle = !window.isSecureContext ? "insecure" : !window.RTCPeerConnection ? "unsupported" : "";
    this.state = { ...OFF, registration: obstacle ? "failed" : "connecting", reason: obstacle };
    await this.devices.check();
    this.say(obstacle ? "unregistered" : "changed", { reason: obstacle });
    if (obstacle || this.account !== account) return undefined;
    this.tabs = new Tabs(`kaw-softphone ${account.aor}`, { lead: () => this.lead(), hear: (message) => this.hear(message) });
    return this.tabs.say({ hello: true });
  }

  /** The same line: credentials of a relay that were renewed are used from the next call on. */
  renew(account) {
    if (this.next) this.next = account;
    else this.account = account;
    if (this.phone && !this.next) this.phone.account = account;
    this.say("changed");
  }

  switchOff() {
    this.tabs?.say({ off: true });
    this.account = this.next = null;
    this.leave();
    this.state = OFF;
    this.say("unregistered");
  }

  close() {
    removeEventListener("beforeunload", this.onLeave);
    removeEventListener("pagehide", this.onHide);
    this.leave();
    this.devices.close();
  }

  leave() {
    this.phone?.stop();
    this.tabs?.close();
    this.phone = this.tabs = null;
    this.notice.close();
  }

  async lead() {
    const made = await import("./phone.js").catch(() => null); // needs dist/
    if (!this.tabs?.leads) return;
    if (!made) {
      this.state = { ...OFF, registration: "failed", reason: "not_built" };
      return this.say("unregistered", { reason: "not_built" });
    }
    const { Phone } = made;
    this.phone = new Phone(this.account, this.devices, (kind, details) => this.happened(kind, details));
    this.happened("leader");
    return this.phone.start();
  }

  command(name, ...details) {
    if (HERE.includes(name)) return this[name](...details);
    if (this.phone) return this.phone.do(name, ...details);
    return this.tabs?.say({ do: name, details });
  }

  async askMicrophone() {
    await this.devices.ask();
    if (!this.leads) this.tabs?.say({ checkMicrophone: true });
  }

  async setDevices(chosen) {
    await this.devices.choose(chosen);
    if (this.leads) this.useDevices();
    else this.tabs?.say({ useDevices: true });
    this.devicesChanged();
  }

  async testRing(device) {
    const sounds = new Sounds(this.devices);
    await sounds.test(device);
    sounds.close();
  }

  useDevices() {
    this.devices.renew();
    this.phone?.useDevices();
  }

  async devicesChanged() {
    this.say("devices", { devices: await this.devices.list() });
    this.phone?.useDevices();
  }

  microphoneChanged() {
    if (this.leads) this.happened("microphone");
    else this.say("microphone");
  }

  /** Something happened to the phone that this tab leads: every tab hears of it. */
  happened(kind, details = {}) {
    this.state = this.phone.state;
    this.tabs.say({ kind, details, state: this.state, microphone: this.devices.microphone });
    this.say(kind, details);
    this.notice.show(kind, details.call, this.account.showNumbers);
    if (this.next && !this.busy) this.configure(this.next);
  }

  hear(message) {
    if (message.off) return this.account && (this.leave(), (this.account = null), (this.state = OFF), this.say("unregistered"));
    if (message.levels) return this.drawLevels(message.levels);
    if (message.state) return this.follow(message);
    if (!this.phone) return undefined;
    if (message.hello) return this.happened("changed");
    if (message.checkMicrophone) return this.devices.check();
    if (message.useDevices) return this.useDevices();
    return this.phone.do(message.do, ...message.details);
  }

  follow({ kind, details, state, microphone }) {
    this.state = state;
    if (microphone === "busy") this.devices.microphone = microphone;
    if (kind !== "leader" && kind !== "microphone") this.say(kind, details);
    else this.say("changed");
  }

  say(kind, details = {}) {
    this.emit({ kind, ...details, state: { ...this.state, microphone: this.devices.microphone, leads: this.leads } });
  }

  /** Loudness of the call that is heard, for all tabs. */
  measure() {
    const talk = this.phone?.current;
    if (!talk?.talking) return;
    const levels = { in: talk.levelIn?.read() || 0, out: talk.muted ? 0 : talk.levelOut?.read() || 0, ...talk.worth };
    this.drawLevels(levels);
    this.tabs.say({ levels });
  }
}

function isSame(account, other) {
  return ["wsUrl", "aor", "login", "ha1", "realm"].every((part) => account[part] === other?.[part]);
}
