// The one way to write a record, and the revision that follows from it.
//
// The same text is made by the server and by LoopBack; the vectors of
// tests/data/canonical-json.tsv hold for all of them.

const escaped = new RegExp('["\\\\\\u0000-\\u001f\\u007f-\\u009f\\u00ad' +
    '\\u0600-\\u0604\\u070f\\u17b4\\u17b5\\u200c-\\u200f\\u2028-\\u202f' +
    '\\u2060-\\u206f\\ufeff\\ufff0-\\uffff]', 'g');
const short = {'\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f',
  '\r': '\\r', '"': '\\"', '\\': '\\\\'};
const loneSurrogate =
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

// What servers take of a record; more would end the connection.
const MOST_LEVELS = 64;
const MOST_NAMES = 4096;

function quote(text) {
  if (loneSurrogate.test(text)) {
    throw new TypeError('a text has half a surrogate pair');
  }
  return '"' + text.replace(escaped, c => short[c] ||
      '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')) + '"';
}

// The text of a value; undefined for what JSON does not have.
function write(value, level) {
  if (value !== null && typeof value === 'object' &&
      typeof value.toJSON === 'function') {
    value = value.toJSON();
  }
  switch (typeof value) {
    case 'string': return quote(value);
    case 'number': return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean': return String(value);
    case 'object': break;
    default: return undefined;
  }
  if (value === null) return 'null';
  if (level > MOST_LEVELS) {
    throw new RangeError(`nested deeper than ${MOST_LEVELS}`);
  }
  if (Array.isArray(value)) {
    return '[' + Array.from(value, item => write(item, level + 1) ?? 'null')
        .join(',') + ']';
  }
  const members = [];
  for (const name of Object.keys(value).sort()) {
    const text = write(value[name], level + 1);
    if (text !== undefined) members.push(quote(name) + ':' + text);
  }
  if (members.length > MOST_NAMES) {
    throw new RangeError(`more names in an object than ${MOST_NAMES}`);
  }
  return '{' + members.join(',') + '}';
}

/**
 * The canonical JSON of a value, as JSON.stringify() takes it: members that
 * are undefined are left out, a Date is its ISO text.
 * Throws TypeError: nothing that JSON has, or a text that is not Unicode;
 * RangeError: nested deeper than 64 levels, or in itself; an object with more
 * than 4,096 names.
 */
export function canonical(value) {
  const text = write(value, 1);
  if (text === undefined) throw new TypeError('not a value of JSON');
  return text;
}

/** The revision of a record whose canonical JSON is 'text': its SHA-1, hex. */
export async function revision(text) {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes));
  return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
}
