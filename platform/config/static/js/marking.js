// The workbench: the cells of a rubric walked and filled by keyboard, and the next capsule without leaving the page.
import { Saving, sendLeftovers } from "./marking-saving.js";

const LEVELS = { Digit0: 0, Digit1: 1, Digit2: 2, Digit3: 3, Digit4: 4 };
let bench = null; // what the page shows now

class Bench {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("[data-marking]");
    this.matrix = root.querySelector("[data-matrix]");
    this.cells = new Map([...root.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.number, cell]));
    this.grid = [...this.matrix.tBodies[0].rows].map((row) =>
      [...row.cells].slice(1).map((place) => place.querySelector("[data-goes]")?.dataset.goes ?? null),
    );
    this.isClosed = "closed" in this.form.dataset;
    this.form.classList.add("is-walked");
    for (const part of root.querySelectorAll("[data-only-without-script]")) part.hidden = true;
    for (const part of root.querySelectorAll("[data-help-opens]")) part.hidden = false;
    if (!this.isClosed) this.save();
    this.listen();
    const refused = root.querySelector("[data-refused='cells_are_empty']");
    this.go(this.firstEmpty() ?? this.numbers[0], { focus: Boolean(refused) });
  }

  get numbers() {
    return [...this.cells.keys()];
  }

  get current() {
    return this.cells.get(this.at);
  }

  save() {
    const token = this.form.elements.csrfmiddlewaretoken.value;
    this.saving = new Saving({
      address: this.form.dataset.save,
      token,
      key: this.form.dataset.key,
      revision: Number(this.form.elements.revision.value),
      page: this,
    });
    sendLeftovers(this.form.dataset.key, token);
  }

  // --- what Saving asks of the page ---------------------------------------------------------------------------------
  read() {
    const cells = {};
    for (const cell of this.cells.values()) {
      const chosen = cell.querySelector("input[type=radio]:checked")?.value ?? "";
      cells[cell.dataset.cell] = { level: chosen === "" ? null : Number(chosen), note: cell.querySelector("textarea").value };
    }
    return { cells, comment: this.form.elements.comment.value };
  }

  write(place, value) {
    if (place[0] === "comment") this.form.elements.comment.value = value;
    const cell = [...this.cells.values()].find((one) => one.dataset.cell === place[1]);
    if (!cell) return;
    if (place[2] === "note") cell.querySelector("textarea").value = value;
    else cell.querySelector(`input[value="${value ?? ""}"]`).checked = true;
    this.show(cell);
  }

  say(which, more = "") {
    for (const part of this.root.querySelectorAll("[data-saving] [data-when]")) part.hidden = part.dataset.when !== which;
    if (which === "saved" && more) this.root.querySelector("[data-saved-at]").textContent = more;
    if (which === "refused") this.root.querySelector("[data-refusal]").textContent = more;
  }

  figures(html) {
    this.root.querySelector("[data-figures]").innerHTML = html; // a template of ours
  }

  /** Shows both sides of what is disputed; an empty list takes them away. */
  choose(disputes) {
    const box = this.root.querySelector("[data-conflict]");
    const model = box.querySelector("[data-conflict-line]");
    box.querySelector("[data-conflict-list]").replaceChildren(
      ...disputes.map(({ place, mine, theirs }) => {
        const line = model.content.cloneNode(true);
        line.querySelector("dt").textContent = this.nameOf(place);
        line.querySelector("[data-mine]").textContent = mine ?? "–";
        line.querySelector("[data-theirs]").textContent = theirs ?? "–";
        return line;
      }),
    );
    box.hidden = !disputes.length;
  }

  nameOf(place) {
    if (place[0] === "comment") return this.form.elements.comment.labels[0].firstChild.textContent.trim();
    const cell = [...this.cells.values()].find((one) => one.dataset.cell === place[1]);
    return cell?.querySelector(".cell__title").textContent ?? place[1];
  }

  // --- cells --------------------------------------------------------------------------------------------------------
  go(number, { focus = true } = {}) {
    if (!this.cells.has(number)) return;
    this.at = number;
    for (const [other, cell] of this.cells) cell.classList.toggle("is-current", other === number);
    for (const link of this.matrix.querySelectorAll("[data-goes]")) {
      if (link.dataset.goes === number) {
        link.setAttribute("aria-current", "true");
        if (focus) link.focus({ preventScroll: true });
      } else link.removeAttribute("aria-current");
    }
    if (focus) this.matrix.scrollIntoView({ block: "nearest" });
  }

  walk(key) {
    const row = this.grid.findIndex((places) => places.includes(this.at));
    const column = this.grid[row].indexOf(this.at);
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const place = this.numbers.indexOf(this.at) + (key === "ArrowRight" ? 1 : -1);
      if (this.numbers[place]) this.go(this.numbers[place]);
      return;
    }
    const step = key === "ArrowDown" ? 1 : -1;
    for (let next = row + step; this.grid[next]; next += step) {
      if (this.grid[next][column]) return this.go(this.grid[next][column]);
    }
  }

  level(value) {
    if (this.isClosed) return;
    this.current.querySelector(`input[value="${value ?? ""}"]`).checked = true;
    this.touched(this.current);
  }

  touched(cell) {
    if (cell) this.show(cell);
    this.saving?.changed();
  }

  /** The level and the note of a cell, in the table. */
  show(cell) {
    const link = this.matrix.querySelector(`[data-goes="${cell.dataset.number}"]`);
    const level = cell.querySelector("input[type=radio]:checked")?.value ?? "";
    link.querySelector("[data-level]").textContent = level === "" ? "·" : level;
    link.style.setProperty("--share", level === "" ? 0 : Number(level) / 4);
    link.querySelector("[data-noted]").hidden = !cell.querySelector("textarea").value.trim();
  }

  firstEmpty() {
    return this.numbers.find((number) => (this.cells.get(number).querySelector(":checked")?.value ?? "") === "");
  }

  listen() {
    this.form.addEventListener("input", (event) => {
      if (event.target.matches("textarea")) this.touched(event.target.closest("[data-cell]"));
    });
    this.form.addEventListener("change", (event) => {
      if (event.target.matches("input[type=radio]")) this.touched(event.target.closest("[data-cell]"));
    });
    this.matrix.addEventListener("click", (event) => {
      const link = event.target.closest("[data-goes]");
      if (!link) return;
      event.preventDefault();
      this.go(link.dataset.goes);
    });
    this.form.querySelector("[data-cells]").addEventListener("click", (event) => {
      // After a click the arrows walk the cells, as before; whoever came by Tab keeps the radio buttons' own arrows.
      if (event.detail && event.target.matches("input[type=radio]")) this.go(this.at);
    });
    this.root.querySelector("[data-conflict]").addEventListener("click", (event) => {
      const which = event.target.closest("[data-keep]")?.dataset.keep;
      if (which) this.saving.decide(which);
    });
    this.form.addEventListener("submit", (event) => this.submit(event));
  }

  /** The buttons of the form: what is typed is saved first. */
  submit(event) {
    const button = event.submitter;
    if (button?.hasAttribute("hx-post")) return;
    event.preventDefault();
    if (button?.matches("[data-done]")) this.finish();
    else this.saving?.send();
  }

  async finish() {
    const button = this.root.querySelector("[data-done]");
    if (!button || !(await this.saving.send())) return;
    const values = { revision: this.saving.revision, csrfmiddlewaretoken: this.saving.token };
    window.htmx.ajax("POST", button.formAction, { target: "#bench", swap: "outerHTML", values });
  }
}

// --- keys -----------------------------------------------------------------------------------------------------------
const isWriting = (place) => place instanceof Element && place.matches("input:not([type=radio]), textarea, select");

function press(selector) {
  const place = bench.root.querySelector(selector);
  place?.click();
  return Boolean(place);
}

function focusOn(selector) {
  const place = bench.root.querySelector(selector);
  const drawer = place?.closest("details");
  if (drawer) drawer.open = true;
  place?.focus();
  return Boolean(place);
}

const KEYS = {
  n: () => !bench.isClosed && focusOn(".cell.is-current textarea"),
  g: () => !bench.isClosed && focusOn("#general-comment"),
  " ": () => press("[data-player] [data-do=play]"),
  c: () => focusOn("[data-composer] [data-text]"),
  s: () => focusOn("[data-phrases] [data-phrase]") || focusOn("[data-phrases] input:not([type=hidden])"),
  d: () => press("[data-done]"),
  u: () => press("[data-move=unfinished]"),
  "[": () => press("[data-move=previous]"),
  "]": () => press("[data-move=next]"),
  "?": () => Boolean(document.querySelector("[data-help].keys")?.showModal() ?? true),
  Backspace: () => (bench.level(null), true),
  Delete: () => (bench.level(null), true),
};

function onKey(event) {
  if (!bench || document.querySelector("dialog[open]")) return;
  const target = event.target;
  if (isWriting(target)) {
    if (event.key === "Escape" && bench.form.contains(target)) {
      event.preventDefault();
      bench.go(bench.at);
    }
    return;
  }
  const isAltGr = event.getModifierState("AltGraph");
  if ((event.ctrlKey || event.altKey || event.metaKey) && !isAltGr) return;
  const isRadio = target instanceof Element && target.matches("input[type=radio]");
  const isPlayers = target instanceof Element && target.closest("[data-player]");
  if (handled(event, { isRadio, isPlayers })) {
    event.preventDefault();
    event.stopImmediatePropagation(); // the player has other uses for some of these keys
  }
}

function handled(event, { isRadio, isPlayers }) {
  if (event.key.startsWith("Arrow")) {
    if (event.shiftKey && event.key === "ArrowLeft") return press("[data-move=previous]");
    if (event.shiftKey && event.key === "ArrowRight") return press("[data-move=next]");
    if (isRadio || isPlayers) return false;
    bench.walk(event.key);
    return true;
  }
  const level = LEVELS[event.code.replace("Numpad", "Digit")];
  if (level !== undefined) {
    if (isPlayers && event.code.startsWith("Numpad")) return false;
    bench.level(level);
    return true;
  }
  return Boolean(KEYS[event.key]?.());
}

// --- one capsule after the other --------------------------------------------------------------------------------------
function open() {
  const root = document.querySelector("[data-bench]");
  if (!root || bench?.root === root) return;
  bench?.saving?.leave();
  bench = new Bench(root);
  const product = document.title.split(" · ").slice(1).join(" · ");
  document.title = `${root.dataset.title} · ${product}`;
}

// The next capsule is asked for once this one is saved: whoever comes straight back must find what they typed.
document.addEventListener("htmx:confirm", (event) => {
  if (!event.target.matches("[data-move]") || !bench?.saving || bench.saving.isClean) return;
  event.preventDefault();
  bench.saving.send().finally(() => event.detail.issueRequest(true));
});
document.addEventListener("keydown", onKey, { capture: true });
document.addEventListener("htmx:afterSettle", () => {
  const before = bench?.root;
  open();
  if (bench && bench.root !== before) bench.go(bench.at);
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-help-opens]")) {
    document.querySelector("[data-help].keys")?.showModal();
  }
});
addEventListener("pagehide", () => bench?.saving?.leave());
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // what it shows may have been written since
});
addEventListener("beforeunload", (event) => {
  if (bench?.saving?.disputed) event.preventDefault();
});
open();
