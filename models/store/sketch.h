/*
 * The sketch of a model's live records that a datasource keeps in memory, so
 * that a peer can be told of it without a walk over all records.
 *
 * A sketch is of a root.  It is made by one walk over the trie when first
 * wanted, and follows each projection by what differs between the two roots:
 * so it is right whoever wrote, in this process or another, and is only ever
 * lost, never wrong.  Between two roots it has WEFT_LIMIT_SKETCH_KEPT cells;
 * more, if somebody asks for them, until the root moves.
 *
 * All calls hold the datasource's store_mutex.
 */
#ifndef MODELS_STORE_SKETCH_H
#define MODELS_STORE_SKETCH_H

#include "core/repl/sketch.h"
#include "models/model.h"

struct weft__kept_sketch {
	struct weft__oid root;
	struct weft__sketch sketch;
	uint64_t count; /* symbols in it */
};

/*
 * Makes model->sketch that of 'root', with at least 'length' cells (at most
 * WEFT_LIMIT_SKETCH_CELLS).  Returns 0; WEFT_ENOTFOUND: no such root; what
 * the store returns: then there is no sketch.
 * Cost: nothing if it is; O(what differs) from another root; else a walk.
 */
WEFT_MUST_CHECK int weft__model_sketch(struct weft_model *model,
    const struct weft__oid *root, uint32_t length, struct weft_error *error);

/* Lets the sketches of all models follow to the store's tip.  A sketch that
 * cannot is dropped: that is no error. */
void weft__sketches_follow(struct weft_datasource *datasource);

/* Frees it; there may be none. */
void weft__model_sketch_drop(struct weft_model *model);

#endif
