// Keeps a connection: makes it, and makes it again when it ends, with a token
// that is good and after a time that suits.

import {PROTOCOL, Session} from './session.js';
import {WeftError} from './store.js';

const LONGEST_WAIT_MS = 60000;
const LONGEST_TIMER_MS = 86400000; // timers of browsers end at 24 days
const REFRESH_MS = 60000;          // before a token is over

// After these the same would happen again.
const FINAL_CODES = new Set([1002, 1003, 1007, 1009, 1010, 4400, 4403, 4429]);

export class Link {
  #options;
  #on;
  #clock;
  #session = null;
  #token = null;      // that of this connection; null: nobody in particular
  #refused;           // the token that the server did not take; undefined: none
  #attempts = 0;      // in vain, since it last worked
  #turn = 0;          // what was begun in an earlier one is void
  #waiting;           // timer of the next attempt
  #refreshing;        // timer of the next token

  /**
   * What is known of the connection:
   *   state        'connecting'; 'syncing'; 'live': all was told and pushed,
   *                and what comes is told; 'offline': comes again by itself;
   *                'stopped', 'signedOut': waits for start()
   *   pendingDown  about how many changes are to come
   *   lastSync     when it was last live, ms since 1970; null: not yet
   *   error        the WeftError that explains the state, or the last trouble;
   *                null: none
   *   user         whose the connection is, as the server says; null: nobody's
   */
  status = {state: 'offline', pendingDown: 0, lastSync: null, error: null,
    user: null};

  /**
   * Nothing happens before start().  Options: url, WebSocket, store, models,
   * clock as of Session; getToken(refused) returns a token, null for
   * nobody, or a promise; 'refused' is one that was not taken.
   * 'on' has changed(model, ids) and status().
   */
  constructor({on, ...options}) {
    this.#options = options;
    this.#clock = options.clock;
    this.#on = on;
  }

  /** Connects; again at once if it waits or has stopped. */
  start() {
    if (this.#session) return;
    this.#refused = undefined;
    this.#connect();
  }

  /** Ends the connection, and does not come again before start(). */
  stop() {
    this.#turn++;
    this.#clearTimers();
    const session = this.#session;
    this.#session = null;
    session?.close();
    this.#tell({state: 'offline', pendingDown: 0});
  }

  /** The network has gone: ends the connection, and tries again later. */
  interrupt() {
    this.#session?.close();
  }

  /** There may be something to push. */
  push() {
    this.#session?.push();
  }

  #tell(change) {
    Object.assign(this.status, change);
    this.#on.status();
  }

  #clearTimers() {
    this.#clock.clearTimeout(this.#waiting);
    this.#clock.clearTimeout(this.#refreshing);
  }

  async #connect() {
    const turn = ++this.#turn;
    this.#clearTimers();
    this.#tell({state: 'connecting'});
    let node;
    try {
      this.#token = await this.#options.getToken(this.#refused) ?? null;
      node = await this.#node();
    } catch (error) {
      if (turn === this.#turn) this.#wait(undefined, error);
      return;
    }
    if (turn !== this.#turn) return;
    if (this.#token === this.#refused) {
      this.#stopWith('signedOut', new WeftError('unauthorized',
          'Sign in again: the session is over.'));
      return;
    }
    this.#begin(node);
  }

  // The name of this copy at the server.
  async #node() {
    const {store} = this.#options;
    const known = await store.meta('node');
    const node = known || crypto.randomUUID();
    if (!known) await store.setMeta({node});
    return node;
  }

  #begin(node) {
    const {url, WebSocket, store, models} = this.#options;
    let socket;
    try {
      socket = new WebSocket(url, PROTOCOL);
    } catch (error) {
      this.#stopWith('stopped', new WeftError('invalid', error.message));
      return;
    }
    const isOurs = () => this.#session === session;
    const session = new Session({socket, store, models, node,
      token: this.#token, clock: this.#clock, on: {
        welcome: (user, expires) => isOurs() && this.#welcome(user, expires),
        changed: (model, ids) => this.#on.changed(model, ids),
        progress: () => isOurs() && this.#progress(),
        trouble: error => isOurs() && this.#tell({error}),
        ended: code => isOurs() && this.#ended(code),
      }});
    this.#session = session;
  }

  #welcome(user, expires) {
    this.#refused = undefined;
    this.#tell({state: 'syncing', user, error: null});
    this.#refreshAt(expires);
  }

  #progress() {
    const {isCaught, isBusy, pendingDown} = this.#session;
    if (!isCaught || isBusy) {
      this.#tell({state: 'syncing', pendingDown});
      return;
    }
    this.#attempts = 0;
    this.#tell({state: 'live', pendingDown, lastSync: this.#clock.now()});
  }

  // Shows a new token before the one in use is over.
  #refreshAt(expires) {
    this.#clock.clearTimeout(this.#refreshing);
    if (!expires) return;
    const left = expires - this.#clock.now();
    const ms = Math.max(left - REFRESH_MS, left / 2, 0);
    this.#refreshing = this.#clock.setTimeout(
        () => ms > LONGEST_TIMER_MS ? this.#refreshAt(expires)
            : this.#refresh(this.#turn),
        Math.min(ms, LONGEST_TIMER_MS));
  }

  // Without another token the connection is closed in its time, with 4401.
  async #refresh(turn) {
    try {
      const token = await this.#options.getToken() ?? null;
      if (turn !== this.#turn || token === this.#token) return;
      this.#token = token;
      this.#session?.auth(token);
    } catch (error) {
      if (turn === this.#turn) this.#tell({error});
    }
  }

  #ended(code) {
    const {error, after} = this.#session;
    this.#session = null;
    this.#clearTimers();
    if (code === 4401 || error?.code === 'unauthorized') {
      this.#refused = this.#token;
      if (this.#attempts++) this.#wait(after, error);
      else this.#connect();
    } else if (FINAL_CODES.has(code) || (error && code === 1000)) {
      this.#stopWith('stopped', error ||
          new WeftError('internal', `The server closes with ${code}.`));
    } else {
      this.#wait(after, error);
    }
  }

  #stopWith(state, error) {
    this.#tell({state, error, pendingDown: 0});
  }

  // Comes again after what the server said, else after a random time.
  #wait(after, error) {
    const longest = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.#attempts++);
    const turn = this.#turn;
    this.#waiting = this.#clock.setTimeout(
        () => turn === this.#turn && this.#connect(),
        after ?? this.#clock.random() * longest);
    this.#tell({state: 'offline', pendingDown: 0, error: error || null});
  }
}
