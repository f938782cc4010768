// A form that takes a file (data-drop): drop the file on it. With data-limit it is sent from here, so that one sees it go
// and reads at once why it was declined. Without this script the form works as any form does.
const form = document.querySelector("form[data-drop]");

if (form) {
  const field = form.querySelector("input[type=file]");
  const words = form.dataset;
  let sending = false; // until the next page is there
  let arriving = false; // while the file is on its way

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("is-over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    if (sending || !event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    field.files = one.files;
    form.requestSubmit();
  });

  if (words.limit) prepareSending();

  function prepareSending() {
    const button = form.querySelector("button");
    const progress = form.querySelector(".drop__progress");
    const bar = progress.querySelector("progress");
    const sent = progress.querySelector("[data-sent]");
    const said = document.querySelector("#hand-in-said");
    const language = document.documentElement.lang.slice(0, 2);
    const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    const mebibytes = (bytes) => number.format(bytes / 2 ** 20);
    const unit = language === "fr" ? "Mio" : "MiB";

    function rest() {
      sending = false;
      arriving = false;
      button.disabled = false;
      progress.hidden = true;
    }

    function decline(reason, advice = "") {
      const box = document.createElement("div");
      box.className = "ink tint-coral refusal stack stack--tight";
      for (const [kind, text] of [["strong", reason], ["span", advice]]) {
        if (!text) continue;
        const line = document.createElement("p");
        const part = document.createElement(kind);
        part.textContent = text;
        line.append(part);
        box.append(line);
      }
      said.replaceChildren(box);
      rest();
    }

    function heard(request) {
      arriving = false;
      const answer = request.response;
      if (answer?.address) location.assign(answer.address);
      else if (answer?.reason) decline(answer.reason[language], answer.advice?.[language]);
      else decline(words.broken);
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
        const isAllSent = event.loaded === event.total;
        sent.textContent = isAllSent ? words.checking : `${mebibytes(event.loaded)} / ${mebibytes(event.total)} ${unit}`;
      });
      request.addEventListener("load", () => heard(request));
      request.addEventListener("error", () => decline(words.lost));
      request.addEventListener("abort", () => decline(words.lost));
      request.send(new FormData(form));
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (sending || !field.files.length) return;
      said.replaceChildren();
      if (field.files[0].size > Number(words.limit)) {
        decline(words.tooLarge);
        return;
      }
      sending = true;
      arriving = true;
      button.disabled = true;
      progress.hidden = false;
      bar.value = 0;
      send();
    });

    // Half a file is lost with the page: the browser asks first. Back on a page that it kept, one may send again.
    addEventListener("beforeunload", (event) => arriving && event.preventDefault());
    addEventListener("pageshow", (event) => event.persisted && rest());
  }
}
