# The store as git sees it.
check_PROGRAMS += tests/store/journal
tests_store_journal_SOURCES = tests/store/journal.c \
	tests/lib/memory_feed.c tests/lib/memory_feed.h
tests_store_journal_LDADD = libweft-all.la

dist_check_SCRIPTS += tests/store/git.sh
TESTS += tests/store/git.sh
