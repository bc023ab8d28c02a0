// Many connections; and a daemon's beginning.
'use strict';

const {execFileSync, spawn} = require('child_process');
const path = require('path');
const {recordOf, idOf} = require('./records');
const {startLoopback, startWeftd, makeDirectory, stop, cpuOf, memoryOf,
  request} = require('./servers');
const {median, number, title, line, bar} = require('./report');

const portOf = server => new URL(server.url).port;

// GETs of one record: {rate, cpu}, the best of three.
async function gets(context, server, connections, count) {
  const target = `/api/Todos/${idOf(0)}`;
  let best;

  await request('PUT', `${server.url}/Todos`,
      Buffer.from(JSON.stringify(recordOf(0))));
  for (let i = 0; i < 3; i++) {
    const cpu = cpuOf(server);
    const ns = Number(execFileSync(context.load, [portOf(server), target,
      String(connections), String(count)]));
    const one = {rate: count / ns * 1e9,
      cpu: (cpuOf(server) - cpu) / count * 1e6};

    if (!best || one.rate > best.rate) best = one;
  }
  return best;
}

async function reading(context) {
  const loopback = await startLoopback(context);
  const theirs = await gets(context, loopback, 32, 5000);

  await stop(loopback);
  const weftd = await startWeftd(context, makeDirectory(context));
  const ours = await gets(context, weftd, 32, 50000);
  const alone = await gets(context, weftd, 1, 20000);

  await stop(weftd);
  title('GET of one record, 32 connections');
  line('LoopBack, memory', `${number(theirs.rate)} requests/s, CPU ` +
      `${number(theirs.cpu)} us each`);
  line('weftd, SQLite', `${number(ours.rate)} requests/s, CPU ` +
      `${number(ours.cpu)} us each`);
  line('weftd, one connection', `${number(alone.rate)} requests/s, CPU ` +
      `${number(alone.cpu)} us each`);
  bar('against LoopBack', ours.rate / theirs.rate, '×', {least: 5});
}

// Bytes for each of 5,000 connections that have asked once.
async function hold(context, settings, tls) {
  const server = await startWeftd(context, makeDirectory(context, settings));
  const before = memoryOf(server);
  const clients = spawn(context.load, [portOf(server), '/healthz', '5000', '0',
    ...tls], {stdio: ['pipe', 'pipe', 'inherit']});

  await new Promise((resolve, reject) => {
    clients.stdout.once('data', resolve);
    clients.once('exit', status => reject(new Error(`clients: ${status}`)));
  });
  const each = (memoryOf(server) - before) / 5000;

  clients.kill();
  await stop(server);
  return each;
}

async function idle(context) {
  const certificate = path.join(context.scratch, 'certificate.pem');
  const key = path.join(context.scratch, 'key.pem');

  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=bench', '-out',
    certificate, '-keyout', key], {stdio: 'ignore'});
  const plain = await hold(context, {}, []);
  const secure = await hold(context, {tls: {certificate, key}}, ['tls']);

  title('5,000 idle connections');
  bar('plain, each', plain / 1024, 'KB', {most: 4});
  bar('TLS, each', secure / 1024, 'KB', {most: 20});
}

async function starting(context) {
  const directory = makeDirectory(context);
  const took = [], memory = [];

  for (let i = 0; i < 10; i++) {
    const server = await startWeftd(context, directory);

    if (i) { // the first one makes the database
      took.push(server.ms);
      memory.push(memoryOf(server));
    }
    await stop(server);
  }
  const loopback = await startLoopback(context);
  const theirMemory = memoryOf(loopback);

  await stop(loopback);
  title('from its start to the line "listening"');
  line('LoopBack', `${number(loopback.ms)} ms, RssAnon ` +
      `${number(theirMemory / 1048576)} MiB`);
  bar('weftd', median(took), 'ms', {most: 50});
  bar('weftd, RssAnon', median(memory) / 1048576, 'MiB', {most: 6});
}

module.exports = {reading, idle, starting};
