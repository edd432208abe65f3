// Pick a picture for the logo. It is drawn to at most 480 × 160 points here, so that a photograph of 20 MB never travels.
export default {
  template: `
    <div class="kaw-logo-input">
      <img v-if="picture" :src="picture" :alt="labels.logo" />
      <label class="kaw-logo-pick"><input type="file" accept="image/png,image/jpeg,image/webp" class="kaw-sr"
        :aria-label="labels.pick" @change="picked" />{{ labels.pick }}</label>
      <button v-if="picture" type="button" @click="$emit('update:picture', '')">{{ labels.remove }}</button>
    </div>`,
  props: { picture: String, labels: Object, loopback: Boolean },
  emits: ["update:picture", "unreadable"],
  methods: {
    async picked(event) {
      const file = event.target.files[0];
      event.target.value = "";
      if (!file) return;
      try {
        const image = await createImageBitmap(file);
        const scale = Math.min(1, 480 / image.width, 160 / image.height);
        const canvas = document.createElement("canvas");
        canvas.width = Math.max(1, Math.round(image.width * scale));
        canvas.height = Math.max(1, Math.round(image.height * scale));
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        this.$emit("update:picture", canvas.toDataURL("image/png"));
      } catch {
        this.$emit("unreadable");
      }
    },
  },
};
