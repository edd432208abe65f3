// A clock that runs in the browser alone: since a moment, or down to one. Moments are milliseconds since the epoch by the
// server's clock: assets/clock.js.
export default {
  props: { since: Number, until: Number, hours: Boolean, label: String },
  emits: ["over"],
  template: `<span class="kaw-timer" role="timer" :aria-label="label">{{ text }}</span>`,
  data: () => ({ text: "", told: false }),
  mounted() {
    this.tick();
    this.clock = setInterval(this.tick, 250);
  },
  unmounted() {
    clearInterval(this.clock);
  },
  watch: {
    since() {
      this.tick();
    },
    until() {
      this.told = false;
      this.tick();
    },
  },
  methods: {
    tick() {
      const past = Math.floor((kawClock.now() - this.since) / 1000);
      const left = Math.ceil((this.until - kawClock.now()) / 1000);
      this.text = this.until || this.since ? kawClock.spoken(Math.max(0, this.until ? left : past), this.hours) : "";
      if (this.until && left <= 0 && !this.told) {
        this.told = true;
        this.$emit("over");
      }
    },
  },
};
