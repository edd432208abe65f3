// The audit log as one element: rows open their details under themselves; reaching the end asks for more.
export default {
  template: `
    <div class="kaw-audit">
      <table :aria-label="labels.table">
        <thead><tr>
          <th v-for="column in columns" :key="column.name" scope="col" :class="column.name">{{ column.label }}</th>
        </tr></thead>
        <tbody>
          <template v-for="row in rows" :key="row.id">
            <tr :class="{ opens: row.details.length }" @click="row.details.length && toggle(row.id)">
              <td class="at">{{ row.at }}</td>
              <td class="who">{{ row.who }}</td>
              <td class="action" :class="row.look">{{ row.action }}</td>
              <td class="subject">{{ row.subject }}
                <button v-if="row.details.length" type="button" :aria-expanded="!!open[row.id]" @click.stop="toggle(row.id)"
                  >{{ open[row.id] ? labels.less : labels.details }}</button></td>
              <td class="address">{{ row.address }}</td>
            </tr>
            <tr v-if="open[row.id]" class="details"><td :colspan="columns.length">
              <dl><template v-for="[name, text] in row.details" :key="name"><dt>{{ name }}</dt><dd>{{ text }}</dd></template></dl>
            </td></tr>
          </template>
        </tbody>
      </table>
      <div v-if="more" ref="end" class="kaw-audit-more">
        <button type="button" @click="$emit('more')">{{ labels.more }}</button>
      </div>
    </div>`,
  props: { columns: Array, rows: Array, labels: Object, more: Boolean },
  emits: ["more"],
  data() {
    return { open: {} };
  },
  mounted() {
    this.watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.$emit("more"), {
      rootMargin: "200px",
    });
    this.watch_end();
  },
  updated() {
    this.watch_end();
  },
  unmounted() {
    this.watcher.disconnect();
  },
  methods: {
    toggle(id) {
      this.open[id] = !this.open[id];
    },
    watch_end() {
      this.watcher.disconnect();
      if (this.$refs.end) this.watcher.observe(this.$refs.end);
    },
  },
};
