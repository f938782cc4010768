// Handing in (form[data-hand-in]): each part is a place to drop its file on; one sees it go, and what is too large is said
// before it is sent. htmx sends the form and swaps what comes back; without this script it works as any form does.
const language = document.documentElement.lang.slice(0, 2);
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const unit = language === "fr" ? "Mio" : "MiB";
const mebibytes = (bytes) => number.format(bytes / 2 ** 20);
const formOf = (event) => (event.target instanceof Element ? event.target.closest("form[data-hand-in]") : null);
const partOf = (event) => (event.target instanceof Element ? event.target.closest("[data-part]") : null);

function say(place, text) {
  place.textContent = text;
  place.hidden = !text;
}

function isTooLarge(part) {
  const file = part.querySelector("input[type=file]").files[0];
  return Boolean(file) && file.size > Number(part.dataset.limit);
}

function check(part) {
  const words = part.closest("form").dataset;
  say(part.querySelector("[data-said]"), isTooLarge(part) ? words.tooLarge : "");
}

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    const part = partOf(event);
    if (!part) return;
    event.preventDefault();
    part.classList.add("is-over");
  });
}
document.addEventListener("dragleave", (event) => {
  const part = partOf(event);
  if (part && !part.contains(event.relatedTarget)) part.classList.remove("is-over");
});
document.addEventListener("drop", (event) => {
  const part = partOf(event);
  if (!part) return;
  event.preventDefault();
  part.classList.remove("is-over");
  if (!event.dataTransfer.files.length) return;
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  part.querySelector("input[type=file]").files = one.files;
  check(part);
});
document.addEventListener("change", (event) => {
  const part = partOf(event);
  if (part) check(part);
});

document.addEventListener("htmx:confirm", (event) => {
  const form = formOf(event);
  const large = form && [...form.querySelectorAll("[data-part]")].find(isTooLarge);
  if (!large) return;
  event.preventDefault();
  large.querySelector("input").focus();
});
document.addEventListener("htmx:xhr:progress", (event) => {
  const form = formOf(event);
  if (!form || !event.detail.lengthComputable || !form.querySelector("[data-part]")) return;
  const { loaded, total } = event.detail;
  const place = form.querySelector("[data-progress]");
  const bar = place.querySelector("progress");
  place.hidden = false;
  bar.max = total;
  bar.value = loaded;
  const sent = loaded === total ? form.dataset.checking : `${mebibytes(loaded)} / ${mebibytes(total)} ${unit}`;
  place.querySelector("[data-sent]").textContent = sent;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event);
  if (!form) return;
  form.querySelector("[data-progress]").hidden = true;
  const isRefused = [413, 507].includes(event.detail.xhr?.status);
  say(form.querySelector("[data-form-said]"), isRefused ? form.dataset.declined : "");
});
