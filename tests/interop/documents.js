// node documents.js SEED COUNT: random JSON documents, one a line, written in
// ways that a peer might: any order, white space, escapes, numbers.
'use strict';

// Numbers that can be had again from the same seed (mulberry32).
let state = Number(process.argv[2]) >>> 0;
const count = Number(process.argv[3]);

function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = state;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

const below = (bound) => Math.floor(random() * bound);
const pick = (list) => list[below(list.length)];

// First and last characters of the ranges that are written as escapes, and
// their neighbours.
const edges = [
  0x00, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1f, 0x20, 0x22, 0x2f, 0x5c,
  0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xac, 0xad, 0xae, 0x5ff, 0x600, 0x604, 0x605,
  0x70e, 0x70f, 0x710, 0x7ff, 0x800, 0x17b3, 0x17b4, 0x17b5, 0x17b6, 0x200b,
  0x200c, 0x200f, 0x2010, 0x2027, 0x2028, 0x202f, 0x2030, 0x205f, 0x2060,
  0x206f, 0x2070, 0xd7ff, 0xe000, 0xfefe, 0xfeff, 0xff00, 0xffef, 0xfff0,
  0xfffd, 0xffff, 0x10000, 0x1f600, 0x2f800, 0x10ffff,
];

function character() {
  const kind = random();
  if (kind < 0.7) return 0x20 + below(0x5f);
  if (kind < 0.85) return pick(edges);
  if (kind < 0.9) return below(0x20);
  const any = kind < 0.97 ? below(0x10000) : 0x10000 + below(0x100000);
  return any >= 0xd800 && any <= 0xdfff ? 0xe9 : any;
}

function text() {
  const length = pick([0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 40]);
  let made = '';
  for (let i = 0; i < length; i++) made += String.fromCodePoint(character());
  return made;
}

function name() {
  const kind = random();
  if (kind < 0.1) return '';
  if (kind < 0.3) return String(below(300));
  if (kind < 0.5) return pick(['id', 'name', 'a', 'b', 'ab', 'aB', 'created',
    'createdAt', 'createdBy', 'abcdefgh', 'abcdefghi', 'hasOwnProperty',
    'constructor', 'length', 'toString']);
  return text();
}

const shorts = {8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r', 34: '"', 47: '/',
  92: '\\'};

function writeUnit(unit) {
  const hex = unit.toString(16).padStart(4, '0');
  return '\\u' + (random() < 0.5 ? hex : hex.toUpperCase());
}

function writeString(string) {
  let out = '"';
  for (const character of string) {
    const code = character.codePointAt(0);
    const must = code < 0x20 || code === 0x22 || code === 0x5c;
    if (!must && random() < 0.95) {
      out += character;
    } else if (shorts[code] && random() < 0.5) {
      out += '\\' + shorts[code];
    } else {
      for (let i = 0; i < character.length; i++)
        out += writeUnit(character.charCodeAt(i));
    }
  }
  return out + '"';
}

const bits = new DataView(new ArrayBuffer(8));

function anyDouble() {
  bits.setUint32(0, below(4294967296));
  bits.setUint32(4, below(4294967296));
  const double = bits.getFloat64(0);
  return Number.isFinite(double) ? double : 0;
}

// A power of two or one of its two neighbours.
function nearPowerOfTwo() {
  bits.setFloat64(0, 2 ** (below(2098) - 1074));
  const integer = bits.getBigInt64(0) + BigInt(below(3) - 1);
  bits.setBigInt64(0, integer);
  const double = bits.getFloat64(0);
  return Number.isFinite(double) && double >= 0 ? double : 1;
}

// Of the size of measurements; some with 17 digits exactly.
function ordinaryDouble() {
  const scale = 10 ** (below(21) - 5);
  if (random() < 0.3) return below(2 ** 32) / 2 ** below(33);
  return (below(2 ** 26) * 2 ** 27 + below(2 ** 27)) / 2 ** 53 * scale;
}

function digits(length) {
  let out = String(1 + below(9));
  while (out.length < length) out += below(10);
  return out;
}

function writeNumber() {
  const sign = pick(['', '', '-']);
  switch (below(12)) {
    case 0: return sign + below(1000);
    case 1: return sign + digits(1 + below(15));
    case 2: return sign + below(2 ** 32) * 2 ** below(22);
    case 3: return sign + below(1000) + '.' + digits(1 + below(4));
    case 4: return sign + '0.' + '0'.repeat(below(9)) + digits(1 + below(20));
    case 5: return sign + digits(1 + below(20)) + '.' + digits(1 + below(20));
    case 6: return sign + digits(1) + '.' + digits(1 + below(18)) +
      pick(['e', 'E']) + pick(['', '+', '-']) + below(300);
    case 7: return sign + String(nearPowerOfTwo());
    case 8: return pick(['0', '-0', '0.0', '-0e7', '1e21', '1e20', '1e-6',
      '1e-7', '1.50', '100e-2', '5e-324', '1e-400', '9007199254740992',
      '1.7976931348623157e308', '123456789012345680000']);
    case 9: return sign + String(ordinaryDouble());
    case 10: return sign + ordinaryDouble().toPrecision(16 + below(6));
    default: return String(anyDouble());
  }
}

const space = () => random() < 0.9 ? '' : pick([' ', '\t', '  ', ' \r ']);

function writeArray(depth) {
  const parts = [];
  for (let length = below(5); length > 0; length--)
    parts.push(space() + writeValue(depth + 1) + space());
  return '[' + parts.join(',') + ']';
}

function writeObject(depth) {
  const names = new Set();
  for (let length = below(depth ? 5 : 12); length > 0; length--)
    names.add(name());
  const list = [...names];
  if (random() < 0.4) list.sort();
  return '{' + list.map((each) => space() + writeString(each) + space() + ':' +
    space() + writeValue(depth + 1) + space()).join(',') + '}';
}

function writeValue(depth) {
  const kind = random();
  if (kind < 0.2 && depth < 6) return writeObject(depth);
  if (kind < 0.3 && depth < 6) return writeArray(depth);
  if (kind < 0.6) return writeString(text());
  if (kind < 0.9) return writeNumber();
  return pick(['null', 'true', 'false']);
}

for (let i = 0; i < count; i++) {
  const document = random() < 0.9 ? writeObject(0) : writeValue(0);
  process.stdout.write(space() + document + space() + '\n');
}
