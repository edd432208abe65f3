// The time line of a card: who changed what, from what to what.
const FEW = 3; // lines of one entry that are shown at first
const LONG = 90; // characters of a value that are shown; the tooltip has all

export default {
  template: `
    <div class="kaw-feed" role="list">
      <div v-if="read && !entries.length" class="kaw-note">{{ labels.nothing }}</div>
      <div v-for="entry in entries" :key="entry.key" class="kaw-feed-entry" role="listitem">
        <i class="q-icon material-icons-outlined" aria-hidden="true">{{ entry.picture }}</i>
        <div class="kaw-feed-what">
          <div v-if="entry.what">{{ entry.what }}</div>
          <div v-for="line in shown(entry)" :key="line.id" class="kaw-feed-line">
            <span class="kaw-feed-field">{{ line.field }}: </span>
            <template v-if="line.old"><span class="kaw-feed-old" :title="line.old">{{ short(line.old) }}</span> → </template>
            <span :title="line.new">{{ short(line.new) || labels.empty }}</span>
            <button v-if="line.restorable" type="button" class="kaw-feed-link" :title="line.old || labels.empty"
                    :aria-label="labels.restore + ': ' + line.field + ', ' + (line.old || labels.empty)"
                    @click="$emit('restore', line.id)">{{ labels.restore }}</button>
          </div>
          <button v-if="entry.lines.length > shown(entry).length" type="button" class="kaw-feed-link"
                  @click="open[entry.key] = true">{{ labels.all }} ({{ entry.lines.length }})</button>
          <div class="kaw-note" :title="entry.exact">{{ entry.about }}</div>
        </div>
      </div>
      <button v-if="more" ref="more" type="button" class="kaw-feed-more" @click="$emit('more')">{{ labels.more }}</button>
    </div>`,
  props: { entries: Array, read: Boolean, more: Boolean, labels: Object },
  emits: ["restore", "more"],
  data() {
    return { open: {} };
  },
  methods: {
    short: (text) => (text.length > LONG ? text.slice(0, LONG - 1) + "…" : text),
    shown(entry) {
      return this.open[entry.key] || entry.lines.length <= FEW + 1 ? entry.lines : entry.lines.slice(0, FEW);
    },
  },
};
