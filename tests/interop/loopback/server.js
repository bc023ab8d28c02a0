// A real LoopBack 3 server of the application in a folder:
//   node server.js PACKAGES FOLDER [MODULE [ARGUMENT]]
// PACKAGES is the node_modules folder.  Tells its address like weftd does.
// MODULE exports a function that is given each application and the argument
// first.  A line on standard input starts another server with nothing in it, in
// the place of the last: most of what one costs is to load LoopBack.
'use strict';

const path = require('path');
const readline = require('readline');
const packages = path.resolve(process.argv[2]);
const folder = path.resolve(process.argv[3]);
const loopback = require(path.join(packages, 'loopback'));
const boot = require(path.join(packages, 'loopback-boot'));

let server;

function serve() {
  const app = loopback({localRegistry: true, loadBuiltinModels: true});

  boot(app, {appRootDir: folder, bootDirs: [], mixinDirs: [],
    components: {}, middleware: {}}, error => {
    if (error) throw error;
    app.enableAuth();
    app.use(loopback.token({model: app.models.AccessToken}));
    app.use(app.get('restApiRoot'), loopback.rest());
    if (process.argv[4])
      require(path.resolve(process.argv[4]))(app, process.argv[5]);
    listen(app);
  });
}

function listen(app) {
  server = app.listen(app.get('port'), '127.0.0.1', () => {
    console.log(`listening http://127.0.0.1:${server.address().port}` +
        app.get('restApiRoot'));
  });

  // The client keeps its connection while it works for itself.
  server.keepAliveTimeout = 120000;
}

readline.createInterface({input: process.stdin}).on('line', () => {
  server.close();
  serve();
});
serve();
