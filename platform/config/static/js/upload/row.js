// One upload in the list: its name, how far it is, what may be done with it. Sentences come from the page's template.
import { Pace } from "./pace.js";
import { duration, inLanguage, percent, size } from "./words.js";

const OFFERED = {
  waiting: ["cancel"],
  starting: ["cancel"],
  sending: ["pause", "cancel"],
  lost: ["pause", "cancel"],
  checking: [],
  paused: ["resume", "cancel"],
  unfinished: ["choose", "cancel"],
  continuable: ["resume", "cancel"],
  elsewhere: [],
  refused: ["dismiss"],
  broken: ["resume", "dismiss"],
  done: [],
};

export class Row {
  #pace = new Pace();
  #quarter = 0;

  // `act(what)` is called for a button; `announce(text)` reads out what changes; `home` is where the focus goes afterwards.
  constructor(template, { name, total, say, act, announce, home }) {
    this.element = template.content.firstElementChild.cloneNode(true);
    Object.assign(this, { name, total, say, announce, home });
    const part = (which) => this.element.querySelector(`[data-${which}]`);
    this.parts = Object.fromEntries(["name", "bar", "figures", "state", "reason", "link"].map((one) => [one, part(one)]));
    this.parts.name.textContent = name;
    this.parts.bar.setAttribute("aria-label", name);
    for (const button of this.#buttons()) {
      button.setAttribute("aria-label", `${button.textContent.trim()} ${name}`);
      button.addEventListener("click", () => act(button.dataset.act));
    }
  }

  #buttons() {
    return [...this.element.querySelectorAll("[data-act]")];
  }

  // `mood` is a key of OFFERED; `sentence` says it; `answer` may hold a reason, an advice, an address.
  show(mood, sentence, answer = null) {
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    this.element.dataset.mood = mood;
    for (const button of this.#buttons()) button.hidden = !OFFERED[mood].includes(button.dataset.act);
    this.parts.state.textContent = sentence;
    this.parts.reason.replaceChildren(...reasons(answer));
    this.parts.link.hidden = !answer?.address || mood !== "done";
    if (answer?.address) this.parts.link.href = answer.address;
    if (mood !== "sending") this.#pace.forget();
    if (focused?.hidden) (this.#buttons().find((one) => !one.hidden) ?? this.parts.name).focus();
    this.announce(`${this.name}: ${sentence} ${this.parts.reason.textContent}`);
  }

  progress(sent, mood, checked = 0) {
    this.parts.bar.max = this.total;
    this.parts.bar.value = sent;
    const parts = [`${size(sent)} / ${size(this.total)}`, percent(sent, this.total)];
    if (mood === "sending") {
      this.#pace.note(sent);
      const seconds = this.#pace.secondsFor(this.total - sent);
      if (this.#pace.rate) parts.push(`${size(this.#pace.rate)}/s`);
      if (seconds !== null && sent < this.total) parts.push(this.say("left", { time: duration(seconds) }));
    }
    if (checked) parts.push(this.say("checked", { part: percent(checked, this.total) }));
    this.parts.figures.textContent = parts.join(" · ");
    const quarter = Math.floor((4 * sent) / this.total);
    if (mood === "sending" && quarter > this.#quarter && quarter < 4) this.announce(`${this.name}: ${percent(sent, this.total)}`);
    this.#quarter = quarter;
  }

  remove() {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.remove();
    if (hadFocus) this.home.focus();
  }
}

function reasons(answer) {
  const lines = [["strong", inLanguage(answer?.reason)], ["span", inLanguage(answer?.advice)]];
  return lines
    .filter(([, text]) => text)
    .map(([kind, text]) => {
      const line = document.createElement("p");
      const part = document.createElement(kind);
      part.textContent = text;
      line.append(part);
      return line;
    });
}
