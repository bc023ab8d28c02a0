/*
 * Replication of one model: rounds of sessions, with conflicts settled in
 * between.
 */
#include "models/replicate/private.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "models/replicate/drive.h"
#include "models/source/local.h"

/* Rounds of attempts, if conflicts are settled in between. */
#define ROUNDS 3

/* Progress is told at most so often. */
#define PROGRESS_MS 100

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
	    before->unresolved + so_far->source_conflicts.length;
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

static int
take_conflicts(const struct weft__session_result *from, void *context,
    struct weft_error *error)
{
	return weft__replicate_found(context, from, error);
}

static int
give_changes(const struct weft__call *call, bool *taken, void *context,
    struct weft_error *error)
{
	int code = weft__earlier_changes(context, call, taken, error);

	if (!code && !*taken)
		code = weft__compare_changes(context, call, taken, error);
	if (!code && !*taken)
		code = weft__earlier_leave_out(context, call, taken, error);
	return code;
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

/* What the source could not read was refused, too. */
static void
take_unread(struct weft__replicating *work)
{
	struct weft__unread *unread = &work->unread;
	uint64_t count = unread->length + unread->others;

	work->refused += count;
	work->result->refused += count;
	work->forgot_refused |= unread->others > 0;
	for (size_t i = 0; i < unread->length; i++)
		weft__replicate_note_refused(
		    work, unread->list[i].id, &unread->list[i].why);
	weft__unread_fini(unread);
}

/* One session, and its conflicts. */
static int
run_round(struct weft__replicating *work, struct weft_error *error)
{
	const struct weft_replication *options = work->options;
	const struct weft__party parties[2] = {
	    {.source = work->parties->source,
		.model = work->parties->source_model,
		.filter = options->filter,
		.unread = &work->unread},
	    {.source = work->parties->target,
		.model = work->parties->target_model,
		.options = {.origin = weft_slice(
				work->parties->source->ops->epoch(
				    work->parties->source)),
		    .user = options->user},
		.refused = note_refused,
		.context = work}};
	const struct weft__session_options session_options = {
	    .since = {work->since[0], work->since[1]},
	    .page_limit = page_limit(work),
	    .attempts = options->attempts,
	    .conflict_limit = WEFT_LIMIT_PAGE_CHANGES,
	    .strict = options->strict,
	};
	struct weft__session session;
	const struct weft__drive drive = {.session = &session,
	    .parties = parties,
	    .changes = give_changes,
	    .judge = judge,
	    .conflicts = take_conflicts,
	    .progress = note_progress,
	    .context = work};
	int code;

	weft__session_init(&session, &session_options);
	code = weft__drive_run(&drive);
	if (code)
		weft_error_set(error, code, "%s", session.result.error.text);
	add_counts(work, &session.result);
	take_unread(work);
	if (!code)
		code = weft__replicate_found(work, &session.result, error);
	weft__session_fini(&session);
	return code;
}

/* Rounds, until there is nothing left to settle. */
static int
run_rounds(struct weft__replicating *work, struct weft_error *error)
{
	bool again = true;
	int code = 0;

	for (; !code && again && work->round < ROUNDS; work->round++) {
		work->settled = 0;
		code = run_round(work, error);
		again = work->settled > 0;
	}
	return code;
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
	int code, failed;

	weft__keep_init(
	    &work.keep, parties, options->peer, options->source_name);
	code = weft__replicate_recall(&work, error);
	if (!code)
		code = run(&work, error);
	if (!code)
		code = weft__replicate_remember(&work, error);
	if (!code)
		tell_progress(&work, true); /* too late to stop anything */
	result->source_checkpoint = work.checkpoints[WEFT__SOURCE];
	result->target_checkpoint = work.checkpoints[WEFT__TARGET];
	failed = weft__replicate_hand_over(&work, error);
	weft__keep_fini(&work.keep);
	weft__free(work.seen.bits);
	weft__kept_ids_fini(&work.page);
	weft__kept_ids_fini(&work.refused_before);
	weft__kept_ids_fini(&work.refused_now);
	return code ? code : failed;
}
