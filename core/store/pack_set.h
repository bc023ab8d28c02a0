/*
 * All packs of a repository, open together, as they were at one moment: what
 * is merged, swept and backed up.  What they have can be read after they were
 * removed, too.
 */
#ifndef CORE_STORE_PACK_SET_H
#define CORE_STORE_PACK_SET_H

#include "core/store/pack_map.h"

/* One of them. */
struct weft__pack_open {
	struct weft__oid hash; /* its name */
	struct weft__pack_map map;
	bool is_kept;          /* has a .keep file */
	bool is_ours;          /* looks as if written by weft: no deltas, no
	                          compression */
};

struct weft__pack_set {
	struct weft__pack_open *packs;
	size_t length;
	size_t capacity;
	size_t foreign; /* packs whose names are not git's: left alone */
};

/*
 * Opens all packs of a repository.
 * Returns 0; WEFT_EDAMAGED: an index does not fit its pack; WEFT_EIO;
 * WEFT_ENOMEM.  On failure there is nothing to close.
 */
WEFT_MUST_CHECK int weft__pack_set_open(struct weft__pack_set *set,
    const struct weft__directory *directory, struct weft_error *error);
void weft__pack_set_close(struct weft__pack_set *set);

/* How many packs a repository has.  Cost: one readdir(). */
WEFT_MUST_CHECK int weft__pack_set_count(
    const struct weft__directory *directory, size_t *count,
    struct weft_error *error);

#endif
