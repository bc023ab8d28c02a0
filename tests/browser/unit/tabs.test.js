// Two tabs of one origin, with one database.
import test from 'node:test';
import assert from 'node:assert/strict';
import {IDBFactory, makeClient, Origin, until, Wire} from './lib.js';

async function makeTabs() {
  const {locks, Channel} = new Origin();
  const shared = {locks, Channel, indexedDB: new IDBFactory(),
    wire: new Wire()};
  return [await makeClient(shared), await makeClient(shared)];
}

test('tabs: one has the connection, both have its status and records',
    async () => {
      const [a, b] = await makeTabs();
      const socket = await a.wire.next();
      await socket.greet({user: '1'});
      await until(() => b.client.status.state === 'live');
      assert.deepEqual([a.client.status.isLeader, b.client.status.isLeader],
          [true, false]);
      assert.equal(a.wire.sockets.length, 1);
      const heard = [];
      b.todos.subscribe(entries => heard.push(entries.length));
      socket.say({t: 'batch', s: 1, position: 'P', left: 0, updates: [
        {id: 'a', rev: '1'.repeat(40), prev: null, data: {id: 'a'}}]});
      await until(() => heard.at(-1) === 1);
      a.client.close();
      b.client.close();
    });

test('tabs: what one writes the other pushes', async () => {
  const [a, b] = await makeTabs();
  const socket = await a.wire.next();
  await socket.greet();
  await until(() => b.client.status.state === 'live');
  await b.todos.put({id: 'x'});
  const {n} = await socket.expect('push');
  await until(() => b.client.status.pendingUp === 1);
  socket.say({t: 'pushed', n, applied: 1, unchanged: 0, others: []});
  await until(() => b.client.status.pendingUp === 0);
  a.client.close();
  b.client.close();
});

test('tabs: when the leader closes, the next goes on from its position',
    async () => {
      const [a, b] = await makeTabs();
      const socket = await a.wire.next();
      const {hello} = await socket.greet();
      socket.say({t: 'batch', s: 1, position: 'P5', left: 0, updates: []});
      await socket.expect('ack');
      a.client.close();
      assert.equal(socket.closedWith, 1000);
      const next = await b.wire.next();
      const greeting = await next.greet();
      assert.equal(greeting.open.position, 'P5');
      assert.equal(greeting.hello.node, hello.node);
      await until(() => b.client.status.isLeader);
      b.client.close();
    });

test('tabs: one that waits for the lead may close', async () => {
  const [a, b] = await makeTabs();
  b.client.close();
  a.client.close();
  assert.equal(b.wire.sockets.length, 1);
});

test('tabs: a sign-out is one of all', async () => {
  const [a, b] = await makeTabs();
  await a.todos.put({id: 'x'});
  await b.client.signOut({discard: true});
  await until(() => a.client.status.state === 'closed');
  assert.equal(a.client.status.error.code, 'deleted');
});

test('tabs: the one that follows can have it connect again', async () => {
  const [a, b] = await makeTabs();
  (await a.wire.next()).drop(4403);
  await until(() => b.client.status.state === 'stopped');
  b.client.retry();
  await a.wire.next();
  a.client.close();
  b.client.close();
});

test('tabs: without locks each has a connection', async () => {
  const {Channel} = new Origin();
  const shared = {Channel, indexedDB: new IDBFactory(), wire: new Wire()};
  const a = await makeClient(shared);
  const b = await makeClient(shared);
  await until(() => a.wire.sockets.length === 2);
  a.client.close();
  b.client.close();
});
