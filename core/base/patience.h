/*
 * How long the work of a thread may take, and whether anybody still waits for
 * it.  Who gives work sets the patience of the thread that does it; what may
 * take long there asks every now and then.
 *
 *	before = weft__patience_set(&patience);
 *	code = work();
 *	weft__patience_set(before);
 */
#ifndef CORE_BASE_PATIENCE_H
#define CORE_BASE_PATIENCE_H

#include <stdatomic.h>
#include <stdint.h>

/* Zero-initialised it never ends. */
struct weft__patience {
	atomic_uint_fast64_t until_ms; /* by weft__patience_now_ms(); 0: none */
	const atomic_bool *is_gone;  /* who waited has left; NULL: who knows */
	const atomic_bool *is_ending; /* all work ends; NULL: it does not */
};

/* Sets what holds on this thread (NULL: all the time in the world), borrowed
 * until it is set anew.  Returns what did before. */
const struct weft__patience *weft__patience_set(
    const struct weft__patience *patience);

/* What holds on this thread, or NULL. */
const struct weft__patience *weft__patience_get(void);

/* A clock that only goes forward, in milliseconds. */
uint64_t weft__patience_now_ms(void);

/*
 * To be asked for each record, or pattern.  Returns 0; WEFT_ETIMEOUT (the time
 * is over); WEFT_ECANCELED (nobody waits any more).  Cost: two reads of
 * memory; the clock is looked at now and then.
 */
int weft__patience_check(void);

/* The same, with a look at the clock in any case. */
int weft__patience_check_now(void);

/* What these two codes mean here: static. */
const char *weft__patience_text(int code);

#endif
