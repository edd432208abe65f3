// Everybody with a phone: state, for how long, extension; for supervisors whom they talk with, and a way to listen.
export default {
  props: { rows: { type: Array, default: () => [] }, labels: Object },
  emits: ["listen", "call"],
  template: `
    <div class="kaw-operators" role="list">
      <div v-for="row in rows" :key="row.extension" class="kaw-operator" role="listitem">
        <span class="kaw-operator-name kaw-clip" :title="row.name">{{ row.name }}</span>
        <span class="kaw-operator-number">{{ row.extension }}</span>
        <span class="kaw-state kaw-clip" :class="row.look" :title="row.queues">{{ row.state }}</span>
        <span class="kaw-timer">{{ row.since ? lasted(row.since) : "" }}</span>
        <span v-if="row.caller" class="kaw-operator-caller kaw-clip" :title="row.caller">{{ row.caller }}</span>
        <span v-if="row.listen || row.calls" class="kaw-operator-buttons">
          <template v-if="row.listen">
            <button v-for="mode in ['listen', 'whisper', 'join']" :key="mode" type="button" class="kaw-operator-button"
                    :title="labels[mode]" :aria-label="labels[mode] + ': ' + row.name"
                    @click="$emit('listen', [row.extension, mode])">
              <i class="q-icon material-icons-outlined" aria-hidden="true">{{ icons[mode] }}</i></button>
          </template>
          <button v-if="row.calls" type="button" class="kaw-operator-button" :title="labels.call"
                  :aria-label="labels.call + ': ' + row.name" @click="$emit('call', row.extension)">
            <i class="q-icon material-icons-outlined" aria-hidden="true">phone</i></button>
        </span>
      </div>
    </div>`,
  data: () => ({ tick: 0, icons: { listen: "hearing", whisper: "record_voice_over", join: "group_add" } }),
  mounted() {
    this.clock = setInterval(() => this.tick++, 1000);
  },
  unmounted() {
    clearInterval(this.clock);
  },
  methods: {
    lasted(since) {
      return this.tick >= 0 && kawClock.spoken(Math.max(0, Math.floor((kawClock.now() - since) / 1000)), true);
    },
  },
};
