// How loud the user is with the devices chosen in the dialog. Nothing of it leaves the browser.
import { Level } from "kaw-softphone/levels.js";

const METER = 100; // ms

export default {
  template: `
    <div class="kaw-microphone-test">
      <span class="kaw-meter" role="meter" :aria-label="label" aria-valuemin="0" aria-valuemax="10"
            :aria-valuenow="Math.round(level * 10)"><i :style="{ transform: 'scaleX(' + level.toFixed(2) + ')' }"></i></span>
      <span class="kaw-note">{{ label }}</span>
    </div>`,
  props: { chosen: Object, label: String },
  data() {
    return { level: 0 };
  },
  watch: {
    chosen(now, before) {
      if (JSON.stringify(now) !== JSON.stringify(before)) this.listen();
    },
  },
  mounted() {
    this.listen();
    this.timer = setInterval(() => (this.level = this.meter?.read() || 0), METER);
  },
  unmounted() {
    clearInterval(this.timer);
    this.gone = true;
    this.stop();
  },
  methods: {
    async listen() {
      this.stop();
      const { microphone, automaticGain, echoCancellation, noiseSuppression } = this.chosen;
      const audio = { autoGainControl: automaticGain, echoCancellation, noiseSuppression };
      if (microphone) audio.deviceId = { ideal: microphone };
      const wanted = (this.wanted = {});
      const stream = await navigator.mediaDevices.getUserMedia({ audio }).catch(() => null);
      if (stream && (this.gone || this.wanted !== wanted)) return stream.getTracks().forEach((track) => track.stop());
      if (stream) {
        this.stream = stream;
        this.meter = new Level(stream);
      }
      return undefined;
    },
    stop() {
      this.meter?.close();
      this.stream?.getTracks().forEach((track) => track.stop());
      this.meter = this.stream = null;
    },
  },
};
