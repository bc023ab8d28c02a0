// One change, from one client to others.
'use strict';

const {stop} = require('../loopback/servers');
const {makeDirectory, startWeftd, socketOf} = require('./servers');
const {number, title, line, bar} = require('../loopback/report');
const {numbersOf, run} = require('./sync');

async function live(context) {
  const directory = makeDirectory(context, 'sqlite');
  const server = await startWeftd(context, directory);
  const [hot, hot99, echo, echo99, disk, disk99, change, change99] = numbersOf(
      run(context.live, [socketOf(server), directory, '500']));

  await stop(server);
  title('one change on an idle server, from client to client');
  line('TCP echo, one after the other',
      `p50 ${number(hot)} us, p99 ${number(hot99)} us`);
  line('TCP echo, after a rest',
      `p50 ${number(echo)} us, p99 ${number(echo99)} us`);
  line('fdatasync of a page', `p50 ${number(disk)} us, p99 ${number(disk99)} us`);
  line('written, durable, seen by another',
      `p50 ${number(change)} us, p99 ${number(change99)} us`);
  bar('against 4 echoes and 1.5 fdatasync', change / (4 * echo + 1.5 * disk),
      '×', {most: 1});
}

module.exports = {live};
