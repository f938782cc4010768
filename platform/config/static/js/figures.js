// Draws the figures of a page: <div data-figure="ID"></div> beside the data in a script block of that id. Colours and faces
// are the page's own, in both themes; a figure that changes is drawn again from its data.
const PENS = ["#2b9c93", "#d1703c", "#7a5bb5", "#b5883a", "#3f78c9"];

export function colour(name) {
  // light-dark() is resolved by asking what an element really shows.
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
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
    margin: { l: 8, r: 8, t: 16, b: 8, ...layout.margin },
    separators: french ? ",\u202f" : ".,",
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}

export function draw(place, figure) {
  if (!window.Plotly) return;
  window.Plotly.react(place, figure.data, dressed(figure.layout), { displayModeBar: false, responsive: true });
}

function drawAll(root) {
  for (const place of root.querySelectorAll("[data-figure]")) {
    const data = document.getElementById(place.dataset.figure);
    if (data) draw(place, JSON.parse(data.textContent));
  }
}

const start = () => drawAll(document);
if (document.readyState === "complete") start();
else addEventListener("load", start);
document.addEventListener("htmx:afterSwap", () => drawAll(document));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", start);
new MutationObserver(start).observe(document.documentElement, { attributeFilter: ["data-theme"] });
