# Unit tests of transports/weft/client.
check_PROGRAMS += tests/unit/transports/weft/client/known
TESTS += tests/unit/transports/weft/client/known
tests_unit_transports_weft_client_known_SOURCES = tests/unit/transports/weft/client/known.c
tests_unit_transports_weft_client_known_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/client/peer_push
TESTS += tests/unit/transports/weft/client/peer_push
tests_unit_transports_weft_client_peer_push_SOURCES = \
	tests/unit/transports/weft/client/peer_push.c $(repl_script) $(scene)
tests_unit_transports_weft_client_peer_push_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/client/peer_pull
TESTS += tests/unit/transports/weft/client/peer_pull
tests_unit_transports_weft_client_peer_pull_SOURCES = \
	tests/unit/transports/weft/client/peer_pull.c $(scene)
tests_unit_transports_weft_client_peer_pull_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/client/peer_compare
TESTS += tests/unit/transports/weft/client/peer_compare
tests_unit_transports_weft_client_peer_compare_SOURCES = \
	tests/unit/transports/weft/client/peer_compare.c $(scene)
tests_unit_transports_weft_client_peer_compare_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/client/peer_conflict
TESTS += tests/unit/transports/weft/client/peer_conflict
tests_unit_transports_weft_client_peer_conflict_SOURCES = \
	tests/unit/transports/weft/client/peer_conflict.c $(scene)
tests_unit_transports_weft_client_peer_conflict_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/client/peer
TESTS += tests/unit/transports/weft/client/peer
tests_unit_transports_weft_client_peer_SOURCES = \
	tests/unit/transports/weft/client/peer.c $(repl_script)
tests_unit_transports_weft_client_peer_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/client/live
TESTS += tests/unit/transports/weft/client/live
tests_unit_transports_weft_client_live_SOURCES = \
	tests/unit/transports/weft/client/live.c $(repl_script) $(PAIR)
tests_unit_transports_weft_client_live_LDADD = $(TEST_LIBS)
