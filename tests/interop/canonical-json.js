// Reads JSON documents, one a line, and writes for each its canonical text, as
// the package canonical-json makes it, a tab, and the text's SHA-1.
'use strict';

const {createHash} = require('crypto');
const canonical = require(process.argv[2] + '/canonical-json');

const lines = require('fs').readFileSync(0, 'utf8').split('\n');
lines.pop();
for (const line of lines) {
  const text = canonical(JSON.parse(line));
  const sha1 = createHash('sha1').update(text).digest('hex');
  process.stdout.write(text + '\t' + sha1 + '\n');
}
