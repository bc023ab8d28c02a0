/*
 * Replication between two peers without a position: the session's changes are
 * those of the records that the peers find to differ by core/repl/reconcile.h,
 * as models/replicate/compare.c gives them.
 */
#ifndef TESTS_LIB_PEER_COMPARE_H
#define TESTS_LIB_PEER_COMPARE_H

#include "core/repl/call.h"
#include "tests/lib/peer.h"

/* A comparison for one session; zero-initialised, there is none. */
struct peer_compare {
	bool due;  /* set by the test: compare when changes are read */
	bool done; /* what differed is known */
	struct weft__party parties[2];
	struct weft__reconcile_options options;
	struct weft__reconcile reconcile;
	size_t given;
};

/* Answers for a peer, which is taken to have PEER_COMPARE_MORE records more
 * than it says: the same for all.  For struct weft__source_ops. */
#define PEER_COMPARE_MORE 60
int peer_compare_answer(struct weft_source *source, const char *model,
    struct weft_slice question, struct weft_buf *answer,
    struct weft_error *error);

/*
 * Gives the next page of changes.  '*taken' false: the peers cannot tell what
 * differs, and the whole list is to be read.
 */
int peer_compare_changes(struct peer_compare *compare, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    bool *taken, struct weft_error *error);

void peer_compare_fini(struct peer_compare *compare);

#endif
