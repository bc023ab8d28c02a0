/*
 * The public face of sources: include/weft/source.h over struct
 * weft__source_ops.
 *
 * Here 'since' is always a number.  What LoopBack answers over REST when it is
 * missing (an empty list) is a matter of that protocol.
 */
#include <weft/source.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/repl/source.h"
#include "models/query/filter.h"

void
weft_source_destroy(struct weft_source *source)
{
	if (source)
		source->ops->destroy(source);
}

int
weft_source_id(struct weft_source *source, const char *model,
    struct weft_buf *id, struct weft_error *error)
{
	if (!source->ops->source_id)
		return weft_error_set(
		    error, WEFT_EUNSUPPORTED, "this source has no id");
	return source->ops->source_id(source, model, id, error);
}

int
weft_source_checkpoint(
    struct weft_source *source, uint64_t *checkpoint, struct weft_error *error)
{
	return source->ops->checkpoint(source, checkpoint, error);
}

int
weft_source_current_checkpoint(
    struct weft_source *source, uint64_t *checkpoint, struct weft_error *error)
{
	return source->ops->current_checkpoint(source, checkpoint, error);
}

/* A change list that is being read. */
struct reading {
	struct weft_source *source;
	const char *model;
	int64_t since;
	struct weft_slice filter;
	struct weft__page_token token;
};

/* Appends the next 'count' changes, as far as there are so many. */
static int
read_changes(struct reading *reading, uint64_t count,
    struct weft_change_list *list, struct weft_error *error)
{
	while (count && !reading->token.end) {
		size_t before = list->length, limit = WEFT_LIMIT_PAGE_CHANGES;
		int code;

		if (limit > count)
			limit = count;
		code = reading->source->ops->changes(reading->source,
		    reading->model, reading->since, reading->filter, limit,
		    &reading->token, list, error);
		if (code)
			return code;
		count -= list->length - before;
	}
	return 0;
}

/* Passes over the next 'count' changes. */
static int
skip_changes(struct reading *reading, uint64_t count, struct weft_error *error)
{
	struct weft_change_list skipped = {0};
	int code = 0;

	while (!code && count && !reading->token.end) {
		uint64_t step = WEFT_LIMIT_PAGE_CHANGES;

		if (step > count)
			step = count;
		code = read_changes(reading, step, &skipped, error);
		count -= skipped.length;
		weft_change_list_clear(&skipped);
	}
	weft_change_list_fini(&skipped);
	return code;
}

int
weft_source_changes(struct weft_source *source, const char *model,
    int64_t since, struct weft_slice filter, struct weft_change_list *list,
    struct weft_error *error)
{
	struct reading reading = {source, model, since, filter, {0}};
	struct weft__filter parsed = {0};
	uint64_t skip, limit;
	int code = weft__filter_parse(&parsed, filter, NULL, error);

	if (code)
		return code;
	skip = parsed.query.skip;
	limit = parsed.query.limit;
	weft__filter_fini(&parsed);
	code = skip_changes(&reading, skip, error);
	return code ? code : read_changes(&reading, limit, list, error);
}

int
weft_source_diff(struct weft_source *source, const char *model, int64_t since,
    const struct weft_change_list *changes, struct weft_change_list *deltas,
    struct weft_change_list *conflicts, struct weft_error *error)
{
	struct weft__diff diff = {*deltas, *conflicts};
	int code = source->ops->diff(source, model, since, changes->changes,
	    changes->length, &diff, error);

	*deltas = diff.deltas;
	*conflicts = diff.conflicts;
	return code;
}

int
weft_source_create_updates(struct weft_source *source, const char *model,
    const struct weft_change_list *deltas, struct weft_update_list *updates,
    struct weft_error *error)
{
	return source->ops->create_updates(
	    source, model, deltas->changes, deltas->length, updates, error);
}

/* How many updates were refused, and why the first one was. */
struct refusals {
	size_t count;
	struct weft_error first;
};

static void
note_refusal(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	struct refusals *refusals = context;

	if (!refusals->count++)
		weft_error_set(&refusals->first, why->code, "%.*s: %s",
		    (int)update->change.model_id.size,
		    update->change.model_id.data, why->text);
}

/* What the outcomes come to: conflicts before refusals. */
static int
sum_up(const struct weft__bulk_part *part, const struct refusals *refusals,
    struct weft_change_list *conflicts, struct weft_error *error)
{
	size_t count = 0;

	for (size_t i = 0; i < part->length; i++) {
		if (part->outcomes[i] != WEFT_OUTCOME_CONFLICT)
			continue;
		count++;
		if (conflicts &&
		    weft_change_list_append(
			conflicts, &part->updates[i].change))
			return weft_error_set(
			    error, WEFT_ENOMEM, "out of memory");
	}
	if (count)
		return weft_error_set(error, WEFT_ECONFLICT,
		    "%zu of %zu updates are in conflict", count, part->length);
	if (refusals->count)
		return weft_error_set(error, WEFT_EVALIDATION,
		    "%zu of %zu updates were refused: %s", refusals->count,
		    part->length, refusals->first.text);
	return 0;
}

int
weft_source_bulk_update(struct weft_source *source, const char *model,
    const struct weft_update_list *updates, enum weft_outcome *outcomes,
    struct weft_change_list *conflicts, struct weft_error *error)
{
	const struct weft__bulk_options options = {.origin = {NULL, 0}};
	struct refusals refusals = {0};
	struct weft__bulk_part part = {
	    .model = model,
	    .updates = updates->updates,
	    .length = updates->length,
	    .outcomes = outcomes,
	    .refused = note_refusal,
	    .context = &refusals,
	};
	int code;

	if (!part.outcomes)
		part.outcomes =
		    weft__calloc(part.length, sizeof *part.outcomes);
	if (!part.outcomes)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = source->ops->bulk_update(source, &part, 1, &options, error);
	if (!code)
		code = sum_up(&part, &refusals, conflicts, error);
	if (!outcomes)
		weft__free(part.outcomes);
	return code;
}

int
weft_source_find_last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	return source->ops->last_change(source, model, id, list, error);
}

int
weft_source_update_last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice prev, struct weft_error *error)
{
	return source->ops->update_last_change(
	    source, model, id, prev, 0, weft_slice(NULL), error);
}

int
weft_source_each_model(struct weft_source *source,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error)
{
	if (!source->ops->models)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "this source does not tell its models");
	return source->ops->models(source, each, context, error);
}

int
weft_source_root(struct weft_source *source, const char *model, char root[41],
    struct weft_error *error)
{
	struct weft__oid oid;
	int code;

	if (!source->ops->root)
		return weft_error_set(
		    error, WEFT_EUNSUPPORTED, "this source has no roots");
	code = source->ops->root(source, model, &oid, NULL, error);
	if (!code)
		weft__oid_format(&oid, root);
	return code;
}
