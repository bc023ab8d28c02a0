// weft-client: a local copy of a server's records, in IndexedDB, that is read
// and written at once, offline too, and kept equal with weftd over
// weft.repl.v1 (docs/protocols/weft-repl-v1.md) whenever there is a connection.
//
//   const client = await open({models: ['Todo'], token});
//   const todos = client.model('Todo');
//   todos.subscribe(entries => show(entries));
//   await todos.put({title: 'x'});
//
// - A write is fulfilled when it is on disk in this browser.  It is pushed
//   as soon as may be; 'pendingUp' of the status counts what is not.
// - An edit that was made without knowing of another one is never applied over
//   it, nor lost: it becomes a conflict, which is kept until it is decided.
// - Several tabs may open the same copy: one of them has the connection.
//
// For browsers with crypto.subtle (pages by https, or of localhost), and for
// Node where WebSocket and IndexedDB are handed in.  No other code is needed.

import {Conflict} from './weft/conflict.js';
import {Link} from './weft/link.js';
import {Model} from './weft/model.js';
import {Store, WeftError} from './weft/store.js';
import {Tabs} from './weft/tabs.js';

export {WeftError};

// Returns a function that runs 'work' soon, and once for many calls.
function coalesced(work) {
  let isRunning = false, isWanted = false;
  return async () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      isRunning = false;
    }
  };
}

// The WebSocket's address for one of http, or relative to the page.
function socketUrl(url) {
  const whole = new URL(url, globalThis.location?.href);
  whole.protocol = whole.protocol.replace('http', 'ws');
  return whole.href;
}

const realClock = {
  now: () => Date.now(),
  setTimeout: (work, ms) => setTimeout(work, ms),
  clearTimeout: timer => clearTimeout(timer),
  random: () => Math.random(),
};

/** A local copy that is open; made by open(). */
class Client {
  #options;
  #store;
  #models = new Map();
  #tabs;
  #link = null;       // of the tab that leads
  #listeners = new Map(); // by model's name; 'status' of one, conflicts of all
  #status = {state: 'connecting', isLeader: false, pendingUp: 0,
    pendingDown: 0, undecided: 0, lastSync: null, error: null, user: null,
    isPersistent: null, evicted: null};
  #count;
  #isClosed = false;

  constructor(options, store, evicted) {
    this.#options = options;
    this.#store = store;
    this.#status.evicted = evicted;
    this.#count = coalesced(() => this.#countOnce());
    for (const definition of options.models) {
      this.#models.set(definition.name,
          new Model(store, definition, this.#within));
    }
  }

  /**
   * How things stand:
   *   state         'connecting', 'syncing', 'live', 'offline' (comes again by
   *                 itself), 'stopped' (retry() or another program is needed),
   *                 'signedOut' (another token is needed, then retry()),
   *                 'closed'
   *   pendingUp     records whose changes are not pushed yet
   *   pendingDown   about how many changes of the server are to come
   *   undecided     how many conflicts() there are
   *   lastSync      when both sides were last equal, ms since 1970; null: never
   *   error         {code, text} that explains the state, or the last trouble
   *   user          the user's id at the server; null: nobody in particular
   *   isLeader      whether this tab has the connection
   *   isPersistent  whether the browser has promised to keep the copy; null:
   *                 it does not say
   *   evicted       the browser had thrown the copy away before it was opened,
   *                 and so many changes with it that were not pushed; null: no
   */
  get status() {
    return {...this.#status};
  }

  /** Calls 'heard' with the status, now and when it changes; ends as above. */
  onStatus(heard) {
    return this.#listen('status', () => this.status, heard);
  }

  /** The records of a model that was opened. */
  model(name) {
    const model = this.#models.get(name);
    if (!model) throw new WeftError('notFound', `${name} was not opened.`);
    return model;
  }

  /** What waits for a decision. */
  async conflicts() {
    const found = [];
    for (const name of this.#models.keys()) {
      for (const state of ['conflict', 'refused']) {
        found.push(...await this.#store.inState(state, name));
      }
    }
    return found.map(row =>
      new Conflict(this.#store, row, this.#within.edited));
  }

  /** Calls 'heard' with conflicts(), now and when they may have changed. */
  onConflicts(heard) {
    return this.#listen('conflicts', () => this.conflicts(), heard);
  }

  /** Connects now, whatever it waits for; after 'signedOut' too. */
  retry() {
    if (this.#link) this.#link.start();
    else this.#tabs?.tell({t: 'retry'});
  }

  /** Asks the browser to keep the copy; true: it will. */
  async persist() {
    const isPersistent = await this.#options.storage?.persist?.() ?? null;
    this.#change({isPersistent});
    return isPersistent === true;
  }

  /**
   * Deletes the local copy, in all tabs.  Rejects with WeftError 'unsent' if
   * changes would be lost, unless 'discard' is true.
   */
  async signOut({discard = false} = {}) {
    const {dirty, undecided} = await this.#store.counts();
    if (!discard && dirty + undecided) {
      throw new WeftError('unsent',
          `${dirty + undecided} changes are not at the server.`);
    }
    this.#tabs.tell({t: 'signedOut'});
    this.close();
    await this.#store.destroy();
    this.#options.marker?.remove();
  }

  /** Ends the connection and the use of the copy, which stays. */
  close() {
    this.#end(null);
  }

  // For open().

  async _start() {
    const {locks, Channel, name, storage, target} = this.#options;
    this.#status.isPersistent = await storage?.persisted?.() ?? null;
    this.#tabs = new Tabs({name, locks, Channel, on: {
      lead: () => this.#lead(),
      message: message => this.#hear(message),
    }});
    this.#tabs.tell({t: 'who'});
    target?.addEventListener('online', this.#goOnline);
    target?.addEventListener('offline', this.#goOffline);
    await this.#count();
  }

  _ended(code) {
    this.#end(new WeftError(code, code === 'evicted' ?
      'The browser has deleted the local data.' :
      'The local data was deleted by another tab.'));
  }

  #goOnline = () => this.#link?.start();
  #goOffline = () => this.#link?.interrupt();

  // What models and conflicts need of the client.
  #within = {
    listen: (what, read, heard) => this.#listen(what, read, heard),
    edited: (model, ids) => {
      this.#changed(model, ids);
      this.#link?.push();
    },
  };

  // Has 'heard' called with what 'read' returns, now and at each announcement.
  #listen(what, read, heard) {
    const listeners = this.#listeners.get(what) || new Set();
    const listener = coalesced(async () => {
      const value = await this.#attempt(read);
      if (value !== undefined && listeners.has(listener)) heard(value);
    });
    this.#listeners.set(what, listeners.add(listener));
    listener();
    return () => listeners.delete(listener);
  }

  // Reads; undefined if that was in vain, which the status tells.
  async #attempt(read) {
    try {
      return await read();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #changed(model, ids) {
    if (!ids.length) return;
    this.#announce(model);
    this.#tabs?.tell({t: 'changed', model});
  }

  #lead() {
    const {socketUrl: url, WebSocket, models, getToken, clock} = this.#options;
    this.#link = new Link({url, WebSocket, store: this.#store, models,
      getToken, clock, on: {
        changed: (model, ids) => this.#changed(model, ids),
        status: () => this.#share(),
      }});
    this.#change({isLeader: true});
    this.#link.start();
  }

  #fail(error) {
    if (!this.#isClosed) this.#change({state: 'stopped', error: plain(error)});
  }

  #share() {
    if (this.#isClosed) return;
    const {error, ...status} = this.#link.status;
    const shared = {...status, error: error && plain(error)};
    this.#change(shared);
    this.#tabs?.tell({t: 'status', status: shared});
  }

  #hear(message) {
    if (this.#isClosed) return;
    switch (message.t) {
      case 'changed':
        this.#announce(message.model);
        this.#link?.push();
        break;
      case 'status':
        if (!this.#link) this.#change(message.status);
        break;
      case 'who':
        if (this.#link) this.#share();
        break;
      case 'retry':
        this.#link?.start();
        break;
      case 'signedOut':
        this._ended('deleted');
        break;
    }
  }

  #announce(model) {
    for (const what of [model, 'conflicts']) {
      this.#listeners.get(what)?.forEach(listener => listener());
    }
    this.#count();
  }

  #change(change) {
    const isNew = Object.keys(change).some(name =>
      JSON.stringify(change[name]) !== JSON.stringify(this.#status[name]));
    if (!isNew) return;
    Object.assign(this.#status, change);
    this.#listeners.get('status')?.forEach(listener => listener());
  }

  async #countOnce() {
    const counts = await this.#attempt(() => this.#store.counts());
    if (!counts || this.#isClosed) return;
    this.#options.marker?.set(counts.dirty + counts.undecided);
    this.#change({pendingUp: counts.dirty, undecided: counts.undecided});
  }

  #end(error) {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.target?.removeEventListener('online', this.#goOnline);
    this.#options.target?.removeEventListener('offline', this.#goOffline);
    this.#link?.stop();
    this.#tabs?.close();
    this.#store.close();
    this.#change({state: 'closed', error: error && plain(error)});
  }
}

// An error as data, for other tabs.
function plain(error) {
  return {code: error.code || 'internal', text: error.message};
}

// Remembers outside of the database that there is one, and how much in it is
// not pushed: how else would be known that it has gone?
function makeMarker(storage, name) {
  const key = `weft:${name}`;
  return storage && {
    get: () => storage.getItem(key),
    set: count => storage.setItem(key, String(count)),
    remove: () => storage.removeItem(key),
  };
}

function defaultStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined; // forbidden by the browser's settings
  }
}

/**
 * Opens a local copy, and connects.
 *   models     names, or {name, id: 'id', filter}: 'id' is the property that
 *              is the id, 'filter' a LoopBack filter whose 'where' counts
 *   url        of weftd's endpoint; default: /replicate of the page's origin
 *   token      an access token's id; or
 *   getToken   a function that returns one, or a promise; called for each
 *              connection, and before a token is over; gets the one that was
 *              refused, if one was.  Neither: nobody in particular
 *   name       of the copy in this browser; one for each server and user
 *   WebSocket, indexedDB, IDBKeyRange, locks, Channel, localStorage, storage,
 *   target, clock   what a browser has; for others
 * Returns a Client.  Rejects with WeftError 'storage': this browser keeps
 * nothing (in some, a private window).
 */
export async function open({models, url = '/replicate', token = null,
  getToken = () => token, name = 'weft', ...platform}) {
  const options = {
    name, getToken, socketUrl: socketUrl(url), clock: realClock,
    models: models.map(model =>
      ({id: 'id', ...typeof model === 'string' ? {name: model} : model})),
    WebSocket: globalThis.WebSocket,
    indexedDB: globalThis.indexedDB,
    IDBKeyRange: globalThis.IDBKeyRange,
    locks: globalThis.navigator?.locks,
    Channel: globalThis.navigator?.locks && globalThis.BroadcastChannel,
    storage: globalThis.navigator?.storage,
    target: globalThis.addEventListener && globalThis,
    ...platform,
  };
  options.marker = makeMarker(
      'localStorage' in platform ? platform.localStorage : defaultStorage(),
      name);
  if (!globalThis.crypto?.subtle) {
    throw new WeftError('insecure', 'This page must be opened by https.');
  }
  let client;
  const store = await Store.open({...options,
    ended: code => client?._ended(code)});
  const evicted = await evictedCount(store, options.marker);
  client = new Client(options, store, evicted);
  await client._start();
  return client;
}

// How many changes were lost with a copy that was here before; null: none was.
async function evictedCount(store, marker) {
  const isNew = await store.meta('opened') === undefined;
  const left = marker?.get();
  if (isNew) await store.setMeta({opened: true});
  return isNew && left !== null && left !== undefined ? Number(left) : null;
}
