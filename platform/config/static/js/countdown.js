// How long until a deadline ([data-countdown], in milliseconds), by the server's clock: data-now is what it said when it
// wrote the page, whatever this device believes.
const language = document.documentElement.lang.slice(0, 2);
const days = new Intl.NumberFormat(language, { style: "unit", unit: "day", unitDisplay: "long" });

function spell(seconds) {
  const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  if (d) return h ? `${days.format(d)} ${h} h` : days.format(d);
  if (h) return m ? `${h} h ${m} min` : `${h} h`;
  return m ? `${m} min ${s} s` : `${s} s`;
}

for (const place of document.querySelectorAll("[data-countdown]")) {
  const behind = Number(place.dataset.now) - Date.now();
  const due = Number(place.dataset.countdown);
  const left = () => Math.max(0, Math.floor((due - Date.now() - behind) / 1000));
  const wasPast = left() === 0;
  const timer = setInterval(() => {
    place.textContent = spell(left());
    if (left() > 0) return;
    clearInterval(timer);
    if (!wasPast && !document.querySelector("[data-uploads] > *")) location.reload(); // the page says now that it is late
  }, 1000);
}
