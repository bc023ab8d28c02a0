/*
 * diff, create_updates and relate: what is read record by record, by id.
 */
#include "models/source/local.h"

#include "core/repl/diff.h"
#include "models/tracking/rectify.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"

/* Bytes of the history that an update tells. */
#define HISTORY_SIZE (WEFT_LIMIT_REVTREE_NODES * (WEFT_LIMIT_REV_SIZE + 1))

/* A diff, or updates, under way. */
struct work {
	struct weft_model *model;
	const struct weft_change *changes; /* diff: the peer's; else deltas */
	size_t length;
	size_t next; /* index of the change to go on with */
	int64_t since;
	struct weft__diff *diff;
	struct weft_update_list *updates;
	struct weft_buf history;          /* of one update */
	enum weft__relation *relations;
	struct weft_change_list revived; /* diff: mentions of traces */
	bool unrectified; /* an edit made behind our back was met */
	bool rectified;	  /* what still is not cannot be */
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* What the peer's change is to the record here.  Of a trace that it mentions
 * the deletion is told again. */
static int
judge(struct work *work, const struct weft_change *remote,
    const struct weft__current *current, struct weft_change *out,
    enum weft__diff_outcome *outcome)
{
	const struct weft_slice model =
	    weft_slice(weft_model_name(work->model));

	if (!current->is_trace) {
		*outcome = weft__diff_change(remote,
		    current->has_track ? &current->track : NULL, work->since,
		    model, out);
		return 0;
	}
	*outcome = weft__diff_trace(
	    remote, &current->track, work->since, model, out);
	return remote->rev.data
	    ? weft_change_list_append(&work->revived, remote) : 0;
}

/* Compares one change of the peer with the record here. */
static int
diff_one(struct work *work, const struct weft_change *remote,
    const struct weft__current *current)
{
	enum weft__diff_outcome outcome;
	struct weft_change out;
	int code = judge(work, remote, current, &out, &outcome);

	if (code || outcome == WEFT__DIFF_NOTHING)
		return code;
	return weft_change_list_append(outcome == WEFT__DIFF_DELTA
		? &work->diff->deltas : &work->diff->conflicts, &out);
}

/* Goes on to the end, or to the first record that is to be rectified. */
static int
diff_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct work *work = context;
	struct weft__current current;

	for (; work->next < work->length; work->next++) {
		const struct weft_change *remote = &work->changes[work->next];
		int code = weft__tracker_load(transaction, work->model,
		    remote->model_id, &current, error);

		if (code)
			return code;
		if (!work->rectified && weft__is_unrectified(&current)) {
			work->unrectified = true;
			return 0;
		}
		if (diff_one(work, remote, &current))
			return out_of_memory(error);
	}
	return 0;
}

/* One part of the mentions: a transaction must have an end. */
static int
revive_some(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct work *work = context;
	const struct weft_change_list *list = &work->revived;
	size_t end = work->next + WEFT_LIMIT_PAGE_CHANGES;
	int code = 0;

	for (; !code && work->next < list->length && work->next < end;
	     work->next++)
		code = weft__trace_revive(transaction, work->model,
		    &list->changes[work->next], error);
	return code;
}

static int
revive_all(struct work *work, struct weft_error *error)
{
	struct weft_datasource *datasource = work->model->datasource;
	int code = 0;

	work->next = 0;
	while (!code && !datasource->read_only &&
	    work->next < work->revived.length)
		code = weft_datasource_transaction(
		    datasource, revive_some, work, error);
	return code;
}

/* Once more from where an edit made behind our back was met. */
static int
diff_rectified(struct work *work, struct weft_error *error)
{
	struct weft_datasource *datasource = work->model->datasource;
	int code;

	work->rectified = datasource->read_only;
	code = weft__datasource_read(datasource, diff_all, work, error);
	if (code || !work->unrectified)
		return code;
	code = weft_model_rectify_all_changes(work->model, NULL, error);
	work->rectified = true;
	return code ? code
		    : weft__datasource_read(datasource, diff_all, work, error);
}

int
weft__source_local_diff(struct weft_source *source, const char *model,
    int64_t since, const struct weft_change *changes, size_t length,
    struct weft__diff *diff, struct weft_error *error)
{
	struct work work = {
	    .changes = changes, .length = length, .since = since, .diff = diff};
	int code = weft__source_local_model(source, model, &work.model, error);

	if (!code)
		code = diff_rectified(&work, error);
	if (!code)
		code = revive_all(&work, error);
	weft_change_list_fini(&work.revived);
	return code;
}

/*
 * Appends the update for a delta: what the record is now, for it may have
 * moved on meanwhile, and revision and data must agree; based on what the
 * delta is based on, as that is what the peer has.  A delta that tells no
 * generation is of a record that was taken from the peer and is given back:
 * the peer's deletion is not older or newer than it.
 */
static int
update_one(struct work *work, const struct weft_change *delta,
    const struct weft__current *current)
{
	struct weft_update update = {.data = current->body};

	weft__track_change(&current->track,
	    weft_slice(weft_model_name(work->model)), delta->model_id,
	    &update.change);
	update.change.prev = delta->prev;
	update.change.has_prev = delta->has_prev;
	if (!delta->generation)
		update.change.generation = 0;
	update.type = weft_change_type(&update.change);
	if (update.type == WEFT_CHANGE_UNKNOWN)
		return 0;
	weft_buf_clear(&work->history);
	if (weft__track_history(&current->track, &work->history))
		return WEFT_ENOMEM;
	if (work->history.size)
		update.history = weft_buf_slice(&work->history);
	return weft_update_list_append(work->updates, &update);
}

/* Appends the updates for all deltas that are deletions, or all that are not.
 * A record that vanished without a trace is left out. */
static int
update_some(struct weft_transaction *transaction, struct work *work,
    bool deletions, struct weft_error *error)
{
	struct weft__current current;

	for (size_t i = 0; i < work->length; i++) {
		const struct weft_change *delta = &work->changes[i];
		int code;

		if (!delta->rev.data != deletions)
			continue;
		code = weft__tracker_load(
		    transaction, work->model, delta->model_id, &current, error);
		if (code)
			return code;
		if (weft__is_unrectified(&current) || !current.has_track)
			continue;
		if (update_one(work, delta, &current))
			return out_of_memory(error);
	}
	return 0;
}

/* Deletions first, so that what they make room for can be created. */
static int
update_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct work *work = context;
	int code = update_some(transaction, work, true, error);

	return code ? code : update_some(transaction, work, false, error);
}

int
weft__source_local_create_updates(struct weft_source *source, const char *model,
    const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	struct work work = {.changes = deltas,
	    .length = length,
	    .updates = list,
	    .history = WEFT_BUF_INIT(HISTORY_SIZE)};
	int code = weft__source_local_model(source, model, &work.model, error);

	if (!code)
		code = weft__datasource_read(
		    work.model->datasource, update_all, &work, error);
	weft_buf_fini(&work.history);
	return code;
}

static int
relate_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct work *work = context;
	struct weft__current current;

	for (size_t i = 0; i < work->length; i++) {
		const struct weft_change *remote = &work->changes[i];
		int code = weft__tracker_load(transaction, work->model,
		    remote->model_id, &current, error);

		if (code)
			return code;
		work->relations[i] = current.is_trace
		    ? weft__diff_relate_trace(remote, &current.track)
		    : weft__diff_relate(remote,
			  current.has_track ? &current.track : NULL);
	}
	return 0;
}

int
weft__source_local_relate(struct weft_source *source, const char *model,
    const struct weft_change *changes, size_t length,
    enum weft__relation *relations, struct weft_error *error)
{
	struct work work = {
	    .changes = changes, .length = length, .relations = relations};
	int code = weft__source_local_model(source, model, &work.model, error);

	return code ? code
		    : weft__datasource_read(
			  work.model->datasource, relate_all, &work, error);
}
