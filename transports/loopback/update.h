/*
 * Updates as LoopBack's JSON: {"type", "change", "data"}.
 */
#ifndef TRANSPORTS_LOOPBACK_UPDATE_H
#define TRANSPORTS_LOOPBACK_UPDATE_H

#include "core/track/change_reader.h"

/* Memory for reading one update after the other; all else is private. */
struct weft__rest_update_reader {
	bool hands_on; /* data that is no record is no failure: it goes on as
	                  it was sent, to a target that refuses it by name;
	                  false after _init() */
	struct weft__json json; /* of the record */
	struct weft__change_reader change;
};

/* Makes it empty; frees what it holds. */
void weft__rest_update_reader_init(struct weft__rest_update_reader *reader);
void weft__rest_update_reader_fini(struct weft__rest_update_reader *reader);

/*
 * Appends the update that 'item' is, as it was sent.
 * Returns 0; WEFT_EJSON; WEFT_EINVAL (no update: says why); WEFT_ELIMIT;
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rest_update_read(
    struct weft__rest_update_reader *reader, struct weft_slice item,
    struct weft_update_list *list, struct weft_error *error);

/* The change of an item that weft__rest_update_read() has taken, as it was
 * sent. */
struct weft_slice weft__rest_update_change(struct weft_slice item);

#endif
