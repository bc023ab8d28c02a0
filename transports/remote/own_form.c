/*
 * A LoopBack server does not store what it is sent: an update leaves what was
 * removed from the record as it was, and defaults are added.  Then the record
 * has another revision there than here.
 *
 *  - If the server still has properties that the record lacks, it is deleted
 *    and created again: there is no other way to remove one that is safe
 *    against a change in between.
 *  - If it is another one all the same, that is the server's own version of
 *    ours: its change is based on what was sent, so that the next replication
 *    back takes it, and does not see a conflict.
 *  - LoopBack compares by a where clause of all properties, and finds no record
 *    that has an array of two elements: it calls that a conflict.  If its own
 *    change says that the update is based on what it has, it is written without
 *    that clause.
 */
#include "transports/remote/remote_private.h"

#include "core/base/alloc.h"

struct forming {
	const struct weft__remote_bulk *bulk;
	struct weft__remote *remote;
	const char *model;
	const struct weft_update *update; /* at hand */
};

/* Written by us, or there already as far as can be told. */
static bool
was_written(const struct weft__bulk_part *part, size_t index)
{
	enum weft_outcome outcome = part->outcomes[index];

	return part->updates[index].data.data &&
	       (outcome == WEFT_OUTCOME_APPLIED ||
		   outcome == WEFT_OUTCOME_UNCHANGED);
}

/* Whether the server's record has a property, not null, that ours has not. */
static bool
has_more(const struct weft__json *own, const struct weft__json *theirs)
{
	for (size_t i = 0; i < theirs->length; i++)
		if (theirs->members[i].value.type != WEFT__JSON_NULL &&
		    weft__json_index(own, theirs->members[i].name) < 0)
			return true;
	return false;
}

/* Whether it has all that ours has. */
static bool
has_all(const struct weft__json *own, const struct weft__json *theirs)
{
	for (size_t i = 0; i < own->length; i++)
		if (!weft_slice_equal(own->members[i].value.token,
			weft__json_find(theirs, own->members[i].name).token))
			return false;
	return true;
}

/* Whether a comparison failed by what it compares. */
static bool
is_no_record(int code)
{
	return code == WEFT_ENOTFOUND || code == WEFT_EDAMAGED ||
	    code == WEFT_EJSON || code == WEFT_ELIMIT;
}

/* Compares the server's record with that of an update; both answers are false
 * if it is gone, or one of the two is no record to us. */
static int
compare(struct weft__remote *remote, const char *model,
    const struct weft_update *update, bool *all, bool *more,
    struct weft_error *error)
{
	struct weft_buf theirs = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft__json own, other;
	int code = weft__remote_find(&remote->base, model,
	    update->change.model_id, &theirs, error);

	weft__json_init(&own);
	weft__json_init(&other);
	*all = *more = false;
	if (!code)
		code = weft__json_view(&own, update->data, error);
	if (!code)
		code = weft__json_view(&other, weft_buf_slice(&theirs), error);
	if (!code) {
		*all = has_all(&own, &other);
		*more = has_more(&own, &other);
	}
	weft__json_fini(&own);
	weft__json_fini(&other);
	weft_buf_fini(&theirs);
	return is_no_record(code) ? 0 : code;
}

int
weft__remote_has_all(const struct weft__remote_bulk *bulk, size_t index,
    bool *all)
{
	const struct weft_update *update = &bulk->part->updates[index];
	bool more;

	*all = false;
	if (!update->data.data)
		return 0;
	return compare(bulk->remote, bulk->part->model, update, all, &more,
	    bulk->error);
}

/* Sends one update of our own making; '*outcome' tells what came of it. */
static int
send_one(struct forming *forming, enum weft_change_type type,
    struct weft_slice prev, enum weft_outcome *outcome)
{
	const struct weft_change *sent = &forming->update->change;
	const struct weft_update update = {
	    .type = type,
	    .change = {.model = sent->model,
		.model_id = sent->model_id,
		.rev = type == WEFT_CHANGE_DELETE ? weft_slice(NULL)
						  : sent->rev,
		.prev = prev,
		.has_prev = true},
	    .data = type == WEFT_CHANGE_DELETE ? weft_slice(NULL)
					       : forming->update->data,
	};
	const struct weft__bulk_part part = {
	    .model = forming->model,
	    .updates = &update,
	    .length = 1,
	    .outcomes = outcome,
	};

	return weft__remote_send_part(
	    forming->remote, &part, forming->bulk->error);
}

/* Writes the record over one that is 'rev' by the server's own change;
 * '*is_done' is false if it is another one by now. */
static int
write_over(struct forming *forming, struct weft_slice rev, bool *is_done)
{
	const struct weft_update *update = forming->update;
	struct weft_source *source = &forming->remote->base;
	struct weft_change_list list = {0};
	int code = weft__remote_last_change(source, forming->model,
	    update->change.model_id, &list, forming->bulk->error);

	*is_done = !code && rev.data &&
	    weft_slice_equal(list.changes[0].rev, rev);
	weft_change_list_fini(&list);
	if (!*is_done)
		return code == WEFT_ENOTFOUND ? 0 : code;
	return weft__remote_save(source, forming->model,
	    update->change.model_id, update->data, weft_slice(NULL),
	    forming->bulk->error);
}

/* Writes the updates that are in conflict by the where clause alone. */
static int
write_unmatched(struct forming *forming)
{
	const struct weft__bulk_part *part = forming->bulk->part;
	int code = 0;

	for (size_t i = 0; i < part->length && !code; i++) {
		bool is_done;

		if (part->outcomes[i] != WEFT_OUTCOME_CONFLICT)
			continue;
		forming->update = &part->updates[i];
		code = write_over(
		    forming, forming->update->change.prev, &is_done);
		if (!code && is_done)
			part->outcomes[i] = WEFT_OUTCOME_APPLIED;
	}
	return code;
}

/* Deletes the record, unless it is another than 'rev' by now, and creates it
 * again. */
static int
replace(struct forming *forming, struct weft_slice rev)
{
	enum weft_outcome outcome;
	bool is_done;
	int code = send_one(forming, WEFT_CHANGE_DELETE, rev, &outcome);

	if (!code && outcome == WEFT_OUTCOME_CONFLICT)
		return write_over(forming, rev, &is_done);
	if (code || outcome != WEFT_OUTCOME_APPLIED)
		return code;
	return send_one(
	    forming, WEFT_CHANGE_CREATE, weft_slice(NULL), &outcome);
}

/* Removes what the server kept of a record, whose revision there is 'rev'. */
static int
remove_rest(struct forming *forming, struct weft_slice rev)
{
	bool all, more;
	int code;

	if (forming->update->type != WEFT_CHANGE_UPDATE)
		return 0;
	code = compare(forming->remote, forming->model, forming->update, &all,
	    &more, forming->bulk->error);
	return code || !more ? code : replace(forming, rev);
}

/* Bases the server's version on what was sent. */
static int
base_on_ours(struct forming *forming)
{
	const struct weft_change *sent = &forming->update->change;
	struct weft_source *source = &forming->remote->base;
	struct weft_change_list list = {0};
	int code = weft__remote_last_change(source, forming->model,
	    sent->model_id, &list, forming->bulk->error);

	if (!code && list.changes[0].rev.data &&
	    !weft_slice_equal(list.changes[0].rev, sent->rev))
		code = weft__remote_update_last_change(source,
		    forming->model, sent->model_id, sent->rev, 0,
		    weft_slice(NULL), forming->bulk->error);
	weft_change_list_fini(&list);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

/* Looks after a record that has another revision at the server. */
static int
mend(struct forming *forming, const struct weft__map *written,
    struct weft_slice id, struct weft_slice rev)
{
	const struct weft__bulk_part *part = forming->bulk->part;
	uintptr_t found = (uintptr_t)weft__map_find(written, id);
	int code = 0;

	if (!found || !rev.data)
		return 0; /* deleted since */
	forming->update = &part->updates[found - 1];
	if (part->outcomes[found - 1] == WEFT_OUTCOME_APPLIED)
		code = remove_rest(forming, rev);
	return code ? code : base_on_ours(forming);
}

/* The server's own change is in conflict with what was sent; or, if all that
 * was sent is that properties are gone, it is as it was before, and would
 * take the same update again. */
static int
mend_all(struct forming *forming, const struct weft__map *written,
    const struct weft__diff *diff)
{
	int code = 0;

	for (size_t i = 0; i < diff->conflicts.length && !code; i++)
		code = mend(forming, written,
		    diff->conflicts.changes[i].model_id,
		    diff->conflicts.changes[i].rev);
	for (size_t i = 0; i < diff->deltas.length && !code; i++)
		code = mend(forming, written, diff->deltas.changes[i].model_id,
		    diff->deltas.changes[i].prev);
	return code;
}

/* The changes of what was written, and where they stand among the updates. */
static int
list_written(struct forming *forming, struct weft_change *changes,
    size_t *length, struct weft__map *written)
{
	const struct weft__bulk_part *part = forming->bulk->part;

	*length = 0;
	for (size_t i = 0; i < part->length; i++) {
		if (!was_written(part, i))
			continue;
		changes[*length] = part->updates[i].change;
		if (weft__map_put(written, changes[(*length)++].model_id,
			(void *)(uintptr_t)(i + 1)))
			return weft__remote_no_memory(forming->bulk->error);
	}
	return 0;
}

int
weft__remote_check_form(const struct weft__remote_bulk *bulk)
{
	const struct weft__bulk_part *part = bulk->part;
	struct forming forming = {
	    .bulk = bulk, .remote = bulk->remote, .model = part->model};
	struct weft_change *changes =
	    weft__calloc(part->length, sizeof *changes);
	struct weft__map written = {NULL};
	struct weft__diff diff = {{0}, {0}};
	size_t length = 0;
	int code;

	if (!changes)
		return weft__remote_no_memory(bulk->error);
	code = write_unmatched(&forming);
	if (!code)
		code = list_written(&forming, changes, &length, &written);
	if (!code && length)
		code = weft__remote_diff(&bulk->remote->base, part->model, -1,
		    changes, length, &diff, bulk->error);
	if (!code)
		code = mend_all(&forming, &written, &diff);
	weft__diff_fini(&diff);
	weft__map_fini(&written, NULL);
	weft__free(changes);
	return code;
}
