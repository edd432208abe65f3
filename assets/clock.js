// The server's time in the browser, and lengths of time as people read them. Clocks on the screen run here, without the
// server: the page sets it once with the server's time.

const kawClock = {
  skew: 0,
  set: (serverTime) => (kawClock.skew = Date.now() - serverTime),
  now: () => Date.now() - kawClock.skew,
  spoken(seconds, hours) {
    const two = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return hours || h ? `${two(h)}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
  },
};
