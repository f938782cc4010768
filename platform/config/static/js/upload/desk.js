// The form and its list: files that are chosen or dropped become uploads, three at a time; what was left unfinished here
// before goes on by itself where the browser lets us read the file again, and otherwise asks for it.
import { alone } from "./alone.js";
import { BROKEN, LOST, SIGNED_OUT, look, terminate } from "./answer.js";
import * as handles from "./handles.js";
import { forget, keyOf, recall, recallAll } from "./memory.js";
import { Row } from "./row.js";
import { Sending } from "./sending.js";
import { moment, percent, sayer, size } from "./words.js";

const AT_ONCE = 3;
const OURS = ["csrfmiddlewaretoken", "file", "upload", "sha256"];

export class Desk {
  #uploads = []; // of this page: { sending, row }
  #unfinished = new Map(); // key: { record, row, handle }
  #expected = null; // the record whose file somebody goes to choose

  constructor(form) {
    this.form = form;
    this.field = form.querySelector("input[type=file]");
    this.button = form.querySelector("button:not([type=button])");
    this.place = document.getElementById(form.dataset.upload);
    this.list = this.place.querySelector("[data-uploads]");
    this.said = this.place.querySelector("[data-refused]");
    this.live = this.place.querySelector("[data-announced]");
    this.say = sayer(this.place.querySelector("template[data-words]"));
    this.desk = { person: form.dataset.person, purpose: form.dataset.purpose, action: new URL(form.action).pathname };
    this.token = form.elements.csrfmiddlewaretoken.value;
    this.#listen();
    for (const record of recallAll(this.desk)) this.#restore(record);
  }

  #listen() {
    for (const name of ["dragenter", "dragover"]) this.form.addEventListener(name, (event) => this.#over(event));
    this.form.addEventListener("dragleave", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.form.classList.remove("is-over");
    });
    this.form.addEventListener("drop", (event) => this.#dropped(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.field.addEventListener("change", () => this.#chosen());
    handles.pickInstead(this.field, (files) => this.#put(files) || this.#chosen());
    addEventListener("beforeunload", (event) => {
      if (this.#uploads.some(({ sending }) => sending.isUnderWay)) event.preventDefault();
    });
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  // --- files ------------------------------------------------------------------------------------------------------

  #over(event) {
    event.preventDefault();
    this.form.classList.add("is-over");
  }

  async #dropped(event) {
    event.preventDefault();
    this.form.classList.remove("is-over");
    const files = await handles.dropped(event.dataTransfer);
    if (!files.length || this.button.disabled) return;
    this.#put(this.field.multiple ? files : files.slice(0, 1));
    this.#chosen();
    if (this.field.files.length) this.form.requestSubmit();
  }

  #put(files) {
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    this.field.files = chosen.files;
  }

  // A file that is known as unfinished goes on at once; the others wait for the button.
  #chosen() {
    const [files, expected] = [[...this.field.files], this.#expected];
    this.#expected = null;
    this.said.replaceChildren();
    const known = files.filter((file) => this.#unfinished.has(keyOf(this.desk, file)));
    for (const file of known) this.#goOn(this.#unfinished.get(keyOf(this.desk, file)), file);
    if (known.length) this.#put(files.filter((file) => !known.includes(file)));
    if (expected && !known.length && files.length) {
      this.#put([]);
      const values = { name: expected.name, size: size(expected.size) };
      this.#unfinished.get(expected.key)?.row.show("unfinished", this.say("another-file", values));
    }
  }

  #send() {
    const files = [...this.field.files];
    if (!files.length || this.button.disabled) return;
    this.said.replaceChildren();
    this.#forgetEnded();
    const fields = [...new FormData(this.form)].filter(([name, value]) => !OURS.includes(name) && typeof value === "string");
    let before = null;
    for (const file of files) before = this.#begin(file, fields, before) ?? before;
    if (this.field.multiple) this.#put([]);
  }

  #begin(file, fields, before) {
    const key = keyOf(this.desk, file);
    if (this.#uploads.some(({ sending }) => sending.record.key === key && !sending.isEnded)) return null;
    if (file.size > Number(this.form.dataset.limit)) {
      this.#decline(file, this.say("too-large", { name: file.name, size: size(Number(this.form.dataset.limit)) }));
      return null;
    }
    const fresh = { key, ...this.desk, name: file.name, size: file.size, modified: file.lastModified };
    const { url = null, sent = 0 } = recall(key) ?? {}; // declined before, or gone from the list: its bytes may be there
    return this.#add({ ...fresh, url, sent, fields, begun: Date.now() }, file, before).sending;
  }

  #decline(file, text) {
    const row = this.#row({ name: file.name, size: file.size }, () => row.remove());
    row.show("refused", text);
  }

  // --- uploads ----------------------------------------------------------------------------------------------------

  #row(record, act) {
    const { name, size: total } = record;
    const announce = (text) => {
      this.live.textContent = text;
    };
    const row = new Row(this.place.querySelector("template[data-row]"), { name, total, say: this.say, act, announce });
    this.list.append(row.element);
    return row;
  }

  #add(record, file, before = null) {
    const sending = new Sending({ ...record, isDeclined: false }, file, {
      endpoint: new URL(this.form.dataset.endpoint, location.href).href,
      token: this.token,
      turn: () => outOfTheWay(before),
    });
    const upload = { sending, row: this.#row(record, (what) => this.#act(upload, what)) };
    sending.addEventListener("change", () => this.#changed(upload));
    sending.addEventListener("progress", () => upload.row.progress(sending.sent, sending.state));
    this.#uploads.push(upload);
    this.#changed(upload);
    return upload;
  }

  #act(upload, what) {
    if (what === "pause") upload.sending.pause();
    if (what === "resume") upload.sending.start();
    if (what === "cancel") upload.sending.cancel();
    if (what === "dismiss") this.#remove(upload);
  }

  #remove(upload) {
    upload.row.remove();
    this.#uploads = this.#uploads.filter((one) => one !== upload);
    this.#settle();
  }

  #changed(upload) {
    const { sending, row } = upload;
    if (sending.state === "cancelled") {
      this.#remove(upload);
      this.live.textContent = `${sending.record.name}: ${this.say("cancelled")}`;
      return;
    }
    const isBroken = sending.answer?.is === BROKEN;
    const sentence = this.say(sending.note || (isBroken ? "broken" : sending.state));
    row.progress(sending.sent, sending.state);
    row.show(isBroken ? "broken" : sending.state, sentence, sending.answer);
    if (sending.state === "done") this.form.dispatchEvent(new CustomEvent("upload:done", { bubbles: true }));
    this.#settle();
  }

  // Start whoever waits, and go where the last answer leads once nothing is on its way any more.
  #settle() {
    const going = this.#uploads.filter(({ sending }) => sending.isUnderWay && sending.state !== "waiting");
    const waiting = this.#uploads.filter(({ sending }) => sending.state === "waiting");
    const next = waiting.slice(0, Math.max(0, AT_ONCE - going.length));
    this.#lock();
    for (const upload of next) this.#start(upload);
    if (going.length || waiting.length) return;
    const done = this.#uploads.filter(({ sending }) => sending.state === "done");
    if (done.length && done.length === this.#uploads.length) go(done.at(-1).sending.answer.address);
  }

  async #start(upload) {
    const { sending, row } = upload;
    sending.state = "starting";
    let hasWaited = false;
    const release = await alone(sending.record.key, () => {
      hasWaited = true;
      row.show("elsewhere", this.say("elsewhere"));
    });
    const letGo = () => (sending.isEnded || sending.state === "paused") && release();
    sending.addEventListener("change", letGo);
    if (hasWaited && (await look(sending.record.url)).is === "gone") sending.leave(); // the other window handed it in
    else sending.start();
    letGo();
  }

  #lock() {
    if (this.field.multiple) return;
    const isBusy = this.#uploads.some(({ sending }) => !sending.isEnded);
    this.button.disabled = this.field.disabled = isBusy;
  }

  #forgetEnded() {
    for (const upload of this.#uploads.filter(({ sending }) => sending.isEnded)) this.#remove(upload);
    for (const row of this.list.querySelectorAll('[data-mood="refused"]')) row.remove();
  }

  // --- what was left unfinished --------------------------------------------------------------------------------------

  async #restore(record) {
    const seen = await look(record.url);
    if (seen.is === "gone") {
      forget(record.key);
      handles.drop(record.key);
      return;
    }
    if (record.isDeclined || seen.is === SIGNED_OUT) return;
    const known = { ...record, sent: seen.sent ?? record.sent };
    const handle = await handles.find(record.key);
    const file = handle && (await handles.open(handle, known, { ask: false }));
    if (file || known.sent === known.size) {
      this.#add(known, file);
      return;
    }
    this.#list(known, handle, seen);
  }

  #list(record, handle, { is, until }) {
    const entry = { record, handle, row: this.#row(record, (what) => this.#actOn(entry, what)) };
    this.#unfinished.set(record.key, entry);
    const values = { part: percent(record.sent, record.size), time: until ? moment(until) : "" };
    entry.row.progress(record.sent, "unfinished");
    const word = handle ? "continuable" : until && is !== LOST ? "unfinished-until" : "unfinished";
    entry.row.show(handle ? "continuable" : "unfinished", this.say(word, values));
  }

  async #actOn(entry, what) {
    const { record, handle, row } = entry;
    if (what === "cancel") {
      this.#unfinished.delete(record.key);
      row.remove();
      forget(record.key);
      handles.drop(record.key);
      await terminate(record.url, this.token);
    } else if (what === "choose") {
      this.#expected = record;
      this.field.click();
    } else {
      const file = await handles.open(handle, record, { ask: true });
      if (file) return this.#goOn(entry, file);
      row.show("unfinished", this.say("unfinished"));
    }
    return undefined;
  }

  #goOn({ record, row }, file) {
    this.#unfinished.delete(record.key);
    row.remove();
    this.#add(record, file);
  }
}

// Files are handed in in the order in which they were chosen; one that is paused or has lost its line holds nobody up.
function outOfTheWay(before) {
  const isOut = () => !before || before.isEnded || ["paused", "lost"].includes(before.state);
  if (isOut()) return Promise.resolve();
  return new Promise((resolve) => before.addEventListener("change", () => isOut() && resolve()));
}

// An address that differs by its fragment alone would show this same page, as it was.
function go(address) {
  const target = new URL(address, location.href);
  const isHere = target.pathname === location.pathname && target.search === location.search;
  if (!isHere) return location.assign(target);
  history.replaceState(null, "", target);
  return location.reload();
}
