# Tests that make things go wrong.
check_PROGRAMS += tests/fault/kill_after tests/fault/writer
tests_fault_kill_after_SOURCES = tests/fault/kill_after.c
tests_fault_writer_SOURCES = tests/fault/writer.c
tests_fault_writer_LDADD = libweft-all.la

check_PROGRAMS += tests/fault/hostile
TESTS += tests/fault/hostile
tests_fault_hostile_SOURCES = tests/fault/hostile.c \
	tests/lib/forged_pack.c tests/lib/forged_pack.h $(store_test_lib)
tests_fault_hostile_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/fault/kill_writers
TESTS += tests/fault/kill_writers
tests_fault_kill_writers_SOURCES = tests/fault/kill_writers.c $(FIXTURE)
tests_fault_kill_writers_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/fault/line
TESTS += tests/fault/line
tests_fault_line_SOURCES = tests/fault/line.c \
	tests/lib/proxy.c tests/lib/proxy.h $(certificate) \
	$(repl_server) $(PAIR)
tests_fault_line_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/fault/power
TESTS += tests/fault/power
tests_fault_power_SOURCES = tests/fault/power.c \
	tests/lib/disk_log.c tests/lib/disk_log.h \
	tests/lib/power_loss.c tests/lib/power_loss.h $(FIXTURE)
tests_fault_power_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/fault/power_checkpoints
TESTS += tests/fault/power_checkpoints
tests_fault_power_checkpoints_SOURCES = tests/fault/power_checkpoints.c \
	tests/lib/disk_log.c tests/lib/disk_log.h \
	tests/lib/power_loss.c tests/lib/power_loss.h $(FIXTURE)
tests_fault_power_checkpoints_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/fault/power_source
TESTS += tests/fault/power_source
tests_fault_power_source_SOURCES = tests/fault/power_source.c \
	tools/files.c tools/files.h tools/new_source.c tools/new_source.h \
	tests/lib/disk_log.c tests/lib/disk_log.h \
	tests/lib/power_loss.c tests/lib/power_loss.h
tests_fault_power_source_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/fault/crowd
TESTS += tests/fault/crowd
tests_fault_crowd_SOURCES = tests/fault/crowd.c \
	tests/lib/http.c tests/lib/http.h
tests_fault_crowd_LDADD = $(TEST_LIBS)

FAULT_TESTS = tests/fault/kill.sh tests/fault/kill_daemon.sh \
	tests/fault/space.sh
EXTRA_DIST += tests/fault/rest_client.sh
dist_check_SCRIPTS += $(FAULT_TESTS)
TESTS += $(FAULT_TESTS)
