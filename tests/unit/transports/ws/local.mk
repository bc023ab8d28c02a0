# Unit tests of transports/ws.
EXTRA_DIST += tests/lib/ws_cases.h
ws_text = tests/lib/ws_text.c tests/lib/ws_text.h

check_PROGRAMS += tests/unit/transports/ws/reader
TESTS += tests/unit/transports/ws/reader
tests_unit_transports_ws_reader_SOURCES = \
	tests/unit/transports/ws/reader.c $(ws_text)
tests_unit_transports_ws_reader_LDADD = $(TEST_LIBS)

ws_fixture = tests/lib/ws.c tests/lib/ws.h $(ws_text) $(http_fixture)
check_PROGRAMS += tests/unit/transports/ws/server
TESTS += tests/unit/transports/ws/server
tests_unit_transports_ws_server_SOURCES = \
	tests/unit/transports/ws/server.c $(ws_fixture)
tests_unit_transports_ws_server_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/ws/client
TESTS += tests/unit/transports/ws/client
tests_unit_transports_ws_client_SOURCES = \
	tests/unit/transports/ws/client.c $(ws_fixture) $(certificate) \
	tests/lib/proxy.c tests/lib/proxy.h
tests_unit_transports_ws_client_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/ws/deadlines
TESTS += tests/unit/transports/ws/deadlines
tests_unit_transports_ws_deadlines_SOURCES = \
	tests/unit/transports/ws/deadlines.c $(ws_fixture)
tests_unit_transports_ws_deadlines_LDADD = $(TEST_LIBS)
