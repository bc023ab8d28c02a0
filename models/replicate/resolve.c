#include "models/replicate/resolve.h"

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/repl/conflict.h"
#include "models/source/local.h"

/* A conflict as decisions are made on it. */
struct states {
	struct weft_buf source, target, base;
	struct weft_conflict_presence present;
	struct weft_buf decided; /* the record to have, for a manual one */
};

static void
states_init(struct states *states)
{
	weft_buf_init(&states->source, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&states->target, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&states->base, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&states->decided, WEFT_LIMIT_RECORD_SIZE);
}

static void
states_fini(struct states *states)
{
	weft_buf_fini(&states->source);
	weft_buf_fini(&states->target);
	weft_buf_fini(&states->base);
	weft_buf_fini(&states->decided);
}

/* The definition that one of the sides knows, or NULL. */
static const struct weft__definition *
find_definition(const struct weft__parties *parties)
{
	const struct weft__definition *definition =
	    weft__source_local_definition(
		parties->source, parties->source_model);

	if (definition)
		return definition;
	return weft__source_local_definition(
	    parties->target, parties->target_model);
}

static struct weft_slice
body_of(const struct weft_buf *body, bool present)
{
	return present ? weft_buf_slice(body) : weft_slice(NULL);
}

/* What the policy does; it needs all three states. */
static int
follow_policy(struct weft_conflict *conflict, enum weft_resolution policy,
    struct states *states, enum weft_resolution *decision,
    struct weft_error *error)
{
	const struct weft__definition *definition =
	    find_definition(&conflict->parties);
	struct weft__conflict_bodies bodies = {
	    .id = weft_slice("id"), .newest = weft_slice("updatedAt")};
	int code = weft_conflict_models(conflict, &states->source,
	    &states->target, &states->base, &states->present, error);

	if (code)
		return code;
	bodies.source = body_of(&states->source, states->present.source);
	bodies.target = body_of(&states->target, states->present.target);
	bodies.base = body_of(&states->base, states->present.base);
	if (definition)
		bodies.id = definition->id->name;
	if (definition && definition->updated_at.data)
		bodies.newest = definition->updated_at;
	return weft__conflict_decide(
	    policy, &bodies, decision, &states->decided, error);
}

/* What to do: in the end one of ask, source, target, manual. */
static int
decide(struct weft_conflict *conflict, const struct weft__resolving *resolving,
    struct states *states, enum weft_resolution *decision,
    struct weft_error *error)
{
	enum weft_resolution policy = resolving->policy;

	if (resolving->resolver)
		policy = resolving->resolver(
		    conflict, &states->decided, resolving->context);
	*decision = policy;
	if (policy != WEFT_RESOLVE_NEWEST && policy != WEFT_RESOLVE_MERGE)
		return 0;
	weft_buf_clear(&states->decided);
	return follow_policy(conflict, policy, states, decision, error);
}

/* What is to be done about a conflict of a page. */
struct step {
	struct weft_conflict *conflict;
	enum weft_resolution decision;
	struct weft_slice data; /* for a manual one */
	struct weft__outcome *outcome;
};

/* A page of conflicts between the same two. */
struct page {
	struct step *steps;
	size_t length;
	struct weft__arena arena; /* of their data */
};

/* Decides one, and adds what is to be done. */
static int
add_step(struct page *page, const struct weft__resolving *resolving,
    struct weft_conflict *conflict, struct weft__outcome *outcome)
{
	struct step *step = &page->steps[page->length];
	struct weft_error *why = &outcome->why;
	struct states states;
	int code;

	*step = (struct step){.conflict = conflict, .outcome = outcome};
	states_init(&states);
	code = decide(conflict, resolving, &states, &step->decision, why);
	if (!code && states.decided.size &&
	    weft__arena_copy(&page->arena, weft_buf_slice(&states.decided),
		&step->data))
		code = weft_error_set(why, WEFT_ENOMEM, "out of memory");
	states_fini(&states);
	outcome->code = code;
	if (code || step->decision == WEFT_RESOLVE_ASK)
		return code;
	page->length++;
	return 0;
}

/* Whether the source's record is as it was when the conflict was found. */
static int
is_unchanged(const struct weft_conflict *conflict, bool *unchanged,
    struct weft_error *error)
{
	const struct weft_change *found = &conflict->source_change;
	struct weft_change_list list = {0};
	int code = weft__side_change(conflict->parties.source,
	    conflict->parties.source_model, conflict->id, &list, error);

	/* Of some nothing was known but the id. */
	*unchanged = (!found->rev.data && !found->has_prev) ||
	    (list.length && weft_slice_equal(list.changes->rev, found->rev));
	weft_change_list_fini(&list);
	return code;
}

/* All of one conflict, or nothing. */
static int
take_step(void *context, struct weft_error *error)
{
	const struct step *step = context;
	bool unchanged;
	int code = is_unchanged(step->conflict, &unchanged, error);

	if (code || !unchanged)
		return code;
	code = weft__conflict_settle(
	    step->conflict, step->decision, step->data, error);
	if (!code)
		code = weft__kept_drop(
		    &step->conflict->parties, step->conflict->id, error);
	step->outcome->settled = !code;
	return code;
}

/* In one transaction of the source, unless it would wait for the network, and
 * all other writers with it. */
static int
run_together(const struct weft__parties *parties,
    int (*work)(void *context, struct weft_error *error), void *context,
    struct weft_error *error)
{
	return parties->target->ops->is_remote
	    ? work(context, error)
	    : weft__parties_together(parties, work, context, error);
}

static int
take_steps(void *context, struct weft_error *error)
{
	const struct page *page = context;

	for (size_t i = 0; i < page->length; i++) {
		struct step *step = &page->steps[i];
		struct weft__outcome *outcome = step->outcome;
		int code = run_together(&step->conflict->parties, take_step,
		    step, &outcome->why);

		outcome->code = code;
		outcome->settled &= !code;
		if (code && weft_error_class(code) != WEFT_CLASS_REFUSE)
			return weft_error_set(
			    error, code, "%s", outcome->why.text);
	}
	return 0;
}

/* What was settled is not kept at the target either: the parties may have
 * been swapped. */
static int
drop_swapped(void *context, struct weft_error *error)
{
	const struct page *page = context;
	int code = 0;

	for (size_t i = 0; !code && i < page->length; i++) {
		const struct step *step = &page->steps[i];
		const struct weft__parties swapped =
		    weft__parties_swap(&step->conflict->parties);

		if (step->outcome->settled)
			code = weft__kept_drop(
			    &swapped, step->conflict->id, error);
	}
	return code;
}

/* Does all that the page says. */
static int
take_page(struct page *page, struct weft_error *error)
{
	const struct weft__parties *parties;
	struct weft__parties swapped;
	int code;

	if (!page->length)
		return 0;
	parties = &page->steps->conflict->parties;
	swapped = weft__parties_swap(parties);
	code = run_together(parties, take_steps, page, error);
	for (size_t i = 0; code && i < page->length; i++)
		page->steps[i].outcome->settled = false;
	/* What stays kept is no longer found by the next replication. */
	if (!code && weft__parties_together(
			 &swapped, drop_swapped, page, NULL))
		return 0;
	return code;
}

static void
clear_page(struct page *page)
{
	page->length = 0;
	weft__arena_clear(&page->arena);
}

int
weft__resolve(struct weft_conflict *const *conflicts, size_t length,
    const struct weft__resolving *resolving, struct weft__outcome *outcomes,
    struct weft_error *error)
{
	struct page page = {
	    .steps = weft__calloc(length ? length : 1, sizeof *page.steps)};
	int code = page.steps
	    ? 0 : weft_error_set(error, WEFT_ENOMEM, "out of memory");

	for (size_t i = 0; !code && i < length; i++) {
		outcomes[i] = (struct weft__outcome){.settled = false};
		code = add_step(&page, resolving, conflicts[i], &outcomes[i]);
		if (code && weft_error_class(code) != WEFT_CLASS_REFUSE)
			weft_error_set(error, code, "%s", outcomes[i].why.text);
		else
			code = 0;
		if (!code && page.arena.size >= WEFT_LIMIT_PAGE_SIZE) {
			code = take_page(&page, error);
			clear_page(&page);
		}
	}
	if (!code)
		code = take_page(&page, error);
	weft__arena_fini(&page.arena);
	weft__free(page.steps);
	return code;
}
