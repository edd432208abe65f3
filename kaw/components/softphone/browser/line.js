// SIP over WebSocket (RFC 7118), the way JsSIP wants its sockets. Unlike JsSIP's own it can be given up at once when
// it is dead: a browser tells of a network that went away only after minutes.
export class Line {
  constructor(url) {
    const parsed = new URL(url);
    if (!["ws:", "wss:"].includes(parsed.protocol)) throw new TypeError("not a WebSocket address");
    this.url = url;
    this.via_transport = parsed.protocol === "wss:" ? "WSS" : "WS";
    this.sip_uri = `sip:${parsed.host};transport=ws`;
    this.heardAt = 0;
    this.onconnect = this.ondisconnect = this.ondata = () => {};
  }

  connect() {
    if (this.socket) return;
    const socket = (this.socket = new WebSocket(this.url, "sip"));
    socket.onopen = () => {
      this.heardAt = Date.now();
      this.onconnect();
    };
    socket.onmessage = ({ data }) => {
      this.heardAt = Date.now();
      this.ondata(data);
    };
    socket.onclose = ({ code, reason }) => {
      this.socket = null;
      this.ondisconnect(true, code, reason);
    };
  }

  disconnect() {
    const socket = this.socket;
    if (!socket) return;
    this.socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** Stop waiting for a connection that is dead: JsSIP makes a new one. */
  giveUp() {
    if (!this.socket) return;
    this.disconnect();
    this.ondisconnect(true, 0, "no answer");
  }

  send(message) {
    if (!this.isConnected()) return false;
    this.socket.send(message);
    return true;
  }

  isConnected() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting() {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }
}
