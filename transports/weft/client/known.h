/*
 * Which revision the other side has of each record, and of which generation, as
 * far as it is known: what came from it, and what it has taken.  It saves
 * telling it what it knows; it is never relied on to be complete.
 */
#ifndef TRANSPORTS_WEFT_CLIENT_KNOWN_H
#define TRANSPORTS_WEFT_CLIENT_KNOWN_H

#include <weft/types.h>

/* Hashes with this process's seed, which nobody can aim at. */
struct weft__known_entry {
	uint64_t record; /* of model and id; 0: free */
	uint64_t state;  /* of revision and generation */
};

/* Zero-initialised is empty.  24 to 48 bytes for each record. */
struct weft__known {
	struct weft__known_entry *entries;
	size_t count;
	size_t capacity; /* a power of two, or 0 */
};

/* Frees it; it is empty then. */
void weft__known_fini(struct weft__known *known);

/* Notes the revision (no value: deleted), and the generation that it has there
 * (0: not told).  Without memory nothing is noted. */
void weft__known_put(struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev, uint32_t generation);

/* Whether the other side is known to have exactly this. */
bool weft__known_has(const struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev, uint32_t generation);

#endif
