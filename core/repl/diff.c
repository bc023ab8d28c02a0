#include "core/repl/diff.h"

#include "core/track/trace.h"

static bool
is_recent(const struct weft__track *local, int64_t since)
{
	return since < 0 || local->checkpoint >= (uint64_t)since;
}

bool
weft__diff_is_made_from(
    const struct weft_change *remote, const struct weft_change *here)
{
	return weft_change_is_based_on(remote, here) &&
	    (here->rev.data || !remote->generation ||
		remote->generation > here->generation);
}

bool
weft__diff_knows_more(
    const struct weft_change *remote, const struct weft_change *here)
{
	return weft_change_equals(remote, here) &&
	    remote->generation > here->generation;
}

/* The remote change as one based on what is here: 'prev' may be no value. */
static enum weft__diff_outcome
take_over(const struct weft_change *remote, struct weft_slice prev,
    struct weft_change *out)
{
	*out = *remote;
	out->prev = prev;
	out->has_prev = true;
	return WEFT__DIFF_DELTA;
}

enum weft__relation
weft__diff_relate(
    const struct weft_change *remote, const struct weft__track *local)
{
	const struct weft__revtree *tree;
	struct weft_change here;

	if (!local || local->tree.current < 0)
		return WEFT__RELATION_NONE;
	tree = &local->tree;
	weft__track_change(local, remote->model, remote->model_id, &here);
	if (weft_change_equals(remote, &here))
		return WEFT__RELATION_SAME;
	if (weft__track_is_echo(local, remote))
		return WEFT__RELATION_BEHIND;
	if (weft__diff_is_made_from(remote, &here) &&
	    weft__revtree_find(tree, remote->rev, tree->length) < 0)
		return WEFT__RELATION_AHEAD;
	return WEFT__RELATION_NONE;
}

/* As it is: it is based on what is here, or there is more to know of it. */
static enum weft__diff_outcome
take(const struct weft_change *remote, struct weft_change *out)
{
	*out = *remote;
	return WEFT__DIFF_DELTA;
}

enum weft__diff_outcome
weft__diff_change(const struct weft_change *remote,
    const struct weft__track *local, int64_t since,
    struct weft_slice local_model, struct weft_change *out)
{
	struct weft_change here = {0};

	if (local)
		weft__track_change(
		    local, local_model, remote->model_id, &here);
	if (weft__diff_knows_more(remote, &here))
		return take(remote, out);
	if (!local || local->tree.current < 0)
		return take_over(remote, weft_slice(NULL), out);
	if (weft_change_equals(remote, &here))
		return WEFT__DIFF_NOTHING;
	if (since != WEFT__SINCE_STRICT &&
	    weft__track_is_echo(local, remote))
		return WEFT__DIFF_NOTHING;
	if (!is_recent(local, since))
		return take_over(remote, here.rev, out);
	if (weft__diff_is_made_from(remote, &here))
		return take(remote, out);
	*out = here;
	return WEFT__DIFF_CONFLICT;
}

/*
 * Whether the peer's change was made from the deletion that a trace is of.
 * Null is every deletion; only the generation tells that it was this one, or
 * another that followed it.
 */
static bool
is_after(const struct weft_change *remote, const struct weft_change *here)
{
	return weft_change_is_based_on(remote, here) &&
	    remote->generation > here->generation;
}

enum weft__relation
weft__diff_relate_trace(
    const struct weft_change *remote, const struct weft__track *local)
{
	struct weft_change here;

	weft__track_change(local, remote->model, remote->model_id, &here);
	if (weft_change_equals(remote, &here))
		return WEFT__RELATION_SAME;
	if (weft__trace_has(local, remote))
		return WEFT__RELATION_BEHIND;
	return is_after(remote, &here) ? WEFT__RELATION_AHEAD
				       : WEFT__RELATION_NONE;
}

enum weft__diff_outcome
weft__diff_trace(const struct weft_change *remote,
    const struct weft__track *local, int64_t since,
    struct weft_slice local_model, struct weft_change *out)
{
	struct weft_change here;

	weft__track_change(local, local_model, remote->model_id, &here);
	if (weft__diff_knows_more(remote, &here))
		return take(remote, out);
	if (!remote->rev.data ||
	    (since != WEFT__SINCE_STRICT && weft__trace_has(local, remote)))
		return WEFT__DIFF_NOTHING;
	if (!is_recent(local, since))
		return take_over(remote, here.rev, out);
	if (is_after(remote, &here))
		return take(remote, out);
	*out = here;
	return WEFT__DIFF_CONFLICT;
}
