// A server of weft.repl.v1 in memory, as small as the protocol allows: what
// comes is answered at once, and what goes out waits until deliver().

const BATCH = 3;
const PAST = 8;

export class Server {
  #records = new Map(); // id: {rev, data, past}
  #journal = [];        // {id, origin}
  #first = 0;           // positions before it are gone
  #epoch = 1;
  #lastStream = 0;
  links = new Set();

  /** The WebSocket of a client. */
  get WebSocket() {
    const server = this;
    return class {
      constructor() {
        this.up = [];   // what the client has sent
        this.down = []; // what the server has
        this.streams = new Map();
        server.links.add(this);
        this.isOpen = false;
      }
      send(text) {
        this.up.push(text);
      }
      close() {
        server.links.delete(this);
      }
    };
  }

  /** All records that are there, by id. */
  get records() {
    return new Map([...this.#records].filter(([, {rev}]) => rev)
        .map(([id, {data}]) => [id, data]));
  }

  write(id, rev, data, origin) {
    const before = this.#records.get(id);
    const past = before ? [before.rev, ...before.past].slice(0, 32) : [];
    this.#records.set(id, {rev, data, past,
      generation: (before?.generation || 0) + 1});
    this.#journal.push({id, origin});
    for (const link of this.links) this.#stream(link);
  }

  get(id) {
    return this.#records.get(id);
  }

  /** What restore() takes. */
  backup() {
    return {records: new Map(this.#records), journal: [...this.#journal]};
  }

  /** An older backup: a new epoch. */
  restore({records, journal}) {
    this.dropAll();
    this.#records = new Map(records);
    this.#journal = [...journal];
    this.#epoch++;
    this.#first = 0;
  }

  /** The journal is cut: who is not at its end begins anew. */
  cut() {
    this.dropAll();
    this.#first = this.#journal.length;
  }

  dropAll() {
    for (const link of [...this.links]) this.drop(link);
  }

  /** Cuts a connection; what was on the way is lost. */
  drop(link) {
    this.links.delete(link);
    link.onclose({code: 1006});
  }

  /** Lets one thing happen on a connection: true if there was any. */
  deliver(link, isDown) {
    if (!link.isOpen) {
      link.isOpen = true;
      link.onopen();
      return true;
    }
    const queue = isDown ? link.down : link.up;
    if (!queue.length) return false;
    const text = queue.shift();
    if (isDown) link.onmessage({data: text});
    else this.#take(link, JSON.parse(text));
    return true;
  }

  #say(link, message) {
    link.down.push(JSON.stringify(message));
  }

  #take(link, message) {
    const {n} = message;
    switch (message.t) {
      case 'hello':
        link.node = message.node;
        return this.#say(link, {t: 'hello', agent: 'test', message: 65536,
          window: 65536, batch: 2, wait: 60000});
      case 'auth':
        return this.#say(link, {t: 'welcome', user: 'u'});
      case 'open':
        return this.#open(link, message);
      case 'ack':
        link.streams.get(message.s).isWaiting = false;
        return this.#stream(link);
      case 'push':
        return this.#push(link, message);
      case 'get':
        return this.#say(link, {t: 'got', n, updates:
          message.ids.filter(id => this.#records.has(id))
              .map(id => this.#update(id, true))});
      case 'ping':
        return this.#say(link, {t: 'pong'});
      default:
        throw new Error(`the client sends ${JSON.stringify(message)}`);
    }
  }

  #open(link, {n, model, position}) {
    const [epoch, seq] = (position || '').split(':').map(Number);
    const reset = reason => this.#say(link, {t: 'reset', n, reason});
    if (position && epoch !== this.#epoch) return reset('epoch');
    if (position && seq < this.#first) return reset('gone');
    const s = ++this.#lastStream;
    link.streams.set(s, {s, model, seq: position ? seq : 0,
      isWaiting: false, isCaught: false});
    this.#say(link, {t: 'opened', n, s, epoch: String(this.#epoch),
      pending: 0});
    return this.#stream(link);
  }

  #position({seq}) {
    return `${this.#epoch}:${seq}`;
  }

  // Tells what is new on all streams, one batch ahead.
  #stream(link) {
    for (const stream of link.streams.values()) {
      if (!stream.isWaiting) this.#tell(link, stream);
    }
  }

  #tell(link, stream) {
    const last = new Map();
    this.#journal.forEach(({id, origin}, i) => last.set(id, [i + 1, origin]));
    const news = [...last].filter(([, [seq, origin]]) =>
      seq > stream.seq && origin !== link.node);
    const part = news.sort(([, [a]], [, [b]]) => a - b).slice(0, BATCH);
    stream.seq = part.length < news.length ? part.at(-1)[1][0]
        : this.#journal.length;
    const position = this.#position(stream);
    if (part.length) {
      stream.isWaiting = true;
      this.#say(link, {t: 'batch', s: stream.s, position,
        left: news.length - part.length,
        updates: part.map(([id]) => this.#update(id, true))});
    } else if (!stream.isCaught) {
      stream.isCaught = true;
      this.#say(link, {t: 'caught', s: stream.s, position});
    }
  }

  #update(id, hasData) {
    const {rev, data, past, generation} = this.#records.get(id);
    const update = {id, rev, generation, prev: past.find(before => before) ?? null,
      past: past.slice(0, PAST)};
    if (past.length) update.prev = past[0];
    return hasData && rev ? {...update, data} : update;
  }

  #push(link, {n, parts}) {
    const others = [];
    let applied = 0;
    parts.flatMap(part => part.updates).forEach((update, i) => {
      const {id, rev, prev, data} = update;
      const now = this.#records.get(id)?.rev ?? null;
      if (now === rev) return;
      if (now !== prev) {
        const has = this.#records.has(id);
        others.push({i, outcome: 'conflict',
          ...has && {update: this.#update(id, n % 2)}});
        return;
      }
      applied++;
      this.write(id, rev, data ?? null, link.node);
    });
    this.#say(link, {t: 'pushed', n, applied, unchanged: 0, others});
  }
}
