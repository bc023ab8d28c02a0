// Connections that end: when the next one is made, and with which token.
import test from 'node:test';
import assert from 'node:assert/strict';
import {makeClient, until} from './lib.js';

test('link: comes again after up to 1, 2, 4 ... 60 s', async () => {
  const {client, clock, wire} = await makeClient();
  clock.fraction = 1;
  const waits = [];
  for (let i = 0; i < 8; i++) {
    (await wire.next()).drop();
    await until(() => client.status.state === 'offline');
    waits.push(clock.timers[0]);
    clock.advance(60000);
  }
  assert.deepEqual(waits,
      [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]);
  client.close();
  assert.deepEqual(clock.timers, []);
});

test('link: the time is random, and begins anew when it has worked',
    async () => {
      const {client, clock, wire} = await makeClient();
      clock.fraction = 0.25;
      for (let i = 0; i < 3; i++) {
        (await wire.next()).drop(1011);
        await until(() => client.status.state === 'offline');
        clock.advance(60000);
      }
      const socket = await wire.next();
      await socket.greet();
      await until(() => client.status.state === 'live');
      socket.drop();
      await until(() => client.status.state === 'offline');
      assert.deepEqual(clock.timers, [250]);
      client.close();
    });

test('link: a server that goes is left alone for as long as it says',
    async () => {
      const {client, clock, wire, todos} = await makeClient();
      const socket = await wire.next();
      await socket.greet();
      socket.say({t: 'goaway', reason: 'restart', after: 1740});
      await until(() => client.status.state === 'live');
      await todos.put({id: 'a'});
      socket.drop(1012);
      await until(() => client.status.state === 'offline');
      assert.deepEqual(clock.timers, [1740]);
      assert.ok(!socket.sent.some(({t}) => t === 'push'));
      clock.advance(1740);
      const next = await wire.next();
      await next.greet();
      await next.expect('push');
      client.close();
    });

for (const code of [4400, 4403, 4429, 1009]) {
  test(`link: after ${code} it stops, and tells`, async () => {
    const {client, clock, wire} = await makeClient();
    const socket = await wire.next();
    await socket.greet();
    socket.say({t: 'error', code: 'limit', text: 'too much', retry: false});
    socket.drop(code);
    await until(() => client.status.state === 'stopped');
    assert.equal(client.status.error.text, 'too much');
    assert.deepEqual(clock.timers, []);
    client.retry();
    await wire.next();
    client.close();
  });
}

test('link: a token that is not taken is asked for anew, once', async () => {
  const asked = [];
  let token = 'old';
  const {client, wire} = await makeClient({getToken: refused => {
    asked.push(refused);
    return token;
  }});
  let socket = await wire.next();
  socket.onopen();
  assert.equal((await socket.expect('auth')).token, 'old');
  token = 'new';
  socket.say({t: 'error', code: 'unauthorized', text: 'over', retry: false});
  socket.drop(4401);
  socket = await wire.next();
  const {auth} = await socket.greet();
  assert.equal(auth.token, 'new');
  assert.deepEqual(asked, [undefined, 'old']);
  await until(() => client.status.state === 'live');

  // The same one again is none.
  socket.drop(4401);
  await until(() => client.status.state === 'signedOut');
  assert.equal(client.status.error.code, 'unauthorized');
  assert.equal(wire.sockets.length, 2);

  token = 'third';
  client.retry();
  assert.equal((await (await wire.next()).greet()).auth.token, 'third');
  client.close();
});

test('link: edits wait while nobody is signed in, and are pushed then',
    async () => {
      let token = 'a';
      const {client, wire, todos} = await makeClient({getToken: () => token});
      (await wire.next()).drop(4401);
      await until(() => client.status.state === 'signedOut');
      await todos.put({id: '1'});
      await until(() => client.status.pendingUp === 1);
      token = 'b';
      client.retry();
      const socket = await wire.next();
      await socket.greet();
      assert.equal((await socket.expect('push')).parts[0].updates[0].id, '1');
      client.close();
    });

test('link: a token is renewed before it is over', async () => {
  let token = 'a';
  const {client, clock, wire} = await makeClient({getToken: () => token});
  const socket = await wire.next();
  await socket.greet({user: '1', expires: clock.now() + 70000});
  await until(() => client.status.state === 'live');
  token = 'b';
  clock.advance(35000);
  assert.equal((await socket.expect('auth')).token, 'b');
  socket.say({t: 'welcome', user: '1', expires: clock.now() + 864000000});
  await until(() => clock.timers.includes(86400000));
  assert.equal(wire.sockets.length, 1);
  assert.equal(socket.sent.filter(({t}) => t === 'open').length, 1);
  client.close();
});

test('link: a token that cannot be had is no reason to give up', async () => {
  let isThere = false;
  const {client, clock, wire} = await makeClient({getToken: () => {
    if (!isThere) throw new Error('no network');
    return 'a';
  }});
  await until(() => client.status.state === 'offline');
  assert.equal(client.status.error.text, 'no network');
  isThere = true;
  clock.advance(60000);
  await (await wire.next()).greet();
  await until(() => client.status.state === 'live' && !client.status.error);
  client.close();
});

test('link: an address that is none is told', async () => {
  const {client} = await makeClient({wire: {WebSocket: class {
    constructor() {
      throw new SyntaxError('bad address');
    }
  }}});
  await until(() => client.status.state === 'stopped');
  assert.equal(client.status.error.text, 'bad address');
  client.close();
});
