// A to-do list that is there without a connection, and the same on all devices
// of its user: what weft-client.js is for.

import {open} from './weft-client.js';
import * as account from './account.js';
import {decide} from './decide.js';
import {showList} from './list.js';
import {notice, showState} from './state.js';

const element = id => document.querySelector(`#${id}`);
let client = null;

function failed(error) {
  notice('failure', error.message, 'Close', () => notice('failure'));
}

// Signing in

function askForAccount() {
  const form = element('account');
  form.hidden = false;
  element('list').hidden = client === null;
  return new Promise(resolve => {
    form.onsubmit = async event => {
      event.preventDefault();
      const isNew = event.submitter?.value === 'create';
      element('account-error').textContent = '';
      try {
        const signedIn = await account.signIn(element('email').value,
            element('password').value, isNew);
        form.hidden = true;
        form.reset();
        resolve(signedIn);
      } catch (error) {
        element('account-error').textContent = error.message;
      }
    };
  });
}

// The token is over, or was taken back: what is here stays, and waits.
async function signInAgain(userId) {
  const now = await askForAccount();
  if (now.userId !== userId) {
    location.reload(); // another user: another list
    return;
  }
  client.retry();
}

async function signOut() {
  const {pendingUp, undecided} = client.status;
  const count = pendingUp + undecided;
  if (count && !confirm(`Changes that were not sent: ${count}. ` +
      'They will be lost. Sign out?')) {
    return;
  }
  await client.signOut({discard: count > 0});
  account.forget();
  location.reload();
}

// The list

async function addTodo(todos, userId) {
  const title = element('title').value.trim();
  if (!title) return;
  element('title').value = '';
  await todos.put({ownerId: userId, title, done: false,
    created: new Date().toISOString()});
  await client.persist();
}

// Asks again if the record changes while the user thinks.
async function decideOf(id) {
  let isAgain = false;
  for (;;) {
    const conflicts = await client.conflicts();
    const conflict = conflicts.find(one => one.id === id);
    if (!conflict || !await decide(conflict, isAgain)) return;
    isAgain = true;
  }
}

function showConflicts(conflicts) {
  if (!conflicts.length) {
    notice('conflicts');
    return;
  }
  const count = conflicts.length;
  notice('conflicts', count === 1 ? 'One change needs your decision.'
      : `${count} changes need your decision.`, 'Decide',
  () => decideOf(conflicts[0].id).catch(failed));
}

function showEviction({evicted}) {
  if (evicted === null) return;
  notice('evicted', evicted ?
    `This browser has deleted the list, and unsent changes: ${evicted}.` :
    'This browser has deleted the list; it comes from the server again.',
  'Close', () => notice('evicted'));
}

function start({userId}) {
  const todos = client.model('Todo');
  let state;
  element('list').hidden = false;
  element('sync').hidden = false;
  showList(todos, id => decideOf(id).catch(failed), failed);
  client.onConflicts(showConflicts);
  client.onStatus(status => {
    showState(status);
    if (status.state === 'signedOut' && state !== 'signedOut') {
      signInAgain(userId);
    }
    if (status.state === 'closed') {
      if (status.error?.code === 'deleted') account.forget();
      location.reload();
    }
    ({state} = status);
  });
  showEviction(client.status);
  element('add').addEventListener('submit', event => {
    event.preventDefault();
    addTodo(todos, userId).catch(failed);
  });
  element('retry').addEventListener('click', () => client.retry());
  element('sign-out').addEventListener('click', () => signOut().catch(failed));
}

// Offline pages: a new version waits until the user wants it.

async function register() {
  if (!navigator.serviceWorker) return;
  const isFirst = !navigator.serviceWorker.controller;
  const registration = await navigator.serviceWorker.register('sw.js');
  const offer = worker => notice('version', 'There is a new version.',
      'Reload', () => worker.postMessage('activate'));
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker.addEventListener('statechange', () => {
      if (worker.state === 'installed' && !isFirst) offer(worker);
    });
  });
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!isFirst) location.reload();
  });
}

async function main() {
  register().catch(failed);
  const user = account.current() || await askForAccount();
  client = await open({
    models: ['Todo'],
    name: `todo-${user.userId}`,
    getToken: () => account.current()?.token ?? null,
  });
  start(user);
}

main().catch(failed);
