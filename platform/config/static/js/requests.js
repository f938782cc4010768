// A request that htmx sent and that did not come back well: say so, and what to do, instead of doing nothing.
const toast = document.querySelector("[data-request-failed]");
let hiding = 0;

function say(which) {
  for (const text of toast.querySelectorAll("[data-when]")) {
    text.hidden = text.dataset.when !== which;
  }
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    toast.hidden = true;
  }, 12000);
}

if (toast) {
  document.body.addEventListener("htmx:sendError", () => say("offline"));
  document.body.addEventListener("htmx:timeout", () => say("offline"));
  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 403 ? "stale" : status === 429 ? "busy" : "broken");
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) toast.hidden = true;
  });
}

// Two clicks send one form. A page that comes back from the browser's cache must not stay locked.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("hx-post") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
