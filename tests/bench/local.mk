# weft-bench: what docs/performance.md publishes.  Built by make, never run by
# make check.
noinst_PROGRAMS += weft-bench
weft_bench_SOURCES = \
	tests/bench/bench.h \
	tests/bench/bench_http.c \
	tests/bench/bench_json.c \
	tests/bench/bench_models.c \
	tests/bench/bench_replicate.c \
	tests/bench/bench_tombstones.c \
	tests/bench/bench_visible.c \
	tests/bench/http_floor.c tests/bench/http_floor.h \
	tests/bench/http_load.c tests/bench/http_load.h \
	tests/bench/main.c \
	tests/bench/measure.c tests/bench/measure.h \
	tests/bench/records.c tests/bench/records.h \
	tests/bench/store_bench.c tests/bench/store_bench.h \
	tests/bench/store_checkpoint.c \
	tests/bench/store_compact.c \
	tests/bench/store_diff.c \
	tests/bench/store_history.c \
	tests/bench/store_memory.c \
	tests/bench/store_project.c \
	tests/bench/store_read.c \
	tests/bench/store_reconcile.c \
	tests/lib/certificate.c tests/lib/certificate.h
weft_bench_LDADD = libweft-all.la

# What tests/bench/loopback.sh takes.
noinst_PROGRAMS += \
	tests/bench/cpu-of \
	tests/bench/http-load \
	tests/bench/sqlite-floor \
	tests/bench/wait-meter
tests_bench_cpu_of_SOURCES = tests/bench/cpu_of.c
tests_bench_http_load_SOURCES = \
	tests/bench/http_load.c tests/bench/http_load.h \
	tests/bench/http_load_main.c \
	tests/bench/measure.c tests/bench/measure.h
tests_bench_http_load_LDADD = $(SSL_LIBS) $(CRYPTO_LIBS)
tests_bench_sqlite_floor_SOURCES = \
	tests/bench/measure.c tests/bench/measure.h \
	tests/bench/sqlite_floor.c
tests_bench_sqlite_floor_LDADD = $(SQLITE_LIBS)
tests_bench_wait_meter_SOURCES = \
	tests/bench/measure.c tests/bench/measure.h \
	tests/bench/wait_meter.c

# What tests/bench/websocket.sh takes, besides cpu-of and sqlite-floor.
noinst_PROGRAMS += \
	tests/bench/ws-crowd \
	tests/bench/ws-echo \
	tests/bench/ws-live \
	tests/bench/ws-load \
	tests/bench/ws-sync
tests_bench_ws_crowd_SOURCES = \
	tests/bench/measure.c tests/bench/measure.h \
	tests/bench/ws_crowd.c \
	tests/bench/ws_guest.c tests/bench/ws_guest.h \
	tests/bench/ws_raw.c tests/bench/ws_raw.h
tests_bench_ws_crowd_LDADD = $(SSL_LIBS) $(CRYPTO_LIBS)
tests_bench_ws_echo_SOURCES = \
	tests/bench/ws_echo.c
tests_bench_ws_echo_LDADD = libweft-all.la
tests_bench_ws_load_SOURCES = \
	tests/bench/measure.c tests/bench/measure.h \
	tests/bench/ws_load.c \
	tests/bench/ws_raw.c tests/bench/ws_raw.h
tests_bench_ws_load_LDADD =
tests_bench_ws_live_SOURCES = \
	tests/bench/measure.c tests/bench/measure.h \
	tests/bench/records.c tests/bench/records.h \
	tests/bench/ws_live.c
tests_bench_ws_live_LDADD = libweft-all.la
tests_bench_ws_sync_SOURCES = \
	tests/bench/measure.c tests/bench/measure.h \
	tests/bench/records.c tests/bench/records.h \
	tests/bench/ws_sync.c
tests_bench_ws_sync_LDADD = libweft-all.la

EXTRA_DIST += \
	tests/bench/loopback.sh \
	tests/bench/loopback/client.js \
	tests/bench/loopback/fill.js \
	tests/bench/loopback/load.js \
	tests/bench/loopback/raw.js \
	tests/bench/loopback/records.js \
	tests/bench/loopback/report.js \
	tests/bench/loopback/run.js \
	tests/bench/loopback/servers.js \
	tests/bench/websocket.sh \
	tests/bench/websocket/crowd.js \
	tests/bench/websocket/echo.js \
	tests/bench/websocket/live.js \
	tests/bench/websocket/package-lock.json \
	tests/bench/websocket/package.json \
	tests/bench/websocket/peers/echo.mjs \
	tests/bench/websocket/peers/peer.mjs \
	tests/bench/websocket/peers/records.mjs \
	tests/bench/websocket/peers/tinybase.mjs \
	tests/bench/websocket/peers/yjs.mjs \
	tests/bench/websocket/run.js \
	tests/bench/websocket/servers.js \
	tests/bench/websocket/sync.js \
	tests/bench/websocket/wire.js
