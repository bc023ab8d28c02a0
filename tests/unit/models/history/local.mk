# Unit tests of models/history.
check_PROGRAMS += tests/unit/models/history/history
TESTS += tests/unit/models/history/history
tests_unit_models_history_history_SOURCES = tests/unit/models/history/history.c $(PAIR)
tests_unit_models_history_history_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/history/moment
TESTS += tests/unit/models/history/moment
tests_unit_models_history_moment_SOURCES = tests/unit/models/history/moment.c $(FIXTURE)
tests_unit_models_history_moment_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/history/past
TESTS += tests/unit/models/history/past
tests_unit_models_history_past_SOURCES = tests/unit/models/history/past.c $(FIXTURE)
tests_unit_models_history_past_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/history/past_compare
TESTS += tests/unit/models/history/past_compare
tests_unit_models_history_past_compare_SOURCES = \
	tests/unit/models/history/past_compare.c $(FIXTURE)
tests_unit_models_history_past_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/history/point
TESTS += tests/unit/models/history/point
tests_unit_models_history_point_SOURCES = tests/unit/models/history/point.c
tests_unit_models_history_point_LDADD = $(TEST_LIBS)
