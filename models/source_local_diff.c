/*
 * diff, create_updates and relate: what is read record by record, by id.
 */
#include "models/source_local.h"

#include "core/repl/diff.h"
#include "models/rectify.h"
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
	bool unrectified; /* an edit made behind our back was met */
	bool rectified;	  /* what still is not cannot be */
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Compares one change of the peer with the record here. */
static int
diff_one(struct work *work, const struct weft_change *remote,
    const struct weft__current *current)
{
	const struct weft__track *local =
	    current->has_track ? &current->track : NULL;
	struct weft_change out;

	switch (weft__diff_change(remote, local, work->since,
	    weft_slice(weft_model_name(work->model)), &out)) {
	case WEFT__DIFF_DELTA:
		return weft_change_list_append(&work->diff->deltas, &out);
	case WEFT__DIFF_CONFLICT:
		return weft_change_list_append(&work->diff->conflicts, &out);
	case WEFT__DIFF_NOTHING:
		break;
	}
	return 0;
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

int
weft__source_local_diff(struct weft_source *source, const char *model,
    int64_t since, const struct weft_change *changes, size_t length,
    struct weft__diff *diff, struct weft_error *error)
{
	struct work work = {
	    .changes = changes, .length = length, .since = since, .diff = diff};
	struct weft_datasource *datasource;
	int code = weft__source_local_model(source, model, &work.model, error);

	if (code)
		return code;
	datasource = work.model->datasource;
	work.rectified = datasource->read_only;
	code = weft__datasource_read(datasource, diff_all, &work, error);
	if (code || !work.unrectified)
		return code;
	code = weft_model_rectify_all_changes(work.model, NULL, error);
	work.rectified = true;
	return code ? code
		    : weft__datasource_read(datasource, diff_all, &work, error);
}

/*
 * Appends the update for a delta: what the record is now, for it may have
 * moved on meanwhile, and revision and data must agree; based on what the
 * delta is based on, as that is what the peer has.
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
		work->relations[i] = weft__diff_relate(
		    remote, current.has_track ? &current.track : NULL);
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
