// The records of the benchmarks, and their changes as LoopBack writes them.
'use strict';

const crypto = require('crypto');

const sha1 = text => crypto.createHash('sha1').update(text).digest('hex');

// Ids like those that LoopBack makes.
function idOf(index) {
  const hash = sha1(`record ${index}`);

  return hash.slice(0, 8) + '-' + [8, 12, 16].map(at =>
    hash.slice(at, at + 4)).join('-') + '-' + hash.slice(20, 32);
}

// Some 200 bytes; the names are in order, so that the JSON is canonical.  No
// dates and arrays: LoopBack's server takes an update of a record that has
// some for a conflict.
function recordOf(index, edit) {
  return {
    completed: index % 3 === 0,
    id: idOf(index),
    owner: `an owner like others, number ${index % 97}`,
    title: `The title of record ${index}, ` +
        (edit ? `edited ${edit}` : 'as it was made') +
        ', which is as long as titles are',
  };
}

function changeOf(index, edit) {
  const before = edit ? sha1(JSON.stringify(recordOf(index, edit - 1))) : undefined;

  return {
    id: sha1(`LocalTodo-${idOf(index)}`),
    rev: sha1(JSON.stringify(recordOf(index, edit))),
    prev: before,
    checkpoint: 1,
    modelName: 'LocalTodo',
    modelId: idOf(index),
  };
}

// The update that creates a record, or (edit 1, 2, ...) changes it once more.
function updateOf(index, edit) {
  return {
    type: edit ? 'update' : 'create',
    change: changeOf(index, edit),
    data: recordOf(index, edit),
  };
}

const sequence = (count, make) => Array.from({length: count}, (_, i) => make(i));

module.exports = {idOf, recordOf, changeOf, updateOf, sequence};
