/*
 * Signals that ask us to stop: noticed between two steps, so that what was
 * begun is finished.  The second one ends the process at once, which is safe
 * too: only what was committed counts.
 */
#ifndef TOOLS_INTERRUPT_H
#define TOOLS_INTERRUPT_H

#include <weft/error.h>

/* Begins to watch for SIGINT, SIGTERM and SIGHUP. */
void interrupt_watch(void);

/* The signal that arrived, or 0. */
int interrupt_signal(void);

/* Returns 0, or WEFT_ECANCELED with a text if a signal arrived. */
WEFT_MUST_CHECK int interrupt_check(struct weft_error *error);

#endif
