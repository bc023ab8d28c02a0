/*
 * bulk_update for a viewer: what he cannot see is left as it is, and what he
 * creates must be for him.
 *
 * Each record is looked at before, so that no hook is called for what he does
 * not see.  It may change before it is written, so the local source asks again
 * there (weft__update_permit()).
 */
#include "core/base/alloc.h"
#include "models/source/viewed.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* One part, cut down to what the viewer may write. */
struct cut {
	struct weft__bulk_part part;
	struct weft_update *updates;
	enum weft_outcome *outcomes;
	size_t *places; /* in the part that was given */
};

static void
cut_fini(struct cut *cut)
{
	weft__free(cut->updates);
	weft__free(cut->outcomes);
	weft__free(cut->places);
}

/* Takes an update over, or says here what became of it. */
static int
take_update(struct weft_source *source, struct weft_model *model,
    const struct weft__bulk_part *given, size_t index,
    enum weft__sight sight, enum weft__loss loss, struct cut *cut,
    struct weft_error *error)
{
	const struct weft_update *update = &given->updates[index];
	struct weft_error why;
	bool allowed = true;
	int code = 0;

	given->outcomes[index] = loss == WEFT__LOSS_OF_EDIT
	    ? WEFT_OUTCOME_CONFLICT : WEFT_OUTCOME_UNCHANGED;
	if (sight == WEFT__SIGHT_HIDDEN || loss != WEFT__LOSS_NONE)
		return 0;
	if (sight == WEFT__SIGHT_NEW)
		code = weft__viewed_check_new(
		    source, model, update->data, &allowed, error);
	if (code)
		return code;
	if (!allowed) {
		given->outcomes[index] = WEFT_OUTCOME_REFUSED;
		weft_error_set(&why, WEFT_EDENIED,
		    "the record is not for you");
		if (given->refused)
			given->refused(update, &why, given->context);
		return 0;
	}
	cut->updates[cut->part.length] = *update;
	cut->places[cut->part.length++] = index;
	return 0;
}

/* Makes room for as many updates. */
static int
cut_init(struct cut *cut, const struct weft__bulk_part *given,
    struct weft_error *error)
{
	cut->updates = weft__calloc(given->length, sizeof *cut->updates);
	cut->outcomes = weft__calloc(given->length, sizeof *cut->outcomes);
	cut->places = weft__calloc(given->length, sizeof *cut->places);
	if (!cut->updates || !cut->outcomes || !cut->places)
		return out_of_memory(error);
	cut->part.updates = cut->updates;
	cut->part.outcomes = cut->outcomes;
	cut->part.length = 0;
	return 0;
}

/* What the records of updates are to the viewer, and were. */
static int
look_at_updates(struct weft_source *source, struct weft_model *model,
    const struct weft__bulk_part *given, enum weft__sight **sights,
    enum weft__loss **losses, struct weft_error *error)
{
	struct weft_change_list changes = {0};
	int code = 0;

	for (size_t i = 0; i < given->length && !code; i++)
		if (weft_change_list_append(
			&changes, &given->updates[i].change))
			code = out_of_memory(error);
	if (!code)
		code = weft__viewed_look(source, model, changes.changes,
		    changes.length, sights, error);
	if (!code)
		code = weft__viewed_look_back(source, model, changes.changes,
		    changes.length, *sights, losses, NULL, error);
	weft_change_list_fini(&changes);
	return code;
}

static int
cut_part(struct weft_source *source, const struct weft__bulk_part *given,
    struct cut *cut, struct weft_error *error)
{
	enum weft__sight *sights = NULL;
	enum weft__loss *losses = NULL;
	struct weft_model *model;
	int code = weft__viewed_find_guarded(
	    source, given->model, &model, error);

	cut->part = *given;
	if (code || !model)
		return code;
	code = cut_init(cut, given, error);
	if (code)
		return code;
	code = look_at_updates(source, model, given, &sights, &losses, error);
	for (size_t i = 0; i < given->length && !code; i++)
		code = take_update(source, model, given, i, sights[i],
		    losses[i], cut, error);
	weft__free(sights);
	weft__free(losses);
	return code;
}

/* Tells the outcomes in the places of those that were given. */
static void
spread(const struct weft__bulk_part *given, const struct cut *cut)
{
	for (size_t i = 0; cut->places && i < cut->part.length; i++)
		given->outcomes[cut->places[i]] = cut->outcomes[i];
}

int
weft__source_viewed_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *given, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	struct weft_source *inner = weft__viewed_inner(source);
	struct weft__bulk_options his = *options;
	struct cut *cuts = weft__calloc(length, sizeof *cuts);
	struct weft__bulk_part *parts = weft__calloc(length, sizeof *parts);
	int code = cuts && parts ? 0 : out_of_memory(error);

	for (size_t i = 0; i < length && !code; i++) {
		code = cut_part(source, &given[i], &cuts[i], error);
		parts[i] = cuts[i].part;
	}
	his.viewer = &weft__viewed(source)->viewer;
	if (!code)
		code = inner->ops->bulk_update(
		    inner, parts, length, &his, error);
	for (size_t i = 0; cuts && i < length; i++) {
		if (!code)
			spread(&given[i], &cuts[i]);
		cut_fini(&cuts[i]);
	}
	weft__free(cuts);
	weft__free(parts);
	return code;
}
