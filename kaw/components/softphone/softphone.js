// The softphone's element. The phone itself is browser/; here it is tied to its page, and the meters are drawn.
import { BrowserPhone, holdReloads } from "kaw-softphone";

const METER = 100; // ms
const SECOND = 1000;

export default {
  template: `
    <div>
      <div v-if="talk" class="kaw-line-meters">
        <span class="kaw-meter" role="meter" :aria-label="labels.other" :title="labels.other" aria-valuemin="0"
              aria-valuemax="10" :aria-valuenow="Math.round(levels.in * 10)"><i :style="bar(levels.in)"></i></span>
        <span class="kaw-meter" role="meter" :aria-label="labels.you" :title="labels.you" aria-valuemin="0"
              aria-valuemax="10" :aria-valuenow="Math.round(levels.out * 10)"><i :style="bar(levels.out)"></i></span>
        <span v-if="talk.quality" class="kaw-line-quality" :class="'is-' + talk.quality" :title="numbers">{{
          labels[talk.quality] }}</span>
      </div>
      <Teleport to="body">
        <div v-if="away && calls.length" class="kaw-phone-away" role="alertdialog" :aria-label="labels.away">
          <p>{{ labels.away }}</p>
          <p class="kaw-phone-away-call">{{ title }} <span v-if="heard.answeredAt">{{ clock }}</span></p>
          <template v-if="heard.stage === 'ringing'">
            <button type="button" class="is-answer" @click="command('answer', heard.id)">{{ labels.answer }}</button>
            <button type="button" @click="command('reject', heard.id)">{{ labels.reject }}</button>
          </template>
          <template v-else>
            <button type="button" @click="command('mute', !heard.muted, heard.id)">{{
              heard.muted ? labels.unmute : labels.mute }}</button>
            <button type="button" class="is-hang-up" @click="command('hangUp', heard.id)">{{ labels.hangUp }}</button>
          </template>
        </div>
      </Teleport>
    </div>`,
  props: { labels: Object },
  emits: ["phone"],
  data() {
    return { calls: [], levels: { in: 0, out: 0, loss: 0, jitter: 0, rtt: 0 }, away: false, now: 0 };
  },
  computed: {
    heard() {
      return this.calls.find((call) => call.stage === "talking" && !call.held) || this.calls.at(-1);
    },
    talk() {
      return this.heard?.stage === "talking" ? this.heard : null;
    },
    title() {
      return (this.showNumbers && (this.heard.name || this.heard.number)) || this.labels.other;
    },
    numbers() {
      return this.labels.numbers.replace(/\{(\w+)\}/g, (_whole, name) => this.levels[name]);
    },
    clock() {
      const seconds = Math.max(0, Math.round(this.now - this.heard.answeredAt));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    },
  },
  created() {
    this.phone = new BrowserPhone({
      emit: (event) => this.happened(event),
      levels: (levels) => (this.levels = levels),
      words: this.labels,
    });
  },
  mounted() {
    this.meter = setInterval(() => this.calls.length && this.phone.measure(), METER);
    this.clockwork = setInterval(() => this.calls.length && (this.now = Date.now() / SECOND), SECOND);
  },
  unmounted() {
    clearInterval(this.meter);
    clearInterval(this.clockwork);
    this.socket?.off("disconnect", this.left).off("connect", this.cameBack);
    this.phone.close();
  },
  methods: {
    happened(event) {
      this.calls = event.state.calls;
      this.$emit("phone", event);
    },
    configure(account) {
      this.showNumbers = account.showNumbers;
      this.followPage();
      return this.phone.configure(account);
    },
    switchOff() {
      this.phone.switchOff();
    },
    command(name, ...details) {
      return this.phone.command(name, ...details);
    },
    readDevices() {
      return this.phone.devices.list();
    },
    // NiceGUI's socket exists by the time its server calls a method.
    followPage() {
      if (this.socket) return;
      this.socket = window.socket;
      this.left = () => (this.away = true);
      this.cameBack = () => this.returned();
      holdReloads(this.socket, () => this.phone.busy, this.left);
      this.socket.on("disconnect", this.left);
      this.socket.on("connect", this.cameBack);
    },
    returned() {
      this.away = false;
      this.phone.say("changed"); // what was said meanwhile may be lost
    },
    bar(level) {
      return { transform: `scaleX(${level.toFixed(2)})` };
    },
  },
};
