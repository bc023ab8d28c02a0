/*
 * Time and randomness, handed in: the engine asks nobody else.
 */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <weft/sys/clock.h>

/* The operating system's clock and random numbers. */
extern const struct weft_clock weft__clock_system;

/* Milliseconds since 1970 by this clock. */
uint64_t weft__clock_now_ms(const struct weft_clock *clock);

/* Fills 'size' bytes with random ones. */
void weft__clock_random(const struct weft_clock *clock, void *data,
    size_t size);

/* Writes a random UUID (version 4) as text and a NUL. */
#define WEFT__UUID_SIZE 36
void weft__uuid(const struct weft_clock *clock, char text[WEFT__UUID_SIZE + 1]);

#endif
