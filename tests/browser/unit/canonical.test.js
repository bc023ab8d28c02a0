// The same vectors as the C tests.
import {readFileSync} from 'node:fs';
import test from 'node:test';
import assert from 'node:assert/strict';
import {canonical, revision} from
  '../../../examples/browser/public/weft/canonical.js';

const table = new URL('../../data/canonical-json.tsv', import.meta.url);
const vectors = readFileSync(table, 'utf8').trimEnd().split('\n')
    .map(line => line.split('\t'));

test('canonical: text and revision of all vectors are those of LoopBack',
    async () => {
      assert.ok(vectors.length > 150);
      for (const [document, text, rev] of vectors) {
        const ours = canonical(JSON.parse(document));
        assert.equal(ours, text, document);
        assert.equal(await revision(ours), rev, document);
      }
    });

test('canonical: what JSON does not have is left out, or null in lists', () => {
  assert.equal(canonical({b: undefined, a: [undefined, () => 1, NaN, -0],
    c: new Date(0), d: Symbol('x')}),
  '{"a":[null,null,null,0],"c":"1970-01-01T00:00:00.000Z"}');
});

test('canonical: half a surrogate pair is refused, a whole one is not', () => {
  assert.throws(() => canonical({a: 'x\ud800'}), TypeError);
  assert.throws(() => canonical({'\udc00': 1}), TypeError);
  assert.equal(canonical('\ud83d\ude00'), '"\ud83d\ude00"');
  assert.throws(() => canonical(undefined), TypeError);
});

test('canonical: a name like __proto__ is a name', () => {
  assert.equal(canonical(JSON.parse('{"__proto__":{"a":1},"a":2}')),
      '{"__proto__":{"a":1},"a":2}');
});

test('canonical: what no server takes is refused', () => {
  const nested = levels => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  assert.equal(canonical(nested(64)).length, 128);
  assert.throws(() => canonical(nested(65)), RangeError);
  const wide = count => Object.fromEntries(
      Array.from({length: count}, (_, i) => [`n${i}`, i]));
  assert.ok(canonical(wide(4096)));
  assert.throws(() => canonical(wide(4097)), RangeError);
});
