// Choose a file or drop it here; it goes to an address of KAW at once, with its progress shown.
export default {
  template: `
    <div class="kaw-drop" :class="{ over }" @dragover.prevent="over = true" @dragleave="over = false" @drop.prevent="drop">
      <input ref="input" type="file" class="kaw-sr" tabindex="-1" :accept="accept" :multiple="multiple"
             :aria-label="labels.choose" @change="picked" />
      <button type="button" class="kaw-drop-choose" :disabled="sending !== null" @click="$refs.input.click()">{{ labels.choose }}</button>
      <span class="kaw-drop-name" role="status">{{ sending !== null ? sending : name || labels.none }}</span>
      <template v-if="sending !== null">
        <progress max="100" :value="percent" :aria-label="sending"></progress>
        <button type="button" class="kaw-drop-choose" @click="cancel">{{ labels.cancel }}</button>
      </template>
      <span v-else class="kaw-drop-hint">{{ labels.hint }}</span>
    </div>`,
  props: { address: String, accept: String, multiple: Boolean, name: String, labels: Object },
  emits: ["stored", "refused"],
  data() {
    return { over: false, sending: null, percent: 0 };
  },
  unmounted() {
    this.request?.abort();
  },
  methods: {
    drop(event) {
      this.over = false;
      if (this.sending === null) this.sendAll([...event.dataTransfer.files]);
    },
    picked(event) {
      this.sendAll([...event.target.files]);
      event.target.value = "";
    },
    async sendAll(files) {
      for (const file of this.multiple ? files : files.slice(0, 1)) {
        if (!(await this.send(file))) return;
      }
    },
    send(file) {
      return new Promise((resolve) => {
        const request = (this.request = new XMLHttpRequest());
        const form = new FormData();
        form.append("file", file);
        request.upload.onprogress = (event) => (this.percent = (100 * event.loaded) / event.total);
        request.onloadend = () => {
          this.sending = null;
          const answer = this.parsed(request.responseText);
          const stored = request.status === 200 && answer !== null;
          if (stored) this.$emit("stored", answer);
          else if (!this.cancelled) this.$emit("refused", { error: answer?.error || this.labels.failed, name: file.name });
          resolve(stored);
        };
        this.cancelled = false;
        this.percent = 0;
        this.sending = file.name;
        request.open("POST", (window.path_prefix || "") + this.address);
        request.send(form);
      });
    },
    parsed(text) {
      try {
        return JSON.parse(text);
      } catch {
        return null;
      }
    },
    cancel() {
      this.cancelled = true;
      this.request?.abort();
    },
  },
};
