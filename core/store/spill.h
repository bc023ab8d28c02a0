/*
 * Items that do not fit into memory: kept in a file, to be had again by the
 * first byte of their hashes.
 *
 * Each time memory is full, all that is in it is appended as a run, in the
 * order of these bytes; so one byte's items are a stretch of each run.
 */
#ifndef CORE_STORE_SPILL_H
#define CORE_STORE_SPILL_H

#include "core/store/oid_set.h"
#include "core/store/trie.h"

#define WEFT__SPILL_PARTS 256

/* Its file has a name for a moment only. */
#define WEFT__SPILL_FILE "weft/spill.tmp"

/* A run: its stretches follow one another. */
struct weft__spill_run {
	uint64_t at;                        /* where it begins */
	uint32_t sizes[WEFT__SPILL_PARTS];  /* bytes */
	uint32_t counts[WEFT__SPILL_PARTS]; /* items */
};

/* The items of one model.  Zero-initialised is empty. */
struct weft__spill {
	struct weft__file *file; /* kept; others may write to it, too */
	struct weft__spill_run *runs;
	size_t count;
	size_t capacity;
	bool present[WEFT__SPILL_PARTS];
	uint32_t repeated[WEFT__SPILL_PARTS]; /* see weft__spill_load() */
	struct weft__oid_set set;             /* of the part that was loaded */
	char *bytes;                          /* of it, or of a new run */
	size_t bytes_capacity;
	struct weft__trie_item *items;        /* of it */
	size_t items_capacity;
	struct weft__trie_item **list;        /* of them */
	size_t list_capacity;
};

/* Frees; the file stays. */
void weft__spill_fini(struct weft__spill *spill);

/* Makes a file for items, which has no name any more. */
WEFT_MUST_CHECK int weft__spill_create(struct weft__file *file,
    const struct weft__directory *directory, struct weft_error *error);

/*
 * Appends a run of the items, which have different hashes.  Returns also
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__spill_add(struct weft__spill *spill,
    struct weft__trie_item *const *items, size_t count,
    struct weft_error *error);

/*
 * Loads a part in the place of the one before.  Of items with the same hash,
 * in different runs, there is one; repeated[byte] says how many were left out.
 * As 'load' of struct weft__trie_parts, with the spill as its context.
 */
WEFT_MUST_CHECK int weft__spill_load(void *spill, unsigned byte,
    struct weft__trie_item ***items, size_t *count,
    struct weft_error *error);

#endif
