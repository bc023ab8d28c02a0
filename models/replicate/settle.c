/*
 * Settling a conflict.  All of it is done through the sources, so that it works
 * between any two of them.
 */
#include "core/base/limits.h"
#include "models/replicate/conflict.h"

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
	int code = weft__side_history(parties->target, parties->target_model,
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
	int code = weft__side_change(
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
	int code = weft__conflict_target(conflict, &body, &present, error);

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

int
weft__conflict_settle(struct weft_conflict *conflict,
    enum weft_resolution decision, struct weft_slice data,
    struct weft_error *error)
{
	bool differs = true;
	int code = 0;

	if (decision == WEFT_RESOLVE_TARGET)
		code = take_target(conflict, &differs, error);
	else if (decision == WEFT_RESOLVE_MANUAL)
		code = save(conflict, data, weft_slice(NULL), error);
	/* Equal states need no more. */
	if (!code && differs)
		code = prefer_source(conflict, error);
	return code;
}

/*
 * What is settled is not kept any more, at either side: the parties may have
 * been swapped.  Failure is no harm: the next replication does it.
 */
static void
drop_kept(const struct weft_conflict *conflict)
{
	const struct weft__parties swapped =
	    weft__parties_swap(&conflict->parties);

	if (weft__kept_drop(&conflict->parties, conflict->id, NULL) ||
	    weft__kept_drop(&swapped, conflict->id, NULL))
		return; /* the next replication no longer finds it */
}

static int
settle(struct weft_conflict *conflict, enum weft_resolution decision,
    struct weft_slice data, struct weft_error *error)
{
	int code = weft__conflict_settle(conflict, decision, data, error);

	if (!code)
		drop_kept(conflict);
	return code;
}

int
weft_conflict_resolve(struct weft_conflict *conflict, struct weft_error *error)
{
	return settle(conflict, WEFT_RESOLVE_SOURCE, weft_slice(NULL), error);
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
	return settle(conflict, WEFT_RESOLVE_TARGET, weft_slice(NULL), error);
}

int
weft_conflict_resolve_manually(struct weft_conflict *conflict,
    struct weft_slice data, struct weft_error *error)
{
	return settle(conflict, WEFT_RESOLVE_MANUAL, data, error);
}
