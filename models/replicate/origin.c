/*
 * A peer that keeps one revision back, and no history, takes many a change of
 * its own for a conflict: it has forgotten the revision that we know.  But we
 * know who wrote our record last.
 *
 * If that was the peer, or if the peer has taken our last change since, there
 * is nothing here that it does not know: what it has now was made from that.
 *
 * And a server is not sent what came from it, nor any peer a deletion that came
 * from it.
 */
#include "models/replicate/private.h"

#include "models/source/local.h"

/* Whether a side can tell how a change stands to its records. */
static bool
keeps_history(const struct weft_source *side)
{
	return side->ops->relate || side->ops->reconcile;
}

void
weft__origin_init(struct weft__replicating *work)
{
	const struct weft__parties *parties = work->parties;
	const struct weft__parties swapped = {
	    .source = parties->target,
	    .target = parties->source,
	    .source_model = parties->target_model,
	    .target_model = parties->source_model,
	};
	struct weft__position position;
	bool found = false;

	work->own = keeps_history(parties->target) ? WEFT__TARGET
						   : WEFT__SOURCE;
	if (keeps_history(parties->source) == keeps_history(parties->target))
		return;
	work->judges = true;
	if (work->own == WEFT__SOURCE) {
		if (work->remembered)
			work->taken = work->position.source_checkpoint;
		return;
	}
	/* What was sent the other way.  Not known: nothing was. */
	if (!weft__position_load(
		&swapped, weft_slice(NULL), &position, &found, NULL) && found)
		work->taken = position.source_checkpoint;
}

/* Whether the peer knows our record's last change. */
static int
knows(struct weft__replicating *work, const char *model,
    struct weft_slice id, bool *known, struct weft_error *error)
{
	const struct weft__parties *parties = work->parties;
	struct weft_source *own = work->own == WEFT__SOURCE
	    ? parties->source : parties->target;
	struct weft_source *peer = work->own == WEFT__SOURCE
	    ? parties->target : parties->source;

	bool kept;
	int code = weft__kept_has(work->parties, id, &kept, error);

	*known = false;
	if (code || kept)
		return code;
	return weft__source_local_is_known(own, model, id,
	    peer->ops->epoch(peer), work->taken, known, error);
}

/* Adds the peer's change of the record, as one based on what is here. */
static int
take_over(const struct weft__call *call, const struct weft_change *here,
    struct weft_error *error)
{
	for (size_t i = 0; i < call->length; i++) {
		struct weft_change taken = call->changes[i];

		if (!weft_slice_equal(taken.model_id, here->model_id))
			continue;
		taken.prev = here->rev;
		taken.has_prev = true;
		if (weft_change_list_append(&call->diff->deltas, &taken))
			return weft_error_set(
			    error, WEFT_ENOMEM, "out of memory");
		return 0;
	}
	return 0;
}

/* Makes deltas of the conflicts that are none. */
static int
judge_diff(struct weft__replicating *work, const struct weft__call *call,
    struct weft_error *error)
{
	struct weft_change_list *conflicts = &call->diff->conflicts;
	size_t left = 0;
	int code = 0;

	for (size_t i = 0; i < conflicts->length; i++) {
		const struct weft_change here = conflicts->changes[i];
		bool known = false;

		if (!code)
			code = knows(work, work->parties->target_model,
			    here.model_id, &known, error);
		if (!code && known)
			code = take_over(call, &here, error);
		if (code || !known)
			conflicts->changes[left++] = here;
	}
	conflicts->length = left;
	return code;
}

/* What the target has was made from what is here. */
static int
judge_relations(struct weft__replicating *work, const struct weft__call *call,
    struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; i < call->length && !code; i++) {
		bool known;

		if (call->relations[i] != WEFT__RELATION_NONE)
			continue;
		code = knows(work, work->parties->source_model,
		    call->changes[i].model_id, &known, error);
		if (!code && known)
			call->relations[i] = WEFT__RELATION_AHEAD;
	}
	return code;
}

/*
 * A source that keeps histories may not tell them: of a record that it shows no
 * more, or shows again.  Generations do not tell then either, as they count
 * deletions that were for us alone.  What came from there is behind what it is
 * there now.
 */
static int
judge_received(struct weft__replicating *work, const struct weft__call *call,
    struct weft_error *error)
{
	const struct weft__parties *parties = work->parties;
	int code = 0;

	for (size_t i = 0; i < call->length && !code; i++) {
		struct weft_slice id = call->changes[i].model_id;
		bool kept = false, known = false;

		if (call->relations[i] == WEFT__RELATION_SAME)
			continue;
		code = weft__kept_has(parties, id, &kept, error);
		if (!code && !kept)
			code = weft__source_local_is_known(parties->target,
			    parties->target_model, id,
			    parties->source->ops->epoch(parties->source), 0,
			    &known, error);
		if (!code && known)
			call->relations[i] = WEFT__RELATION_BEHIND;
	}
	return code;
}

/*
 * What came from a server is not sent back: it would judge late, or by one
 * revision, by which a record that was made anew is based on each deletion.
 * Nor is a deletion to any target, which may have made it for us alone.  What
 * the stores have shown to differ is sent: this is not called for it.
 */
static int
drop_echoes(struct weft__replicating *work, const struct weft__call *call,
    struct weft_error *error)
{
	const struct weft__parties *parties = work->parties;
	const struct weft__source_ops *target = parties->target->ops;

	return weft__source_local_drop_peers(parties->source,
	    parties->source_model, target->epoch(parties->target),
	    !target->is_remote, &call->diff->deltas, error);
}

int
weft__origin_judge(struct weft__replicating *work,
    const struct weft__call *call, struct weft_error *error)
{
	if (work->options->strict)
		return 0;
	if (call->kind == WEFT__CALL_DIFF && work->judges &&
	    work->own == WEFT__TARGET)
		return judge_diff(work, call, error);
	if (call->kind == WEFT__CALL_DIFF &&
	    work->comparing.state == WEFT__COMPARING_NOT)
		return drop_echoes(work, call, error);
	if (call->kind != WEFT__CALL_RELATE)
		return 0;
	if (!work->judges)
		return judge_received(work, call, error);
	return work->own == WEFT__SOURCE ? judge_relations(work, call, error)
					 : 0;
}
