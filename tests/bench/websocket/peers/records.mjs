// The records of the C benchmarks: lines "ID BODY" of a file.
import {readFileSync} from 'node:fs';

export function records(file, count) {
  return readFileSync(file, 'utf8').split('\n', count)
      .map(line => JSON.parse(line.slice(line.indexOf(' ') + 1)));
}
