// The line to the PBX and the registration on it; both come back by themselves.
import JsSIP from "kaw-jssip";
import { Line } from "./line.js";

const EXPIRES = 300; // seconds of a registration
const RING_AT_MOST = 180; // seconds; queues and the PBX give up before
const RECONNECT = { min: 1, max: 20 }; // seconds
const RETRY_AFTER = 30_000; // ms after a registration that failed for no fault of ours
const QUIET = 25_000; // ms without a word from the PBX until it is asked whether it is there
const ANSWER_WITHIN = 6_000; // ms
const FINAL = ["rejected", "realm", "settings"]; // trying again by itself would only get the address banned

export class Registration {
  /** `tell(kind, {reason})`: registered or not; `lost()`, `back()`: the line; `session(event)`: JsSIP has a call. */
  constructor(account, { tell, lost, back, session }) {
    Object.assign(this, { account, tell, lost, back, session });
    this.state = "connecting";
    this.reason = "";
    this.onNetwork = () => this.probe(0);
  }

  get connected() {
    return Boolean(this.ua?.isConnected());
  }

  get domain() {
    return this.account.aor.split("@").at(-1);
  }

  start() {
    const { aor, login, ha1, realm, wsUrl } = this.account;
    try {
      this.line = new Line(wsUrl);
      this.ua = new JsSIP.UA({
        sockets: [this.line],
        uri: aor,
        authorization_user: login,
        ha1,
        realm,
        register_expires: EXPIRES,
        session_timers: false, // a refresh that meets a broken line would end the talk
        no_answer_timeout: RING_AT_MOST,
        connection_recovery_min_interval: RECONNECT.min,
        connection_recovery_max_interval: RECONNECT.max,
        user_agent: "KAW",
      });
    } catch {
      return this.become("failed", "settings");
    }
    this.ua.on("registered", () => this.registered());
    this.ua.on("unregistered", () => this.connected && this.become("connecting"));
    this.ua.on("registrationFailed", (event) => this.refused(event));
    this.ua.on("disconnected", () => this.disconnected());
    this.ua.on("newRTCSession", this.session);
    this.ua.start();
    this.watch = setInterval(() => this.probe(QUIET), QUIET / 5);
    addEventListener("online", this.onNetwork);
    addEventListener("offline", this.onNetwork);
  }

  /** Unregister and close the line; calls have to be over. */
  stop() {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    clearTimeout(this.waiting);
    removeEventListener("online", this.onNetwork);
    removeEventListener("offline", this.onNetwork);
    this.ua?.removeAllListeners();
    this.ua?.stop();
  }

  refresh() {
    if (!this.ua) return;
    this.become("connecting");
    if (this.connected) this.ua.register();
    else this.ua.transport?.connect();
  }

  become(state, reason = "") {
    if (this.state === state && this.reason === reason) return;
    Object.assign(this, { state, reason });
    this.tell(state === "registered" ? "registered" : "unregistered", { reason });
  }

  disconnected() {
    this.lost();
    this.become("connecting", "unreachable");
  }

  registered() {
    this.become("registered");
    this.back();
  }

  refused({ response, cause }) {
    if (!this.connected) return; // "disconnected" says it, and the line comes back by itself
    const reason = refusal(response, cause, this.account.realm);
    this.become("failed", reason);
    clearTimeout(this.retry);
    if (!FINAL.includes(reason)) this.retry = setTimeout(() => this.connected && this.ua.register(), RETRY_AFTER);
  }

  /** Ask the PBX for a sign of life when it has been quiet for so long; without one the line is made anew. */
  probe(quiet) {
    if (!this.connected) {
      if (!quiet) this.ua.transport?.connect();
      return;
    }
    if (this.waiting || Date.now() - this.line.heardAt < quiet) return;
    const asked = Date.now();
    this.ua.sendOptions(new JsSIP.URI("sip", null, this.domain));
    this.waiting = setTimeout(() => {
      this.waiting = null;
      if (this.line.heardAt < asked) this.line.giveUp();
    }, ANSWER_WITHIN);
  }
}

function refusal(response, cause, realm) {
  const status = response?.status_code;
  const challenge = response && (response.parseHeader("www-authenticate") || response.parseHeader("proxy-authenticate"));
  if ((status === 401 || status === 407) && challenge && challenge.realm !== realm) return "realm";
  if ([401, 403, 404, 407].includes(status)) return "rejected";
  return cause === "Request Timeout" ? "timeout" : "failed";
}
