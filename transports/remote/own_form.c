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
 */
#include "transports/remote/remote_private.h"

#include "core/base/alloc.h"

struct forming {
	const struct weft__remote_bulk *bulk;
	struct weft__remote *remote;
	const char *model;
	const struct weft_update *update; /* at hand */
};

static bool
was_written(const struct weft__bulk_part *part, size_t index)
{
	return part->outcomes[index] == WEFT_OUTCOME_APPLIED &&
	       part->updates[index].data.data;
}

/* Whether the server's record has a property, not null, that ours has not. */
static int
has_more(struct forming *forming, struct weft_slice theirs, bool *more)
{
	struct weft__json own, other;
	int code;

	weft__json_init(&own);
	weft__json_init(&other);
	code = weft__json_view(
	    &own, forming->update->data, forming->bulk->error);
	if (!code)
		code = weft__json_view(&other, theirs, forming->bulk->error);
	*more = false;
	for (size_t i = 0; !code && i < other.length; i++)
		if (other.members[i].value.type != WEFT__JSON_NULL &&
		    weft__json_index(&own, other.members[i].name) < 0)
			*more = true;
	weft__json_fini(&own);
	weft__json_fini(&other);
	return code;
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

/* Deletes the record, unless it is another than 'rev' by now, and creates it
 * again. */
static int
replace(struct forming *forming, struct weft_slice rev)
{
	enum weft_outcome outcome;
	int code = send_one(forming, WEFT_CHANGE_DELETE, rev, &outcome);

	if (code || outcome != WEFT_OUTCOME_APPLIED)
		return code;
	return send_one(
	    forming, WEFT_CHANGE_CREATE, weft_slice(NULL), &outcome);
}

/* Removes what the server kept of a record, whose revision there is 'rev'. */
static int
remove_rest(struct forming *forming, struct weft_slice rev)
{
	struct weft_buf theirs = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	bool more = false;
	int code = 0;

	if (forming->update->type != WEFT_CHANGE_UPDATE)
		return 0;
	code = weft__remote_find(&forming->remote->base, forming->model,
	    forming->update->change.model_id, &theirs, forming->bulk->error);
	if (!code)
		code = has_more(forming, weft_buf_slice(&theirs), &more);
	weft_buf_fini(&theirs);
	if (code == WEFT_ENOTFOUND)
		return 0; /* deleted since */
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
		    forming->model, sent->model_id, sent->rev,
		    weft_slice(NULL), forming->bulk->error);
	weft_change_list_fini(&list);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

/* Looks after a record that has another revision at the server. */
static int
mend(struct forming *forming, const struct weft__map *written,
    struct weft_slice id, struct weft_slice rev)
{
	uintptr_t found = (uintptr_t)weft__map_find(written, id);
	int code;

	if (!found || !rev.data)
		return 0; /* deleted since */
	forming->update = &forming->bulk->part->updates[found - 1];
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
	size_t length;
	int code;

	if (!changes)
		return weft__remote_no_memory(bulk->error);
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
