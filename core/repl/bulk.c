#include "core/repl/bulk.h"

#include "core/repl/diff.h"

/* Whether the update was made from 'current'; absent is not null. */
static bool
is_based_on(const struct weft_update *update, struct weft_slice current)
{
	return update->change.has_prev &&
	    weft_slice_equal(update->change.prev, current);
}

static enum weft__bulk_action
decide_delete(const struct weft_update *update, struct weft_slice current)
{
	if (!current.data)
		return WEFT__BULK_NOTHING;
	return is_based_on(update, current) ? WEFT__BULK_DELETE :
	    WEFT__BULK_CONFLICT;
}

/*
 * Whether the record was what the update says before it became what it is.
 * Content comes back, and null is every deletion: only the generation tells
 * what came first.  In doubt a deletion stays, and a record is in conflict.
 */
static bool
is_outlived(const struct weft_update *update, const struct weft__track *track,
    const struct weft_change *here)
{
	const struct weft_change *change = &update->change;
	int found;

	if (!track || !change->generation)
		return false;
	found = weft__revtree_find(
	    &track->tree, change->rev, track->tree.length);
	if (found < 0)
		return false;
	return here->rev.data
	    ? change->generation <= track->tree.nodes[found].generation
	    : change->generation <= here->generation;
}

static enum weft__bulk_action
decide_write(const struct weft_update *update,
    const struct weft__track *track, const struct weft_change *here)
{
	const struct weft_slice current = here->rev;

	if (current.data && weft_slice_equal(update->change.rev, current))
		return WEFT__BULK_NOTHING;
	if (is_outlived(update, track, here))
		return WEFT__BULK_NOTHING;
	if (update->type == WEFT_CHANGE_CREATE)
		return current.data ? WEFT__BULK_CONFLICT : WEFT__BULK_WRITE;
	return is_based_on(update, current) ? WEFT__BULK_WRITE :
	    WEFT__BULK_CONFLICT;
}

enum weft__bulk_action
weft__bulk_decide(
    const struct weft_update *update, const struct weft__track *track)
{
	const struct weft_change *change = &update->change;
	struct weft_change here = {0};

	if (track)
		weft__track_change(
		    track, change->model, change->model_id, &here);
	if (weft__diff_knows_more(change, &here))
		return WEFT__BULK_LEARN;
	switch (update->type) {
	case WEFT_CHANGE_CREATE:
	case WEFT_CHANGE_UPDATE:
		return decide_write(update, track, &here);
	case WEFT_CHANGE_DELETE:
		return decide_delete(update, here.rev);
	case WEFT_CHANGE_UNKNOWN:
		break;
	}
	return WEFT__BULK_NOTHING;
}
