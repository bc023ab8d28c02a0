# tests: unit tests mirror the sources, one program per source file.
EXTRA_DIST += tests/lib/summary.awk tests/lib/test.h
EXTRA_DIST += tests/lib/random.h

TEST_LIBS = libweft-all.la $(CMOCKA_LIBS)

include $(srcdir)/tests/check/local.mk
include $(srcdir)/tests/unit/core/base/local.mk
include $(srcdir)/tests/unit/core/track/local.mk
