/*
 * Where pages of change lists ended.
 *
 * A LoopBack client pages by "skip", over a list that moves on while it reads:
 * a record that is changed again goes to the end, and what came after it would
 * be passed over.  So the place after each page is kept, and a page that
 * begins there goes on from it.  Of several that were read alike the first is
 * kept: it is before the others, so that nobody misses a change; seeing one
 * again does no harm.
 */
#ifndef TRANSPORTS_LOOPBACK_BOOKMARK_H
#define TRANSPORTS_LOOPBACK_BOOKMARK_H

#include <pthread.h>

#include <weft/buf.h>

#include "core/base/limits.h"
#include "core/repl/source.h"

struct weft__rest_bookmark {
	struct weft__oid key;
	uint64_t made_ms; /* 0: none */
	struct weft__page_token token;
};

struct weft__rest_bookmarks {
	pthread_mutex_t mutex;
	struct weft__rest_bookmark places[WEFT_LIMIT_REST_BOOKMARKS];
};

/* Which list, and how far into it. */
struct weft__rest_place {
	struct weft_slice model, user, filter; /* the filter without its skip */
	int64_t since;
	uint64_t skip;
};

/* Keeps where the list goes on after 'place->skip' changes.  Thread: any. */
void weft__rest_bookmark_put(struct weft__rest_bookmarks *bookmarks,
    const struct weft__rest_place *place, uint64_t now_ms,
    const struct weft__page_token *token);

/* Finds it; false: it is not known.  Thread: any. */
bool weft__rest_bookmark_get(struct weft__rest_bookmarks *bookmarks,
    const struct weft__rest_place *place, uint64_t now_ms,
    struct weft__page_token *token);

#endif
