// The way of one file: its bytes in pieces by the tus protocol, again and again until all are there, then the form. It
// emits "change" for every new state and "progress" for bytes; what it says stands in `state`, `note` and `answer`.
import { ACCEPTED, BROKEN, LOST, REFUSED, SIGNED_OUT, handIn, idOf, terminate, understood } from "./answer.js";
import { Digest } from "./digest.js";
import * as handles from "./handles.js";
import { forget, remember } from "./memory.js";
import { FIRST, SummedPieces, next, smaller } from "./pieces.js";

const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30000;
const SILENCE_MS = 60000;
const TRY_AGAIN = [409, 423, 429, 460]; // elsewhere, busy, too often, damaged: the next try may be another one's
const ENDED = ["done", "refused", "cancelled"];

export class Sending extends EventTarget {
  state = "waiting";
  note = ""; // a word of the page's, why it stands so
  answer = null;
  #upload = null;
  #digest = null;
  #timer = 0;
  #watch = 0;
  #tries = 0;
  #pieceSince = 0;
  #hasAsked = false; // the form was posted, and no answer came

  // `record` is what the memory holds of it; `file` may be null when all its bytes are on the server. `turn()` resolves when
  // its form may be posted.
  constructor(record, file, { endpoint, token, turn }) {
    super();
    Object.assign(this, { record, file, endpoint, token, turn });
    this.sent = record.sent;
    addEventListener("online", () => this.state === "lost" && this.#retry());
  }

  get isEnded() {
    return ENDED.includes(this.state);
  }

  // Whether leaving the page would stop bytes.
  get isUnderWay() {
    return ["waiting", "starting", "sending", "lost", "checking"].includes(this.state);
  }

  // Bytes whose sum is made; 0 before all are sent.
  get checked() {
    return this.state === "checking" ? (this.#digest?.done ?? 0) : 0;
  }

  get isWhole() {
    return this.record.url && this.sent === this.record.size;
  }

  start() {
    if (this.isEnded && this.answer?.is !== BROKEN) return;
    this.#to(this.isWhole ? "checking" : "sending");
    this.#tries = 0;
    this.#go();
  }

  pause(note = "") {
    this.#halt();
    this.#to("paused", note);
  }

  // Nothing is left to do here.
  leave() {
    this.#halt();
    this.#digest?.stop();
    this.#forget();
    this.#to("cancelled");
  }

  async cancel() {
    this.leave();
    if (this.record.url) await terminate(this.record.url, this.token);
  }

  #to(state, note = "", answer = null) {
    Object.assign(this, { state, note, answer });
    this.dispatchEvent(new Event("change"));
  }

  #halt() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    this.#upload?.abort();
  }

  #go() {
    this.#digest ??= this.file && new Digest(this.file, () => this.#checked());
    if (this.isWhole) {
      this.#handIn();
      return;
    }
    this.#upload ??= this.#prepare();
    this.#listen();
    this.#pieceSince = performance.now();
    this.#upload.start();
  }

  #prepare() {
    const { url, name, purpose } = this.record;
    return new tus.Upload(this.file, {
      endpoint: url ? null : this.endpoint, // a known upload that is gone is ours to begin anew
      uploadUrl: url,
      chunkSize: FIRST,
      retryDelays: null,
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": this.token, Accept: "application/json" },
      metadata: { filename: name, purpose, filetype: this.file.type },
      httpStack: new SummedPieces(),
      onUploadUrlAvailable: () => this.#known(),
      onProgress: (sent) => this.#progress(sent),
      onChunkComplete: (_, sent) => this.#arrived(sent),
      onSuccess: () => this.#complete(),
      onError: (error) => this.#failed(error),
    });
  }

  // The server's answer says which upload it is, never where bytes go.
  #known() {
    const path = new URL(this.#upload.url, location.href).pathname;
    this.#upload.url = new URL(path, location.origin).href;
    this.#upload.options.endpoint = null;
    this.record.url = path;
    remember(this.record);
    handles.keep(this.record.key, this.file);
  }

  #progress(sent) {
    this.sent = sent;
    this.#listen();
    if (this.state === "lost") this.#to("sending");
    this.dispatchEvent(new Event("progress"));
  }

  #checked() {
    if (this.state === "checking") this.dispatchEvent(new Event("progress"));
  }

  // A line that has silently gone says nothing for minutes: ask again.
  #listen() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      this.#upload.abort();
      this.#wait();
    }, SILENCE_MS);
  }

  #arrived(sent) {
    this.#tries = 0;
    this.record.sent = sent;
    remember(this.record);
    this.#upload.options.chunkSize = next(this.#upload.options.chunkSize, performance.now() - this.#pieceSince);
    this.#pieceSince = performance.now();
  }

  #complete() {
    clearTimeout(this.#watch);
    this.sent = this.record.sent = this.record.size;
    remember(this.record);
    this.#to("checking");
    this.#handIn();
  }

  async #failed(error) {
    clearTimeout(this.#watch);
    const response = error.originalResponse;
    const status = response?.getStatus() ?? 0;
    if (status === 0 && !(await isReadable(this.file))) return this.#refuse({ is: REFUSED }, "unreadable");
    if (!this.isUnderWay) return undefined; // stopped meanwhile
    if ([404, 410].includes(status) && this.record.url) return this.#anew();
    const said = understood(status, parsed(response?.getBody()));
    if (said.is === LOST || TRY_AGAIN.includes(status)) return this.#wait(said.is === LOST);
    if (said.is === SIGNED_OUT) return this.pause("signed-out");
    return this.#refuse(said);
  }

  #wait(isLost = true) {
    this.#upload && (this.#upload.options.chunkSize = smaller(this.#upload.options.chunkSize));
    const pause = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** this.#tries) * (0.75 + Math.random() / 2);
    this.#tries += 1;
    if (isLost) this.#to("lost");
    this.#timer = setTimeout(() => this.#go(), pause);
  }

  #retry() {
    clearTimeout(this.#timer);
    this.#go();
  }

  // It had expired, or made room for another one.
  #anew() {
    this.#upload = null;
    Object.assign(this.record, { url: null, sent: 0 });
    this.sent = 0;
    forget(this.record.key);
    this.#wait(false);
  }

  async #handIn() {
    const { fields, url, key } = this.record;
    const sha256 = (await this.#digest?.value) ?? "";
    await this.turn();
    if (this.state !== "checking" && this.state !== "lost") return; // cancelled meanwhile
    const said = [["csrfmiddlewaretoken", this.token], ["upload", idOf(url)], ["sha256", sha256], ["name", this.record.name]];
    const answer = await handIn(this.record.action, [...fields, ...said]);
    if (this.state === "cancelled") return;
    if (answer.is === LOST) {
      this.#hasAsked = true;
      this.#wait();
    } else if (answer.is === ACCEPTED || (this.#hasAsked && answer.code === "upload_unknown")) {
      forget(key); // unknown after an answer that was lost: it had arrived
      handles.drop(key);
      this.#to("done", "", answer.is === ACCEPTED ? answer : { is: ACCEPTED, address: location.pathname });
    } else if (answer.is === SIGNED_OUT) {
      this.pause("signed-out");
    } else {
      this.#refuse(answer);
    }
  }

  // What the form was declined for may be mended: the bytes stay, and the same file again need not be sent again.
  #refuse(answer, note = "") {
    if (this.isWhole && answer.code !== "upload_damaged" && answer.code !== "upload_unknown") {
      remember({ ...this.record, isDeclined: answer.is === REFUSED });
    } else if (answer.is === REFUSED) {
      this.#forget();
    }
    this.#to("refused", note, answer);
  }

  #forget() {
    forget(this.record.key);
    handles.drop(this.record.key);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
