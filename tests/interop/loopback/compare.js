// The same requests to two servers, whose answers must be alike:
//   node compare.js URL-OF-LOOPBACK URL-OF-WEFTD
'use strict';

const assert = require('assert');
const {request, run} = require('./lib');
const requests = require('./requests');

const [loopback, weftd] = process.argv.slice(2);

// What each server makes for itself, and the order of names.
function plain(value, key) {
  if (Array.isArray(value)) return value.map(item => plain(item));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.keys(value).sort().map(name =>
      [name, plain(value[name], name)]));
  }
  if (key === 'time' || key === 'created') return typeof value;
  if (key === 'userId') return 'somebody';
  if (key === 'id' && (typeof value === 'number' || value.length > 20))
    return 'made there';
  return value;
}

async function ask(base, [method, path, body]) {
  const {status, body: answer} = await request(method, base + path, body);

  return {status, answer: plain(answer)};
}

const tests = requests.map(each => ({
  name: `${each[0]} ${decodeURIComponent(each[1])} ` +
      (each[2] === undefined ? '' : JSON.stringify(each[2])) +
      (each[3] ? ` (differs: ${each[3]})` : ''),
  run: async () => {
    const [theirs, ours] = [await ask(loopback, each), await ask(weftd, each)];

    // A difference that is gone should not stay in the list.
    if (each[3])
      assert.notDeepStrictEqual(ours, theirs);
    else
      assert.deepStrictEqual(ours, theirs);
  },
}));

run(tests, 'both').then(failed => process.exit(failed ? 1 : 0));
