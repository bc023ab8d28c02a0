// node run.js WEFTD PROGRAMS PEERS SCRATCH [PART...]: runs the named parts, or
// all.  The status is 1 if a bar is missed.
'use strict';

const path = require('path');

const [weftd, programs, peers, scratch, ...names] = process.argv.slice(2);
const context = {weftd, peers, scratch};
for (const name of ['sync', 'live', 'load', 'echo', 'crowd'])
  context[name] = path.join(programs, `ws-${name}`);
context.floor = path.join(programs, 'sqlite-floor');
const {missed} = require('../loopback/report');
require('../loopback/servers').setPrograms(programs);
const {memory, sqlite} = require('./sync');
const {live} = require('./live');
const {echo} = require('./echo');
const {crowd, fan} = require('./crowd');
const {nothing, bytes, upload} = require('./wire');
const parts = {memory, sqlite, live, fan, nothing, bytes, upload, crowd, echo};

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
