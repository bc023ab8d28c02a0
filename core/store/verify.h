/*
 * Checking: what verify.c (commits) and verify_trie.c (tries) share.
 */
#ifndef CORE_STORE_VERIFY_H
#define CORE_STORE_VERIFY_H

#include "core/base/arena.h"
#include "core/store/objects.h"
#include "core/store/store.h"

/* Where we are: a ref, a pack, or a place in a commit; told with each
 * problem. */
#define WEFT__VERIFY_PATH 512

struct weft__verify {
	struct weft__objects *objects;
	const struct weft__directory *directory; /* the repository */
	bool deep;
	int (*visit)(const struct weft__store_problem *problem, void *context);
	weft__verify_progress_fn progress; /* or NULL */
	void *context;
	uint64_t problems; /* told of */
	uint64_t done, total; /* checks */
	struct weft__arena arena;
	struct weft__oid live; /* the trie of records beside the tombstones' */
	struct weft_slice model; /* that the path leads into, or no value */
	struct weft_slice id;    /* of the record, or no value */
	char path[WEFT__VERIFY_PATH];
	size_t path_size;
	struct weft_error *error;
};

/*
 * Tells of a problem at the path; 'oid' is the object's that it is of, or
 * NULL.  Returns what the visitor returned.
 */
int weft__verify_report(struct weft__verify *verify,
    const struct weft__oid *oid, const char *text);

/* Goes down to "<path>/<name>" (or "<name>"); returns what to go back to. */
size_t weft__verify_enter(
    struct weft__verify *verify, struct weft_slice name);
void weft__verify_leave(struct weft__verify *verify, size_t path_size);

/* Counts checks that were made, and tells so now and then.  Returns what the
 * receiver returned. */
int weft__verify_count(struct weft__verify *verify, uint64_t checks);

/*
 * Reads an object and checks its hash; a problem is reported, and the content
 * then has no value.
 * Returns 0; what the visitor returned; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__verify_object(struct weft__verify *verify,
    const struct weft__oid *oid, enum weft__object_type type,
    struct weft__object *object);

/*
 * Checks a trie; what is the same in 'other' (zero: none), at the same place,
 * has been checked.  Returns as weft__verify_object().
 */
WEFT_MUST_CHECK int weft__verify_trie(struct weft__verify *verify,
    enum weft__store_part part, const struct weft__oid *root,
    const struct weft__oid *other);

/*
 * Checks each pack and its index as whole files, and that each has the other.
 * Returns 0; what the visitor returned; WEFT_ENOMEM; WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__verify_packs(struct weft__verify *verify,
    const struct weft__directory *directory);

#endif
