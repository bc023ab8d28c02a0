#include "core/base/patience.h"

#include <time.h>

#include <weft/error.h>

/* Checks between two looks at the clock.  What comes between two of them takes
 * no longer than to read a record. */
#define CHECKS 16

static _Thread_local const struct weft__patience *current;
static _Thread_local unsigned checks;

const struct weft__patience *
weft__patience_set(const struct weft__patience *patience)
{
	const struct weft__patience *before = current;

	current = patience;
	return before;
}

const struct weft__patience *
weft__patience_get(void)
{
	return current;
}

uint64_t
weft__patience_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool
holds(const atomic_bool *flag)
{
	return flag && atomic_load_explicit(flag, memory_order_relaxed);
}

static bool
is_wanted(void)
{
	return !holds(current->is_gone) && !holds(current->is_ending);
}

static bool
is_late(void)
{
	uint64_t until_ms = atomic_load_explicit(
	    &current->until_ms, memory_order_relaxed);

	return until_ms && weft__patience_now_ms() >= until_ms;
}

int
weft__patience_check(void)
{
	if (!current)
		return 0;
	if (!is_wanted())
		return WEFT_ECANCELED;
	return ++checks % CHECKS == 0 && is_late() ? WEFT_ETIMEOUT : 0;
}

int
weft__patience_check_now(void)
{
	if (!current)
		return 0;
	if (!is_wanted())
		return WEFT_ECANCELED;
	return is_late() ? WEFT_ETIMEOUT : 0;
}

const char *
weft__patience_text(int code)
{
	return code == WEFT_ETIMEOUT
	    ? "it took longer than a request may, and was broken off"
	    : "broken off: nobody waits for it any more";
}
