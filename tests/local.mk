# tests: unit tests mirror the sources, one program per source file.
EXTRA_DIST += tests/coverage.sh tests/lib/summary.awk tests/lib/test.h
EXTRA_DIST += tests/lib/daemon.sh tests/lib/random.h tests/lib/tap.sh

dist_check_SCRIPTS += tests/examples.sh
TESTS += tests/examples.sh

TEST_LIBS = libweft-all.la $(CMOCKA_LIBS)

include $(srcdir)/tests/bench/local.mk
include $(srcdir)/tests/browser/local.mk
include $(srcdir)/tests/check/local.mk
include $(srcdir)/tests/cli/local.mk
include $(srcdir)/tests/fault/local.mk
include $(srcdir)/tests/fuzz/local.mk
include $(srcdir)/tests/interop/local.mk
include $(srcdir)/tests/sim/local.mk
include $(srcdir)/tests/store/local.mk
include $(srcdir)/tests/unit/core/base/local.mk
include $(srcdir)/tests/unit/core/repl/local.mk
include $(srcdir)/tests/unit/core/store/local.mk
include $(srcdir)/tests/unit/core/track/local.mk
include $(srcdir)/tests/unit/models/local.mk
include $(srcdir)/tests/unit/models/access/local.mk
include $(srcdir)/tests/unit/models/connectors/local.mk
include $(srcdir)/tests/unit/transports/local.mk
include $(srcdir)/tests/unit/transports/loopback/local.mk
include $(srcdir)/tests/unit/transports/remote/local.mk
include $(srcdir)/tests/unit/transports/ws/local.mk
include $(srcdir)/tests/unit/transports/weft/local.mk

# `make coverage`: all tests, then the share of lines that they have run.
coverage: check
	$(SHELL) $(srcdir)/tests/coverage.sh $(srcdir)
.PHONY: coverage
