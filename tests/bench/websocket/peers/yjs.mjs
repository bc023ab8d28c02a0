// First sync of y-websocket: a client without data joins a server with it.
import {createRequire} from 'node:module';
import {WebSocketServer, WebSocket} from 'ws';
import {records} from './records.mjs';

// Serves a document of so many records; resolves to the port.
export function serve(file, count) {
  const require = createRequire(import.meta.url);
  const {getYDoc, setupWSConnection} = require('y-websocket/bin/utils');
  const doc = getYDoc('todo');
  const todo = doc.getMap('todo');

  doc.transact(() => {
    for (const record of records(file, count))
      todo.set(record.id, record);
  });
  return new Promise(resolve => {
    const server = new WebSocketServer({port: 0, host: '127.0.0.1'},
        () => resolve(server.address().port));

    server.on('connection', setupWSConnection);
  });
}

// Joins with an empty copy: {got, ms}.
export async function sync(port, count) {
  const Y = await import('yjs');
  const {WebsocketProvider} = await import('y-websocket');
  const doc = new Y.Doc();
  const todo = doc.getMap('todo');
  const began = performance.now();
  const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, 'todo', doc,
      {WebSocketPolyfill: WebSocket, disableBc: true});

  await new Promise(resolve =>
    todo.observe(() => todo.size >= count && resolve()));
  const ms = performance.now() - began;

  provider.destroy();
  return {got: todo.size, ms};
}
