// One of the open tabs leads. The browser gives its lock to the next tab when the leader is closed or crashes.
export class Tabs {
  /** `lead()` when this tab becomes the leader, `hear(message)` for what another tab says. */
  constructor(name, { lead, hear }) {
    this.leads = false;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }) => hear(data);
    this.left = new AbortController();
    const whileLeading = () =>
      new Promise((resolve) => {
        this.resign = resolve;
        this.leads = true;
        lead();
      });
    navigator.locks.request(name, { signal: this.left.signal }, whileLeading).catch(() => {}); // closed while waiting
  }

  say(message) {
    this.channel.postMessage(message);
  }

  close() {
    this.leads = false;
    this.left.abort();
    this.resign?.();
    this.channel.close();
  }
}
