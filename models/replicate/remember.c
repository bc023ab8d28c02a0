/*
 * What a replication remembers, and why nothing is lost by it:
 *   source position  of no worth below the source's horizon;
 *   kept conflicts   are compared every time, whatever the positions;
 *   refused records  are sent again every time.  With a filter, or too many of
 *                    them, they are not kept: the position stays instead.
 */
#include "models/replicate/private.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "models/replicate/position.h"

/*
 * Before
 */

int
weft__kept_ids_add(struct weft__ids *ids, struct weft_slice id)
{
	if (!weft__grow(&ids->list, &ids->capacity, ids->length + 1,
		sizeof *ids->list) ||
	    weft__arena_copy(&ids->arena, id, &ids->list[ids->length]))
		return WEFT_ENOMEM;
	ids->length++;
	return 0;
}

void
weft__kept_ids_fini(struct weft__ids *ids)
{
	weft__arena_fini(&ids->arena);
	weft__free(ids->list);
}

bool
weft__kept_ids_have(const struct weft__ids *ids, struct weft_slice id)
{
	for (size_t i = 0; i < ids->length; i++)
		if (weft_slice_equal(ids->list[i], id))
			return true;
	return false;
}

static int
note_id(struct weft_slice id, void *ids)
{
	return weft__kept_ids_add(ids, id);
}

/* Where to begin: as the caller says, or where the last one ended. */
static int64_t
choose_since(
    const struct weft__replicating *work, int64_t asked, uint64_t remembered)
{
	if (asked != WEFT_SINCE_REMEMBERED)
		return asked;
	return work->remembered ? weft__as_since(remembered) : WEFT_SINCE_ALL;
}

/* Tells the source where its list goes on, if it wants a text for that. */
static int
go_on(const struct weft__replicating *work, struct weft_error *error)
{
	struct weft_source *source = work->parties->source;
	const char *place = work->position.source_place;

	if (!source->ops->go_on || !work->remembered || !*place ||
	    work->since[WEFT__SOURCE] < 0)
		return 0;
	return source->ops->go_on(source, work->parties->source_model,
	    work->options->filter, weft_slice(place), error);
}

int
weft__replicate_recall(struct weft__replicating *work, struct weft_error *error)
{
	const struct weft_replication *options = work->options;
	int code = weft__position_load(work->parties, options->filter,
	    &work->position, &work->remembered, error);

	if (!code)
		code = weft__replicate_horizon(
		    work->parties, &work->horizon, error);
	if (code)
		return code;
	if (work->position.source_checkpoint < work->horizon)
		work->remembered = false;
	work->since[WEFT__SOURCE] = options->verify ? WEFT_SINCE_ALL :
	    choose_since(work, options->since_source,
		work->position.source_checkpoint);
	code = go_on(work, error);
	if (code)
		return code;
	/* What the target changed may not have been replicated back yet: by
	 * its position it would count as known, and be overwritten. */
	work->since[WEFT__TARGET] =
	    options->since_target == WEFT_SINCE_REMEMBERED
	    ? WEFT_SINCE_ALL
	    : options->since_target;
	code = weft__kept_each(work->parties, note_id, &work->kept, error);
	if (!code && !options->filter.data)
		code = weft__position_each_refused(work->parties, note_id,
		    &work->refused_before, error);
	return code;
}

/*
 * Meanwhile
 */

void
weft__replicate_note_refused(struct weft__replicating *work,
    struct weft_slice id, const struct weft_error *why)
{
	const struct weft_replication *options = work->options;

	if (work->refused_now.length == WEFT_LIMIT_REFUSED_KEPT ||
	    weft__kept_ids_add(&work->refused_now, id))
		work->forgot_refused = true;
	if (options->refused)
		options->refused(work->parties->source_model, id, why,
		    options->refused_context);
}

/*
 * After
 */

/* Whether the record is in conflict as both sides are now. */
static int
still_stands(const struct weft__replicating *work, struct weft_slice id,
    bool *stands, struct weft_error *error)
{
	struct weft_conflict *conflict;
	int code = weft__conflict_load(work->parties, id, &conflict, error);

	*stands = false;
	if (code)
		return code;
	*stands = conflict->target_change.model_id.data &&
	    weft_change_conflicts_with(
		&conflict->source_change, &conflict->target_change);
	weft_conflict_destroy(conflict);
	return 0;
}

/* Forgets conflicts of earlier times that are none any more.  Others may stand
 * although this replication had no occasion to find them. */
static int
drop_settled(const struct weft__replicating *work, struct weft_error *error)
{
	for (size_t i = 0; i < work->kept.length; i++) {
		struct weft_slice id = work->kept.list[i];
		bool stands;
		int code;

		if (weft__map_find(&work->open, id))
			continue;
		code = still_stands(work, id, &stands, error);
		if (!code && !stands)
			code = weft__kept_drop(work->parties, id, error);
		if (code)
			return code;
	}
	return 0;
}

struct keeping {
	struct weft__replicating *work;
	uint64_t now_ms;
	int code;
	struct weft_error *error;
};

/* Whether it is kept already as it is: then the time that it has stays. */
static int
is_kept(
    const struct weft_conflict *conflict, bool *kept, struct weft_error *error)
{
	struct weft_conflict *before;
	int code = weft__kept_open(
	    &conflict->parties, conflict->id, &before, error);

	*kept = false;
	/* One that cannot be read is written anew. */
	if (code == WEFT_ENOTFOUND || code == WEFT_EDAMAGED ||
	    code == WEFT_EJSON || code == WEFT_EINVAL)
		return 0;
	if (code)
		return code;
	*kept = weft_change_equals(
		    &before->source_change, &conflict->source_change) &&
	    weft_change_equals(
		&before->target_change, &conflict->target_change);
	weft_conflict_destroy(before);
	return 0;
}

/* A record that cannot be read by now is no reason to lose the others. */
static int
pass_over(const struct keeping *keeping, struct weft_slice id)
{
	struct weft__replicating *work = keeping->work;
	const struct weft_error why = *keeping->error;

	if (weft_error_class(why.code) != WEFT_CLASS_REFUSE)
		return why.code;
	work->refused++;
	work->result->refused++;
	weft__replicate_note_refused(work, id, &why);
	return 0;
}

static bool
keep_one(struct weft_slice id, void *conflict, void *context)
{
	struct keeping *keeping = context;
	const struct weft__parties *parties = keeping->work->parties;
	const char *target = keeping->work->options->peer;
	const char *source = keeping->work->options->source_name;
	bool kept;

	if (!target)
		target = parties->target->ops->epoch(parties->target);
	if (!source)
		source = parties->source->ops->epoch(parties->source);
	keeping->code = is_kept(conflict, &kept, keeping->error);
	if (!keeping->code && !kept)
		keeping->code = weft__kept_put(
		    conflict, target, source, keeping->now_ms, keeping->error);
	if (keeping->code)
		keeping->code = pass_over(keeping, id);
	return !keeping->code;
}

static int
keep_open(struct weft__replicating *work, struct weft_error *error)
{
	struct weft_error why = {0};
	struct keeping keeping = {.work = work,
	    .now_ms = weft__clock_now_ms(&weft__clock_system),
	    .error = &why};

	weft__map_each(&work->open, keep_one, &keeping);
	return keeping.code
	    ? weft_error_set(error, keeping.code, "%s", why.text)
	    : 0;
}

/* Whether the ids of all that was refused are kept: '*kept'. */
static int
keep_refused(const struct weft__replicating *work, bool *kept,
    struct weft_error *error)
{
	const struct weft__ids *ids = &work->refused_now;
	int code = 0;

	*kept = !work->forgot_refused && ids->length == work->refused &&
	    (!work->options->filter.data || !work->refused);
	for (size_t i = 0; *kept && !code && i < ids->length; i++)
		code = weft__position_keep_refused(
		    work->parties, ids->list[i], error);
	if (code == WEFT_EUNSUPPORTED || code == WEFT_EREADONLY) {
		*kept = false;
		code = 0;
	}
	return code;
}

/* Forgets what was refused before, and is not now. */
static int
drop_taken(const struct weft__replicating *work, struct weft_error *error)
{
	const struct weft__ids *before = &work->refused_before;
	int code = 0;

	for (size_t i = 0; !code && i < before->length; i++)
		if (!weft__kept_ids_have(&work->refused_now, before->list[i]))
			code = weft__position_drop_refused(
			    work->parties, before->list[i], error);
	return code;
}

/* Whether nothing before the new position was passed over. */
static bool
covers_all(const struct weft__replicating *work)
{
	int64_t since = work->options->since_source;

	if (since < 0)
		return true;
	return work->remembered &&
	    since <= weft__as_since(work->position.source_checkpoint);
}

/* Keeps where the source's list goes on, if it names that by a text. */
static int
note_place(struct weft__replicating *work, struct weft_error *error)
{
	struct weft_source *source = work->parties->source;
	struct weft__position *position = &work->position;
	struct weft_buf text =
	    WEFT_BUF_INIT(sizeof position->source_place - 1);
	int code = 0;

	*position->source_place = '\0';
	if (source->ops->place)
		code = source->ops->place(source, work->parties->source_model,
		    work->options->filter, &text, error);
	if (!code && text.size)
		memcpy(position->source_place, text.data, text.size + 1);
	weft_buf_fini(&text);
	return code == WEFT_ELIMIT ? 0 : code;
}

static int
save_position(struct weft__replicating *work, const struct weft__roots *roots,
    struct weft_error *error)
{
	struct weft__position *position = &work->position;
	bool kept;
	int code;

	if (!covers_all(work))
		return 0;
	code = keep_refused(work, &kept, error);
	if (!code && kept) {
		position->source_checkpoint = work->checkpoints[WEFT__SOURCE];
		code = note_place(work, error);
	}
	if (code)
		return code;
	position->target_checkpoint = work->checkpoints[WEFT__TARGET];
	if (*roots->target_commit)
		memcpy(position->commit, roots->target_commit,
		    sizeof position->commit);
	code = weft__position_save(
	    work->parties, work->options->filter, position, error);
	return code ? code : drop_taken(work, error);
}

/*
 * With a filter the sides are not meant to be the same; but what both have
 * now goes into the stores, and is the base of later conflicts.
 */
static int
compare_roots(struct weft__replicating *work, struct weft__roots *roots,
    struct weft_error *error)
{
	int code = weft__roots_compare(work->parties, roots, error);

	if (code)
		return code;
	if (!work->options->filter.data)
		work->result->roots = roots->roots;
	if (!work->result->changes &&
	    strcmp(roots->target_commit, work->position.commit) == 0)
		return 0; /* agreed on before */
	return weft__roots_agree(work->parties, roots, error);
}

int
weft__replicate_remember(
    struct weft__replicating *work, struct weft_error *error)
{
	const struct weft_replication *options = work->options;
	struct weft__roots roots = {.roots = WEFT_ROOTS_UNKNOWN};
	uint64_t horizon;
	int code = drop_settled(work, error);

	if (!code)
		code = keep_open(work, error);
	if (!code && !options->without_roots)
		code = compare_roots(work, &roots, error);
	if (!code)
		code = weft__replicate_horizon(
		    work->parties, &horizon, error);
	/* What was dropped meanwhile may be missing from what was read. */
	return code || horizon != work->horizon
	    ? code : save_position(work, &roots, error);
}
