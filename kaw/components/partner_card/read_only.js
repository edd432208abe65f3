// A value of the card that this user may only look at.
export default {
  template: `
    <div class="kaw-value" :class="{ stacked: parts.length > 1 && parts[0].call }">
      <span v-if="!parts.length" class="kaw-value-empty">{{ labels.empty }}</span>
      <span v-for="(part, place) in parts" :key="place" class="kaw-value-part">
        <button v-if="part.call" type="button" class="kaw-call-button" :disabled="!calls" :title="calls ? labels.call : labels.noPhone"
                :aria-label="labels.call + ' ' + part.text" @click="$event.detail < 2 && $emit('call', place)"><i class="q-icon material-icons-outlined" aria-hidden="true">phone</i></button>
        <span v-if="part.dot !== undefined" class="kaw-dot" :class="'c' + part.dot"></span>
        <a v-if="part.href" :href="part.href" :target="part.outside ? '_blank' : undefined"
           :rel="part.outside ? 'noopener noreferrer' : undefined">{{ part.text }}</a>
        <a v-else-if="part.partner" :href="'/partner/' + part.partner" @click="open($event, part.partner)">{{ part.text }}</a>
        <template v-else>{{ part.text }}</template>
      </span>
    </div>`,
  props: { parts: { type: Array, default: () => [] }, labels: Object, calls: Boolean },
  emits: ["open", "call"],
  methods: {
    open(event, partner) {
      if (event.ctrlKey || event.metaKey || event.button) return;
      event.preventDefault();
      this.$emit("open", partner);
    },
  },
};
