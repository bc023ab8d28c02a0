/*
 * What a viewer may see and write of a model with "visibleTo", asked where the
 * record is read and written: in the transaction of that.
 */
#ifndef MODELS_TRACKING_PERMIT_H
#define MODELS_TRACKING_PERMIT_H

#include "models/tracking/tracker.h"
#include "models/visible/visible.h"

/* What a record is to a viewer. */
enum weft__sight {
	WEFT__SIGHT_NEW,    /* nothing is known of it: he may create it */
	WEFT__SIGHT_SEEN,   /* or was, before it was deleted */
	WEFT__SIGHT_HIDDEN
};

/* What the record, as it was loaded in the transaction, is to the viewer. */
WEFT_MUST_CHECK int weft__sight_of(const struct weft__viewer *viewer,
    struct weft_transaction *transaction, const struct weft_model *model,
    struct weft_slice id, const struct weft__current *current,
    enum weft__sight *sight, struct weft_error *error);

/* Whether the viewer would see a record with this body (canonical JSON). */
WEFT_MUST_CHECK int weft__viewer_sees_body(const struct weft__viewer *viewer,
    const struct weft_model *model, struct weft_slice body, bool *sees,
    struct weft_error *error);

/*
 * What an update with this body (canonical JSON; no value: a deletion) is to be
 * for the viewer, who may be NULL, over 'current': WEFT__SIGHT_HIDDEN, it is
 * left as it is; else it may be written, but for WEFT_EDENIED: a record that
 * is new and not his to see.
 */
WEFT_MUST_CHECK int weft__update_permit(const struct weft__viewer *viewer,
    struct weft_transaction *transaction, const struct weft_model *model,
    struct weft_slice id, struct weft_slice body,
    const struct weft__current *current, enum weft__sight *sight,
    struct weft_error *error);

/*
 * Whether the viewer of the write may make it over 'current': what he does not
 * see is not there for him, and what he creates must be his to see; what he
 * sees he may give away.  Of a write without viewer, and of a model without
 * "visibleTo": always.  WEFT_ENOTFOUND; WEFT_EDENIED; what the connector
 * returns.
 */
WEFT_MUST_CHECK int weft__write_permit(struct weft_transaction *transaction,
    const struct weft_model *model, const struct weft__write *write,
    const struct weft__current *current, struct weft_error *error);

#endif
