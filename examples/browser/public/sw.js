// Keeps the page itself, so that it opens without a connection.  The records
// are weft-client.js's business; nothing of the API goes through here.
//
// A version is installed beside the one in use, and takes over when the page
// says so; then the cache of the one before goes.

// The beginning of the SHA-256 of all files below: tests/browser/version.js
// makes it, and a test compares it.
const version = 'ecbf9d11';

const files = [
  './',
  'account.js',
  'app.js',
  'decide.js',
  'icon.svg',
  'list.js',
  'manifest.webmanifest',
  'state.js',
  'style.css',
  'weft-client.js',
  'weft/canonical.js',
  'weft/conflict.js',
  'weft/link.js',
  'weft/model.js',
  'weft/rules.js',
  'weft/session.js',
  'weft/store.js',
  'weft/tabs.js',
];

const prefix = 'todo-page-';

async function install() {
  const cache = await caches.open(prefix + version);
  await cache.addAll(files.map(file => new Request(file, {cache: 'reload'})));
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(prefix) && name !== prefix + version) {
      await caches.delete(name);
    }
  }
  await clients.claim();
}

async function answer(request) {
  const cache = await caches.open(prefix + version);
  return await cache.match(request, {ignoreSearch: true}) || fetch(request);
}

addEventListener('install', event => event.waitUntil(install()));
addEventListener('activate', event => event.waitUntil(activate()));
addEventListener('message', ({data}) => {
  if (data === 'activate') skipWaiting();
});
addEventListener('fetch', event => {
  if (event.request.method === 'GET') {
    event.respondWith(answer(event.request));
  }
});
