// What the server says: of an upload that was begun before, and of the form that hands it in.
export const ACCEPTED = "accepted";
export const REFUSED = "refused";
export const SIGNED_OUT = "signed out";
export const LOST = "lost"; // nobody answers, or whoever stands in front of a server that restarts
export const BROKEN = "broken"; // ours
const RESTARTING = [502, 503, 504];

const headers = { Accept: "application/json", "Tus-Resumable": "1.0.0" };

export const idOf = (url) => new URL(url, location.href).pathname.split("/").filter(Boolean).at(-1);

// { is, sent, until }: how much has arrived and until when it is kept; `is` "gone" when the server knows it no more.
export async function look(url) {
  let answer;
  try {
    answer = await fetch(url, { method: "HEAD", headers, credentials: "same-origin", cache: "no-store" });
  } catch {
    return { is: LOST };
  }
  if ([404, 410].includes(answer.status)) return { is: "gone" };
  if ([401, 403].includes(answer.status)) return { is: SIGNED_OUT };
  if (!answer.ok) return { is: LOST };
  const until = Date.parse(answer.headers.get("Upload-Expires") ?? "");
  return { is: "there", sent: Number(answer.headers.get("Upload-Offset")), until: until ? new Date(until) : null };
}

export async function terminate(url, token) {
  try {
    const more = { ...headers, "X-CSRFToken": token };
    await fetch(url, { method: "DELETE", headers: more, credentials: "same-origin", keepalive: true });
  } catch {
    // It expires by itself.
  }
}

// What `status` and `body` (JSON, or null) mean; a refusal says reason and advice in both languages, and has a code.
export function understood(status, body) {
  const said = { status, code: body?.code, reason: body?.reason, advice: body?.advice };
  if (status === 0 || RESTARTING.includes(status)) return { is: LOST };
  if ([401, 403].includes(status) && !body?.code) return { is: SIGNED_OUT };
  return { is: body?.code || (body?.reason && status < 500) ? REFUSED : BROKEN, ...said };
}

export async function handIn(action, fields) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  let answer;
  try {
    const said = { Accept: "application/json" };
    answer = await fetch(action, { method: "POST", body, headers: said, credentials: "same-origin", redirect: "manual" });
  } catch {
    return { is: LOST };
  }
  if (answer.type === "opaqueredirect") return { is: SIGNED_OUT };
  const read = await answer.json().catch(() => null);
  if (answer.ok && read?.address) return { is: ACCEPTED, address: read.address };
  return understood(answer.status, read);
}
