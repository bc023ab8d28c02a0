/*
 * Keeps the revision stores up to date while the daemon runs: writes are
 * acknowledged by the database alone, the store follows.
 */
#ifndef TOOLS_WEFTD_PROJECTOR_H
#define TOOLS_WEFTD_PROJECTOR_H

#include <weft/model.h>

struct projector;

/*
 * Starts a thread that brings the stores of all datasources of the registry up
 * to date every 'interval_ms'.  What fails is logged, and tried again.
 * Returns 0; WEFT_ENOMEM; WEFT_EIO (no thread).
 */
WEFT_MUST_CHECK int projector_start(struct weft_registry *registry,
    uint64_t interval_ms, struct projector **projector,
    struct weft_error *error);

/* Brings the stores up to date for the last time and ends; NULL is allowed. */
void projector_stop(struct projector *projector);

#endif
