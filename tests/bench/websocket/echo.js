// The WebSocket layer alone, against the package ws; same client for both.
'use strict';

const path = require('path');
const {start, stop, cpuOf} = require('../loopback/servers');
const {median, number, title, line, bar} = require('../loopback/report');
const {numbersOf, run} = require('./sync');

const ROUNDS = 5;
const CONNECTIONS = 16;
const sizes = [
  {size: 64, messages: 400000, window: 16, least: 1.2},
  {size: 4096, messages: 100000, window: 4, least: 2},
  {size: 1048576, messages: 1000, window: 1, least: 3},
];

function measure(context, server, {size, messages, window}) {
  const cpu = cpuOf(server);
  const [ns] = numbersOf(run(context.load, [new URL(server.url).port,
    ...[size, CONNECTIONS, messages, window].map(String)]));

  return {rate: messages / ns * 1e9,
    cpu: (cpuOf(server) - cpu) / messages * 1e6};
}

async function echo(context) {
  const servers = {
    ws: await start('node', [path.join(context.peers, 'echo.mjs')]),
    weft: await start(context.echo, []),
  };

  title(`echo of messages, ${CONNECTIONS} connections, one thread`);
  for (const part of sizes) {
    const rounds = {ws: [], weft: []};

    for (let i = 0; i < ROUNDS; i++)
      for (const name of Object.keys(servers))
        rounds[name].push(measure(context, servers[name], part));
    const of = (name, key) => median(rounds[name].map(one => one[key]));

    for (const name of Object.keys(servers)) {
      line(`${name}, ${number(part.size)} bytes`,
          `${number(of(name, 'rate'))} messages/s, ` +
          `${number(of(name, 'rate') * part.size / 1e6)} MB/s, ` +
          `CPU ${number(of(name, 'cpu'))} us each`);
    }
    bar('weft against ws', of('weft', 'rate') / of('ws', 'rate'), '×',
        {least: part.least});
  }
  for (const name of Object.keys(servers)) await stop(servers[name]);
}

module.exports = {echo};
