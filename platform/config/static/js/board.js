// The board, kept up to date: over the socket; when sockets do not get through, by asking every five seconds. While it is
// filtered, what is heard only says that it is time to ask again for the rows of that filter.
import { ceiling, plots } from "./board-plots.js";
import { follow } from "./live.js";

const board = document.querySelector("#board");
const rows = document.querySelector("#board-rows");
const link = document.querySelector("#board-link");
const words = board.dataset;
const language = document.documentElement.lang;
const isFrench = language.startsWith("fr");
const isProjected = document.querySelector(".page--projector") !== null;
const percent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dates = isFrench ? "fr" : "en-GB";
const day = new Intl.DateTimeFormat(dates, { day: "numeric", month: "short", timeZone: words.zone });
const hour = new Intl.DateTimeFormat(dates, { hour: "2-digit", minute: "2-digit", timeZone: words.zone });
const sign = isFrench ? "\u202f%" : "%";
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const SLIDE_MS = 700;
const ASK_AGAIN_MS = 1500;
const form = document.querySelector("#board-filters");

let shown = { revision: -1, rows: [] };
let asking = 0;
let yesterday = new Map();

// What the board says of itself beside its rows, by the names of its messages.
const SAID = ["state", "part", "convention", "metric_version", "dataset", "ladder", "final_rule"];
const said = {};

const asPercent = (value) => (value === null || value === undefined ? "–" : percent.format(value).replace("\u00a0", "\u202f"));
const bounds = (row) => [row.score, ...(row.interval ?? [])];
const drawing = plots({ words, asPercent, sign, isProjected });

function element(kind, className, ...content) {
  const one = document.createElement(kind);
  one.className = className;
  one.append(...content);
  return one;
}

function moved(row) {
  if (!yesterday.size || query()) return "";
  const before = yesterday.get(row.pair);
  if (before === undefined) return element("span", "board__new", words.new);
  if (before === row.rank) return "";
  return before > row.rank
    ? element("span", "board__up", `▲ ${before - row.rank}`)
    : element("span", "board__down", `▼ ${row.rank - before}`);
}

function line(row, end) {
  const box = element("span", "board__line");
  box.style.setProperty("--score", row.score / end);
  if (row.interval) {
    const [low, high] = row.interval;
    const range = document.createElement("i");
    range.style.setProperty("--low", low / end);
    range.style.setProperty("--high", high / end);
    box.append(range);
    box.title = words.interval.replace("%low%", asPercent(low)).replace("%high%", asPercent(high));
  }
  box.append(document.createElement("b"));
  return box;
}

function mark(name, said) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${words.icons}#${name}`);
  drawn.append(use);
  return [drawn, element("span", "visually-hidden", said)];
}

const MARKS = { true: ["check", "is-right"], false: ["cross", "is-wrong"], null: ["question", "is-unknown"] };

function lotOf(row) {
  if (!row.configuration) return [];
  const { size, image_size: side, frozen_backbone: frozen } = row.configuration;
  const [icon, name] = MARKS[row.matches_lot];
  const match = { true: words.matches, false: words.differs, null: words.unknown }[row.matches_lot];
  const lot = element("span", `chip chip--lot ${name}`, `${size} · ${side} px${frozen ? ` · ${words.frozen}` : ""}`, ...mark(icon, match));
  lot.title = match;
  return [element("span", "board__lot", lot)];
}

const groupOf = (row) => (row.group ? [" ", element("span", "chip", row.group)] : []);

function rankOf(row) {
  const rank = element("td", "board__rank", String(row.rank));
  if (row.tied) rank.append(element("span", "board__tied", "="), element("span", "visually-hidden", words.tied));
  return rank;
}

// The same row as the template's.
function rowOf(row, end) {
  const when = new Date(row.submitted_at);
  const count = row.submissions === 1 ? words.one : words.many.replace("%count%", row.submissions);
  const told = [`${day.format(when)}, ${hour.format(when)}`, row.metrics.architecture].filter(Boolean).join(" · ");
  const pair = element("th", "board__pair", `${words.pair} ${row.pair}`, ...groupOf(row), element("span", "board__note", `${told} · `, element("span", "board__count", count)), ...lotOf(row));
  pair.scope = "row";
  const one = element(
    "tr",
    "board__row",
    rankOf(row),
    element("td", "board__moved", moved(row)),
    pair,
    element("td", "board__score", element("span", "board__value number", asPercent(row.score)), line(row, end)),
    ...["map50", "precision", "recall"].map((name) => element("td", "is-number board__detail", asPercent(row.metrics[name]))),
  );
  one.dataset.pair = row.pair;
  one.classList.toggle("is-own", row.pair === words.own);
  return one;
}

// Rows slide from where they were to where they are; those that climb pass in front.
function slide(before) {
  if (calm.matches) return;
  for (const row of rows.children) {
    const from = before.get(row.dataset.pair);
    const to = row.getBoundingClientRect().top;
    if (from === undefined || from === to) continue;
    row.classList.toggle("is-moving", from > to);
    const way = row.animate([{ transform: `translateY(${from - to}px)` }, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-in-out" });
    way.finished.then(() => row.classList.remove("is-moving"), () => {});
  }
}

function sentence(old, row) {
  const fill = (text) => text.replace("%pair%", `${words.pair} ${row.pair}`).replace("%rank%", row.rank).replace("%score%", asPercent(row.score));
  if (query()) return "";
  if (!old) return fill(words.enters);
  if (row.rank < old.rank) return fill(words.climbs);
  return row.score > old.score ? fill(words.improves) : "";
}

// What is heard: shown at once, or, under a filter, a reason to ask for its rows soon.
function hear(next) {
  if (next.revision <= shown.revision) return;
  if (!query()) {
    show(next);
    return;
  }
  clearTimeout(asking);
  asking = setTimeout(refilter, ASK_AGAIN_MS * Math.random());
}

function show(next) {
  const before = new Map([...rows.children].map((row) => [row.dataset.pair, row.getBoundingClientRect().top]));
  const old = new Map(shown.rows.map((row) => [row.pair, row]));
  const end = ceiling(next.rows.flatMap(bounds));
  shown = next;
  rows.replaceChildren(...next.rows.map((row) => rowOf(row, end)));
  document.querySelector("#board-end").textContent = `${Math.round(100 * end)}${sign}`;
  document.querySelector("#board-filled").hidden = !next.rows.length && !query();
  document.querySelector("#board-none").hidden = next.rows.length > 0 || !query();
  document.querySelector("#board-empty").hidden = next.rows.length > 0 || query() !== "";
  tellState(next);
  tellWhatIsShown(next);
  slide(before);
  drawing.fill(next.rows);
  const news = next.rows.map((row) => [row, sentence(old.get(row.pair), row)]).filter(([, text]) => text);
  for (const [row] of news) rows.querySelector(`[data-pair="${CSS.escape(row.pair)}"]`).classList.add("is-new");
  document.querySelector("#board-news").textContent = news.map(([, text]) => text).join(" ");
}

// Open, frozen, revealed: which of the three sentences is true.
function tellState(next) {
  if (!next.state) return;
  for (const one of board.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== next.state;
}

// Which part, whose convention, under which rules: the server's own sentences, asked for again when they are others.
async function tellWhatIsShown(next) {
  const changed = SAID.filter((name) => name in next && next[name] !== said[name]);
  for (const name of changed) said[name] = next[name];
  if (!changed.length) return;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = page.querySelectorAll("#board [data-said]");
    board.querySelectorAll("[data-said]").forEach((old, place) => fresh[place] && old.replaceWith(fresh[place]));
  } catch {
    for (const name of changed) delete said[name]; // the next message asks again
  }
}

// --- what if ---------------------------------------------------------------------------------------------------------

function query() {
  if (!form) return "";
  const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
  return chosen.length ? `?${new URLSearchParams(chosen)}` : "";
}

async function refilter() {
  const asked = query();
  try {
    const next = await ask();
    if (asked === query()) show(next);
  } catch {
    tell("again");
  }
}

form?.addEventListener("change", () => {
  history.replaceState(null, "", query() || location.pathname);
  form.querySelector("#board-all").hidden = !query();
  refilter();
});
form?.addEventListener("submit", (event) => event.preventDefault());
form?.querySelector("#board-all").addEventListener("click", (event) => {
  event.preventDefault();
  for (const field of form.elements) if ("value" in field && field.type !== "hidden") field.value = "";
  form.dispatchEvent(new Event("change"));
});

function tell(state) {
  link.textContent = link.dataset[state];
  link.className = `badge badge--${state === "live" ? "live" : state === "again" ? "wait" : "calm"}`;
}

// The whole board comes by itself on connect, then each change; an older one than what is shown is passed over.
async function ask() {
  const answer = await fetch(words.call + query(), { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const told = await answer.json();
  const revision = Number(answer.headers.get("Board-Revision"));
  return { revision, rows: told, state: answer.headers.get("Board-State") };
}

for (const name of ["pointerover", "focusin"]) {
  rows.addEventListener(name, (event) => drawing.point(event.target.closest("tr")?.dataset.pair ?? ""));
}
rows.addEventListener("pointerleave", () => drawing.point(""));

// The rows are there already; what is drawn waits for the plotter.
function start() {
  const data = JSON.parse(document.querySelector("#board-data").textContent);
  yesterday = new Map(Object.entries(data.yesterday));
  shown = { revision: data.revision, rows: data.rows };
  for (const name of SAID) said[name] = data[name];
  drawing.know(data);
  drawing.fill(data.rows);
  follow({ socket: words.socket, ask, hear, tell });
}
document.addEventListener("theme-changed", drawing.again);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawing.again);
if (document.readyState === "complete") start();
else addEventListener("load", start);
