// What LoopBack's users do with replication, by the unmodified LoopBack client.
// A test gets a server of its own: {client(token), url, kind}.
'use strict';

const http = require('http');
const {assert, replicate, Loop, request, plain, records, assertSame} =
    require('./lib');

const tests = [];

function test(name, run, only) {
  tests.push({name, run, only});
}

async function fill(model, count, more) {
  const list = [];

  for (let i = 0; i < count; i++) {
    list.push({title: `title ${i}`, completed: i % 2 === 0,
      created: new Date(Date.UTC(2020, 0, 1, 0, 0, i, 123)), ...more});
  }
  for (const record of list) await model.create(record);
}

test('push and pull carry creates, updates and deletes', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  await fill(local.Todo, 5);
  await fill(remote.Todo, 5);
  await loop.sync();
  await loop.sync();
  assert.strictEqual((await records(local.Todo)).length, 10);
  await assertSame(local.Todo, remote.Todo);

  const [a, b] = await records(local.Todo);
  await local.Todo.updateAll({id: a.id}, {title: 'changed here'});
  await local.Todo.deleteById(b.id);
  await loop.push();
  await loop.push();
  await assertSame(local.Todo, remote.Todo);
  assert.strictEqual((await remote.Todo.findById(a.id)).title, 'changed here');

  const [c, d] = await records(remote.Todo);
  await remote.Todo.replaceById(c.id, {...c, title: 'changed there'});
  await remote.Todo.deleteById(d.id);
  await loop.pull();
  await assertSame(local.Todo, remote.Todo);
  assert.strictEqual((await local.Todo.findById(c.id)).title, 'changed there');
  assert.strictEqual((await records(local.Todo)).length, 8);
});

test('changes of both sides are carried by one push and pull',
    async server => {
      const {local, server: remote} = server.client();
      const loop = new Loop(local.Todo, remote.Todo);

      await fill(local.Todo, 3);
      await fill(remote.Todo, 3);
      await loop.sync();
      const [a, b, c, d] = await records(local.Todo);
      await local.Todo.updateAll({id: a.id}, {title: 'changed here'});
      await remote.Todo.replaceById(b.id, {...b, title: 'changed there'});
      await local.Todo.deleteById(c.id);
      await remote.Todo.deleteById(d.id);
      await loop.sync();
      await assertSame(local.Todo, remote.Todo);
      const after = await records(local.Todo);
      assert.strictEqual(after.length, 4);
      assert.strictEqual(after.find(x => x.id === a.id).title,
          'changed here');
      assert.strictEqual(after.find(x => x.id === b.id).title,
          'changed there');
    }, 'weftd'); // LoopBack's servers see conflicts in echoes

test('a default that the client fills in is no conflict', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  // An upsert fills in no defaults.
  await remote.Todo.patchOrCreate({id: 'bare', title: 'as it was sent'});
  assert.deepStrictEqual(
      (await request('GET', `${server.url}/Todos/bare`)).body,
      {id: 'bare', title: 'as it was sent', completed: false});
  assert.deepStrictEqual((await loop.pull()).conflicts, []);
  assert.strictEqual((await local.Todo.findById('bare')).completed, false);
  assert.deepStrictEqual((await loop.push()).conflicts, []);
  assert.deepStrictEqual((await loop.pull()).conflicts, []);
  await assertSame(local.Todo, remote.Todo);
});

test('a record is edited on either side that had no default',
    async server => {
      const {local, server: remote} = server.client();
      const loop = new Loop(local.Todo, remote.Todo);

      await remote.Todo.patchOrCreate({id: 'here', title: 'as it was sent'});
      await remote.Todo.patchOrCreate({id: 'there', title: 'as it was sent'});
      await loop.pull();
      await local.Todo.updateAll({id: 'here'}, {title: 'edited here'});
      await remote.Todo.patchOrCreate({id: 'there', title: 'edited there'});
      assert.deepStrictEqual((await loop.push()).conflicts, []);
      assert.deepStrictEqual((await loop.pull()).conflicts, []);
      assert.strictEqual(
          (await remote.Todo.findById('here')).title, 'edited here');
      assert.strictEqual(
          (await local.Todo.findById('there')).title, 'edited there');
      await assertSame(local.Todo, remote.Todo);
    }, 'weftd'); // LoopBack's servers look for the record by all its values

test('a replication without changes sends nothing', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  await fill(local.Todo, 3);
  await loop.sync();
  await loop.sync();
  const pushed = await loop.push();
  const pulled = await loop.pull();
  assert.strictEqual((pushed.updates || []).length, 0);
  assert.strictEqual((pulled.updates || []).length, 0);
});

test('two clients see each other\'s changes', async server => {
  const one = server.client(), two = server.client();
  const loops = [new Loop(one.local.Todo, one.server.Todo),
    new Loop(two.local.Todo, two.server.Todo)];

  await fill(one.local.Todo, 4);
  await fill(two.local.Todo, 4);
  for (let round = 0; round < 2; round++)
    for (const loop of loops) await loop.sync();
  await assertSame(one.local.Todo, two.local.Todo);
  await assertSame(one.local.Todo, one.server.Todo);
  assert.strictEqual((await records(one.local.Todo)).length, 8);
});

test('values keep their types and bytes', async server => {
  const {local, server: remote} = server.client();
  const values = [0, -0, 1e21, 1e-7, 0.1, 123456789.125, -1, 4294967296,
    '', 'null', 'ß\u2028\u0000"\\', true, null, [], {}, [[1, [2]], {b: 1, a: 2}],
    '😀', {'': 1, ' ': 2, '10': 3, '9': 4}];

  for (const value of values)
    await local.Todo.create({title: 't', details: {value}});
  const pushed = await replicate(local.Todo, remote.Todo);
  assert.strictEqual(pushed.conflicts.length, 0);
  await assertSame(local.Todo, remote.Todo);
  const other = server.client();
  await replicate(other.server.Todo, other.local.Todo);
  await assertSame(local.Todo, other.local.Todo);
  const again = await replicate(local.Todo, remote.Todo);
  assert.strictEqual((again.updates || []).length, 0);
});

test('a record with lists and objects is updated', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  await local.Todo.create({id: 'x', title: 'one', tags: ['a', 'b'],
    details: {n: 1, deep: {list: [1.5, null, 'ü']}}});
  await loop.sync();
  await loop.sync();
  await local.Todo.updateAll({id: 'x'}, {title: 'two', tags: ['c']});
  const {conflicts} = await loop.push();
  assert.strictEqual(conflicts.length, 0);
  await assertSame(local.Todo, remote.Todo);
}, 'weftd'); // LoopBack's servers look for the record by all its values

// Both sides have the record, and then each another version of it.
async function makeConflict(server, here, there) {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  await local.Todo.create({id: 'x', title: 'base', owner: 'o'});
  await loop.sync();
  await loop.sync();
  if (here) await local.Todo.updateAll({id: 'x'}, {title: here});
  else await local.Todo.deleteById('x');
  if (there) {
    await remote.Todo.replaceById('x',
        {...plain(await remote.Todo.findById('x')), title: there});
  } else {
    await remote.Todo.deleteById('x');
  }
  const {conflicts} = await loop.push();
  assert.strictEqual(conflicts.length, 1);
  return {conflict: conflicts[0], loop, local, remote};
}

const call = (object, method, ...values) => new Promise((resolve, reject) =>
  object[method](...values, (error, ...results) => error ? reject(error) :
      resolve(results)));

test('a conflict tells both records, both changes and its type',
    async server => {
      const {conflict} = await makeConflict(server, 'here', 'there');
      const [mine, theirs] = await call(conflict, 'models');
      const changes = await call(conflict, 'changes');

      assert.strictEqual(mine.title, 'here');
      assert.strictEqual(theirs.title, 'there');
      assert.strictEqual(changes[0].modelId, 'x');
      assert.strictEqual(changes[1].modelId, 'x');
      assert.notStrictEqual(changes[0].rev, changes[1].rev);
      assert.deepStrictEqual(await call(conflict, 'type'), ['update']);
    });

async function assertSettled(made, title) {
  for (let i = 0; i < 2; i++) {
    const result = await made.loop.sync();
    assert.strictEqual(result.conflicts.length, 0);
  }
  await assertSame(made.local.Todo, made.remote.Todo);
  const record = await made.local.Todo.findById('x');
  assert.strictEqual(record ? record.title : null, title);
}

test('a conflict is resolved by resolve()', async server => {
  const made = await makeConflict(server, 'here', 'there');

  await call(made.conflict, 'resolve');
  await assertSettled(made, 'here');
});

test('a conflict is resolved by resolveUsingSource()', async server => {
  const made = await makeConflict(server, 'here', 'there');

  await call(made.conflict, 'resolveUsingSource');
  await assertSettled(made, 'here');
});

test('a conflict is resolved by resolveUsingTarget()', async server => {
  const made = await makeConflict(server, 'here', 'there');

  await call(made.conflict, 'resolveUsingTarget');
  await assertSettled(made, 'there');
});

test('a conflict is resolved by resolveManually()', async server => {
  const made = await makeConflict(server, 'here', 'there');

  await call(made.conflict, 'resolveManually',
      {id: 'x', title: 'both', completed: true});
  await assertSettled(made, 'both');
});

test('an update against a delete is a conflict', async server => {
  const made = await makeConflict(server, 'here', null);
  const [mine, theirs] = await call(made.conflict, 'models');

  assert.strictEqual(mine.title, 'here');
  assert.strictEqual(theirs, null);
  assert.deepStrictEqual(await call(made.conflict, 'type'), ['delete']);
  await call(made.conflict, 'resolve');
  await assertSettled(made, 'here');
});

test('a delete against an update is a conflict', async server => {
  const made = await makeConflict(server, null, 'there');

  assert.deepStrictEqual(await call(made.conflict, 'type'), ['delete']);
  await call(made.conflict, 'resolve');
  await assertSettled(made, null);
});

test('the same change on both sides is no conflict', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  await fill(local.Todo, 2);
  await loop.sync();
  await loop.sync();
  const [a, b] = await records(local.Todo);
  await local.Todo.updateAll({id: a.id}, {title: 'same'});
  await remote.Todo.replaceById(a.id, {...a, title: 'same'});
  await local.Todo.deleteById(b.id);
  await remote.Todo.deleteById(b.id);
  const {conflicts} = await loop.sync();
  assert.strictEqual(conflicts.length, 0);
  await assertSame(local.Todo, remote.Todo);
});

test('creating one id on both sides is a conflict', async server => {
  const {local, server: remote} = server.client();

  await remote.Todo.create({id: 'x', title: 'there'});
  await local.Todo.create({id: 'x', title: 'here'});
  const {conflicts} = await replicate(local.Todo, remote.Todo);
  assert.strictEqual(conflicts.length, 1);
  assert.deepStrictEqual(await call(conflicts[0], 'type'), ['unknown']);
  assert.strictEqual((await remote.Todo.findById('x')).title, 'there');
});

test('what came from the server is no conflict when it changes there again',
    async server => {
      const {local, server: remote} = server.client();
      const loop = new Loop(local.Todo, remote.Todo);

      await remote.Todo.create({id: 'x', title: 'one'});
      await loop.pull();
      await remote.Todo.replaceById('x', {id: 'x', title: 'two'});
      const pushed = await loop.push();
      assert.strictEqual(pushed.conflicts.length, 0);
      await loop.pull();
      assert.strictEqual((await local.Todo.findById('x')).title, 'two');
    }, 'weftd'); // LoopBack's servers have this defect

test('a property removed here is removed there', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  await local.Todo.create({id: 'x', title: 'one', owner: 'o'});
  await loop.push();
  await local.Todo.replaceById('x', {id: 'x', title: 'one'});
  await loop.push();
  await loop.push();
  const after = plain(await remote.Todo.findById('x'));
  assert.ok(!('owner' in after), JSON.stringify(after));
}, 'weftd'); // LoopBack's servers merge

for (const count of [9, 10, 25]) {
  test(`chunks of 10 carry ${count} records both ways`, async server => {
    const {local, server: remote} = server.client();

    for (const model of [local.Todo, remote.Todo])
      model.settings.replicationChunkSize = 10;
    await fill(local.Todo, count, {owner: 'here'});
    await fill(remote.Todo, count, {owner: 'there'});
    const loop = new Loop(local.Todo, remote.Todo);
    await loop.sync();
    await loop.sync();
    await assertSame(local.Todo, remote.Todo);
    assert.strictEqual((await records(local.Todo)).length, 2 * count);
  });
}

test('more tombstones than a chunk has are pulled', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  remote.Todo.settings.replicationChunkSize = 5;
  await fill(local.Todo, 12);
  await loop.sync();
  await loop.sync();
  for (const record of await records(remote.Todo))
    await remote.Todo.deleteById(record.id);
  await loop.pull();
  assert.deepStrictEqual(await records(local.Todo), []);
}, 'weftd'); // LoopBack's servers never end

// A client that has pulled everything, and heard of no deletion since.
async function makeLate(server, count) {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  await fill(local.Todo, count);
  await loop.sync();
  const list = await records(local.Todo);
  for (const {id} of list) await remote.Todo.deleteById(id);
  assert.strictEqual(server.compact('--tombstone-days', '0').tombstones, count);
  return {local: local.Todo, remote: remote.Todo, loop, list};
}

test('a tombstone that was dropped is told while the journal has it',
    async server => {
      const {local, remote, loop} = await makeLate(server, 3);

      assert.strictEqual((await loop.pull()).conflicts.length, 0);
      assert.strictEqual((await records(local)).length, 0);
      assert.strictEqual((await loop.push()).conflicts.length, 0);
      assert.strictEqual((await records(remote)).length, 0);
    }, 'weftd');

// As if the journal had been pruned, too: what the client did not pull it does
// not hear of any more.
async function passOver({remote, loop}) {
  loop.pulled = {source: (await remote.checkpoint()).seq,
    target: loop.pulled.target};
}

test('a record deleted and forgotten goes when a client mentions it',
    async server => {
      const late = await makeLate(server, 3);
      const {local, remote, loop} = late;

      await passOver(late);
      await loop.sync();
      assert.strictEqual((await records(local)).length, 3);
      assert.strictEqual((await records(remote)).length, 0);
      loop.pushed = -1;
      assert.strictEqual((await loop.sync()).conflicts.length, 0);
      assert.strictEqual((await records(local)).length, 0);
      assert.strictEqual((await records(remote)).length, 0);
    }, 'weftd');

test('a record deleted and forgotten that a client changed is a conflict',
    async server => {
      const late = await makeLate(server, 2);
      const {local, remote, loop, list: [a, b]} = late;

      await passOver(late);
      await local.updateAll({id: a.id}, {title: 'changed here'});
      await local.updateAll({id: b.id}, {title: 'changed here'});
      const {conflicts} = await loop.push();
      assert.strictEqual(conflicts.length, 2);
      assert.strictEqual((await records(remote)).length, 0);
      for (const conflict of conflicts) {
        assert.deepStrictEqual(await call(conflict, 'type'), ['delete']);
        await call(conflict, conflict.modelId === a.id ?
            'resolve' : 'resolveUsingTarget');
      }
      await loop.sync();
      assert.deepStrictEqual((await records(remote)).map(x => x.id), [a.id]);
      await assertSame(local, remote);
    }, 'weftd');

test('a filter chooses what is pulled', async server => {
  const {local, server: remote} = server.client();

  await fill(remote.Todo, 3, {owner: 'ann'});
  await fill(remote.Todo, 3, {owner: 'bob'});
  await replicate(remote.Todo, local.Todo, -1,
      {filter: {where: {owner: 'ann'}}});
  const pulled = await records(local.Todo);
  assert.strictEqual(pulled.length, 3);
  assert.ok(pulled.every(record => record.owner === 'ann'));
});

test('edits during a replication are not lost', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Todo, remote.Todo);

  remote.Todo.settings.replicationChunkSize = 20;
  await fill(remote.Todo, 100);
  const before = await records(remote.Todo);
  let edited = 0, running = true;
  const editing = (async () => {
    while (running && edited < before.length) {
      const record = before[edited++];

      if (edited % 3 === 0) {
        await request('DELETE', `${server.url}/Todos/${record.id}`);
      } else {
        await request('PATCH', `${server.url}/Todos/${record.id}`,
            {title: 'edited'});
      }
    }
  })();
  await loop.pull();
  running = false;
  await editing;
  await loop.pull();
  await loop.pull();
  await assertSame(local.Todo, remote.Todo);
}, 'weftd'); // LoopBack's servers fail, or see conflicts in echoes

test('ids of one\'s own are kept', async server => {
  const {local, server: remote} = server.client();
  const loop = new Loop(local.Car, remote.Car);
  const ids = ['1', '007', 'a:b,c;d', 'x.y', '-', '~', 'A@b', '1e3'];

  for (const vin of ids) await local.Car.create({vin, km: 1});
  await loop.sync();
  await assertSame(local.Car, remote.Car);
  for (const vin of ids) await local.Car.updateAll({vin}, {km: 2});
  await loop.sync();
  assert.ok((await records(remote.Car)).every(car => car.km === 2));
  for (const vin of ids) await remote.Car.deleteById(vin);
  await loop.pull();
  assert.deepStrictEqual(await records(local.Car), []);
});

test('a record that the server refuses is told, the others are stored',
    async server => {
      const {local, server: remote} = server.client();

      await fill(local.Todo, 3);
      delete local.Todo.validations.title;
      await local.Todo.create({id: 'bad', completed: true});
      await assert.rejects(replicate(local.Todo, remote.Todo),
          error => error.statusCode === 422);
      assert.strictEqual((await records(remote.Todo)).length, 3);
    });

test('a private model wants a login', async server => {
  const anonymous = server.client();

  await assert.rejects(replicate(anonymous.server.Private,
      anonymous.local.Private), error => error.statusCode === 401);
  const created = await request('POST', `${server.url}/Customers`,
      {username: 'ann', email: 'ann@example.com', password: 'secret'});
  assert.strictEqual(created.status, 200);
  assert.ok(!('password' in created.body));
  const bad = await request('POST', `${server.url}/Customers/login`,
      {username: 'ann', password: 'wrong'});
  assert.strictEqual(bad.status, 401);
  assert.strictEqual(bad.body.error.code, 'LOGIN_FAILED');
  const login = await request('POST', `${server.url}/Customers/login`,
      {username: 'ann', password: 'secret'});
  assert.strictEqual(login.status, 200);
  assert.strictEqual(login.body.id.length, 64);

  const {local, server: remote} = server.client(login.body.id);
  await remote.Private.create({id: 'p', text: 'for ann'});
  await replicate(remote.Private, local.Private);
  assert.strictEqual((await local.Private.findById('p')).text, 'for ann');
  // REPLICATE and READ are allowed, WRITE is not: no push.
  await local.Private.create({id: 'q', text: 'no'});
  await assert.rejects(replicate(local.Private, remote.Private),
      error => error.statusCode === 401);
  const out = await request('POST', `${server.url}/Customers/logout`,
      undefined, {authorization: login.body.id});
  assert.strictEqual(out.status, 204);
  await assert.rejects(replicate(remote.Private, local.Private),
      error => error.statusCode === 401);
});

// A user of this name, logged in: {id, token}.
async function signUp(server, username) {
  const user = {username, email: `${username}@example.com`, password: 'secret'};

  await request('POST', `${server.url}/Customers`, user);
  const {body} = await request('POST', `${server.url}/Customers/login`, user);
  return {id: String(body.userId), token: body.id};
}

// Ann, whose client has the notes "kept" and "edited", and Bob.
async function makeNotes(server) {
  const ann = await signUp(server, 'ann'), bob = await signUp(server, 'bob');
  const {local, server: remote} = server.client(ann.token);
  const loop = new Loop(local.Note, remote.Note);
  // Somebody who may see the note gives it to another user.
  const give = (id, from, to, text) =>
    request('PATCH', `${server.url}/Notes/${id}`, {ownerId: to.id, text},
        {authorization: from.token});
  const bobs = async id => (await request('GET', `${server.url}/Notes/${id}`,
      undefined, {authorization: bob.token})).body;

  for (const id of ['kept', 'edited'])
    await local.Note.create({id, ownerId: ann.id, text: 'from Ann'});
  await loop.sync();
  return {ann, bob, local, loop, give, bobs};
}

test('what a user may not see any more goes, and comes back', async server => {
  const {ann, bob, local, loop, give, bobs} = await makeNotes(server);

  await give('kept', ann, bob, 'from Bob');
  assert.deepStrictEqual((await loop.pull()).conflicts, []);
  assert.strictEqual(await local.Note.findById('kept'), null);
  assert.deepStrictEqual((await loop.push()).conflicts, []);
  assert.strictEqual((await bobs('kept')).text, 'from Bob');
  await give('kept', bob, ann, 'back');
  // The loop pushes first: the deletion that the client was told.
  assert.deepStrictEqual((await loop.push()).conflicts, []);
  assert.deepStrictEqual((await loop.pull()).conflicts, []);
  assert.strictEqual((await local.Note.findById('kept')).text, 'back');
}, 'weftd');

test('an edit of what was taken from a user is a conflict', async server => {
  const {ann, bob, local, loop, give, bobs} = await makeNotes(server);

  await loop.sync();
  await local.Note.updateAll({id: 'edited'}, {text: 'edited by Ann'});
  await give('edited', ann, bob, 'from Bob');
  const pulled = await loop.pull();
  assert.strictEqual(pulled.conflicts.length, 1);
  const {conflicts: [conflict]} = await loop.push();
  assert.deepStrictEqual(await call(conflict, 'type'), ['delete']);
  assert.strictEqual((await local.Note.findById('edited')).text,
      'edited by Ann');
  await call(conflict, 'resolveUsingTarget');
  assert.strictEqual(await local.Note.findById('edited'), null);
  assert.deepStrictEqual((await loop.sync()).conflicts, []);
  assert.strictEqual((await bobs('edited')).text, 'from Bob');
}, 'weftd');

test('a model that is not public is not served', async server => {
  for (const path of ['AccessTokens', 'Roles', 'RoleMappings', 'ACLs', 'Users'])
    assert.strictEqual((await request('GET', `${server.url}/${path}`)).status,
        404, path);
});

// The events of a change stream, as {type, target, ...}; ends by close().
function openStream(url) {
  const events = [], waiting = [];
  let sent;
  const opened = new Promise((resolve, reject) => {
    sent = http.get(url, {headers: {accept: 'text/event-stream'}}, answer => {
      let text = '';

      answer.setEncoding('utf8');
      answer.on('data', part => {
        text += part;
        for (let end; (end = text.indexOf('\n\n')) >= 0;) {
          const block = text.slice(0, end);
          const data = /^data: ?(.*)$/m.exec(block);

          text = text.slice(end + 2);
          if (/^event: ?data$/m.test(block) && data)
            events.push(JSON.parse(data[1]));
          while (waiting.length && waiting[0].count <= events.length)
            waiting.shift().resolve();
        }
        resolve(answer.statusCode);
      });
      answer.on('error', () => {});
    });
    sent.on('error', reject);
  });
  return {
    events,
    opened,
    reach: count => events.length >= count ? Promise.resolve() :
        new Promise(resolve => waiting.push({count, resolve})),
    close: () => sent.destroy(),
  };
}

test('a change stream tells creates, updates and deletes', async server => {
  const stream = openStream(`${server.url}/Todos/change-stream`);

  assert.strictEqual(await stream.opened, 200);
  await request('POST', `${server.url}/Todos`, {id: 'x', title: 'one'});
  await stream.reach(1);
  await request('PATCH', `${server.url}/Todos/x`, {title: 'two'});
  await stream.reach(2);
  await request('DELETE', `${server.url}/Todos/x`);
  await stream.reach(3);
  stream.close();
  assert.deepStrictEqual(stream.events.map(event => event.type),
      ['create', 'update', 'remove']);
  assert.deepStrictEqual(stream.events.map(event => event.target),
      ['x', 'x', 'x']);
  assert.strictEqual(stream.events[1].data.title, 'two');
});

test('a change stream tells what a replication writes', async server => {
  const {local, server: remote} = server.client();
  const stream = openStream(`${server.url}/Todos/change-stream`);

  await stream.opened;
  await fill(local.Todo, 3);
  await replicate(local.Todo, remote.Todo);
  await stream.reach(3);
  stream.close();
  assert.deepStrictEqual(stream.events.map(event => event.type),
      ['create', 'create', 'create']);
});

test('many records go there and back', async server => {
  const one = server.client(), two = server.client();

  // The client's time grows with the square of it.
  await fill(one.local.Todo, server.kind === 'weftd' ? 500 : 200);
  await replicate(one.local.Todo, one.server.Todo);
  await replicate(two.server.Todo, two.local.Todo);
  await assertSame(one.local.Todo, two.local.Todo);
});

module.exports = tests;
