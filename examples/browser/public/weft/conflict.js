// A record that needs somebody's decision.

import {canonical, revision} from './canonical.js';
import {resolved} from './rules.js';
import {WeftError} from './store.js';

/**
 * What waits for a decision; made by Client.conflicts().
 *   model, id  the record's
 *   kind       'conflict': changed at both sides; 'refused': the server does
 *              not take it, 'refusal' is why: {code, text}
 *   base       the record that both were made from; null: none; undefined: it
 *              is not known
 *   mine       the record as it is here; null: deleted
 *   theirs     as it is at the server; null: deleted; undefined: it is still
 *              being fetched
 */
export class Conflict {
  #store;
  #row;
  #edited;

  /** 'edited(model, ids)' is called after a decision. */
  constructor(store, row, edited) {
    this.#store = store;
    this.#row = row;
    this.#edited = edited;
    this.model = row.model;
    this.id = row.id;
    this.kind = row.state;
    this.refusal = row.refusal;
    this.base = row.baseData;
    this.mine = row.data;
    this.theirs = row.theirs ? row.theirs.data : row.baseData;
  }

  /**
   * Decides: 'mine', 'theirs', 'delete', or a record to be written instead of
   * both.  Of a refusal 'mine' tries again.  Rejects with WeftError 'changed':
   * either side is another one by now; 'incomplete': theirs is not there yet;
   * else as put().
   */
  async resolve(choice) {
    const {data, rev} = await this.#outcome(choice);
    const seen = this.#row;
    const changed = await this.#store.change(seen.model, [seen.id], row => {
      if (row?.state !== seen.state || row.rev !== seen.rev ||
          row.theirs?.rev !== seen.theirs?.rev) {
        throw new WeftError('changed', 'The record was changed meanwhile.');
      }
      return resolved(row, data, rev);
    });
    this.#edited(seen.model, changed);
  }

  async #outcome(choice) {
    const {data, rev, base, baseData, theirs} = this.#row;
    if (choice === 'mine') return {data, rev};
    if (choice === 'delete') return {data: null, rev: null};
    if (choice === 'theirs') {
      if (this.theirs === undefined) {
        throw new WeftError('incomplete',
            'The record at the server is not known yet.');
      }
      return theirs || {data: baseData, rev: base};
    }
    if (choice === null || typeof choice !== 'object') {
      throw new TypeError('mine, theirs, delete, or a record');
    }
    const text = canonical(choice);
    return {data: JSON.parse(text), rev: await revision(text)};
  }
}
