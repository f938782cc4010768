// What the page says: the sentences stand translated in its template; sizes and times are written as the server writes them.
const NO_BREAK = "\u00a0";
const language = document.documentElement.lang.slice(0, 2);
const unit = (name) => (language === "fr" ? name.replace("B", "o") : name);

function written(value, digits) {
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

export function size(bytes) {
  if (!bytes) return "0";
  if (bytes < 1024) return `${bytes}${NO_BREAK}${unit("B")}`;
  if (bytes < 0.1 * 2 ** 20) return `${written(bytes / 2 ** 10, bytes < 10240 ? 1 : 0)}${NO_BREAK}${unit("KiB")}`;
  const [value, name] = bytes < 2 ** 30 ? [bytes / 2 ** 20, "MiB"] : [bytes / 2 ** 30, "GiB"];
  return `${written(value, value < 10 ? 1 : 0)}${NO_BREAK}${unit(name)}`;
}

// A guess, no clock.
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)}${NO_BREAK}s`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)}${NO_BREAK}min`;
  return `${written(seconds / 3600, 1)}${NO_BREAK}h`;
}

export function percent(part, whole) {
  const value = whole ? Math.floor((100 * part) / whole) : 0;
  return `${value}${language === "fr" ? NO_BREAK : ""}%`;
}

export function moment(when) {
  const { zone } = document.documentElement.dataset; // the site's, as everywhere on the page
  const form = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: zone };
  return new Intl.DateTimeFormat(language === "fr" ? "fr" : "en-GB", form).format(when);
}

export const inLanguage = (text) => text?.[language] ?? text?.en ?? "";

// `say("lost")`, `say("left", { time: "2 min" })`.
export function sayer(template) {
  return (word, values = {}) => {
    const sentence = template.content.querySelector(`[data-word="${word}"]`).textContent.trim();
    return sentence.replace(/\[(\w+)\]/g, (whole, name) => values[name] ?? whole);
  };
}
