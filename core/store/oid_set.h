/*
 * Which elements of an array have the same hash: a table of indexes beside an
 * array that somebody else owns and lets grow.
 */
#ifndef CORE_STORE_OID_SET_H
#define CORE_STORE_OID_SET_H

#include "core/base/hash.h"

/* Zero-initialised is empty. */
struct weft__oid_set {
	uint64_t *slots; /* hash and index + 1, or 0; open addressing */
	size_t count;    /* of indexes */
	unsigned bits;   /* of the number of slots */
	uint64_t multiplier;
};

/*
 * Adds element 'index' of an array whose elements begin with a struct
 * weft__oid and are 'stride' bytes apart.  '*same' is the index of the
 * element added earlier that has the same hash, which stays the one that
 * counts, or 'index' itself.
 * Returns 0 or WEFT_ENOMEM.  Cost: O(1), also for hashes chosen to collide.
 */
WEFT_MUST_CHECK int weft__oid_set_add(struct weft__oid_set *set,
    const void *array, size_t stride, uint32_t index, uint32_t *same);

/*
 * Fetches what weft__oid_set_add() of this hash will look at: in a large set
 * that takes as long as everything else.  Worth it if other work lies between.
 */
void weft__oid_set_prefetch(
    const struct weft__oid_set *set, const struct weft__oid *oid);

/* Forgets all, keeps the memory; or frees it. */
void weft__oid_set_clear(struct weft__oid_set *set);
void weft__oid_set_fini(struct weft__oid_set *set);

#endif
