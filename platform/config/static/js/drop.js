// Handing in a checkpoint: drop it on the form, see it go, read at once why it was declined. Without this script the form
// works as any form does.
const form = document.querySelector("#hand-in");

if (form) {
  const field = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  const progress = form.querySelector(".drop__progress");
  const bar = progress.querySelector("progress");
  const sent = progress.querySelector("[data-sent]");
  const said = document.querySelector("#hand-in-said");
  const words = document.querySelector("#hand-in-words").dataset;
  const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
  let sending = false;

  function decline(reason, advice) {
    const box = document.createElement("div");
    box.className = "ink tint-coral stack stack--tight";
    for (const text of [reason, advice]) {
      if (!text) continue;
      const line = document.createElement("p");
      line.textContent = text;
      box.append(line);
    }
    box.firstChild.style.fontWeight = "700";
    said.replaceChildren(box);
    rest();
  }

  function rest() {
    sending = false;
    button.disabled = false;
    progress.hidden = true;
  }

  function send() {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
      sent.textContent =
        event.loaded < event.total ? `${size.format(event.loaded / 1e6)} / ${size.format(event.total / 1e6)}` : words.checking;
    });
    request.addEventListener("load", () => {
      const language = document.documentElement.lang.slice(0, 2);
      if (request.response?.address) location.assign(request.response.address);
      else if (request.response?.reason) decline(request.response.reason[language], request.response.advice?.[language]);
      else decline(words.lost);
    });
    request.addEventListener("error", () => decline(words.lost));
    request.addEventListener("abort", () => decline(words.lost));
    request.send(new FormData(form));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending || !field.files.length) return;
    said.replaceChildren();
    if (field.files[0].size > Number(form.dataset.limit)) {
      decline(words.tooLarge);
      return;
    }
    sending = true;
    button.disabled = true;
    progress.hidden = false;
    bar.value = 0;
    send();
  });

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, () => form.classList.remove("is-over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (sending || !event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    field.files = one.files;
    form.requestSubmit();
  });
}
