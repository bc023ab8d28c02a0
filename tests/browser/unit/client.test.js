// What a program sees: records, subscriptions, conflicts, storage that fails.
import test from 'node:test';
import assert from 'node:assert/strict';
import {IDBFactory, IDBKeyRange, makeClient, MemoryStorage, until} from
  './lib.js';
import {open} from '../../../examples/browser/public/weft-client.js';

const rev = n => String(n).padStart(40, '0');

// A client with a conflict about the record 'a': base v 0, mine 1, theirs 2.
async function makeConflict() {
  const made = await makeClient();
  const socket = await made.wire.next();
  await socket.greet();
  socket.say({t: 'batch', s: 1, position: 'P', left: 0, updates: [
    {id: 'a', rev: rev(0), prev: null, data: {id: 'a', v: 0}}]});
  await socket.expect('ack');
  await made.todos.put({id: 'a', v: 1});
  const push = await socket.expect('push');
  socket.say({t: 'pushed', n: push.n, applied: 0, unchanged: 0, others: [
    {i: 0, outcome: 'conflict', update: {id: 'a', rev: rev(2), prev: rev(0),
      past: [rev(0)], data: {id: 'a', v: 2}}}]});
  await until(() => made.client.status.undecided === 1);
  const [conflict] = await made.client.conflicts();
  return {...made, socket, conflict};
}

test('model: a write is read back, also by the next client', async () => {
  const {client, todos, indexedDB} = await makeClient();
  const {id} = await todos.put({title: 'x', at: new Date(0), no: undefined});
  assert.match(id, /^[0-9a-f-]{36}$/);
  await todos.put({id: 5, title: 'y'});
  assert.deepEqual(await todos.get(id),
      {id, title: 'x', at: '1970-01-01T00:00:00.000Z'});
  assert.deepEqual(await todos.get('5'), {id: 5, title: 'y'});
  assert.equal(await todos.get('none'), null);
  assert.deepEqual(await todos.find(t => t.title === 'y'),
      [{id: 5, title: 'y'}]);
  client.close();
  const next = await makeClient({indexedDB});
  assert.equal((await next.todos.find()).length, 2);
  assert.equal(next.client.status.pendingUp, 2);
  next.client.close();
});

test('model: patch sets, removes, and wants a record', async () => {
  const {client, todos} = await makeClient();
  await todos.put({id: 'a', x: 1, y: 1});
  assert.deepEqual(await todos.patch('a', {x: 2, y: undefined}),
      {id: 'a', x: 2});
  await assert.rejects(todos.patch('b', {x: 1}), {code: 'notFound'});
  await todos.remove('a');
  await todos.remove('a');
  assert.equal(await todos.get('a'), null);
  await assert.rejects(todos.patch('a', {x: 1}), {code: 'notFound'});
  client.close();
});

test('model: what is no record is not written', async () => {
  const {client, todos} = await makeClient();
  await assert.rejects(todos.put('text'), TypeError);
  await assert.rejects(todos.put({id: 'a', text: '\ud800'}), TypeError);
  assert.throws(() => client.model('None'), {code: 'notFound'});
  assert.deepEqual(await todos.find(), []);
  await assert.rejects(todos.put({id: '', a: 1}), TypeError);
  await assert.rejects(todos.put({id: 'x'.repeat(1025), a: 1}), TypeError);
  assert.ok(await todos.put({id: 'x'.repeat(1024), a: 1}));
  client.close();
});

test('model: many edits at once are all there', async () => {
  const {client, todos} = await makeClient();
  await todos.put({id: 'a', n: 0});
  await Promise.all(Array.from({length: 10}, (_, i) =>
    todos.patch('a', {[`p${i}`]: i})));
  assert.equal(Object.keys(await todos.get('a')).length, 12);
  client.close();
});

test('model: an edit of what was shown is not made to something else',
    async () => {
      const {client, todos} = await makeClient();
      await todos.put({id: 'a', v: 1});
      const [{rev: seen}] = await todos.entries();
      await todos.put({id: 'a', v: 2}, {from: seen});
      await assert.rejects(todos.put({id: 'a', v: 3}, {from: seen}),
          {code: 'changed'});
      assert.equal((await todos.get('a')).v, 2);
      client.close();
    });

test('model: subscribers hear of each state, and no more when they leave',
    async () => {
      const {client, wire, todos} = await makeClient();
      const heard = [];
      const leave = todos.subscribe(entries =>
        heard.push(entries.map(({id, state}) => `${id} ${state}`).join()));
      await until(() => heard.length === 1);
      await todos.put({id: 'a'});
      await until(() => heard.at(-1) === 'a dirty');
      const socket = await wire.next();
      await socket.greet();
      const {n} = await socket.expect('push');
      socket.say({t: 'pushed', n, applied: 1, unchanged: 0, others: []});
      await until(() => heard.at(-1) === 'a synced');
      leave();
      const count = heard.length;
      await todos.put({id: 'b'});
      await until(() => client.status.pendingUp === 1);
      assert.equal(heard.length, count);
      client.close();
    });

test('conflict: is shown with its sides, and survives', async () => {
  const {client, conflict, indexedDB} = await makeConflict();
  assert.deepEqual([conflict.kind, conflict.base, conflict.mine,
    conflict.theirs],
  ['conflict', {id: 'a', v: 0}, {id: 'a', v: 1}, {id: 'a', v: 2}]);
  client.close();
  const next = await makeClient({indexedDB});
  const [again] = await next.client.conflicts();
  assert.deepEqual(again.theirs, {id: 'a', v: 2});
  await until(() => next.client.status.undecided === 1);
  next.client.close();
});

const choices = [
  ['mine', {id: 'a', v: 1}],
  ['theirs', {id: 'a', v: 2}, true],
  ['delete', null],
  [{id: 'a', v: 3}, {id: 'a', v: 3}],
];

for (const [choice, data, isTheirs] of choices) {
  test(`conflict: resolved by ${JSON.stringify(choice)}`, async () => {
    const {client, conflict, socket, todos} = await makeConflict();
    await conflict.resolve(choice);
    assert.deepEqual(await todos.get('a'), data);
    await until(() => client.status.undecided === 0);
    if (!isTheirs) {
      const {n, parts} = await socket.expect('push');
      const [update] = parts[0].updates;
      assert.equal(update.prev, rev(2));
      assert.deepEqual(update.data ?? null, data);
      socket.say({t: 'pushed', n, applied: 1, unchanged: 0, others: []});
    }
    await until(() => client.status.state === 'live');
    assert.equal(client.status.pendingUp, 0);
    assert.equal(socket.sent.filter(({t}) => t === 'push').length,
        isTheirs ? 1 : 2);
    client.close();
  });
}

test('conflict: a decision about what has changed since is not made',
    async () => {
      const {client, conflict, socket, todos} = await makeConflict();
      socket.say({t: 'batch', s: 1, position: 'Q', left: 0, updates: [
        {id: 'a', rev: rev(3), prev: rev(2), past: [rev(2), rev(0)],
          data: {id: 'a', v: 3}}]});
      await socket.expect('ack');
      await assert.rejects(conflict.resolve('theirs'), {code: 'changed'});
      const [now] = await client.conflicts();
      assert.deepEqual(now.theirs, {id: 'a', v: 3});
      await todos.patch('a', {v: 9});
      await assert.rejects(now.resolve('mine'), {code: 'changed'});
      await assert.rejects(now.resolve(null), TypeError);
      client.close();
    });

test('sign out: not while something would be lost', async () => {
  const {client, todos, indexedDB} = await makeClient();
  await todos.put({id: 'a'});
  await assert.rejects(client.signOut(), {code: 'unsent'});
  assert.deepEqual(await todos.find(), [{id: 'a'}]);
  await client.signOut({discard: true});
  assert.equal(client.status.state, 'closed');
  const next = await makeClient({indexedDB});
  assert.deepEqual(await next.todos.find(), []);
  next.client.close();
});

// A factory whose databases have no room while 'isFull' is true.
function fullFactory() {
  const factory = new IDBFactory();
  const state = {isFull: false};
  const open = factory.open.bind(factory);
  factory.open = (...words) => {
    const request = open(...words);
    request.addEventListener('success', () => {
      const db = request.result;
      const begin = db.transaction.bind(db);
      db.transaction = (...args) => {
        const transaction = begin(...args);
        if (state.isFull && args[1] === 'readwrite') {
          Object.defineProperty(transaction, 'error',
              {value: new DOMException('full', 'QuotaExceededError')});
          transaction.abort();
          Object.defineProperty(transaction, 'objectStore', {value: () =>
            ({get: () => ({}), put: () => {}, delete: () => {}})});
        }
        return transaction;
      };
    });
    return request;
  };
  return [factory, state];
}

test('storage: without room a write is refused, and told', async () => {
  const [indexedDB, state] = fullFactory();
  const {client, todos} = await makeClient({indexedDB});
  await todos.put({id: 'a', v: 1});
  state.isFull = true;
  await assert.rejects(todos.put({id: 'a', v: 2}), {code: 'quota'});
  assert.deepEqual(await todos.get('a'), {id: 'a', v: 1});
  client.close();
});

test('storage: a batch without room is not acknowledged, but told again',
    async () => {
      const [indexedDB, state] = fullFactory();
      const {client, wire, todos} = await makeClient({indexedDB});
      const socket = await wire.next();
      await socket.greet();
      await until(() => client.status.state === 'live');
      state.isFull = true;
      const batch = {t: 'batch', s: 1, position: 'P9', left: 0, updates: [
        {id: 'a', rev: rev(1), prev: null, data: {id: 'a'}}]};
      socket.say(batch);
      await until(() => client.status.state === 'stopped');
      assert.equal(client.status.error.code, 'quota');
      assert.ok(!socket.sent.some(({t}) => t === 'ack'));
      assert.equal(socket.closedWith, 1000);
      state.isFull = false;
      client.retry();
      const next = await wire.next();
      const {open: message} = await next.greet();
      assert.equal(message.position, 'P0');
      next.say(batch);
      await next.expect('ack');
      assert.deepEqual(await todos.find(), [{id: 'a'}]);
      client.close();
    });

test('storage: a browser that keeps nothing says so at once', async () => {
  const options = {models: ['Todo'], url: 'ws://x', IDBKeyRange};
  await assert.rejects(open({...options, indexedDB: undefined}),
      {code: 'storage'});
  await assert.rejects(open({...options, indexedDB: {open: () => {
    throw new DOMException('denied', 'SecurityError');
  }}}), {code: 'storage'});
});

test('storage: a copy that was thrown away is told, with what was in it',
    async () => {
      const localStorage = new MemoryStorage();
      const {client, todos} = await makeClient({localStorage});
      assert.equal(client.status.evicted, null);
      await todos.put({id: 'a'});
      await until(() => client.status.pendingUp === 1);
      client.close();
      const next = await makeClient({localStorage});
      assert.equal(next.client.status.evicted, 1);
      await next.client.signOut();
      const last = await makeClient({localStorage});
      assert.equal(last.client.status.evicted, null);
      last.client.close();
    });

test('storage: whether it is kept is told, and may be asked for', async () => {
  const {client} = await makeClient({storage: {
    persisted: async () => false, persist: async () => true}});
  assert.equal(client.status.isPersistent, false);
  assert.equal(await client.persist(), true);
  assert.equal(client.status.isPersistent, true);
  client.close();
});

test('network: is left when it goes, and tried at once when it is back',
    async () => {
      const target = new EventTarget();
      const {client, wire} = await makeClient({target});
      const socket = await wire.next();
      await socket.greet();
      await until(() => client.status.state === 'live');
      target.dispatchEvent(new Event('offline'));
      assert.equal(client.status.state, 'offline');
      assert.equal(socket.closedWith, 1000);
      target.dispatchEvent(new Event('online'));
      await (await wire.next()).greet();
      await until(() => client.status.state === 'live');
      client.close();
      target.dispatchEvent(new Event('online'));
      assert.equal(client.status.state, 'closed');
    });
