// A team-mate has played: put in place the pieces of the page that differ from what the server says now, and leave the
// rest alone, above all the field that somebody is typing in. Elements with `hx-swap="changed"` ask on `card-changed`.
const OWN_ANSWER_MS = 2000;
let sentAt = -OWN_ANSWER_MS;

// As the server wrote it: without what browsers, htmx and this file add, and without tokens that differ every time,
// figures that were drawn, and what somebody has unfolded.
function written(element) {
  const copy = element.cloneNode(true);
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    one.classList.remove("has-changed", "was-there", "is-new", "htmx-settling", "htmx-added", "htmx-swapping");
    if (!one.className || !one.classList.length) one.removeAttribute("class");
    one.removeAttribute("hx-swap-oob");
  }
  for (const extra of copy.querySelectorAll("input[name=csrfmiddlewaretoken], [data-figure]")) extra.remove();
  for (const opened of copy.querySelectorAll("details[open]")) opened.removeAttribute("open");
  return copy.outerHTML.replace(/\s+/g, " ");
}

function isTypedIn(piece) {
  const fields = [...piece.querySelectorAll("input:not([type=hidden]), textarea, select")];
  return fields.some((field) => field === document.activeElement || field.value !== (field.defaultValue ?? ""));
}

function put(fresh, old) {
  for (const mark of fresh.querySelectorAll("[data-key]")) {
    const same = `[data-key="${CSS.escape(mark.dataset.key)}"]`;
    if (old.querySelector(same)) mark.classList.add("was-there");
  }
  fresh.classList.add("has-changed");
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return fresh;
}

function piecesOf(root) {
  return new Map([...root.querySelectorAll("[data-piece]")].map((piece) => [piece.id, piece]));
}

function swap(target, fragment) {
  const before = piecesOf(target);
  const after = piecesOf(fragment);
  const isSamePage = before.size === after.size && [...after.keys()].every((id) => before.has(id));
  if (!isSamePage) return isTypedIn(target) ? [] : [put(fragment.firstElementChild, target)]; // a quest that has opened
  return [...after]
    .filter(([id, fresh]) => written(fresh) !== written(before.get(id)) && !isTypedIn(before.get(id)))
    .map(([id, fresh]) => put(fresh, before.get(id)));
}

// Only what happened on this card, and not what this page has just done itself: its answer has changed it already.
function isNews(element, change) {
  if (!change?.card) return true;
  if (change.card !== element.dataset.card) return false;
  const isOwn = change.quest === element.dataset.quest && performance.now() - sentAt < OWN_ANSWER_MS;
  if (!isOwn) return true;
  return ["solved", "line", "full"].includes(change.what) ? !document.querySelector(".verdict--correct") : false;
}

function celebrate(element, change) {
  if (change?.what === "full" && change.card === element.dataset.card) {
    document.querySelector(".confetti")?.classList.add("is-now");
  }
}

htmx.defineExtension("changed", {
  onEvent(name, event) {
    const asked = event.detail.requestConfig?.triggeringEvent;
    if (name !== "htmx:beforeRequest" || asked?.type !== "card-changed") return true;
    celebrate(event.detail.elt, asked.detail);
    return isNews(event.detail.elt, asked.detail);
  },
  // Extensions are inherited, and asked about plain swaps inside too: those are htmx's own.
  handleSwap: (style, target, fragment) => (style === "changed" ? swap(target, fragment) : null),
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb === "post" && event.target.matches("form")) sentAt = performance.now();
});
