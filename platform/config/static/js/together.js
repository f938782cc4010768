// Two films of one length, played as one: <div data-together> with video[data-first], video[data-second], a bar of
// [data-toggle], [data-back], [data-on], [data-scrub], [data-clock], [data-speed], and a plot in [data-seeks] with the
// line [data-now]. The first film leads, with its sound; the second is led, and drawn back when it drifts.
const DRIFT = 0.04; // seconds that nobody sees
const A_LITTLE = 0.001; // seconds, of the first frame of any film
const JUMP = 0.4; // more than a little faster or slower can mend

function moments(seconds) {
  const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return number.format(seconds);
}

class Together {
  constructor(root) {
    this.root = root;
    this.first = root.querySelector("[data-first]");
    this.second = root.querySelector("[data-second]");
    this.scrub = root.querySelector("[data-scrub]");
    this.clock = root.querySelector("[data-clock]");
    this.now = root.querySelector("[data-now]");
    this.plot = root.querySelector("[data-seeks]");
    this.frame = Number(root.dataset.frame) || 1 / 30;
    this.speed = 1;
    this.wanted = false; // whether somebody wants it to play, also while it loads
    for (const film of [this.first, this.second]) {
      film.controls = false;
      film.preload = "auto";
      if (film.readyState > 1) this.begin(film);
      else film.addEventListener("loadeddata", () => this.begin(film), { once: true });
    }
    root.querySelectorAll(".together__bar, .together__keys").forEach((part) => (part.hidden = false));
    this.listen();
    this.show();
  }

  // Both begin at their first frame: they are compared. A phone paints a frame only of a film that was played or sought
  // in; until then the poster stays.
  begin(film) {
    film.addEventListener("seeked", () => film.removeAttribute("poster"), { once: true });
    if (film.paused && !film.seeking) film.currentTime ||= A_LITTLE;
  }

  get seconds() {
    const known = [this.first.duration, this.second.duration].filter(Number.isFinite);
    return known.length ? Math.min(...known) : Number(this.scrub.max);
  }

  listen() {
    const on = (name, act) => this.root.querySelector(name)?.addEventListener("click", act);
    on("[data-toggle]", () => this.toggle());
    on("[data-back]", () => this.step(-1));
    on("[data-on]", () => this.step(1));
    for (const film of [this.first, this.second]) film.addEventListener("click", () => this.toggle());
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    this.root.querySelector("[data-speed]")?.addEventListener("change", (event) => {
      this.speed = Number(event.target.value);
      this.first.playbackRate = this.second.playbackRate = this.speed;
    });
    for (const name of ["play", "pause", "ended", "seeked", "loadedmetadata"]) {
      this.first.addEventListener(name, () => this.show());
    }
    this.first.addEventListener("ended", () => this.pause());
    // Whoever has to load makes the other one wait.
    this.second.addEventListener("waiting", () => this.wait());
    this.plot?.addEventListener("click", (event) => this.clicked(event));
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    new ResizeObserver(() => this.show()).observe(this.root);
  }

  wait() {
    if (!this.wanted || this.second.seeking || this.first.paused) return;
    this.first.pause();
    this.second.addEventListener("canplay", () => this.wanted && this.play(), { once: true });
  }

  async play() {
    this.wanted = true;
    if (this.first.currentTime >= this.seconds - this.frame / 2) this.seek(0);
    if (Math.abs(this.second.currentTime - this.first.currentTime) > DRIFT) this.second.currentTime = this.first.currentTime;
    try {
      await Promise.all([this.first.play(), this.second.play()]);
    } catch {
      // One was told to pause meanwhile; or a browser plays nothing unasked, or a film is gone.
    }
    this.follow();
  }

  pause() {
    this.wanted = false;
    this.first.pause();
    this.second.pause();
    if (this.second.currentTime !== this.first.currentTime) this.second.currentTime = this.first.currentTime;
  }

  toggle() {
    if (this.wanted) this.pause();
    else this.play();
  }

  step(frames) {
    this.pause();
    const number = Math.round(this.first.currentTime / this.frame) + frames;
    this.seek((number + 0.01) * this.frame);
  }

  seek(seconds) {
    const at = Math.min(Math.max(seconds, 0), this.seconds);
    this.first.currentTime = at;
    this.second.currentTime = at;
    this.show(at);
  }

  follow() {
    this.show();
    if (!this.wanted || this.first.paused) return;
    const drift = this.second.currentTime - this.first.currentTime;
    if (Math.abs(drift) > JUMP) this.second.currentTime = this.first.currentTime;
    this.second.playbackRate = this.speed * (Math.abs(drift) < DRIFT ? 1 : 1 - Math.min(Math.max(2 * drift, -0.25), 0.25));
    requestAnimationFrame(() => this.follow());
  }

  show(at = this.first.currentTime) {
    const playing = this.wanted;
    this.root.querySelectorAll("[data-when]").forEach((part) => (part.hidden = part.dataset.when !== (playing ? "playing" : "paused")));
    const label = this.root.querySelector("[data-label]");
    const word = playing ? this.root.dataset.pause : this.root.dataset.play;
    if (label.textContent !== word) label.textContent = word;
    this.scrub.value = at;
    this.scrub.setAttribute("aria-valuetext", `${moments(at)} s`);
    this.clock.textContent = `${moments(at)} / ${moments(this.seconds)} s`;
    this.mark(at);
  }

  // The line over the plot: drawn beside it, because plotly would redraw everything.
  mark(at) {
    const axis = this.plot?._fullLayout?.xaxis;
    if (!axis || !this.now) return;
    this.now.hidden = false;
    this.now.style.left = `${axis._offset + axis.l2p(at)}px`;
    this.now.style.top = `${this.plot._fullLayout._size.t}px`;
    this.now.style.height = `${this.plot._fullLayout._size.h}px`;
  }

  clicked(event) {
    const axis = this.plot._fullLayout?.xaxis;
    if (!axis) return;
    this.seek(axis.p2l(event.clientX - this.plot.getBoundingClientRect().left - axis._offset));
  }

  pressed(event) {
    if (event.target.matches("input, select, button, a") && event.key !== "k") return;
    const acts = {
      " ": () => this.toggle(),
      k: () => this.toggle(),
      ArrowLeft: () => (event.shiftKey ? this.seek(this.first.currentTime - 1) : this.step(-1)),
      ArrowRight: () => (event.shiftKey ? this.seek(this.first.currentTime + 1) : this.step(1)),
      Home: () => this.seek(0),
      End: () => this.seek(this.seconds),
    };
    if (!(event.key in acts) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }
}

document.querySelectorAll("[data-together]").forEach((root) => new Together(root));
