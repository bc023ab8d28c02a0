/*
 * bulk_update and save: a peer's records written here.
 *
 * What needs no transaction comes first (local_ready.c): canonical form,
 * validation, hooks.  Then all is written in one transaction: each update is
 * judged by the revision that the record has there, and left out if it is in
 * conflict.
 *
 * A record is stored exactly as it was sent.  If a default or hook of this
 * side makes another one of it, that one is written over it as its child, so
 * that the sender will see a change based on his own, not a conflict.
 */
#include "models/source/local.h"

#include "core/repl/bulk.h"
#include "core/repl/diff.h"
#include "models/record/hook.h"
#include "models/source/local_ready.h"
#include "models/tracking/permit.h"
#include "models/tracking/rectify.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"
#include "models/visible/visible.h"

static bool
is_deletion(const struct weft_update *update)
{
	return update->type == WEFT_CHANGE_DELETE;
}

/*
 * Within the transaction
 */

/* Reads the record; what was written behind our back becomes a change first,
 * so that it is not overwritten unseen. */
static int
load(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft__current *current,
    struct weft_error *error)
{
	uint64_t found = 0;
	int code = weft__tracker_load(transaction, model, id, current, error);

	if (code || !current->has_row ||
	    (current->has_track &&
		!weft__track_differs(&current->track, current->body)))
		return code;
	code = weft__rectify(transaction, model, id, &found, error);
	return code
	    ? code
	    : weft__tracker_load(transaction, model, id, current, error);
}

static struct weft__write
describe_write(const struct weft_call *call, struct weft_slice id,
    struct weft_slice body, struct weft_slice hidden)
{
	return (struct weft__write){
	    .id = id,
	    .body = body,
	    .hidden = hidden,
	    .keep_hidden = !hidden.data,
	    .origin = call->origin,
	    .user = call->user,
	};
}

/*
 * Writes what this side makes of a record over what was sent, whose revision
 * is 'sent': LoopBack's rule keeps prev within a checkpoint, so it is set.
 */
static int
write_child(struct weft_transaction *transaction, const struct weft_call *call,
    struct weft_model *model, const struct weft__draft *draft,
    struct weft_slice sent, struct weft_error *error)
{
	struct weft__write write =
	    describe_write(call, draft->id, draft->body, draft->hidden);
	struct weft__current current;
	int code =
	    weft__tracker_load(transaction, model, draft->id, &current, error);

	write.origin = weft_slice(NULL); /* the sender does not have it */
	if (!code)
		code = weft__tracker_write(
		    transaction, model, &write, &current, NULL, error);
	return code ? code
		    : weft__tracker_set_prev(
			  transaction, model, draft->id, sent, 0,
			  weft_slice(NULL), error);
}

/* Writes a record that was sent, over what there is. */
static int
write_replica(struct weft_transaction *transaction,
    const struct weft_call *call, struct weft_model *model,
    const struct weft__ready_update *ready, const struct weft_update *update,
    struct weft__current *current, struct weft_error *error)
{
	const struct weft__replica *replica = &ready->replica;
	const struct weft__draft *draft = &replica->draft;
	struct weft__write write =
	    describe_write(call, draft->id, replica->sent, draft->hidden);
	int code = 0;

	write.update = update;
	write.hashes = &ready->hashes;
	if (!replica->has_hidden)
		code = weft__tracker_write(
		    transaction, model, &write, current, NULL, error);
	if (code || !replica->is_changed)
		return code;
	return write_child(
	    transaction, call, model, draft, update->change.rev, error);
}

/*
 * Notes what the peer knows of the past of what is here, too.  Of a record that
 * was never here, and is for some users only, nobody could tell for whom.
 */
static int
learn(struct weft_transaction *transaction, const struct weft_call *call,
    struct weft_model *model, const struct weft_update *update,
    struct weft__current *current, struct weft_error *error)
{
	struct weft__write write = describe_write(call,
	    update->change.model_id, current->body, weft_slice(NULL));

	if (!current->has_row && weft__visible_is_on(model->definition))
		return 0;
	write.update = update;
	return weft__tracker_write(
	    transaction, model, &write, current, NULL, error);
}

/*
 * Creates a record without looking for it first: most of them are new.
 * WEFT_EEXISTS, WEFT_EDENIED: it has to be looked at.
 */
static int
try_insert(struct weft_transaction *transaction, const struct weft_call *call,
    struct weft_model *model, const struct weft_update *update,
    const struct weft__ready_update *ready, struct weft_error *error)
{
	const struct weft__replica *replica = &ready->replica;
	struct weft__write write = describe_write(call, update->change.model_id,
	    replica->sent, replica->draft.hidden);

	write.update = update;
	write.hashes = &ready->hashes;
	write.viewer = call->viewer;
	if (update->type != WEFT_CHANGE_CREATE || replica->is_changed)
		return WEFT_EEXISTS;
	return weft__tracker_insert(transaction, model, &write, error);
}

/* An update of what only a trace is left of, by a peer that did not ask. */
static enum weft__bulk_action
decide_trace(
    const struct weft_update *update, const struct weft__track *track)
{
	struct weft_change here;

	switch (weft__diff_trace(
	    &update->change, track, -1, update->change.model, &here)) {
	case WEFT__DIFF_NOTHING:
		return WEFT__BULK_NOTHING;
	case WEFT__DIFF_CONFLICT:
		return WEFT__BULK_CONFLICT;
	case WEFT__DIFF_DELTA:
		break;
	}
	return is_deletion(update) ? WEFT__BULK_LEARN : WEFT__BULK_WRITE;
}

/* What is to be done with an update; what is not taken of a trace that it
 * mentions is told to be deleted again. */
static int
decide(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft_update *update, const struct weft__current *current,
    enum weft__bulk_action *action, struct weft_error *error)
{
	if (!current->is_trace) {
		*action = weft__bulk_decide(
		    update, current->has_track ? &current->track : NULL);
		return 0;
	}
	*action = decide_trace(update, &current->track);
	if (*action == WEFT__BULK_WRITE || is_deletion(update))
		return 0;
	return weft__trace_revive(transaction, model, &update->change, error);
}

/* Does what was decided. */
static int
act(struct weft_transaction *transaction, const struct weft_call *call,
    struct weft_model *model, const struct weft_update *update,
    const struct weft__ready_update *ready, enum weft__bulk_action action,
    struct weft__current *current, enum weft_outcome *outcome,
    struct weft_error *error)
{
	struct weft__write deletion = describe_write(call,
	    update->change.model_id, weft_slice(NULL), weft_slice(NULL));

	deletion.update = update;
	switch (action) {
	case WEFT__BULK_WRITE:
		return write_replica(transaction, call, model, ready, update,
		    current, error);
	case WEFT__BULK_DELETE:
		return weft__tracker_write(
		    transaction, model, &deletion, current, NULL, error);
	case WEFT__BULK_LEARN:
		*outcome = WEFT_OUTCOME_UNCHANGED;
		return learn(
		    transaction, call, model, update, current, error);
	case WEFT__BULK_NOTHING:
		*outcome = WEFT_OUTCOME_UNCHANGED;
		return 0;
	case WEFT__BULK_CONFLICT:
		*outcome = WEFT_OUTCOME_CONFLICT;
		return 0;
	}
	return 0;
}

/*
 * Whether who sends it may write over what there is now.  What he does not see
 * is left as it is, and he is not told; what he may not create is refused.
 */
static int
permit(struct weft_transaction *transaction, const struct weft_call *call,
    struct weft_model *model, const struct weft_update *update,
    struct weft__ready_update *ready, const struct weft__current *current,
    enum weft_outcome *outcome, struct weft_error *error)
{
	enum weft__sight sight;
	int code = weft__update_permit(call->viewer, transaction, model,
	    update->change.model_id, ready->replica.sent, current, &sight,
	    error);

	ready->is_denied = code == WEFT_EDENIED;
	if (ready->is_denied)
		*outcome = WEFT_OUTCOME_REFUSED;
	else if (!code && sight == WEFT__SIGHT_HIDDEN)
		*outcome = WEFT_OUTCOME_UNCHANGED;
	return ready->is_denied ? 0 : code;
}

static int
apply_update(struct weft_transaction *transaction, const struct weft_call *call,
    struct weft_model *model, const struct weft_update *update,
    struct weft__ready_update *ready, enum weft_outcome *outcome,
    struct weft_error *error)
{
	struct weft__current current;
	enum weft__bulk_action action;
	int code;

	*outcome = WEFT_OUTCOME_APPLIED;
	code = try_insert(transaction, call, model, update, ready, error);
	if (code != WEFT_EEXISTS && code != WEFT_EDENIED)
		return code;
	code = load(transaction, model, update->change.model_id, &current,
	    error);
	if (!code)
		code = permit(transaction, call, model, update, ready,
		    &current, outcome, error);
	if (code || *outcome != WEFT_OUTCOME_APPLIED)
		return code;
	code = decide(transaction, model, update, &current, &action, error);
	return code ? code
		    : act(transaction, call, model, update, ready, action,
			  &current, outcome, error);
}

static int
apply_part(struct weft_transaction *transaction, struct weft__ready *ready,
    const struct weft__ready_part *part, struct weft_error *error)
{
	const struct weft__bulk_part *given = part->given;
	int code = 0;

	for (size_t i = 0; i < given->length && !code; i++) {
		code = weft__ready_wait(ready, part->first + i, error);
		if (code || (given->outcomes[i] == WEFT_OUTCOME_REFUSED &&
				!part->updates[i].is_denied))
			continue;
		code = apply_update(transaction, &ready->call, part->model,
		    &given->updates[i], &part->updates[i], &given->outcomes[i],
		    error);
	}
	return code;
}

static int
apply_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__ready *ready = context;
	int code = 0;

	for (size_t i = 0; i < ready->length && !code; i++)
		code = apply_part(transaction, ready, &ready->parts[i], error);
	return code;
}

/*
 * After the commit
 */

static void
run_hooks(const struct weft_call *call, const struct weft__ready_part *part,
    size_t index)
{
	const struct weft_update *update = &part->given->updates[index];

	if (is_deletion(update))
		weft__hooks_after(part->model, WEFT_HOOK_AFTER_DELETE, call,
		    false, update->change.model_id, weft_slice(NULL));
	else
		weft__hooks_after(part->model, WEFT_HOOK_AFTER_SAVE, call,
		    update->type == WEFT_CHANGE_CREATE,
		    update->change.model_id,
		    part->updates[index].replica.draft.body);
}

static void
run_all_hooks(const struct weft__ready *ready)
{
	for (size_t i = 0; i < ready->length; i++) {
		const struct weft__ready_part *part = &ready->parts[i];

		for (size_t j = 0; j < part->given->length; j++)
			if (part->given->outcomes[j] == WEFT_OUTCOME_APPLIED)
				run_hooks(&ready->call, part, j);
	}
}

int
weft__source_local_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	struct weft__ready ready = {
	    .call = {.origin = options->origin,
		.user = options->user,
		.viewer = options->viewer}};
	int code = weft__ready_open(&ready, source, parts, length, error);

	if (!code)
		code = weft__ready_make(&ready, error);
	if (!code)
		code = weft_datasource_transaction(
		    weft__source_local(source)->datasource, apply_all, &ready,
		    error);
	if (!code) {
		weft__ready_tell_refused(&ready);
		run_all_hooks(&ready);
	}
	weft__ready_close(&ready);
	return code;
}

/*
 * save: an update that is never in conflict
 */

struct saving {
	const struct weft__ready *ready; /* of one update */
	struct weft_slice id;
};

static int
save_one(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct saving *saving = context;
	const struct weft__ready_part *part = saving->ready->parts;
	const struct weft_update *update = part->given->updates;
	const struct weft__draft *draft = &part->updates->replica.draft;
	struct weft__write write = describe_write(&saving->ready->call,
	    saving->id, draft->body, draft->hidden);
	struct weft__current current;
	enum weft__sight sight;
	bool changed;
	int code = load(transaction, part->model, saving->id, &current, error);

	if (update->history.data)
		write.update = update;
	if (!code)
		code = weft__update_permit(saving->ready->call.viewer,
		    transaction, part->model, saving->id, write.body, &current,
		    &sight, error);
	if (!code && sight == WEFT__SIGHT_HIDDEN)
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "no %s with id %.*s", weft_model_name(part->model),
		    (int)saving->id.size, saving->id.data);
	if (!code)
		code = weft__tracker_write(transaction, part->model, &write,
		    &current, &changed, error);
	if (!code && changed)
		*part->given->outcomes = WEFT_OUTCOME_APPLIED;
	return code;
}

/* Keeps why the record was refused. */
static void
note_refusal(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	(void)update;
	*(struct weft_error *)context = *why;
}

int
weft__source_local_save(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error)
{
	return weft__source_local_save_for(
	    source, NULL, model, id, data, history, error);
}

int
weft__source_local_save_for(struct weft_source *source,
    const struct weft__viewer *viewer, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error)
{
	struct weft_error why = {0};
	enum weft_outcome outcome;
	const struct weft_update update = {
	    .type = data.data ? WEFT_CHANGE_UPDATE : WEFT_CHANGE_DELETE,
	    .change = {.model_id = id},
	    .data = data,
	    .history = history,
	};
	const struct weft__bulk_part given = {
	    .model = model,
	    .updates = &update,
	    .length = 1,
	    .outcomes = &outcome,
	    .refused = note_refusal,
	    .context = &why,
	};
	struct weft__ready ready = {.call = {.viewer = viewer}};
	struct saving saving = {&ready, id};
	int code = weft__ready_open(&ready, source, &given, 1, error);

	if (!code)
		code = weft__ready_make(&ready, error);
	if (!code)
		weft__ready_tell_refused(&ready);
	if (!code && outcome == WEFT_OUTCOME_REFUSED)
		code = weft_error_set(error, why.code, "%s", why.text);
	if (!code)
		code = weft__source_local_run(
		    source, true, save_one, &saving, error);
	if (!code)
		run_all_hooks(&ready);
	weft__ready_close(&ready);
	return code;
}
