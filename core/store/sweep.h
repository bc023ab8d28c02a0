/*
 * Dropping the objects that no ref reaches.
 */
#ifndef CORE_STORE_SWEEP_H
#define CORE_STORE_SWEEP_H

#include "core/store/store.h"

/*
 * Rewrites the packs that hold anything not reached by any ref, without it;
 * packs with a .keep file are left alone.  The store is locked and recovered.
 * Returns 0; WEFT_EDAMAGED: what a ref reaches is missing or damaged: then
 * nothing is dropped.
 * Cost: reads all trees; memory a bit per object.
 */
WEFT_MUST_CHECK int weft__sweep(
    struct weft__store *store, struct weft_error *error);

#endif
