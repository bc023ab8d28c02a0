/*
 * Watches journals for those who stream what is written to them.  For writes
 * of this process they are woken by whoever writes, at once; for those of
 * others a thread looks at the last row of each datasource now and then.
 */
#ifndef TRANSPORTS_WATCH_H
#define TRANSPORTS_WATCH_H

#include <stdatomic.h>

#include <weft/model.h>

#include "models/listener.h"
#include "transports/net/loop.h"

struct weft__watch;

/* One who watches; to be embedded in what does. */
struct weft__watcher {
	struct weft_datasource *datasource;
	struct weft__loop *loop; /* NULL: 'wake' is called by who noticed */
	/* Called on the loop when there may be something new. */
	void (*wake)(struct weft__watcher *watcher);
	struct weft__listener listener;         /* private from here on */
	struct weft__task task;
	struct weft__watcher *next, **link; /* the list */
	_Atomic uint64_t seen; /* last row that it was woken for: to be read */
	atomic_bool is_posted;
};

/* Makes a watch, and its thread when somebody watches.
 * Returns 0; WEFT_ENOMEM; WEFT_EIO. */
WEFT_MUST_CHECK int weft__watch_create(uint64_t poll_ms,
    struct weft__watch **watch, struct weft_error *error);
/* Ends it; nobody may watch any more.  NULL is allowed. */
void weft__watch_destroy(struct weft__watch *watch);

/* Begins to wake the watcher: for rows after 'seq'.  Thread: its loop's. */
void weft__watch_add(struct weft__watch *watch,
    struct weft__watcher *watcher, uint64_t seq);

/*
 * Ends it.  False: a wake is under way still, and comes; only then the
 * watcher's memory may go.  Thread: its loop's.
 */
bool weft__watch_remove(
    struct weft__watch *watch, struct weft__watcher *watcher);

#endif
