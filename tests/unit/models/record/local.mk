# Unit tests of models/record.
check_PROGRAMS += tests/unit/models/record/hook
TESTS += tests/unit/models/record/hook
tests_unit_models_record_hook_SOURCES = tests/unit/models/record/hook.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_hook_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/prepare
TESTS += tests/unit/models/record/prepare
tests_unit_models_record_prepare_SOURCES = tests/unit/models/record/prepare.c
tests_unit_models_record_prepare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/create
TESTS += tests/unit/models/record/create
tests_unit_models_record_create_SOURCES = tests/unit/models/record/create.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_create_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/delete
TESTS += tests/unit/models/record/delete
tests_unit_models_record_delete_SOURCES = tests/unit/models/record/delete.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_delete_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/find
TESTS += tests/unit/models/record/find
tests_unit_models_record_find_SOURCES = tests/unit/models/record/find.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_find_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/save
TESTS += tests/unit/models/record/save
tests_unit_models_record_save_SOURCES = tests/unit/models/record/save.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_save_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/update
TESTS += tests/unit/models/record/update
tests_unit_models_record_update_SOURCES = tests/unit/models/record/update.c \
	tests/lib/both.h $(FIXTURE)
tests_unit_models_record_update_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/compare
TESTS += tests/unit/models/record/compare
tests_unit_models_record_compare_SOURCES = tests/unit/models/record/compare.c
tests_unit_models_record_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/record/defaults
TESTS += tests/unit/models/record/defaults
tests_unit_models_record_defaults_SOURCES = \
	tests/unit/models/record/defaults.c tests/lib/both.h $(FIXTURE)
tests_unit_models_record_defaults_LDADD = $(TEST_LIBS)
