/*
 * Replication of one model: rounds of sessions, with conflicts settled in
 * between.
 */
#include "models/replicate/private.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "models/replicate/drive.h"
#include "models/replicate/resolve.h"
#include "models/source/local.h"

/* Rounds of attempts, if conflicts are settled in between. */
#define ROUNDS 3

/* Progress is told at most so often. */
#define PROGRESS_MS 100

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Appends the record's change, unless it is in the list by itself. */
static int
add_change(struct weft__replicating *work, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft_source *source = work->parties->source;
	size_t before = list->length;
	int code = source->ops->last_change(
	    source, work->parties->source_model, id, list, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	/* Without a filter the list has what is new. */
	if (list->length > before && !work->options->filter.data &&
	    work->since[WEFT__SOURCE] <=
		weft__as_since(list->changes[before].checkpoint))
		list->length = before;
	return 0;
}

/* Appends the changes of records that were in conflict, or refused. */
static int
add_kept(struct weft_change_list *list, void *context, struct weft_error *error)
{
	struct weft__replicating *work = context;
	const struct weft__ids *refused = &work->refused_before;
	int code = 0;

	for (size_t i = 0; !code && i < work->kept.length; i++)
		code = add_change(work, work->kept.list[i], list, error);
	for (size_t i = 0; !code && i < refused->length; i++)
		if (!weft__kept_ids_have(&work->kept, refused->list[i]))
			code = add_change(
			    work, refused->list[i], list, error);
	return code;
}

static int
tell_progress(struct weft__replicating *work, bool always)
{
	const struct weft_replication *options = work->options;
	uint64_t now_ms = weft__clock_now_ms(&weft__clock_system);

	if (!options->progress ||
	    (!always && now_ms - work->told_ms < PROGRESS_MS))
		return 0;
	work->told_ms = now_ms;
	return options->progress(&work->progress, options->progress_context);
}

static int
note_progress(const struct weft__session_result *so_far, void *context)
{
	struct weft__replicating *work = context;
	const struct weft_replication_result *before = work->result;
	struct weft_replication_progress *progress = &work->progress;

	progress->attempt = before->attempts + so_far->attempts;
	progress->changes = before->changes + so_far->changes;
	progress->applied = before->applied + so_far->applied;
	progress->conflicts =
	    weft__map_count(&work->open) + so_far->source_conflicts.length;
	return tell_progress(work, false);
}

static void
note_refused(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	weft__replicate_note_refused(context, update->change.model_id, why);
}

static void
add_counts(
    struct weft__replicating *work, const struct weft__session_result *from)
{
	struct weft_replication_result *result = work->result;

	result->changes += from->changes;
	result->applied += from->applied;
	result->unchanged += from->unchanged;
	result->refused += from->refused;
	result->attempts += from->attempts;
	work->refused += from->refused;
	if (!from->has_checkpoints)
		return;
	memcpy(work->checkpoints, from->checkpoints, sizeof work->checkpoints);
	work->since[WEFT__SOURCE] =
	    weft__as_since(from->checkpoints[WEFT__SOURCE]);
}

/* The conflict of this index in a session's result. */
static int
make_conflict(const struct weft__replicating *work,
    const struct weft__session_result *from, size_t index,
    struct weft_conflict **conflict, struct weft_error *error)
{
	const struct weft_change *source =
	    &from->source_conflicts.changes[index];
	const struct weft_change *target =
	    &from->target_conflicts.changes[index];

	if (!target->model_id.data)
		return weft__conflict_load(
		    work->parties, source->model_id, conflict, error);
	return weft__conflict_create(
	    work->parties, source->model_id, source, target, conflict, error);
}

/* Puts the conflict in place of an earlier one of the same record. */
static int
replace_open(struct weft__replicating *work, struct weft_conflict *conflict)
{
	weft_conflict_destroy(weft__map_remove(&work->open, conflict->id));
	return weft__map_put(&work->open, conflict->id, conflict);
}

/* Settles what can be settled without asking; the rest stays open. */
static int
take_conflict(struct weft__replicating *work, struct weft_conflict *conflict,
    uint64_t *settled, struct weft_error *error)
{
	const struct weft_replication *options = work->options;
	const struct weft__resolving resolving = {
	    options->policy, options->resolver, options->resolver_context};
	struct weft_error why = {0};
	bool is_settled;
	int code = weft__resolve(conflict, &resolving, &is_settled, &why);

	if (code && weft_error_class(code) != WEFT_CLASS_REFUSE) {
		weft_conflict_destroy(conflict);
		return weft_error_set(error, code, "%s", why.text);
	}
	if (code && options->refused)
		options->refused(work->parties->source_model, conflict->id,
		    &why, options->refused_context);
	if (!is_settled) {
		if (!replace_open(work, conflict))
			return 0;
		weft_conflict_destroy(conflict);
		return out_of_memory(error);
	}
	weft_conflict_destroy(weft__map_remove(&work->open, conflict->id));
	weft_conflict_destroy(conflict);
	++*settled;
	return 0;
}

static int
take_conflicts(struct weft__replicating *work,
    const struct weft__session_result *from, uint64_t *settled,
    struct weft_error *error)
{
	*settled = 0;
	for (size_t i = 0; i < from->source_conflicts.length; i++) {
		struct weft_conflict *conflict;
		int code = make_conflict(work, from, i, &conflict, error);

		if (!code)
			code = take_conflict(work, conflict, settled, error);
		if (code)
			return code;
	}
	work->result->resolved += *settled;
	return 0;
}

static int
give_changes(const struct weft__call *call, bool *taken, void *context,
    struct weft_error *error)
{
	return weft__compare_changes(context, call, taken, error);
}

static int
judge(const struct weft__call *call, void *context, struct weft_error *error)
{
	return weft__origin_judge(context, call, error);
}

/* Changes in a page at most: as many as the caller says, or the source's model
 * declares (replicationChunkSize), whatever is less. */
static size_t
page_limit(const struct weft__replicating *work)
{
	const struct weft__definition *definition =
	    weft__source_local_definition(
		work->parties->source, work->parties->source_model);
	size_t limit = work->options->chunk_size;

	if (!limit)
		limit = WEFT_LIMIT_PAGE_CHANGES;
	if (definition && definition->chunk_size &&
	    definition->chunk_size < limit)
		limit = definition->chunk_size;
	return limit;
}

static bool
has_kept(const struct weft__replicating *work)
{
	return work->kept.length || work->refused_before.length;
}

/* One session, and its conflicts; '*settled' is how many of them were. */
static int
run_round(
    struct weft__replicating *work, uint64_t *settled, struct weft_error *error)
{
	const struct weft_replication *options = work->options;
	const struct weft__party parties[2] = {
	    {.source = work->parties->source,
		.model = work->parties->source_model,
		.filter = options->filter},
	    {.source = work->parties->target,
		.model = work->parties->target_model,
		.options = {weft_slice(work->parties->source->ops->epoch(
				work->parties->source)),
		    options->user},
		.refused = note_refused,
		.context = work}};
	const struct weft__session_options session_options = {
	    .since = {work->since[0], work->since[1]},
	    .page_limit = page_limit(work),
	    .attempts = options->attempts,
	    .strict = options->strict,
	};
	struct weft__session session;
	const struct weft__drive drive = {.session = &session,
	    .parties = parties,
	    .first_page =
		work->round == 0 && has_kept(work) ? add_kept : NULL,
	    .changes = give_changes,
	    .judge = judge,
	    .progress = note_progress,
	    .context = work};
	int code;

	weft__session_init(&session, &session_options);
	code = weft__drive_run(&drive);
	if (code)
		weft_error_set(error, code, "%s", session.result.error.text);
	add_counts(work, &session.result);
	if (!code)
		code = take_conflicts(work, &session.result, settled, error);
	weft__session_fini(&session);
	return code;
}

/* Rounds, until there is nothing left to settle. */
static int
run_rounds(struct weft__replicating *work, struct weft_error *error)
{
	uint64_t settled = 1;
	int code = 0;

	for (; !code && settled && work->round < ROUNDS; work->round++)
		code = run_round(work, &settled, error);
	return code;
}

static bool
hand_over_one(struct weft_slice id, void *conflict, void *context)
{
	struct weft_replication_result *result = context;

	(void)id;
	result->conflicts[result->length++] = conflict;
	return true;
}

static void
destroy_conflict(void *conflict)
{
	weft_conflict_destroy(conflict);
}

/* The open conflicts become the caller's. */
static int
hand_over(struct weft__replicating *work, struct weft_error *error)
{
	struct weft_replication_result *result = work->result;
	size_t count = weft__map_count(&work->open);
	struct weft_conflict **conflicts;

	if (!count)
		return 0;
	conflicts = weft__realloc(
	    result->conflicts, (result->length + count) * sizeof *conflicts);
	if (!conflicts) {
		weft__map_fini(&work->open, destroy_conflict);
		return out_of_memory(error);
	}
	result->conflicts = conflicts;
	weft__map_each(&work->open, hand_over_one, result);
	weft__map_fini(&work->open, NULL);
	return 0;
}

void
weft__replicate_estimate(struct weft__replicating *work)
{
	const struct weft__parties *parties = work->parties;
	struct weft_source *source = parties->source;

	if (!work->options->progress || !source->ops->estimate)
		return;
	if (source->ops->estimate(source, parties->source_model,
		work->since[WEFT__SOURCE], &work->progress.total, NULL))
		work->progress.total = 0;
}

/* All rounds, and once more if the stores have to be compared again. */
static int
run(struct weft__replicating *work, struct weft_error *error)
{
	bool again = false;
	int code;

	weft__origin_init(work);
	weft__compare_init(work);
	if (work->comparing.state == WEFT__COMPARING_NOT)
		weft__replicate_estimate(work);
	code = run_rounds(work, error);
	if (!code)
		code = weft__compare_again(work, &again, error);
	if (!code && again) {
		work->round = 0;
		code = run_rounds(work, error);
	}
	weft__compare_fini(work);
	return code;
}

int
weft__replicate_model(const struct weft_replication *options,
    const struct weft__parties *parties, struct weft_replication_result *result,
    struct weft_error *error)
{
	struct weft__replicating work = {
	    .options = options,
	    .parties = parties,
	    .result = result,
	    .progress = {.model = parties->source_model},
	};
	int code = weft__replicate_recall(&work, error), failed;

	if (!code)
		code = run(&work, error);
	if (!code)
		code = weft__replicate_remember(&work, error);
	if (!code)
		tell_progress(&work, true); /* too late to stop anything */
	result->source_checkpoint = work.checkpoints[WEFT__SOURCE];
	result->target_checkpoint = work.checkpoints[WEFT__TARGET];
	failed = hand_over(&work, error);
	weft__kept_ids_fini(&work.kept);
	weft__kept_ids_fini(&work.refused_before);
	weft__kept_ids_fini(&work.refused_now);
	return code ? code : failed;
}
