/*
 * A revision's name: opaque text.  LoopBack's is the SHA-1 of the canonical
 * record in hex; other protocols have others.
 */
#ifndef CORE_TRACK_REV_H
#define CORE_TRACK_REV_H

#include <weft/types.h>

#include "core/base/limits.h"

struct weft__rev {
	uint8_t size; /* bytes; 0: no revision */
	char text[WEFT_LIMIT_REV_SIZE + 1]; /* NUL-terminated */
};

/* Copies the text; false if it is too long, empty, or has a control byte. */
bool weft__rev_parse(struct weft_slice text, struct weft__rev *rev);

/* The text, or no value if there is no revision. */
static inline struct weft_slice
weft__rev_slice(const struct weft__rev *rev)
{
	if (!rev->size)
		return weft_slice_of(NULL, 0);
	return weft_slice_of(rev->text, rev->size);
}

/* Whether both are the same text, or both no revision. */
static inline bool
weft__rev_equal(const struct weft__rev *a, const struct weft__rev *b)
{
	return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

#endif
