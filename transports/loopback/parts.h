/*
 * A large body of many items, read in parts of bounded size: the array that
 * is the whole body, or a member of its object.
 *
 * Whether the body is broken further on is not known before its end.  Who
 * writes what a part says reads all of them first, so that such a body leaves
 * nothing behind.
 */
#ifndef TRANSPORTS_LOOPBACK_PARTS_H
#define TRANSPORTS_LOOPBACK_PARTS_H

#include "core/base/json_skim.h"

struct weft__rest_parts {
	struct weft__json_skim skim;
	size_t max_count; /* items of one part */
	size_t max_size;  /* bytes of one part */
	size_t index;     /* of the next item in the array */
	const char *member; /* of an object; NULL: the array is the body */
	bool is_end;      /* nothing follows */
};

/* What is done with one item, its bytes as they were sent; 'index' counts
 * from the array's beginning.  Nonzero ends the reading. */
typedef int weft__rest_item_fn(struct weft_slice item, size_t index,
    void *context, struct weft_error *error);

/*
 * Finds the array: the body itself, or its member 'member'.  Both bounds are
 * of one part; 'member' is kept.
 * Returns 0; WEFT_EJSON; WEFT_EINVAL ("Value is not an array.").
 */
WEFT_MUST_CHECK int weft__rest_parts_open(struct weft__rest_parts *parts,
    struct weft_slice body, const char *member, size_t max_count,
    size_t max_size, struct weft_error *error);

/* Whether a member's name, as weft__json_skim_member() gives it, is this one:
 * it may be written with escapes.  WEFT_EJSON; WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__rest_name_is(struct weft_slice written,
    const char *name, bool *is_same, struct weft_error *error);

/* Reads the next part, and what is behind the array with its last one.
 * Returns 0; WEFT_EJSON, also if the member is given twice; what 'each'
 * returned. */
WEFT_MUST_CHECK int weft__rest_parts_next(struct weft__rest_parts *parts,
    weft__rest_item_fn *each, void *context, struct weft_error *error);

#endif
