// One connection, by a script: what the client says, and when.
import test from 'node:test';
import assert from 'node:assert/strict';
import {makeClient, until} from './lib.js';

const R = '0123456789abcdef0123456789abcdef01234567'; // a revision
const rev = n => String(n).padStart(40, '0');

test('session: says hello and who it is, then opens with its position',
    async () => {
      const {client, wire} = await makeClient({token: 'secret'});
      const socket = await wire.next();
      assert.equal(socket.url, 'ws://test/replicate');
      assert.equal(socket.protocol, 'weft.repl.v1');
      const {hello, auth, open} = await socket.greet({user: '7'});
      assert.match(hello.node, /^[0-9a-f-]{36}$/);
      assert.ok(hello.message >= 65536);
      assert.equal(hello.binary, undefined);
      assert.deepEqual(auth, {t: 'auth', token: 'secret'});
      assert.deepEqual(open, {t: 'open', model: 'Todo', n: open.n});
      await until(() => client.status.state === 'live');
      assert.equal(client.status.user, '7');
      client.close();
    });

test('session: without a token it is nobody', async () => {
  const {client, wire} = await makeClient();
  const {auth} = await (await wire.next()).greet();
  assert.deepEqual(auth, {t: 'auth'});
  client.close();
});

test('session: a batch is acknowledged when it and its position are kept',
    async () => {
      const {client, wire, todos} = await makeClient();
      const socket = await wire.next();
      await socket.greet();
      socket.say({t: 'batch', s: 1, position: 'P1', left: 4, updates: [
        {id: 'a', rev: rev(1), prev: null, data: {id: 'a', v: 1}},
        {id: 'b', rev: null, prev: rev(9)}]});
      const ack = await socket.expect('ack');
      assert.deepEqual(ack, {t: 'ack', s: 1, batches: 1});
      assert.deepEqual(await todos.find(), [{id: 'a', v: 1}]);
      assert.equal(client.status.pendingDown, 4);
      socket.say({t: 'batch', s: 1, position: 'P2', left: 0, updates: []});
      assert.equal((await socket.expect('ack')).batches, 2);
      socket.drop();
      await until(() => client.status.state === 'offline');
      client.retry();
      const {open} = await (await wire.next()).greet();
      assert.equal(open.position, 'P2');
      client.close();
    });

test('session: what is to come is counted down where it is not told',
    async () => {
      const {client, wire} = await makeClient();
      const socket = await wire.next();
      await socket.greet({opened: {caught: undefined, position: undefined,
        pending: 3}});
      socket.say({t: 'batch', s: 1, position: 'P1', updates: [
        {id: 'a', rev: rev(1), prev: null, data: {id: 'a', v: 1}}]});
      await socket.expect('ack');
      assert.equal(client.status.pendingDown, 2);
      socket.say({t: 'caught', s: 1, position: 'P1'});
      await until(() => client.status.state === 'live');
      socket.say({t: 'batch', s: 1, position: 'P2', left: 9, updates: []});
      await socket.expect('ack');
      assert.equal(client.status.pendingDown, 9);
      socket.say({t: 'batch', s: 1, position: 'P3', updates: []});
      await socket.expect('ack');
      assert.equal(client.status.pendingDown, 0);
      client.close();
    });

test('session: the position moves with caught, which is not acknowledged',
    async () => {
      const {client, wire} = await makeClient();
      const socket = await wire.next();
      await socket.greet({opened: {caught: undefined, position: undefined,
        pending: 3}});
      await until(() => client.status.state === 'syncing' &&
          client.status.pendingDown === 3);
      socket.say({t: 'caught', s: 1, position: 'P7'});
      await until(() => client.status.state === 'live');
      assert.equal(client.status.pendingDown, 0);
      socket.drop();
      await until(() => client.status.state === 'offline');
      client.retry();
      assert.equal((await (await wire.next()).greet()).open.position, 'P7');
      assert.ok(!socket.sent.some(message => message.t === 'ack'));
      client.close();
    });

test('session: an edit is pushed with its base, and is clean when taken',
    async () => {
      const {client, wire, todos} = await makeClient();
      const socket = await wire.next();
      await socket.greet();
      socket.say({t: 'batch', s: 1, position: 'P', left: 0, updates: [
        {id: 'a', rev: R, prev: null, data: {id: 'a'}}]});
      await socket.expect('ack');
      await todos.patch('a', {done: true});
      const push = await socket.expect('push');
      const [{model, updates}] = push.parts;
      assert.equal(model, 'Todo');
      assert.equal(updates[0].prev, R);
      assert.deepEqual(updates[0].data, {id: 'a', done: true});
      assert.match(updates[0].rev, /^[0-9a-f]{40}$/);
      await until(() => client.status.pendingUp === 1);
      socket.say({t: 'pushed', n: push.n, applied: 1, unchanged: 0,
        others: []});
      await until(() => client.status.pendingUp === 0 &&
          client.status.state === 'live');
      assert.equal((await todos.entries())[0].state, 'synced');
      client.close();
    });

test('session: a push whose answer was lost is repeated, not doubled',
    async () => {
      const {client, wire, todos} = await makeClient();
      const socket = await wire.next();
      await socket.greet();
      await todos.put({id: 'a', v: 1});
      const first = await socket.expect('push');
      socket.drop();
      await todos.put({id: 'a', v: 2});
      await until(() => client.status.state === 'offline');
      client.retry();
      const again = await wire.next();
      await again.greet();
      const push = await again.expect('push');
      const [sent] = first.parts[0].updates;
      const [update] = push.parts[0].updates;
      assert.equal(update.prev, null);
      // The server had taken the first.
      again.say({t: 'pushed', n: push.n, applied: 0, unchanged: 0, others: [
        {i: 0, outcome: 'conflict', update: {...sent, past: []}}]});
      const last = await again.expect('push');
      assert.equal(last.parts[0].updates[0].prev, sent.rev);
      assert.deepEqual(last.parts[0].updates[0].data, {id: 'a', v: 2});
      assert.deepEqual(await client.conflicts(), []);
      client.close();
    });

test('session: one push is on the way, as large as the server takes',
    async () => {
      const {client, wire, todos} = await makeClient();
      for (let i = 0; i < 7; i++) await todos.put({id: `t${i}`});
      await todos.put({id: 'large', text: 'x'.repeat(70000)});
      const socket = await wire.next();
      await socket.greet({hello: {batch: 3}});
      const counts = [];
      while (counts.reduce((a, b) => a + b, 0) < 7) {
        const {n, parts, left} = await socket.expect('push');
        counts.push(parts[0].updates.length);
        assert.ok(left >= 0);
        assert.ok(socket.sent.filter(m => m.t === 'push').length ===
            counts.length);
        socket.say({t: 'pushed', n, applied: 3, unchanged: 0, others: []});
      }
      // What fits in no message is refused here.
      await until(async () => (await client.conflicts()).length === 1);
      const [conflict] = await client.conflicts();
      assert.equal(conflict.kind, 'refused');
      assert.equal(conflict.id, 'large');
      assert.equal(conflict.refusal.code, 'limit');
      client.close();
    });

test('session: a push is as large as the window lets it be', async () => {
  const {client, wire, todos} = await makeClient();
  for (let i = 0; i < 4; i++) {
    await todos.put({id: `t${i}`, text: 'é'.repeat(15000)});
  }
  const socket = await wire.next();
  await socket.greet();
  const {parts} = await socket.expect('push');
  assert.equal(parts[0].updates.length, 2);
  client.close();
});

test('session: a refusal waits, and does not hinder others', async () => {
  const {client, wire, todos} = await makeClient();
  await todos.put({id: 'a', v: 1});
  await todos.put({id: 'b', v: 1});
  const socket = await wire.next();
  await socket.greet();
  const {n} = await socket.expect('push');
  socket.say({t: 'pushed', n, applied: 1, unchanged: 0, others: [
    {i: 0, outcome: 'refused', code: 'invalid', text: 'v is not good'}]});
  await until(() => client.status.state === 'live');
  assert.equal(client.status.undecided, 1);
  const [{kind, mine, theirs, refusal, resolve}] = await client.conflicts();
  assert.deepEqual([kind, mine, theirs, refusal],
      ['refused', {id: 'a', v: 1}, null,
        {code: 'invalid', text: 'v is not good'}]);
  assert.equal(typeof resolve, 'function');
  const [conflict] = await client.conflicts();
  await conflict.resolve('theirs');
  assert.deepEqual(await todos.find(), [{id: 'b', v: 1}]);
  client.close();
});

test('session: data that a conflict was told without is fetched', async () => {
  const {client, wire, todos} = await makeClient();
  await todos.put({id: 'a', v: 1});
  const socket = await wire.next();
  await socket.greet();
  const {n} = await socket.expect('push');
  socket.say({t: 'pushed', n, applied: 0, unchanged: 0, others: [
    {i: 0, outcome: 'conflict', update: {id: 'a', rev: rev(5), prev: null}}]});
  const get = await socket.expect('get');
  assert.deepEqual([get.model, get.ids], ['Todo', ['a']]);
  let [conflict] = await client.conflicts();
  assert.equal(conflict.theirs, undefined);
  await assert.rejects(conflict.resolve('theirs'), {code: 'incomplete'});
  socket.say({t: 'got', n: get.n, updates: [
    {id: 'a', rev: rev(5), prev: null, past: [], data: {id: 'a', v: 5}}]});
  await until(async () => (await client.conflicts())[0].theirs);
  [conflict] = await client.conflicts();
  assert.deepEqual([conflict.base, conflict.mine, conflict.theirs],
      [null, {id: 'a', v: 1}, {id: 'a', v: 5}]);
  await conflict.resolve('theirs');
  assert.deepEqual(await todos.find(), [{id: 'a', v: 5}]);
  client.close();
});

test('session: one that was cut off before is fetched by the next',
    async () => {
      const {client, wire, todos} = await makeClient();
      await todos.put({id: 'a', v: 1});
      const socket = await wire.next();
      await socket.greet();
      const {n} = await socket.expect('push');
      socket.say({t: 'pushed', n, applied: 0, unchanged: 0, others: [{i: 0,
        outcome: 'conflict', update: {id: 'a', rev: rev(5), prev: null}}]});
      await socket.expect('get');
      socket.drop();
      await until(() => client.status.state === 'offline');
      client.retry();
      const next = await wire.next();
      await next.greet();
      const get = await next.expect('get');
      next.say({t: 'got', n: get.n, updates: []});
      // It is not there any more, so that there is no conflict.
      await next.expect('push');
      assert.deepEqual(await client.conflicts(), []);
      client.close();
    });

// The next connection, at once, with its hands shaken.
async function reconnect(client, clock, wire) {
  await until(() => client.status.state === 'offline');
  clock.advance(0);
  const socket = await wire.next();
  await socket.greet({models: []});
  return socket;
}

test('session: a reset is followed by all records, and what is gone goes',
    async () => {
      const {client, clock, wire, todos} = await makeClient();
      let socket = await wire.next();
      await socket.greet();
      socket.say({t: 'batch', s: 1, position: 'P1', left: 0, updates:
        ['a', 'b', 'c'].map((id, i) =>
          ({id, rev: rev(i), prev: null, data: {id}}))});
      await socket.expect('ack');
      socket.drop();
      await todos.patch('c', {mine: true});
      await todos.put({id: 'd'});
      await until(() => client.status.state === 'offline');
      client.retry();
      socket = await wire.next();
      await socket.greet({models: []});
      const open = await socket.expect('open');
      assert.equal(open.position, 'P1');
      const {node} = socket.sent[0];
      socket.say({t: 'reset', n: open.n, reason: 'gone', epoch: 'e'});
      socket = await reconnect(client, clock, wire);
      const anew = await socket.expect('open');
      assert.notEqual(socket.sent[0].node, node);
      assert.equal(anew.position, undefined);
      socket.say({t: 'opened', n: anew.n, s: 5, epoch: 'e', pending: 1});
      socket.say({t: 'batch', s: 5, position: 'P2', left: 0, updates: [
        {id: 'a', rev: rev(0), prev: null, data: {id: 'a'}}]});
      await socket.expect('ack');
      // Until all is told nothing is pushed, and nothing goes.
      assert.equal((await todos.find()).length, 4);
      assert.ok(!socket.sent.some(message => message.t === 'push'));
      socket.say({t: 'caught', s: 5, position: 'P2'});
      const push = await socket.expect('push');
      assert.deepEqual(push.parts[0].updates.map(u => u.id), ['d']);
      assert.deepEqual((await todos.find()).map(data => data.id),
          ['a', 'c', 'd']);
      const [conflict] = await client.conflicts();
      assert.deepEqual([conflict.id, conflict.base, conflict.theirs],
          ['c', {id: 'c'}, null]);
      client.close();
    });

test('session: a server that has lost records gets them back', async () => {
  const {client, clock, wire} = await makeClient();
  let socket = await wire.next();
  await socket.greet();
  socket.say({t: 'batch', s: 1, position: 'P1', left: 0, updates: [
    {id: 'a', rev: rev(2), prev: rev(1), past: [rev(1)], data: {id: 'a'}},
    {id: 'b', rev: rev(3), prev: null, data: {id: 'b'}}]});
  await socket.expect('ack');
  socket.drop();
  await until(() => client.status.state === 'offline');
  client.retry();
  socket = await wire.next();
  await socket.greet({models: []});
  const open = await socket.expect('open');
  socket.say({t: 'reset', n: open.n, reason: 'epoch', epoch: 'f'});
  socket = await reconnect(client, clock, wire);
  const anew = await socket.expect('open');
  socket.say({t: 'opened', n: anew.n, s: 1, epoch: 'f', pending: 1});
  socket.say({t: 'batch', s: 1, position: 'Q1', left: 0, updates: [
    {id: 'a', rev: rev(1), prev: null, past: [], data: {id: 'a', old: 1}}]});
  await socket.expect('ack');
  // Cut off here, it goes on where it was.
  socket.drop();
  await until(() => client.status.state === 'offline');
  client.retry();
  socket = await wire.next();
  const {open: more} = await socket.greet({opened: {position: 'Q1'}});
  assert.equal(more.position, 'Q1');
  const {parts} = await socket.expect('push');
  assert.deepEqual(parts[0].updates.map(({id, rev: r, prev}) => [id, r, prev]),
      [['a', rev(2), rev(1)], ['b', rev(3), null]]);
  client.close();
});

test('session: a model that may not be read is told, others go on',
    async () => {
      const {client, wire} = await makeClient({models: ['Todo', 'Tag']});
      const socket = await wire.next();
      await socket.greet({models: []});
      const todo = await socket.expect('open');
      const tag = await socket.expect('open');
      socket.say({t: 'error', n: todo.n, code: 'forbidden', text: 'not you',
        retry: false});
      socket.say({t: 'opened', n: tag.n, s: 2, epoch: 'e', pending: 0,
        caught: true, position: 'P'});
      await until(() => client.status.state === 'live');
      assert.deepEqual(client.status.error,
          {code: 'forbidden', text: 'not you'});
      socket.say({t: 'closed', s: 2, error: {code: 'forbidden', text: 'x'}});
      await until(() => client.status.error.text === 'x');
      client.close();
    });

test('session: a stream that cannot go on is opened again', async () => {
  const {client, wire} = await makeClient();
  const socket = await wire.next();
  await socket.greet({opened: {position: 'P1'}});
  socket.say({t: 'closed', s: 1, error: {code: 'gone', text: 'x'}});
  const open = await socket.expect('open');
  assert.equal(open.position, 'P1');
  client.close();
});

test('session: what may succeed later is tried again, when it is said',
    async () => {
      const {client, clock, wire, todos} = await makeClient();
      await todos.put({id: 'a'});
      const socket = await wire.next();
      await socket.greet();
      const {n} = await socket.expect('push');
      socket.say({t: 'error', n, code: 'busy', text: 'x', retry: true,
        after: 300});
      await until(() => clock.timers.includes(300));
      clock.advance(300);
      const push = await socket.expect('push');
      assert.equal(push.parts[0].updates[0].id, 'a');
      client.close();
    });

test('session: a model that may not be written keeps its changes', async () => {
  const {client, wire, todos} = await makeClient();
  await todos.put({id: 'a'});
  const socket = await wire.next();
  await socket.greet();
  const {n} = await socket.expect('push');
  socket.say({t: 'error', n, code: 'forbidden', text: 'no', retry: false});
  await until(() => client.status.error?.code === 'forbidden');
  await until(() => client.status.state === 'live');
  await todos.put({id: 'b'});
  await until(() => client.status.pendingUp === 2);
  assert.equal(socket.sent.filter(m => m.t === 'push').length, 1);
  client.close();
});

test('session: silence is answered by a ping, then by another connection',
    async () => {
      const {client, clock, wire} = await makeClient();
      const socket = await wire.next();
      await socket.greet();
      await until(() => client.status.state === 'live');
      clock.advance(25000);
      assert.deepEqual(await socket.expect('ping'), {t: 'ping'});
      socket.say({t: 'pong'});
      clock.advance(25000);
      await socket.expect('ping');
      clock.advance(50000);
      assert.equal(socket.closedWith, 4408);
      assert.equal(client.status.state, 'offline');
      client.close();
    });

test('session: unknown messages are refused, optional ones are not',
    async () => {
      const {client, wire} = await makeClient();
      const socket = await wire.next();
      await socket.greet();
      socket.say({t: 'news', optional: true});
      socket.say({t: 'ping', d: 'x'});
      assert.deepEqual(await socket.expect('pong'), {t: 'pong', d: 'x'});
      socket.say({t: 'news'});
      const error = await socket.expect('error');
      assert.equal(error.code, 'unsupported');
      socket.onmessage({data: 'no JSON'});
      await until(() => client.status.state === 'stopped');
      assert.equal(socket.closedWith, 4400);
      assert.equal(client.status.error.code, 'malformed');
      client.close();
    });

test('session: the data of one user are not shown to another', async () => {
  const {client, wire, indexedDB} = await makeClient();
  await (await wire.next()).greet({user: '1'});
  await until(() => client.status.state === 'live');
  client.close();
  const other = await makeClient({indexedDB});
  const socket = await other.wire.next();
  await socket.greet({user: '2', models: []});
  await until(() => other.client.status.state === 'stopped');
  assert.equal(other.client.status.error.code, 'otherUser');
  assert.ok(!socket.sent.some(({t}) => t === 'open' || t === 'push'));
  other.client.close();
});
