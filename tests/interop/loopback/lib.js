// What the scenarios share: a LoopBack client application, raw requests, TAP.
'use strict';

const assert = require('assert');
const http = require('http');
const path = require('path');

// A client of the server at 'base', with the real LoopBack of 'packages': for
// each model a local one in memory that tracks changes, and the remote one.
function makeClient(packages, base, token) {
  const loopback = require(path.join(packages, 'loopback'));
  const connector = require(path.join(packages, 'loopback-connector-remote'));
  const app = loopback({localRegistry: true, loadBuiltinModels: true});
  const remote = app.registry.createDataSource({connector, url: base});
  const memory = app.registry.createDataSource({connector: 'memory'});
  const definitions = {
    Todo: {
      plural: 'Todos',
      properties: {
        id: {type: 'string', id: true, defaultFn: 'guid'},
        title: {type: 'string', required: true},
        completed: {type: 'boolean', default: false},
        owner: 'string',
        created: 'date',
        tags: ['string'],
        details: 'object',
      },
    },
    Car: {
      plural: 'fleet',
      properties: {
        vin: {type: 'string', id: true, required: true},
        km: 'number',
      },
    },
    Private: {
      plural: 'Privates',
      properties: {
        id: {type: 'string', id: true, defaultFn: 'guid'},
        text: 'string',
      },
    },
    Note: {
      plural: 'Notes',
      properties: {
        id: {type: 'string', id: true, defaultFn: 'guid'},
        ownerId: 'string',
        text: 'string',
      },
    },
  };
  const local = {}, server = {};

  for (const name of Object.keys(definitions)) {
    const {plural, properties} = definitions[name];
    const settings = {base: 'PersistedModel', plural};

    server[name] = app.registry.createModel(name, properties,
        {...settings, enableRemoteReplication: true});
    remote.attach ? remote.attach(server[name]) :
        server[name].attachTo(remote);
    local[name] = app.registry.createModel('Local' + name, properties,
        {...settings, trackChanges: true, changeCleanupInterval: -1});
    local[name].attachTo(memory);
  }
  if (token) {
    remote.connector.remotes.auth = {bearer: Buffer.from(token)
        .toString('base64'), sendImmediately: true};
  }
  return {local, server, remote};
}

// One replication: {conflicts, checkpoints, updates}.
function replicate(from, to, since, options) {
  return new Promise((resolve, reject) => {
    const done = (error, conflicts, checkpoints, updates) => error ?
        reject(error) : resolve({conflicts, checkpoints, updates});

    from.replicate(since === undefined ? -1 : since, to, options || {}, done);
  });
}

// The loop of LoopBack's documentation: push, then pull, from where the last
// one ended.
class Loop {
  constructor(local, server, options) {
    Object.assign(this, {local, server, options, pushed: -1, pulled: -1});
  }

  async push() {
    const result = await replicate(this.local, this.server, this.pushed,
        this.options);

    if (!result.conflicts.length) this.pushed = result.checkpoints;
    return result;
  }

  async pull() {
    const result = await replicate(this.server, this.local, this.pulled,
        this.options);

    if (!result.conflicts.length) this.pulled = result.checkpoints;
    return result;
  }

  async sync() {
    const pushed = await this.push();

    if (pushed.conflicts.length) return pushed;
    return this.pull();
  }
}

// A raw request: {status, headers, body}; body is parsed if it is JSON.
function request(method, url, body, headers) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined :
        typeof body === 'string' ? body : JSON.stringify(body);
    const sent = http.request(url, {method, headers: {
      accept: 'application/json',
      ...(text === undefined ? {} : {'content-type': 'application/json',
        'content-length': Buffer.byteLength(text)}),
      ...headers,
    }}, answer => {
      const parts = [];

      answer.on('data', part => parts.push(part));
      answer.on('end', () => {
        const raw = Buffer.concat(parts).toString();
        let parsed = raw;

        try {
          parsed = JSON.parse(raw);
        } catch (_) {} // text, or nothing
        resolve({status: answer.statusCode, headers: answer.headers,
          body: parsed});
      });
    });

    sent.on('error', reject);
    sent.end(text);
  });
}

const plain = record => JSON.parse(JSON.stringify(record));

// All records of a model, by id, as plain objects.
async function records(model) {
  const id = model.getIdName ? model.getIdName() : 'id';
  const list = plain(await model.find());

  return list.sort((a, b) => a[id] < b[id] ? -1 : a[id] > b[id] ? 1 : 0);
}

async function assertSame(a, b) {
  assert.deepStrictEqual(await records(a), await records(b));
}

// Runs the tests one after the other, in the order they are listed, and prints
// TAP.  A test with 'only' runs against this kind of server alone.
async function run(tests, kind, context) {
  let failed = 0, number = 0;
  const chosen = tests.filter(test => !test.only || test.only === kind);

  for (const test of chosen) {
    let error;

    try {
      await test.run(context);
    } catch (thrown) {
      error = thrown;
    }
    console.log(`${error ? 'not ok' : 'ok'} ${++number} - ${test.name}`);
    if (error) {
      failed++;
      console.log(String(error.stack || error).replace(/^/gm, '# '));
      if (error.details) console.log('# ' + JSON.stringify(error.details));
    }
  }
  console.log(`1..${number}`);
  return failed;
}

module.exports = {assert, makeClient, replicate, Loop, request, plain, records,
  assertSame, run};
