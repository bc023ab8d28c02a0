// Servers in processes of their own, and what they cost.
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');
const {execFileSync, spawn} = require('child_process');

const interop = path.join(__dirname, '../../interop/loopback');
const running = new Set();

process.on('exit', () => running.forEach(child => child.kill('SIGKILL')));

// Starts a command that prints "listening URL"; ms is how long that took.
function start(command, args) {
  const began = process.hrtime.bigint();
  const child = spawn(command, args, {stdio: ['pipe', 'pipe', 'inherit']});

  running.add(child);
  return new Promise((resolve, reject) => {
    let text = '';

    child.stdout.on('data', part => {
      const line = /^listening (\S+)$/m.exec(text += part);

      if (line) {
        resolve({child, url: line[1], pid: child.pid,
          ms: Number(process.hrtime.bigint() - began) / 1e6});
      }
    });
    child.on('exit', status => reject(new Error(`${command}: ${status}`)));
  });
}

function stop({child}, signal = 'SIGTERM') {
  running.delete(child);
  return new Promise(resolve => {
    child.on('exit', resolve);
    child.kill(signal);
  });
}

// LoopBack's own server with its memory connector, with 'count' records.
const startLoopback = ({packages}, count = 0) => start('node',
    [path.join(interop, 'server.js'), packages, path.join(interop, 'app'),
      path.join(__dirname, 'fill.js'), String(count)]);

// weftd with an empty SQLite database; 'settings' are for weftd.json.
let directories = 0;

function makeDirectory({scratch}, settings) {
  const directory = path.join(scratch, `weftd${++directories}`);

  fs.cpSync(path.join(interop, 'app'), directory, {recursive: true});
  fs.writeFileSync(path.join(directory, 'datasources.json'), JSON.stringify(
      {db: {name: 'db', connector: 'sqlite', file: 'db.sqlite'}}));
  fs.writeFileSync(path.join(directory, 'weftd.json'),
      JSON.stringify({log: {level: process.env.LEVEL || 'error'}, ...settings}));
  return directory;
}

const startWeftd = ({weftd}, directory) =>
  start(weftd, ['--config', directory]);

const startMeter = ({meter}, server) =>
  start(meter, [new URL(server.url).port]);

// CPU time of a process so far, in seconds; 'programs' is where cpu-of is.
let cpuProgram;
const setPrograms = programs => cpuProgram = path.join(programs, 'cpu-of');
const cpuOf = ({pid}) =>
  Number(execFileSync(cpuProgram, [String(pid)])) / 1e9;

// Its anonymous memory, in bytes.
const memoryOf = ({pid}) => 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(
    fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

const agent = new http.Agent({keepAlive: true, maxSockets: 1});

// One request on a connection that is kept; 'body' is bytes.  The answer:
// {status, size, text()}.
function request(method, url, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, {method, agent, headers: body ?
        {'content-type': 'application/json', 'content-length': body.length} :
        {}}, answer => {
      const parts = [];

      answer.on('data', part => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const all = Buffer.concat(parts);

        if (answer.statusCode >= 300)
          reject(new Error(`${method} ${url}: ${answer.statusCode} ` +
              all.subarray(0, 300)));
        else
          resolve({size: all.length, json: () => JSON.parse(all)});
      });
    });

    sent.on('error', reject);
    sent.end(body);
  });
}

// What 'work' takes, in seconds: {wall, cpu} of a server.
async function time(server, work) {
  const cpu = cpuOf(server);
  const began = process.hrtime.bigint();

  await work();
  const wall = Number(process.hrtime.bigint() - began) / 1e9;
  return {wall, cpu: cpuOf(server) - cpu};
}

module.exports = {setPrograms, start, startLoopback, startWeftd, startMeter,
  makeDirectory, stop, cpuOf, memoryOf, request, time};
