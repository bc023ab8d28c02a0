// peer.mjs PEER FILE COUNT: milliseconds of a first sync of COUNT records.  The
// server is a process of its own.
import {fork} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const [, , name, file, count, role] = process.argv;
const peer = await import(`./${name}.mjs`);

if (role === 'server') {
  process.send({port: await peer.serve(file, +count)});
} else {
  const server = fork(fileURLToPath(import.meta.url),
      [name, file, count, 'server']);
  const {port} = await new Promise(resolve => server.once('message', resolve));
  const {got, ms} = await peer.sync(port, +count);

  server.kill();
  console.log(ms);
  process.exit(got === +count ? 0 : 1);
}
