// The grid reads itself again when something happened: at most every two seconds, and it stays where it was scrolled to.
import { followRevisions } from "./live.js";

const grid = document.querySelector("#grid");
const PAUSE_MS = 2000;
let waiting = 0;

function changed() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = 0;
    document.body.dispatchEvent(new CustomEvent("room-changed"));
  }, PAUSE_MS);
}

if (grid) {
  const { socket, changes, revision } = grid.dataset;
  followRevisions({ socket, changes, revision: Number(revision), state: changed, change: changed });
}
