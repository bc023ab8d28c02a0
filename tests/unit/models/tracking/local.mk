# Unit tests of models/tracking.
check_PROGRAMS += tests/unit/models/tracking/tracker
TESTS += tests/unit/models/tracking/tracker
tests_unit_models_tracking_tracker_SOURCES = tests/unit/models/tracking/tracker.c $(FIXTURE)
tests_unit_models_tracking_tracker_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/tracking/rectify
TESTS += tests/unit/models/tracking/rectify
tests_unit_models_tracking_rectify_SOURCES = tests/unit/models/tracking/rectify.c \
	$(METER) $(PAIR)
tests_unit_models_tracking_rectify_LDADD = $(TEST_LIBS) $(SQLITE_LIBS)

check_PROGRAMS += tests/unit/models/tracking/consumer
TESTS += tests/unit/models/tracking/consumer
tests_unit_models_tracking_consumer_SOURCES = tests/unit/models/tracking/consumer.c \
	$(PAIR)
tests_unit_models_tracking_consumer_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/tracking/change_filter
TESTS += tests/unit/models/tracking/change_filter
tests_unit_models_tracking_change_filter_SOURCES = tests/unit/models/tracking/change_filter.c \
	$(FIXTURE)
tests_unit_models_tracking_change_filter_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/tracking/follow
TESTS += tests/unit/models/tracking/follow
tests_unit_models_tracking_follow_SOURCES = tests/unit/models/tracking/follow.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_tracking_follow_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/tracking/trace
TESTS += tests/unit/models/tracking/trace
tests_unit_models_tracking_trace_SOURCES = tests/unit/models/tracking/trace.c $(PAIR)
tests_unit_models_tracking_trace_LDADD = $(TEST_LIBS)
