# Unit tests of models/replicate.
check_PROGRAMS += tests/unit/models/replicate/replicate
TESTS += tests/unit/models/replicate/replicate
tests_unit_models_replicate_replicate_SOURCES = tests/unit/models/replicate/replicate.c $(PAIR)
tests_unit_models_replicate_replicate_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/conflict
TESTS += tests/unit/models/replicate/conflict
tests_unit_models_replicate_conflict_SOURCES = tests/unit/models/replicate/conflict.c $(PAIR)
tests_unit_models_replicate_conflict_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/conflict_third
TESTS += tests/unit/models/replicate/conflict_third
tests_unit_models_replicate_conflict_third_SOURCES = \
	tests/unit/models/replicate/conflict_third.c $(PAIR)
tests_unit_models_replicate_conflict_third_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/one_way
TESTS += tests/unit/models/replicate/one_way
tests_unit_models_replicate_one_way_SOURCES = \
	tests/unit/models/replicate/one_way.c $(PAIR)
tests_unit_models_replicate_one_way_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/plain
TESTS += tests/unit/models/replicate/plain
tests_unit_models_replicate_plain_SOURCES = \
	tests/unit/models/replicate/plain.c $(PAIR)
tests_unit_models_replicate_plain_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/position
TESTS += tests/unit/models/replicate/position
tests_unit_models_replicate_position_SOURCES = tests/unit/models/replicate/position.c \
	$(METER) $(PAIR)
tests_unit_models_replicate_position_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/failure
TESTS += tests/unit/models/replicate/failure
tests_unit_models_replicate_failure_SOURCES = tests/unit/models/replicate/failure.c \
	$(METER) $(PAIR)
tests_unit_models_replicate_failure_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/resolve
TESTS += tests/unit/models/replicate/resolve
tests_unit_models_replicate_resolve_SOURCES = tests/unit/models/replicate/resolve.c \
	$(PAIR)
tests_unit_models_replicate_resolve_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/kept
TESTS += tests/unit/models/replicate/kept
tests_unit_models_replicate_kept_SOURCES = tests/unit/models/replicate/kept.c \
	$(PAIR)
tests_unit_models_replicate_kept_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/compare
TESTS += tests/unit/models/replicate/compare
tests_unit_models_replicate_compare_SOURCES = \
	tests/unit/models/replicate/compare.c $(PAIR)
tests_unit_models_replicate_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/ring
TESTS += tests/unit/models/replicate/ring
tests_unit_models_replicate_ring_SOURCES = \
	tests/unit/models/replicate/ring.c $(PAIR)
tests_unit_models_replicate_ring_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/pages
TESTS += tests/unit/models/replicate/pages
tests_unit_models_replicate_pages_SOURCES = \
	tests/unit/models/replicate/pages.c $(PAIR)
tests_unit_models_replicate_pages_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate/outcome
TESTS += tests/unit/models/replicate/outcome
tests_unit_models_replicate_outcome_SOURCES = \
	tests/unit/models/replicate/outcome.c $(PAIR)
tests_unit_models_replicate_outcome_LDADD = $(TEST_LIBS)
