# Unit tests of transports/weft.
repl_server = tests/lib/repl_server.c tests/lib/repl_server.h $(http_fixture)
repl_script = tests/lib/repl_script.c tests/lib/repl_script.h $(ws_text)
scene = tests/lib/scene.c tests/lib/scene.h $(repl_server) $(PAIR)

check_PROGRAMS += tests/unit/transports/weft/message
TESTS += tests/unit/transports/weft/message
tests_unit_transports_weft_message_SOURCES = \
	tests/unit/transports/weft/message.c
tests_unit_transports_weft_message_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/update
TESTS += tests/unit/transports/weft/update
tests_unit_transports_weft_update_SOURCES = \
	tests/unit/transports/weft/update.c
tests_unit_transports_weft_update_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/session
TESTS += tests/unit/transports/weft/session
tests_unit_transports_weft_session_SOURCES = \
	tests/unit/transports/weft/session.c tests/lib/both.h \
	tests/lib/repl.c tests/lib/repl.h $(FIXTURE)
tests_unit_transports_weft_session_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/rights
TESTS += tests/unit/transports/weft/rights
tests_unit_transports_weft_rights_SOURCES = \
	tests/unit/transports/weft/rights.c tests/lib/both.h \
	tests/unit/models/access/world.h \
	tests/lib/repl.c tests/lib/repl.h $(FIXTURE)
tests_unit_transports_weft_rights_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/known
TESTS += tests/unit/transports/weft/known
tests_unit_transports_weft_known_SOURCES = tests/unit/transports/weft/known.c
tests_unit_transports_weft_known_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/serve
TESTS += tests/unit/transports/weft/serve
tests_unit_transports_weft_serve_SOURCES = \
	tests/unit/transports/weft/serve.c tests/lib/repl_server.c \
	tests/lib/repl_server.h $(ws_fixture) $(FIXTURE)
tests_unit_transports_weft_serve_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/peer_push
TESTS += tests/unit/transports/weft/peer_push
tests_unit_transports_weft_peer_push_SOURCES = \
	tests/unit/transports/weft/peer_push.c $(repl_script) $(scene)
tests_unit_transports_weft_peer_push_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/peer_pull
TESTS += tests/unit/transports/weft/peer_pull
tests_unit_transports_weft_peer_pull_SOURCES = \
	tests/unit/transports/weft/peer_pull.c $(scene)
tests_unit_transports_weft_peer_pull_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/peer_conflict
TESTS += tests/unit/transports/weft/peer_conflict
tests_unit_transports_weft_peer_conflict_SOURCES = \
	tests/unit/transports/weft/peer_conflict.c $(scene)
tests_unit_transports_weft_peer_conflict_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/peer
TESTS += tests/unit/transports/weft/peer
tests_unit_transports_weft_peer_SOURCES = \
	tests/unit/transports/weft/peer.c $(repl_script)
tests_unit_transports_weft_peer_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/live
TESTS += tests/unit/transports/weft/live
tests_unit_transports_weft_live_SOURCES = \
	tests/unit/transports/weft/live.c $(repl_script) $(PAIR)
tests_unit_transports_weft_live_LDADD = $(TEST_LIBS)
