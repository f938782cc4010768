// What a marker types, kept: sent a moment later, kept in this browser while the server cannot be reached, and never
// written over what somebody else, or another window, wrote in between.
const QUIET = 500; // milliseconds without a key before it is sent
const RETRY = 4000;

const copy = (value) => JSON.parse(JSON.stringify(value));
const language = () => document.documentElement.lang.slice(0, 2);

/** What differs from `base`: { cells: { key: { level?, note? } }, comment? }; null where nothing does. */
export function difference(now, base) {
  const changes = { cells: {} };
  for (const [key, cell] of Object.entries(now.cells)) {
    const before = base.cells[key] ?? { level: null, note: "" };
    const changed = {};
    if (cell.level !== (before.level ?? null)) changed.level = cell.level;
    if (cell.note !== (before.note ?? "")) changed.note = cell.note;
    if (Object.keys(changed).length) changes.cells[key] = changed;
  }
  if (now.comment !== base.comment) changes.comment = now.comment;
  return Object.keys(changes.cells).length || "comment" in changes ? changes : null;
}

/** Fields of `changes` as [place, value]: [["cells", key, "level"], 3]. */
function* fields(changes) {
  for (const [key, cell] of Object.entries(changes.cells)) {
    for (const [name, value] of Object.entries(cell)) yield [["cells", key, name], value];
  }
  if ("comment" in changes) yield [["comment"], changes.comment];
}

function valueAt(state, place) {
  if (place[0] === "comment") return state.comment;
  const cell = state.cells[place[1]] ?? {};
  return place[2] === "level" ? (cell.level ?? null) : (cell.note ?? "");
}

function put(state, place, value) {
  if (place[0] === "comment") state.comment = value;
  else state.cells[place[1]] = { level: null, note: "", ...state.cells[place[1]], [place[2]]: value };
}

export class Saving {
  /** `page` reads and writes the form: read(), write(place, value), say(which, more), figures(html), choose(lines). */
  constructor({ address, token, key, revision, page }) {
    Object.assign(this, { address, token, key, revision, page });
    this.base = copy(page.read());
    this.timer = 0;
    this.sending = null;
    this.disputed = null;
    this.isOver = false;
    this.restore();
    this.onLine = () => this.send();
    addEventListener("online", this.onLine);
  }

  get isClean() {
    return !this.sending && !this.disputed && !difference(this.page.read(), this.base);
  }

  changed() {
    if (this.disputed) return;
    this.keep();
    this.page.say("waiting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), QUIET);
  }

  /** Sends what is there; resolves to whether everything is saved. */
  async send() {
    clearTimeout(this.timer);
    if (this.sending) await this.sending;
    if (this.disputed) return false;
    const changes = difference(this.page.read(), this.base);
    if (!changes) return true;
    this.sending = this.post(changes);
    const saved = await this.sending;
    this.sending = null;
    return saved && difference(this.page.read(), this.base) ? this.send() : saved;
  }

  /** The page is left for another capsule, or closed: one last try, and what is kept here stays. */
  leave() {
    this.isOver = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.onLine);
    const changes = this.disputed ? null : difference(this.page.read(), this.base);
    if (changes && !this.sending) this.post(changes, true);
  }

  async post(changes, keepalive = false) {
    if (!this.isOver) this.page.say("saving");
    let answer;
    try {
      const body = JSON.stringify({ revision: this.revision, changes });
      const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token, Accept: "application/json" };
      const response = await fetch(this.address, { method: "POST", headers, body, keepalive, credentials: "same-origin" });
      answer = { status: response.status, said: await response.json().catch(() => null) };
    } catch {
      answer = { status: 0 };
    }
    return this.heard(changes, answer);
  }

  heard(changes, { status, said }) {
    if (status === 200) {
      for (const [place, value] of fields(changes)) put(this.base, place, value);
      this.revision = said.revision;
      this.forget();
      if (this.isOver) return true;
      this.page.figures(said.figures);
      this.page.say(this.merged ? "merged" : "saved", said.saved_at);
      this.merged = false;
      return true;
    }
    if (this.isOver) return false;
    if (status === 409 && said) return this.meet(changes, said);
    if (status >= 400 && status < 500 && said?.reason) {
      this.page.say("refused", `${said.reason[language()]} ${said.advice[language()]}`);
      return false;
    }
    this.page.say("offline");
    this.timer = setTimeout(() => this.send(), RETRY);
    return false;
  }

  /** Somebody wrote in between: what does not touch ours is taken over; what does is shown, both of it. */
  meet(changes, theirs) {
    const disputes = [];
    for (const [place, mine] of fields(changes)) {
      const there = valueAt(theirs, place);
      if (there !== valueAt(this.base, place) && there !== mine) disputes.push({ place, mine, theirs: there });
    }
    const ours = new Set([...fields(changes)].map(([place]) => place.join("\n")));
    const known = this.page.read();
    for (const key of Object.keys(known.cells)) {
      for (const name of ["level", "note"]) this.takeOver(["cells", key, name], theirs, ours);
    }
    this.takeOver(["comment"], theirs, ours);
    this.base = { cells: copy(theirs.cells), comment: theirs.comment };
    this.revision = theirs.revision;
    this.page.figures(theirs.figures);
    if (!disputes.length) {
      this.merged = true;
      const rest = difference(this.page.read(), this.base);
      if (rest) return this.post(rest);
      this.page.say("merged");
      return true;
    }
    this.disputed = disputes;
    this.keep();
    this.page.say("conflict");
    this.page.choose(disputes);
    return false;
  }

  takeOver(place, theirs, ours) {
    if (!ours.has(place.join("\n"))) this.page.write(place, valueAt(theirs, place));
  }

  /** `mine` or `theirs`, for all that is disputed. */
  decide(which) {
    for (const { place, theirs } of this.disputed ?? []) if (which === "theirs") this.page.write(place, theirs);
    this.disputed = null;
    this.page.choose([]);
    this.page.say("saved");
    if (difference(this.page.read(), this.base)) this.changed();
    else this.forget();
  }

  keep() {
    const changes = difference(this.page.read(), this.base);
    try {
      if (!changes) localStorage.removeItem(this.key);
      else {
        const stored = { address: this.address, revision: this.revision, changes, base: this.base };
        localStorage.setItem(this.key, JSON.stringify(stored));
      }
    } catch {
      // a browser that keeps nothing: what is typed is still sent
    }
  }

  forget() {
    if (difference(this.page.read(), this.base)) this.keep();
    else drop(this.key);
  }

  /** What was kept while the server could not be reached, or when the page was closed too soon. */
  restore() {
    const kept = stored(this.key);
    if (!kept) return;
    const disputes = [];
    for (const [place, mine] of fields(kept.changes)) {
      const there = valueAt(this.base, place);
      if (there === mine) continue;
      if (kept.revision === this.revision || there === valueAt(kept.base, place)) this.page.write(place, mine);
      else {
        this.page.write(place, mine);
        disputes.push({ place, mine, theirs: there });
      }
    }
    if (disputes.length) {
      this.disputed = disputes;
      this.page.say("conflict");
      this.page.choose(disputes);
    } else setTimeout(() => this.changed(), 0);
  }
}

function stored(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return kept?.changes?.cells && kept.base?.cells ? kept : null;
  } catch {
    return null;
  }
}

function drop(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

/** Sends what other capsules of the same person still wait to have saved; what meets something newer stays here. */
export async function sendLeftovers(mine, token) {
  const prefix = mine.slice(0, mine.lastIndexOf("-") + 1);
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix) && key !== mine);
  for (const key of keys) {
    const kept = stored(key);
    if (!kept || !kept.address.startsWith("/")) continue;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const body = JSON.stringify({ revision: kept.revision, changes: kept.changes });
    const response = await fetch(kept.address, { method: "POST", headers, body }).catch(() => null);
    if (response?.ok) drop(key);
  }
}
