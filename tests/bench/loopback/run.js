// node run.js PACKAGES WEFTD PROGRAMS SCRATCH [NAME...]: runs the named
// parts, or all.  The status is 1 if a bar is missed.
'use strict';

const path = require('path');

process.env.NO_DEPRECATION = 'loopback';

const [packages, weftd, programs, scratch, ...names] = process.argv.slice(2);
const context = {packages: path.resolve(packages), weftd, scratch,
  load: path.join(programs, 'http-load'),
  floor: path.join(programs, 'sqlite-floor'),
  meter: path.join(programs, 'wait-meter')};
const {missed} = require('./report');
require('./servers').setPrograms(programs);
const raw = require('./raw');
const {client} = require('./client');
const {reading, idle, starting} = require('./load');
const parts = {bulk: raw.bulkUpdates, changes: raw.changes,
  incremental: raw.incremental, growth: raw.growth, client, reading, idle, starting};

async function main() {
  for (const name of names.length ? names : Object.keys(parts)) {
    if (!parts[name]) {
      console.error(`no part ${name}; there are: ` +
          Object.keys(parts).join(' '));
      return 2;
    }
    await parts[name](context);
  }
  console.log(missed() ? `\n${missed()} bars are missed` :
      '\nall bars are met');
  return missed() ? 1 : 0;
}

main().then(status => process.exit(status), error => {
  console.error(error);
  process.exit(1);
});
