/*
 * The trees that were read last, by id: a bounded number of bytes, of which
 * those that were not asked for longest go first.
 */
#ifndef CORE_STORE_NODE_CACHE_H
#define CORE_STORE_NODE_CACHE_H

#include "core/store/objects.h"

struct weft__node_cache_entry;

/* Zero-initialised is empty; then set 'limit'. */
struct weft__node_cache {
	size_t limit; /* bytes */
	size_t size;  /* bytes kept, with what keeping takes */
	struct weft__node_cache_entry **table;
	struct weft__node_cache_entry *newest, *oldest;
};

/* An object to be released as any; false: it is not there. */
bool weft__node_cache_get(struct weft__node_cache *cache,
    const struct weft__oid *oid, struct weft__object *object);

/*
 * Keeps the object, which stays the caller's.  Nothing is kept if memory is
 * out or the object alone is larger than the limit.
 */
void weft__node_cache_put(struct weft__node_cache *cache,
    const struct weft__oid *oid, const struct weft__object *object);

/* Empties it. */
void weft__node_cache_fini(struct weft__node_cache *cache);

#endif
