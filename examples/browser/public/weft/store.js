// The local copy: rows (rules.js) and positions in an IndexedDB database.
//
// Everything that belongs together is one transaction: rows that change, and
// the position that they lead to.  A promise is fulfilled when the transaction
// is durable; rejected, nothing of it was done.

const VERSION = 1;

/** What cannot go on, in words for a person, and a code for a program. */
export class WeftError extends Error {
  constructor(code, text) {
    super(text);
    this.name = 'WeftError';
    this.code = code;
  }
}

// The error for one of IndexedDB's.
function explained(error) {
  if (error?.name === 'QuotaExceededError') {
    return new WeftError('quota', 'There is no room left in this browser.');
  }
  if (error instanceof WeftError) return error;
  return new WeftError('storage',
      `This browser cannot keep data: ${error?.message || error}`);
}

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(explained(request.error));
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(explained(transaction.error));
  });
}

function openDatabase(indexedDB, name) {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const rows = request.result.createObjectStore('rows',
        {keyPath: ['model', 'id']});
    rows.createIndex('state', ['state', 'model']);
    request.result.createObjectStore('meta');
  };
  return asked(request);
}

export class Store {
  #db;
  #indexedDB;
  #key;

  /**
   * Opens the database, or makes it.  'ended(code)' is called when it is taken
   * away: 'deleted' by another tab, or 'evicted' by browser or user.
   * Rejects with WeftError 'storage' where IndexedDB cannot be used.
   */
  static async open({indexedDB, IDBKeyRange, name, ended}) {
    if (!indexedDB) {
      throw new WeftError('storage', 'This browser has no IndexedDB.');
    }
    const store = new Store();
    try {
      store.#db = await openDatabase(indexedDB, name);
    } catch (error) {
      throw explained(error);
    }
    store.#indexedDB = indexedDB;
    store.#key = IDBKeyRange;
    store.name = name;
    store.#db.onversionchange = () => {
      store.close();
      ended('deleted');
    };
    store.#db.onclose = () => ended('evicted');
    return store;
  }

  #begin(mode) {
    try {
      return this.#db.transaction(['rows', 'meta'], mode,
          {durability: 'strict'});
    } catch (error) {
      throw explained(error);
    }
  }

  #rows(mode = 'readonly') {
    return this.#begin(mode).objectStore('rows');
  }

  // Arrays are keys after all texts.
  #beginningWith(first) {
    return this.#key.bound([first], [first, []]);
  }

  /** A value kept under a name; undefined: none. */
  async meta(name) {
    return asked(this.#begin('readonly').objectStore('meta').get(name));
  }

  /** A row; undefined: none. */
  async row(model, id) {
    return asked(this.#rows().get([model, id]));
  }

  /** All rows of a model, by id. */
  async rows(model) {
    return asked(this.#rows().getAll(this.#beginningWith(model)));
  }

  /** At most 'count' rows of a model in this state. */
  async inState(state, model, count) {
    return asked(this.#rows().index('state').getAll([state, model], count));
  }

  /** How many rows wait to be pushed, and for a decision. */
  async counts() {
    const index = this.#rows().index('state');
    const [dirty, conflict, refused] = await Promise.all(
        ['dirty', 'conflict', 'refused'].map(state =>
          asked(index.count(this.#beginningWith(state)))));
    return {dirty, undecided: conflict + refused};
  }

  /**
   * Changes rows in one transaction: 'alter' gets each row (undefined: none)
   * and its place in 'keys', and returns the row as it is to be, the same one
   * for no change, or null for none.  'meta' is written with it: an object,
   * undefined values are deleted.  A key may come more than once.
   * What 'alter' throws undoes all.  Returns the ids of records that are not
   * what they were.
   */
  async change(model, ids, alter, meta = {}) {
    const transaction = this.#begin('readwrite');
    const done = finished(transaction);
    const rows = transaction.objectStore('rows');
    const latest = new Map(); // what was written in this transaction
    const changed = new Set();
    let failure;

    ids.forEach((id, i) => {
      const request = rows.get([model, id]);
      request.onsuccess = () => {
        try {
          const before = latest.has(id) ? latest.get(id) : request.result;
          const after = alter(before || undefined, i);
          latest.set(id, after);
          this.#put(rows, before, [model, id], after, changed);
        } catch (error) {
          failure ??= error;
          transaction.abort();
        }
      };
    });
    this.#putMeta(transaction, meta);
    try {
      await done;
    } catch (error) {
      throw failure ?? error;
    }
    return [...changed];
  }

  #put(rows, before, key, after, changed) {
    if (after === before || (!after && !before)) return;
    if (after) rows.put(after);
    else rows.delete(key);
    if (before?.rev !== after?.rev || before?.state !== after?.state ||
        before?.theirs?.rev !== after?.theirs?.rev) {
      changed.add(key[1]);
    }
  }

  #putMeta(transaction, values) {
    const meta = transaction.objectStore('meta');
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) meta.delete(name);
      else meta.put(value, name);
    }
  }

  /** Writes values alone. */
  async setMeta(values) {
    const transaction = this.#begin('readwrite');
    const done = finished(transaction);
    this.#putMeta(transaction, values);
    return done;
  }

  /** Ends the use of the database; it stays. */
  close() {
    this.#db.onclose = null;
    this.#db.close();
  }

  /** Deletes the database; other tabs are told, and close it. */
  async destroy() {
    this.close();
    return asked(this.#indexedDB.deleteDatabase(this.name));
  }
}
