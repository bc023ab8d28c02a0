# core/store: the revision store, a git repository.
libweft_all_la_SOURCES += \
	core/store/backup.c core/store/backup.h \
	core/store/batch.c core/store/batch.h \
	core/store/commit.c core/store/commit.h \
	core/store/compact.c core/store/compact.h \
	core/store/feed.h \
	core/store/file.c core/store/file.h \
	core/store/find_tip.c \
	core/store/git_config.c core/store/git_config.h \
	core/store/history.c core/store/history.h \
	core/store/name.c core/store/name.h \
	core/store/node.c core/store/node.h \
	core/store/node_cache.c core/store/node_cache.h \
	core/store/objects.c core/store/objects.h \
	core/store/objects_git.c core/store/objects_git.h \
	core/store/oid_set.c core/store/oid_set.h \
	core/store/pack.c core/store/pack.h \
	core/store/pack_chain.c core/store/pack_chain.h \
	core/store/pack_index.c \
	core/store/pack_list.c core/store/pack_list.h \
	core/store/pack_map.c core/store/pack_map.h \
	core/store/pack_verify.c \
	core/store/pack_entries.c core/store/pack_entries.h \
	core/store/pack_merge.c core/store/pack_merge.h \
	core/store/pack_set.c core/store/pack_set.h \
	core/store/parent.c \
	core/store/project.c \
	core/store/reach.c core/store/reach.h \
	core/store/ref.c core/store/ref.h \
	core/store/ref_write.c \
	core/store/ref_list.c core/store/ref_list.h \
	core/store/repository.c core/store/repository.h \
	core/store/retain.c \
	core/store/set_aside.c \
	core/store/spill.c core/store/spill.h \
	core/store/store.c core/store/store.h \
	core/store/store_internal.h \
	core/store/sweep.c core/store/sweep.h \
	core/store/tombstone.c core/store/tombstone.h \
	core/store/tree.c core/store/tree.h \
	core/store/trie.c core/store/trie.h \
	core/store/trie_build.c core/store/trie_build.h \
	core/store/trie_diff.c \
	core/store/trie_update.c \
	core/store/verify.c core/store/verify.h \
	core/store/verify_trie.c \
	core/store/walk.c
