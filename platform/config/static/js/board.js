// The board, kept up to date: over the socket; when sockets do not get through, by asking every five seconds.
import { draw } from "./figures.js";

const board = document.querySelector("#board");
const rows = document.querySelector("#board-rows");
const link = document.querySelector("#board-link");
const news = document.querySelector("#board-news");
const words = document.querySelector("#board-words").dataset;
const language = document.documentElement.lang;
const percent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const FAILURES_BEFORE_POLLING = 3;
const POLL_MS = 5000;
const LONGEST_PAUSE_MS = 15000;

let shown = { revision: -1, rows: [] };
let socket = null;
let failures = 0;
let polling = 0;

const asPercent = (value) => (value === null || value === undefined ? "–" : percent.format(value));

function cell(kind, className, content) {
  const one = document.createElement(kind);
  one.className = className;
  one.append(content);
  return one;
}

function line(row) {
  const box = document.createElement("div");
  box.className = "board__line";
  box.style.setProperty("--score", row.score);
  const tick = document.createElement("b");
  if (row.interval) {
    const [low, high] = row.interval;
    const range = document.createElement("i");
    range.style.setProperty("--low", low);
    range.style.setProperty("--high", high);
    box.append(range);
    box.title = words.interval.replace("%low%", asPercent(low)).replace("%high%", asPercent(high));
  }
  box.append(tick);
  return box;
}

function rowOf(row) {
  const line_ = document.createElement("tr");
  line_.className = "board__row";
  line_.dataset.pair = row.pair;
  line_.classList.toggle("is-own", row.pair === board.dataset.own && board.dataset.own !== "");
  const score = cell("td", "board__score", cell("span", "board__value", asPercent(row.score)));
  score.append(line(row));
  const pair = cell("th", "board__pair", `${words.pair} ${row.pair}`);
  pair.scope = "row";
  line_.append(
    cell("td", "is-number board__rank", String(row.rank)),
    pair,
    score,
    cell("td", "is-number board__detail", asPercent(row.metrics.map50)),
    cell("td", "is-number board__detail", asPercent(row.metrics.precision)),
    cell("td", "is-number board__detail", asPercent(row.metrics.recall)),
    cell("td", "is-number board__detail", String(row.submissions)),
    cell("td", "board__detail", moment.format(new Date(row.submitted_at))),
  );
  return line_;
}

// Rows slide from where they were to where they are.
function slide(before) {
  if (calm.matches) return;
  for (const row of rows.children) {
    const from = before.get(row.dataset.pair);
    const to = row.getBoundingClientRect().top;
    if (from === undefined || from === to) continue;
    row.animate([{ transform: `translateY(${from - to}px)` }, { transform: "none" }], { duration: 600, easing: "ease-in-out" });
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
  const isFirst = shown.revision < 0;
  const before = new Map([...rows.children].map((row) => [row.dataset.pair, row.getBoundingClientRect().top]));
  const old = new Map(shown.rows.map((row) => [row.pair, row]));
  shown = next;
  rows.replaceChildren(...next.rows.map(rowOf));
  document.querySelector("#board-empty").hidden = next.rows.length > 0;
  slide(before);
  drawPlot(next.rows);
  if (isFirst) return;
  const said = next.rows.map((row) => [row, sentence(old.get(row.pair), row)]).filter(([, text]) => text);
  for (const [row] of said) rows.querySelector(`[data-pair="${CSS.escape(row.pair)}"]`).classList.add("is-new");
  news.textContent = said.map(([, text]) => text).join(" ");
}

function drawPlot(all) {
  const sized = all.filter((row) => row.metrics.parameters);
  document.querySelector(".board__plot").hidden = sized.length === 0;
  if (!sized.length) return;
  draw(document.querySelector("#board-plot"), {
    data: [
      {
        type: "scatter",
        mode: "markers+text",
        x: sized.map((row) => row.metrics.parameters / 1e6),
        y: sized.map((row) => 100 * row.score),
        text: sized.map((row) => row.pair),
        textposition: "top center",
        cliponaxis: false,
        marker: { size: 14 },
        error_y: {
          type: "data",
          symmetric: false,
          array: sized.map((row) => (row.interval ? 100 * (row.interval[1] - row.score) : 0)),
          arrayminus: sized.map((row) => (row.interval ? 100 * (row.score - row.interval[0]) : 0)),
          thickness: 1.5,
          width: 4,
        },
        hovertemplate: `${words.pair} %{text}: %{y:.1f} %<br>%{x:.2f} M<extra></extra>`,
      },
    ],
    layout: { xaxis: { title: { text: words.parameters }, rangemode: "tozero" }, yaxis: { ticksuffix: " %", rangemode: "tozero" }, showlegend: false },
  });
}

function tell(state) {
  link.textContent = link.dataset[state];
  link.className = `badge badge--${state === "live" ? "live" : state === "again" ? "wait" : "calm"}`;
}

async function poll() {
  try {
    const answer = await fetch(board.dataset.call, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    show({ revision: Number(answer.headers.get("Board-Revision")), rows: await answer.json() });
  } catch {
    tell("again");
  }
}

function connect() {
  const address = new URL(board.dataset.socket, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(address);
  socket.addEventListener("open", () => {
    failures = 0;
    clearInterval(polling);
    polling = 0;
    tell("live");
    // The whole board comes by itself on connect; this asks for what may have changed in between.
    if (shown.revision >= 0) socket.send(JSON.stringify({ since: shown.revision }));
  });
  socket.addEventListener("message", (event) => show(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => {
    if (event.code === 4404) return;
    failures += 1;
    if (failures >= FAILURES_BEFORE_POLLING && !polling) {
      polling = setInterval(poll, POLL_MS);
      poll();
    }
    tell(polling ? "polling" : "again");
    setTimeout(connect, Math.min(500 * 2 ** failures, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2));
  });
}

const start = () => {
  show(JSON.parse(document.querySelector("#board-data").textContent));
  connect();
};
if (document.readyState === "complete") start();
else addEventListener("load", start);
