# docs: pages in the tarball, manual pages installed.
EXTRA_DIST += \
	docs/access.md \
	docs/architecture.md \
	docs/decisions \
	docs/glossary.md \
	docs/http.md docs/limits.md docs/loopback.md docs/performance.md \
	docs/protocols/weft-repl-v1.md \
	docs/reconciliation.md \
	docs/recovery.md docs/remote.md \
	docs/releasing.md docs/settings.md \
	docs/store-format.md \
	docs/systemd.md \
	docs/testing.md \
	docs/track-row.md \
	docs/websocket.md
dist_man_MANS += docs/man/weft.1 docs/man/weftd.8
