// The error gallery: a choice is taken at once, arrow keys walk from picture to picture, t and f hide what is drawn.
const KEYS = { ArrowLeft: "prev", ArrowRight: "next" };
const BOXES = { t: "show-truths", f: "show-found" };
const remembered = (id) => `gallery-${id}`;

for (const form of document.querySelectorAll("[data-now]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// What was hidden stays hidden on the next picture.
for (const id of Object.values(BOXES)) {
  const box = document.getElementById(id);
  if (!box) continue;
  box.checked = sessionStorage.getItem(remembered(id)) !== "hidden";
  box.addEventListener("change", () => sessionStorage.setItem(remembered(id), box.checked ? "shown" : "hidden"));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea, [role=region]")) return;
  const box = document.getElementById(BOXES[event.key] ?? "");
  if (box) box.click();
  else if (KEYS[event.key]) document.querySelector(`[rel="${KEYS[event.key]}"]`)?.click();
});
