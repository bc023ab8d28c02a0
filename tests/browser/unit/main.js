// All unit tests of the client, as one TAP document.
import './canonical.test.js';
import './rules.test.js';
import './session.test.js';
import './link.test.js';
import './client.test.js';
import './tabs.test.js';
import './page.test.js';
import './peers.test.js';
