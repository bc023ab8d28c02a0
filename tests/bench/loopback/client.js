// The unmodified LoopBack client: how long it waits for the server.
'use strict';

const {makeClient, Loop} = require('../../interop/loopback/lib');
const {recordOf, idOf, sequence} = require('./records');
const {startLoopback, startWeftd, startMeter, makeDirectory, stop, request} =
    require('./servers');
const {median, number, title, line, bar} = require('./report');

// What the meter says of the requests during 'work': {ms, requests}.
function ask({child}) {
  return new Promise(resolve => {
    child.stdout.once('data', text => {
      const [ns, requests] = String(text).split(' ').map(Number);

      resolve({ms: ns / 1e6, requests});
    });
    child.stdin.write('\n');
  });
}

async function waiting(meter, work) {
  await ask(meter);
  await work();
  return ask(meter);
}

async function edit(model, count, text) {
  for (let i = 0; i < count; i++)
    await model.patchOrCreate({id: idOf(i * 7), title: text});
}

// Everything that is measured, for one server.
async function measure(context, meter) {
  const one = makeClient(context.packages, meter.url);
  const two = makeClient(context.packages, meter.url);
  const here = new Loop(one.local.Todo, one.server.Todo);
  const there = new Loop(two.local.Todo, two.server.Todo);
  const result = {};

  for (const record of sequence(1000, i => recordOf(i)))
    await one.local.Todo.create(record);
  result.push = await waiting(meter, () => here.push());
  result.pull = await waiting(meter, () => there.pull());
  await here.sync();
  await there.sync();
  const rounds = {nothing: [], push: [], pull: []};

  for (let round = 1; round <= 5; round++) {
    await edit(one.local.Todo, 10, `round ${round}`);
    rounds.push.push(await waiting(meter, () => here.push()));
    rounds.pull.push(await waiting(meter, () => there.pull()));
    rounds.nothing.push(await waiting(meter, () => here.pull()));
  }
  for (const name of Object.keys(rounds)) {
    result[`${name} 10`] = {ms: median(rounds[name].map(one => one.ms)),
      requests: rounds[name][0].requests};
  }
  return result;
}

// Two requests whose answer is a constant: what the way alone takes.
async function pings(meter) {
  const url = meter.url.replace('/api', '/healthz');
  const took = [];

  for (let i = 0; i < 20; i++) {
    took.push(await waiting(meter, async () => {
      await request('GET', url);
      await request('GET', url);
    }));
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  return median(took.map(one => one.ms));
}

async function withMeter(context, server, work) {
  const meter = await startMeter(context, server);

  try {
    return await work(meter);
  } finally {
    await stop(meter);
    await stop(server);
  }
}

async function client(context) {
  const theirs = await withMeter(context, await startLoopback(context),
      meter => measure(context, meter));
  const [ours, floor] = await withMeter(context,
      await startWeftd(context, makeDirectory(context)),
      async meter => [await measure(context, meter), await pings(meter)]);

  title('LoopBack\'s client: ms it waits for the server');
  for (const [name, what] of [['push', 'push of all 1,000'],
    ['pull', 'pull of all 1,000'], ['push 10', 'push of 10 of 1,000'],
    ['pull 10', 'pull of 10 of 1,000'], ['nothing 10', 'pull that finds nothing']]) {
    line(what, `LoopBack ${number(theirs[name].ms)}, weftd ` +
        `${number(ours[name].ms)}; ${ours[name].requests} requests`);
    bar('against LoopBack', theirs[name].ms / ours[name].ms, '×', {least: 20});
  }
  line('two answers of weftd that are always the same', number(floor));
}

module.exports = {client};
