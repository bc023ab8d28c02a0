// One connection that speaks weft.repl.v1: from the handshake to its end.  What
// comes after the end is decided in link.js.
//
// I1  Messages are handled one after the other, each when the one before has
//     reached the database.
// I2  A batch is acknowledged when it is durable, with the position that it
//     leads to.
// I3  One push is on the way at a time.

import {WeftError} from './store.js';
import {accepted, applied, refused, regained, rejected, sending, untold,
  updateOf} from './rules.js';

export const PROTOCOL = 'weft.repl.v1';

// What we take: a message as large as any that a server sends, and batches
// ahead of what the database has.
const MESSAGE_SIZE = 17825792;
const WINDOW = 1048576;

const PING_MS = 25000;      // of silence, then we ask whether somebody is there
const RETRY_MS = 1000;      // where an error says "again" and not when
const GET_COUNT = 100;      // records asked for at a time
const ENVELOPE_SIZE = 1024; // of a push, around its updates

const sizeOf = text => new TextEncoder().encode(text).length;
const keyOf = (model, id) => ({model, id: String(id)});
const placeOf = model => `place:${model}`;

function failure({code, text}) {
  return new WeftError(code || 'internal', text || 'The server says no more.');
}

export class Session {
  #socket;
  #store;
  #models;
  #clock;
  #on;
  #incoming = [];
  #isHandling = false;
  #answers = new Map(); // by n: {done, failed}
  #lastN = 0;
  #streams = new Map(); // by s
  #limits = {message: 65536, window: 65536, batch: 100, wait: 60000};
  #unread = new Set();   // models that we may not read, or not any more
  #readOnly = new Set(); // models that we may not write
  #isWelcome = false;
  #isLeaving = false;
  #isPushing = false;
  #pushAgain = false;
  #heardAt;
  #timers = new Set();

  /** Why it ended, if it ended by an error; see 'ended'. */
  error = null;
  /** Milliseconds after which the server wants us back; undefined: not said. */
  after = undefined;
  isOver = false;

  /**
   * Begins with a socket that is still opening.  'models' are {name, filter}.
   * 'on' is called:
   *   welcome(user, expires)  we are who we say
   *   changed(model, ids)     these records or their states have changed
   *   progress()              isCaught, isBusy or pendingDown may have
   *   trouble(error)          one thing does not work, the rest goes on
   *   ended(code)             the last call; 'error' and 'after' say more
   */
  constructor({socket, store, models, node, token, clock, on}) {
    this.#socket = socket;
    this.#store = store;
    this.#models = models;
    this.#clock = clock;
    this.#on = on;
    this.#heardAt = clock.now();
    socket.onopen = () => this.#greet(node, token);
    socket.onmessage = ({data}) => this.#hear(() => this.#handle(data));
    socket.onclose = ({code}) => this.#hear(() => this.#end(code));
    socket.onerror = () => {};
    this.#watch();
  }

  /** Whether all streams have told all there was. */
  get isCaught() {
    const open = [...this.#streams.values()];
    return this.#isWelcome && open.every(stream => stream.isCaught) &&
        open.length + this.#unread.size >= this.#models.length;
  }

  /** Whether a push is on the way. */
  get isBusy() {
    return this.#isPushing;
  }

  /** About how many changes are still to come. */
  get pendingDown() {
    return [...this.#streams.values()]
        .reduce((sum, stream) => sum + stream.left, 0);
  }

  /** Shows another token before the one in use is over. */
  auth(token) {
    this.#send(token ? {t: 'auth', token} : {t: 'auth'});
  }

  /** Ends it; 'ended' is called before this returns. */
  close(code = 1000) {
    if (this.isOver) return;
    this.#socket.close(code);
    this.#end(code);
  }

  // Connection

  #greet(node, token) {
    this.#send({t: 'hello', node, agent: 'weft-client.js',
      message: MESSAGE_SIZE, window: WINDOW});
    this.auth(token);
  }

  #send(message) {
    if (!this.isOver) this.#socket.send(JSON.stringify(message));
  }

  // Sends a request; the answer goes to 'done', an error to 'failed'.
  #request(message, done, failed) {
    const n = ++this.#lastN;
    this.#answers.set(n, {done, failed});
    this.#send({...message, n});
  }

  // Runs 'work' after some time, unless it has ended by then.
  #later(work, ms) {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  // Whether the server is there: asks when it is silent, gives up after 'wait'.
  #watch() {
    this.#later(() => {
      const silence = this.#clock.now() - this.#heardAt;
      if (silence >= this.#limits.wait) {
        this.close(4408);
        return;
      }
      if (this.#isWelcome && silence >= PING_MS) this.#send({t: 'ping'});
      this.#watch();
    }, PING_MS);
  }

  // What came is handled in its order (I1), the end too.
  #hear(handle) {
    if (this.isOver) return;
    this.#heardAt = this.#clock.now();
    this.#incoming.push(handle);
    if (!this.#isHandling) this.#handleAll();
  }

  async #handleAll() {
    this.#isHandling = true;
    while (this.#incoming.length && !this.isOver) {
      try {
        await this.#incoming.shift()();
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#isHandling = false;
  }

  async #handle(text) {
    const message = JSON.parse(text);
    const handler = this.#handlers[message.t];
    const answer = this.#answers.get(message.n);

    if (handler) {
      await handler(message);
    } else if (answer) {
      this.#answers.delete(message.n);
      await answer.done(message);
    } else if (!message.optional) {
      this.#send({t: 'error', n: message.n, code: 'unsupported',
        text: `no ${message.t} is known`, retry: false});
    }
  }

  // Ends by an error of ours, or one that nothing is to be done about.
  #fail(error) {
    if (this.isOver) return;
    this.error = error instanceof WeftError ? error
        : new WeftError('malformed', `The server is not understood: ${error}`);
    this.close(this.error.code === 'malformed' ? 4400 : 1000);
  }

  #end(code) {
    if (this.isOver) return;
    this.isOver = true;
    this.#timers.forEach(timer => this.#clock.clearTimeout(timer));
    this.#on.ended(code);
  }

  #handlers = {
    hello: ({message, window, batch, wait}) => {
      const told = {message, window, batch, wait};
      for (const name of Object.keys(told)) {
        if (told[name] > 0) this.#limits[name] = told[name];
      }
    },
    welcome: message => this.#beWelcome(message),
    batch: message => this.#take(message),
    caught: ({s, position}) => {
      const stream = this.#streams.get(s);
      return stream && this.#catchUp(stream, position);
    },
    closed: ({s, error}) => this.#loseStream(s, error),
    goaway: ({after}) => {
      this.after = after;
      this.#isLeaving = true;
    },
    ping: ({d}) => this.#send({t: 'pong', d}),
    pong: () => {},
    error: message => this.#takeError(message),
  };

  async #takeError(message) {
    const answer = this.#answers.get(message.n);
    if (answer) {
      this.#answers.delete(message.n);
      await answer.failed(message);
    } else if (message.code === 'forbidden' && this.#isWelcome) {
      this.#on.trouble(failure(message)); // another user's token
    } else {
      this.error = failure(message); // the close that follows ends it
    }
  }

  // Who we are

  async #beWelcome({user = null, expires}) {
    const known = await this.#store.meta('user');
    if (known !== undefined && known !== user) {
      throw new WeftError('otherUser',
          'The data in this browser belongs to another user.');
    }
    if (known === undefined) await this.#store.setMeta({user});
    this.#on.welcome(user, expires);
    if (this.#isWelcome) return;
    this.#isWelcome = true;
    for (const model of this.#models) await this.#open(model);
    this.#on.progress();
  }

  // Streams

  async #open(model) {
    const place = await this.#store.meta(placeOf(model.name)) || {};
    const message = {t: 'open', model: model.name};
    if (model.filter) message.filter = model.filter;
    if (place.position !== undefined) message.position = place.position;
    this.#request(message,
        answer => answer.t === 'reset' ? this.#reset(model, place, answer)
            : this.#opened(model, place, answer),
        error => this.#notOpened(model, error));
  }

  // Anew from the beginning, by another connection: as another node, since what
  // came from this one would not be told.  What the server does not tell in
  // this round, and had told before, is then looked at (untold() in rules.js).
  async #reset(model, place, {reason}) {
    const round = (place.round || 0) + 1;
    await this.#store.setMeta({node: crypto.randomUUID(),
      [placeOf(model.name)]: {round, isRound: true,
        isLost: reason === 'epoch' || reason === 'bad'}});
    this.after = 0;
    this.close();
  }

  async #opened(model, place, {s, pending, caught, position}) {
    const stream = {model: model.name, place, batches: 0, left: pending || 0,
      isCaught: false};
    this.#streams.set(s, stream);
    if (caught) await this.#catchUp(stream, position);
    await this.#getMissing(model.name);
    this.#on.progress();
    this.push();
  }

  #notOpened(model, error) {
    if (error.retry) {
      this.#later(() => this.#open(model).catch(e => this.#fail(e)),
          error.after || RETRY_MS);
      return;
    }
    this.#unread.add(model.name);
    this.#on.trouble(failure(error));
    this.#on.progress();
  }

  #loseStream(s, error) {
    const stream = this.#streams.get(s);
    if (!stream) return;
    this.#streams.delete(s);
    if (error?.code === 'gone') { // the answer to open tells how to go on
      const model = this.#models.find(one => one.name === stream.model);
      this.#open(model).catch(e => this.#fail(e));
      return;
    }
    this.#unread.add(stream.model);
    if (error) this.#on.trouble(failure(error));
    this.#on.progress();
  }

  async #take({s, position, left, updates}) {
    const stream = this.#streams.get(s);
    if (!stream) return;
    const {model, place} = stream;
    const round = place.isRound ? place.round : undefined;
    let isDirty = false;
    const changed = await this.#store.change(model,
        updates.map(update => String(update.id)),
        (row, i) => {
          const update = updates[i];
          const key = keyOf(model, update.id);
          const next = place.isLost ? regained(key, row, update, round)
              : applied(key, row, update, false, round);
          isDirty ||= next?.state === 'dirty';
          return next;
        },
        {[placeOf(model)]: {...place, position}});
    place.position = position;
    stream.left = left || (stream.isCaught ? 0
        : Math.max(0, stream.left - updates.length));
    this.#send({t: 'ack', s, batches: ++stream.batches});
    this.#on.changed(model, changed);
    this.#on.progress();
    if (isDirty) this.push();
  }

  async #catchUp(stream, position) {
    const {model, place} = stream;
    const next = {position: position ?? place.position, round: place.round};
    const ids = place.isRound ? (await this.#store.rows(model))
        .filter(row => row.round !== place.round).map(row => row.id) : [];
    const changed = await this.#store.change(model, ids,
        row => row && row.round !== place.round ? untold(row, place.isLost)
            : row,
        {[placeOf(model)]: next});
    stream.place = next;
    stream.isCaught = true;
    stream.left = 0;
    this.#on.changed(model, changed);
    this.#on.progress();
    this.push();
  }

  // Pushes

  /** There may be something to push. */
  push() {
    this.#pushAgain = true;
    if (this.#isPushing || this.isOver || this.#isLeaving) return;
    this.#isPushing = true;
    this.#pushNext().catch(error => this.#fail(error));
  }

  // A model that is told anew takes no pushes until that is done: what would
  // be in conflict is decided then.
  #writable() {
    return [...this.#streams.values()].filter(({model, place}) =>
      !place.isRound && !this.#readOnly.has(model)).map(({model}) => model);
  }

  async #pushNext() {
    while (this.#pushAgain && !this.isOver && !this.#isLeaving) {
      this.#pushAgain = false;
      for (const model of this.#writable()) {
        const updates = await this.#prepare(model);
        if (updates.length) {
          await this.#pushUpdates(model, updates);
          return;
        }
      }
    }
    this.#isPushing = false;
    this.#on.progress();
  }

  // Picks what fits into one push, and remembers that it was sent.
  async #prepare(model) {
    const rows = await this.#store.inState('dirty', model, this.#limits.batch);
    const room = Math.min(this.#limits.message, this.#limits.window) -
        ENVELOPE_SIZE;
    const updates = [];
    let size = 0;
    const changed = await this.#store.change(model, rows.map(row => row.id),
        row => {
          if (row?.state !== 'dirty') return row ?? null;
          const update = updateOf(row);
          const more = sizeOf(JSON.stringify(update)) + 1;
          if (more > room) {
            return refused(row, update, {code: 'limit',
              text: 'The record is larger than the server takes.'});
          }
          if (size + more > room) return row;
          size += more;
          updates.push(update);
          return sending(row);
        });
    if (changed.length) this.#on.changed(model, changed);
    return updates;
  }

  async #pushUpdates(model, updates) {
    const {dirty} = await this.#store.counts();
    const again = () => {
      this.#isPushing = false;
      this.push();
    };
    this.#on.progress();
    this.#request({t: 'push', parts: [{model, updates}],
      left: Math.max(0, dirty - updates.length)},
    async ({others}) => {
      await this.#pushed(model, updates, others || []);
      again();
    },
    error => {
      if (error.retry) {
        this.#later(again, error.after || RETRY_MS);
        return;
      }
      if (error.code !== 'forbidden') throw failure(error);
      this.#readOnly.add(model);
      this.#on.trouble(failure(error));
      again();
    });
  }

  async #pushed(model, updates, others) {
    const outcomes = new Map(others.map(other => [other.i, other]));
    const changed = await this.#store.change(model,
        updates.map(update => update.id),
        (row, i) => {
          const other = outcomes.get(i);
          if (!other) return accepted(row, updates[i]);
          return other.outcome === 'refused'
              ? refused(row, updates[i], {code: other.code, text: other.text})
              : rejected(row, updates[i], other.update);
        });
    this.#on.changed(model, changed);
    if (others.some(({update}) => update?.rev && update.data === undefined)) {
      await this.#getMissing(model);
    }
  }

  // Fetches the other sides of conflicts that were told without data.
  async #getMissing(model) {
    const rows = await this.#store.inState('conflict', model);
    const ids = rows.filter(({theirs}) => theirs.data === undefined)
        .slice(0, GET_COUNT).map(row => row.id);
    if (!ids.length) return;
    this.#request({t: 'get', model, ids},
        answer => this.#got(model, ids, answer.updates),
        error => this.#on.trouble(failure(error)));
  }

  // What 'got' does not have, the server does not have.
  async #got(model, ids, updates) {
    const byId = new Map(updates.map(update => [String(update.id), update]));
    const changed = await this.#store.change(model, ids, (row, i) => {
      if (row?.theirs?.data !== undefined || !row?.theirs) return row ?? null;
      const update = byId.get(ids[i]) ||
          {id: ids[i], rev: null, prev: row.theirs.rev};
      return applied(row, row, update, true);
    });
    this.#on.changed(model, changed);
    if (changed.length) await this.#getMissing(model);
  }
}
