/*
 * The conflicts that a session has found, a page at a time: what can be is
 * settled without asking, the rest is kept, and told of.
 */
#include "models/replicate/private.h"

#include "core/base/alloc.h"
#include "models/replicate/resolve.h"

/* A page of them. */
struct page {
	struct weft__replicating *work;
	struct weft_conflict **conflicts;
	struct weft__outcome *outcomes;
	size_t length;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
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

static void
destroy_conflict(void *conflict)
{
	weft_conflict_destroy(conflict);
}

/* Those that are left are destroyed. */
static void
close_page(struct page *page)
{
	for (size_t i = 0; i < page->length; i++)
		weft_conflict_destroy(page->conflicts[i]);
	weft__free(page->conflicts);
	weft__free(page->outcomes);
}

static int
open_page(struct page *page, const struct weft__session_result *from,
    struct weft_error *error)
{
	const size_t length = from->source_conflicts.length;
	int code = 0;

	page->conflicts = weft__calloc(length, sizeof *page->conflicts);
	page->outcomes = weft__calloc(length, sizeof *page->outcomes);
	if (!page->conflicts || !page->outcomes)
		return out_of_memory(error);
	while (!code && page->length < length) {
		code = make_conflict(page->work, from, page->length,
		    &page->conflicts[page->length], error);
		if (!code)
			page->length++;
	}
	return code;
}

/* It is one no more, if it was one earlier on. */
static void
forget_open(struct weft__replicating *work, struct weft_slice id)
{
	destroy_conflict(weft__map_remove(&work->open, id));
}

/* Tells the caller of it, or puts it among those that he gets at the end. */
static int
tell(struct weft__replicating *work, struct weft_conflict **conflict,
    struct weft_error *error)
{
	const struct weft_replication *options = work->options;

	work->result->unresolved++;
	if (options->conflict) {
		options->conflict(*conflict, options->conflict_context);
		return 0;
	}
	forget_open(work, (*conflict)->id);
	if (weft__map_put(&work->open, (*conflict)->id, *conflict))
		return out_of_memory(error);
	*conflict = NULL;
	return 0;
}

/* A record that cannot be read by now is no reason to lose the others. */
static int
pass_over(struct weft__replicating *work, struct weft_slice id,
    const struct weft_error *why, struct weft_error *error)
{
	if (weft_error_class(why->code) != WEFT_CLASS_REFUSE)
		return weft_error_set(error, why->code, "%s", why->text);
	work->refused++;
	work->result->refused++;
	weft__replicate_note_refused(work, id, why);
	return 0;
}

/* What is not settled is kept. */
static int
keep(struct weft__replicating *work, struct weft_conflict *conflict,
    struct weft_error *error)
{
	struct weft_error why = {0};
	int code = weft__keep_add(&work->keep, conflict, &why);

	weft__seen_add(&work->seen, conflict->id);
	if (code)
		code = pass_over(work, conflict->id, &why, error);
	return code ? code : weft__keep_write(&work->keep, false, error);
}

static int
conclude(struct page *page, size_t index, struct weft_error *error)
{
	struct weft__replicating *work = page->work;
	const struct weft_replication *options = work->options;
	const struct weft__outcome *outcome = &page->outcomes[index];
	struct weft_slice id = page->conflicts[index]->id;
	int code;

	if (outcome->settled) {
		work->result->resolved++;
		work->settled++;
		forget_open(work, id);
		return 0;
	}
	if (outcome->code && options->refused)
		options->refused(work->parties->source_model, id,
		    &outcome->why, options->refused_context);
	code = keep(work, page->conflicts[index], error);
	return code ? code : tell(work, &page->conflicts[index], error);
}

int
weft__replicate_found(struct weft__replicating *work,
    const struct weft__session_result *from, struct weft_error *error)
{
	const struct weft_replication *options = work->options;
	const struct weft__resolving resolving = {
	    options->policy, options->resolver, options->resolver_context};
	struct page page = {.work = work};
	int code;

	if (!from->source_conflicts.length)
		return 0;
	code = open_page(&page, from, error);
	if (!code)
		code = weft__resolve(page.conflicts, page.length, &resolving,
		    page.outcomes, error);
	for (size_t i = 0; !code && i < page.length; i++)
		code = conclude(&page, i, error);
	if (!code)
		code = weft__keep_write(&work->keep, true, error);
	close_page(&page);
	return code;
}

/*
 * At the end
 */

static bool
hand_over_one(struct weft_slice id, void *conflict, void *context)
{
	struct weft_replication_result *result = context;

	(void)id;
	result->conflicts[result->length++] = conflict;
	return true;
}

int
weft__replicate_hand_over(
    struct weft__replicating *work, struct weft_error *error)
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
