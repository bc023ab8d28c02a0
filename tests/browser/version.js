// Prints the version that sw.js must have: it follows from the files that the
// service worker keeps.  With --write it is written into sw.js.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';

const folder = new URL('../../examples/browser/public/', import.meta.url);
const worker = new URL('sw.js', folder);
const text = readFileSync(worker, 'utf8');
const [, list] = /const files = \[(.*?)\]/s.exec(text);
const hash = createHash('sha256');
for (const [, file] of list.matchAll(/'(.*?)'/g)) {
  hash.update(readFileSync(new URL(file === './' ? 'index.html' : file,
      folder)));
}
const version = hash.digest('hex').slice(0, 8);
if (process.argv[2] === '--write') {
  writeFileSync(worker,
      text.replace(/const version = '.*?'/, `const version = '${version}'`));
}
console.log(version);
