// Drawing on the picture: pen, arrow and box, in shares of its width and height, over the film (the form's field
// "drawing"); and showing what was drawn when its moment comes.
const MOST_POINTS = 400;
const HEAD_ANGLE = 0.45;

const line = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;

function arrow([[x0, y0], [x1, y1]]) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const length = Math.max(Math.hypot(x1 - x0, y1 - y0) * 0.3, 12);
  const head = [-HEAD_ANGLE, HEAD_ANGLE].map((turn) => [
    x1 - length * Math.cos(angle + turn),
    y1 - length * Math.sin(angle + turn),
  ]);
  return `${line([[x0, y0], [x1, y1]])} ${line([head[0], [x1, y1], head[1]])}`;
}

const box = ([[left, top], [right, bottom]]) => `${line([[left, top], [right, top], [right, bottom], [left, bottom]])}Z`;
const PATHS = { pen: line, arrow, box };

class Ink {
  constructor(player) {
    this.player = player;
    this.surface = player.root.querySelector("[data-ink]");
    this.field = document.querySelector("[data-composer] [data-drawing]");
    this.tools = document.querySelector("[data-composer] [data-tools]");
    this.shapes = [];
    this.tool = null;
    this.shown = ""; // what a comment of this moment drew
    if (!this.tools) return;
    this.tools.hidden = false;
    this.tools.addEventListener("click", (event) => {
      const tool = event.target.closest("[data-tool]")?.dataset.tool;
      if (tool === "undo") this.undo();
      else if (tool) this.choose(tool === this.tool ? null : tool);
    });
    this.surface.addEventListener("pointerdown", (event) => this.begin(event));
    this.surface.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.surface.addEventListener(name, () => this.end());
  }

  choose(tool) {
    if (!this.tools) return;
    this.tool = tool;
    this.player.frame.classList.toggle("is-drawn-on", Boolean(tool));
    for (const button of this.tools.querySelectorAll("[data-tool]")) {
      if (button.dataset.tool !== "undo") button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
    if (tool) {
      this.player.pause();
      this.player.frame.scrollIntoView({ block: "nearest" });
      this.player.root.dispatchEvent(new CustomEvent("player:drawing"));
    }
  }

  place(event) {
    const frame = this.surface.getBoundingClientRect();
    const share = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 10000) / 10000;
    return [share((event.clientX - frame.left) / frame.width), share((event.clientY - frame.top) / frame.height)];
  }

  begin(event) {
    if (!this.tool || event.button > 0) return;
    event.preventDefault();
    this.surface.setPointerCapture(event.pointerId);
    const point = this.place(event);
    this.current = { tool: this.tool, points: [point, point] };
  }

  move(event) {
    if (!this.current) return;
    const point = this.place(event);
    if (this.current.tool !== "pen") this.current.points[1] = point;
    else if (this.current.points.length < MOST_POINTS) this.current.points.push(point);
    this.show();
  }

  end() {
    if (!this.current) return;
    this.shapes = [...this.shapes, this.current].slice(-20);
    this.current = null;
    this.write();
  }

  undo() {
    this.shapes = this.shapes.slice(0, -1);
    this.write();
  }

  clear() {
    this.shapes = [];
    this.choose(null);
    this.write();
  }

  write() {
    this.field.value = this.shapes.length ? JSON.stringify(this.shapes) : "";
    this.show();
  }

  // A comment's drawing, as the server wrote its path; empty for none.
  showOf(path) {
    if (this.shown === path) return;
    this.shown = path;
    this.show();
  }

  show() {
    const { width, height } = this.surface.viewBox.baseVal;
    const drawn = [...this.shapes, ...(this.current ? [this.current] : [])].map(({ tool, points }) =>
      PATHS[tool](points.map(([x, y]) => [x * width, y * height])),
    );
    const path = drawn.length ? drawn.join(" ") : this.shown;
    for (const place of this.surface.querySelectorAll("path")) place.setAttribute("d", path);
  }
}

export const prepareInk = (player) => new Ink(player);
