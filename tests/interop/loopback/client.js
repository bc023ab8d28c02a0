// Runs the scenarios against servers, one for each test:
//   node client.js PACKAGES KIND COMMAND...
// COMMAND starts a server of KIND (loopback, weftd) with nothing in it, which
// prints "listening <url>" and ends on SIGTERM.
'use strict';

const path = require('path');
const {execFileSync, spawn} = require('child_process');
const {makeClient, run} = require('./lib');
const tests = require('./scenarios');

process.env.NO_DEPRECATION = 'loopback';

const [packages, kind, command, ...options] = process.argv.slice(2);

function startServer() {
  return new Promise((resolve, reject) => {
    const child = spawn(command, options,
        {stdio: ['ignore', 'pipe', 'inherit']});
    let text = '';

    child.stdout.setEncoding('utf8');
    child.stdout.on('data', part => {
      text += part;
      const line = /^listening (\S+)$/m.exec(text);
      const compact = /^compact (.+)$/m.exec(text);
      if (line) {
        resolve({child, url: line[1],
          compact: compact && compact[1].split(' ')});
      }
    });
    child.on('error', reject);
    child.on('exit', status => reject(new Error(`the server ended: ${status}`)));
  });
}

function stopServer({child}) {
  return new Promise(resolve => {
    child.on('exit', resolve);
    child.kill('SIGTERM');
  });
}

// Compacts the store of a server that has one; what it says, parsed.
function compact({compact: [weft, ...words]}, ...more) {
  return JSON.parse(execFileSync(weft, [...words, '--json', ...more]));
}

const wrapped = tests.map(test => ({...test, run: async () => {
  const started = await startServer();

  try {
    await test.run({kind, url: started.url,
      compact: (...more) => compact(started, ...more),
      client: token => makeClient(path.resolve(packages), started.url, token)});
  } finally {
    await stopServer(started);
  }
}}));

run(wrapped, kind).then(failed => process.exit(failed ? 1 : 0));
