# Unit tests of models.
FIXTURE = tests/lib/fixture.c tests/lib/fixture.h
EXTRA_DIST += tests/unit/models/coerce.tsv

check_PROGRAMS += tests/unit/models/coerce
TESTS += tests/unit/models/coerce
tests_unit_models_coerce_SOURCES = tests/unit/models/coerce.c
tests_unit_models_coerce_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/date
TESTS += tests/unit/models/date
tests_unit_models_date_SOURCES = tests/unit/models/date.c
tests_unit_models_date_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/definition
TESTS += tests/unit/models/definition
tests_unit_models_definition_SOURCES = tests/unit/models/definition.c
tests_unit_models_definition_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/fields
TESTS += tests/unit/models/fields
tests_unit_models_fields_SOURCES = tests/unit/models/fields.c
tests_unit_models_fields_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/filter
TESTS += tests/unit/models/filter
tests_unit_models_filter_SOURCES = tests/unit/models/filter.c
tests_unit_models_filter_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/geo
TESTS += tests/unit/models/geo
tests_unit_models_geo_SOURCES = tests/unit/models/geo.c
tests_unit_models_geo_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/hook
TESTS += tests/unit/models/hook
tests_unit_models_hook_SOURCES = tests/unit/models/hook.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_hook_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/number
TESTS += tests/unit/models/number
tests_unit_models_number_SOURCES = tests/unit/models/number.c
tests_unit_models_number_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/plural
TESTS += tests/unit/models/plural
tests_unit_models_plural_SOURCES = tests/unit/models/plural.c
tests_unit_models_plural_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/prepare
TESTS += tests/unit/models/prepare
tests_unit_models_prepare_SOURCES = tests/unit/models/prepare.c
tests_unit_models_prepare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record_create
TESTS += tests/unit/models/record_create
tests_unit_models_record_create_SOURCES = tests/unit/models/record_create.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_create_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record_delete
TESTS += tests/unit/models/record_delete
tests_unit_models_record_delete_SOURCES = tests/unit/models/record_delete.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_delete_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record_find
TESTS += tests/unit/models/record_find
tests_unit_models_record_find_SOURCES = tests/unit/models/record_find.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_find_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record_save
TESTS += tests/unit/models/record_save
tests_unit_models_record_save_SOURCES = tests/unit/models/record_save.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_save_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record_update
TESTS += tests/unit/models/record_update
tests_unit_models_record_update_SOURCES = tests/unit/models/record_update.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_update_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/regexp
TESTS += tests/unit/models/regexp
tests_unit_models_regexp_SOURCES = tests/unit/models/regexp.c
tests_unit_models_regexp_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/registry
TESTS += tests/unit/models/registry
tests_unit_models_registry_SOURCES = tests/unit/models/registry.c $(FIXTURE)
tests_unit_models_registry_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/registry_load
TESTS += tests/unit/models/registry_load
tests_unit_models_registry_load_SOURCES = tests/unit/models/registry_load.c $(FIXTURE)
tests_unit_models_registry_load_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/sort_key
TESTS += tests/unit/models/sort_key
tests_unit_models_sort_key_SOURCES = tests/unit/models/sort_key.c
tests_unit_models_sort_key_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/where_eval
TESTS += tests/unit/models/where_eval
tests_unit_models_where_eval_SOURCES = tests/unit/models/where_eval.c
tests_unit_models_where_eval_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/project
TESTS += tests/unit/models/project
tests_unit_models_project_SOURCES = tests/unit/models/project.c $(FIXTURE)
tests_unit_models_project_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/tracker
TESTS += tests/unit/models/tracker
tests_unit_models_tracker_SOURCES = tests/unit/models/tracker.c $(FIXTURE)
tests_unit_models_tracker_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/writer
TESTS += tests/unit/models/writer
tests_unit_models_writer_SOURCES = tests/unit/models/writer.c $(FIXTURE)
tests_unit_models_writer_LDADD = $(TEST_LIBS)

# Sources and replication.
PAIR = tests/lib/pair.c tests/lib/pair.h $(FIXTURE)
METER = tests/lib/meter.c tests/lib/meter.h

check_PROGRAMS += tests/unit/models/source_local
TESTS += tests/unit/models/source_local
tests_unit_models_source_local_SOURCES = tests/unit/models/source_local.c $(PAIR)
tests_unit_models_source_local_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate
TESTS += tests/unit/models/replicate
tests_unit_models_replicate_SOURCES = tests/unit/models/replicate.c $(PAIR)
tests_unit_models_replicate_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/compare
TESTS += tests/unit/models/compare
tests_unit_models_compare_SOURCES = tests/unit/models/compare.c $(FIXTURE)
tests_unit_models_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/history
TESTS += tests/unit/models/history
tests_unit_models_history_SOURCES = tests/unit/models/history.c $(PAIR)
tests_unit_models_history_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/moment
TESTS += tests/unit/models/moment
tests_unit_models_moment_SOURCES = tests/unit/models/moment.c $(FIXTURE)
tests_unit_models_moment_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/past
TESTS += tests/unit/models/past
tests_unit_models_past_SOURCES = tests/unit/models/past.c $(FIXTURE)
tests_unit_models_past_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/past_compare
TESTS += tests/unit/models/past_compare
tests_unit_models_past_compare_SOURCES = \
	tests/unit/models/past_compare.c $(FIXTURE)
tests_unit_models_past_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/point
TESTS += tests/unit/models/point
tests_unit_models_point_SOURCES = tests/unit/models/point.c
tests_unit_models_point_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record_compare
TESTS += tests/unit/models/record_compare
tests_unit_models_record_compare_SOURCES = tests/unit/models/record_compare.c
tests_unit_models_record_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/registry_file
TESTS += tests/unit/models/registry_file
tests_unit_models_registry_file_SOURCES = \
	tests/unit/models/registry_file.c $(FIXTURE)
tests_unit_models_registry_file_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/store
TESTS += tests/unit/models/store
tests_unit_models_store_SOURCES = tests/unit/models/store.c $(FIXTURE)
tests_unit_models_store_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/verify
TESTS += tests/unit/models/verify
tests_unit_models_verify_SOURCES = tests/unit/models/verify.c $(FIXTURE)
tests_unit_models_verify_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/rectify
TESTS += tests/unit/models/rectify
tests_unit_models_rectify_SOURCES = tests/unit/models/rectify.c \
	$(METER) $(PAIR)
tests_unit_models_rectify_LDADD = $(TEST_LIBS) $(SQLITE_LIBS)

check_PROGRAMS += tests/unit/models/conflict
TESTS += tests/unit/models/conflict
tests_unit_models_conflict_SOURCES = tests/unit/models/conflict.c $(PAIR)
tests_unit_models_conflict_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/conflict_third
TESTS += tests/unit/models/conflict_third
tests_unit_models_conflict_third_SOURCES = \
	tests/unit/models/conflict_third.c $(PAIR)
tests_unit_models_conflict_third_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate_one_way
TESTS += tests/unit/models/replicate_one_way
tests_unit_models_replicate_one_way_SOURCES = \
	tests/unit/models/replicate_one_way.c $(PAIR)
tests_unit_models_replicate_one_way_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate_plain
TESTS += tests/unit/models/replicate_plain
tests_unit_models_replicate_plain_SOURCES = \
	tests/unit/models/replicate_plain.c $(PAIR)
tests_unit_models_replicate_plain_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source_local_changes_same
TESTS += tests/unit/models/source_local_changes_same
tests_unit_models_source_local_changes_same_SOURCES = \
	tests/unit/models/source_local_changes_same.c $(PAIR)
tests_unit_models_source_local_changes_same_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source_local_estimate
TESTS += tests/unit/models/source_local_estimate
tests_unit_models_source_local_estimate_SOURCES = \
	tests/unit/models/source_local_estimate.c $(PAIR)
tests_unit_models_source_local_estimate_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source_local_changes
TESTS += tests/unit/models/source_local_changes
tests_unit_models_source_local_changes_SOURCES = tests/unit/models/source_local_changes.c \
	$(PAIR)
tests_unit_models_source_local_changes_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source_local_diff
TESTS += tests/unit/models/source_local_diff
tests_unit_models_source_local_diff_SOURCES = tests/unit/models/source_local_diff.c \
	$(PAIR)
tests_unit_models_source_local_diff_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source_local_bulk
TESTS += tests/unit/models/source_local_bulk
tests_unit_models_source_local_bulk_SOURCES = tests/unit/models/source_local_bulk.c \
	$(PAIR)
tests_unit_models_source_local_bulk_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/consumer
TESTS += tests/unit/models/consumer
tests_unit_models_consumer_SOURCES = tests/unit/models/consumer.c \
	$(PAIR)
tests_unit_models_consumer_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/position
TESTS += tests/unit/models/position
tests_unit_models_position_SOURCES = tests/unit/models/position.c \
	$(METER) $(PAIR)
tests_unit_models_position_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate_failure
TESTS += tests/unit/models/replicate_failure
tests_unit_models_replicate_failure_SOURCES = tests/unit/models/replicate_failure.c \
	$(METER) $(PAIR)
tests_unit_models_replicate_failure_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/resolve
TESTS += tests/unit/models/resolve
tests_unit_models_resolve_SOURCES = tests/unit/models/resolve.c \
	$(PAIR)
tests_unit_models_resolve_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/kept
TESTS += tests/unit/models/kept
tests_unit_models_kept_SOURCES = tests/unit/models/kept.c \
	$(PAIR)
tests_unit_models_kept_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/replicate_compare
TESTS += tests/unit/models/replicate_compare
tests_unit_models_replicate_compare_SOURCES = \
	tests/unit/models/replicate_compare.c $(PAIR)
tests_unit_models_replicate_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/source_viewed
TESTS += tests/unit/models/source_viewed
tests_unit_models_source_viewed_SOURCES = \
	tests/unit/models/source_viewed.c tests/lib/both.h \
	tests/lib/meter.c tests/lib/meter.h $(FIXTURE)
tests_unit_models_source_viewed_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/change_filter
TESTS += tests/unit/models/change_filter
tests_unit_models_change_filter_SOURCES = tests/unit/models/change_filter.c \
	$(FIXTURE)
tests_unit_models_change_filter_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/follow
TESTS += tests/unit/models/follow
tests_unit_models_follow_SOURCES = tests/unit/models/follow.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_follow_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/forget
TESTS += tests/unit/models/forget
tests_unit_models_forget_SOURCES = tests/unit/models/forget.c $(PAIR)
tests_unit_models_forget_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/trace
TESTS += tests/unit/models/trace
tests_unit_models_trace_SOURCES = tests/unit/models/trace.c $(PAIR)
tests_unit_models_trace_LDADD = $(TEST_LIBS)
