/*
 * A live feed: what is written to the records of a model from a position on,
 * as events, whoever wrote it: the journal tells.
 *
 * With a where clause an event is judged by the record before and after the
 * write: one that comes to match is an update, one that no longer does a
 * removal.  Where the record before is no longer kept, it counts as one that
 * matched: a removal too many does no harm.
 */
#ifndef MODELS_TRACKING_LIVE_H
#define MODELS_TRACKING_LIVE_H

#include <weft/source.h>

#include "models/model.h"
#include "models/query/filter.h"

enum weft__live_type {
	WEFT__LIVE_CREATE,
	WEFT__LIVE_UPDATE,
	WEFT__LIVE_REMOVE
};

struct weft__live_event {
	uint64_t seq; /* of its journal row: to go on after it */
	enum weft__live_type type;
	struct weft_slice id;     /* text */
	struct weft_slice record; /* canonical; no value: a removal */
};

/* Nonzero stops the reading, and is what its caller gets. */
typedef int weft__live_fn(
    const struct weft__live_event *event, void *context);

struct weft__live {
	struct weft_model *model;
	struct weft_source *source; /* for revisions of the past; owned */
	struct weft__filter where;
	uint64_t position; /* seq of the last row that was looked at */
	bool has_gap;      /* rows after the position asked for are gone */
};

/* The position of what is written next. */
#define WEFT__LIVE_NOW UINT64_MAX

/*
 * Opens a feed of a tracked model after the journal row 'position'.  'where'
 * is LoopBack's JSON, or no value.  Where the journal has no longer, or not
 * yet, what follows the position, has_gap is set and the feed begins now.
 * Freed by weft__live_close(), also after a failure.
 * Returns 0; WEFT_EINVAL (where); what the database returns.
 */
WEFT_MUST_CHECK int weft__live_open(struct weft__live *live,
    struct weft_model *model, struct weft_slice where, uint64_t position,
    struct weft_error *error);
void weft__live_close(struct weft__live *live);

/*
 * Looks at the next journal rows, at most 'limit', and hands out their events.
 * '*looked' is how many there were; fewer than 'limit': no more yet.
 * Returns 0; what 'each' returned; what the database returns.  The position
 * is that of the last row that was dealt with.
 */
WEFT_MUST_CHECK int weft__live_read(struct weft__live *live, size_t limit,
    weft__live_fn *each, void *context, size_t *looked,
    struct weft_error *error);

/* The journal's last row.  Cheap: to see whether there is anything to read. */
WEFT_MUST_CHECK int weft__live_tip(struct weft_datasource *datasource,
    uint64_t *seq, struct weft_error *error);

#endif
