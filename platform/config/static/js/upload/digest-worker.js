// The SHA-256 of a whole file, block by block, beside the page: the browser's own digest wants all of it in memory.
import { sha256 } from "../../vendor/sha256/sha256.min.mjs";

const BLOCK = 4 * 2 ** 20;

addEventListener("message", async ({ data: file }) => {
  try {
    const hash = sha256.create();
    for (let start = 0; start < file.size; start += BLOCK) {
      hash.update(await file.slice(start, start + BLOCK).arrayBuffer());
    }
    postMessage(hash.hex());
  } catch {
    postMessage(null); // it cannot be read any more
  }
});
