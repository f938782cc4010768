// How fast bytes go, and how long the rest will take: from what went in the last seconds, and silent until it knows.
const WINDOW_MS = 12000;
const LEAST_MS = 1500;

export class Pace {
  #marks = [];

  note(bytes) {
    const now = performance.now();
    if (this.#marks.length && bytes < this.#marks.at(-1).bytes) this.#marks = []; // a piece was lost on the way
    this.#marks.push({ now, bytes });
    while (this.#marks.length > 2 && now - this.#marks[1].now > WINDOW_MS) this.#marks.shift();
  }

  forget() {
    this.#marks = [];
  }

  // Bytes a second, or null.
  get rate() {
    if (this.#marks.length < 2) return null;
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    const passed = last.now - first.now;
    return passed < LEAST_MS || last.bytes === first.bytes ? null : ((last.bytes - first.bytes) / passed) * 1000;
  }

  // Seconds for the rest, or null.
  secondsFor(bytes) {
    return this.rate ? bytes / this.rate : null;
  }
}
