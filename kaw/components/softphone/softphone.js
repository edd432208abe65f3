// The softphone's element; the phone itself is browser/.
export default {
  template: `<div></div>`,
  props: { labels: Object },
  emits: ["phone"],
};
