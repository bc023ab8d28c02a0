# Unit tests of models/source.
check_PROGRAMS += tests/unit/models/source/local
TESTS += tests/unit/models/source/local
tests_unit_models_source_local_SOURCES = tests/unit/models/source/local.c $(PAIR)
tests_unit_models_source_local_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/local_changes_same
TESTS += tests/unit/models/source/local_changes_same
tests_unit_models_source_local_changes_same_SOURCES = \
	tests/unit/models/source/local_changes_same.c $(PAIR)
tests_unit_models_source_local_changes_same_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/local_estimate
TESTS += tests/unit/models/source/local_estimate
tests_unit_models_source_local_estimate_SOURCES = \
	tests/unit/models/source/local_estimate.c $(PAIR)
tests_unit_models_source_local_estimate_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/local_changes
TESTS += tests/unit/models/source/local_changes
tests_unit_models_source_local_changes_SOURCES = tests/unit/models/source/local_changes.c \
	$(PAIR)
tests_unit_models_source_local_changes_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/local_diff
TESTS += tests/unit/models/source/local_diff
tests_unit_models_source_local_diff_SOURCES = tests/unit/models/source/local_diff.c \
	$(PAIR)
tests_unit_models_source_local_diff_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/local_bulk
TESTS += tests/unit/models/source/local_bulk
tests_unit_models_source_local_bulk_SOURCES = tests/unit/models/source/local_bulk.c \
	$(PAIR)
tests_unit_models_source_local_bulk_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/viewed
TESTS += tests/unit/models/source/viewed
tests_unit_models_source_viewed_SOURCES = \
	tests/unit/models/source/viewed.c tests/lib/both.h \
	tests/lib/meter.c tests/lib/meter.h $(FIXTURE)
tests_unit_models_source_viewed_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/viewed_random
TESTS += tests/unit/models/source/viewed_random
tests_unit_models_source_viewed_random_SOURCES = \
	tests/unit/models/source/viewed_random.c tests/lib/both.h \
	$(FIXTURE)
tests_unit_models_source_viewed_random_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/local_ready
TESTS += tests/unit/models/source/local_ready
tests_unit_models_source_local_ready_SOURCES = \
	tests/unit/models/source/local_ready.c $(PAIR)
tests_unit_models_source_local_ready_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source/local_together
TESTS += tests/unit/models/source/local_together
tests_unit_models_source_local_together_SOURCES = \
	tests/unit/models/source/local_together.c $(PAIR)
tests_unit_models_source_local_together_LDADD = $(TEST_LIBS)
