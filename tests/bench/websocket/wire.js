// What crosses the line: bytes and round trips.
'use strict';

const crypto = require('crypto');
const {execFile} = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const {stop, request} = require('../loopback/servers');
const {makeDirectory, startWeftd, socketOf} = require('./servers');
const {number, title, line, bar} = require('../loopback/report');
const {run} = require('./sync');

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

// Bytes of frames in one direction, after the head of HTTP.
class Frames {
  constructor() {
    this.rest = Buffer.alloc(0);
    this.isOpen = false;
    this.frames = [];
  }

  // Takes bytes; resolves to whether a frame has begun.
  take(bytes) {
    const before = this.frames.length;

    this.rest = Buffer.concat([this.rest, bytes]);
    if (!this.isOpen) {
      const end = this.rest.indexOf('\r\n\r\n');

      if (end < 0) return false;
      this.rest = this.rest.subarray(end + 4);
      this.isOpen = true;
    }
    for (let size; (size = this.sizeOf()) && size <= this.rest.length;) {
      this.frames.push({size, opcode: this.rest[0] & 15});
      this.rest = this.rest.subarray(size);
    }
    return this.frames.length > before;
  }

  // Bytes of the frame at the beginning; 0: not known yet.
  sizeOf() {
    if (this.rest.length < 2) return 0;
    const mask = this.rest[1] & 128 ? 4 : 0;
    const short = this.rest[1] & 127;

    if (short < 126) return 2 + mask + short;
    if (this.rest.length < 10) return 0;
    return mask + (short === 126 ? 4 + this.rest.readUInt16BE(2) :
      10 + Number(this.rest.readBigUInt64BE(2)));
  }
}

// Hands connections on to a server; counts the messages of the last one.
async function startMeter(server) {
  const port = Number(new URL(server.url).port);
  const meter = {};
  const listener = net.createServer(client => {
    const there = net.connect(port, '127.0.0.1');
    const sides = {up: new Frames(), down: new Frames()};
    const pass = (from, to, name) => {
      from.on('data', bytes => {
        // A trip begins when the client speaks after it has listened.
        if (sides[name].take(bytes) && name === 'up' && meter.last !== 'up')
          meter.trips++;
        if (sides.up.isOpen) meter.last = name;
        to.write(bytes);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
    };

    client.setNoDelay();
    there.setNoDelay();
    Object.assign(meter, {sides, trips: 0, last: ''});
    pass(client, there, 'up');
    pass(there, client, 'down');
  });

  await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
  meter.url = `ws://127.0.0.1:${listener.address().port}/replicate`;
  meter.stop = () => listener.close();
  // Data frames of the last connection.
  meter.count = () => {
    const sum = side => meter.sides[side].frames.filter(
        frame => frame.opcode < 8).reduce((all, one) => all + one.size, 0);

    return {up: sum('up'), down: sum('down'), bytes: sum('up') + sum('down'),
      trips: meter.trips};
  };
  return meter;
}

const asyncRun = (program, args, env = {}) => new Promise((resolve, reject) =>
  execFile(program, args, {env: {...process.env, ...env}}, (error, out, err) =>
    error ? reject(new Error(err || error)) : resolve(out)));

// What crosses the line when a client with nothing to do comes back to a
// server with so many models, of which Item has 'count' records.
async function comeBack(context, models, count) {
  const server = await startWeftd(context,
      makeDirectory(context, 'sqlite', {}, models - 1));
  const meter = await startMeter(server);
  const directory = fs.mkdtempSync(path.join(context.scratch, 'client'));

  run(context.sync, ['push', socketOf(server), 'memory', String(count)]);
  for (let i = 0; i < 3; i++)
    await asyncRun(context.sync, ['sync', meter.url, directory, String(models)]);
  meter.stop();
  await stop(server);
  return meter.count();
}

async function nothing(context) {
  title('nothing to do, for a client that comes back');
  for (const count of [1000, 100000]) {
    const one = await comeBack(context, 1, count);
    const more = await comeBack(context, 11, count);

    line(`${number(count)} records, one model`,
        `${one.trips} round trips, ${number(one.bytes)} bytes`);
    bar('each model more, bytes', (more.bytes - one.bytes) / 10, 'bytes',
        {most: 200});
    bar('each model more, round trips', (more.trips - one.trips) / 10, '',
        {most: 1});
  }
  await others(context);
}

// The same for one of two users, each of whom sees his own records, after the
// other has changed some of his.
async function others(context) {
  const server = await startWeftd(context,
      makeDirectory(context, 'sqlite', {}, 0, true));
  const meter = await startMeter(server);
  const directory = fs.mkdtempSync(path.join(context.scratch, 'client'));
  const ask = async (method, url, data) => (await request(method,
      `${server.url}/${url}`, Buffer.from(JSON.stringify(data)))).json();
  const write = (owner, edit) => ask('POST', `Items?access_token=${owner.id}`,
      Array.from({length: 1000}, (_, i) => ({id: `${owner.userId}-${edit}-${i}`,
        ownerId: owner.userId, name: `record ${i}`})));
  const users = [];

  for (const email of ['a@example.com', 'b@example.com']) {
    await ask('POST', 'Users', {email, password: 'secret'});
    users.push(await ask('POST', 'Users/login', {email, password: 'secret'}));
  }
  const sync = () => asyncRun(context.sync, ['sync', meter.url, directory, '1'],
      {TOKEN: users[0].id});

  for (const user of users) await write(user, 1);
  for (let i = 0; i < 3; i++) await sync();
  const before = meter.count();

  await write(users[1], 2);
  await sync();
  const after = meter.count();

  title('the same, after another user has written 1,000 records of his');
  line('before', `${before.trips} round trips, ${number(before.bytes)} bytes`);
  bar('more, bytes', after.bytes - before.bytes, 'bytes', {most: 50});
  bar('more, round trips', after.trips - before.trips, '', {most: 0});
  meter.stop();
  await stop(server);
}

// A client that takes what comes: sizes of the batches' frames, in order.
function listen(context, server, node, hello) {
  const {WebSocket} = require(path.join(context.peers, 'node_modules/ws'));
  const socket = new WebSocket(socketOf(server), 'weft.repl.v1',
      {perMessageDeflate: false});
  const client = {sizes: [], stop: () => socket.close()};
  const say = message => socket.send(JSON.stringify(message));

  client.push = updates => new Promise(resolve => {
    client.pushed = resolve;
    say({t: 'push', n: 2, parts: [{model: 'Item', updates}]});
  });
  return new Promise(resolve => {
    socket.on('open', () => {
      say({t: 'hello', node, binary: true, ...hello});
      say({t: 'auth'});
      say({t: 'open', n: 1, model: 'Item', position: 'now'});
    });
    socket.on('message', (data, isBinary) => {
      const message = isBinary ? {} : JSON.parse(data);

      if (isBinary)
        client.sizes.push(data.length + (data.length < 126 ? 2 : 4));
      if (message.t === 'opened') resolve(client);
      if (message.t === 'pushed') client.pushed(message);
    });
  });
}

const sha1 = text => crypto.createHash('sha1').update(text).digest('hex');

// The update that makes version 'version' of a record from the one before.
function updateOf(record, version) {
  const make = version => ({...record, note: sha1(`${record.id} ${version}`)
      .slice(0, record.note.length)});

  return {id: record.id, data: make(version),
    prev: version ? sha1(JSON.stringify(make(version - 1))) : null};
}

async function bytes(context) {
  const server = await startWeftd(context, makeDirectory(context, 'sqlite'));
  const records = String(run(context.sync, ['lines', '100'])).trim()
      .split('\n').map(text => JSON.parse(text.slice(text.indexOf(' ') + 1)));
  const writer = await listen(context, server, 'a', {});
  const plain = await listen(context, server, 'b', {});
  const packed = await listen(context, server, 'c', {compress: ['zstd']});
  const last = client => client.sizes[client.sizes.length - 1];

  title('bytes on the wire for a changed record of ' +
      `${JSON.stringify(records[0]).length} bytes, to a client`);
  for (const version of [0, 1, 2]) {
    await writer.push(records.map(record => updateOf(record, version)));
    await sleep(200);
    line(`100 together, changed ${version} times before`,
        `${number(last(plain) / 100)} bytes, ` +
        `${number(last(packed) / 100)} compressed`);
  }
  await writer.push(records.map(record => updateOf(record, 3)));
  await sleep(200);
  bar('of 100 together, compressed', last(packed) / 100, 'bytes', {most: 120});
  await writer.push([updateOf(records[0], 4)]);
  await sleep(200);
  bar('one alone, not compressed', last(plain), 'bytes', {most: 300});
  for (const client of [writer, plain, packed]) client.stop();
  await stop(server);
}

// What a C client sends for its own changes.
async function upload(context) {
  const server = await startWeftd(context, makeDirectory(context, 'sqlite'));
  const meter = await startMeter(server);
  const directory = fs.mkdtempSync(path.join(context.scratch, 'client'));
  const edit = async count => {
    await asyncRun(context.sync, ['edit', meter.url, directory, String(count)]);
    return meter.count().up;
  };

  title('the same, from a client');
  await edit(100);
  const idle = await edit(0);

  bar('one alone', await edit(1) - idle, 'bytes', {most: 300});
  bar('of 100 together, compressed', (await edit(100) - idle) / 100, 'bytes',
      {most: 120});
  meter.stop();
  await stop(server);
}

module.exports = {nothing, bytes, upload};
