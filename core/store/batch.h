/*
 * What a commit is made of: journal rows, and the records that they change.
 */
#ifndef CORE_STORE_BATCH_H
#define CORE_STORE_BATCH_H

#include "core/base/map.h"
#include "core/store/pack.h"
#include "core/store/store.h"
#include "core/store/trie.h"

/* A record that rows are of. */
struct weft__change {
	struct weft__trie_item item; /* first, and so its hash */
	struct weft_slice id;        /* the arena's */
};

struct weft__batch_model {
	struct weft__batch_model *next;
	struct weft_slice name;       /* the arena's */
	struct weft__change *changes; /* in the order of their first rows */
	size_t count;
	size_t capacity;
	struct weft__oid_set set;     /* of changes */
};

struct weft__batch {
	const struct weft__feed *feed;    /* kept */
	struct weft__arena arena;
	struct weft__map by_name;         /* of models */
	struct weft__batch_model *models; /* in the order of first rows */
	struct weft__batch_model **last;  /* where the next one goes */
	struct weft__store_commit commit; /* what the rows say of it */
	uint64_t rows;
	struct weft__pack pack;           /* for the objects */
	struct weft_error *error;         /* kept, may be NULL */
};

/* Begins without rows.  What is kept must outlive the batch. */
void weft__batch_init(struct weft__batch *batch,
    const struct weft__feed *feed, struct weft_error *error);

/* Frees; of the pack, too. */
void weft__batch_fini(struct weft__batch *batch);

/*
 * Reads the rows after 'after', at most WEFT_LIMIT_PROJECT_ROWS, and notes
 * each record once.  Returns 0; what the feed returned; WEFT_EINVAL: rows that
 * cannot be; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__batch_read_rows(
    struct weft__batch *batch, uint64_t after);

/*
 * Reads each record's state as of the last row, and adds its blob to the pack.
 * Returns 0; what the feed returned; as weft__pack_add(); WEFT_EDAMAGED: a
 * body is not what its blob id says; WEFT_EINVAL: a record without a body.
 */
WEFT_MUST_CHECK int weft__batch_read_states(struct weft__batch *batch);

/* Sets and returns WEFT_ENOMEM. */
int weft__batch_no_memory(struct weft__batch *batch);

#endif
