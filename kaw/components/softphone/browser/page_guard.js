// NiceGUI reloads a page whose server no longer knows it (KAW was restarted). While `busy()` that waits, `held()` says so.
const RELOADS = ["connect_error", "try_reconnect"];
const CHECK = 500; // ms

export function holdReloads(socket, busy, held) {
  const whenFree = (act) => {
    if (!busy()) return act();
    held();
    setTimeout(() => whenFree(act), CHECK);
    return undefined;
  };
  for (const name of RELOADS) {
    const handlers = socket.listeners(name);
    socket.off(name);
    for (const handler of handlers) {
      socket.on(name, (...details) => {
        // socket.io tries again by itself after this one
        if (details[0]?.message === "timeout" && busy()) return;
        whenFree(() => handler(...details));
      });
    }
  }
  const emit = socket.emit.bind(socket);
  socket.emit = (name, ...details) => {
    const finish = details.at(-1);
    if (name !== "handshake" || typeof finish !== "function") return emit(name, ...details);
    return emit(name, ...details.slice(0, -1), (ok) => (ok ? finish(ok) : whenFree(() => finish(ok))));
  };
}
