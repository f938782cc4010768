// One window at a time sends an upload. Resolves to a function that lets the next one go on; `wait()` is called when
// another window has it already.
export function alone(name, wait) {
  if (!navigator.locks) return Promise.resolve(() => {});
  const hold = (options) =>
    new Promise((resolve) => {
      navigator.locks.request(name, options, (lock) => {
        if (!lock) return resolve(null);
        return new Promise((release) => resolve(release));
      });
    });
  return hold({ ifAvailable: true }).then((release) => {
    if (release) return release;
    wait();
    return hold({});
  });
}
