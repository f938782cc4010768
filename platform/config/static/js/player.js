// The player of a capsule ([data-player]): time line, speed, subtitles, keys. Without it the browser's own controls do.
// It dispatches "player:time" {seconds, playing} as the film moves, and listens to "player:seek" {seconds, play}.
import { prepareComments } from "./player-comments.js";
import { prepareInk } from "./player-ink.js";
import { prepareKeys } from "./player-keys.js";

function asTime(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

class Player {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("[data-video]");
    this.frame = root.querySelector("[data-frame]");
    this.seekBar = root.querySelector("[data-seek]");
    this.time = root.querySelector("[data-time]");
    this.speedField = root.querySelector("[data-speed]");
    this.captionsField = root.querySelector("[data-captions]");
    this.length = Number(root.dataset.seconds);
    this.video.controls = false;
    root.querySelector("[data-line]").hidden = false;
    root.querySelector("[data-buttons]").hidden = false;
    this.listen();
    this.showTime();
  }

  get seconds() {
    return this.video.currentTime;
  }

  get isPlaying() {
    return !this.video.paused && !this.video.ended;
  }

  play() {
    this.video.play().catch(() => {}); // a browser may want a click first
  }

  pause() {
    this.video.pause();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  seek(seconds, { play } = {}) {
    this.video.currentTime = Math.min(Math.max(0, seconds), this.video.duration || this.length);
    if (play === true) this.play();
    if (play === false) this.pause();
  }

  step(frames) {
    this.pause();
    this.seek(this.seconds + frames / (Number(this.root.dataset.rate) || 25));
  }

  speed(step) {
    const options = [...this.speedField.options];
    const at = options.findIndex((option) => Number(option.value) === this.video.playbackRate);
    const next = options[Math.min(Math.max(0, at + step), options.length - 1)];
    this.video.playbackRate = Number(next.value);
    this.flash(next.textContent);
  }

  mute() {
    this.video.muted = !this.video.muted;
  }

  // The next language, and after the last one none.
  captions() {
    if (!this.captionsField) return;
    this.captionsField.selectedIndex = (this.captionsField.selectedIndex + 1) % this.captionsField.options.length;
    this.showCaptions();
    this.flash(this.captionsField.selectedOptions[0].textContent);
  }

  showCaptions() {
    for (const track of this.video.textTracks) {
      track.mode = track.language === this.captionsField.value ? "showing" : "disabled";
    }
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.frame.requestFullscreen) this.frame.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.(); // iPhones know it of videos alone
  }

  help() {
    const keys = this.root.querySelector("[data-help]");
    if (keys.open) keys.close();
    else keys.showModal();
  }

  flash(text) {
    const place = this.root.querySelector("[data-flash]");
    place.textContent = text;
    clearTimeout(this.flashing);
    this.flashing = setTimeout(() => {
      place.textContent = "";
    }, 900);
  }

  listen() {
    const acts = {
      play: () => this.toggle(),
      back: () => this.seek(this.seconds - 10),
      forward: () => this.seek(this.seconds + 10),
      mute: () => this.mute(),
      full: () => this.full(),
      help: () => this.help(),
    };
    this.root.addEventListener("click", (event) => acts[event.target.closest("[data-do]")?.dataset.do]?.());
    this.video.addEventListener("click", () => this.toggle());
    this.video.addEventListener("loadedmetadata", () => this.setLength());
    for (const name of ["timeupdate", "seeking", "seeked", "play", "pause", "ended"]) {
      this.video.addEventListener(name, () => this.showTime());
    }
    this.video.addEventListener("volumechange", () => this.showSound());
    this.video.addEventListener("ratechange", () => {
      this.speedField.value = String(this.video.playbackRate);
    });
    this.speedField.addEventListener("change", () => {
      this.video.playbackRate = Number(this.speedField.value);
    });
    this.captionsField?.addEventListener("change", () => this.showCaptions());
    this.seekBar.addEventListener("input", () => this.seek(Number(this.seekBar.value)));
    this.root.addEventListener("player:seek", (event) => this.seek(event.detail.seconds, event.detail));
    document.addEventListener("click", (event) => this.follow(event));
    addEventListener("hashchange", () => this.readAddress());
    this.readAddress();
  }

  // A link to a moment: a chapter, a comment, a mark on the time line.
  follow(event) {
    const link = event.target.closest?.("a[data-at]");
    if (!link || !this.root.isConnected || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(history.state, "", link.getAttribute("href"));
    this.seek(Number(link.dataset.at), { play: link.closest(".player__chapters") ? undefined : false });
  }

  readAddress() {
    if (!this.root.isConnected) return;
    const found = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (found) this.seek(Number(found[1]));
  }

  setLength() {
    if (!Number.isFinite(this.video.duration)) return;
    this.length = this.video.duration;
    this.seekBar.max = String(this.length);
    this.showTime();
  }

  showTime() {
    const said = `${asTime(this.seconds)} / ${asTime(this.length)}`;
    if (this.time.textContent !== said) {
      this.time.textContent = said;
      this.seekBar.setAttribute("aria-valuetext", said);
    }
    this.seekBar.value = String(this.seconds);
    this.seekBar.style.setProperty("--at", this.length ? this.seconds / this.length : 0);
    const button = this.root.querySelector('[data-do="play"]');
    const isShown = button.querySelector("[data-when-playing]").hidden === false;
    if (isShown !== this.isPlaying) {
      button.querySelector("[data-when-playing]").hidden = !this.isPlaying;
      button.querySelector("[data-when-paused]").hidden = this.isPlaying;
      const label = button.getAttribute("aria-label");
      button.setAttribute("aria-label", button.dataset.otherLabel);
      button.dataset.otherLabel = label;
    }
    const detail = { seconds: this.seconds, playing: this.isPlaying };
    this.root.dispatchEvent(new CustomEvent("player:time", { bubbles: true, detail }));
  }

  showSound() {
    const button = this.root.querySelector('[data-do="mute"]');
    button.setAttribute("aria-pressed", String(this.video.muted));
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, this.video.muted ? "#silence" : "#sound"));
  }
}

// What stands in the film's place where there is a link alone: one writes all the same.
const noFilm = { root: new EventTarget(), seconds: 0, length: 0, isPlaying: false, play() {}, pause() {}, seek() {} };
noFilm.root.querySelector = () => null;
const noInk = { shapes: [], tool: null, clear() {}, showOf() {} };

// A page may put one film in the place of another: the new one is prepared, the old one hears nothing any more.
const prepared = new WeakSet();

function isNew(place) {
  if (!place || prepared.has(place)) return false;
  prepared.add(place);
  return true;
}

function prepare() {
  const roots = document.querySelectorAll("[data-player]");
  if (!roots.length && isNew(document.querySelector("[data-composer]"))) prepareComments(noFilm, noInk, asTime);
  for (const root of roots) {
    if (!isNew(root)) continue;
    const player = new Player(root);
    const ink = prepareInk(player);
    const comments = prepareComments(player, ink, asTime);
    prepareKeys(player, ink, comments);
  }
}

prepare();
document.addEventListener("htmx:afterSettle", prepare);
