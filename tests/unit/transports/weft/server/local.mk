# Unit tests of transports/weft/server.
check_PROGRAMS += tests/unit/transports/weft/server/session
TESTS += tests/unit/transports/weft/server/session
tests_unit_transports_weft_server_session_SOURCES = \
	tests/unit/transports/weft/server/session.c tests/lib/both.h \
	tests/lib/repl.c tests/lib/repl.h $(FIXTURE)
tests_unit_transports_weft_server_session_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/server/stream
TESTS += tests/unit/transports/weft/server/stream
tests_unit_transports_weft_server_stream_SOURCES = \
	tests/unit/transports/weft/server/stream.c tests/lib/both.h \
	tests/lib/repl.c tests/lib/repl.h $(FIXTURE)
tests_unit_transports_weft_server_stream_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/server/request
TESTS += tests/unit/transports/weft/server/request
tests_unit_transports_weft_server_request_SOURCES = \
	tests/unit/transports/weft/server/request.c tests/lib/both.h \
	tests/lib/repl.c tests/lib/repl.h $(FIXTURE)
tests_unit_transports_weft_server_request_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/server/rights
TESTS += tests/unit/transports/weft/server/rights
tests_unit_transports_weft_server_rights_SOURCES = \
	tests/unit/transports/weft/server/rights.c tests/lib/both.h \
	tests/unit/models/access/world.h \
	tests/lib/repl.c tests/lib/repl.h $(FIXTURE)
tests_unit_transports_weft_server_rights_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/server/serve
TESTS += tests/unit/transports/weft/server/serve
tests_unit_transports_weft_server_serve_SOURCES = \
	tests/unit/transports/weft/server/serve.c tests/lib/both.h \
	tests/unit/models/access/world.h tests/lib/repl_server.c \
	tests/lib/repl_server.h $(ws_fixture) $(FIXTURE)
tests_unit_transports_weft_server_serve_LDADD = $(TEST_LIBS)
