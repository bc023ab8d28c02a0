# Unit tests of transports/loopback.
check_PROGRAMS += tests/unit/transports/loopback/query
TESTS += tests/unit/transports/loopback/query
tests_unit_transports_loopback_query_SOURCES = \
	tests/unit/transports/loopback/query.c
tests_unit_transports_loopback_query_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/parts
TESTS += tests/unit/transports/loopback/parts
tests_unit_transports_loopback_parts_SOURCES = \
	tests/unit/transports/loopback/parts.c
tests_unit_transports_loopback_parts_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/failure
TESTS += tests/unit/transports/loopback/failure
tests_unit_transports_loopback_failure_SOURCES = \
	tests/unit/transports/loopback/failure.c
tests_unit_transports_loopback_failure_LDADD = $(TEST_LIBS)

rest_fixture = tests/lib/rest.c tests/lib/rest.h $(http_fixture) $(FIXTURE)
EXTRA_DIST += tests/data/loopback-wire.txt

check_PROGRAMS += tests/unit/transports/loopback/trace
TESTS += tests/unit/transports/loopback/trace
tests_unit_transports_loopback_trace_SOURCES = \
	tests/unit/transports/loopback/trace.c $(rest_fixture)
tests_unit_transports_loopback_trace_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/etag
TESTS += tests/unit/transports/loopback/etag
tests_unit_transports_loopback_etag_SOURCES = \
	tests/unit/transports/loopback/etag.c $(rest_fixture)
tests_unit_transports_loopback_etag_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/memory
TESTS += tests/unit/transports/loopback/memory
tests_unit_transports_loopback_memory_SOURCES = \
	tests/unit/transports/loopback/memory.c $(rest_fixture)
tests_unit_transports_loopback_memory_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/refusals
TESTS += tests/unit/transports/loopback/refusals
tests_unit_transports_loopback_refusals_SOURCES = \
	tests/unit/transports/loopback/refusals.c $(rest_fixture)
tests_unit_transports_loopback_refusals_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/sync
TESTS += tests/unit/transports/loopback/sync
tests_unit_transports_loopback_sync_SOURCES = \
	tests/unit/transports/loopback/sync.c $(rest_fixture)
tests_unit_transports_loopback_sync_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/stream
TESTS += tests/unit/transports/loopback/stream
tests_unit_transports_loopback_stream_SOURCES = \
	tests/unit/transports/loopback/stream.c $(rest_fixture)
tests_unit_transports_loopback_stream_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/bulk
TESTS += tests/unit/transports/loopback/bulk
tests_unit_transports_loopback_bulk_SOURCES = \
	tests/unit/transports/loopback/bulk.c $(rest_fixture)
tests_unit_transports_loopback_bulk_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/rights
TESTS += tests/unit/transports/loopback/rights
tests_unit_transports_loopback_rights_SOURCES = \
	tests/unit/transports/loopback/rights.c $(rest_fixture)
tests_unit_transports_loopback_rights_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/changes
TESTS += tests/unit/transports/loopback/changes
tests_unit_transports_loopback_changes_SOURCES = \
	tests/unit/transports/loopback/changes.c $(rest_fixture)
tests_unit_transports_loopback_changes_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/defaults
TESTS += tests/unit/transports/loopback/defaults
tests_unit_transports_loopback_defaults_SOURCES = \
	tests/unit/transports/loopback/defaults.c $(rest_fixture)
tests_unit_transports_loopback_defaults_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/foreign
TESTS += tests/unit/transports/loopback/foreign
tests_unit_transports_loopback_foreign_SOURCES = \
	tests/unit/transports/loopback/foreign.c $(rest_fixture)
tests_unit_transports_loopback_foreign_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/stream_rights
TESTS += tests/unit/transports/loopback/stream_rights
tests_unit_transports_loopback_stream_rights_SOURCES = \
	tests/unit/transports/loopback/stream_rights.c $(rest_fixture)
tests_unit_transports_loopback_stream_rights_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/loopback/openapi
TESTS += tests/unit/transports/loopback/openapi
tests_unit_transports_loopback_openapi_SOURCES = \
	tests/unit/transports/loopback/openapi.c $(rest_fixture)
tests_unit_transports_loopback_openapi_LDADD = $(TEST_LIBS)
