// A plain table whose rows have one button, in one element: a few hundred sessions cost the server no more than one.
export default {
  template: `
    <table class="kaw-actions-table" :aria-label="labels.table">
      <thead><tr>
        <th v-for="column in columns" :key="column.name" scope="col">{{ column.label }}</th>
        <th><span class="kaw-sr">{{ labels.action }}</span></th>
      </tr></thead>
      <tbody>
        <tr v-for="row in rows" :key="row.id">
          <td v-for="column in columns" :key="column.name" :title="row.titles?.[column.name]"
              :data-label="column.label">{{ row[column.name] }}</td>
          <td><span v-if="row.note" class="kaw-note">{{ row.note }}</span>
            <button v-else type="button" :aria-label="labels.action + ': ' + row.name"
                    @click="$emit('act', row.id)">{{ labels.action }}</button></td>
        </tr>
      </tbody>
    </table>`,
  props: { columns: Array, rows: Array, labels: Object },
  emits: ["act"],
};
