# Unit tests of transports/remote.
script = tests/lib/script.c tests/lib/script.h

check_PROGRAMS += tests/unit/transports/remote/bulk
TESTS += tests/unit/transports/remote/bulk
tests_unit_transports_remote_bulk_SOURCES = \
	tests/unit/transports/remote/bulk.c $(script)
tests_unit_transports_remote_bulk_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/remote/open
TESTS += tests/unit/transports/remote/open
tests_unit_transports_remote_open_SOURCES = \
	tests/unit/transports/remote/open.c $(script)
tests_unit_transports_remote_open_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/remote/reading
TESTS += tests/unit/transports/remote/reading
tests_unit_transports_remote_reading_SOURCES = \
	tests/unit/transports/remote/reading.c $(script) $(FIXTURE)
tests_unit_transports_remote_reading_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/remote/tls
TESTS += tests/unit/transports/remote/tls
tests_unit_transports_remote_tls_SOURCES = \
	tests/unit/transports/remote/tls.c $(http_fixture) $(certificate)
tests_unit_transports_remote_tls_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/remote/login
TESTS += tests/unit/transports/remote/login
tests_unit_transports_remote_login_SOURCES = \
	tests/unit/transports/remote/login.c $(script)
tests_unit_transports_remote_login_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/remote/client
TESTS += tests/unit/transports/remote/client
tests_unit_transports_remote_client_SOURCES = \
	tests/unit/transports/remote/client.c $(script)
tests_unit_transports_remote_client_LDADD = $(TEST_LIBS)
