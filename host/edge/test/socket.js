// This file defines Socket, what a replica needs of a WebSocket, for a Node that has none; tests use the real one where
// there is one.

import { listen } from "./rig.mjs";

export class Socket {
  onopen = null;
  onmessage = null;
  onclose = null;
  #peer;
  #over = false;

  constructor(url, protocols) {
    void this.#open(url, protocols).catch(() => this.#end(""));
  }

  send(text) {
    this.#peer.say(text);
  }

  close() {
    this.#over = true;
    this.#peer?.end();
  }

  async #open(url, protocols) {
    const peer = await listen(url, { "Sec-WebSocket-Protocol": protocols.join(", ") });
    if (peer.status !== 101) {
      peer.drop();
      return this.#end("");
    }
    this.#peer = peer;
    if (this.#over) return peer.end();
    this.onopen?.({});
    void peer.closed.then(({ reason }) => this.#end(reason));
    for (;;) {
      const data = await peer.next();
      this.onmessage?.({ data });
    }
  }

  #end(reason) {
    this.#over = true;
    this.onclose?.({ reason });
  }
}
