/*
 * What is to be done with one update of a peer: LoopBack's bulkUpdate
 * (section 3.4) for one record, as compare-and-swap on its revision.
 */
#ifndef CORE_REPL_BULK_H
#define CORE_REPL_BULK_H

#include <weft/change.h>

#include "core/track/track_row.h"

enum weft__bulk_action {
	WEFT__BULK_WRITE,   /* put the update's data in place of the record */
	WEFT__BULK_DELETE,  /* delete the record */
	WEFT__BULK_NOTHING, /* the record is already what the update says */
	WEFT__BULK_LEARN,   /* so it is, but the peer knows more of its past */
	WEFT__BULK_CONFLICT /* the update is not based on the record */
};

/*
 * Decides an update from the record's track row (NULL: never known).
 *
 * An update whose revision is the current one is NOTHING, not a conflict:
 * it was sent again after its answer was lost; or LEARN, if more revisions led
 * to it (weft__diff_knows_more()).  One that the record was before it became
 * what it is, as generations tell, is NOTHING: it came late, and would bring
 * back what is past.
 * An update of type unknown is NOTHING, as there is nothing to write, unless
 * there is something to LEARN.
 */
enum weft__bulk_action weft__bulk_decide(
    const struct weft_update *update, const struct weft__track *track);

#endif
