/*
 * Reads changes from LoopBack's JSON, one after the other.
 */
#ifndef CORE_TRACK_CHANGE_READER_H
#define CORE_TRACK_CHANGE_READER_H

#include <weft/change.h>

#include "core/base/arena.h"
#include "core/base/json.h"

/* Memory that is kept from one change to the next.  All of it is private. */
struct weft__change_reader {
	struct weft__json json;          /* of the change */
	struct weft__arena texts;        /* of it, those that had escapes */
	struct weft_buf scratch;
	struct weft__json_member *custom;
	size_t custom_capacity;
};

/* Makes it empty; frees what it holds. */
void weft__change_reader_init(struct weft__change_reader *reader);
void weft__change_reader_fini(struct weft__change_reader *reader);

/*
 * Reads the change that 'json' is, by the rules of weft_change_list_parse().
 * What it points to lives until the next call.
 * Returns 0; WEFT_EJSON; WEFT_EINVAL (no change: says why); WEFT_ELIMIT;
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__change_read(struct weft__change_reader *reader,
    struct weft_slice json, struct weft_change *change,
    struct weft_error *error);

#endif
