// The first rows of a chosen file under its columns, each with the field it goes to; one element for any number of cells.
export default {
  template: `
    <div class="kaw-preview" tabindex="0" role="region" :aria-label="labels.table">
      <table>
        <thead>
          <tr><th v-for="(column, index) in columns" :key="index" scope="col" :class="{ left: !column.field }">{{ column.title }}</th></tr>
          <tr class="kaw-preview-fields"><td v-for="(column, index) in columns" :key="index" :class="{ left: !column.field }"
              >{{ column.field ? "→ " + column.field : labels.left }}</td></tr>
        </thead>
        <tbody>
          <tr v-for="(row, number) in rows" :key="number">
            <td v-for="(column, index) in columns" :key="index" :class="{ left: !column.field }" :title="row[index]">{{ row[index] }}</td>
          </tr>
        </tbody>
      </table>
    </div>`,
  props: { columns: Array, rows: Array, labels: Object },
};
