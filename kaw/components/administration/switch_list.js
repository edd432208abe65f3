// A yes/no switch per row in one element: hundreds of users cost the server no more than one.
export default {
  template: `
    <div class="kaw-switches">
      <input v-if="rows.length > 10" v-model="filter" class="kaw-filter" type="search"
             :placeholder="labels.filter" :aria-label="labels.filter" />
      <ul @change="switched" :aria-label="labels.list">
        <li v-for="row in shown" :key="row.id" :class="{ 'is-changed': on[row.id] !== row.saved }">
          <label>
            <span class="kaw-switch-name">{{ row.name }}<small v-if="row.note">{{ row.note }}</small><span
              v-if="on[row.id] !== row.saved" class="kaw-changed" :title="labels.changed" role="img"
              :aria-label="labels.changed"></span></span>
            <span class="kaw-switch"><input type="checkbox" role="switch" :data-row="row.id" :checked="on[row.id]"
              :aria-label="row.name + ': ' + labels.switch" /><span aria-hidden="true">{{ on[row.id] ? labels.yes : labels.no }}</span></span>
          </label>
        </li>
      </ul>
      <p v-if="!shown.length" class="kaw-note">{{ labels.nothing }}</p>
    </div>`,
  props: { rows: Array, labels: Object },
  emits: ["switched"],
  data() {
    return { filter: "", on: {} };
  },
  computed: {
    shown() {
      const wanted = this.filter.trim().toLowerCase();
      if (!wanted) return this.rows;
      return this.rows.filter((row) => (row.name + " " + row.note).toLowerCase().includes(wanted));
    },
  },
  watch: {
    rows: {
      immediate: true,
      handler(rows) {
        this.on = Object.fromEntries(rows.map((row) => [row.id, row.on]));
      },
    },
  },
  methods: {
    switched(event) {
      if (event.target.type !== "checkbox") return;
      const id = Number(event.target.dataset.row);
      this.on[id] = event.target.checked;
      this.$emit("switched", { id, on: event.target.checked });
    },
  },
};
