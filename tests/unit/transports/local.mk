# Unit tests of transports.

http_fixture = tests/lib/http.c tests/lib/http.h

check_PROGRAMS += tests/unit/transports/http/server
TESTS += tests/unit/transports/http/server
tests_unit_transports_http_server_SOURCES = \
	tests/unit/transports/http/server.c $(http_fixture)
tests_unit_transports_http_server_LDADD = $(TEST_LIBS)
