// What the unit tests share: a clock that stands still, a WebSocket whose other
// end is the test, and clients on databases in memory.

import {createRequire} from 'node:module';
import {open} from '../../../examples/browser/public/weft-client.js';

const packages = createRequire(`${process.env.WEFT_PACKAGES}/`);
export const {IDBFactory, IDBKeyRange} = packages('fake-indexeddb');

/** Waits until 'holds' does, which is not a matter of time. */
export async function until(holds, what = holds) {
  for (let i = 0; i < 20000; i++) {
    if (await holds()) return;
    await new Promise(resolve => setImmediate(resolve));
  }
  throw new Error(`never: ${typeof what === "function" ? what() : what}`);
}

/** A clock that a test moves. */
export class Clock {
  #now = 1700000000000;
  #timers = new Map();
  #last = 0;
  fraction = 0.5; // what random() returns

  now = () => this.#now;
  random = () => this.fraction;
  setTimeout = (work, ms) => {
    this.#timers.set(++this.#last, {at: this.#now + ms, work});
    return this.#last;
  };
  clearTimeout = timer => {
    this.#timers.delete(timer);
  };

  /** Lets time pass, and runs what is due then. */
  advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      const [timer, next] = [...this.#timers].filter(([, t]) => t.at <= end)
          .sort(([, a], [, b]) => a.at - b.at)[0] || [];
      if (!next) break;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, next.at);
      next.work();
    }
    this.#now = end;
  }

  /** Milliseconds until each timer. */
  get timers() {
    return [...this.#timers.values()].map(({at}) => at - this.#now);
  }
}

// A socket of the client; the methods below the line are the test's.
class Socket {
  sent = [];
  closedWith = undefined;
  #seen = 0;

  constructor(url, protocol) {
    Object.assign(this, {url, protocol});
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.closedWith = code;
  }

  // ----

  /** The next message of type 't' that was not looked at. */
  async expect(t) {
    let at;
    await until(() => (at = this.sent.findIndex(
        (message, i) => i >= this.#seen && message.t === t)) >= 0,
    `a message ${t}; there was ${JSON.stringify(this.sent)}`);
    this.#seen = at + 1;
    return this.sent[at];
  }

  say(message) {
    this.onmessage({data: JSON.stringify(message)});
  }

  drop(code = 1006) {
    this.onclose({code});
  }

  /** Shakes hands, and gets the client's streams opened, by model. */
  async greet({user, expires, hello = {}, opened = {}, models = ['Todo']} =
  {}) {
    this.onopen();
    const hi = await this.expect('hello');
    const auth = await this.expect('auth');
    this.say({t: 'hello', agent: 'test', message: 65536, window: 65536,
      batch: 500, wait: 60000, ...hello});
    this.say({t: 'welcome', user, expires});
    const opens = {};
    for (const [i] of models.entries()) {
      const message = await this.expect('open');
      opens[message.model] = message;
      this.say({t: 'opened', n: message.n, s: i + 1, epoch: 'e', pending: 0,
        caught: true, position: 'P0', ...opened});
    }
    return {hello: hi, auth, opens, open: opens[models[0]]};
  }
}

/** The sockets that a client makes. */
export class Wire {
  sockets = [];
  #seen = 0;

  constructor() {
    const {sockets} = this;
    this.WebSocket = class extends Socket {
      constructor(url, protocol) {
        super(url, protocol);
        sockets.push(this);
      }
    };
  }

  /** The next socket that was not looked at. */
  async next() {
    await until(() => this.sockets.length > this.#seen, 'a connection');
    return this.sockets[this.#seen++];
  }
}

/** A client, with all that it stands on; 'options' go to open(). */
export async function makeClient(options = {}) {
  const clock = options.clock || new Clock();
  const wire = options.wire || new Wire();
  const indexedDB = options.indexedDB || new IDBFactory();
  const client = await open({models: ['Todo'], url: 'ws://test/replicate',
    WebSocket: wire.WebSocket, IDBKeyRange, clock, localStorage: undefined,
    storage: undefined, locks: undefined, Channel: undefined,
    target: undefined, ...options, indexedDB});
  return {client, clock, wire, indexedDB, todos: client.model('Todo')};
}

/** What localStorage is, as far as it is used. */
export class MemoryStorage {
  #items = new Map();
  getItem = key => this.#items.get(key) ?? null;
  setItem = (key, value) => this.#items.set(key, value);
  removeItem = key => this.#items.delete(key);
}

/** Locks and channels of the tabs of one origin. */
export class Origin {
  #queues = new Map();
  #channels = new Set();

  locks = {request: (name, {signal}, work) => new Promise((resolve, reject) => {
    const queue = this.#queues.get(name) || [];
    const turn = async () => {
      resolve(await work());
      queue.shift();
      queue[0]?.();
    };
    this.#queues.set(name, queue);
    queue.push(turn);
    signal.addEventListener('abort', () => {
      if (queue[0] === turn) return; // it has the lock
      queue.splice(queue.indexOf(turn), 1);
      reject(new Error('aborted'));
    });
    if (queue.length === 1) turn();
  })};

  get Channel() {
    const channels = this.#channels;
    return class {
      constructor() {
        channels.add(this);
      }
      postMessage(message) {
        const copy = structuredClone(message);
        for (const channel of channels) {
          if (channel !== this) {
            setImmediate(() => channels.has(channel) &&
                channel.onmessage({data: copy}));
          }
        }
      }
      close() {
        channels.delete(this);
      }
    };
  }
}
