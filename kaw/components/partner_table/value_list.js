// Values of a column with their counts, each with a check box, in one element.
export default {
  template: `
    <ul class="kaw-values" :aria-label="label" @change="changed">
      <li v-for="(row, place) in rows" :key="place">
        <label><input type="checkbox" :data-place="place" :checked="row.on" /><span class="kaw-clip" :title="row.text">{{ row.text }}</span><span
          v-if="row.count !== ''" class="kaw-count">{{ row.count }}</span></label>
      </li>
    </ul>`,
  props: { rows: Array, label: String },
  emits: ["chosen"],
  methods: {
    changed(event) {
      this.$emit("chosen", { place: Number(event.target.dataset.place), on: event.target.checked });
    },
  },
};
