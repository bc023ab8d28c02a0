// The to-do page in headless Chromium against weftd.
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import test, {after, before} from 'node:test';
import {Daemon, Device, launch, readVersion} from './lib.js';

const daemon = new Daemon();
let browser;
let count = 0;

before(async () => {
  await daemon.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await daemon.stop();
});

const device = async email =>
  (await Device.make(browser, daemon, email)).open();

const newEmail = () => `u${++count}@example.com`;

// A new user's device.
async function oneDevice() {
  const email = newEmail();
  await daemon.addUser(email);
  const a = await device(email);
  await a.inStep();
  return [a, email];
}

// Two of one user.
async function twoDevices() {
  const [a, email] = await oneDevice();
  const b = await device(email);
  await b.inStep();
  return [a, b, email];
}

async function done(...devices) {
  for (const one of devices) {
    assert.deepEqual(one.errors, []);
    await one.context.close();
  }
}

// Both have changed the one entry, neither knowing of the other.
async function makeConflict(a, b) {
  await a.add('before');
  await b.has('before');
  await b.inStep();
  await b.offline();
  await b.state('Offline');
  await a.rename('before', 'from a');
  await a.inStep();
  await b.rename('before', 'from b');
  await b.state('Offline, 1 change not sent');
  await b.offline(false);
  await b.openConflict();
  assert.deepEqual(await b.sides('Text'), ['before', 'from b', 'from a']);
}

test('page: a new account, another device, and what each writes', async () => {
  const email = newEmail();
  const a = await (await device()).signIn(email, true);
  const b = await (await device()).signIn(email);
  await a.add('Buy milk');
  await b.has('Buy milk');
  await b.rename('Buy milk', 'Buy oat milk');
  await a.has('Buy oat milk');
  await a.page.getByLabel('Done: Buy oat milk').check();
  await b.page.locator('#todos li.done').waitFor();
  await b.remove('Buy oat milk');
  await a.hasNot('Buy oat milk');
  await a.inStep();
  await b.inStep();
  await done(a, b);
});

test('page: another user sees nothing of it', async () => {
  const [a, b] = await twoDevices();
  const [c, d] = await twoDevices();
  await a.add('mine alone');
  await b.has('mine alone');
  await c.add('something else');
  await d.has('something else');
  assert.equal(await c.line('mine alone').count(), 0);
  assert.equal(await d.line('mine alone').count(), 0);
  await done(a, b, c, d);
});

test('page: two tabs of a device are one, and the next one takes over',
    async () => {
      const [a, other] = await twoDevices();
      const b = await a.tab();
      await b.inStep();
      assert.equal(await a.page.locator('#tab-role').textContent(),
          'of this tab');
      assert.equal(await b.page.locator('#tab-role').textContent(),
          'of another tab');
      await b.add('by the second tab');
      await a.has('by the second tab');
      await other.has('by the second tab');
      await other.add('from elsewhere');
      await b.has('from elsewhere');
      await a.close();
      await b.page.locator('#tab-role', {hasText: 'of this tab'}).waitFor({
        state: 'attached'});
      await b.inStep();
      await b.add('by the one that is left');
      await other.has('by the one that is left');
      await done(b, other);
    });

test('page: edits made offline survive, and are sent', async () => {
  const [a, b] = await twoDevices();
  await a.add('one');
  await b.has('one');
  await a.installed();
  await a.offline();
  await a.page.reload();
  await a.has('one');
  await a.rename('one', 'one, offline');
  await a.add('two, offline');
  await a.state('Offline, 2 changes not sent');
  await a.page.reload();
  await a.has('two, offline');
  await a.state('2 changes not sent');
  await a.offline(false);
  await b.has('one, offline');
  await b.has('two, offline');
  await a.inStep();
  await done(a, b);
});

test('page: a tab that was never open here opens offline', async () => {
  const [a] = await oneDevice();
  await a.add('kept');
  await a.inStep();
  await a.installed();
  await a.offline();
  await a.close();
  const page = await a.context.newPage();
  const again = await new Device(a.context, page, daemon).watch().open();
  await again.has('kept');
  await again.state('Offline');
  await done(again);
});

// All by the same two devices: a page of its own is what costs most.
test('page: a conflict is shown, and decided each way', async () => {
  const [a, b] = await twoDevices();
  const decide = async (title, how) => {
    await makeConflict(a, b);
    await how();
    await b.has(title);
    await b.inStep();
    await a.has(title);
    await a.inStep();
    await a.remove(title);
    await b.hasNot(title);
  };
  await decide('from b', () => b.decide('Keep mine'));
  await decide('from a', () => b.decide('Take theirs'));
  await decide('from both', async () => {
    await b.page.getByLabel('Or write it anew').fill('from both');
    await b.decide('Use the new text');
  });
  await decide('in a word', async () => {
    await b.page.getByLabel('Or write it anew').fill('in a word');
    await b.page.keyboard.press('Enter');
  });
  await done(a, b);
});

test('page: a conflict with a deletion is decided by "Delete it"', async () => {
  const [a, b] = await twoDevices();
  await a.add('before');
  await b.has('before');
  await b.inStep();
  await b.offline();
  await b.state('Offline');
  await a.rename('before', 'from a');
  await a.inStep();
  await b.remove('before');
  await b.state('Offline, 1 change not sent');
  await b.offline(false);
  await b.openConflict();
  assert.deepEqual(await b.sides('Text'), ['before', '\u2013', 'from a']);
  await b.decide('Delete it');
  await a.hasNot('from a');
  await b.inStep();
  await done(a, b);
});

test('page: a conflict waits, also for the next visit', async () => {
  const [a, b] = await twoDevices();
  await makeConflict(a, b);
  await b.page.keyboard.press('Escape');
  await b.line('from b').getByRole('button', {name: 'Decide'}).waitFor();
  await b.page.reload();
  await b.openConflict();
  assert.deepEqual(await b.sides('Text'), ['before', 'from b', 'from a']);
  await b.decide('Later');
  await a.rename('from a', 'from a again');
  await a.inStep();
  await b.page.waitForFunction(async () => {
    const {open} = await import('./weft-client.js');
    const {userId} = JSON.parse(localStorage.getItem('todo:account'));
    const client = await open({models: ['Todo'], name: `todo-${userId}`});
    const [conflict] = await client.conflicts();
    client.close();
    return conflict.theirs.title === 'from a again';
  });
  await b.openConflict();
  await b.decide('Take theirs');
  await b.has('from a again');
  await b.inStep();
  await done(a, b);
});

test('page: goes on when the server was restarted, and when it was killed',
    async () => {
      const [a, b] = await twoDevices();
      await a.add('one');
      await b.has('one');
      for (const signal of ['SIGTERM', 'SIGKILL']) {
        await daemon.stop(signal);
        await a.state('Offline');
        await a.add(`during ${signal}`);
        await a.state('1 change not sent');
        await daemon.start();
        await a.connect();
        await b.connect();
        await b.has(`during ${signal}`);
        await a.inStep();
        await b.inStep();
      }
      await done(a, b);
    });

test('page: an edit after a push whose answer was lost is no conflict',
    async () => {
      for (let title of ['new', 'there before']) { // created, and changed
        const [a, b] = await twoDevices();
        await a.add('there before');
        await b.has('there before');
        const goOn = await a.loseAnswer();
        await a.inStep();
        if (title === 'new') await a.add('new');
        else await a.rename(title, title = 'changed');
        await a.state('Offline, 1 change not sent');
        await b.has(title);
        await a.rename(title, 'changed again');
        goOn();
        await a.connect();
        await b.has('changed again');
        await a.inStep();
        await a.add('and goes on');
        await b.has('and goes on');
        await done(a, b);
      }
    });

test('page: a server that was restored from a backup gets back what it lost',
    async () => {
      const [a, b] = await twoDevices();
      await a.add('kept');
      await b.has('kept');
      await a.inStep();
      await daemon.stop();
      daemon.backup();
      await daemon.start();
      await a.connect();
      await a.inStep();
      await a.rename('kept', 'kept, and changed');
      await a.add('late');
      await a.inStep();
      await daemon.stop();
      daemon.restore();
      await daemon.start();
      await b.connect();
      await a.connect();
      await b.has('late');
      await b.has('kept, and changed');
      await a.inStep();
      await b.inStep();
      assert.match(daemon.log, /epoch/);
      await done(a, b);
    });

test('page: a token that is gone asks to sign in, and loses nothing',
    async () => {
      const [a, b, email] = await twoDevices();
      const token = await a.page.evaluate(() =>
        JSON.parse(localStorage.getItem('todo:account')).token);
      await daemon.api('Users/logout', {method: 'POST', token});
      await a.state('Signed out');
      await a.add('while signed out');
      await a.state('Signed out, 1 change not sent');
      await a.signIn(email);
      await b.has('while signed out');
      await a.inStep();
      await done(a, b);
    });

test('page: what the server refuses waits, and can be undone', async () => {
  const [a] = await oneDevice();
  await a.add('good');
  await a.inStep();
  // A record that the page would not write: it has no title.
  await a.page.evaluate(async () => {
    const {open} = await import('./weft-client.js');
    const {userId, token} = JSON.parse(localStorage.getItem('todo:account'));
    const client = await open({models: ['Todo'], name: `todo-${userId}`,
      token});
    await client.model('Todo').put({id: 'bad', ownerId: userId, done: false,
      created: '2'});
    client.close();
  });
  await a.page.locator('[data-notice=conflicts]').waitFor();
  await a.openConflict();
  await a.decide('Undo my change');
  await a.page.locator('[data-id=bad]').waitFor({state: 'detached'});
  await a.inStep();
  await done(a);
});

test('page: signing out deletes the copy, in all tabs', async () => {
  const [a, email] = await oneDevice();
  const c = await a.tab();
  await a.add('one');
  await c.has('one');
  await a.inStep();
  await a.page.locator('#sync summary').click();
  await a.page.getByRole('button', {name: 'Sign out'}).click();
  await a.page.locator('#account').waitFor();
  await c.page.locator('#account').waitFor();
  assert.deepEqual(await a.page.evaluate(async () =>
    (await indexedDB.databases()).map(({name}) => name)), []);
  await a.signIn(email);
  await a.has('one');
  await done(a);
});

test('page: data that the browser has deleted are told, and come again',
    async () => {
      const [a] = await oneDevice();
      await a.add('one');
      await a.inStep();
      await a.offline();
      await a.add('two');
      await a.state('1 change not sent');
      await a.installed();
      const session = await a.context.newCDPSession(a.page);
      await session.send('Storage.clearDataForOrigin',
          {origin: daemon.url, storageTypes: 'indexeddb'});
      await a.page.locator('[data-notice=evicted]',
          {hasText: 'unsent changes: 1.'}).waitFor();
      await a.offline(false);
      await a.has('one');
      await a.inStep();
      await done(a);
    });

test('page: is used by keyboard, with names for everything', async () => {
  const [a] = await oneDevice();
  await a.page.getByLabel('What is to be done?').focus();
  await a.page.keyboard.type('by key');
  await a.page.keyboard.press('Enter');
  await a.has('by key');
  await a.page.getByLabel('Done: by key').focus();
  await a.page.keyboard.press('Space');
  await a.page.locator('#todos li.done').waitFor();
  await a.page.keyboard.press('Tab');
  await a.page.keyboard.press('End');
  await a.page.keyboard.type(' and more');
  await a.page.keyboard.press('Enter');
  await a.has('by key and more');
  const nameless = await a.page.evaluate(() =>
    [...document.querySelectorAll('input, button')].filter(element =>
      !element.textContent.trim() && !element.getAttribute('aria-label') &&
      !element.labels?.length).map(element => element.outerHTML));
  assert.deepEqual(nameless, []);
  await a.page.getByLabel('Delete: by key and more').focus();
  await a.page.keyboard.press('Enter');
  await a.hasNot('by key and more');
  await done(a);
});

test('page: a new version waits until it is wanted, then is whole',
    async () => {
      const [a] = await oneDevice();
      await a.installed();
      const worker = readFileSync(daemon.file('sw.js'), 'utf8');
      const page = readFileSync(daemon.file('index.html'), 'utf8');
      writeFileSync(daemon.file('sw.js'),
          worker.replace(readVersion(daemon), 'other'));
      writeFileSync(daemon.file('index.html'),
          page.replace('<h1>To do</h1>', '<h1>To do, too</h1>'));
      daemon.reload();
      await a.page.waitForFunction(async () => {
        const response = await fetch('sw.js', {cache: 'no-store'});
        return (await response.text()).includes('\'other\'');
      });
      await a.page.reload();
      assert.equal(await a.page.locator('h1').textContent(), 'To do');
      await a.page.locator('[data-notice=version] button').click();
      await a.page.locator('h1', {hasText: 'To do, too'}).waitFor();
      assert.deepEqual(await a.page.evaluate(() => caches.keys()),
          ['todo-page-other']);
      await done(a);
    });
