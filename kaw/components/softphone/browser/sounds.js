// Ringing, waiting and ringback tones, made here: no sound files, each on the device chosen for it.
const RATE = 8000;
// frequencies in Hz and [on, off, …] in seconds; ringback as in Russian networks (425 Hz, 1 s of 5)
const TONES = {
  ring: { frequencies: [587, 740], rhythm: [0.4, 0.2, 0.4, 2], volume: 0.45, warble: 14 },
  waiting: { frequencies: [480], rhythm: [0.15, 0.15, 0.15, 4.5], volume: 0.12, warble: 0 },
  ringback: { frequencies: [425], rhythm: [1, 4], volume: 0.18, warble: 0 },
};

export class Sounds {
  constructor(devices) {
    this.devices = devices;
    this.playing = "";
    this.wake = () => this.context?.resume();
    addEventListener("pointerdown", this.wake);
    addEventListener("keydown", this.wake);
  }

  close() {
    this.play("");
    removeEventListener("pointerdown", this.wake);
    removeEventListener("keydown", this.wake);
    this.context?.close();
  }

  /** Play "ring", "waiting", "ringback" or nothing (""), until told otherwise. */
  play(name, device) {
    if (name === this.playing) return;
    this.playing = name;
    this.source?.stop();
    this.source = null;
    this.output?.pause();
    if (name) this.start(name, device);
  }

  async start(name, device) {
    const context = (this.context ||= new AudioContext());
    const out = (this.out ||= context.createMediaStreamDestination());
    this.output ||= Object.assign(new Audio(), { srcObject: out.stream });
    const source = (this.source = context.createBufferSource());
    source.buffer = rendered(context, TONES[name]);
    source.loop = true;
    source.connect(out);
    source.start();
    const id = device ?? (await this.devices.present(name === "ring" ? "ring" : "speaker"));
    await directTo(this.output, id);
    if (this.source === source) Promise.all([context.resume(), this.output.play()]).catch(() => {}); // until a click
  }

  async test(device) {
    this.play("");
    this.play("ring", device);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    this.play("");
  }
}

/** Let an audio element sound on this device; a device that has gone leaves the system's choice. */
export async function directTo(audio, id) {
  if (!audio.setSinkId || (audio.sinkId || "") === id) return;
  await audio.setSinkId(id).catch(() => audio.setSinkId(""));
}

function rendered(context, { frequencies, rhythm, volume, warble }) {
  const buffer = context.createBuffer(1, RATE * rhythm.reduce((sum, part) => sum + part, 0), RATE);
  const samples = buffer.getChannelData(0);
  let at = 0;
  rhythm.forEach((seconds, index) => {
    const length = Math.round(seconds * RATE);
    if (index % 2 === 0) {
      for (let i = 0; i < length && at + i < samples.length; i++) {
        const edge = Math.min(1, i / 80, (length - i) / 80); // 10 ms, no clicks
        const frequency = warble ? frequencies[Math.floor((i / RATE) * warble) % frequencies.length] : frequencies[0];
        samples[at + i] = volume * edge * Math.sin((2 * Math.PI * frequency * i) / RATE);
      }
    }
    at += length;
  });
  return buffer;
}
