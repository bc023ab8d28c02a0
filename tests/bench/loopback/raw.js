// Raw requests: bulk updates, lists of changes, small rounds.
'use strict';

const {execFileSync} = require('child_process');
const fs = require('fs');
const path = require('path');
const {idOf, recordOf, changeOf, updateOf, sequence} = require('./records');
const {startLoopback, startWeftd, makeDirectory, stop, request, time} =
    require('./servers');
const {median, number, title, line, bar} = require('./report');

const bodyOf = value => Buffer.from(JSON.stringify(value));
const createsOf = count => bodyOf({updates: sequence(count, i => updateOf(i, 0))});

const post = (server, method, body) =>
  request('POST', `${server.url}/Todos/${method}`, body);

// Seconds that 'count' creates take in one bulk update.
async function bulk(server, count) {
  const body = createsOf(count);

  return time(server, () => post(server, 'bulk-update', body));
}

// Seconds for the list of all changes, the best of some.
async function list(server, count, rounds) {
  let best;

  for (let i = 0; i < rounds; i++) {
    let answer;
    const took = await time(server, async () => {
      answer = await request('GET', `${server.url}/Todos/changes?since=-1`);
    });

    if (i === 0 && answer.json().length !== count)
      throw new Error(`${answer.json().length} changes, not ${count}`);
    if (!best || took.wall < best.wall) best = took;
  }
  return best;
}

// One round of a client that has changed 1 % of the records: what its push
// and its pull ask for.
async function round(server, count, edit) {
  const indices = sequence(count / 100, i => i * 100);
  const changes = bodyOf(indices.map(i => changeOf(i, edit)));
  const updates = bodyOf({updates: indices.map(i => updateOf(i, edit))});
  const before = (await post(server, 'checkpoint')).json().seq;
  let diff, listed, records;
  const took = await time(server, async () => {
    await post(server, 'checkpoint');
    diff = await post(server, 'diff?since=0', changes);
    await post(server, 'bulk-update', updates);
    await post(server, 'checkpoint');
    listed = await request(
        'GET', `${server.url}/Todos/changes?since=${before}`);
    records = await post(server, 'create-updates', changes);
  });

  for (const length of [diff.json().deltas.length, listed.json().length,
    records.json().length]) {
    if (length !== indices.length) throw new Error(`${length} in the round`);
  }
  return took;
}

async function rounds(server, count) {
  const took = [];

  for (let edit = 1; edit <= 5; edit++)
    took.push((await round(server, count, edit)).wall);
  return median(took);
}

// The same bytes inserted into a plain table, or into 'table', 'batch' in each
// transaction: {wall, cpu}, in seconds.
function floor(context, count, batch, table = []) {
  const file = path.join(context.scratch, `records${count}`);

  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, sequence(count, i =>
      `${idOf(i)} ${JSON.stringify(recordOf(i))}\n`).join(''));
  }
  const [wall, cpu] = String(execFileSync(context.floor,
      [file, path.join(context.scratch, 'floor.sqlite'), String(batch),
        ...table])).split(' ');

  return {wall: Number(wall), cpu: Number(cpu)};
}

// What makes weftd's own table, with a column for each property, and fills it.
const tableOf = directory => [
  String(execFileSync('sqlite3', [path.join(directory, 'db.sqlite'),
    "SELECT sql FROM sqlite_master WHERE name = 'Todo'"])),
  'INSERT INTO Todo(weft_id, weft_body) VALUES (?, ?)'];

async function withWeftd(context, work) {
  const directory = makeDirectory(context);
  const server = await startWeftd(context, directory);

  try {
    return await work(server, directory);
  } finally {
    await stop(server);
  }
}

async function withLoopback(context, count, work) {
  const server = await startLoopback(context, count);

  try {
    return await work(server);
  } finally {
    await stop(server);
  }
}

const times = async (count, work) => {
  const list = [];

  for (let i = 0; i < count; i++) list.push(await work());
  return list;
};

async function bulkUpdates(context) {
  const theirs = 1000 / median(await times(3, () =>
    withLoopback(context, 0, async server => (await bulk(server, 1000)).wall)));
  const ratios = [], rates = [], floors = [], wholes = [], cpus = [],
      floorCpus = [], tables = [];

  await times(7, () => withWeftd(context, async (server, directory) => {
    const before = floor(context, 10000, 1000);
    const took = await bulk(server, 10000);
    const after = floor(context, 10000, 1000);
    const plain = (before.wall + after.wall) / 2;

    ratios.push(plain / took.wall);
    floors.push(10000 / plain);
    floorCpus.push((before.cpu + after.cpu) * 50);
    rates.push(10000 / took.wall);
    cpus.push(took.cpu * 100);
    wholes.push(10000 / floor(context, 10000, 10000).wall);
    tables.push(
        10000 / floor(context, 10000, 1000, tableOf(directory)).wall);
  }));
  title('bulk-update of creates, records a second');
  line('LoopBack, memory, 1,000', number(theirs));
  line('plain SQLite, FULL, 1,000 in a transaction',
      `${number(median(floors))}, CPU ${number(median(floorCpus))} us each`);
  line('the same, all 10,000 in one', number(median(wholes)));
  line("the same 1,000, into weftd's own table", number(median(tables)));
  line('weftd, SQLite FULL, 10,000',
      `${number(median(rates))}, CPU ${number(median(cpus))} us each`);
  bar('against LoopBack', median(rates) / theirs, '×', {least: 80});
  bar('against plain SQLite', median(ratios), '×', {least: 0.6});
}

async function changes(context) {
  const theirs = await withLoopback(context, 10000,
      server => list(server, 10000, 3));
  const ours = await withWeftd(context, async server => {
    await bulk(server, 10000);
    return list(server, 10000, 9);
  });

  title('GET of all 10,000 changes');
  line('LoopBack, memory', `${number(theirs.wall * 1e3)} ms`);
  line('weftd', `${number(ours.wall * 1e3)} ms`);
  bar('against LoopBack', theirs.wall / ours.wall, '×', {least: 20});
}

// LoopBack's rounds take time with the square of the records.
async function incremental(context) {
  const theirs = await withLoopback(context, 1000,
      server => rounds(server, 1000));
  const [ours, large] = await withWeftd(context, async server => {
    await bulk(server, 1000);
    return [await rounds(server, 1000), await withWeftd(context,
        async other => {
          await bulk(other, 100000);
          return rounds(other, 100000);
        })];
  });

  title('a round of 1 % changed records, push and pull');
  line('LoopBack, memory, 10 of 1,000', `${number(theirs * 1e3)} ms`);
  line('weftd, 10 of 1,000', `${number(ours * 1e3)} ms`);
  line('weftd, 1,000 of 100,000', `${number(large * 1e3)} ms`);
  bar('against LoopBack, 1,000', theirs / ours, '×', {least: 20});
}

async function growth(context) {
  const costs = [];

  for (const count of [1000, 10000, 100000]) {
    const took = await times(count === 1000 ? 5 : 3, () =>
      withWeftd(context, async server => {
        const writing = await bulk(server, count);
        const reading = await list(server, count, 3);

        return {write: writing.cpu / count * 1e6,
          read: reading.cpu / count * 1e6,
          writeWall: writing.wall / count * 1e6,
          readWall: reading.wall / count * 1e6};
      }));
    const of = key => median(took.map(one => one[key]));

    costs.push({count, write: of('write'), read: of('read'),
      writeWall: of('writeWall'), readWall: of('readWall')});
  }
  title('each record, as there are more of them (CPU; wall)');
  for (const cost of costs) {
    line(`${number(cost.count)} records`,
        `write ${number(cost.write)}; ${number(cost.writeWall)} us, ` +
        `change ${number(cost.read)}; ${number(cost.readWall)} us`);
  }
  bar('writing 100,000 against 1,000', costs[2].write / costs[0].write, '×',
      {most: 1.5});
  bar('changes of 100,000 against 1,000', costs[2].read / costs[0].read, '×',
      {most: 1.25});
}

module.exports = {bulkUpdates, changes, incremental, growth};
