#include "core/repl/call.h"

static int
bulk_update(const struct weft__call *call, const struct weft__party *party,
    struct weft_error *error)
{
	const struct weft__bulk_part part = {
	    .model = party->model,
	    .updates = call->updates,
	    .length = call->length,
	    .outcomes = call->outcomes,
	    .refused = party->refused,
	    .context = party->context,
	};

	return party->source->ops->bulk_update(
	    party->source, &part, 1, &party->options, error);
}

static bool
lists_id(const struct weft_change_list *list, struct weft_slice id)
{
	for (size_t i = 0; i < list->length; i++)
		if (weft_slice_equal(list->changes[i].model_id, id))
			return true;
	return false;
}

/*
 * For a source that is LoopBack's: what it says nothing to, it has or had; a
 * delta was made from what it has.
 */
static int
relate_by_diff(const struct weft__call *call,
    const struct weft__party *party, struct weft_error *error)
{
	struct weft__diff diff = {{0}, {0}};
	int code = party->source->ops->diff(party->source, party->model, -1,
	    call->changes, call->length, &diff, error);

	for (size_t i = 0; i < call->length && !code; i++) {
		struct weft_slice id = call->changes[i].model_id;

		call->relations[i] = WEFT__RELATION_BEHIND;
		if (lists_id(&diff.conflicts, id))
			call->relations[i] = WEFT__RELATION_NONE;
		else if (lists_id(&diff.deltas, id))
			call->relations[i] = WEFT__RELATION_AHEAD;
	}
	weft__diff_fini(&diff);
	return code;
}

int
weft__call_make(const struct weft__call *call,
    const struct weft__party *party, struct weft_error *error)
{
	struct weft_source *source = party->source;
	const struct weft__source_ops *ops = source->ops;

	switch (call->kind) {
	case WEFT__CALL_CHECKPOINT:
		return ops->checkpoint(source, call->checkpoint, error);
	case WEFT__CALL_CHANGES:
		call->token->unread = party->unread;
		return ops->changes(source, party->model, call->since,
		    party->filter, call->limit, call->token, call->list,
		    error);
	case WEFT__CALL_RELATE:
		return ops->relate ? ops->relate(source, party->model,
		    call->changes, call->length, call->relations, error) :
		    relate_by_diff(call, party, error);
	case WEFT__CALL_DIFF:
		return ops->diff(source, party->model, call->since,
		    call->changes, call->length, call->diff, error);
	case WEFT__CALL_CREATE_UPDATES:
		return ops->create_updates(source, party->model,
		    call->changes, call->length, call->update_list, error);
	case WEFT__CALL_BULK_UPDATE:
		return bulk_update(call, party, error);
	}
	return weft_error_set(error, WEFT_EINVAL, "no such call");
}

/* Asks the source, if it can be asked. */
static int
ask(const struct weft__reconcile_call *call, const struct weft__party *party,
    struct weft_error *error)
{
	struct weft_source *source = party->source;

	if (!source->ops->reconcile)
		return WEFT_EUNSUPPORTED;
	return source->ops->reconcile(
	    source, party->model, call->question, call->answer, error);
}

int
weft__reconcile_run(struct weft__reconcile *reconcile,
    const struct weft__party parties[2], struct weft_error *error)
{
	struct weft__reconcile_call call;

	while (weft__reconcile_next(reconcile, &call)) {
		struct weft_error why = {0, ""};
		int code = ask(&call, &parties[call.side], &why);

		weft__reconcile_answer(reconcile, code, &why);
	}
	return reconcile->code ? weft_error_set(error, reconcile->code, "%s",
				     reconcile->error.text) : 0;
}
