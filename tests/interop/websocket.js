// The ends of WebSockets of the packages ws and websocket-driver, for
// tests/interop/websocket.sh:
//
//   websocket.js serve PACKAGE [deflate]      echoes, on the port it prints;
//                                             "close" closes with 4001
//   websocket.js talk PACKAGE PORT [deflate]  sends, compares, closes
'use strict';

const assert = require('assert');
const http = require('http');
const net = require('net');
const path = require('path');

const [packages, what, name, ...rest] = process.argv.slice(2);
const deflate = rest.includes('deflate');
const load = (one) => require(path.join(packages, one));
const sizes = [0, 1, 125, 126, 127, 4096, 65535, 65536, 131073, 1000000];

const messages = [];
for (const size of sizes) {
  messages.push('\u00e9'.repeat(size >> 1) + (size & 1 ? 'x' : ''));
  messages.push(Buffer.from(Uint8Array.from({length: size}, (_, i) => i * i)));
}

// Sends all, expects them back, then closes.
function converse(send, close) {
  let next = 0;
  for (const message of messages) send(message);
  return (message) => {
    const expected = messages[next++];
    if (typeof expected === 'string') assert.strictEqual(message, expected);
    else assert(expected.equals(message));
    if (next === messages.length) close();
  };
}

function ended(code) {
  assert.strictEqual(code, 1000);
  process.exit(0);
}

const ends = {
  ws: {
    serve() {
      const {WebSocketServer} = load('ws');
      const server = new WebSocketServer(
          {port: 0, host: '127.0.0.1', perMessageDeflate: deflate});
      server.on('listening', () => console.log(server.address().port));
      server.on('connection', (socket) => {
        socket.on('message', (data, binary) => {
          if (!binary && String(data) === 'close') socket.close(4001);
          else socket.send(data, {binary});
        });
      });
    },
    talk(port) {
      const WebSocket = load('ws');
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`,
          {perMessageDeflate: deflate});
      socket.on('open', () => {
        if (deflate) assert(/permessage-deflate/.test(socket.extensions));
        const take = converse((data) => socket.send(data),
            () => socket.close(1000));
        socket.on('message',
            (data, binary) => take(binary ? data : String(data)));
      });
      socket.on('close', ended);
    },
  },
  'websocket-driver': {
    serve() {
      const driver = load('websocket-driver');
      const server = http.createServer();
      server.on('upgrade', (request, socket, head) => {
        const end = driver.http(request);
        end.io.write(head);
        socket.pipe(end.io).pipe(socket);
        end.messages.on('data', (data) => {
          if (data === 'close') end.close('', 4001);
          else if (typeof data === 'string') end.text(data);
          else end.binary(data);
        });
        end.start();
      });
      server.listen(0, '127.0.0.1',
          () => console.log(server.address().port));
    },
    talk(port) {
      const end = load('websocket-driver').client(`ws://127.0.0.1:${port}/`);
      const socket = net.connect(port, '127.0.0.1');
      socket.pipe(end.io).pipe(socket);
      end.on('open', () => {
        const take = converse((data) =>
          typeof data === 'string' ? end.text(data) : end.binary(data),
        () => end.close('', 1000));
        end.messages.on('data', take);
      });
      end.on('close', (event) => ended(event.code));
      socket.on('connect', () => end.start());
    },
  },
};

process.stdin.on('end', () => process.exit(0));
if (what === 'serve') process.stdin.resume();
ends[name][what](rest[0]);
