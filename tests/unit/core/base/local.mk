# Unit tests of core/base.
check_PROGRAMS += tests/unit/core/base/buf
TESTS += tests/unit/core/base/buf
tests_unit_core_base_buf_SOURCES = tests/unit/core/base/buf.c
tests_unit_core_base_buf_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/version
TESTS += tests/unit/core/base/version
tests_unit_core_base_version_SOURCES = tests/unit/core/base/version.c
tests_unit_core_base_version_LDADD = $(TEST_LIBS)
