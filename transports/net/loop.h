/*
 * An event loop: one thread, one event_base, its timers, and an inbox through
 * which other threads hand it work.
 *
 * I1  What belongs to a loop is touched by its thread only; weft__loop_post()
 *     and weft__loop_stop() are the only functions for other threads.
 * I2  A loop's thread blocks SIGPIPE: a write to a closed socket is an error
 *     code.
 */
#ifndef TRANSPORTS_NET_LOOP_H
#define TRANSPORTS_NET_LOOP_H

#include <stdatomic.h>

#include <weft/error.h>
#include <weft/sys/clock.h>

#include "transports/net/timer.h"

struct event;
struct event_base;
struct weft__connection;

/* What one recv() may bring; shared by all connections of the loop. */
#define WEFT__LOOP_BUFFER_SIZE (128 * 1024)

/* Work for a loop.  The memory is the poster's, until 'run' is called. */
struct weft__task {
	struct weft__task *next; /* the inbox's */
	void (*run)(struct weft__task *task);
};

/* Where a loop's time comes from; tests hand in their own. */
struct weft__ticks {
	/* Microseconds from some beginning; never goes back. */
	uint64_t (*now_us)(void *context);
	void *context;
};

struct weft__loop {
	struct event_base *base;
	struct weft__wheel wheel;
	struct weft__ticks ticks;
	const struct weft_clock *clock; /* of the day; kept */
	char *buffer;                   /* WEFT__LOOP_BUFFER_SIZE bytes */
	struct event *inbox_event;
	struct event *tick_event;
	struct event *soon_event;
	struct weft__task *soon;       /* oldest first */
	struct weft__task **soon_last; /* where the next one is put */
	struct weft__connection *connections; /* connection.c's list */
	int inbox_fd; /* an eventfd, written when the inbox was empty */
	_Atomic(struct weft__task *) inbox; /* newest first */
	atomic_bool stopping;
	bool is_ticking; /* tick_event is pending */
};

/*
 * Makes a loop.  'ticks' is copied (NULL: the system's monotonic time),
 * 'clock' kept (NULL: the system's).
 * Returns 0; WEFT_ENOMEM; WEFT_EIO.  Thread: any, then the loop's own.
 */
WEFT_MUST_CHECK int weft__loop_create(const struct weft__ticks *ticks,
    const struct weft_clock *clock, struct weft__loop **loop,
    struct weft_error *error);

/*
 * Runs what is left in the inbox, then frees the loop; NULL is allowed.
 * Connections, listeners and timers of it must be gone.
 */
void weft__loop_destroy(struct weft__loop *loop);

/* Runs until weft__loop_stop(), or as long as there is anything to wait for. */
void weft__loop_run(struct weft__loop *loop);

/* Waits for events and handles those that came; tests use it. */
void weft__loop_step(struct weft__loop *loop);

/* Makes weft__loop_run() return soon.  Thread: any. */
void weft__loop_stop(struct weft__loop *loop);

/*
 * Has 'task->run' called by the loop's thread; tasks of one thread run in the
 * order in which they were posted.  Thread: any.  Cannot fail.
 */
void weft__loop_post(struct weft__loop *loop, struct weft__task *task);

/*
 * Has 'task->run' called after the events that are being handled, before the
 * loop waits again.  Thread: the loop's.
 */
void weft__loop_defer(struct weft__loop *loop, struct weft__task *task);

/* The loop's time. */
uint64_t weft__loop_now_us(const struct weft__loop *loop);
uint64_t weft__loop_now_ms(const struct weft__loop *loop);

/* Sets a timer of this loop to fire so many milliseconds from now. */
void weft__loop_set_timer(
    struct weft__loop *loop, struct weft__timer *timer, uint64_t after_ms);

/* Clears it. */
void weft__loop_clear_timer(
    struct weft__loop *loop, struct weft__timer *timer);

#endif
