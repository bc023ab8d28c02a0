/*
 * Threads for what may block: databases, password hashes, files.  A job runs
 * on one of them, and ends on the loop that gave it.
 */
#ifndef TRANSPORTS_NET_WORKERS_H
#define TRANSPORTS_NET_WORKERS_H

#include <weft/error.h>

#include "transports/net/loop.h"

struct weft__workers;

/* A job; to be embedded in what it works on.  Owned by the giver. */
struct weft__job {
	void (*work)(struct weft__job *job); /* on a worker */
	void (*done)(struct weft__job *job); /* then, on the loop; may free */
	struct weft__loop *loop;             /* set by weft__workers_run() */
	struct weft__job *next;
	struct weft__task task;
};

/*
 * Starts so many threads.  Returns 0; WEFT_ENOMEM; WEFT_EIO (no thread).
 */
WEFT_MUST_CHECK int weft__workers_create(
    unsigned count, struct weft__workers **workers, struct weft_error *error);

/*
 * Has 'job->work' called by a worker, in the order of the calls as far as
 * there are free ones, and 'job->done' on the loop after it.  Cannot fail.
 * Thread: any.  What bounds the queue is that a connection has one request
 * under way.
 */
void weft__workers_run(struct weft__workers *workers, struct weft__loop *loop,
    struct weft__job *job);

/*
 * Finishes all jobs that were given, then ends the threads.  Their 'done'
 * still needs the loops, which must be destroyed later.  NULL is allowed.
 */
void weft__workers_destroy(struct weft__workers *workers);

#endif
