// Ctrl+S saves what is open in the tab on the screen, whichever keyboard layout is on.
window.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.code !== "KeyS") return;
  event.preventDefault();
  if (document.querySelector(".q-dialog")) return;
  document.querySelector(".kaw-tabpanel:not(.kaw-hidden) .kaw-save")?.click();
});
