/*
 * Which revision the other side has of each record, as far as it is known:
 * what came from it, and what it has taken.  It saves telling it what it
 * knows; it is never relied on to be complete.
 */
#ifndef TRANSPORTS_WEFT_KNOWN_H
#define TRANSPORTS_WEFT_KNOWN_H

#include <weft/types.h>

#include "core/base/hash.h"

struct weft__known_entry {
	uint64_t record[2];   /* of the hash of model and id; zero: free */
	struct weft__oid rev; /* or its hash; all zero: deleted */
};

/* Zero-initialised is empty.  48 bytes for each record, more or less. */
struct weft__known {
	struct weft__known_entry *entries;
	size_t count;
	size_t capacity; /* a power of two, or 0 */
};

/* Frees it; it is empty then. */
void weft__known_fini(struct weft__known *known);

/* Notes the revision (no value: deleted).  Without memory nothing is noted. */
void weft__known_put(struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev);

/* Whether the other side is known to have exactly this. */
bool weft__known_has(const struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev);

#endif
