// How well the other side is heard, from the browser's own statistics (W3C webrtc-stats).
const FAIR = { loss: 1.5, jitter: 30, rtt: 300 }; // per cent, ms, ms
const POOR = { loss: 5, jitter: 60, rtt: 600 };

export class QualityWatch {
  constructor(connection) {
    this.connection = connection;
    this.last = null;
    this.lost = this.received = 0;
  }

  /** {loss, jitter, rtt, word} since the last look; null as long as there is nothing to compare with. */
  async look() {
    const now = figures(await this.connection.getStats());
    const last = this.last;
    this.last = now;
    if (!now || !last) return null;
    const received = now.received - last.received;
    const lost = Math.max(0, now.lost - last.lost);
    this.received += received;
    this.lost += lost;
    if (received + lost <= 0) return null;
    const seen = { loss: percent(lost, received), jitter: Math.round(now.jitter * 1000), rtt: Math.round(now.rtt * 1000) };
    return { ...seen, word: worse(seen, POOR) ? "poor" : worse(seen, FAIR) ? "fair" : "good" };
  }

  /** Loss of the whole call in per cent. */
  total() {
    return percent(this.lost, this.received);
  }
}

function figures(report) {
  let inbound = null;
  let rtt = 0;
  report.forEach((entry) => {
    if (entry.type === "inbound-rtp" && entry.kind === "audio") inbound = entry;
    if (entry.type === "remote-inbound-rtp" && entry.roundTripTime) rtt = entry.roundTripTime;
    if (entry.type === "candidate-pair" && entry.nominated && !rtt) rtt = entry.currentRoundTripTime || 0;
  });
  return inbound && { received: inbound.packetsReceived, lost: inbound.packetsLost, jitter: inbound.jitter || 0, rtt };
}

function percent(lost, received) {
  return lost + received > 0 ? Math.round((1000 * lost) / (lost + received)) / 10 : 0;
}

function worse(seen, limit) {
  return seen.loss > limit.loss || seen.jitter > limit.jitter || seen.rtt > limit.rtt;
}
