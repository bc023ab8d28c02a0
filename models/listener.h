/*
 * Those who are told of what this process writes to a datasource.
 */
#ifndef MODELS_LISTENER_H
#define MODELS_LISTENER_H

#include <pthread.h>

#include <weft/types.h>

/* One of them; to be embedded. */
struct weft__listener {
	/* The journal has rows up to 'seq' now.  On the thread that wrote them,
	 * after the commit: must not block, nor use the datasource. */
	void (*written)(struct weft__listener *listener, uint64_t seq);
	struct weft__listener *next, **link; /* private */
};

struct weft__listeners {
	pthread_mutex_t mutex;
	struct weft__listener *first;
};

/* Nobody listens; and nobody may at the end. */
void weft__listeners_init(struct weft__listeners *listeners);
void weft__listeners_fini(struct weft__listeners *listeners);

/* Begins to listen; ends it: 'written' is not called any more on return.
 * Thread: any, but not from within 'written'. */
void weft__listeners_add(
    struct weft__listeners *listeners, struct weft__listener *listener);
void weft__listeners_remove(
    struct weft__listeners *listeners, struct weft__listener *listener);

/* Tells all of them. */
void weft__listeners_tell(struct weft__listeners *listeners, uint64_t seq);

#endif
