// Calls in a list: when, who, for how long they wait; a click opens the card, the button calls back.
export default {
  props: { rows: { type: Array, default: () => [] }, labels: Object },
  emits: ["open", "call"],
  template: `
    <div class="kaw-call-rows" role="list">
      <div v-for="row in rows" :key="row.id" class="kaw-call-row" role="listitem">
        <span class="kaw-call-when">{{ row.since ? waited(row.since) : row.when }}</span>
        <span class="kaw-clip kaw-grow">
          <a v-if="row.partner" :href="'/partner/' + row.partner" @click="open($event, row.partner)">{{ row.title }}</a>
          <span v-else-if="row.title">{{ row.title }}</span>
          <span :class="{ 'kaw-muted': row.title }">{{ row.title && row.number ? " " : "" }}{{ row.number }}</span>
        </span>
        <span v-if="row.note" class="kaw-note">{{ row.note }}</span>
        <button v-if="row.calls" type="button" class="kaw-call-button" :title="labels.call"
                :aria-label="labels.call + ' ' + (row.title || row.number)" @click="$emit('call', row.id)">
          <i class="q-icon material-icons-outlined" aria-hidden="true">phone</i></button>
      </div>
    </div>`,
  data: () => ({ tick: 0 }),
  mounted() {
    this.clock = setInterval(() => this.tick++, 1000);
  },
  unmounted() {
    clearInterval(this.clock);
  },
  methods: {
    waited(since) {
      return this.tick >= 0 && kawClock.spoken(Math.max(0, Math.floor((kawClock.now() - since) / 1000)), false);
    },
    open(event, partner) {
      if (event.ctrlKey || event.metaKey || event.button) return;
      event.preventDefault();
      this.$emit("open", partner);
    },
  },
};
