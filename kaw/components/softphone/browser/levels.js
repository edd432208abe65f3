// Loudness of a stream, 0 to 1, for the meters.
let context = null;

export class Level {
  constructor(stream) {
    context ||= new AudioContext();
    context.resume();
    this.source = context.createMediaStreamSource(stream);
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 512;
    this.source.connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
  }

  /** -60 dB and below is 0, full scale is 1. */
  read() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const mean = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.max(0, Math.min(1, 1 + Math.log10(Math.max(mean, 1e-12)) / 6));
  }

  close() {
    this.source.disconnect();
  }
}
