/*
 * What a commit is made of: journal rows, and the records that they change.
 *
 * Rows are read in slices of WEFT_LIMIT_PROJECT_ROWS, each with the states of
 * its records, whose blobs go into the pack.  If there is more than one slice,
 * what the tries need to know of each goes into a file meanwhile: memory is
 * bounded by the slice.
 */
#ifndef CORE_STORE_BATCH_H
#define CORE_STORE_BATCH_H

#include "core/base/map.h"
#include "core/store/pack.h"
#include "core/store/spill.h"
#include "core/store/store.h"
#include "core/store/trie.h"

/* A record that rows are of. */
struct weft__change {
	struct weft__trie_item item; /* first, and so its hash */
	struct weft_slice id;        /* the arena's */
};

struct weft__batch_model {
	struct weft__batch_model *next;
	struct weft_slice name;       /* of the arena of names */
	struct weft__change *changes; /* in the order of their first rows */
	size_t count;
	size_t capacity;
	struct weft__oid_set set;     /* of changes */
	struct weft__spill spill;     /* changes of earlier slices */
	bool deletes;                 /* some changes are deletions */
};

struct weft__batch {
	const struct weft__feed *feed;    /* kept */
	struct weft__arena names;         /* of models */
	struct weft__arena arena;         /* of the slice */
	struct weft__map by_name;         /* of models */
	struct weft__batch_model *models; /* in the order of first rows */
	struct weft__batch_model **last;  /* where the next one goes */
	struct weft__batch_model *recent; /* of the last row */
	struct weft__store_commit commit; /* what the rows say of it */
	uint64_t end;                     /* states are as of this row */
	uint64_t rows;
	uint64_t slice_rows;
	struct weft__file file;           /* of all 'spill', if there is one */
	struct weft__pack pack;           /* for the objects */
	struct weft_error *error;         /* kept, may be NULL */
};

/* Begins without rows.  What is kept must outlive the batch. */
void weft__batch_init(struct weft__batch *batch,
    const struct weft__feed *feed, struct weft_error *error);

/* Frees; of the pack, too. */
void weft__batch_fini(struct weft__batch *batch);

/*
 * Reads all rows after 'after' and the states of their records as of the last
 * one.  The pack has been initialised, and gets the blobs.
 * Returns 0; what the feed returned; as weft__pack_add(); WEFT_EINVAL: rows
 * that cannot be, or a record without a body; WEFT_EDAMAGED: a body is not
 * what its blob id says; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__batch_read(
    struct weft__batch *batch, uint64_t after);

/* Whether the model's changes are in 'spill', not in 'changes'. */
bool weft__batch_is_spilled(const struct weft__batch *batch);

/* Sets and returns WEFT_ENOMEM. */
int weft__batch_no_memory(struct weft__batch *batch);

/* The model's items, as a list in the arena; NULL: no memory. */
struct weft__trie_item **weft__batch_items(
    struct weft__batch *batch, const struct weft__batch_model *model);

#endif
