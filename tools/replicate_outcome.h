/*
 * What `weft status` tells later of a replication that has ended: kept by each
 * side that is a database of this machine.
 */
#ifndef TOOLS_REPLICATE_OUTCOME_H
#define TOOLS_REPLICATE_OUTCOME_H

#include "tools/spec.h"

/* Borrowed. */
struct replicate_outcome {
	const struct spec *a, *b;
	bool has_begun;  /* with a model */
	bool both;       /* ways; else from A to B */
	uint64_t conflicts, refused;
	const char *error; /* what ended it, or NULL */
};

/*
 * Keeps it, if it has begun, or a server could not be opened: all else that
 * fails is a mistake in the arguments.  That it cannot be kept, as in a
 * database that may only be read, is nothing to fail for.
 */
void replicate_outcome_keep(const struct replicate_outcome *outcome);

#endif
