// A page that hears of changes: over a socket; where sockets do not get through, by asking again and again, a little less
// often each time it fails; and over the socket again as soon as it works. Every word has a revision.
const FAILURES_BEFORE_ASKING = 2;
const ASK_MS = 5000;
const LONGEST_PAUSE_MS = 30000;
const SILENCE_MS = 8000;

const jittered = (milliseconds) => milliseconds * (0.75 + Math.random() / 2);

function open(address) {
  const url = new URL(address, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url); // throws where a policy or an extension took it away
}

// `hear(message)` for every message; `ask()` resolves to a message, or to null when there is nothing new, and throws when
// nobody answers; `tell("live" | "again" | "polling")` says how things stand. Returns `say(message)`, false when no socket
// is open.
export function follow({ socket: address, ask, hear, tell = () => {} }) {
  let socket = null;
  let failures = 0;
  let round = null; // of asking; null while the socket works
  let unanswered = 0;

  function stopAsking() {
    clearTimeout(round?.timer);
    round = null;
  }

  async function askNow(mine) {
    let state = "polling";
    try {
      const message = await ask();
      unanswered = 0;
      if (round !== mine) return; // the socket works again
      if (message) hear(message);
    } catch {
      unanswered += 1;
      state = "again";
    }
    if (round !== mine) return;
    tell(state);
    mine.timer = setTimeout(askNow, jittered(Math.min(ASK_MS * 2 ** unanswered, 2 * LONGEST_PAUSE_MS)), mine);
  }

  function startAsking() {
    if (round) return;
    round = { timer: 0 };
    askNow(round);
  }

  function failed(code) {
    socket = null;
    if (code === 4404) return stopAsking();
    failures += 1;
    tell(round ? "polling" : "again");
    if (failures >= FAILURES_BEFORE_ASKING) startAsking();
    setTimeout(connect, jittered(Math.min(500 * 2 ** failures, LONGEST_PAUSE_MS)));
  }

  function connect() {
    let mine;
    try {
      mine = socket = open(address);
    } catch {
      failed();
      return;
    }
    // Some networks open a socket and let nothing through: it works once it has said something.
    const silence = setTimeout(() => mine.close(), SILENCE_MS);
    mine.addEventListener("message", (event) => {
      clearTimeout(silence);
      failures = 0;
      stopAsking();
      tell("live");
      hear(JSON.parse(event.data));
    });
    mine.addEventListener("close", (event) => {
      clearTimeout(silence);
      failed(event.code);
    });
  }

  connect();
  return (message) => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  };
}

// The same for a page that is told states and changes: each change is applied once, in order, and a page that missed some
// asks for them. `state(message)` takes the whole; `change(message)` what happened since. A page that was drawn at a
// `revision` holds that one already: the state it gets on connect only says whether it is behind.
export function followRevisions({ socket, changes, revision = -1, state, change, tell }) {
  let held = revision;
  let awaiting = false;

  function missed() {
    if (awaiting) return;
    awaiting = say({ since: held });
  }

  function hear(message) {
    if (message.type === "state") {
      if (revision >= 0 && !awaiting && message.revision >= held) {
        if (message.revision > held) missed();
        return;
      }
      awaiting = false;
      held = message.revision;
      state(message);
      return;
    }
    if (message.since > held) return missed();
    awaiting = false;
    if (message.revision <= held) return;
    const fresh = message.changes.filter((one) => one.revision > held);
    held = message.revision;
    change({ ...message, changes: fresh });
  }

  async function ask() {
    const address = new URL(changes, location.href);
    if (held >= 0) address.searchParams.set("since", held);
    const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.status === 204) return null;
    if (!answer.ok) throw new Error(`${answer.status}`);
    awaiting = true; // a state that was asked for is taken
    return answer.json();
  }

  const say = follow({ socket, ask, hear, tell });
}
