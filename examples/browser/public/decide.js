// The dialog in which a conflict is decided, or what is to become of an edit
// that the server has refused.

const dialog = document.querySelector('#conflict');
const element = id => document.querySelector(`#${id}`);

const rows = [
  ['Text', data => data.title ?? ''],
  ['Done', data => data.done ? 'yes' : 'no'],
];

function sideText(data, write) {
  if (data === undefined) return 'not known';
  return data === null ? '\u2013' : write(data);
}

// A table of base, mine and theirs; what differs from base is marked.
function showSides({base, mine, theirs}) {
  const lines = rows.map(([name, write]) => {
    const line = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    line.append(head);
    const before = sideText(base, write);
    for (const side of [base, mine, theirs]) {
      const cell = document.createElement('td');
      cell.textContent = sideText(side, write);
      cell.classList.toggle('differs', cell.textContent !== before);
      line.append(cell);
    }
    return line;
  });
  element('conflict-sides').replaceChildren(...lines);
}

function explain({kind, mine, theirs, refusal}) {
  if (kind === 'refused') {
    return `The server does not take it: ${refusal.text}`;
  }
  if (mine === null) return 'You have deleted it; elsewhere it was changed.';
  if (theirs === null) return 'You have changed it; elsewhere it was deleted.';
  return 'It was changed here and elsewhere, neither knowing of the other.';
}

function show(conflict) {
  const {kind, base, mine, theirs} = conflict;
  const known = mine ?? theirs ?? base ?? {};
  element('conflict-title').textContent = known.title ?? '';
  element('conflict-text').textContent = explain(conflict);
  element('conflict-error').textContent = '';
  element('merged').value = known.title ?? '';
  element('merged-done').checked = Boolean(known.done);
  element('keep-mine').textContent =
      kind === 'refused' ? 'Send it again' : 'Keep mine';
  element('take-theirs').textContent =
      kind === 'refused' ? 'Undo my change' : 'Take theirs';
  element('take-theirs').disabled = theirs === undefined;
  showSides(conflict);
}

// The record that the user has written instead of both.
function merged({base, mine, theirs}) {
  return {...base, ...theirs, ...mine, title: element('merged').value.trim(),
    done: element('merged-done').checked};
}

// Enter in the text means that text, not the first button.
element('merged').addEventListener('keydown', event => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  element('use-merged').click();
});

/**
 * Asks the user about a conflict of weft-client.js; fulfilled when it is
 * decided or left for later, with true if it must be asked anew: the record
 * has changed meanwhile, which 'isAgain' then tells the user.
 */
export async function decide(conflict, isAgain) {
  show(conflict);
  if (isAgain) {
    element('conflict-error').textContent =
        'It was changed once more; please look again.';
  }
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise(resolve =>
    dialog.addEventListener('close', resolve, {once: true}));
  const choice = dialog.returnValue;
  if (!choice || choice === 'later') return false;
  try {
    await conflict.resolve(choice === 'merged' ? merged(conflict) : choice);
    return false;
  } catch (error) {
    if (error.code === 'changed') return true;
    throw error;
  }
}
