// The wall of the classroom: every pair's card, what happened last, the time left. The server says what is solved; what
// that makes (lines, points, ranks) is worked out here, so that a thing told twice changes nothing.
import { followRevisions } from "./live.js";

const wall = document.querySelector("#wall");
const words = wall.dataset;
const list = document.querySelector("#pairs");
const log = document.querySelector("#wall-events");
const cheer = document.querySelector("#wall-cheer");
const link = document.querySelector("#wall-link");
const language = document.documentElement.lang.startsWith("fr") ? "fr" : "en";
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const wide = matchMedia("(min-width: 60rem)");
const EVENTS_SHOWN = 12;
const SLIDE_MS = 700;
const CHEER_MS = 6000;
const PAPERS = ["coral", "sky", "leaf", "lilac", "lime", "star"];
const clock = new Intl.DateTimeFormat(language === "fr" ? "fr" : "en-GB", { hour: "2-digit", minute: "2-digit" });

let room = null; // the last state, kept up to date
let ahead = 0; // of the server's clock before ours, in milliseconds
let tick = 0;

function element(kind, className, ...content) {
  const one = document.createElement(kind);
  if (className) one.className = className;
  one.append(...content);
  return one;
}

function drawn(kind, attributes, ...content) {
  const one = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...content);
  return one;
}

const icon = (name) => drawn("svg", { class: "icon", "aria-hidden": "true" }, drawn("use", { href: `${words.icons}#${name}` }));
const cardOf = (slug) => room.cards.find((card) => card.card === slug);
const pairOf = (key) => room.pairs.find((pair) => pair.key === key);
const solvedOf = (pair, card) => pair.solved[card.card] ?? {};
const linesOf = (pair, card) => card.lines.filter((line) => line.every((quest) => quest in solvedOf(pair, card)));
const solvedCount = (pair, card) => card.quests.filter(({ quest }) => quest in solvedOf(pair, card)).length;

function pointsOf(pair) {
  let points = 0;
  for (const card of room.cards) {
    const solved = solvedOf(pair, card);
    for (const { quest } of card.quests) points += solved[quest] ?? 0;
    points += card.bonus.line * linesOf(pair, card).length;
    if (solvedCount(pair, card) === card.quests.length) points += card.bonus.full;
  }
  return points;
}

function fill(sentence, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`%${name}%`, () => value), sentence);
}

// --- one pair --------------------------------------------------------------------------------------------------------

function stroke(line, card) {
  const at = (quest) => {
    const place = card.quests.findIndex((one) => one.quest === quest);
    return [(place % card.columns) + 0.5, Math.floor(place / card.columns) + 0.5];
  };
  const [[x1, y1], [x2, y2]] = [at(line[0]), at(line.at(-1))];
  const [right, down] = [Math.sign(x2 - x1) * 0.4, Math.sign(y2 - y1) * 0.4];
  return drawn("line", { x1: x1 - right, y1: y1 - down, x2: x2 + right, y2: y2 + down });
}

function bingo(pair, card) {
  const solved = solvedOf(pair, card);
  const rows = Math.ceil(card.quests.length / card.columns);
  const squares = card.quests.map(({ quest, tint }) => element("i", quest in solved ? `is-solved tint-${tint}` : ""));
  const box = element("span", "bingo", ...squares);
  box.style.setProperty("--columns", card.columns);
  const lines = linesOf(pair, card);
  if (lines.length) {
    box.append(drawn("svg", { viewBox: `0 0 ${card.columns} ${rows}`, "aria-hidden": "true" }, ...lines.map((line) => stroke(line, card))));
  }
  box.classList.toggle("is-full", solvedCount(pair, card) === card.quests.length);
  return box;
}

function hunt(pair, card) {
  const solved = solvedCount(pair, card);
  const bar = element("span", "bar");
  bar.style.setProperty("--share", solved / card.quests.length);
  return element("span", "hunt", icon("lens"), bar, element("span", "number", `${solved}/${card.quests.length}`));
}

function tileOf(pair, place) {
  const label = element("h2", "pair__label hand", element("span", "pair__name", pair.label[language]));
  if (place !== null) {
    label.prepend(element("span", "pair__rank", String(place)), " ");
    label.append(" ", element("span", "pair__points number", String(pointsOf(pair))));
  }
  const members = element("p", "pair__members", pair.members.join(", "));
  const grids = room.cards.filter((card) => card.columns);
  const drawings = element("div", "pair__grids", ...grids.map((card) => bingo(pair, card)));
  const hunts = room.cards.filter((card) => !card.columns).map((card) => hunt(pair, card));
  for (const one of [drawings, ...hunts]) one.setAttribute("aria-hidden", "true");
  const said = room.cards.map((card) =>
    fill(words.progress, { card: card.title[language], solved: solvedCount(pair, card), total: card.quests.length }),
  );
  if (place !== null) said.push(fill(words.points, { points: pointsOf(pair) }));
  const tile = element("li", "pair ink ink--quiet", element("div", "pair__inside", label, members, drawings, ...hunts));
  tile.firstChild.append(element("p", "visually-hidden", `${said.join(". ")}.`));
  tile.dataset.key = pair.key;
  tile.style.setProperty("--grids", Math.max(1, grids.length));
  tile.style.setProperty("--hunts", hunts.length);
  return tile;
}

// --- all of them -----------------------------------------------------------------------------------------------------

function inOrder() {
  if (!room.session?.ranks_pairs) return room.pairs.map((pair) => [pair, null]);
  const sorted = [...room.pairs].sort((one, other) => pointsOf(other) - pointsOf(one));
  return sorted.map((pair) => [pair, 1 + sorted.findIndex((one) => pointsOf(one) === pointsOf(pair))]);
}

// As many columns as make the tiles largest: they are a little wider than high.
function arrange() {
  const count = list.children.length;
  if (!count || !wide.matches) return;
  const { clientWidth: width, clientHeight: height } = list;
  const size = (columns) => Math.min(width / columns / 1.2, height / Math.ceil(count / columns));
  let best = 1;
  for (let columns = 2; columns <= count; columns += 1) if (size(columns) > size(best)) best = columns;
  list.style.setProperty("--columns", best);
  list.style.setProperty("--rows", Math.ceil(count / best));
}

function places() {
  return new Map([...list.children].map((tile) => [tile.dataset.key, tile.getBoundingClientRect()]));
}

function slide(before) {
  if (calm.matches) return;
  for (const [key, to] of places()) {
    const from = before.get(key);
    if (!from || (from.left === to.left && from.top === to.top)) continue;
    const tile = list.querySelector(`[data-key="${key}"]`);
    const start = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
    tile.animate([{ transform: start }, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-in-out" });
  }
}

function drawPairs(changed = new Set()) {
  const before = places();
  const ordered = inOrder();
  const kept = new Map([...list.children].map((tile) => [tile.dataset.key, tile]));
  const all = changed.size === 0 || room.session?.ranks_pairs;
  list.replaceChildren(
    ...ordered.map(([pair, place]) => (!all && !changed.has(pair.key) && kept.get(pair.key)) || tileOf(pair, place)),
  );
  document.querySelector("#wall-empty").hidden = room.pairs.length > 0;
  arrange();
  slide(before);
  for (const key of changed) list.querySelector(`[data-key="${key}"]`)?.classList.add("is-new");
}

// --- what happened ---------------------------------------------------------------------------------------------------

function sentence(event) {
  const card = cardOf(event.card);
  const quest = card?.quests.find((one) => one.quest === event.quest);
  const what = event.what === "solved" && event.first ? words.first : words[event.what];
  return fill(what, { pair: pairOf(event.key)?.label[language] ?? "", quest: quest?.title[language] ?? "", card: card?.title[language] ?? "" });
}

function lineOf(event) {
  const mark = { solved: event.first ? "star" : "check", line: "pencil", full: "star", handed_in: "upload" }[event.what];
  const when = element("time", "number", clock.format(new Date(event.at)));
  when.dateTime = event.at;
  const line = element("li", `happened is-${event.what}`, icon(mark), element("span", "", sentence(event)), when);
  line.dataset.revision = event.revision;
  return line;
}

function drawEvents() {
  const kept = new Map([...log.children].map((line) => [Number(line.dataset.revision), line]));
  log.replaceChildren(...room.events.map((event) => kept.get(event.revision) ?? lineOf(event)));
}

// --- a line, a full card ---------------------------------------------------------------------------------------------

function confetti() {
  for (let one = 0; one < 60; one += 1) {
    const scrap = element("i", `scrap tint-${PAPERS[one % PAPERS.length]}`);
    scrap.style.setProperty("--x", `${Math.random() * 100}vw`);
    scrap.style.setProperty("--turn", `${Math.round(Math.random() * 1440 - 720)}deg`);
    scrap.style.setProperty("--late", `${Math.round(Math.random() * 900)}ms`);
    cheer.append(scrap);
  }
}

function celebrate(event) {
  if (!room.session?.celebrates) return;
  const burst = element("img", "");
  burst.src = words.burst;
  burst.alt = "";
  cheer.replaceChildren(element("div", `cheer is-${event.what}`, burst, element("p", "hand", sentence(event))));
  if (!calm.matches && event.what === "full") confetti();
  clearTimeout(celebrate.end);
  celebrate.end = setTimeout(() => cheer.replaceChildren(), CHEER_MS);
}

// --- the clock -------------------------------------------------------------------------------------------------------

function twoDigits(number) {
  return String(number).padStart(2, "0");
}

function showTime() {
  clearTimeout(tick);
  const time = document.querySelector("#wall-time");
  const left = document.querySelector("#wall-left");
  if (!room.session) {
    time.textContent = "";
    left.textContent = words.none;
    return;
  }
  const remaining = Date.parse(room.session.ends_at) - (Date.now() + ahead);
  const seconds = Math.max(0, Math.ceil(remaining / 1000)); // the last second is 1; at its end it is over
  wall.classList.toggle("is-over", seconds === 0);
  wall.classList.toggle("is-ending", seconds > 0 && seconds <= 300);
  time.textContent = seconds ? `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}` : "";
  left.textContent = seconds ? words.left : words.over;
  if (seconds) tick = setTimeout(showTime, (((remaining - 1) % 1000) + 1000) % 1000 + 5);
}

// --- hearing ---------------------------------------------------------------------------------------------------------

function takeState(state) {
  const newest = room?.events[0]?.revision ?? Infinity;
  room = state;
  ahead = Date.parse(state.now) - Date.now();
  document.querySelector("#wall-group").textContent = state.session?.group ?? "";
  if (state.session) document.querySelector("#wall-title").textContent = state.session.title;
  drawPairs();
  log.replaceChildren();
  drawEvents();
  showTime();
  const missed = state.events.filter((event) => event.revision > newest);
  for (const event of missed) list.querySelector(`[data-key="${event.key}"]`)?.classList.add("is-new");
}

function takeChange({ changes }) {
  if (!changes.length) return;
  for (const { what, key, card, quest, points } of changes) {
    if (what === "solved") (pairOf(key).solved[card] ??= {})[quest] = points;
  }
  room.events = [...changes.toReversed(), ...room.events].slice(0, EVENTS_SHOWN);
  drawPairs(new Set(changes.map(({ key }) => key)));
  drawEvents();
  const greatest = changes.findLast(({ what }) => what === "full") ?? changes.findLast(({ what }) => what === "line");
  if (greatest) celebrate(greatest);
}

function tell(state) {
  link.textContent = link.dataset[state];
  link.className = `badge badge--${state === "live" ? "live" : state === "again" ? "wait" : "calm"}`;
}

const fullScreen = document.querySelector("#wall-full");
fullScreen.hidden = !document.fullscreenEnabled;
fullScreen.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
addEventListener("resize", arrange);
wide.addEventListener("change", arrange);
document.addEventListener("visibilitychange", () => room && showTime());

takeState(JSON.parse(document.querySelector("#room-state").textContent));
followRevisions({ socket: words.socket, changes: words.changes, state: takeState, change: takeChange, tell });
