// Calls from the newest on: what happened, whom to call back, and the player, one at a time in the whole page.
// Rows are drawn by key, so that a player goes on when calls come above it.
const icon = { inbound: "call_received", outbound: "call_made", internal: "swap_calls" };

export default {
  template: `
    <table class="kaw-calls" :aria-label="labels.table">
      <thead>
        <tr><th v-for="head in heads" :key="head.name" scope="col" :class="head.name">{{ head.text }}</th></tr>
      </thead>
      <tbody>
        <tr v-for="row in rows" :key="row.id">
          <td class="at">{{ row.at }}</td>
          <td class="event" :class="{ missed: row.missed }">
            <i class="q-icon material-icons-outlined" aria-hidden="true">{{ picture(row) }}</i>{{ row.event }}
          </td>
          <td class="phone"><span class="kaw-phone-cell">
            <button v-if="row.number" type="button" class="kaw-call-button" :disabled="!calls" :title="calls ? labels.call : labels.noPhone"
                    :aria-label="labels.call + ' ' + row.number" @click="$event.detail < 2 && $emit('call', row.id)">
              <i class="q-icon material-icons-outlined" aria-hidden="true">phone</i></button>
            <span v-if="row.number">{{ row.number }}</span>
            <span v-else class="kaw-muted">{{ labels.hidden }}</span>
          </span></td>
          <td v-if="partners" class="partner">
            <a v-if="row.partner" :href="'/partner/' + row.partner" @click="open($event, row.partner)">{{ row.title }}</a>
            <template v-else>{{ row.title }}</template>
          </td>
          <td class="operator">{{ row.operator }}</td>
          <td class="talk">{{ row.talk }}</td>
          <td class="outcome"><div>
            <span class="kaw-clip" :title="written(row)">
              <span v-if="row.outcome" class="kaw-outcome">{{ row.outcome }}</span>
              <span v-if="row.note">{{ row.note }}</span>
            </span>
            <button v-if="row.noted" type="button" class="kaw-edit-note" :title="labels.note"
                    :aria-label="labels.note + ' ' + row.at" @click="$emit('note', row.id)">
              <i class="q-icon material-icons-outlined" aria-hidden="true">edit_note</i></button>
          </div></td>
          <td class="record">
            <template v-if="row.recorded">
              <span v-if="failed[row.id]" class="kaw-note">{{ failed[row.id] }}</span>
              <audio v-else-if="playing === row.id" class="kaw-player" controls autoplay :src="address(row)" :aria-label="labels.listen"
                     @play="alone" @error="tell(row)"></audio>
              <button v-else type="button" class="kaw-play" :title="labels.listen"
                      :aria-label="labels.listen + ' ' + row.at" @click="play(row)">
                <i class="q-icon material-icons-outlined" aria-hidden="true">play_circle</i></button>
            </template>
          </td>
        </tr>
      </tbody>
    </table>`,
  props: {
    rows: { type: Array, default: () => [] },
    heads: Array,
    labels: Object,
    calls: Boolean,
    partners: Boolean,
  },
  emits: ["call", "open", "note"],
  data: () => ({ playing: 0, failed: {} }),
  mounted() {
    document.addEventListener("kaw-player", this.another);
  },
  unmounted() {
    document.removeEventListener("kaw-player", this.another);
  },
  methods: {
    picture: (row) => (row.missed ? "call_missed" : icon[row.direction]),
    written: (row) => [row.outcome, row.note].filter(Boolean).join(". "),
    address: (row) => `/recordings/${row.id}`,
    play(row) {
      this.playing = row.id;
    },
    alone() {
      document.dispatchEvent(new CustomEvent("kaw-player", { detail: this }));
    },
    // A list in another tab of the page has begun to play.
    another(event) {
      if (event.detail !== this) this.$el.querySelectorAll("audio").forEach((one) => one.pause());
    },
    // Why there is nothing to hear, in the server's words.
    async tell(row) {
      const answer = await fetch(this.address(row), { headers: { Range: "bytes=0-0" } }).catch(() => null);
      const said = answer && !answer.ok ? await answer.json().catch(() => ({})) : {};
      this.failed[row.id] = said.error || this.labels.broken;
    },
    open(event, partner) {
      if (event.ctrlKey || event.metaKey || event.button) return;
      event.preventDefault();
      this.$emit("open", partner);
    },
  },
};
