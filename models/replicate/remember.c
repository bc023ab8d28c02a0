/*
 * What a replication remembers, and why nothing is lost by it:
 *   source position  of no worth below the source's horizon;
 *   kept conflicts   are compared every time, whatever the positions;
 *   refused records  are sent again every time.  With a filter, or too many of
 *                    them, they are not kept: the position stays instead.
 */
#include "models/replicate/private.h"

#include "core/base/limits.h"
#include "models/replicate/position.h"

/*
 * Before
 */

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
	if (!options->filter.data)
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

	if (!id.size || work->refused_now.length == WEFT_LIMIT_REFUSED_KEPT ||
	    weft__kept_ids_add(&work->refused_now, id))
		work->forgot_refused = true;
	if (options->refused)
		options->refused(work->parties->source_model, id, why,
		    options->refused_context);
}

/*
 * After
 */

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
	int code = weft__earlier_drop_settled(work, error);

	if (!code && !options->without_roots)
		code = compare_roots(work, &roots, error);
	if (!code)
		code = weft__replicate_horizon(
		    work->parties, &horizon, error);
	/* What was dropped meanwhile may be missing from what was read. */
	return code || horizon != work->horizon
	    ? code : save_position(work, &roots, error);
}
