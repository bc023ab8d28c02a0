// The first sync of 100,000 records, against other programs and plain inserts.
'use strict';

const fs = require('fs');
const path = require('path');
const {execFileSync} = require('child_process');
const {stop, cpuOf} = require('../loopback/servers');
const {makeDirectory, startWeftd, socketOf} = require('./servers');
const {median, number, title, line, bar} = require('../loopback/report');

const COUNT = 100000;
const TINYBASE_COUNT = 40000; // a sync of 60,000 does not end
const ROUNDS = 5;

// Runs a program that prints numbers.
const run = (program, args) => execFileSync(program, args,
    {stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 30});
const numbersOf = text => String(text).trim().split(/\s+/).map(Number);

function writeLines(context) {
  const file = path.join(context.scratch, 'lines');

  fs.writeFileSync(file, run(context.sync, ['lines', String(COUNT)]));
  return file;
}

// Pushes all records, then pulls them: {push, pull}, each {wall, cpu, server}.
async function measure(context, connector) {
  const server = await startWeftd(context, makeDirectory(context, connector));
  const result = {};

  for (const what of ['push', 'pull']) {
    const where = connector === 'memory' || what === 'push' ? 'memory' :
      fs.mkdtempSync(path.join(context.scratch, 'client'));
    const before = cpuOf(server);
    const [wall, cpu] = numbersOf(run(context.sync,
        [what, socketOf(server), where, String(COUNT)]));

    result[what] = {wall, cpu, server: cpuOf(server) - before};
  }
  await stop(server);
  return result;
}

const peer = (context, name, file, count) => numbersOf(run('node',
    [path.join(context.peers, 'peer.mjs'), name, file, String(count)]))[0] / 1e3;

const each = (seconds, count = COUNT) => `${number(seconds / count * 1e6)} us`;

function tell(name, rounds, what) {
  const of = key => median(rounds.map(round => round[what][key]));
  const rate = COUNT / of('wall');

  line(name, `${number(rate)}/s; CPU of the client ${each(of('cpu'))}, ` +
      `of weftd ${each(of('server'))}`);
  return rate;
}

async function memory(context) {
  const file = writeLines(context);
  const rounds = [], yjs = [], tinybase = [];

  for (let i = 0; i < ROUNDS; i++) {
    rounds.push(await measure(context, 'memory'));
    yjs.push(peer(context, 'yjs', file, COUNT));
    if (i < 3)
      tinybase.push(peer(context, 'tinybase', file, TINYBASE_COUNT));
  }
  title(`first sync of ${number(COUNT)} records of 200 bytes, memory to memory`);
  const pull = tell('weft, from the server', rounds, 'pull');

  tell('weft, to the server', rounds, 'push');
  const theirs = COUNT / median(yjs);
  const others = TINYBASE_COUNT / median(tinybase);

  line('y-websocket', `${number(theirs)}/s`);
  line(`TinyBase, ${number(TINYBASE_COUNT)} records`, `${number(others)}/s`);
  bar('weft, from the server', pull, '/s', {least: 150000});
  bar('against y-websocket', pull / theirs, '×', {least: 8});
  bar('against TinyBase', pull / others, '×', {least: 20});
}

async function sqlite(context) {
  const file = writeLines(context);
  const rounds = [], walls = [], cpus = [];

  for (let i = 0; i < ROUNDS; i++) {
    const [wall, cpu] = numbersOf(run(context.floor,
        [file, path.join(context.scratch, 'floor.sqlite')]));

    walls.push(wall);
    cpus.push(cpu);
    rounds.push(await measure(context, 'sqlite'));
  }
  title(`the same, SQLite to SQLite`);
  const pull = tell('weft, from the server', rounds, 'pull');
  const push = tell('weft, memory to the server', rounds, 'push');
  const floor = COUNT / median(walls);

  line('plain inserts', `${number(floor)}/s; CPU ${each(median(cpus))}`);
  bar('from the server, against plain inserts', pull / floor, '×', {least: 0.5});
  bar('to the server, against plain inserts', push / floor, '×', {least: 0.5});
}

module.exports = {memory, sqlite, numbersOf, run};
