/*
 * Keeping conflicts that nobody has resolved yet, a page of them at a time.
 */
#ifndef MODELS_REPLICATE_KEEP_H
#define MODELS_REPLICATE_KEEP_H

#include "core/base/arena.h"
#include "models/replicate/conflict.h"

struct weft__keep_value;

struct weft__keep {
	struct weft__parties parties; /* as the keeper sees them */
	bool swapped;                 /* he is the target */
	const char *peer;             /* how he finds the other one */
	uint64_t now_ms;
	struct weft__keep_value *values; /* to be written */
	size_t length, capacity;
	struct weft__arena arena; /* they are in it */
	uint64_t again; /* conflicts that had been kept before, too */
};

/*
 * Begins; 'target' and 'source' tell how to find these again (NULL: by their
 * epochs).  All borrowed until _fini().
 */
void weft__keep_init(struct weft__keep *keep,
    const struct weft__parties *parties, const char *target,
    const char *source);
void weft__keep_fini(struct weft__keep *keep);

/*
 * Takes a conflict as it is now, in place of an earlier one of the record.
 * Where neither side keeps values nothing is kept: that is no error.
 * Returns 0, or why this one cannot be kept: what the sources return.
 */
WEFT_MUST_CHECK int weft__keep_add(struct weft__keep *keep,
    struct weft_conflict *conflict, struct weft_error *error);

/*
 * Writes what was added, in one transaction, if it is a page or 'all' is to be
 * written.  Returns 0, or what the source returns: then none of it is.
 */
WEFT_MUST_CHECK int weft__keep_write(
    struct weft__keep *keep, bool all, struct weft_error *error);

#endif
