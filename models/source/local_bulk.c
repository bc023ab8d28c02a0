/*
 * bulk_update and save: a peer's records written here.
 *
 * What needs no transaction comes first, on the caller's thread: canonical
 * form, validation, hooks.  Then all is written in one transaction: each
 * update is judged by the revision that the record has there, and left out if
 * it is in conflict.
 *
 * A record is stored exactly as it was sent.  If a default or hook of this
 * side makes another one of it, that one is written over it as its child, so
 * that the sender will see a change based on his own, not a conflict.
 */
#include "models/source/local.h"

#include "core/base/alloc.h"
#include "core/repl/bulk.h"
#include "core/repl/diff.h"
#include "models/record/hook.h"
#include "models/record/prepare.h"
#include "models/tracking/rectify.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"

/* The updates of one model, made ready to be written. */
struct part {
	const struct weft__bulk_part *given;
	struct weft_model *model;
	struct weft__prepare prepare;	/* owns what the replicas hold */
	struct weft__replica *replicas; /* one for each update */
};

struct bulk {
	struct weft_call call; /* on whose behalf, for the hooks */
	struct part *parts;
	size_t length;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/*
 * Before the transaction
 */

static bool
is_deletion(const struct weft_update *update)
{
	return update->type == WEFT_CHANGE_DELETE;
}

static int
prepare_update(struct part *part, const struct weft_update *update,
    struct weft__replica *replica, struct weft_error *error)
{
	struct weft_slice id = update->change.model_id;

	if (update->type == WEFT_CHANGE_UNKNOWN)
		return 0;
	if (is_deletion(update))
		return weft__hooks_before_delete(
		    part->model, part->prepare.call, id, error);
	if (!update->data.data)
		return weft_error_set(error, WEFT_EINVAL,
		    "the update of %.*s has no data", (int)id.size, id.data);
	return weft__prepare_replica(&part->prepare, id, update->data,
	    update->type == WEFT_CHANGE_CREATE, replica, error);
}

/* What stops the whole call; all else only refuses the one update. */
static bool
is_fatal(int code)
{
	return weft_error_class(code) != WEFT_CLASS_REFUSE;
}

static int
prepare_part(struct part *part, struct weft_error *error)
{
	const struct weft__bulk_part *given = part->given;

	part->replicas = weft__calloc(given->length, sizeof *part->replicas);
	if (!part->replicas)
		return out_of_memory(error);
	for (size_t i = 0; i < given->length; i++) {
		struct weft_error why = {0};
		int code = prepare_update(
		    part, &given->updates[i], &part->replicas[i], &why);

		given->outcomes[i] =
		    code ? WEFT_OUTCOME_REFUSED : WEFT_OUTCOME_UNCHANGED;
		if (code && is_fatal(code))
			return weft_error_set(error, code, "%s", why.text);
		if (code && given->refused)
			given->refused(
			    &given->updates[i], &why, given->context);
	}
	return 0;
}

/* Makes room for all parts and prepares them; release() after it. */
static int
prepare_all(struct bulk *bulk, struct weft_source *source,
    const struct weft__bulk_part *given, size_t length,
    struct weft_error *error)
{
	int code = 0;

	bulk->parts = weft__calloc(length, sizeof *bulk->parts);
	if (!bulk->parts)
		return out_of_memory(error);
	for (size_t i = 0; i < length && !code; i++) {
		struct part *part = &bulk->parts[i];

		part->given = &given[i];
		code = weft__source_local_model(
		    source, given[i].model, &part->model, error);
		if (code)
			return code;
		weft__prepare_init(&part->prepare, part->model, &bulk->call);
		bulk->length++;
		code = prepare_part(part, error);
	}
	return code;
}

static void
release(struct bulk *bulk)
{
	for (size_t i = 0; i < bulk->length; i++) {
		weft__prepare_fini(&bulk->parts[i].prepare);
		weft__free(bulk->parts[i].replicas);
	}
	weft__free(bulk->parts);
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
describe_write(const struct bulk *bulk, struct weft_slice id,
    struct weft_slice body, struct weft_slice hidden)
{
	return (struct weft__write){
	    .id = id,
	    .body = body,
	    .hidden = hidden,
	    .keep_hidden = !hidden.data,
	    .origin = bulk->call.origin,
	    .user = bulk->call.user,
	};
}

/*
 * Writes what this side makes of a record over what was sent, whose revision
 * is 'sent': LoopBack's rule keeps prev within a checkpoint, so it is set.
 */
static int
write_child(struct weft_transaction *transaction, const struct bulk *bulk,
    struct weft_model *model, const struct weft__draft *draft,
    struct weft_slice sent, struct weft_error *error)
{
	struct weft__write write =
	    describe_write(bulk, draft->id, draft->body, draft->hidden);
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
write_replica(struct weft_transaction *transaction, const struct bulk *bulk,
    struct weft_model *model, const struct weft__replica *replica,
    const struct weft_update *update, struct weft__current *current,
    struct weft_error *error)
{
	const struct weft__draft *draft = &replica->draft;
	struct weft__write write =
	    describe_write(bulk, draft->id, replica->sent, draft->hidden);
	int code = 0;

	write.update = update;
	if (!replica->has_hidden)
		code = weft__tracker_write(
		    transaction, model, &write, current, NULL, error);
	if (code || !replica->is_changed)
		return code;
	return write_child(
	    transaction, bulk, model, draft, update->change.rev, error);
}

/*
 * Creates a record without looking for it first: most of them are new.
 * WEFT_EEXISTS: it has to be looked at.
 */
static int
try_insert(struct weft_transaction *transaction, const struct bulk *bulk,
    struct weft_model *model, const struct weft_update *update,
    const struct weft__replica *replica, struct weft_error *error)
{
	struct weft__write write = describe_write(bulk, update->change.model_id,
	    replica->sent, replica->draft.hidden);

	write.update = update;
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
	return WEFT__BULK_WRITE;
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

static int
apply_update(struct weft_transaction *transaction, const struct bulk *bulk,
    struct weft_model *model, const struct weft_update *update,
    const struct weft__replica *replica, enum weft_outcome *outcome,
    struct weft_error *error)
{
	struct weft_slice id = update->change.model_id;
	struct weft__write deletion =
	    describe_write(bulk, id, weft_slice(NULL), weft_slice(NULL));
	struct weft__current current;
	enum weft__bulk_action action;
	int code;

	deletion.update = update;
	*outcome = WEFT_OUTCOME_APPLIED;
	code = try_insert(transaction, bulk, model, update, replica, error);
	if (code != WEFT_EEXISTS)
		return code;
	code = load(transaction, model, id, &current, error);
	if (!code)
		code = decide(
		    transaction, model, update, &current, &action, error);
	if (code)
		return code;
	switch (action) {
	case WEFT__BULK_WRITE:
		return write_replica(transaction, bulk, model, replica,
		    update, &current, error);
	case WEFT__BULK_DELETE:
		return weft__tracker_write(
		    transaction, model, &deletion, &current, NULL, error);
	case WEFT__BULK_NOTHING:
		*outcome = WEFT_OUTCOME_UNCHANGED;
		return 0;
	case WEFT__BULK_CONFLICT:
		*outcome = WEFT_OUTCOME_CONFLICT;
		return 0;
	}
	return 0;
}

static int
apply_part(struct weft_transaction *transaction, const struct bulk *bulk,
    const struct part *part, struct weft_error *error)
{
	const struct weft__bulk_part *given = part->given;

	for (size_t i = 0; i < given->length; i++) {
		int code;

		if (given->outcomes[i] == WEFT_OUTCOME_REFUSED)
			continue;
		code = apply_update(transaction, bulk, part->model,
		    &given->updates[i], &part->replicas[i], &given->outcomes[i],
		    error);
		if (code)
			return code;
	}
	return 0;
}

static int
apply_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct bulk *bulk = context;
	int code = 0;

	for (size_t i = 0; i < bulk->length && !code; i++)
		code = apply_part(transaction, bulk, &bulk->parts[i], error);
	return code;
}

/*
 * After the commit
 */

static void
run_hooks(const struct bulk *bulk, const struct part *part, size_t index)
{
	const struct weft_update *update = &part->given->updates[index];

	if (is_deletion(update))
		weft__hooks_after(part->model, WEFT_HOOK_AFTER_DELETE,
		    &bulk->call, false, update->change.model_id,
		    weft_slice(NULL));
	else
		weft__hooks_after(part->model, WEFT_HOOK_AFTER_SAVE,
		    &bulk->call, update->type == WEFT_CHANGE_CREATE,
		    update->change.model_id, part->replicas[index].draft.body);
}

static void
run_all_hooks(const struct bulk *bulk)
{
	for (size_t i = 0; i < bulk->length; i++) {
		const struct part *part = &bulk->parts[i];

		for (size_t j = 0; j < part->given->length; j++)
			if (part->given->outcomes[j] == WEFT_OUTCOME_APPLIED)
				run_hooks(bulk, part, j);
	}
}

int
weft__source_local_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	struct bulk bulk = {
	    .call = {.origin = options->origin, .user = options->user}};
	int code = prepare_all(&bulk, source, parts, length, error);

	if (!code)
		code = weft_datasource_transaction(
		    weft__source_local(source)->datasource, apply_all, &bulk,
		    error);
	if (!code)
		run_all_hooks(&bulk);
	release(&bulk);
	return code;
}

/*
 * save: an update that is never in conflict
 */

struct saving {
	const struct bulk *bulk; /* of one update */
	struct weft_slice id;
};

static int
save_one(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct saving *saving = context;
	const struct part *part = saving->bulk->parts;
	const struct weft_update *update = part->given->updates;
	const struct weft__draft *draft = &part->replicas->draft;
	struct weft__write write = describe_write(
	    saving->bulk, saving->id, draft->body, draft->hidden);
	struct weft__current current;
	bool changed;
	int code = load(transaction, part->model, saving->id, &current, error);

	if (update->history.data)
		write.update = update;
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
	struct bulk bulk = {.parts = NULL};
	struct saving saving = {&bulk, id};
	int code = prepare_all(&bulk, source, &given, 1, error);

	if (!code && outcome == WEFT_OUTCOME_REFUSED)
		code = weft_error_set(error, why.code, "%s", why.text);
	if (!code)
		code = weft_datasource_transaction(
		    weft__source_local(source)->datasource, save_one, &saving,
		    error);
	if (!code)
		run_all_hooks(&bulk);
	release(&bulk);
	return code;
}
