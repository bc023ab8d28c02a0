/*
 * A conflict and its resolutions.  All that a resolution does is done through
 * the sources, so that it works between any two of them.
 */
#include "models/replicate/conflict.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/repl/conflict.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/*
 * Copies a change (NULL: none) into the conflict's list.  The list is never
 * cleared: slices that were handed out stay valid.
 */
static int
copy_change(struct weft_conflict *conflict, const struct weft_change *change,
    struct weft_change *copy)
{
	struct weft_change_list *list = &conflict->changes;

	*copy = (struct weft_change){.checkpoint = 0};
	if (!change || !change->model_id.data)
		return 0;
	if (weft_change_list_append(list, change))
		return WEFT_ENOMEM;
	*copy = list->changes[list->length - 1];
	return 0;
}

static int
copy_id(struct weft_conflict *conflict, struct weft_slice id)
{
	const struct weft_change holder = {.model_id = id};
	struct weft_change copy;
	int code = copy_change(conflict, &holder, &copy);

	conflict->id = copy.model_id;
	return code;
}

int
weft__conflict_create(const struct weft__parties *parties, struct weft_slice id,
    const struct weft_change *source_change,
    const struct weft_change *target_change, struct weft_conflict **conflict,
    struct weft_error *error)
{
	struct weft_conflict *made = weft__calloc(1, sizeof *made);

	if (!made)
		return out_of_memory(error);
	made->parties = *parties;
	made->parties.source_model = weft__strdup(parties->source_model);
	made->parties.target_model = weft__strdup(parties->target_model);
	if (!made->parties.source_model || !made->parties.target_model ||
	    copy_id(made, id) ||
	    copy_change(made, source_change, &made->source_change) ||
	    copy_change(made, target_change, &made->target_change)) {
		weft_conflict_destroy(made);
		return out_of_memory(error);
	}
	*conflict = made;
	return 0;
}

void
weft_conflict_destroy(struct weft_conflict *conflict)
{
	if (!conflict)
		return;
	weft_change_list_fini(&conflict->changes);
	weft__free((void *)conflict->parties.source_model);
	weft__free((void *)conflict->parties.target_model);
	weft__free(conflict);
}

/* The last change of a side, as the only one of the list, or none. */
static int
find_change(struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error)
{
	int code = source->ops->last_change(source, model, id, list, error);

	return code == WEFT_ENOTFOUND ? 0 : code;
}

int
weft__conflict_load(const struct weft__parties *parties, struct weft_slice id,
    struct weft_conflict **conflict, struct weft_error *error)
{
	struct weft_change_list source = {0}, target = {0};
	int code = find_change(
	    parties->source, parties->source_model, id, &source, error);

	if (!code)
		code = find_change(
		    parties->target, parties->target_model, id, &target, error);
	if (!code)
		code = weft__conflict_create(parties, id, source.changes,
		    target.changes, conflict, error);
	weft_change_list_fini(&source);
	weft_change_list_fini(&target);
	return code;
}

const char *
weft_conflict_model(const struct weft_conflict *conflict)
{
	return conflict->parties.source_model;
}

struct weft_slice
weft_conflict_model_id(const struct weft_conflict *conflict)
{
	return conflict->id;
}

/* NULL for a change that there is not. */
static const struct weft_change *
known(const struct weft_change *change)
{
	return change->model_id.data ? change : NULL;
}

enum weft_conflict_type
weft_conflict_type(const struct weft_conflict *conflict)
{
	return weft__conflict_type(
	    known(&conflict->source_change), known(&conflict->target_change));
}

void
weft_conflict_changes(const struct weft_conflict *conflict,
    struct weft_change *source, struct weft_change *target)
{
	*source = conflict->source_change;
	*target = conflict->target_change;
}

/* Appends a side's record, if it has one. */
static int
find_record(struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_buf *body, bool *present, struct weft_error *error)
{
	int code = source->ops->find(source, model, id, body, error);

	*present = !code;
	return code == WEFT_ENOTFOUND ? 0 : code;
}

/* A side's revisions, newest first; none if it cannot tell. */
static int
list_history(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	int code = WEFT_EUNSUPPORTED;

	if (source->ops->history)
		code = source->ops->history(source, model, id, list, error);
	return code == WEFT_EUNSUPPORTED || code == WEFT_ENOTFOUND ? 0 : code;
}

/* Appends the body of a revision; '*present' is false if it is not kept. */
static int
find_revision(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice rev, struct weft_buf *body,
    bool *present, struct weft_error *error)
{
	int code = WEFT_EUNSUPPORTED;

	if (source->ops->revision)
		code =
		    source->ops->revision(source, model, id, rev, body, error);
	*present = !code;
	return code == WEFT_EUNSUPPORTED || code == WEFT_EGONE ? 0 : code;
}

/* Appends the body of the newest revision that both sides had. */
static int
find_base(struct weft_conflict *conflict, struct weft_buf *base, bool *present,
    struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	struct weft_change_list source = {0}, target = {0};
	struct weft_slice rev = {NULL, 0};
	long index;
	int code;

	*present = false;
	code = list_history(parties->source, parties->source_model,
	    conflict->id, &source, error);
	if (!code)
		code = list_history(parties->target, parties->target_model,
		    conflict->id, &target, error);
	index = weft__conflict_base(&source, &target);
	if (index >= 0)
		rev = source.changes[index].rev; /* no value: a deletion */
	if (!code && rev.data)
		code = find_revision(parties->source, parties->source_model,
		    conflict->id, rev, base, present, error);
	if (!code && rev.data && !*present)
		code = find_revision(parties->target, parties->target_model,
		    conflict->id, rev, base, present, error);
	weft_change_list_fini(&source);
	weft_change_list_fini(&target);
	return code;
}

/*
 * The target's change is read again whenever its record is: a resolution
 * stands against the state that its maker has seen.  It is read first, so
 * that a write between the two shows as a conflict later.
 */
static int
refresh_target(struct weft_conflict *conflict, struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	struct weft_change_list list = {0};
	int code = find_change(
	    parties->target, parties->target_model, conflict->id, &list, error);

	if (!code &&
	    copy_change(conflict, list.changes, &conflict->target_change))
		code = out_of_memory(error);
	weft_change_list_fini(&list);
	return code;
}

static int
find_target(struct weft_conflict *conflict, struct weft_buf *body,
    bool *present, struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	int code = refresh_target(conflict, error);

	return code ? code
		    : find_record(parties->target, parties->target_model,
			  conflict->id, body, present, error);
}

int
weft_conflict_models(struct weft_conflict *conflict, struct weft_buf *source,
    struct weft_buf *target, struct weft_buf *base,
    struct weft_conflict_presence *present, struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	struct weft_conflict_presence found = {false, false, false};
	int code = 0;

	if (source)
		code = find_record(parties->source, parties->source_model,
		    conflict->id, source, &found.source, error);
	if (target && !code)
		code = find_target(conflict, target, &found.target, error);
	if (base && !code)
		code = find_base(conflict, base, &found.base, error);
	if (present)
		*present = found;
	return code;
}

/* Bytes of a history. */
#define HISTORY_SIZE (WEFT_LIMIT_REVTREE_NODES * (WEFT_LIMIT_REV_SIZE + 1))

/* Appends the revisions behind that of the target's change, as far as the
 * target tells them. */
static int
read_history(struct weft_conflict *conflict, struct weft_buf *history,
    struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	struct weft_change_list list = {0};
	size_t next = 0;
	int code = list_history(parties->target, parties->target_model,
	    conflict->id, &list, error);

	while (next < list.length &&
	    !weft_slice_equal(list.changes[next].rev,
		conflict->target_change.rev))
		next++;
	while (!code && ++next < list.length) {
		code = weft_buf_append_slice(history, list.changes[next].rev);
		if (!code)
			code = weft_buf_append(history, "\n", 1);
		if (code)
			weft_error_set(error, code, "history of %.*s: %s",
			    (int)conflict->id.size, conflict->id.data,
			    weft_error_text(code));
	}
	weft_change_list_fini(&list);
	return code;
}

static struct weft_slice
history_slice(const struct weft_buf *history)
{
	return history->size ? weft_buf_slice(history) : weft_slice(NULL);
}

/* Bases the source's change on the target's, and so on all that led to it: a
 * third side may have one of these. */
static int
rebase(struct weft_conflict *conflict, struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	struct weft_buf history = WEFT_BUF_INIT(HISTORY_SIZE);
	int code = read_history(conflict, &history, error);

	if (!code)
		code = parties->source->ops->update_last_change(
		    parties->source, parties->source_model, conflict->id,
		    conflict->target_change.rev,
		    conflict->target_change.generation,
		    history_slice(&history), error);
	weft_buf_fini(&history);
	return code;
}

static int
save(struct weft_conflict *conflict, struct weft_slice data,
    struct weft_slice history, struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;

	return parties->source->ops->save(parties->source,
	    parties->source_model, conflict->id, data, history, error);
}

/* Takes the target's record over, with its past. */
static int
save_target(struct weft_conflict *conflict, struct weft_slice data,
    struct weft_error *error)
{
	struct weft_buf history = WEFT_BUF_INIT(HISTORY_SIZE);
	int code = read_history(conflict, &history, error);

	if (!code)
		code = save(conflict, data, history_slice(&history), error);
	weft_buf_fini(&history);
	return code;
}

/* Whether the source has another state than the target's change made. */
static int
compare_with_target(
    struct weft_conflict *conflict, bool *differs, struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	struct weft_change_list list = {0};
	int code = find_change(
	    parties->source, parties->source_model, conflict->id, &list, error);

	*differs = !code && list.length &&
	    !weft_slice_equal(list.changes->rev, conflict->target_change.rev);
	weft_change_list_fini(&list);
	return code;
}

/* The source takes the target's state over; '*differs': a hook or default of
 * the source made another one of it. */
static int
take_target(
    struct weft_conflict *conflict, bool *differs, struct weft_error *error)
{
	struct weft_buf body = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	bool present;
	int code = find_target(conflict, &body, &present, error);

	if (!code)
		code = save_target(conflict,
		    present ? weft_buf_slice(&body) : weft_slice_of(NULL, 0),
		    error);
	if (!code)
		code = compare_with_target(conflict, differs, error);
	weft_buf_fini(&body);
	return code;
}

/* The target takes the source's state over: for a source whose changes cannot
 * be rebased. */
static int
give_target(struct weft_conflict *conflict, struct weft_error *error)
{
	struct weft_conflict *swapped;
	bool differs = false;
	int code = weft_conflict_swap_parties(conflict, &swapped, error);

	if (code)
		return code;
	code = take_target(swapped, &differs, error);
	if (!code && differs)
		code = rebase(swapped, error);
	weft_conflict_destroy(swapped);
	return code;
}

/* Has the source's state win. */
static int
prefer_source(struct weft_conflict *conflict, struct weft_error *error)
{
	int code = rebase(conflict, error);

	return code == WEFT_EUNSUPPORTED ? give_target(conflict, error) : code;
}

/*
 * What is resolved is not kept any more, at either side: the parties may
 * have been swapped.  What cannot be dropped is no longer found by the next
 * replication.
 */
static void
drop_kept(const struct weft_conflict *conflict)
{
	const struct weft__parties *parties = &conflict->parties;
	const struct weft__parties swapped = {
	    .source = parties->target,
	    .target = parties->source,
	    .source_model = parties->target_model,
	    .target_model = parties->source_model,
	};

	if (weft__kept_drop(parties, conflict->id, NULL) ||
	    weft__kept_drop(&swapped, conflict->id, NULL))
		return;
}

int
weft_conflict_resolve(struct weft_conflict *conflict, struct weft_error *error)
{
	int code = prefer_source(conflict, error);

	if (!code)
		drop_kept(conflict);
	return code;
}

int
weft_conflict_resolve_using_source(
    struct weft_conflict *conflict, struct weft_error *error)
{
	return weft_conflict_resolve(conflict, error);
}

int
weft_conflict_resolve_using_target(
    struct weft_conflict *conflict, struct weft_error *error)
{
	bool differs = false;
	int code = take_target(conflict, &differs, error);

	/* Equal states need no more. */
	if (!code && differs)
		code = prefer_source(conflict, error);
	if (!code)
		drop_kept(conflict);
	return code;
}

int
weft_conflict_resolve_manually(struct weft_conflict *conflict,
    struct weft_slice data, struct weft_error *error)
{
	int code = save(conflict, data, weft_slice(NULL), error);

	return code ? code : weft_conflict_resolve(conflict, error);
}

int
weft_conflict_swap_parties(const struct weft_conflict *conflict,
    struct weft_conflict **swapped, struct weft_error *error)
{
	const struct weft__parties *parties = &conflict->parties;
	const struct weft__parties exchanged = {
	    .source = parties->target,
	    .target = parties->source,
	    .source_model = parties->target_model,
	    .target_model = parties->source_model,
	};

	return weft__conflict_create(&exchanged, conflict->id,
	    &conflict->target_change, &conflict->source_change, swapped, error);
}
