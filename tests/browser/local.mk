# tests/browser: the client of examples/browser, under node and in Chromium.
# They skip themselves where there is no node or no Chromium.
EXTRA_DIST += \
	tests/browser/package-lock.json \
	tests/browser/package.json \
	tests/browser/page/lib.js \
	tests/browser/page/main.js \
	tests/browser/unit/canonical.test.js \
	tests/browser/unit/client.test.js \
	tests/browser/unit/lib.js \
	tests/browser/unit/link.test.js \
	tests/browser/unit/main.js \
	tests/browser/unit/page.test.js \
	tests/browser/unit/peers.test.js \
	tests/browser/unit/rules.test.js \
	tests/browser/unit/server.js \
	tests/browser/unit/session.test.js \
	tests/browser/unit/tabs.test.js \
	tests/browser/version.js

dist_check_SCRIPTS += tests/browser/client.sh tests/browser/page.sh
TESTS += tests/browser/client.sh tests/browser/page.sh

clean-local: clean-browser
clean-browser:
	rm -rf tests/browser/npm
.PHONY: clean-browser
