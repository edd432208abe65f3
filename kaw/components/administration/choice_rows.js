// The rows of a choice list: typed, pasted and dragged in the browser, so that no key waits for the server.
export default {
  template: `
    <div class="kaw-choices" role="table" :aria-label="labels.table">
      <div class="kaw-choice kaw-choice-head" role="row">
        <span></span>
        <span role="columnheader">{{ labels.id }}</span>
        <span role="columnheader">{{ labels.name }}</span>
        <span role="columnheader">{{ labels.order }}</span>
        <span role="columnheader">{{ labels.hidden }}</span>
        <span></span>
      </div>
      <div ref="body" role="rowgroup" @keydown.alt.up.prevent="shift($event, -1)" @keydown.alt.down.prevent="shift($event, 1)">
        <div v-for="(row, index) in items" :key="row.key" class="kaw-choice" role="row" :data-key="row.key"
             :class="{ wrong: errors[row.key] }">
          <button type="button" class="kaw-choice-handle" :title="labels.move" :aria-label="labels.move + ': ' + (row.name || index + 1)"
                  @keydown.up.exact.prevent="shift($event, -1)" @keydown.down.exact.prevent="shift($event, 1)">⠿</button>
          <span role="cell" class="kaw-choice-id">{{ row.id ?? "" }}</span>
          <span role="cell" class="kaw-choice-name">
            <input type="text" :value="row.name" maxlength="120" :aria-label="labels.name + ', ' + (index + 1)"
                   :aria-invalid="!!errors[row.key]" :aria-describedby="errors[row.key] ? 'kaw-choice-error-' + row.key : null"
                   @input="edit(row, 'name', $event.target.value)" @keydown.enter.exact.prevent="next(index)"
                   @paste="paste($event, index)" />
            <small v-if="errors[row.key]" :id="'kaw-choice-error-' + row.key" role="alert">{{ errors[row.key] }}</small>
          </span>
          <label role="cell" class="kaw-choice-order"><span>{{ labels.order }}</span>
            <input type="number" step="1" min="0" max="1000000" :value="row.order" :aria-label="labels.order + ', ' + (index + 1)"
                   @change="reorder(row, $event.target)" @keydown.enter.exact="$event.target.blur()" />
          </label>
          <label role="cell" class="kaw-choice-hidden">
            <input type="checkbox" :checked="row.hidden" :aria-label="labels.hidden + ', ' + (row.name || index + 1)"
                   @change="edit(row, 'hidden', $event.target.checked)" />
            <span>{{ labels.hidden }}</span>
          </label>
          <button type="button" class="kaw-choice-remove" :title="labels.remove" :aria-label="labels.remove + ': ' + (row.name || index + 1)"
                  @click="remove(index)">✕</button>
        </div>
      </div>
      <p v-if="!items.length" class="kaw-note">{{ labels.empty }}</p>
      <button type="button" class="kaw-choice-add" :aria-label="labels.add" :title="labels.add" @click="add(items.length)">+</button>
    </div>`,
  props: { rows: Array, edition: Number, errors: Object, labels: Object },
  emits: ["edited", "arranged"],
  data() {
    return { items: [], newest: 0 };
  },
  watch: {
    // Not the rows themselves: they come back with every update, older than what has been typed meanwhile.
    edition: {
      immediate: true,
      handler() {
        this.items = this.rows.map((row) => ({ ...row }));
        this.newest = Math.min(0, ...this.items.map((row) => row.key));
      },
    },
  },
  async mounted() {
    const { Sortable } = await import("nicegui-sortable");
    if (!this.$refs.body) return;
    this.sortable = Sortable.create(this.$refs.body, { handle: ".kaw-choice-handle", animation: 120, onEnd: this.dropped });
  },
  unmounted() {
    this.sortable?.destroy();
  },
  methods: {
    edit(row, what, value) {
      row[what] = value;
      this.$emit("edited", { key: row.key, [what]: value });
    },
    arranged() {
      this.$emit("arranged", this.items.map((row) => ({ ...row })));
    },
    blank(name) {
      const last = this.items.at(-1);
      return { key: --this.newest, id: null, name, order: last ? last.order + 1 : 1, hidden: false };
    },
    add(index, name = "") {
      this.items.splice(index, 0, this.blank(name));
      this.arranged();
      this.focus(index);
    },
    next(index) {
      if (index + 1 < this.items.length) this.focus(index + 1);
      else if (this.items[index].name.trim()) this.add(index + 1);
    },
    remove(index) {
      this.items.splice(index, 1);
      this.arranged();
      if (this.items.length) this.focus(Math.min(index, this.items.length - 1));
      else this.$el.querySelector(".kaw-choice-add").focus();
    },
    paste(event, index) {
      const lines = event.clipboardData.getData("text").split(/\r?\n/).map((line) => line.split("\t")[0].trim().slice(0, 120));
      const names = lines.filter(Boolean);
      if (names.length < 2) return;
      event.preventDefault();
      const start = this.items[index].name.trim() ? index + 1 : index;
      if (start === index) this.items[index].name = names.shift();
      this.items.splice(index + 1, 0, ...names.map((name) => this.blank(name)));
      if (start + names.length < this.items.length - 1) this.renumber();
      else this.items.slice(index + 1).forEach((row, n) => (row.order = this.items[index].order + n + 1));
      this.arranged();
      this.focus(index + names.length);
    },
    reorder(row, input) {
      const order = Math.trunc(Number(input.value));
      row.order = Number.isFinite(order) ? Math.min(Math.max(order, 0), 1000000) : 0;
      input.value = row.order;
      this.items.sort((one, other) => one.order - other.order);
      this.arranged();
    },
    shift(event, by) {
      const key = Number(event.target.closest("[data-key]").dataset.key);
      const from = this.items.findIndex((row) => row.key === key);
      const to = from + by;
      if (to < 0 || to >= this.items.length) return;
      this.move(from, to);
      const wanted = event.target.className;
      this.$nextTick(() => this.$refs.body.children[to].querySelector(wanted ? "." + wanted.split(" ")[0] : "input")?.focus());
    },
    dropped(event) {
      // SortableJS has moved the node itself; put it back, for Vue moves it by the data.
      const { item, from, oldIndex, newIndex } = event;
      from.removeChild(item);
      from.insertBefore(item, from.children[oldIndex] ?? null);
      if (oldIndex !== newIndex) this.move(oldIndex, newIndex);
    },
    move(from, to) {
      this.items.splice(to, 0, ...this.items.splice(from, 1));
      this.renumber();
      this.arranged();
    },
    renumber() {
      this.items.forEach((row, index) => (row.order = index + 1));
    },
    lookAtError() {
      this.$nextTick(() => this.$refs.body.querySelector(".wrong input")?.focus());
    },
    focus(index) {
      this.$nextTick(() => this.$refs.body.children[index]?.querySelector("input")?.focus());
    },
  },
};
