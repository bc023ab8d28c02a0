# Unit tests of core/store.
store_test_lib = \
	tests/lib/faulty_files.c tests/lib/faulty_files.h \
	tests/lib/memory_feed.c tests/lib/memory_feed.h \
	tests/lib/naive_trie.c tests/lib/naive_trie.h \
	tests/lib/store_fixture.c tests/lib/store_fixture.h

check_PROGRAMS += tests/unit/core/store/commit
TESTS += tests/unit/core/store/commit
tests_unit_core_store_commit_SOURCES = tests/unit/core/store/commit.c
tests_unit_core_store_commit_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/compact
TESTS += tests/unit/core/store/compact
tests_unit_core_store_compact_SOURCES = tests/unit/core/store/compact.c \
	$(store_test_lib)
tests_unit_core_store_compact_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/faults
TESTS += tests/unit/core/store/faults
tests_unit_core_store_faults_SOURCES = tests/unit/core/store/faults.c \
	$(store_test_lib)
tests_unit_core_store_faults_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/file
TESTS += tests/unit/core/store/file
tests_unit_core_store_file_SOURCES = tests/unit/core/store/file.c \
	tests/lib/faulty_files.c tests/lib/faulty_files.h
tests_unit_core_store_file_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/history
TESTS += tests/unit/core/store/history
tests_unit_core_store_history_SOURCES = tests/unit/core/store/history.c \
	$(store_test_lib)
tests_unit_core_store_history_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/find_tip
TESTS += tests/unit/core/store/find_tip
tests_unit_core_store_find_tip_SOURCES = tests/unit/core/store/find_tip.c \
	$(store_test_lib)
tests_unit_core_store_find_tip_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/git_config
TESTS += tests/unit/core/store/git_config
tests_unit_core_store_git_config_SOURCES = tests/unit/core/store/git_config.c
tests_unit_core_store_git_config_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/name
TESTS += tests/unit/core/store/name
tests_unit_core_store_name_SOURCES = tests/unit/core/store/name.c
tests_unit_core_store_name_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/node_cache
TESTS += tests/unit/core/store/node_cache
tests_unit_core_store_node_cache_SOURCES = tests/unit/core/store/node_cache.c
tests_unit_core_store_node_cache_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/oid_set
TESTS += tests/unit/core/store/oid_set
tests_unit_core_store_oid_set_SOURCES = tests/unit/core/store/oid_set.c
tests_unit_core_store_oid_set_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/pack
TESTS += tests/unit/core/store/pack
tests_unit_core_store_pack_SOURCES = tests/unit/core/store/pack.c \
	$(store_test_lib)
tests_unit_core_store_pack_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/pack_map
TESTS += tests/unit/core/store/pack_map
tests_unit_core_store_pack_map_SOURCES = tests/unit/core/store/pack_map.c \
	tests/lib/forged_pack.c tests/lib/forged_pack.h $(store_test_lib)
tests_unit_core_store_pack_map_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/project
TESTS += tests/unit/core/store/project
tests_unit_core_store_project_SOURCES = tests/unit/core/store/project.c \
	$(store_test_lib)
tests_unit_core_store_project_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/ref
TESTS += tests/unit/core/store/ref
tests_unit_core_store_ref_SOURCES = tests/unit/core/store/ref.c \
	$(store_test_lib)
tests_unit_core_store_ref_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/repository
TESTS += tests/unit/core/store/repository
tests_unit_core_store_repository_SOURCES = tests/unit/core/store/repository.c \
	$(store_test_lib)
tests_unit_core_store_repository_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/retain
TESTS += tests/unit/core/store/retain
tests_unit_core_store_retain_SOURCES = tests/unit/core/store/retain.c \
	$(store_test_lib)
tests_unit_core_store_retain_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/spill
TESTS += tests/unit/core/store/spill
tests_unit_core_store_spill_SOURCES = tests/unit/core/store/spill.c \
	$(store_test_lib)
tests_unit_core_store_spill_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/store
TESTS += tests/unit/core/store/store
tests_unit_core_store_store_SOURCES = tests/unit/core/store/store.c \
	$(store_test_lib)
tests_unit_core_store_store_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/tree
TESTS += tests/unit/core/store/tree
tests_unit_core_store_tree_SOURCES = tests/unit/core/store/tree.c
tests_unit_core_store_tree_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/trie
TESTS += tests/unit/core/store/trie
tests_unit_core_store_trie_SOURCES = tests/unit/core/store/trie.c \
	$(store_test_lib)
tests_unit_core_store_trie_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/verify
TESTS += tests/unit/core/store/verify
tests_unit_core_store_verify_SOURCES = tests/unit/core/store/verify.c \
	$(store_test_lib)
tests_unit_core_store_verify_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/walk
TESTS += tests/unit/core/store/walk
tests_unit_core_store_walk_SOURCES = tests/unit/core/store/walk.c \
	$(store_test_lib)
tests_unit_core_store_walk_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/core/store/node
TESTS += tests/unit/core/store/node
tests_unit_core_store_node_SOURCES = tests/unit/core/store/node.c \
	$(store_test_lib)
tests_unit_core_store_node_LDADD = $(TEST_LIBS)
