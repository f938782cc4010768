// What this browser remembers of uploads that are not finished: where the server has them and which file they are of, so
// that a reload or a closed laptop costs nothing. A file is known by its name, size and time of change.
const PREFIX = "dlcv-upload:";

// `desk`: { person, purpose, action }, whose upload this is and what for.
export function keyOf(desk, file) {
  return PREFIX + [desk.person, desk.purpose, desk.action, file.size, file.lastModified, file.name].join("|");
}

export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export function remember(record) {
  try {
    localStorage.setItem(record.key, JSON.stringify(record));
  } catch {
    // A browser that keeps nothing: it goes on as long as the page is open.
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept either.
  }
}

export function recallAll(desk) {
  const found = [];
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const key = localStorage.key(index);
      const record = key.startsWith(PREFIX) ? recall(key) : null;
      const isOurs = record && ["person", "purpose", "action"].every((name) => record[name] === desk[name]);
      if (isOurs) found.push(record);
    }
  } catch {
    return [];
  }
  return found.sort((one, other) => one.begun - other.begun);
}
