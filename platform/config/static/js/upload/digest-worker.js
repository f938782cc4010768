// The SHA-256 of a whole file, beside the page. The browser's own digest is quick and wants all of it in memory: small files
// go through it, larger ones block by block through a digest of our own.
import { sha256 } from "../../vendor/sha256/sha256.min.mjs";

const IN_MEMORY = 64 * 2 ** 20;
const BLOCK = 4 * 2 ** 20;

const hexadecimal = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function digest(file) {
  if (file.size <= IN_MEMORY && globalThis.crypto?.subtle) {
    return hexadecimal(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  }
  const hash = sha256.create();
  for (let start = 0; start < file.size; start += BLOCK) {
    hash.update(await file.slice(start, start + BLOCK).arrayBuffer());
    postMessage({ done: Math.min(start + BLOCK, file.size) });
  }
  return hash.hex();
}

addEventListener("message", async ({ data: file }) => {
  try {
    postMessage({ sha256: await digest(file) });
  } catch {
    postMessage({ sha256: null }); // it cannot be read any more
  }
});
