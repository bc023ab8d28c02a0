// Requests that LoopBack's server and weftd must answer alike, in this order:
// [method, path, body, why], where 'why' says why the answers differ.
'use strict';

const q = encodeURIComponent;
const filter = (text, path = '/Todos') =>
  ['GET', `${path}?filter=${q(text)}`];
const sorted = where => filter(`{"where":${where},"order":"id"}`);

const records = [
  ['POST', '/Todos', {id: 'a', title: 'one', completed: false}],
  ['POST', '/Todos', [{id: 'b', title: 'two', owner: 'o'},
    {id: 'c', title: 'three', completed: true, created: '2020-02-03'}]],
  ['POST', '/Todos', {id: 'a', title: 'again'}],
  ['POST', '/Todos', {completed: true}],
  ['POST', '/Todos', {id: 'd', title: 1}],
  ['POST', '/Todos', []],
  ['POST', '/Todos', '{bad', 'the message is the parser\'s'],
  ['PATCH', '/Todos', {id: 'a', owner: 'x'}],
  ['PUT', '/Todos', {id: 'a', title: 'put'}],
  ['POST', '/Todos/replaceOrCreate', {id: 'e', title: 'r'}],
  ['POST', `/Todos/upsertWithWhere?where=${q('{"id":"b"}')}`, {title: 'u'}],
  ['POST', `/Todos/upsertWithWhere?where=${q('{"owner":"o"}')}`, {title: 'v'}],
  ['POST', `/Todos/upsertWithWhere?where=${q('{"title":{"neq":"q"}}')}`,
    {title: 'many'}],
  ['POST', '/Todos/a/replace', {title: 'one more'}],
  ['PUT', '/Todos/a', {title: 'yet one'}],
  ['PUT', '/Todos/a', {}],
  ['PUT', '/Todos/none', {title: 'x'}],
  ['POST', '/Todos/a/replace', {id: 'q', title: 'x'}],
  ['PATCH', '/Todos/a', {owner: 'p'}],
  ['PATCH', '/Todos/none', {owner: 'p'}],
  ['PATCH', '/Todos/a', {title: null}],
  ['PATCH', '/Todos/a', {id: 'z'}, 'the message has one reason less'],
  ['POST', `/Todos/update?where=${q('{"id":"c"}')}`, {owner: 'up'}],
  ['POST', `/Todos/update?where=${q('{"id":"none"}')}`, {owner: 'up'}],
  ['GET', '/Todos/a'], ['GET', '/todos/a'], ['GET', '/Todos/none'],
  ['HEAD', '/Todos/a'], ['HEAD', '/Todos/none'],
  ['GET', '/Todos/a/exists'], ['GET', '/Todos/none/exists'],
  filter('{"fields":["id"]}', '/Todos/a'),
  filter('{"fields":{"title":false}}', '/Todos/a'),
  ['GET', '/Todos/findOne'],
  filter('{"where":{"id":"none"}}', '/Todos/findOne'),
  ['GET', '/Todos/count'],
  ['GET', `/Todos/count?where=${q('{"completed":true}')}`],
  ['GET', '/Todos/count?where=bad'],
  ['DELETE', '/Todos/b'], ['DELETE', '/Todos/b'], ['DELETE', '/Todos'],
];

const filters = [
  ['GET', '/Todos'],
  ['GET', '/Todos?filter[where][title]=r'],
  ['GET', '/Todos?filter[limit]=1&filter[order]=id%20DESC'],
  ['GET', '/Todos?filter[order][0]=title%20ASC&filter[order][1]=id'],
  ['GET', '/Todos?filter[skip]=1&filter[limit]=2&filter[order]=id'],
  ['GET', '/Todos?filter[offset]=1&filter[limit]=2&filter[order]=id'],
  sorted('{"completed":true}'),
  sorted('{"or":[{"id":"a"},{"id":"c"}]}'),
  sorted('{"and":[{"id":"a"},{"title":"yet one"}]}'),
  sorted('{"title":{"like":"%hre%"}}'),
  sorted('{"title":{"ilike":"%HRE%"}}'),
  sorted('{"title":{"nlike":"%hre%"}}'),
  sorted('{"title":{"regexp":"^t"}}'),
  sorted('{"title":{"regexp":"/^T/i"}}'),
  sorted('{"id":{"inq":["a","c"]}}'),
  sorted('{"id":{"inq":[]}}'),
  sorted('{"id":{"nin":["a","c"]}}'),
  sorted('{"id":{"between":["a","c"]}}'),
  sorted('{"id":{"gt":"a"}}'), sorted('{"id":{"gte":"c"}}'),
  sorted('{"id":{"lt":"c"}}'), sorted('{"id":{"lte":"c"}}'),
  sorted('{"created":{"gt":"2020-01-01"}}'),
  sorted('{"owner":null}'),
  sorted('{"owner":{"neq":"up"}}'),
  filter('bad'), filter('[1]'), filter('1'),
  [...filter('{"include":"nothing"}'), undefined, 'a wrong filter is no 500'],
];

const primitives = [
  ['GET', '/Todos/checkpoint'], ['POST', '/Todos/checkpoint'],
  ['GET', '/Todos/changes'], ['GET', '/Todos/changes?since=abc'],
  ['GET', '/Todos/changes?since=null'],
  ['GET', '/Todos/changes?since=9', undefined,
    'from another life of the server: everything'],
  ['POST', '/Todos/diff', []], ['POST', '/Todos/diff', {}],
  ['POST', '/Todos/diff?since=0',
    [{modelName: 'X', modelId: 'new', rev: 'x', checkpoint: 1}]],
  ['POST', '/Todos/create-updates', []],
  ['POST', '/Todos/create-updates', {}],
  ['POST', '/Todos/create-updates', [{modelName: 'X', modelId: 'a', prev: 'x'}],
    'no deletion: the record is there'],
  ['POST', '/Todos/checkpoint', '{bad', 'the message is the parser\'s'],
  ['POST', '/Todos/bulk-update', {updates: []}],
  ['POST', '/Todos/bulk-update', {}, 'a malformed request is no 500'],
  ['POST', '/Todos/bulk-update', {updates: [{type: 'update',
    change: {modelId: 'a', rev: 'y', prev: 'z'}, data: {id: 'a', title: 't'}}]}],
  ['GET', '/Todos/a/changes/last'], ['GET', '/Todos/none/changes/last'],
  ['PUT', '/Todos/none/changes/last', {prev: 'x'}],
  ['PUT', '/Todos/a/changes/last', {prev: 'x'}, 'listed anew'],
];

const users = [
  ['POST', '/Customers', {username: 'ann', email: 'ann@example.com',
    password: 'p'}],
  ['POST', '/Customers', {username: 'ann', email: 'b@example.com',
    password: 'p'}],
  ['POST', '/Customers', {username: 'bob', password: 'p'}],
  ['POST', '/Customers', {username: 'bob', email: 'bad', password: 'p'}],
  ['POST', '/Customers/login', {}],
  ['POST', '/Customers/login', {username: 'ann', password: 'no'}],
  ['POST', '/Customers/login', {username: 'ann'}],
  ['POST', '/Customers/login', {username: 'ann', password: 'p'}],
  ['POST', '/Customers/login', {email: 'ann@example.com', password: 'p',
    ttl: 60}],
  ['POST', '/Customers/login', {username: 'ann', password: 'p', ttl: '60'}],
  ['POST', '/Customers/logout'],
  ['POST', '/Customers/logout?access_token=none'],
  ['GET', '/Customers'], ['GET', '/Customers/1'],
  ['GET', '/Privates'], ['GET', '/Privates?access_token=none'],
  ['POST', '/Privates', {text: 'x'}], ['POST', '/Privates/checkpoint'],
  ['POST', '/Customers/reset', {email: 'ann@example.com'}],
  ['POST', '/Customers/reset', {}],
  ['POST', '/Customers/reset', {email: 'no@example.com'},
    'does not tell who has an account'],
  ['POST', '/Customers/change-password',
    {oldPassword: 'p', newPassword: 'q'}],
  ['POST', '/Customers/reset-password', {newPassword: 'q'}],
];

// Whatever writes is denied there, whatever reads is not.
const rights = [
  ['POST', ''], ['PATCH', ''], ['PUT', ''], ['POST', '/replaceOrCreate'],
  ['POST', '/upsertWithWhere'], ['POST', '/update'], ['PATCH', '/a'],
  ['PUT', '/a'], ['POST', '/a/replace'], ['DELETE', '/a'],
  ['POST', '/bulk-update'], ['PUT', '/a/changes/last'], ['POST', '/checkpoint'],
  ['GET', ''], ['GET', '/a'], ['HEAD', '/a'], ['GET', '/a/exists'],
  ['GET', '/count'], ['GET', '/findOne'], ['GET', '/changes'],
  ['GET', '/checkpoint'], ['GET', '/a/changes/last'],
].map(([method, path]) => [method, `/Sealed${path}`,
  method === 'GET' || method === 'HEAD' ? undefined : {}]);

const nothing = [
  ['GET', '/Nope'], ['GET', '/Todos/a/b/c'], ['COPY', '/Todos'],
  ['POST', '/Todos/nothing/at/all', {}],
];

module.exports = [...records, ...filters, ...primitives, ...users,
  ...rights, ...nothing];
