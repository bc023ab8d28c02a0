/*
 * Which revision the other side has of each record, as far as it is known:
 * what came from it, and what it has taken.  It saves telling it what it
 * knows; it is never relied on to be complete.
 */
#ifndef TRANSPORTS_WEFT_CLIENT_KNOWN_H
#define TRANSPORTS_WEFT_CLIENT_KNOWN_H

#include <weft/types.h>

/* Hashes with this process's seed, which nobody can aim at. */
struct weft__known_entry {
	uint64_t record; /* of model and id; 0: free */
	uint64_t rev;    /* of the revision; 0: deleted */
};

/* Zero-initialised is empty.  24 to 48 bytes for each record. */
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
