/*
 * A conflict: the two changes, and the three states of the record.  How it is
 * settled: settle.c.
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

/* Texts that a conflict owns, of exactly their size: there may be many. */
struct weft__conflict_text {
	struct weft__conflict_text *next;
	char bytes[];
};

/* Copies a slice to '*to', a NUL behind it, and moves that on. */
static void
copy_text(struct weft_slice *text, char **to)
{
	char *copy = *to;

	if (!text->data)
		return;
	memcpy(copy, text->data, text->size);
	copy[text->size] = '\0';
	*to += text->size + 1;
	text->data = copy;
}

/*
 * Copies a change (NULL: none) with its texts.  Older ones are never freed:
 * slices that were handed out stay valid.
 */
static int
copy_change(struct weft_conflict *conflict, const struct weft_change *change,
    struct weft_change *copy)
{
	struct weft__conflict_text *texts;
	char *to;

	*copy = (struct weft_change){.checkpoint = 0};
	if (!change || !change->model_id.data)
		return 0;
	texts = weft__malloc(sizeof *texts + change->model.size +
	    change->model_id.size + change->rev.size + change->prev.size +
	    change->custom.size + 5);
	if (!texts)
		return WEFT_ENOMEM;
	texts->next = conflict->texts;
	conflict->texts = texts;
	to = texts->bytes;
	*copy = *change;
	copy_text(&copy->model, &to);
	copy_text(&copy->model_id, &to);
	copy_text(&copy->rev, &to);
	copy_text(&copy->prev, &to);
	copy_text(&copy->custom, &to);
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
	struct weft__conflict_text *texts, *next;

	if (!conflict)
		return;
	for (texts = conflict->texts; texts; texts = next) {
		next = texts->next;
		weft__free(texts);
	}
	weft__free((void *)conflict->parties.source_model);
	weft__free((void *)conflict->parties.target_model);
	weft__free(conflict);
}

int
weft__side_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	int code = source->ops->last_change(source, model, id, list, error);

	return code == WEFT_ENOTFOUND ? 0 : code;
}

int
weft__conflict_load(const struct weft__parties *parties, struct weft_slice id,
    struct weft_conflict **conflict, struct weft_error *error)
{
	struct weft_change_list source = {0}, target = {0};
	int code = weft__side_change(
	    parties->source, parties->source_model, id, &source, error);

	if (!code)
		code = weft__side_change(
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

int
weft__side_history(struct weft_source *source, const char *model,
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
	code = weft__side_history(parties->source, parties->source_model,
	    conflict->id, &source, error);
	if (!code)
		code = weft__side_history(parties->target,
		    parties->target_model, conflict->id, &target, error);
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
	int code = weft__side_change(
	    parties->target, parties->target_model, conflict->id, &list, error);

	if (!code &&
	    copy_change(conflict, list.changes, &conflict->target_change))
		code = out_of_memory(error);
	weft_change_list_fini(&list);
	return code;
}

int
weft__conflict_target(struct weft_conflict *conflict, struct weft_buf *body,
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
		code = weft__conflict_target(
		    conflict, target, &found.target, error);
	if (base && !code)
		code = find_base(conflict, base, &found.base, error);
	if (present)
		*present = found;
	return code;
}

struct weft__parties
weft__parties_swap(const struct weft__parties *parties)
{
	return (struct weft__parties){
	    .source = parties->target,
	    .target = parties->source,
	    .source_model = parties->target_model,
	    .target_model = parties->source_model,
	};
}

int
weft__parties_together(const struct weft__parties *parties,
    int (*work)(void *context, struct weft_error *error), void *context,
    struct weft_error *error)
{
	struct weft_source *source = parties->source;

	if (!source->ops->together)
		return work(context, error);
	return source->ops->together(
	    source, parties->source_model, work, context, error);
}

int
weft_conflict_swap_parties(const struct weft_conflict *conflict,
    struct weft_conflict **swapped, struct weft_error *error)
{
	const struct weft__parties exchanged =
	    weft__parties_swap(&conflict->parties);

	return weft__conflict_create(&exchanged, conflict->id,
	    &conflict->target_change, &conflict->source_change, swapped, error);
}
