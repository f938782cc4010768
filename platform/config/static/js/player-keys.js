// The keys of the player. They do nothing while somebody writes, nor inside what has keys of its own ([data-own-keys]).
const WRITING = "input:not([type=range]), textarea, select, [contenteditable], dialog, [data-own-keys]";
const PRESSED_BY_SPACE = "button, a, summary, input";

export function prepareKeys(player, ink, comments) {
  const acts = {
    " ": () => player.toggle(),
    k: () => player.toggle(),
    j: () => player.seek(player.seconds - 10),
    l: () => player.seek(player.seconds + 10),
    ArrowLeft: () => player.seek(player.seconds - 5),
    ArrowRight: () => player.seek(player.seconds + 5),
    ",": () => player.step(-1),
    ".": () => player.step(1),
    "<": () => player.speed(-1),
    ">": () => player.speed(1),
    m: () => player.mute(),
    c: () => player.captions(),
    f: () => player.full(),
    "?": () => player.help(),
    "[": () => comments.walk(-1),
    "]": () => comments.walk(1),
    n: () => comments.write(),
    p: () => ink.choose("pen"),
    a: () => ink.choose("arrow"),
    b: () => ink.choose("box"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !player.root.isConnected) return;
    const place = event.target instanceof Element ? event.target : document.body;
    if (place.closest(WRITING)) return;
    if (event.key === " " && place.closest(PRESSED_BY_SPACE) && place !== player.seekBar) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
