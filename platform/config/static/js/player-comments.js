// Comments beside the film: marks on the time line, drawings at their moment, and the form ([data-composer]), which stops
// the film as soon as one writes and starts it again when the comment is sent. htmx sends and swaps; what it swaps is read
// anew here.
const SHOWN_SECONDS = 3; // how long a drawing stays while the film plays
const NEAR_SECONDS = 0.3;

class Comments {
  constructor(player, ink, asTime) {
    Object.assign(this, { player, ink, asTime, wasPlaying: false });
    this.marks = player.root.querySelector("[data-marks]");
    this.form = document.querySelector("[data-composer]");
    if (this.form) this.prepareForm();
    this.read();
    new MutationObserver(() => this.read()).observe(document.querySelector("[data-watch]") ?? document.body, {
      childList: true,
      subtree: true,
    });
    player.root.addEventListener("player:time", () => this.follow());
  }

  // Only when the list is another one: the marks are made from what stands on the page.
  read() {
    const list = document.querySelector("[data-comments]");
    if (!list || (this.list === list && this.length)) return;
    this.list = list;
    this.rows = [...list.querySelectorAll("[data-comment][data-at]")].map((row) => ({
      row,
      at: Number(row.dataset.at),
      path: row.querySelector("[data-path]")?.dataset.path ?? "",
    }));
    this.draw();
  }

  draw() {
    this.length = this.player.length;
    this.marks?.replaceChildren(
      ...this.rows.map(({ row, at }) => {
        const mark = document.createElement("a");
        mark.href = `#t=${at}`;
        mark.dataset.at = String(at);
        mark.className = "player__mark";
        mark.tabIndex = -1; // the list below has the same link, with its words
        mark.style.setProperty("--at", this.length ? Math.min(at / this.length, 1) : 0);
        mark.title = `${this.asTime(at)} ${row.querySelector(".comment__text")?.textContent.slice(0, 80) ?? ""}`;
        return mark;
      }),
    );
    this.follow();
  }

  // What belongs to this moment: its comment stands out in the list, its drawing on the picture.
  follow() {
    const now = this.player.seconds;
    const reach = this.player.isPlaying ? SHOWN_SECONDS : NEAR_SECONDS;
    const current = this.rows?.filter(({ at }) => now >= at - NEAR_SECONDS && now < at + reach) ?? [];
    for (const { row } of this.rows ?? []) row.classList.toggle("is-now", current.some((one) => one.row === row));
    this.ink.showOf(current.map(({ path }) => path).join(" ").trim());
    if (this.form && !this.isBegun()) this.setMoment(now);
  }

  walk(step) {
    const now = this.player.seconds;
    const there = this.rows?.filter(({ at }) => (step > 0 ? at > now + 0.05 : at < now - 0.05)) ?? [];
    const next = step > 0 ? there[0] : there[there.length - 1];
    if (next) this.player.seek(next.at, { play: false });
  }

  // --- writing -------------------------------------------------------------------------------------------------------
  prepareForm() {
    const { form } = this;
    this.text = form.querySelector("[data-text]");
    this.at = form.querySelector("[data-at-field]");
    this.moment = form.querySelector("[data-moment]");
    this.text.addEventListener("input", () => this.begin());
    this.player.root.addEventListener("player:drawing", () => this.begin());
    if (this.at) this.prepareMoment(); // a link has none
    form.addEventListener("keydown", (event) => this.keys(event));
    document.addEventListener("click", (event) => {
      const phrase = event.target.closest?.("[data-phrase]");
      if (phrase && this.form.isConnected) this.put(phrase.dataset.phrase);
    });
    document.body.addEventListener("comment-said", () => this.sent());
  }

  prepareMoment() {
    this.at.addEventListener("input", () => {
      this.moment.value = ""; // what is typed counts
    });
    const whole = this.form.querySelector("[data-whole]");
    whole.hidden = false;
    whole.addEventListener("click", () => {
      this.at.value = this.moment.value = "";
      this.ink.clear();
      this.form.requestSubmit(this.form.querySelector("[data-send]"));
    });
  }

  isBegun() {
    return Boolean(this.text.value || this.ink.shapes.length || this.ink.tool);
  }

  begin() {
    if (!this.player.isPlaying) return;
    this.wasPlaying = true;
    this.player.pause();
    this.setMoment(this.player.seconds);
  }

  setMoment(seconds) {
    if (!this.at || document.activeElement === this.at) return;
    this.moment.value = seconds.toFixed(3);
    this.at.value = this.asTime(seconds);
  }

  write() {
    if (!this.form) return;
    this.wasPlaying ||= this.player.isPlaying;
    this.player.pause();
    this.text.focus({ preventScroll: true });
    this.form.scrollIntoView({ block: "nearest" });
  }

  put(phrase) {
    this.write();
    const before = this.text.value;
    this.text.value = before && !/\s$/.test(before) ? `${before} ${phrase}` : before + phrase;
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  keys(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.form.requestSubmit(this.form.querySelector("[data-send]"));
    } else if (event.key === "Escape") {
      document.activeElement?.blur();
      if (!this.isBegun()) this.goOn();
    } else if (event.altKey && /^Digit[1-9]$/.test(event.code)) {
      const phrase = document.querySelectorAll("[data-phrase]")[Number(event.code.slice(5)) - 1];
      if (!phrase) return;
      event.preventDefault();
      this.put(phrase.dataset.phrase);
    }
  }

  sent() {
    if (!this.form?.isConnected) return;
    this.text.value = "";
    this.ink.clear();
    this.text.blur();
    this.goOn();
  }

  goOn() {
    if (this.wasPlaying) this.player.play();
    this.wasPlaying = false;
  }
}

export const prepareComments = (player, ink, asTime) => new Comments(player, ink, asTime);
