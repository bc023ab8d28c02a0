# Tests against the real packages that weft must agree with.  They skip
# themselves where there is no node.
EXTRA_DIST += \
	tests/interop/canonical-json.js \
	tests/interop/documents.js \
	tests/interop/lib.sh \
	tests/interop/loopback/app/config.json \
	tests/interop/loopback/app/datasources.json \
	tests/interop/loopback/app/model-config.json \
	tests/interop/loopback/app/models/car.json \
	tests/interop/loopback/app/models/customer.json \
	tests/interop/loopback/app/models/note.json \
	tests/interop/loopback/app/models/private.json \
	tests/interop/loopback/app/models/sealed.json \
	tests/interop/loopback/app/models/todo.json \
	tests/interop/loopback/client.js \
	tests/interop/loopback/compare.js \
	tests/interop/loopback/lib.js \
	tests/interop/loopback/requests.js \
	tests/interop/loopback/scenarios.js \
	tests/interop/loopback/server.js \
	tests/interop/loopback/weftd.sh \
	tests/interop/package-lock.json \
	tests/interop/package.json \
	tests/interop/repl/cases.py \
	tests/interop/repl/client.py \
	tests/interop/repl/reconcile.py \
	tests/interop/repl/records.py \
	tests/interop/repl/wire.py \
	tests/interop/vectors.sh \
	tests/interop/vectors.txt \
	tests/interop/websocket.js \
	tests/interop/websocket.py

check_PROGRAMS += tests/interop/canonicalise
tests_interop_canonicalise_SOURCES = tests/interop/canonicalise.c
tests_interop_canonicalise_LDADD = libweft-all.la

check_PROGRAMS += tests/interop/websocket
tests_interop_websocket_SOURCES = tests/interop/websocket.c $(ws_fixture)
tests_interop_websocket_LDADD = $(TEST_LIBS)

if HAVE_WSLAY
check_PROGRAMS += tests/interop/wslay
endif
tests_interop_wslay_SOURCES = tests/interop/wslay.c
tests_interop_wslay_LDADD = libweft-all.la $(WSLAY_LIBS)

dist_check_SCRIPTS += \
	tests/interop/websocket.sh \
	tests/interop/repl.sh \
	tests/interop/canonical-json.sh \
	tests/interop/loopback-requests.sh \
	tests/interop/loopback-remote.sh \
	tests/interop/loopback-server.sh \
	tests/interop/loopback-weftd.sh
TESTS += \
	tests/interop/websocket.sh \
	tests/interop/repl.sh \
	tests/interop/canonical-json.sh \
	tests/interop/loopback-requests.sh \
	tests/interop/loopback-remote.sh \
	tests/interop/loopback-server.sh \
	tests/interop/loopback-weftd.sh

clean-local: clean-interop
clean-interop:
	rm -rf tests/interop/npm
.PHONY: clean-interop
