// How things stand, in words: the line in the page's head, and what opens below
// it.

const element = id => document.querySelector(`#${id}`);

const few = (count, one, many) => `${count} ${count === 1 ? one : many}`;

// One line for people.
function sentence({state, pendingUp, undecided}) {
  const waiting = pendingUp + undecided
      ? `, ${few(pendingUp + undecided, 'change', 'changes')} not sent` : '';
  switch (state) {
    case 'live': return `In step${waiting}`;
    case 'syncing': return `Synchronising${waiting}`;
    case 'connecting': return `Connecting${waiting}`;
    case 'offline': return `Offline${waiting}`;
    case 'signedOut': return `Signed out${waiting}`;
    default: return `Stopped${waiting}`;
  }
}

/** Shows a status of weft-client.js. */
export function showState(status) {
  const {state, error, lastSync, isPersistent} = status;
  element('sync').dataset.state = state;
  element('sync-text').textContent = sentence(status);
  element('pending-up').textContent = status.pendingUp;
  element('pending-down').textContent = status.pendingDown;
  element('undecided').textContent = status.undecided;
  element('last-sync').textContent = lastSync === null ? 'not yet'
      : new Date(lastSync).toLocaleTimeString();
  element('tab-role').textContent =
      status.isLeader ? 'of this tab' : 'of another tab';
  element('persistence').textContent = isPersistent === null ? 'not known'
      : isPersistent ? 'yes' : 'unless it runs out of room';
  element('sync-error').hidden = !error;
  element('sync-error').textContent = error ? error.text : '';
}

const notices = new Map();

/**
 * Shows a notice above the list, with a button if 'label' is there; another
 * one of this name is replaced, and without 'text' it goes.
 */
export function notice(name, text, label, act) {
  notices.get(name)?.remove();
  notices.delete(name);
  if (!text) return;
  const line = document.createElement('p');
  line.dataset.notice = name;
  line.append(text);
  if (label) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', act);
    line.append(button);
  }
  notices.set(name, line);
  element('notices').append(line);
}
