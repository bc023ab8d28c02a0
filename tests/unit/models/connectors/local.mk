# Unit tests of models/connectors.  The suite is linked into the program of
# each connector.
connector_suite = \
	tests/unit/models/connectors/conformance.c \
	tests/unit/models/connectors/conformance.h \
	tests/unit/models/connectors/conformance_log.c \
	tests/unit/models/connectors/conformance_record.c \
	tests/unit/models/connectors/conformance_thread.c \
	tests/unit/models/connectors/query_cases.c \
	tests/unit/models/connectors/query_table.c \
	tests/unit/models/connectors/query_table.h

check_PROGRAMS += tests/unit/models/connectors/memory
TESTS += tests/unit/models/connectors/memory
tests_unit_models_connectors_memory_SOURCES = \
	tests/unit/models/connectors/memory.c $(connector_suite)
tests_unit_models_connectors_memory_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/connectors/ordered
TESTS += tests/unit/models/connectors/ordered
tests_unit_models_connectors_ordered_SOURCES = \
	tests/unit/models/connectors/ordered.c
tests_unit_models_connectors_ordered_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/connectors/slab
TESTS += tests/unit/models/connectors/slab
tests_unit_models_connectors_slab_SOURCES = \
	tests/unit/models/connectors/slab.c
tests_unit_models_connectors_slab_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/connectors/sqlite
TESTS += tests/unit/models/connectors/sqlite
tests_unit_models_connectors_sqlite_SOURCES = \
	tests/unit/models/connectors/sqlite.c $(connector_suite)
tests_unit_models_connectors_sqlite_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/connectors/sqlite_check
TESTS += tests/unit/models/connectors/sqlite_check
tests_unit_models_connectors_sqlite_check_SOURCES = \
	tests/unit/models/connectors/sqlite_check.c $(connector_suite)
tests_unit_models_connectors_sqlite_check_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/connectors/sqlite_vfs
TESTS += tests/unit/models/connectors/sqlite_vfs
tests_unit_models_connectors_sqlite_vfs_SOURCES = \
	tests/unit/models/connectors/sqlite_vfs.c $(connector_suite)
tests_unit_models_connectors_sqlite_vfs_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/connectors/sqlite_narrow
TESTS += tests/unit/models/connectors/sqlite_narrow
tests_unit_models_connectors_sqlite_narrow_SOURCES = \
	tests/unit/models/connectors/sqlite_narrow.c
tests_unit_models_connectors_sqlite_narrow_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/connectors/versions
TESTS += tests/unit/models/connectors/versions
tests_unit_models_connectors_versions_SOURCES = \
	tests/unit/models/connectors/versions.c
tests_unit_models_connectors_versions_LDADD = $(TEST_LIBS)
