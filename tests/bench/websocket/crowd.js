// Thousands of clients: memory, a change for all of them, and their return
// after the server was gone.
'use strict';

const fs = require('fs');
const path = require('path');
const {execFileSync, spawn} = require('child_process');
const {stop, memoryOf, cpuOf} = require('../loopback/servers');
const {makeDirectory, startWeftd} = require('./servers');
const {number, title, line, bar} = require('../loopback/report');

const COUNT = 5000;
const SMALL = 1000;

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const portOf = server => new URL(server.url).port;

// A server whose next run has the same port.
async function startServer(context, settings) {
  const directory = makeDirectory(context, 'sqlite',
      {limits: {connections: 20000, connectionsPerAddress: 20000}, ...settings});
  const server = await startWeftd(context, directory);
  const file = path.join(directory, 'config.json');
  const config = JSON.parse(fs.readFileSync(file));

  fs.writeFileSync(file,
      JSON.stringify({...config, port: Number(portOf(server))}));
  return {directory, server};
}

// The clients' process; say(line) resolves to its answer.
function startCrowd(context, server, count, tls) {
  const child = spawn(context.crowd, [portOf(server), String(count), ...tls],
      {stdio: ['pipe', 'pipe', 'inherit']});
  const gone = new Promise((resolve, reject) =>
    child.once('exit', status => reject(new Error(`clients: ${status}`))));

  gone.catch(() => {});
  return {
    say(text) {
      child.stdin.write(`${text}\n`);
      return Promise.race([gone, new Promise(resolve =>
        child.stdout.once('data', data =>
          resolve(String(data).trim().split(' ').map(Number))))]);
    },
    stop: () => child.kill(),
  };
}

// Writes a record that the clients listen for.
function mark(server, text) {
  execFileSync('curl', ['-sSfk', '-o', '/dev/null', '-X', 'PUT', '-H',
    'content-type: application/json', '-d', JSON.stringify({id: text}),
    `${server.url}/Items`]);
}

// Ends the server by a signal and starts it again: seconds until all clients
// are back and have what was written meanwhile, and connections lost by then.
async function storm(context, place, crowd, signal) {
  const text = `mark ${signal}`;
  const began = Date.now();

  await crowd.say(`want ${text}`);
  await stop(place.server, signal);
  place.server = await startWeftd(context, place.directory);
  mark(place.server, text);
  const [lost] = await crowd.say('seen');

  return {seconds: (Date.now() - began) / 1000, lost,
    cpu: cpuOf(place.server)};
}

async function measure(context, settings, tls, name, most) {
  const place = await startServer(context, settings);
  const crowd = startCrowd(context, place.server, COUNT, tls);
  const before = memoryOf(place.server);
  const weigh = async text => {
    await sleep(3000);
    bar(`${name}, ${text}`, (memoryOf(place.server) - before) / COUNT / 1024,
        'KB', {most});
  };

  await crowd.say('open');
  await weigh('each');
  await crowd.say('want the first');
  mark(place.server, 'the first');
  await crowd.say('seen');
  for (const signal of ['SIGKILL', 'SIGTERM']) {
    const {seconds, lost, cpu} = await storm(context, place, crowd, signal);

    line(`${name}: ${signal}`,
        `${number(lost)} connections lost so far, CPU ${number(cpu)} s`);
    bar('all are back and have everything', seconds, 's', {most: 30});
    await weigh('each then');
  }
  crowd.stop();
  await stop(place.server);
}

function makeTls({scratch}) {
  const certificate = path.join(scratch, 'certificate.pem');
  const key = path.join(scratch, 'key.pem');

  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=bench', '-out',
    certificate, '-keyout', key], {stdio: 'ignore'});
  return {certificate, key};
}

async function crowd(context) {
  title(`${number(COUNT)} idle clients with an open stream, and their return`);
  await measure(context, {}, [], 'plain', 8);
  await measure(context, {tls: makeTls(context)}, ['tls'], 'TLS', 24);
}

async function fan(context) {
  const place = await startServer(context, {});
  const crowd = startCrowd(context, place.server, SMALL, []);

  await crowd.say('open');
  const cpu = cpuOf(place.server);
  const [p50, p99, most, durable] = await crowd.say('fan 100');

  title(`a change for ${number(SMALL - 1)} clients`);
  line('seen by a client', `p50 ${number(p50 / 1e3)} ms, ` +
      `p99 ${number(p99 / 1e3)} ms, at most ${number(most / 1e3)} ms`);
  line('durable', `p50 ${number(durable / 1e3)} ms`);
  line('CPU of weftd, for each client',
      `${number((cpuOf(place.server) - cpu) / 100 / SMALL * 1e6)} us`);
  crowd.stop();
  await stop(place.server);
}

module.exports = {crowd, fan};
