// The files of a card. A link is a download: the server sends every file as an attachment.
export default {
  template: `
    <ul class="kaw-file-rows">
      <li v-for="row in rows" :key="row.id">
        <i class="q-icon material-icons-outlined" aria-hidden="true">insert_drive_file</i>
        <a :href="prefix + '/files/' + row.id" :title="row.about" download>{{ row.name }}</a>
        <span class="kaw-note">{{ row.size }}</span>
        <button v-if="removable" type="button" class="kaw-row-remove" :title="labels.remove"
                :aria-label="labels.remove + ': ' + row.name" @click="$emit('remove', row.id)"
          ><i class="q-icon material-icons-outlined" aria-hidden="true">close</i></button>
      </li>
    </ul>`,
  props: { rows: Array, labels: Object, removable: Boolean },
  emits: ["remove"],
  computed: {
    prefix: () => window.path_prefix || "",
  },
};
