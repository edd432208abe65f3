// The menu behind «≡»: opens when pointed at, focused by keyboard or clicked; closes on leaving, on Escape and on a choice.
const LEAVE_AFTER = 250; // ms, so that a slip of the pointer does not close it

export default {
  props: { label: String },
  template: `
    <div class="kaw-menu-root" @pointerenter="pointed" @pointerleave="left" @keydown="key" @focusout="lost">
      <button ref="button" type="button" class="kaw-menu-button" :aria-label="label" :aria-expanded="open ? 'true' : 'false'"
        @click="clicked" @focus="focused"><slot name="icon" /></button>
      <nav ref="sheet" class="kaw-menu" v-show="open" :aria-label="label" @click="chosen"><slot /></nav>
    </div>`,
  data: () => ({ open: false, pinned: false, quiet: false, timer: null }),
  methods: {
    show() {
      clearTimeout(this.timer);
      this.open = true;
    },
    hide() {
      clearTimeout(this.timer);
      this.open = this.pinned = false;
    },
    pointed(event) {
      if (event.pointerType === "mouse") this.show();
    },
    left(event) {
      if (event.pointerType === "mouse") this.timer = setTimeout(this.hide, LEAVE_AFTER);
    },
    clicked() {
      if (this.open && this.pinned) return this.hide();
      this.show();
      this.pinned = true;
    },
    focused() {
      if (!this.quiet && this.$refs.button.matches(":focus-visible")) {
        this.show();
        this.pinned = true;
      }
      this.quiet = false;
    },
    lost(event) {
      if (!this.$el.contains(event.relatedTarget) && !this.$el.matches(":hover")) this.hide();
    },
    chosen(event) {
      if (event.target.closest("button")) this.hide();
    },
    key(event) {
      if (!this.open) return;
      const items = [...this.$refs.sheet.querySelectorAll("button")];
      const at = items.indexOf(document.activeElement);
      const to = {
        ArrowDown: at + 1,
        ArrowUp: at < 0 ? items.length - 1 : at - 1,
        Home: 0,
        End: items.length - 1,
      }[event.key];
      if (to !== undefined && items.length) {
        event.preventDefault();
        items[(to + items.length) % items.length].focus();
      } else if (event.key === "Escape") {
        event.stopPropagation();
        this.quiet = document.activeElement !== this.$refs.button;
        this.$refs.button.focus();
        this.hide();
      }
    },
  },
  unmounted() {
    clearTimeout(this.timer);
  },
};
