// Reading by keyboard, for whoever turned it on: j and k walk the pile, a accepts, r returns. The keys are shown on the
// page, do nothing while one writes, and are remembered by this browser only.
const STORED = "keys-of-reviews";
const isOn = () => localStorage.getItem(STORED) === "on";

function show() {
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isOn()));
    button.querySelector("[data-when-on]").hidden = !isOn();
    button.querySelector("[data-when-off]").hidden = isOn();
  }
}

function isWriting(place) {
  return place instanceof Element && place.matches("input, textarea, select, [contenteditable]");
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-keys]") : null;
  if (!button) return;
  localStorage.setItem(STORED, isOn() ? "off" : "on");
  show();
});

document.addEventListener("keydown", (event) => {
  if (!isOn() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isWriting(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const remark = document.querySelector("#remark");
  if (event.key === "r" && remark && !remark.value.trim()) {
    event.preventDefault();
    remark.focus(); // nothing is returned without a word
    return;
  }
  const place = "jkar".includes(event.key) && document.querySelector(`[data-reviews] [data-key="${event.key}"]`);
  if (!place) return;
  event.preventDefault();
  place.click();
});

document.addEventListener("htmx:afterSettle", (event) => {
  show();
  if (event.target.id === "reviews") document.querySelector("#review-title")?.scrollIntoView({ block: "nearest" });
});
show();
