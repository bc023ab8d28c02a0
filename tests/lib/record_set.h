/*
 * A set of records that answers the questions of a reconciliation, in the
 * plainest way: everything is computed anew from a sorted list.
 */
#ifndef TESTS_LIB_RECORD_SET_H
#define TESTS_LIB_RECORD_SET_H

#include "tests/lib/test.h"

#include "core/repl/message.h"
#include "core/repl/source.h"

struct set_record {
	char id[32];
	struct weft__oid hash; /* of the id */
	struct weft__oid blob;
	bool deleted;
};

struct record_set {
	struct weft_source source; /* first; only 'reconcile' is there */
	struct set_record *records; /* in the order of their hashes */
	size_t length, capacity;
	unsigned questions;         /* answered so far */
	unsigned cells;             /* told so far */
	uint32_t asked;             /* nodes or names in the last question */

	/* Changes an answer before it is given, or fails instead; or NULL. */
	int (*mangle)(struct record_set *set, enum weft__ask ask,
	    struct weft_buf *answer);
	size_t changes_limit; /* changes told in one answer; 0: all */
};

void record_set_init(struct record_set *set);
void record_set_fini(struct record_set *set);

/* Sets the record to a state, which its blob's name is made from. */
void record_set_put(struct record_set *set, const char *id, unsigned state);

/* Leaves a tombstone. */
void record_set_delete(struct record_set *set, const char *id);

/* The record, live or deleted, or NULL. */
struct set_record *record_set_find(struct record_set *set, const char *id);

/* The root, as a trie of these records might have it. */
void record_set_root(const struct record_set *set, struct weft__oid *root);

#endif
