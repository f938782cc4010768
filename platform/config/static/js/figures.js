// Draws the figures of a page: <div data-figure="ID"></div> beside the data in a script block of that id. Colours and faces
// are the page's own, in both themes; a figure that changes is drawn again from its data. In a fieldset data-picks="ID" the
// boxes that are ticked say which traces are shown: those whose `meta` is a value of theirs, and those that have none.
const PENS = ["#2b9c93", "#d1703c", "#7a5bb5", "#b5883a", "#3f78c9"];
export const OTHERS = PENS[0];
export const OWN = PENS[1];

export function colour(name) {
  // light-dark() is resolved by asking what an element really shows.
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

// "ink" and "ink-soft" are the theme's; `pen` is one of the page's five.
function inked(line) {
  const { pen, color, ...rest } = line;
  if (pen !== undefined) return { ...rest, color: PENS[pen] };
  return { ...rest, color: color && !color.startsWith("#") && !color.startsWith("rgb") ? colour(`--${color}`) : color };
}

function dressed(layout) {
  const ink = colour("--ink");
  const line = colour("--line");
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, automargin: true };
  const french = document.documentElement.lang.startsWith("fr");
  return {
    ...layout,
    colorway: PENS,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: '"Atkinson Hyperlegible Next", system-ui, sans-serif', size: 15, color: ink },
    hoverlabel: { bgcolor: colour("--surface"), bordercolor: line, font: { color: ink } },
    margin: { l: 8, r: 8, t: 16, b: 8, ...layout.margin },
    separators: french ? ",\u202f" : ".,",
    shapes: (layout.shapes ?? []).map((shape) => ({ ...shape, line: inked(shape.line) })),
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}

export function draw(place, figure) {
  if (!window.Plotly) return;
  const data = figure.data.map((trace) => (trace.line ? { ...trace, line: inked(trace.line) } : trace));
  window.Plotly.react(place, data, dressed(figure.layout), { displayModeBar: false, responsive: true });
}

function picked(id) {
  const box = document.querySelector(`[data-picks="${CSS.escape(id)}"]`);
  return box && new Set([...box.querySelectorAll("input:checked")].map((input) => input.value));
}

function drawOne(place) {
  const data = document.getElementById(place.dataset.figure);
  if (!data) return;
  const figure = JSON.parse(data.textContent);
  const wanted = picked(place.dataset.figure);
  if (wanted) figure.data = figure.data.filter((trace) => trace.meta === undefined || wanted.has(trace.meta));
  draw(place, figure);
}

function drawAll(root) {
  root.querySelectorAll("[data-figure]").forEach(drawOne);
}

const start = () => drawAll(document);
if (document.readyState === "complete") start();
else addEventListener("load", start);
document.addEventListener("htmx:afterSwap", () => drawAll(document));
document.addEventListener("change", (event) => {
  const id = event.target.closest("[data-picks]")?.dataset.picks;
  if (id) document.querySelectorAll(`[data-figure="${CSS.escape(id)}"]`).forEach(drawOne);
});
// A figure in a folded part has no width until it is unfolded.
document.addEventListener("toggle", (event) => event.target.open && drawAll(event.target), true);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", start);
new MutationObserver(start).observe(document.documentElement, { attributeFilter: ["data-theme"] });
