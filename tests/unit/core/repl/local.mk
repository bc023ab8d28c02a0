# Unit tests of core/repl.
check_PROGRAMS += tests/unit/core/repl/bulk
TESTS += tests/unit/core/repl/bulk
tests_unit_core_repl_bulk_SOURCES = tests/unit/core/repl/bulk.c
tests_unit_core_repl_bulk_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/conflict
TESTS += tests/unit/core/repl/conflict
tests_unit_core_repl_conflict_SOURCES = tests/unit/core/repl/conflict.c
tests_unit_core_repl_conflict_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/diff
TESTS += tests/unit/core/repl/diff
tests_unit_core_repl_diff_SOURCES = tests/unit/core/repl/diff.c
tests_unit_core_repl_diff_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/merge
TESTS += tests/unit/core/repl/merge
tests_unit_core_repl_merge_SOURCES = tests/unit/core/repl/merge.c
tests_unit_core_repl_merge_LDADD = $(TEST_LIBS)

SESSION_PEERS = tests/lib/peer.c tests/lib/peer.h \
	tests/lib/session_peers.c tests/lib/session_peers.h \
	tests/lib/session_run.c tests/lib/session_run.h

check_PROGRAMS += tests/unit/core/repl/session
TESTS += tests/unit/core/repl/session
tests_unit_core_repl_session_SOURCES = tests/unit/core/repl/session.c \
	$(SESSION_PEERS)
tests_unit_core_repl_session_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/session_calls
TESTS += tests/unit/core/repl/session_calls
tests_unit_core_repl_session_calls_SOURCES = tests/unit/core/repl/session_calls.c \
	$(SESSION_PEERS)
tests_unit_core_repl_session_calls_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/session_conflict
TESTS += tests/unit/core/repl/session_conflict
tests_unit_core_repl_session_conflict_SOURCES = tests/unit/core/repl/session_conflict.c \
	$(SESSION_PEERS)
tests_unit_core_repl_session_conflict_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/session_fault
TESTS += tests/unit/core/repl/session_fault
tests_unit_core_repl_session_fault_SOURCES = tests/unit/core/repl/session_fault.c \
	$(SESSION_PEERS)
tests_unit_core_repl_session_fault_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/message
TESTS += tests/unit/core/repl/message
tests_unit_core_repl_message_SOURCES = tests/unit/core/repl/message.c
tests_unit_core_repl_message_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/reconcile
TESTS += tests/unit/core/repl/reconcile
tests_unit_core_repl_reconcile_SOURCES = tests/unit/core/repl/reconcile.c \
	tests/lib/record_set.c tests/lib/record_set.h
tests_unit_core_repl_reconcile_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/sketch
TESTS += tests/unit/core/repl/sketch
tests_unit_core_repl_sketch_SOURCES = tests/unit/core/repl/sketch.c
tests_unit_core_repl_sketch_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/repl/unread
TESTS += tests/unit/core/repl/unread
tests_unit_core_repl_unread_SOURCES = tests/unit/core/repl/unread.c
tests_unit_core_repl_unread_LDADD = $(TEST_LIBS)
