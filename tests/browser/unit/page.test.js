// The page's files, as far as that needs no browser.
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import test from 'node:test';
import assert from 'node:assert/strict';

const folder = new URL('../../../examples/browser/public/', import.meta.url);
const read = name => readFileSync(new URL(name, folder), 'utf8');
const worker = read('sw.js');

test('page: the service worker has the version of its files', () => {
  const version = execFileSync(process.execPath,
      [new URL('../version.js', import.meta.url).pathname]);
  assert.equal(/const version = '(.*?)'/.exec(worker)[1],
      String(version).trim(), 'run: node tests/browser/version.js --write');
});

test('page: the service worker keeps every file but itself', () => {
  const [, list] = /const files = \[(.*?)\]/s.exec(worker);
  const kept = [...list.matchAll(/'(.*?)'/g)].map(([, file]) =>
    file === './' ? 'index.html' : file);
  const there = readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter(entry => entry.isFile() && entry.name !== 'sw.js')
      .map(entry => `${entry.parentPath}/${entry.name}`
          .slice(folder.pathname.length).replace(/^\//, ''));
  assert.deepEqual(kept.sort(), there.sort());
});

test('page: nothing inline, nothing from elsewhere', () => {
  const html = read('index.html');
  assert.ok(!/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/.test(html));
  for (const name of ['index.html', 'style.css', 'app.js']) {
    assert.ok(!/(src|href|url|from)\W{1,3}https?:/.test(read(name)), name);
  }
});
