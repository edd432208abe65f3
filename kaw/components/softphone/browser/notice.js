// The operating system's notice of a call, for when KAW is behind other windows.
export class Notice {
  constructor(words) {
    this.words = words;
  }

  show(kind, call, withNumber) {
    if (call && (kind === "answered" || kind === "ended") && call.id === this.callId) this.close();
    if (kind !== "incoming" || document.hasFocus() || window.Notification?.permission !== "granted") return;
    this.close();
    this.callId = call.id;
    const body = withNumber ? [call.name, call.number].filter(Boolean).join("\n") : "";
    this.shown = new Notification(this.words.incoming, { body, tag: "kaw-call", requireInteraction: true });
    this.shown.onclick = () => window.focus();
  }

  close() {
    this.shown?.close();
    this.shown = this.callId = null;
  }
}
