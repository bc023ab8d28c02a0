// Runs the scenarios against servers, one for each test:
//   node client.js PACKAGES KIND COMMAND...
// COMMAND starts a server of KIND (loopback, weftd) with nothing in it, which
// prints "listening <url>" and ends on SIGTERM; a loopback one starts another
// in its place for each line on its standard input.
'use strict';

const path = require('path');
const {execFileSync, spawn} = require('child_process');
const {makeClient, run} = require('./lib');
const tests = require('./scenarios');

process.env.NO_DEPRECATION = 'loopback';

const [packages, kind, command, ...options] = process.argv.slice(2);

// What the server's next line about its address says, and whom it is from.
function listening(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    const ended = status => reject(new Error(`the server ended: ${status}`));
    const read = part => {
      text += part;
      const line = /^listening (\S+)$/m.exec(text);
      const compact = /^compact (.+)$/m.exec(text);
      if (!line) return;
      child.off('exit', ended);
      child.stdout.off('data', read);
      resolve({child, url: line[1], compact: compact && compact[1].split(' ')});
    };

    child.stdout.on('data', read);
    child.on('error', reject);
    child.on('exit', ended);
  });
}

function startServer() {
  const child = spawn(command, options, {stdio: ['pipe', 'pipe', 'inherit']});

  child.stdout.setEncoding('utf8');
  return listening(child);
}

function stopServer({child}) {
  return new Promise(resolve => {
    child.on('exit', resolve);
    child.kill('SIGTERM');
  });
}

// LoopBack's server, which begins anew for each test.
let loopback;

async function emptyServer() {
  if (kind !== 'loopback') return startServer();
  if (loopback) loopback.child.stdin.write('again\n');
  loopback = await (loopback ? listening(loopback.child) : startServer());
  return loopback;
}

// Compacts the store of a server that has one; what it says, parsed.
function compact({compact: [weft, ...words]}, ...more) {
  return JSON.parse(execFileSync(weft, [...words, '--json', ...more]));
}

const wrapped = tests.map(test => ({...test, run: async () => {
  const started = await emptyServer();

  try {
    await test.run({kind, url: started.url,
      compact: (...more) => compact(started, ...more),
      client: token => makeClient(path.resolve(packages), started.url, token)});
  } finally {
    if (!loopback) await stopServer(started);
  }
}}));

run(wrapped, kind).then(async failed => {
  if (loopback) await stopServer(loopback);
  process.exit(failed ? 1 : 0);
});
