// The tabs of one origin that share a local copy: one of them leads, which is
// to say that it has the connection.  When it is closed, or its process dies,
// another one does: the browser passes on the lock that it held.
//
// Without Web Locks (no browser of today) every tab leads.  That is safe, only
// dearer: what a connection does to the database may be done twice.

export class Tabs {
  #channel;
  #release;
  #waiting = new AbortController();

  /**
   * 'on.lead()' is called when this tab leads from now on, 'on.message(m)' for
   * what another one tells.  'locks' and 'Channel' may be undefined.
   */
  constructor({name, locks, Channel, on}) {
    if (Channel) {
      this.#channel = new Channel(`weft:${name}`);
      this.#channel.onmessage = event => on.message(event.data);
    }
    if (!locks) {
      on.lead();
      return;
    }
    locks.request(`weft:${name}`, {signal: this.#waiting.signal},
        () => new Promise(resolve => {
          this.#release = resolve;
          if (this.#waiting.signal.aborted) resolve();
          else on.lead();
        })).catch(() => {}); // given up by close()
  }

  /** Tells all other tabs. */
  tell(message) {
    this.#channel?.postMessage(message);
  }

  /** Leads no more, and hears nothing. */
  close() {
    this.#waiting.abort();
    this.#release?.();
    this.#channel?.close();
    this.#channel = undefined;
  }
}
