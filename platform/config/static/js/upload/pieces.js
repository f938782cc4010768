// How a file is cut, and what goes with each piece. Pieces begin small, so that a wrong file is declined at once; they
// grow while they go quickly and shrink when they do not. Each carries its SHA-256: a damaged one leaves nothing behind.
import "../../vendor/tus/tus.min.js";

export const FIRST = 256 * 2 ** 10;
const LEAST = 64 * 2 ** 10;
const MOST = 8 * 2 ** 20;

const QUICK_MS = 4000;
const SLOW_MS = 12000;

export const smaller = (piece) => Math.max(LEAST, piece / 2);

// The size of the piece after one that took so long: what a broken line costs is seconds, never minutes.
export function next(piece, tookMs) {
  if (tookMs < QUICK_MS) return Math.min(MOST, piece * 2);
  return tookMs > SLOW_MS ? smaller(piece) : piece;
}

// Without https there is no crypto.subtle; the sum of the whole file, made elsewhere, is compared all the same.
async function sum(piece) {
  const digest = await crypto.subtle.digest("SHA-256", await piece.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

export class SummedPieces extends tus.DefaultHttpStack {
  createRequest(method, url) {
    const request = super.createRequest(method, url);
    if (method !== "PATCH" || !globalThis.crypto?.subtle) return request;
    const [send, abort] = [request.send.bind(request), request.abort.bind(request)];
    let aborted = false;
    request.abort = () => {
      aborted = true;
      return abort();
    };
    request.send = async (piece) => {
      request.setHeader("Upload-Checksum", `sha256 ${await sum(piece)}`);
      return aborted ? new Promise(() => {}) : send(piece); // as an aborted request: it never answers
    };
    return request;
  }
}
