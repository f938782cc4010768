// After a verdict: show it, and leave the cursor where the next try will be typed.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "verdict") return;
  event.target.scrollIntoView({ block: "nearest" });
  const field = document.querySelector("#answer-form [name=answer]");
  if (field) {
    field.focus({ preventScroll: true });
    field.select();
  } else {
    document.querySelector("#next a")?.focus({ preventScroll: true });
  }
});

// Several lines: Enter begins the next one, Ctrl + Enter (or ⌘ + Enter) sends.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.matches("#answer-form textarea")) event.target.form.requestSubmit();
});
