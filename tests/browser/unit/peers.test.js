// Peers that edit at random, over connections that are cut anywhere, with a
// server that loses and restores data: all come to the same, and nobody's word
// is lost.  WEFT_SEED=n repeats one run, WEFT_LONG=1 makes more of them.
import test from 'node:test';
import assert from 'node:assert/strict';
import {IDBFactory, makeClient, Origin, until} from './lib.js';
import {Server} from './server.js';
import {canonical, revision} from
  '../../../examples/browser/public/weft/canonical.js';

const seeds = process.env.WEFT_SEED ? [Number(process.env.WEFT_SEED)]
    : Array.from({length: process.env.WEFT_LONG ? 500 : 40}, (_, i) => i + 1);
const STEPS = 120;

// Words are only added to these; any edit is made to those.
const kept = ['k1', 'k2'];
const loose = ['x1', 'x2', 'x3'];

class Random {
  constructor(seed) {
    this.state = seed * 2654435761 >>> 0 || 1;
  }
  // xorshift
  below(n) {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state % n;
  }
  of(list) {
    return list[this.below(list.length)];
  }
}

const rest = n => until(() => n-- <= 0);

class Run {
  words = [];
  #word = 0;

  constructor(seed) {
    this.random = new Random(seed);
    this.server = new Server();
  }

  async start() {
    this.peers = [];
    for (let i = 0; i < 3; i++) {
      this.peers.push(await makeClient({wire: this.server}));
    }
    // Two tabs without Web Locks: both have a connection.
    const {Channel} = new Origin();
    const indexedDB = new IDBFactory();
    for (let i = 0; i < 2; i++) {
      this.peers.push(
          await makeClient({wire: this.server, Channel, indexedDB}));
    }
  }

  // A word more, in a record as it is here.
  async addWord({todos}, id) {
    const word = `w${++this.#word}`;
    const now = await todos.get(id);
    await todos.put({id, words: [...now?.words || [], word]});
    this.words.push({id, word});
  }

  async editLoosely({todos}, id) {
    if (this.random.below(4)) {
      await todos.put({id, value: this.random.below(3)});
    } else {
      await todos.remove(id);
    }
  }

  // Somebody else's write, at the server; it knows what is there.
  async writeAtServer(id) {
    const data = {id, value: this.random.below(3)};
    const rev = await revision(canonical(data));
    if (this.server.get(id)?.rev !== rev) this.server.write(id, rev, data);
  }

  async decide(conflict) {
    if (conflict.theirs === undefined && conflict.kind === 'conflict') return;
    const {id, mine, theirs} = conflict;
    const words = [...new Set([...mine?.words || [], ...theirs?.words || []])];
    const choice = kept.includes(id) ? {id, words}
        : this.random.of(['mine', 'theirs', 'delete', {id, value: 9}]);
    await conflict.resolve(choice).catch(error => {
      if (error.code !== 'changed') throw error;
    });
  }

  async decideAll(peer) {
    for (const conflict of await peer.client.conflicts()) {
      await this.decide(conflict);
    }
  }

  async act() {
    const {random, server} = this;
    const peer = random.of(this.peers);
    const link = random.of([...server.links]);
    switch (random.below(16)) {
      case 0: case 1: return this.addWord(peer, random.of(kept));
      case 2: case 3: return this.editLoosely(peer, random.of(loose));
      case 4: return this.writeAtServer(random.of(loose));
      case 5: return this.decideAll(peer);
      case 6: return link && !random.below(2) && server.drop(link);
      case 7: return peer.clock.advance(random.below(60000));
      case 8: return this.spoil();
      default: return link && server.deliver(link, random.below(2));
    }
  }

  // What befalls a server now and then.
  spoil() {
    switch (this.random.below(8)) {
      case 0: this.saved = this.server.backup(); break;
      case 1: if (this.saved) this.server.restore(this.saved); break;
      case 2: this.server.cut(); break;
    }
  }

  // Lets everything arrive; true if something was on the way.
  async settle() {
    let isBusy = false;
    for (const link of [...this.server.links]) {
      for (const isDown of [false, true]) {
        while (this.server.deliver(link, isDown)) isBusy = true;
        await rest(3);
      }
    }
    for (const {client, clock} of this.peers) {
      if (client.status.state === 'offline') {
        clock.advance(60000);
        isBusy = true;
      }
    }
    return isBusy;
  }

  // Heals it all: connections work, and every conflict is decided.
  async heal() {
    await until(async () => {
      const isBusy = await this.settle();
      for (const peer of this.peers) await this.decideAll(peer);
      return !isBusy && this.peers.every(({client}) => {
        const {state, pendingUp, undecided} = client.status;
        return state === 'live' && !pendingUp && !undecided;
      });
    }, () => JSON.stringify(this.peers.map(({client}) => client.status)));
  }

  async check() {
    const wanted = [...this.server.records].sort();
    for (const {todos} of this.peers) {
      assert.deepEqual((await todos.find()).map(data => [data.id, data]),
          wanted);
    }
    const there = this.server.records;
    for (const {id, word} of this.words) {
      assert.ok(there.get(id)?.words.includes(word), `${word} is lost`);
    }
  }
}

for (const seed of seeds) {
  test(`peers: seed ${seed}: all are equal in the end, no word is lost`,
      async () => {
        const run = new Run(seed);
        await run.start();
        for (let i = 0; i < STEPS; i++) {
          await run.act();
          await rest(run.random.below(6));
        }
        await run.heal();
        await run.check();
        for (const {client} of run.peers) client.close();
      });
}
