// First sync of TinyBase: a client without data joins a server with it.
import {WebSocketServer, WebSocket} from 'ws';
import {createMergeableStore} from 'tinybase';
import {createCustomPersister} from 'tinybase/persisters';
import {createWsServer} from 'tinybase/synchronizers/synchronizer-ws-server';
import {createWsSynchronizer} from
  'tinybase/synchronizers/synchronizer-ws-client';
import {records} from './records.mjs';

// A persister that keeps nothing; without one the server has no store.
function keepNothing(store) {
  return createCustomPersister(store, async () => undefined, async () => {},
      () => 0, () => {}, () => {}, 2);
}

// Cells are single values: a list goes in as its JSON.
const flat = record => ({...record, tags: JSON.stringify(record.tags)});

// Serves a store of so many records; resolves to the port.
export function serve(file, count) {
  const store = createMergeableStore('server');

  store.transaction(() => {
    for (const record of records(file, count))
      store.setRow('todo', record.id, flat(record));
  });
  return new Promise(resolve => {
    const sockets = new WebSocketServer({port: 0, host: '127.0.0.1'},
        () => resolve(sockets.address().port));

    createWsServer(sockets, () => keepNothing(store));
  });
}

// Joins with an empty copy: {got, ms}.
export async function sync(port, count) {
  const store = createMergeableStore('joiner');
  const began = performance.now();
  const complete = new Promise(resolve => store.addTablesListener(() =>
    store.getRowCount('todo') >= count && resolve()));
  const synchronizer = await createWsSynchronizer(store,
      new WebSocket(`ws://127.0.0.1:${port}/todo`), 60);

  await synchronizer.startSync();
  await complete;
  const ms = performance.now() - began;

  await synchronizer.destroy();
  return {got: store.getRowCount('todo'), ms};
}
