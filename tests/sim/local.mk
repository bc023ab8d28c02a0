# Simulations: whole peers, random histories, invariants.
check_PROGRAMS += tests/sim/replicate
TESTS += tests/sim/replicate
tests_sim_replicate_SOURCES = tests/sim/replicate.c \
	tests/lib/session_run.c tests/lib/session_run.h \
	tests/lib/peer.c tests/lib/peer.h \
	tests/lib/peer_compare.c tests/lib/peer_compare.h \
	tests/lib/record_set.c tests/lib/record_set.h
tests_sim_replicate_LDADD = $(TEST_LIBS)
