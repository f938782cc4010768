// After a verdict: show it, and leave the cursor where the next try will be typed.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "verdict") return;
  event.target.scrollIntoView({ block: "nearest" });
  const field = document.querySelector("#answer-form input[name=answer]");
  if (field) {
    field.focus({ preventScroll: true });
    field.select();
  } else {
    document.querySelector("#next a")?.focus({ preventScroll: true });
  }
});
