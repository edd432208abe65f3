// The browser's address line follows the open tab, and Back and Forward switch tabs.

function kawShowAddress(target, replace, headId) {
  if (location.pathname + location.search !== target) history[replace ? "replaceState" : "pushState"](null, "", target);
  document.getElementById(headId)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

window.addEventListener("popstate", () => emitEvent("kaw_address", location.pathname));

// A call opens its card in the page that the user looked at last.
const kawLookedAt = () => document.visibilityState === "visible" && emitEvent("kaw_front");
window.addEventListener("focus", kawLookedAt);
document.addEventListener("visibilitychange", kawLookedAt);
