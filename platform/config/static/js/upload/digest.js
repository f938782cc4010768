// Resolves to the SHA-256 of a file, in hexadecimal; to null where it cannot be made, and the server's own counts alone.
export class Digest {
  done = 0; // bytes
  #worker = null;

  // `told()` is called now and then while it is made.
  constructor(file, told) {
    this.value = new Promise((resolve) => {
      try {
        this.#worker = new Worker(new URL("./digest-worker.js", import.meta.url), { type: "module" });
      } catch {
        resolve(null);
        return;
      }
      this.#worker.addEventListener("message", ({ data }) => {
        if ("sha256" in data) return resolve(data.sha256);
        this.done = data.done;
        return told();
      });
      this.#worker.addEventListener("error", () => resolve(null));
      this.#worker.postMessage(file);
    });
    this.value.then(() => this.stop());
  }

  stop() {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
