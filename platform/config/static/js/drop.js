// A small form that takes a file (data-drop): drop the file on it. Without this script it works as any form does; large files
// have js/upload.js.
const form = document.querySelector("form[data-drop]");

if (form) {
  const field = form.querySelector("input[type=file]");

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
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    field.files = one.files;
    form.requestSubmit();
  });
}
