/*
 * Heralds: one for each journal, which hears of what is written, reads it once
 * for all who wait at the end of a channel, and then wakes the lanes.
 */
#ifndef TRANSPORTS_WEFT_SERVER_HERALD_H
#define TRANSPORTS_WEFT_SERVER_HERALD_H

#include "transports/net/workers.h"
#include "transports/watch.h"

struct weft__repl_server;

struct weft__repl_herald {
	struct weft__watcher watcher; /* first */
	struct weft__job job;         /* reads ahead */
	struct weft__repl_server *server;
	struct weft__repl_herald *next; /* of the server */
	size_t lanes;          /* with connections; the server's mutex */
	pthread_mutex_t mutex; /* guards what follows */
	uint64_t wanted;       /* seq that the lanes are to hear of */
	bool is_working;       /* the job is under way */
};

/* The herald of a datasource, made if there is none; NULL: out of memory.  The
 * server's mutex is held, as for all below. */
struct weft__repl_herald *weft__repl_herald_get(
    struct weft__repl_server *server, struct weft_datasource *datasource);

/* A lane has connections, or has none any more. */
void weft__repl_herald_join(struct weft__repl_herald *herald);
void weft__repl_herald_leave(struct weft__repl_herald *herald);

/* Frees all of the server; no lane has connections, no job is under way. */
void weft__repl_heralds_destroy(struct weft__repl_server *server);

/*
 * Between the two what this thread writes is told by itself, when it releases,
 * and not by a worker: that saves a change of threads between a commit and
 * those who wait for it.  Thread: any; no mutex is held.
 */
void weft__repl_herald_hold(void);
void weft__repl_herald_release(void);

#endif
