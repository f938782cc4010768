// The board, kept up to date: over the socket; when sockets do not get through, by asking every five seconds.
import { colour, draw } from "./figures.js";
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
const CEILINGS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75];
const SLIDE_MS = 700;

let shown = { revision: -1, rows: [] };
let yesterday = new Map();

const asPercent = (value) => (value === null || value === undefined ? "–" : percent.format(value).replace("\u00a0", "\u202f"));
const bounds = (row) => [row.score, ...(row.interval ?? [])];
const ceiling = (all) => CEILINGS.find((end) => Math.max(...all.flatMap(bounds)) <= end) ?? 1;

function element(kind, className, ...content) {
  const one = document.createElement(kind);
  one.className = className;
  one.append(...content);
  return one;
}

function moved(row) {
  if (!yesterday.size) return "";
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

// The same row as the template's.
function rowOf(row, end) {
  const when = new Date(row.submitted_at);
  const note = [`${day.format(when)}, ${hour.format(when)}`, row.metrics.architecture].filter(Boolean).join(" · ");
  const pair = element("th", "board__pair", `${words.pair} ${row.pair}`, element("span", "board__note", note));
  pair.scope = "row";
  const one = element(
    "tr",
    "board__row",
    element("td", "board__rank", String(row.rank)),
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
  if (!old) return fill(words.enters);
  if (row.rank < old.rank) return fill(words.climbs);
  return row.score > old.score ? fill(words.improves) : "";
}

function show(next) {
  if (next.revision <= shown.revision) return;
  const before = new Map([...rows.children].map((row) => [row.dataset.pair, row.getBoundingClientRect().top]));
  const old = new Map(shown.rows.map((row) => [row.pair, row]));
  const end = ceiling(next.rows);
  shown = next;
  rows.replaceChildren(...next.rows.map((row) => rowOf(row, end)));
  document.querySelector("#board-end").textContent = `${Math.round(100 * end)}${sign}`;
  document.querySelector("#board-filled").hidden = !next.rows.length;
  document.querySelector("#board-empty").hidden = next.rows.length > 0;
  slide(before);
  drawPlot();
  const said = next.rows.map((row) => [row, sentence(old.get(row.pair), row)]).filter(([, text]) => text);
  for (const [row] of said) rows.querySelector(`[data-pair="${CSS.escape(row.pair)}"]`).classList.add("is-new");
  document.querySelector("#board-news").textContent = said.map(([, text]) => text).join(" ");
}

// From the smallest network up, each that is better than all smaller ones.
function unbeaten(sized) {
  const inOrder = [...sized].sort((a, b) => a.metrics.parameters - b.metrics.parameters || b.score - a.score);
  let best = -1;
  return inOrder.filter((row) => row.score > best && ((best = row.score), true));
}

function drawPlot() {
  const sized = shown.rows.filter((row) => row.metrics.parameters);
  document.querySelector(".board__plot").hidden = sized.length === 0;
  if (!sized.length) return;
  const size = (row) => row.metrics.parameters / 1e6;
  const front = unbeaten(sized);
  draw(document.querySelector("#board-plot"), {
    data: [
      {
        type: "scatter",
        mode: "lines",
        x: front.map(size),
        y: front.map((row) => 100 * row.score),
        line: { dash: "dash", width: 2, color: colour("--ink-soft") },
        hoverinfo: "skip",
      },
      {
        type: "scatter",
        mode: "markers+text",
        x: sized.map(size),
        y: sized.map((row) => 100 * row.score),
        text: sized.map((row) => `  ${row.pair}`),
        customdata: sized.map((row) => row.metrics.architecture ?? ""),
        textposition: "middle right",
        textfont: { size: isProjected ? 22 : 15 },
        cliponaxis: false,
        marker: {
          size: isProjected ? 20 : 14,
          color: sized.map((row) => (row.pair === words.own ? "#d1703c" : "#2b9c93")),
          line: { width: 1.5, color: colour("--ink") },
        },
        error_y: {
          type: "data",
          symmetric: false,
          array: sized.map((row) => (row.interval ? 100 * (row.interval[1] - row.score) : 0)),
          arrayminus: sized.map((row) => (row.interval ? 100 * (row.score - row.interval[0]) : 0)),
          thickness: 1.5,
          width: 4,
          color: colour("--ink-soft"),
        },
        hovertemplate: `${words.pair}%{text}, %{customdata}: %{y:.1f}${sign}, %{x:.2f} M<extra></extra>`,
      },
    ],
    layout: {
      height: isProjected ? Math.max(380, innerHeight - 330) : 380,
      showlegend: false,
      xaxis: { title: { text: words.parameters }, range: [0, 1.15 * Math.max(...sized.map(size))], fixedrange: true },
      yaxis: { ticksuffix: sign, range: [0, 100 * ceiling(sized)], fixedrange: true },
    },
  });
}

function tell(state) {
  link.textContent = link.dataset[state];
  link.className = `badge badge--${state === "live" ? "live" : state === "again" ? "wait" : "calm"}`;
}

// The whole board comes by itself on connect, then each change; an older one than what is shown is passed over.
async function ask() {
  const answer = await fetch(words.call, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return { revision: Number(answer.headers.get("Board-Revision")), rows: await answer.json() };
}

// The rows are there already; what is drawn waits for the plotter.
function start() {
  const data = JSON.parse(document.querySelector("#board-data").textContent);
  yesterday = new Map(Object.entries(data.yesterday));
  shown = { revision: data.revision, rows: data.rows };
  drawPlot();
  follow({ socket: words.socket, ask, hear: show, tell });
}
document.addEventListener("theme-changed", drawPlot);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawPlot);
if (document.readyState === "complete") start();
else addEventListener("load", start);
