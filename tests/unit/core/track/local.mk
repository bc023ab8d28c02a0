# Unit tests of core/track.
EXTRA_DIST += tests/unit/core/track/writes.h

check_PROGRAMS += tests/unit/core/track/change
TESTS += tests/unit/core/track/change
tests_unit_core_track_change_SOURCES = tests/unit/core/track/change.c
tests_unit_core_track_change_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/change_list
TESTS += tests/unit/core/track/change_list
tests_unit_core_track_change_list_SOURCES = tests/unit/core/track/change_list.c
tests_unit_core_track_change_list_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/change_parse
TESTS += tests/unit/core/track/change_parse
tests_unit_core_track_change_parse_SOURCES = tests/unit/core/track/change_parse.c
tests_unit_core_track_change_parse_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/change_write
TESTS += tests/unit/core/track/change_write
tests_unit_core_track_change_write_SOURCES = tests/unit/core/track/change_write.c
tests_unit_core_track_change_write_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/rev
TESTS += tests/unit/core/track/rev
tests_unit_core_track_rev_SOURCES = tests/unit/core/track/rev.c
tests_unit_core_track_rev_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/revtree
TESTS += tests/unit/core/track/revtree
tests_unit_core_track_revtree_SOURCES = tests/unit/core/track/revtree.c
tests_unit_core_track_revtree_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/track_decode
TESTS += tests/unit/core/track/track_decode
tests_unit_core_track_track_decode_SOURCES = tests/unit/core/track/track_decode.c
tests_unit_core_track_track_decode_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/track_encode
TESTS += tests/unit/core/track/track_encode
tests_unit_core_track_track_encode_SOURCES = tests/unit/core/track/track_encode.c
tests_unit_core_track_track_encode_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/track_row
TESTS += tests/unit/core/track/track_row
tests_unit_core_track_track_row_SOURCES = tests/unit/core/track/track_row.c
tests_unit_core_track_track_row_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/track_learn
TESTS += tests/unit/core/track/track_learn
tests_unit_core_track_track_learn_SOURCES = tests/unit/core/track/track_learn.c
tests_unit_core_track_track_learn_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/track/trace
TESTS += tests/unit/core/track/trace
tests_unit_core_track_trace_SOURCES = tests/unit/core/track/trace.c
tests_unit_core_track_trace_LDADD = $(TEST_LIBS)
