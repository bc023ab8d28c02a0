/*
 * A source of time and randomness, so that a simulation or test can own both.
 */
#ifndef WEFT_SYS_CLOCK_H
#define WEFT_SYS_CLOCK_H

#include <weft/types.h>

struct weft_clock {
	/* Milliseconds since 1970, UTC.  May go backwards. */
	uint64_t (*now_ms)(void *context);

	/* Fills 'size' bytes; must be unpredictable outside tests. */
	void (*random)(void *context, void *data, size_t size);

	void *context; /* handed to both; borrowed for the clock's life */
};

#endif
