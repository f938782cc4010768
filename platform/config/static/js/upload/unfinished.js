// What was left unfinished in this browser: it goes on by itself where the file can be read again, or waits in the list for
// somebody to choose the same file, and is forgotten once the server has forgotten it.
import { LOST, SIGNED_OUT, look, terminate } from "./answer.js";
import * as handles from "./handles.js";
import { forget } from "./memory.js";
import { moment, percent, size } from "./words.js";

export class Unfinished {
  #listed = new Map(); // key: { record, row, handle }
  #expected = null; // whose file somebody goes to choose

  // `row(record, act)` makes a row, `choose()` asks for a file, `goOn(record, file)` sends.
  constructor(page) {
    Object.assign(this, page);
  }

  async restore(record) {
    const seen = await look(record.url);
    if (seen.is === "gone") return this.#forget(record);
    if (record.isDeclined || seen.is === SIGNED_OUT) return undefined;
    const known = { ...record, sent: seen.sent ?? record.sent };
    const handle = await handles.find(record.key);
    const file = handle && (await handles.open(handle, known, { ask: false }));
    if (file || known.sent === known.size) return this.goOn(known, file);
    return this.#list(known, handle, seen);
  }

  // True when this file is of one in the list, which then goes on.
  takes(key, file) {
    const entry = this.#listed.get(key);
    if (!entry) return false;
    this.#leave(entry);
    this.goOn(entry.record, file);
    return true;
  }

  // After a file was chosen; `isFound` when it was one of the list. True when it was asked for and is another one.
  expects(isFound) {
    const entry = this.#listed.get(this.#expected);
    this.#expected = null;
    if (!entry || isFound) return false;
    const values = { name: entry.record.name, size: size(entry.record.size) };
    entry.row.show("unfinished", this.say("another-file", values));
    return true;
  }

  #list(record, handle, { is, until }) {
    const entry = { record, handle, row: this.row(record, (what) => this.#act(entry, what)) };
    this.#listed.set(record.key, entry);
    const values = { part: percent(record.sent, record.size), time: until ? moment(until) : "" };
    const word = until && is !== LOST ? "unfinished-until" : "unfinished";
    entry.row.progress(record.sent, "unfinished");
    entry.row.show(handle ? "continuable" : "unfinished", this.say(handle ? "continuable" : word, values));
  }

  async #act(entry, what) {
    const { record, handle, row } = entry;
    if (what === "cancel") {
      this.#leave(entry);
      this.#forget(record);
      await terminate(record.url, this.token);
    } else if (what === "choose") {
      this.#expected = record.key;
      this.choose();
    } else {
      const file = await handles.open(handle, record, { ask: true });
      const values = { part: percent(record.sent, record.size) };
      if (file) this.takes(record.key, file);
      else row.show("unfinished", this.say("unfinished", values));
    }
  }

  #leave({ record, row }) {
    this.#listed.delete(record.key);
    row.remove();
  }

  #forget(record) {
    forget(record.key);
    handles.drop(record.key);
  }
}
