// The plots beside the board, drawn from its rows: what accuracy costs, class by class, and the course's grid. One of them is
// shown at a time; the choice, the logarithmic axis and the pair that is looked for stay while the board moves.
import { OTHERS, OWN, colour, draw } from "./figures.js";

const CEILINGS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75];
const MOST_LABELS = 16;
const CROWD = 60; // of so many, each gets a small dot, and no interval
const DIM = 0.25;
const REST_MS = 80;
const costs = {
  speed: { of: (row) => row.metrics.ms_per_image, unit: "ms" },
  parameters: { of: (row) => row.metrics.parameters && row.metrics.parameters / 1e6, unit: "M" },
  gflops: { of: (row) => row.metrics.gflops, unit: "GFLOPs" },
};

export const ceiling = (ratios) => CEILINGS.find((end) => Math.max(...ratios) <= end) ?? 1;

// From the cheapest up, each that is better than all cheaper ones.
function unbeaten(rows, cost) {
  const inOrder = [...rows].sort((a, b) => cost(a) - cost(b) || b.score - a.score);
  let best = -1;
  return inOrder.filter((row) => row.score > best && ((best = row.score), true));
}

export function plots({ words, asPercent, sign, isProjected }) {
  const box = document.querySelector("#board-plots");
  const place = document.querySelector("#board-plot");
  const tabs = [...box.querySelectorAll("[role=tab]")];
  const logarithmic = box.querySelector("#board-log");
  const looked = box.querySelector("#board-look");
  const grid = box.querySelector("#board-grid");
  const cells = new Map([...box.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
  let rows = [];
  let pairsOf = {};
  let histories = {};
  let shown = "speed";
  let pointed = "";
  let drawing = 0;

  const nameOf = (row) => `${words.pair} ${row.pair}`;
  const isLit = (row) => !(pointed || looked.value) || row.pair === (pointed || looked.value);
  const inkOf = (row) => (row.pair === words.own ? OWN : OTHERS);
  const about = (row) => [row.metrics.architecture, row.configuration && lotOf(row.configuration)].filter(Boolean).join(", ");
  const lotOf = (lot) => `${lot.size} · ${lot.image_size} px${lot.frozen_backbone ? ` · ${words.frozen}` : ""}`;

  // So many names are read; of more pairs, only those on the front, one's own and whoever is looked for.
  function labelOf(row, front, count) {
    const isNamed = count <= MOST_LABELS || front.has(row.pair) || row.pair === words.own;
    return isNamed || (row.pair === (pointed || looked.value)) ? `  ${row.pair}` : "";
  }

  function whiskers(those) {
    return {
      visible: those.length <= CROWD,
      type: "data",
      symmetric: false,
      array: those.map((row) => (row.interval ? 100 * (row.interval[1] - row.score) : 0)),
      arrayminus: those.map((row) => (row.interval ? 100 * (row.score - row.interval[0]) : 0)),
      thickness: 1.5,
      width: 4,
      color: colour("--ink-soft"),
    };
  }

  function marker(those) {
    const isCrowd = those.length > CROWD;
    const size = (isProjected ? 20 : 14) / (isCrowd ? 2 : 1);
    return {
      size: those.map((row) => (pointed || looked.value) && isLit(row) ? size + 6 : size),
      color: those.map(inkOf),
      opacity: those.map((row) => (isLit(row) ? 1 : DIM)),
      line: { width: isCrowd ? 0.5 : 1.5, color: colour("--ink") },
    };
  }

  function tradeOff({ of, unit }, title) {
    const those = rows.filter((row) => of(row) > 0);
    const front = unbeaten(those, of);
    const onFront = new Set(front.map((row) => row.pair));
    const isLog = logarithmic.checked;
    const most = Math.max(...those.map(of));
    const least = Math.min(...those.map(of));
    return {
      count: those.length,
      data: [
        {
          type: "scatter", mode: "lines", x: front.map(of), y: front.map((row) => 100 * row.score),
          line: { dash: "dash", width: 2, color: "ink-soft" }, hoverinfo: "skip",
        },
        {
          type: "scatter", mode: "markers+text", x: those.map(of), y: those.map((row) => 100 * row.score),
          text: those.map((row) => labelOf(row, onFront, those.length)),
          customdata: those.map((row) => [nameOf(row), about(row), row.pair]),
          textposition: "middle right", textfont: { size: isProjected ? 22 : 15 }, cliponaxis: false,
          marker: marker(those), error_y: whiskers(those),
          hovertemplate: `<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{y:.1f}${sign}, %{x:.3~g} ${unit}<extra></extra>`,
        },
      ],
      xaxis: {
        title: { text: title },
        type: isLog ? "log" : "linear",
        range: isLog ? [Math.log10(least / 1.5), Math.log10(most * 2)] : [0, 1.15 * most],
      },
      ratios: those.map((row) => row.score),
    };
  }

  // A column of dots for each class, spread a little so that none hides another.
  function byClass() {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row.metrics.per_class ?? {})))];
    const those = rows.filter((row) => row.metrics.per_class);
    const spread = (index) => (those.length < 2 ? 0 : 0.5 * (index / (those.length - 1) - 0.5));
    const ratio = (row, name) => row.metrics.per_class[name] ?? null;
    return {
      count: names.length && those.length,
      data: names.map((name, column) => ({
        type: "scatter", mode: "markers", x: those.map((_, index) => column + spread(index)),
        y: those.map((row) => (ratio(row, name) === null ? null : 100 * ratio(row, name))),
        customdata: those.map((row) => [nameOf(row), name, row.pair]), marker: marker(those),
        hovertemplate: `<b>%{customdata[0]}</b><br>%{customdata[1]}: %{y:.1f}${sign}<extra></extra>`,
      })),
      xaxis: { tickvals: names.map((_, column) => column), ticktext: names, range: [-0.5, names.length - 0.5], showgrid: false },
      ratios: those.flatMap((row) => names.map((name) => ratio(row, name) ?? 0)),
    };
  }

  // A better score than the last one that is known is a new step of the pair's way.
  function remember(row) {
    const points = (histories[row.pair] ??= []);
    if (!points.length || row.score > points.at(-1)[1]) points.push([row.submitted_at, row.score]);
  }

  function overTime() {
    const those = rows.filter((row) => histories[row.pair]?.length);
    const clock = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "medium", timeZone: words.zone });
    const read = (when) => clock.format(new Date(when)); // 2026-11-26 04:57:34: the plotter knows no zones
    return {
      count: those.length,
      data: those.map((row) => {
        const points = histories[row.pair];
        return {
          type: "scatter", mode: "lines+markers", x: [...points.map(([when]) => when), Date.now()].map(read),
          y: [...points, points.at(-1)].map(([, score]) => 100 * score),
          line: { shape: "hv", width: row.pair === words.own ? 3.5 : 2, color: inkOf(row) },
          opacity: isLit(row) ? (row.pair === words.own ? 1 : 0.7) : 0.15,
          marker: { size: [...points.map(() => 7), 0], color: inkOf(row) },
          hovertemplate: `<b>${nameOf(row).replace(/[<&]/g, "")}</b>: %{y:.1f}${sign}<extra></extra>`,
        };
      }),
      xaxis: { type: "date", tickformat: "%d/%m\n%H:%M", nticks: 6 },
      ratios: those.map((row) => row.score),
    };
  }

  function fillGrid() {
    const scores = new Map(rows.map((row) => [row.pair, row.score]));
    const best = Math.max(0, ...scores.values());
    for (const [name, cell] of cells) {
      const known = (pairsOf[name] ?? []).map((pair) => scores.get(pair)).filter((score) => score !== undefined);
      if (!pairsOf[name]) continue;
      const score = known.length ? Math.max(...known) : null;
      cell.style.setProperty("--share", best ? (score ?? 0) / best : 0);
      cell.querySelector("[data-score]").textContent = score === null ? "–" : asPercent(score);
    }
  }

  function show() {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab.dataset.plot === shown));
      tab.tabIndex = tab.dataset.plot === shown ? 0 : -1;
    }
    const isGrid = shown === "grid";
    if (grid) grid.hidden = !isGrid;
    place.hidden = isGrid;
    logarithmic.closest("label").hidden = !(shown in costs);
    looked.closest("label").hidden = isGrid;
    for (const caption of box.querySelectorAll("[data-caption]")) {
      caption.hidden = !caption.dataset.caption.split(" ").includes(shown);
    }
    if (isGrid) return fillGrid();
    const special = { classes: byClass, history: overTime }[shown];
    const figure = special ? special() : tradeOff(costs[shown], words[shown]);
    box.querySelector("#board-no-plot").hidden = figure.count > 0;
    place.hidden = !figure.count;
    if (!figure.count) return undefined;
    return draw(place, {
      data: figure.data,
      layout: {
        height: isProjected ? Math.max(380, innerHeight - 330) : 400,
        showlegend: false,
        hovermode: "closest",
        xaxis: { fixedrange: true, ...figure.xaxis },
        yaxis: { ticksuffix: sign, range: [0, 100 * ceiling(figure.ratios)], fixedrange: true },
      },
    });
  }

  function choose(tab, focus = false) {
    shown = tab.dataset.plot;
    if (focus) tab.focus();
    place.parentElement.setAttribute("aria-labelledby", tab.id);
    show();
  }

  function pairsToLookFor() {
    const names = rows.map((row) => row.pair).sort(new Intl.Collator(undefined, { numeric: true }).compare);
    if (names.join("\0") === [...looked.options].slice(1).map((one) => one.value).join("\0")) return;
    const before = looked.value;
    looked.replaceChildren(looked.options[0], ...names.map((name) => new Option(`${words.pair} ${name}`, name)));
    looked.value = names.includes(before) ? before : "";
  }

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose(tabs[(index + step + tabs.length) % tabs.length], true);
    });
  }
  logarithmic.addEventListener("change", show);
  looked.addEventListener("change", show);

  return {
    // The rows to draw; nothing is to be seen while there are none.
    fill(next) {
      rows = next;
      rows.forEach(remember);
      box.hidden = rows.length === 0 && !cells.size;
      if (box.hidden) return;
      pairsToLookFor();
      show();
    },
    // What the page was drawn with besides: whose cell is whose, and how each pair came here.
    know(data) {
      pairsOf = data.cells;
      histories = data.histories;
    },
    // Whose row the pointer is on.
    point(pair) {
      if (pair === pointed || shown === "grid") return;
      pointed = pair;
      clearTimeout(drawing);
      drawing = setTimeout(show, REST_MS); // a pointer that only passes by draws nothing
    },
    again: show,
  };
}
