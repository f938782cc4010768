// The form and its list: files that are chosen or dropped become uploads, three at a time; what was left unfinished here
// before goes on by itself where the browser lets us read the file again, and otherwise asks for it.
import { alone } from "./alone.js";
import { BROKEN, look } from "./answer.js";
import * as handles from "./handles.js";
import { keyOf, recall, recallAll } from "./memory.js";
import { Row } from "./row.js";
import { Sending } from "./sending.js";
import { Unfinished } from "./unfinished.js";
import { sayer, size } from "./words.js";

const AT_ONCE = 3;
const OURS = ["csrfmiddlewaretoken", "file", "upload", "sha256"];

export class Desk {
  #uploads = []; // of this page: { sending, row }

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
    this.unfinished = new Unfinished({
      say: this.say,
      token: this.token,
      row: (record, act) => this.#row(record, act),
      choose: () => this.field.click(),
      goOn: (record, file) => this.#add(record, file),
    });
    this.#listen();
    for (const record of recallAll(this.desk)) this.unfinished.restore(record);
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
    addEventListener("beforeunload", (event) => this.#isUnderWay && event.preventDefault());
    // A piece of the page that would have it loaded anew asks again later.
    document.body.addEventListener("htmx:beforeOnLoad", (event) => {
      if (this.#isUnderWay && event.detail.xhr.getResponseHeader("HX-Refresh")) event.preventDefault();
    });
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  get #isUnderWay() {
    return this.#uploads.some(({ sending }) => sending.isUnderWay);
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
    const files = [...this.field.files];
    this.said.replaceChildren();
    const others = files.filter((file) => !this.unfinished.takes(keyOf(this.desk, file), file));
    const isWrong = this.unfinished.expects(files.length > others.length);
    if (others.length < files.length || (isWrong && files.length)) this.#put(isWrong ? [] : others);
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
    const row = new Row(this.place.querySelector("template[data-row]"), {
      name, total, say: this.say, act, announce, home: this.field,
    });
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
    sending.addEventListener("progress", () => upload.row.progress(sending.sent, sending.state, sending.checked));
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
    this.#uploads = this.#uploads.filter((one) => one !== upload);
    this.#settle();
    upload.row.remove();
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
