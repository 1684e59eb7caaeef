// This file notes which timers are set: while one is, the platform does not let an object hibernate.

export const pending = new Map(); // id to milliseconds

const { setTimeout: set, clearTimeout: clear, setInterval: every, clearInterval: stop } = globalThis;

globalThis.setTimeout = (fn, millis, ...rest) => {
  const id = set(() => {
    pending.delete(id);
    fn(...rest);
  }, millis);
  pending.set(id, millis);
  return id;
};
globalThis.clearTimeout = (id) => {
  pending.delete(id);
  clear(id);
};
globalThis.setInterval = (fn, millis, ...rest) => {
  const id = every(fn, millis, ...rest);
  pending.set(id, millis);
  return id;
};
globalThis.clearInterval = (id) => {
  pending.delete(id);
  stop(id);
};
