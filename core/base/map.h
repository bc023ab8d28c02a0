/*
 * A hash map from bytes to pointers.
 *
 * uthash with our own hash function: keys come from peers, and uthash's own
 * has a constant seed, so that colliding keys could be made up front.
 */
#ifndef CORE_BASE_MAP_H
#define CORE_BASE_MAP_H

#include <weft/types.h>

struct weft__map_entry;

/* Zero-initialised is an empty map. */
struct weft__map {
	struct weft__map_entry *entries;
};

/* Hash of the bytes with this process's random seed (SipHash-1-3). */
uint64_t weft__hash_seeded(const void *data, size_t size);

/*
 * Sets key to value ('value' is kept, the key copied), replacing an earlier
 * one.  Returns 0 or WEFT_ENOMEM (the map is as it was).
 */
WEFT_MUST_CHECK int weft__map_put(
    struct weft__map *map, struct weft_slice key, void *value);

/* The value of the key, or NULL.  Cost: O(1). */
void *weft__map_find(const struct weft__map *map, struct weft_slice key);

/* Takes the key out; its value, or NULL. */
void *weft__map_remove(struct weft__map *map, struct weft_slice key);

/* The number of entries. */
size_t weft__map_count(const struct weft__map *map);

/* Calls 'visit' for each entry in insertion order; stops when it is false. */
void weft__map_each(const struct weft__map *map,
    bool (*visit)(struct weft_slice key, void *value, void *context),
    void *context);

/* Empties the map; 'free_value' (may be NULL) is called with each value. */
void weft__map_fini(struct weft__map *map, void (*free_value)(void *value));

#endif
