/*
 * Which objects of a repository its refs reach: those that stay when the rest
 * is dropped.  Knows git's objects in general, not only those of weft.
 */
#ifndef CORE_STORE_REACH_H
#define CORE_STORE_REACH_H

#include "core/store/objects.h"
#include "core/store/pack_set.h"

struct weft__reach {
	const struct weft__directory *directory; /* kept */
	struct weft__objects *objects;    /* kept */
	const struct weft__pack_set *set; /* kept */
	uint64_t **marks;       /* for each pack a bit for each place */
	uint64_t *counts;       /* of marks, for each pack */
	struct weft__oid *todo; /* marked, not yet read */
	size_t length;
	size_t capacity;
};

/* Begins without marks.  Returns 0 or WEFT_ENOMEM; fini() in any case. */
WEFT_MUST_CHECK int weft__reach_init(struct weft__reach *reach,
    const struct weft__directory *directory, struct weft__objects *objects,
    const struct weft__pack_set *set, struct weft_error *error);
void weft__reach_fini(struct weft__reach *reach);

/*
 * Marks the object and all that it leads to, each in one pack.
 * Returns 0; WEFT_EDAMAGED: an object is missing or malformed;
 * WEFT_EUNSUPPORTED: one is there, but in no pack; WEFT_ENOMEM.
 * Cost: reads each commit, tree and tag once, no blob.
 */
WEFT_MUST_CHECK int weft__reach_mark(struct weft__reach *reach,
    const struct weft__oid *oid, struct weft_error *error);

#endif
