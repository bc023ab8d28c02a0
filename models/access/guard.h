/*
 * Limits of attempts: who has failed often has to wait, longer each time.
 *
 * An attempt counts as failed from its beginning until it is known to have
 * succeeded, so that many at once are no way around.  Memory is fixed: of each
 * group of entries that a key may be in, the one unused longest makes room.
 */
#ifndef MODELS_ACCESS_GUARD_H
#define MODELS_ACCESS_GUARD_H

#include <pthread.h>

#include <weft/error.h>

struct weft__guard_entry;

struct weft__guard {
	pthread_mutex_t mutex;
	struct weft__guard_entry *entries;
};

/* Makes it empty.  Returns 0 or WEFT_ENOMEM.  fini() frees what it holds; a
 * zeroed one is allowed. */
WEFT_MUST_CHECK int weft__guard_init(
    struct weft__guard *guard, struct weft_error *error);
void weft__guard_fini(struct weft__guard *guard);

/*
 * Begins an attempt on what 'key' stands for, of which 'allowed' may fail in a
 * row.  Returns 0, or the ms to wait before the next, nothing being counted.
 * Thread: any.
 */
uint64_t weft__guard_begin(struct weft__guard *guard, struct weft_slice key,
    uint32_t allowed, uint64_t now_ms);

/* The attempt succeeded: it counts no more, or those before it no more than it
 * either.  Thread: any. */
void weft__guard_undo(struct weft__guard *guard, struct weft_slice key);
void weft__guard_forget(struct weft__guard *guard, struct weft_slice key);

#endif
