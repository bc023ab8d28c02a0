# Unit tests of core/store.
store_test_lib = \
	tests/lib/faulty_files.c tests/lib/faulty_files.h \
	tests/lib/memory_feed.c tests/lib/memory_feed.h \
	tests/lib/naive_trie.c tests/lib/naive_trie.h \
	tests/lib/store_fixture.c tests/lib/store_fixture.h

check_PROGRAMS += tests/unit/core/store/faults
TESTS += tests/unit/core/store/faults
tests_unit_core_store_faults_SOURCES = tests/unit/core/store/faults.c \
	$(store_test_lib)
tests_unit_core_store_faults_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/project
TESTS += tests/unit/core/store/project
tests_unit_core_store_project_SOURCES = tests/unit/core/store/project.c \
	$(store_test_lib)
tests_unit_core_store_project_LDADD = $(TEST_LIBS)
