// Tells the page what happens to the pair's cards, whoever of them did it: `card-changed` on the body, with
// `detail: {card, quest, what}`. After a long absence it says so once, with what = "state": anything may have changed.
import { followRevisions } from "./live.js";

const page = document.querySelector('meta[name="live-card"]');
const tellPage = (detail) => document.body.dispatchEvent(new CustomEvent("card-changed", { detail }));

if (page) {
  followRevisions({
    socket: "/ws/cards/",
    changes: page.dataset.changes,
    revision: Number(page.content),
    state: () => tellPage({ card: "", quest: "", what: "state" }),
    change: ({ changes }) => {
      for (const { card, quest, what } of changes) tellPage({ card, quest, what });
    },
  });
}
