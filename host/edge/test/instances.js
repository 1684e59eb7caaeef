// This file notes the WebAssembly that runs in the isolate, to see how much memory it has.

const Real = WebAssembly.Instance;
const running = new Set();

WebAssembly.Instance = function (module, imports) {
  const instance = new Real(module, imports);
  running.add(new WeakRef(instance));
  return instance;
};
WebAssembly.Instance.prototype = Real.prototype;

/** Returns the bytes of memory of each. */
export function sizes() {
  const all = [...running].map((ref) => ref.deref()).filter(Boolean);
  return all.map(({ exports }) => (exports.mem ?? exports.memory).buffer.byteLength);
}
