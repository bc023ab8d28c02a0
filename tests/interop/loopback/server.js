// A real LoopBack 3 server of the application in a folder:
//   node server.js PACKAGES FOLDER [MODULE [ARGUMENT]]
// PACKAGES is the node_modules folder.  Tells its address like weftd does.
// MODULE exports a function that is given application and argument first.
'use strict';

const path = require('path');
const packages = path.resolve(process.argv[2]);
const folder = path.resolve(process.argv[3]);
const loopback = require(path.join(packages, 'loopback'));
const boot = require(path.join(packages, 'loopback-boot'));

const app = loopback();
boot(app, {appRootDir: folder, bootDirs: [], mixinDirs: [],
  components: {}, middleware: {}}, error => {
  if (error) throw error;
  app.enableAuth();
  app.use(loopback.token({model: app.models.AccessToken}));
  app.use(app.get('restApiRoot'), loopback.rest());
  if (process.argv[4])
    require(path.resolve(process.argv[4]))(app, process.argv[5]);
  const server = app.listen(app.get('port'), '127.0.0.1', () => {
    console.log(`listening http://127.0.0.1:${server.address().port}` +
        app.get('restApiRoot'));
  });

  // The client keeps its connection while it works for itself.
  server.keepAliveTimeout = 120000;
});
