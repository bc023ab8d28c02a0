// weftd with one model, and what the parts ask of it.
'use strict';

const fs = require('fs');
const path = require('path');
const {start} = require('../loopback/servers');

const connectors = {
  memory: {name: 'db', connector: 'memory'},
  sqlite: {name: 'db', connector: 'sqlite', file: 'db.sqlite'},
};
let directories = 0;

const item = name => ({name, trackChanges: true, properties: {
  id: {type: 'string', id: true}, name: 'string', ownerId: 'string',
  quantity: 'number'}});

// A configuration with Item and 'more' models beside it; with 'owned' true
// there are users, and each sees the Items that have his id in ownerId.
function makeDirectory({scratch}, connector, settings = {}, more = 0,
    owned = false) {
  const directory = path.join(scratch, `weftd${++directories}`);
  const names = ['Item'];
  const write = (name, content) => fs.writeFileSync(
      path.join(directory, name), JSON.stringify(content));

  const users = owned ? ['User', 'AccessToken', 'ACL', 'Role', 'RoleMapping'] :
    [];

  for (let i = 1; i <= more; i++) names.push(`Item${i}`);
  fs.mkdirSync(path.join(directory, 'models'), {recursive: true});
  write('config.json', {restApiRoot: '/api', host: '127.0.0.1', port: 0});
  write('datasources.json', {db: connectors[connector]});
  write('model-config.json', Object.fromEntries([
    ['_meta', {sources: ['./models']}],
    ...[...names, ...users].map(
        name => [name, {dataSource: 'db', public: true}])]));
  for (const name of names)
    write(`models/${name.toLowerCase()}.json`, {...item(name),
      ...(owned ? {visibleTo: {property: 'ownerId'}} : {})});
  write('weftd.json', {log: {level: process.env.LEVEL || 'error'}, ...settings});
  return directory;
}

const startWeftd = ({weftd}, directory) =>
  start(weftd, ['--config', directory]);

// Where it serves weft.repl.v1.
const socketOf = server => {
  const url = new URL(server.url);

  return `${url.protocol === 'https:' ? 'wss' : 'ws'}://127.0.0.1:` +
      `${url.port}/replicate`;
};

module.exports = {makeDirectory, startWeftd, socketOf};
