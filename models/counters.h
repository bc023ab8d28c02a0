/*
 * The counters of a datasource, all in its database.
 */
#ifndef MODELS_COUNTERS_H
#define MODELS_COUNTERS_H

#include <weft/types.h>

struct weft__counters {
	uint64_t seq;        /* of the last journal row */
	uint64_t checkpoint; /* the current one; 1 at first */
	uint64_t projected;  /* seq up to which the store has everything */
};

#endif
