// Where the browser lets a page keep a handle of a file, an upload goes on after a reload without asking for the file.
const CAN_PICK = "showOpenFilePicker" in window && matchMedia("(pointer: fine)").matches;
const STORE = "handles";
const known = new Map(); // of the files that were chosen on this page

const nameOf = (file) => [file.size, file.lastModified, file.name].join("|");
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store(mode) {
  const opening = indexedDB.open("dlcv-uploads", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answered(opening);
  return database.transaction(STORE, mode).objectStore(STORE);
}

async function quietly(work) {
  try {
    return await work();
  } catch {
    return null;
  }
}

export const keep = (key, file) =>
  quietly(async () => {
    const handle = known.get(nameOf(file));
    if (handle) await answered((await store("readwrite")).put(handle, key));
  });
export const find = (key) => quietly(async () => answered((await store("readonly")).get(key)));
export const drop = (key) => quietly(async () => answered((await store("readwrite")).delete(key)));

// The file, when the person lets us read it; `ask` only after a click. Null when it is no longer the one we knew.
export const open = (handle, record, { ask }) =>
  quietly(async () => {
    const may = ask ? await handle.requestPermission({ mode: "read" }) : await handle.queryPermission({ mode: "read" });
    if (may !== "granted") return null;
    const file = await handle.getFile();
    known.set(nameOf(file), handle);
    return file.size === record.size && file.lastModified === record.modified ? file : null;
  });

async function filesOf(handles) {
  const files = [];
  for (const handle of handles) {
    if (handle?.kind !== "file") continue;
    const file = await handle.getFile();
    known.set(nameOf(file), handle);
    files.push(file);
  }
  return files;
}

// Of a drop, without folders; the handles must be asked for before the event is over.
export async function dropped(transfer) {
  const files = [...transfer.files];
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const asked = items.map((item) => item.getAsFileSystemHandle?.());
  const found = (await quietly(() => Promise.all(asked))) ?? [];
  files.forEach((file, index) => found[index]?.kind === "file" && known.set(nameOf(file), found[index]));
  return files.filter((_, index) => found[index]?.kind !== "directory");
}

function types(accept) {
  const parts = accept.split(",").map((part) => part.trim());
  const endings = parts.filter((part) => part.startsWith("."));
  const kinds = parts.filter((part) => part.includes("/"));
  if (!endings.length && !kinds.length) return undefined;
  const kind = kinds[0] ?? "application/octet-stream";
  return [{ accept: { [kind]: endings } }];
}

// Put the browser's picker that gives handles in the place of the field's own, unless it fails.
export function pickInstead(field, take) {
  let isPlain = !CAN_PICK;
  field.addEventListener("click", async (event) => {
    if (isPlain) return;
    event.preventDefault();
    try {
      take(await filesOf(await showOpenFilePicker({ multiple: field.multiple, types: types(field.accept) })));
    } catch (error) {
      if (error.name === "AbortError") return; // closed without choosing
      isPlain = true;
      field.click();
    }
  });
}
