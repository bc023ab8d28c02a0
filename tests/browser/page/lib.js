// What the tests in Chromium share: a daemon with an empty database, browsers,
// and what a user does on the page.  Nothing waits for a time: each step waits
// for what it needs, and fails when that does not come.

import {execFileSync, spawn} from 'node:child_process';
import {copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync,
  writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const {WEFT_PACKAGES, WEFT_CHROMIUM, WEFT_COMMAND, WEFT_WEFTD, WEFT_SCRATCH} =
  process.env;
const example = new URL('../../../examples/browser/', import.meta.url).pathname;
const {chromium} = createRequire(`${WEFT_PACKAGES}/`)('playwright-core');

const password = 'correct horse';
const passwordHash =
  '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e';

/** A daemon of the example, in a folder of its own. */
export class Daemon {
  #child = null;
  #log = '';

  constructor() {
    this.folder = mkdtempSync(path.join(WEFT_SCRATCH, 'todo.'));
    cpSync(example, this.folder, {recursive: true, filter: name =>
      !/db\.sqlite|weftd\.lock/.test(name)});
    execFileSync('chmod', ['-R', 'u+w', this.folder]); // of a tarball
    this.#setPort(0);
  }

  #setPort(port) {
    writeFileSync(path.join(this.folder, 'config.json'),
        JSON.stringify({host: '127.0.0.1', port, restApiRoot: '/api'}));
  }

  /** Starts it; again on the port that it had. */
  async start() {
    this.#child = spawn(WEFT_WEFTD, ['--config', this.folder],
        {stdio: ['ignore', 'pipe', 'pipe']});
    this.#child.stderr.on('data', part => {
      this.#log += part;
    });
    this.url = await new Promise((resolve, reject) => {
      let text = '';
      this.#child.stdout.on('data', part => {
        text += part;
        const line = /^listening (http:\S+)\/api$/m.exec(text);
        if (line) resolve(line[1]);
      });
      this.#child.once('exit', status =>
        reject(new Error(`weftd ended with ${status}: ${this.#log}`)));
    });
    this.#setPort(Number(new URL(this.url).port));
  }

  stop(signal = 'SIGTERM') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode) return null;
    child.removeAllListeners('exit');
    return new Promise(resolve => {
      child.once('exit', resolve);
      child.kill(signal);
    });
  }

  /** Keeps a copy of the database, which must be at rest. */
  backup() {
    copyFileSync(this.#database(), `${this.#database()}.kept`);
  }

  /** Puts it back, beside the history that has gone on. */
  restore() {
    for (const ending of ['-wal', '-shm']) {
      rmSync(this.#database() + ending, {force: true});
    }
    copyFileSync(`${this.#database()}.kept`, this.#database());
  }

  #database() {
    return path.join(this.folder, 'db.sqlite');
  }

  reload() {
    this.#child.kill('SIGHUP');
  }

  get log() {
    return this.#log;
  }

  /** The path of a file of the page. */
  file(name) {
    return path.join(this.folder, 'public', name);
  }

  /** His password comes as a cheap hash, as one that was imported. */
  addUser(email) {
    return this.api('Users', {method: 'POST',
      body: {email, password: passwordHash}});
  }

  /** What the page keeps of one who has signed in. */
  account(email) {
    const {id, userId} = JSON.parse(execFileSync(WEFT_COMMAND,
        ['user', 'token', this.folder, email]));
    return JSON.stringify({userId, token: id});
  }

  /** Asks the REST API; its JSON. */
  async api(name, {token, method = 'GET', body} = {}) {
    const response = await fetch(`${this.url}/api/${name}`, {method,
      headers: {'content-type': 'application/json',
        ...token && {authorization: token}},
      body: body && JSON.stringify(body)});
    const text = await response.text();
    if (!response.ok) throw new Error(`${name}: ${response.status} ${text}`);
    return text && JSON.parse(text);
  }
}

export const launch = () => chromium.launch({executablePath: WEFT_CHROMIUM,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu']});

// Runs in each page before its own scripts do.
function signInOnce(account) {
  if (localStorage.getItem('test:signedIn')) return;
  localStorage.setItem('test:signedIn', 'yes');
  localStorage.setItem('todo:account', account);
}

/** The page in a browser context: a device, or another tab of one. */
export class Device {
  /** With the email of a user: one on which he has signed in already. */
  static async make(browser, daemon, email) {
    const context = await browser.newContext(
        {viewport: {width: 480, height: 480}});
    if (email) await context.addInitScript(signInOnce, daemon.account(email));
    context.setDefaultTimeout(60000);
    return new Device(context, await context.newPage(), daemon).watch();
  }

  constructor(context, page, daemon) {
    Object.assign(this, {context, page, daemon, errors: []});
  }

  watch() {
    this.page.on('pageerror', error => this.errors.push(String(error)));
    this.page.on('console', message => {
      if (/Content Security Policy/.test(message.text())) {
        this.errors.push(message.text());
      }
    });
    return this;
  }

  async open() {
    await this.page.goto(`${this.daemon.url}/`);
    return this;
  }

  /** Another tab of the same device. */
  async tab() {
    const page = await this.context.newPage();
    return new Device(this.context, page, this.daemon).watch().open();
  }

  async signIn(email, isNew) {
    const {page} = this;
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', {name: isNew ? 'New account' : 'Sign in'})
        .click();
    await page.locator('#list').waitFor();
    return this;
  }

  /** Waits until the line about the state has this. */
  async state(text) {
    await this.page.locator('#sync-text', {hasText: text}).waitFor();
  }

  inStep() {
    return this.page.locator('#sync-text').filter({hasText: /^In step$/})
        .waitFor();
  }

  /** Does not wait until it comes again by itself. */
  connect() {
    return this.page.evaluate(() => document.querySelector('#retry').click());
  }

  async add(title) {
    await this.page.getByLabel('What is to be done?').fill(title);
    await this.page.keyboard.press('Enter');
    await this.has(title);
  }

  line(title) {
    return this.page.locator('#todos li')
        .filter({has: this.page.getByLabel(`Title: ${title}`, {exact: true})});
  }

  has(title) {
    return this.line(title).waitFor();
  }

  hasNot(title) {
    return this.line(title).waitFor({state: 'detached'});
  }

  async rename(title, other) {
    const field = this.page.getByLabel(`Title: ${title}`, {exact: true});
    await field.fill(other);
    await field.press('Enter');
    await this.has(other);
  }

  async remove(title) {
    await this.page.getByLabel(`Delete: ${title}`, {exact: true}).click();
    await this.hasNot(title);
  }

  async offline(isOffline = true) {
    await this.context.setOffline(isOffline);
  }

  /**
   * Has the answer to the next push lost with its connection; others are
   * refused until the function is called that this returns.
   */
  async loseAnswer() {
    let isCut = false, isOver = false;
    await this.context.routeWebSocket(/replicate/, socket => {
      if (isCut && !isOver) {
        socket.close({code: 1012});
        return;
      }
      const server = socket.connectToServer();
      server.onMessage(message => {
        if (isOver || !message.includes('"t":"pushed"')) {
          socket.send(message);
          return;
        }
        isCut = true;
        server.close();
        socket.close({code: 1012});
      });
    });
    await this.page.reload();
    return () => {
      isOver = true;
    };
  }

  /** Waits for a conflict, and opens its dialog. */
  async openConflict() {
    await this.page.locator('[data-notice=conflicts] button').click();
    await this.page.locator('#conflict[open]').waitFor();
  }

  /** The cells of a row of the dialog: base, mine, theirs. */
  async sides(name) {
    return this.page.locator('#conflict-sides tr', {hasText: name})
        .locator('td').allTextContents();
  }

  async decide(button) {
    await this.page.locator('#conflict')
        .getByRole('button', {name: button}).click();
    await this.page.locator('#conflict[open]').waitFor({state: 'detached'});
  }

  /** Waits until the page may be opened offline. */
  async installed() {
    await this.page.waitForFunction(() =>
      navigator.serviceWorker.controller?.state === 'activated');
  }

  close() {
    return this.page.close();
  }
}

export function readVersion(daemon) {
  return /const version = '(.*?)'/.exec(
      readFileSync(daemon.file('sw.js'), 'utf8'))[1];
}
