/*
 * Changes that a source lists and that cannot be read: they are left out, told
 * as refused, and looked at again the next time.
 */
#ifndef CORE_REPL_UNREAD_H
#define CORE_REPL_UNREAD_H

#include <weft/error.h>

#include "core/base/arena.h"

struct weft__unread_change {
	struct weft_slice id; /* no value: not even that could be read */
	struct weft_error why;
};

/* Zero-initialised it is empty. */
struct weft__unread {
	struct weft__unread_change *list;
	size_t length, capacity;
	uint64_t others; /* beyond WEFT_LIMIT_REFUSED_KEPT */
	struct weft__arena arena;
};

/* Whether a code says that what was to be read is bad, not the reading. */
bool weft__unread_is(int code);

/* Adds one; the id is copied.  Returns 0; WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__unread_add(struct weft__unread *unread,
    struct weft_slice id, const struct weft_error *why);

/* Frees all; it is empty and usable. */
void weft__unread_fini(struct weft__unread *unread);

#endif
