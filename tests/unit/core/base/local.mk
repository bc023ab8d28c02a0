# Unit tests of core/base.
EXTRA_DIST += tests/lib/json.h

check_PROGRAMS += tests/unit/core/base/buf
TESTS += tests/unit/core/base/buf
tests_unit_core_base_buf_SOURCES = tests/unit/core/base/buf.c
tests_unit_core_base_buf_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/version
TESTS += tests/unit/core/base/version
tests_unit_core_base_version_SOURCES = tests/unit/core/base/version.c
tests_unit_core_base_version_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/alloc
TESTS += tests/unit/core/base/alloc
tests_unit_core_base_alloc_SOURCES = tests/unit/core/base/alloc.c
tests_unit_core_base_alloc_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/arena
TESTS += tests/unit/core/base/arena
tests_unit_core_base_arena_SOURCES = tests/unit/core/base/arena.c
tests_unit_core_base_arena_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/clock
TESTS += tests/unit/core/base/clock
tests_unit_core_base_clock_SOURCES = tests/unit/core/base/clock.c
tests_unit_core_base_clock_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/error
TESTS += tests/unit/core/base/error
tests_unit_core_base_error_SOURCES = tests/unit/core/base/error.c
tests_unit_core_base_error_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/hash
TESTS += tests/unit/core/base/hash
tests_unit_core_base_hash_SOURCES = tests/unit/core/base/hash.c
tests_unit_core_base_hash_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/json_canon
TESTS += tests/unit/core/base/json_canon
tests_unit_core_base_json_canon_SOURCES = tests/unit/core/base/json_canon.c
tests_unit_core_base_json_canon_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/json_member
TESTS += tests/unit/core/base/json_member
tests_unit_core_base_json_member_SOURCES = tests/unit/core/base/json_member.c
tests_unit_core_base_json_member_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/json_number
TESTS += tests/unit/core/base/json_number
tests_unit_core_base_json_number_SOURCES = tests/unit/core/base/json_number.c
tests_unit_core_base_json_number_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/json_scan
TESTS += tests/unit/core/base/json_scan
tests_unit_core_base_json_scan_SOURCES = tests/unit/core/base/json_scan.c
tests_unit_core_base_json_scan_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/json_string
TESTS += tests/unit/core/base/json_string
tests_unit_core_base_json_string_SOURCES = tests/unit/core/base/json_string.c
tests_unit_core_base_json_string_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/json_view
TESTS += tests/unit/core/base/json_view
tests_unit_core_base_json_view_SOURCES = tests/unit/core/base/json_view.c
tests_unit_core_base_json_view_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/log
TESTS += tests/unit/core/base/log
tests_unit_core_base_log_SOURCES = tests/unit/core/base/log.c
tests_unit_core_base_log_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/map
TESTS += tests/unit/core/base/map
tests_unit_core_base_map_SOURCES = tests/unit/core/base/map.c
tests_unit_core_base_map_LDADD = $(TEST_LIBS)

EXTRA_DIST += tests/data/canonical-json.tsv
check_PROGRAMS += tests/unit/core/base/json_vectors
TESTS += tests/unit/core/base/json_vectors
tests_unit_core_base_json_vectors_SOURCES = tests/unit/core/base/json_vectors.c
tests_unit_core_base_json_vectors_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/decimal
TESTS += tests/unit/core/base/decimal
tests_unit_core_base_decimal_SOURCES = tests/unit/core/base/decimal.c
tests_unit_core_base_decimal_LDADD = $(TEST_LIBS) -lm

check_PROGRAMS += tests/unit/core/base/json_skim
TESTS += tests/unit/core/base/json_skim
tests_unit_core_base_json_skim_SOURCES = tests/unit/core/base/json_skim.c
tests_unit_core_base_json_skim_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/base64
TESTS += tests/unit/core/base/base64
tests_unit_core_base_base64_SOURCES = tests/unit/core/base/base64.c
tests_unit_core_base_base64_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/base/patience
TESTS += tests/unit/core/base/patience
tests_unit_core_base_patience_SOURCES = tests/unit/core/base/patience.c
tests_unit_core_base_patience_LDADD = $(TEST_LIBS)
