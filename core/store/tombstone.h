/*
 * What stands for a deleted record: "deleted\n", and "prev <id>\n" if the
 * blob it was before is known.  More lines, or an empty line and a body, may
 * follow one day and are skipped.
 */
#ifndef CORE_STORE_TOMBSTONE_H
#define CORE_STORE_TOMBSTONE_H

#include "core/base/hash.h"

#define WEFT__TOMBSTONE_ROOM 64

/* Writes a tombstone; 'prev' may be zero.  Returns its size. */
size_t weft__tombstone_format(
    const struct weft__oid *prev, char text[WEFT__TOMBSTONE_ROOM]);

/* Whether this is one; sets '*prev', zero if it has none. */
bool weft__tombstone_parse(struct weft_slice text, struct weft__oid *prev);

#endif
