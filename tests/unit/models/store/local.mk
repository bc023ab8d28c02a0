# Unit tests of models/store.
check_PROGRAMS += tests/unit/models/store/project
TESTS += tests/unit/models/store/project
tests_unit_models_store_project_SOURCES = tests/unit/models/store/project.c $(FIXTURE)
tests_unit_models_store_project_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/store/compare
TESTS += tests/unit/models/store/compare
tests_unit_models_store_compare_SOURCES = tests/unit/models/store/compare.c $(FIXTURE)
tests_unit_models_store_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/store/store
TESTS += tests/unit/models/store/store
tests_unit_models_store_store_SOURCES = tests/unit/models/store/store.c $(FIXTURE)
tests_unit_models_store_store_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/store/verify
TESTS += tests/unit/models/store/verify
tests_unit_models_store_verify_SOURCES = tests/unit/models/store/verify.c $(FIXTURE)
tests_unit_models_store_verify_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/store/forget
TESTS += tests/unit/models/store/forget
tests_unit_models_store_forget_SOURCES = tests/unit/models/store/forget.c $(PAIR)
tests_unit_models_store_forget_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/store/backup
TESTS += tests/unit/models/store/backup
tests_unit_models_store_backup_SOURCES = tests/unit/models/store/backup.c $(FIXTURE)
tests_unit_models_store_backup_LDADD = $(TEST_LIBS)
