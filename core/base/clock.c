#include "core/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static uint64_t
system_now_ms(void *context)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
system_random(void *context, void *data, size_t size)
{
	char *next = data;

	while (size) {
		ssize_t got = getrandom(next, size, 0);

		if (got < 0)
			continue; /* interrupted: the only failure here */
		next += got;
		size -= (size_t)got;
	}
}

const struct weft_clock weft__clock_system = {
    system_now_ms, system_random, NULL};

uint64_t
weft__clock_now_ms(const struct weft_clock *clock)
{
	return clock->now_ms(clock->context);
}

void
weft__clock_random(const struct weft_clock *clock, void *data, size_t size)
{
	clock->random(clock->context, data, size);
}

void
weft__uuid(const struct weft_clock *clock, char text[WEFT__UUID_SIZE + 1])
{
	unsigned char b[16];

	weft__clock_random(clock, b, sizeof b);
	b[6] = (b[6] & 0x0f) | 0x40; /* version 4 */
	b[8] = (b[8] & 0x3f) | 0x80; /* variant 1 */
	snprintf(text, WEFT__UUID_SIZE + 1,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x"
	    "%02x", b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
	    b[10], b[11], b[12], b[13], b[14], b[15]);
}
