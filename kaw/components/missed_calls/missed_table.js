// Callers who wait to be called back. Rows keep their places while the pointer moves among them, so that a click meets
// the row it was meant for; who calls meanwhile stands below until it rests.
const REST = 2000; // ms

export default {
  template: `
    <table class="kaw-calls kaw-missed" :aria-label="labels.table" @pointermove="hold" @pointerleave="let_go">
      <thead>
        <tr><th v-for="head in heads" :key="head.name" scope="col" :class="head.name">{{ head.text }}</th><td class="deeds"></td></tr>
      </thead>
      <tbody ref="body">
        <tr v-for="row in drawn" :key="row.key" :class="{ gone: row.gone, mine: row.mine }">
          <td class="at" :title="row.since || undefined">{{ row.at }}</td>
          <td class="phone"><span class="kaw-phone-cell">
            <button v-if="row.number" type="button" class="kaw-call-button" :disabled="!calls || !row.free || row.gone"
                    :title="calls ? labels.call : labels.noPhone" :aria-label="labels.call + ' ' + row.number"
                    data-deed="call" @click="$emit('deed', ['call', row.key])">
              <i class="q-icon material-icons-outlined" aria-hidden="true">phone</i></button>
            <span v-if="row.number">{{ row.number }}</span>
            <span v-else class="kaw-muted">{{ row.hidden }}</span>
          </span></td>
          <td class="partner"><template v-for="(partner, place) in row.partners" :key="place"
            ><template v-if="place">, </template
            ><a v-if="partner.id" :href="'/partner/' + partner.id" @click="open($event, partner.id)">{{ partner.title }}</a
            ><template v-else>{{ partner.title }}</template></template></td>
          <td class="queue">{{ row.queue }}</td>
          <td v-if="row.times" class="times" :class="{ again: row.again }" :title="row.since || undefined">{{ row.times }}</td>
          <td class="waited" :data-head="labels.waited">{{ row.waited }}</td>
          <td class="who">{{ row.who }}</td>
          <td class="deeds"><button v-for="deed in row.deeds" :key="deed" type="button" class="kaw-deed" :disabled="row.gone"
            :data-deed="deed" :aria-label="labels[deed] + ' ' + (row.number || row.at)"
            @click="$emit('deed', [deed, row.key])">{{ labels[deed] }}</button></td>
        </tr>
      </tbody>
    </table>`,
  props: {
    rows: { type: Array, default: () => [] },
    heads: Array,
    labels: Object,
    calls: Boolean,
  },
  emits: ["deed", "open"],
  data: () => ({ held: null, timer: null }),
  computed: {
    drawn() {
      if (!this.held) return this.rows;
      const now = new Map(this.rows.map((row) => [row.key, row]));
      const kept = this.held.map((row) => now.get(row.key) || { ...row, gone: true });
      return [...kept, ...this.rows.filter((row) => !this.held.some((one) => one.key === row.key))];
    },
  },
  watch: {
    // Whoever works by keyboard stays in his place when the row he was in has gone.
    drawn() {
      const rows = [...(this.$refs.body?.children || [])];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      const deed = document.activeElement?.dataset.deed;
      if (at >= 0) this.$nextTick(() => this.keep_focus(at, deed));
    },
    // Other calls are shown than before.
    "heads.length"() {
      this.let_go();
    },
  },
  unmounted() {
    clearTimeout(this.timer);
  },
  methods: {
    hold() {
      this.held ||= this.rows;
      clearTimeout(this.timer);
      this.timer = setTimeout(this.let_go, REST);
    },
    let_go() {
      clearTimeout(this.timer);
      this.held = null;
    },
    keep_focus(at, deed) {
      const rows = [...(this.$refs.body?.children || [])];
      if (!rows.length || this.$refs.body.contains(document.activeElement)) return;
      const near = [...rows.slice(at), ...rows.slice(0, at).reverse()];
      const same = near.map((row) => row.querySelector(`[data-deed="${deed}"]:enabled`));
      (same.find(Boolean) || near[0].querySelector("button:enabled, a"))?.focus();
    },
    open(event, partner) {
      if (event.ctrlKey || event.metaKey || event.button) return;
      event.preventDefault();
      this.$emit("open", partner);
    },
  },
};
