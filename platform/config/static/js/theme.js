// Light, dark, or what the system says. Kept in a cookie so that the server sends the page in the right colours.
const ORDER = ["auto", "light", "dark"];
const button = document.querySelector("[data-theme-switch]");

function show(theme) {
  document.documentElement.dataset.theme = theme;
  button.querySelector("use").setAttribute("href", button.dataset[`${theme}Icon`]);
  const name = button.dataset[`${theme}Label`];
  button.setAttribute("aria-label", name);
  button.title = name;
  document.dispatchEvent(new CustomEvent("theme-changed"));
}

if (button) {
  const current = document.documentElement.dataset.theme;
  show(ORDER.includes(current) ? current : "auto");
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(document.documentElement.dataset.theme) + 1) % ORDER.length];
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
    show(next);
  });
}
