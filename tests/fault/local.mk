# Tests that make things go wrong.
check_PROGRAMS += tests/fault/kill_after tests/fault/writer
tests_fault_kill_after_SOURCES = tests/fault/kill_after.c
tests_fault_writer_SOURCES = tests/fault/writer.c
tests_fault_writer_LDADD = libweft-all.la

FAULT_TESTS = tests/fault/kill.sh tests/fault/space.sh
dist_check_SCRIPTS += $(FAULT_TESTS)
TESTS += $(FAULT_TESTS)
