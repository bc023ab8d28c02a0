// What becomes of a row when its record is edited, pushed, or told by the
// server.  Pure functions: no clock, no database, no network.
//
// A row is what is kept of one record:
//   model, id  its key
//   data       the record as it is here; null: it is deleted here
//   rev        its revision; null: deleted
//   base       the revision that the server had when it last told of the
//              record or took a push; null: it has none
//   baseData   the record in that revision; only while 'state' is there
//   generation how many revisions led to base, at least
//   past       revisions that the server had before base, newest first
//   sent       revisions that were pushed since base without an answer,
//              newest first; each may be the server's by now
//   state      'dirty': to be pushed; 'conflict', 'refused': waits for a
//              decision; absent: the record is as the server has it
//   theirs     of a conflict: {rev, generation, data, past} at the server; data
//              absent: it has to be fetched
//   refusal    of a refused push: {code, text}
//   round      the last time that all records were told, in which this one was
//
// A record of which nothing needs to be known has no row: functions that return
// a row return null for that.  An update is one of docs/protocols/
// weft-repl-v1.md.  Rows and updates are never changed, only made anew.

// As many revisions as a batch has of a record's past.
const PAST_LENGTH = 8;

/** What the server had before 'update', newest first; null is a deletion. */
export function lineage(update) {
  const past = update.past || [];
  const {prev} = update;
  return prev && !past.includes(prev) ? [prev, ...past] : past;
}

// Whether the server came to 'update' from a revision, before it had 'base'.
function leadsFrom(update, rev, base) {
  for (const before of lineage(update)) {
    if (before === rev) return true;
    if (before === base) return false;
  }
  return false;
}

// Whether an update was made from the record as it is here.  One that was set
// back to base after a push whose fate is not known is not in what follows that
// push.
function isMadeFrom(update, row) {
  if (row.rev === row.base) {
    const before = lineage(update);
    return before.includes(row.base) &&
        !row.sent.some(rev => before.includes(rev));
  }
  return leadsFrom(update, row.rev, row.base);
}

// Whether an update is older than what is known of the server: than revision
// 'rev' of that generation, before which it had 'past'.  Batches may have been
// read before a push that was answered meanwhile.  Without generations, a past
// that is not whole proves nothing.
function isOlder(update, {rev, generation, past}) {
  if (!past.includes(update.rev)) return false;
  if (generation && update.generation) return update.generation < generation;
  const before = lineage(update);
  return !before.includes(rev) && before.length < PAST_LENGTH;
}

// What is known of the server, without regard to a conflict.
const baseOf = ({base, generation, past}) => ({rev: base, generation, past});

// Whether it is one of our own pushes, whose answer was lost: one of those that
// were sent, and made from base by nobody else's write in between.
function isOurs(row, update) {
  const {rev, prev, generation} = update;
  const place = row.sent.indexOf(rev);
  if (place < 0) return false;
  const steps = (generation || 0) - row.generation;
  if (steps > 0 && steps <= row.sent.length - place) return true;
  return prev !== undefined && (prev === row.base || row.sent.includes(prev));
}

/** Whether the record is not as the server has it, as far as is known. */
export function isChanged(row) {
  return row.state !== undefined;
}

/**
 * How an update relates to the record here:
 *   'take'      it replaces what is here
 *   'same'      both have come to the same
 *   'old'       the server has gone on since, or it is what is known already
 *   'ours'      we have pushed it ourselves, and gone on since
 *   'conflict'  neither is made from the other
 *   'back'      there was a conflict, and the server is back at base
 * 'isCurrent': it is an answer to our own question, so that it cannot be old.
 */
export function judge(row, update, isCurrent) {
  if (!row) return 'take';
  if (!isChanged(row)) {
    if (update.rev === row.rev) return 'same';
    return !isCurrent && isOlder(update, baseOf(row)) ? 'old' : 'take';
  }
  if (update.rev === row.rev) return 'same';
  if (isOurs(row, update)) return 'ours';
  if (row.state === 'conflict') return judgeMore(row, update, isCurrent);
  if (update.rev === row.base ||
      (!isCurrent && isOlder(update, baseOf(row)))) return 'old';
  return isMadeFrom(update, row) ? 'take' : 'conflict';
}

// The same of a record that is in conflict already: the update may be the
// other side once more, or older, or follow it.  One that sets the server back
// to base ends the conflict.
function judgeMore(row, update, isCurrent) {
  const {theirs} = row;
  const follows = isCurrent || lineage(update).includes(theirs.rev);
  if (update.rev === row.base) return follows ? 'back' : 'old';
  if (!follows && (row.past.includes(update.rev) ||
      isOlder(update, theirs))) return 'old';
  return isMadeFrom(update, row) ? 'take' : 'conflict';
}

// A row without what is only there for a while.
function plain({model, id, data, rev, base, generation, past, sent, round}) {
  const row = {model, id, data, rev, base, generation, past, sent};
  return round === undefined ? row : {...row, round};
}

function shorten(list) {
  return list.slice(0, PAST_LENGTH);
}

// The row as the server has the record.
function taken(row, update) {
  const data = update.data ?? null;
  return rebased({...row, data, rev: update.rev}, sideOf(update), []);
}

// The row after the server was found to have 'theirs'; the record here stays.
function rebased(row, {rev, generation, data, past}, sent) {
  const next = {...plain(row), base: rev, generation, past: shorten(past),
    sent};
  if (next.rev === rev && !sent.length) return next;
  return {...next, baseData: data, state: 'dirty'};
}

// What an update tells of the server.
function sideOf(update) {
  const {rev, generation = 0, data} = update;
  return {rev, generation, data: rev === null ? null : data,
    past: shorten(lineage(update))};
}

// What was known of it before.
function knownSide({base, generation, baseData, past}) {
  return {rev: base, generation, data: baseData, past};
}

function inConflict(row, update) {
  return {...plain(row), baseData: row.baseData, state: 'conflict',
    theirs: sideOf(update)};
}

// What 'judge' has said, done.
const actions = {
  take: taken,
  same: (row, update) => update.rev === row.base ?
    rebased(row, {...knownSide(row), generation: update.generation ?? 0},
        row.sent) :
    rebased(row, sideOf(update), []),
  old: row => row,
  ours: (row, update) => rebased(row, sideOf(update),
      row.sent.slice(0, row.sent.indexOf(update.rev))),
  conflict: inConflict,
  back: (row, update) =>
    rebased(row, {...sideOf(update), data: row.baseData}, row.sent),
};

// An update that was told without its data cannot be taken before that is
// there: a record that was changed here waits for it as for a decision, another
// one for the stream.
function judgeWhole(row, update, isCurrent) {
  const verdict = judge(row, update, isCurrent);
  if (verdict !== 'take' || update.rev === null || update.data !== undefined) {
    return verdict;
  }
  return row && isChanged(row) ? 'conflict' : 'old';
}

/**
 * The row after an update; 'isCurrent' as above, 'round' is remembered.
 */
export function applied(key, row, update, isCurrent, round) {
  const verdict = judgeWhole(row, update, isCurrent);
  let next = actions[verdict](row || {...key}, update);
  if (round !== undefined && next.round !== round) next = {...next, round};
  return settled(next);
}

// A record that is nowhere needs no row.
function settled(row) {
  return row.rev === null && !isChanged(row) ? null : row;
}

/** The row after an edit: the record is now 'data' (null: deleted). */
export function edited(key, row, data, rev) {
  row = row || {...key, data: null, rev: null, base: null, generation: 0,
    past: [], sent: []};
  if (row.rev === rev && row.state !== 'refused') return settled(row);
  const baseData = isChanged(row) ? row.baseData : row.data;
  const next = {...plain(row), data, rev};
  if (row.state === 'conflict') {
    return {...next, baseData, state: 'conflict', theirs: row.theirs};
  }
  return settled(rebased(next, {...knownSide(row), data: baseData}, row.sent));
}

/** The row when it is about to be pushed. */
export function sending(row) {
  return row.sent[0] === row.rev ? row :
    {...row, sent: shorten([row.rev, ...row.sent])};
}

// Pushes whose fate is not known that a later one, of 'rev', follows.
function pushedBefore({sent}, rev) {
  return sent.slice(sent.indexOf(rev) + 1);
}

// A base of null tells nothing of what there was.
const named = base => base === null ? [] : [base];

/**
 * The update that pushes a row.  It tells of those before, so that one that was
 * given up on and still arrives does not bring back what is past.
 */
export function updateOf(row) {
  const {id, rev, base, data} = row;
  const pushed = pushedBefore(row, rev);
  const update = {id, rev, prev: base,
    generation: row.generation + pushed.length + 1};
  if (pushed.length) update.past = [...pushed, ...named(base)];
  return rev === null ? update : {...update, data};
}

/** The row after the server has taken the update that was pushed. */
export function accepted(row, update) {
  if (!row || !row.sent.includes(update.rev)) return row || null;
  const {rev, data = null, generation} = update;
  const past = [...pushedBefore(row, rev), ...named(row.base), ...row.past];
  return settled(rebased(row, {rev, data, generation, past}, []));
}

/**
 * The row after the server has found a push in conflict with what it has;
 * without 'theirs' it has nothing, or nothing that we may see.
 */
export function rejected(row, update, theirs) {
  if (!row) return null;
  const next = {...row, sent: row.sent.filter(rev => rev !== update.rev)};
  const other = theirs || {id: row.id, rev: null, prev: null};
  return isChanged(row) && update.rev === row.rev && other.rev === update.prev
      ? inConflict(next, other) : applied(next, next, other, true);
}

/** The row after the server has refused a push, for good. */
export function refused(row, update, refusal) {
  if (!row || row.state !== 'dirty') return row || null;
  const sent = row.sent.filter(rev => rev !== update.rev);
  if (row.rev !== update.rev) return {...row, sent};
  return {...plain({...row, sent}), baseData: row.baseData, state: 'refused',
    refusal};
}

/**
 * The row after a decision: the record is to be 'data' in revision 'rev'.
 * Of a conflict that was made knowing of theirs; of a refusal, again from base.
 */
export function resolved(row, data, rev) {
  const {theirs} = row;
  const next = {...plain(row), data, rev};
  return settled(theirs ? rebased(next, theirs, [])
      : rebased(next, knownSide(row), row.sent));
}

/**
 * The row of a record that the server did not tell when it told all it has.
 * 'isLost': the server has lost records (an older backup was restored), and
 * gets them back; else it has dropped it, as a deletion that it forgot.
 */
export function untold(row, isLost) {
  if (row.base === null || (isLost && row.state === 'conflict')) return row;
  if (!isLost) {
    return applied(row, row, {id: row.id, rev: null, prev: row.base}, true);
  }
  return settled(rebased(row,
      {rev: null, generation: 0, data: null, past: []}, []));
}

/**
 * The row of a record that the server told after it has lost records.  One of
 * an older revision gets what is here; one that was not made from what the
 * server had is in conflict with that.
 */
export function regained(key, row, update, round) {
  const next = row && row.rev !== update.rev && update.rev !== row.base &&
      !lineage(update).includes(row.base) ? regain(row, update)
      : applied(key, row, update, true);
  return next && {...next, round};
}

function regain(row, update) {
  if (row.past.includes(update.rev)) {
    return settled(rebased(row, sideOf(update), []));
  }
  return isChanged(row) ? applied(row, row, update, true)
      : inConflict(row, update);
}
