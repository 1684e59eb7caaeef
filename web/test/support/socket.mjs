// This file defines fakeSockets: WebSockets whose other side is the test.

/** Replaces the global WebSocket until the test ends; next resolves with each that is made, in order. */
export function fakeSockets(t) {
  const { WebSocket } = globalThis;
  t.after(() => (globalThis.WebSocket = WebSocket));
  const made = [];
  let taken = 0;
  globalThis.WebSocket = class {
    sent = [];
    closed = false;

    constructor(url, protocols) {
      this.url = String(url);
      this.protocols = protocols;
      made.push(this);
    }

    send(text) {
      this.sent.push(text);
    }

    close() {
      this.closed = true;
    }
  };
  return {
    made,
    async next() {
      while (made.length <= taken) await new Promise((done) => setTimeout(done, 1));
      return made[taken++];
    },
  };
}
