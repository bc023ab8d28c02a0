// The records of one model, as a program reads and writes them.

import {canonical, revision} from './canonical.js';
import {edited} from './rules.js';
import {WeftError} from './store.js';

// What servers take.
const MOST_ID_BYTES = 1024;

/** The records of one model.  Made by Client.model(). */
export class Model {
  #store;
  #definition;
  #on;

  /** 'on' is the client's: edited(model, ids), listen(what, read, heard). */
  constructor(store, definition, on) {
    this.#store = store;
    this.#definition = definition;
    this.#on = on;
  }

  get name() {
    return this.#definition.name;
  }

  /** The record; null: there is none. */
  async get(id) {
    return (await this.#store.row(this.name, String(id)))?.data ?? null;
  }

  /** The records for which 'test' holds, or all, by id. */
  async find(test = () => true) {
    return (await this.entries()).map(entry => entry.data).filter(test);
  }

  /**
   * All records with what is known of them, by id: {id, data, rev, state};
   * 'state' is 'synced', 'dirty' (not pushed yet), 'conflict' or 'refused'.
   * Records that are deleted here are not among them.
   */
  async entries() {
    const rows = await this.#store.rows(this.name);
    return rows.filter(row => row.rev !== null).map(
        ({id, data, rev, state = 'synced'}) => ({id, data, rev, state}));
  }

  /**
   * Calls 'heard' with the entries, now and after each change, whoever made
   * it.  Returns a function that ends it.
   */
  subscribe(heard) {
    return this.#on.listen(this.name, () => this.entries(), heard);
  }

  /**
   * Writes a record, in place of one with the same id; without an id it gets a
   * UUID.  Returns it as it is stored.  With 'from', the 'rev' of an entry, it
   * is only written if the record is still that one.
   * Rejects with WeftError 'changed' (it is not), 'quota' or 'storage': nothing
   * was written; TypeError or RangeError: no record that a server takes.
   */
  async put(record, {from} = {}) {
    const {id: name} = this.#definition;
    if (record === null || typeof record !== 'object') {
      throw new TypeError('a record is an object');
    }
    const id = record[name] ?? crypto.randomUUID();
    return this.#edit(id, before => {
      if (from !== undefined && (before?.rev ?? null) !== from) {
        throw new WeftError('changed', 'The record was changed meanwhile.');
      }
      return {...record, [name]: id};
    });
  }

  /**
   * Writes some properties of a record; those that are undefined are removed.
   * Returns it as it is stored.  Rejects as put(), and with 'notFound'.
   */
  async patch(id, changes) {
    return this.#edit(id, before => {
      if (!before?.data) {
        throw new WeftError('notFound', `There is no ${this.name} ${id}.`);
      }
      return {...before.data, ...changes};
    });
  }

  /** Deletes a record, or nothing if there is none.  Rejects as put(). */
  async remove(id) {
    await this.#edit(id, () => null);
  }

  // The revision is made outside of the transaction, which would end while it
  // is waited for; so it is all done again if the record has changed.
  async #edit(id, make) {
    const key = {model: this.name, id: String(id)};
    const size = new TextEncoder().encode(key.id).length;
    if (size < 1 || size > MOST_ID_BYTES) {
      throw new TypeError(`an id has up to ${MOST_ID_BYTES} bytes`);
    }
    for (;;) {
      const before = await this.#store.row(key.model, key.id);
      const record = make(before);
      const text = record && canonical(record);
      const rev = record && await revision(text);
      const data = record && JSON.parse(text);
      let isLate = false;
      const changed = await this.#store.change(key.model, [key.id], row => {
        isLate = (row?.rev ?? null) !== (before?.rev ?? null);
        return isLate ? row : edited(key, row, data, rev);
      });
      if (isLate) continue;
      this.#on.edited(key.model, changed);
      return data;
    }
  }
}
