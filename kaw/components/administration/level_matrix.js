// Field × level as one plain table of radio buttons: 60 fields cost one element on the server instead of 240.
// The server keeps what is chosen; the table tells it with "levels" and marks what differs from the saved levels.
export default {
  template: `
    <div class="kaw-matrix">
      <input v-if="rows.length > 12" v-model="filter" class="kaw-filter" type="search"
             :placeholder="labels.filter" :aria-label="labels.filter" />
      <table @change="picked">
        <thead>
          <tr>
            <th scope="col">{{ labels.field }}</th>
            <th v-for="(label, level) in labels.levels" :key="level" scope="col">
              <button type="button" :title="labels.fill[level]" :aria-label="labels.fill[level]"
                      @click="fill(shown, level)">{{ label }}</button>
            </th>
          </tr>
        </thead>
        <tbody v-for="section in sections" :key="section.name">
          <tr v-if="section.name" class="kaw-matrix-section">
            <th scope="rowgroup">{{ section.name }}</th>
            <td v-for="(label, level) in labels.levels" :key="level">
              <button type="button" :title="section.name + ': ' + label" :aria-label="section.name + ': ' + labels.fill[level]"
                      @click="fill(section.rows, level)">{{ labels.all }}</button>
            </td>
          </tr>
          <tr v-for="row in section.rows" :key="row.id" :class="{ 'is-changed': levels[row.id] !== row.saved }">
            <th scope="row">{{ row.name }}<span v-if="levels[row.id] !== row.saved" class="kaw-changed"
                :title="labels.changed" role="img" :aria-label="labels.changed"></span></th>
            <td v-for="(label, level) in labels.levels" :key="level">
              <label :title="label"><input type="radio" :name="prefix + row.id" :value="level" :data-row="row.id"
                :checked="levels[row.id] === level" :aria-label="row.name + ': ' + label" /></label>
            </td>
          </tr>
        </tbody>
      </table>
      <p v-if="!shown.length" class="kaw-note">{{ labels.nothing }}</p>
    </div>`,
  props: { rows: Array, labels: Object, prefix: String },
  emits: ["levels"],
  data() {
    return { filter: "", levels: {} };
  },
  computed: {
    shown() {
      const wanted = this.filter.trim().toLowerCase();
      return wanted ? this.rows.filter((row) => row.name.toLowerCase().includes(wanted)) : this.rows;
    },
    sections() {
      const found = new Map();
      for (const row of this.shown) {
        if (!found.has(row.section)) found.set(row.section, { name: row.section, rows: [] });
        found.get(row.section).rows.push(row);
      }
      return [...found.values()];
    },
  },
  watch: {
    rows: {
      immediate: true,
      handler(rows) {
        this.levels = Object.fromEntries(rows.map((row) => [row.id, row.level]));
      },
    },
  },
  methods: {
    picked(event) {
      if (event.target.type === "radio") this.choose([Number(event.target.dataset.row)], Number(event.target.value));
    },
    fill(rows, level) {
      this.choose(rows.map((row) => row.id), Number(level));
    },
    choose(ids, level) {
      for (const id of ids) this.levels[id] = level;
      this.$emit("levels", { ids, level });
    },
  },
};
