// The rules of "To apply an update" and of pushes, case by case.
import test from 'node:test';
import assert from 'node:assert/strict';
import {accepted, applied, edited, judge, refused, regained, rejected,
  resolved, sending, untold, updateOf} from
  '../../../examples/browser/public/weft/rules.js';

const key = {model: 'Todo', id: '1'};

// Data is named like its revision.
const data = rev => rev === null ? null : {id: '1', v: rev};
const update = (rev, prev, past) =>
  ({id: '1', rev, prev, past, data: data(rev) ?? undefined});
const clean = (rev, past = [], generation = 0) =>
  ({...key, data: data(rev), rev, base: rev, generation, past, sent: []});
const dirty = (rev, base, {past = [], sent = [], generation = 0} = {}) =>
  ({...key, data: data(rev), rev, base, generation, past, sent,
    baseData: data(base), state: 'dirty'});
const conflict = (rev, base, theirs, past = [], generation = 0) => ({...key,
  data: data(rev), rev, base, generation: 0, past: [], sent: [],
  baseData: data(base), state: 'conflict',
  theirs: {rev: theirs, generation, data: data(theirs), past}});
const long = ['h', 'i', 'j', 'k', 'l', 'm', 'n', 'o'];
const of = (generation, told) => ({...told, generation});

const cases = [
  // name, row, update, verdict, [is the server's answer]
  ['no row: it is taken', undefined, update('b', 'a'), 'take'],
  ['not changed: taken, whatever its prev', clean('a'), update('c', 'x'),
    'take'],
  ['not changed: taken without a prev', clean('a'), update('c'), 'take'],
  ['not changed: a deletion', clean('a'), update(null, 'a'), 'take'],
  ['not changed: what is here', clean('a'), update('a', 'x'), 'same'],
  ['not changed: older than our push that was taken', clean('c', ['b', 'a']),
    update('b', 'a', ['a']), 'old'],
  ['not changed: set back to what it was', clean('c', ['b', 'a']),
    update('b', 'c', ['c', 'b', 'a']), 'take'],
  ['not changed: what was before, of a past that is cut', clean('c', ['b']),
    update('b', 'h', long), 'take'],
  ['not changed: what was before, of a lower generation',
    clean('c', ['b'], 12), of(11, update('b', 'h', long)), 'old'],
  ['not changed: what was before, of a higher generation',
    clean('c', ['b'], 12), of(21, update('b', 'h', long)), 'take'],
  ['changed: the same change', dirty('b', 'a'), update('b', 'a'), 'same'],
  ['changed: both deleted', dirty(null, 'a'), update(null, 'a'), 'same'],
  ['changed: base', dirty('b', 'a'), update('a', 'x'), 'old'],
  ['changed: before base', dirty('c', 'b', {past: ['a']}),
    update('a', 'x', ['x']), 'old'],
  ['changed: base, set back here to what was before it',
    dirty('a', 'b', {past: ['a']}), update('b', 'a', ['a']), 'old'],
  ['changed: before base, set back here to what was before that',
    dirty('a', 'c', {past: ['b', 'a']}), update('b', 'a', ['a']), 'old'],
  ['changed: made from ours', dirty('b', 'a'), update('c', 'b'), 'take'],
  ['changed: made from ours, some steps ago', dirty('b', 'a'),
    update('e', 'd', ['d', 'c', 'b', 'a']), 'take'],
  ['changed: ours is only before base', dirty('b', 'a'),
    update('c', 'a', ['a', 'b']), 'conflict'],
  ['changed: another change of base', dirty('b', 'a'), update('c', 'a'),
    'conflict'],
  ['changed: of an unknown prev', dirty('b', 'a'), update('c'), 'conflict'],
  ['changed: deleted there', dirty('b', 'a'), update(null, 'a'), 'conflict'],
  ['deleted: changed there', dirty(null, 'a'), update('c', 'a'), 'conflict'],
  ['deleted: made again after our deletion', dirty(null, 'a'),
    update('c', null, [null, 'a']), 'take'],
  ['created at both', dirty('b', null), update('c', null), 'conflict'],
  ['a push whose answer was lost', dirty('c', 'a', {sent: ['b']}),
    update('b', 'a'), 'ours'],
  ['the second of two such', dirty('d', 'a', {sent: ['c', 'b']}),
    update('c', 'b'), 'ours'],
  ['the same, told without prev: the generation is the next',
    dirty('c', 'a', {sent: ['b'], generation: 4}), of(5, update('b')), 'ours'],
  ['the same of a record that was created', dirty('c', null, {sent: ['b']}),
    of(1, update('b')), 'ours'],
  ['the first of two such, the second of which did not arrive',
    dirty('d', 'a', {sent: ['c', 'b'], generation: 4}), of(5, update('b')),
    'ours'],
  ['the same content, after others wrote',
    dirty('c', 'a', {sent: ['b'], generation: 4}), of(6, update('b')),
    'conflict'],
  ['the same content, by a way of others', dirty('c', 'a', {sent: ['b']}),
    update('b', 'x', ['x', 'a']), 'conflict'],
  ['the same content, by an unknown way', dirty('c', 'a', {sent: ['b']}),
    update('b'), 'conflict'],
  ['set back after a lost push that was gone on from',
    dirty('a', 'a', {sent: ['b']}), update('d', 'b', ['b', 'a']), 'conflict'],
  ['set back after a push that did not arrive',
    dirty('a', 'a', {sent: ['b']}), update('d', 'a', ['a']), 'take'],
  ['conflict: the other side goes on', conflict('b', 'a', 'c'),
    update('d', 'c'), 'conflict'],
  ['conflict: the other side comes to ours', conflict('b', 'a', 'c'),
    update('b', 'c'), 'same'],
  ['conflict: the other side is set back', conflict('b', 'a', 'c'),
    update('a', 'c'), 'back'],
  ['conflict: base comes late', conflict('b', 'a', 'c'), update('a', 'x'),
    'old'],
  ['conflict: what was before theirs comes late',
    conflict('b', 'a', 'd', ['c', 'a']), update('c', 'a', ['a']), 'old'],
  ['conflict: an update of a lower generation than theirs comes late',
    conflict('b', 'a', 'd', ['c'], 9), of(8, update('c', 'h', long)), 'old'],
  ['answer: base, of a record that is in conflict', conflict('b', 'a', 'c'),
    update('a', 'x'), 'back', true],
  ['answer: an older one is no older one', dirty('c', 'b', {past: ['a']}),
    update('a', 'x', ['x']), 'conflict', true],
];

for (const [name, row, told, verdict, isCurrent] of cases) {
  test(`rules: ${name}: ${verdict}`, () => {
    assert.equal(judge(row, told, isCurrent), verdict);
  });
}

test('rules: what is taken is clean, and knows its past', () => {
  assert.deepEqual(applied(key, dirty('b', 'a'), update('c', 'b', ['b', 'a'])),
      clean('c', ['b', 'a']));
  assert.deepEqual(applied(key, undefined, update('c', 'b')),
      clean('c', ['b']));
  assert.equal(applied(key, clean('a'), update(null, 'a')), null);
});

test('rules: what is not changed stays the same object', () => {
  const row = dirty('b', 'a');
  assert.equal(applied(key, row, update('a', 'x')), row);
  assert.equal(edited(key, row, data('b'), 'b'), row);
});

test('rules: a conflict keeps base, ours and theirs', () => {
  assert.deepEqual(applied(key, dirty('b', 'a'), update('c', 'a', ['a'])),
      conflict('b', 'a', 'c', ['a']));
  assert.deepEqual(applied(key, dirty('b', 'a'), update(null, 'a')),
      conflict('b', 'a', null, ['a']));
});

test('rules: theirs without data is to be fetched', () => {
  const told = {id: '1', rev: 'c', prev: 'a'};
  const row = rejected(dirty('b', 'a', {sent: ['b']}),
      {rev: 'b', prev: 'a'}, told);
  assert.equal(row.state, 'conflict');
  assert.equal(row.theirs.data, undefined);
  assert.deepEqual(applied(key, row, update('c', 'a'), true).theirs.data,
      data('c'));
});

test('rules: an edit is dirty, its reversal is not', () => {
  const row = edited(key, clean('a'), data('b'), 'b');
  assert.deepEqual(row, dirty('b', 'a'));
  assert.deepEqual(edited(key, row, data('a'), 'a'), clean('a'));
  assert.deepEqual(edited(key, row, data('c'), 'c').baseData, data('a'));
});

test('rules: a reversal after a push waits for what became of it', () => {
  const row = edited(key, sending(dirty('b', 'a')), data('a'), 'a');
  assert.equal(row.state, 'dirty');
  assert.deepEqual(accepted(sending(row), updateOf(row)),
      clean('a', ['b', 'a'], 2));
});

test('rules: a record that never left is forgotten when it is deleted', () => {
  const row = edited(key, undefined, data('a'), 'a');
  assert.deepEqual(row, {...dirty('a', null), baseData: null});
  assert.equal(edited(key, row, null, null), null);
  assert.equal(edited(key, sending(row), null, null).state, 'dirty');
  assert.equal(edited(key, undefined, null, null), null);
});

test('rules: a push says what it is based on', () => {
  assert.deepEqual(updateOf(dirty('b', 'a')),
      {id: '1', rev: 'b', prev: 'a', generation: 1, data: data('b')});
  assert.deepEqual(updateOf(dirty(null, 'a')),
      {id: '1', rev: null, prev: 'a', generation: 1});
  assert.equal(updateOf(dirty('b', null)).prev, null);
});

test('rules: a push tells of those whose fate is not known', () => {
  const row = dirty('d', 'a', {sent: ['c', 'b'], generation: 4});
  assert.deepEqual(updateOf(row), {id: '1', rev: 'd', prev: 'a',
    generation: 7, past: ['c', 'b', 'a'], data: data('d')});
  assert.deepEqual(updateOf(sending(row)), updateOf(row));
  const gone = dirty(null, null, {sent: ['b']});
  assert.deepEqual(updateOf(gone),
      {id: '1', rev: null, prev: null, generation: 2, past: ['b']});
});

test('rules: what was taken is the new base, also of a later edit', () => {
  const sent = sending(dirty('b', 'a'));
  assert.deepEqual(accepted(sent, updateOf(sent)), clean('b', ['a'], 1));
  const later = edited(key, sent, data('c'), 'c');
  assert.deepEqual(accepted(later, updateOf(sent)),
      dirty('c', 'b', {past: ['a'], generation: 1}));
  const gone = sending(dirty(null, 'a'));
  assert.equal(accepted(gone, updateOf(gone)), null);
});

test('rules: an answer to what is settled already changes nothing', () => {
  const row = dirty('c', 'b');
  assert.equal(accepted(row, {rev: 'b'}), row);
  assert.equal(accepted(undefined, {rev: 'b'}), null);
});

test('rules: a lost push that was taken is not a conflict', () => {
  const row = edited(key, sending(dirty('b', 'a')), data('c'), 'c');
  const again = sending(row);
  assert.deepEqual(rejected(again, updateOf(again), update('b', 'a', ['a'])),
      dirty('c', 'b', {past: ['a']}));
});

test('rules: nothing at the server is a conflict with a deletion', () => {
  const row = rejected(sending(dirty('b', 'a')), {rev: 'b', prev: 'a'});
  assert.equal(row.state, 'conflict');
  assert.equal(row.theirs.rev, null);
});

test('rules: a server that refuses what it has is not asked for ever', () => {
  const row = sending(dirty('b', 'a'));
  assert.equal(rejected(row, updateOf(row), update('a', 'x')).state,
      'conflict');
});

test('rules: a refusal waits for another edit, or for a decision', () => {
  const sent = sending(dirty('b', 'a'));
  const row = refused(sent, updateOf(sent), {code: 'invalid', text: 'no'});
  assert.equal(row.state, 'refused');
  assert.deepEqual(row.refusal, {code: 'invalid', text: 'no'});
  assert.deepEqual(edited(key, row, data('c'), 'c'), dirty('c', 'a'));
  assert.deepEqual(resolved(row, data('b'), 'b'), dirty('b', 'a'));
  assert.deepEqual(resolved(row, data('a'), 'a'), clean('a'));
  const later = edited(key, sent, data('c'), 'c');
  assert.equal(refused(later, updateOf(sent), {}).state, 'dirty');
});

test('rules: what was decided is made from theirs', () => {
  const row = conflict('b', 'a', 'c', ['a']);
  assert.deepEqual(resolved(row, row.data, 'b'),
      dirty('b', 'c', {past: ['a']}));
  assert.deepEqual(resolved(row, data('c'), 'c'), clean('c', ['a']));
  assert.deepEqual(resolved(row, data('d'), 'd'),
      dirty('d', 'c', {past: ['a']}));
  assert.deepEqual(resolved(row, null, null),
      dirty(null, 'c', {past: ['a']}));
  assert.equal(resolved(conflict('b', 'a', null), null, null), null);
});

test('rules: an edit of a record in conflict leaves the conflict', () => {
  assert.deepEqual(edited(key, conflict('b', 'a', 'c'), data('d'), 'd'),
      conflict('d', 'a', 'c'));
});

test('rules: told no more, and dropped by the server', () => {
  assert.equal(untold(clean('a'), false), null);
  assert.equal(untold(dirty('b', 'a'), false).state, 'conflict');
  const own = dirty('b', null);
  assert.equal(untold(own, false), own);
});

test('rules: told no more, and lost by the server: it gets it back', () => {
  assert.deepEqual(untold(clean('a'), true), dirty('a', null));
  assert.deepEqual(untold(dirty('b', 'a'), true), dirty('b', null));
  assert.equal(untold(dirty(null, 'a'), true), null);
});

test('rules: told in an older revision after a loss: it gets the later', () => {
  assert.deepEqual(regained(key, clean('b', ['a']), update('a', null), 1),
      {...dirty('b', 'a'), round: 1});
  assert.deepEqual(regained(key, dirty('c', 'b', {past: ['a']}),
      update('a', null), 1), {...dirty('c', 'a'), round: 1});
  assert.deepEqual(regained(key, clean('b'), update('c', 'b'), 1),
      {...clean('c', ['b']), round: 1});
});

test('rules: told after a loss, made without what was lost: a conflict', () => {
  const row = regained(key, clean('b'), update('x', 'y'), 1);
  assert.equal(row.state, 'conflict');
  assert.deepEqual([row.data, row.theirs.data, row.baseData],
      [data('b'), data('x'), undefined]);
});

test('rules: generations are counted where they are known', () => {
  const row = applied(key, undefined, of(7, update('a', 'x', ['x'])));
  assert.equal(row.generation, 7);
  const sent = sending(edited(key, row, data('b'), 'b'));
  assert.equal(accepted(sent, updateOf(sent)).generation, 8);
  const first = sending(edited(key, undefined, data('b'), 'b'));
  assert.equal(accepted(first, updateOf(first)).generation, 1);
});
