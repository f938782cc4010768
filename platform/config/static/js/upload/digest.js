// Resolves to the SHA-256 of a file, in hexadecimal; to null where it cannot be made, and the server's own counts alone.
export class Digest {
  #worker = null;

  constructor(file) {
    this.value = new Promise((resolve) => {
      try {
        this.#worker = new Worker(new URL("./digest-worker.js", import.meta.url), { type: "module" });
      } catch {
        resolve(null);
        return;
      }
      this.#worker.addEventListener("message", (event) => resolve(event.data));
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
