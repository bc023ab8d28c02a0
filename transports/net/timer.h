/*
 * Deadlines: a wheel of slots, so that setting, moving and clearing one is
 * O(1) whatever their number; every request moves two or three of them.
 *
 * A timer fires up to WEFT__TIMER_TICK_MS late and never early.
 */
#ifndef TRANSPORTS_NET_TIMER_H
#define TRANSPORTS_NET_TIMER_H

#include <weft/types.h>

#define WEFT__TIMER_TICK_MS 128
#define WEFT__TIMER_SLOTS 1024 /* one turn: 131 s; longer ones go round */

/* Zero-initialised is a timer that is not set. */
struct weft__timer {
	struct weft__timer *next;
	struct weft__timer **link; /* what points at it; NULL: not set */
	uint64_t deadline_ms;
	void (*fire)(struct weft__timer *timer); /* may set or clear any */
};

struct weft__wheel {
	struct weft__timer *slots[WEFT__TIMER_SLOTS];
	uint64_t tick; /* all before it have been looked at */
	size_t count;  /* of timers that are set */
};

/* Makes an empty wheel that begins at this time. */
void weft__wheel_init(struct weft__wheel *wheel, uint64_t now_ms);

/* Sets the timer, also when it is set already. */
void weft__timer_set(struct weft__wheel *wheel, struct weft__timer *timer,
    uint64_t deadline_ms);

/* Clears the timer; harmless when it is not set. */
void weft__timer_clear(struct weft__wheel *wheel, struct weft__timer *timer);

/* Fires what is due. */
void weft__wheel_advance(struct weft__wheel *wheel, uint64_t now_ms);

#endif
