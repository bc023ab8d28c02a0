#include "core/repl/session_page.h"

#include <assert.h>

#include "core/base/alloc.h"

/* Bodies to ask for while their size is not known yet. */
#define FIRST_BODIES 64

/* Which states may follow a state: a bit for each. */
#define TO(state) (1u << WEFT__PAGE_##state)
static const unsigned allowed[WEFT__PAGE_STATES] = {
    [WEFT__PAGE_FREE] = TO(READING),
    [WEFT__PAGE_READING] = TO(READ) | TO(FREE),
    [WEFT__PAGE_READ] = TO(DIFFING),
    [WEFT__PAGE_DIFFING] = TO(DISPUTED) | TO(AGREED) | TO(FREE),
    [WEFT__PAGE_DISPUTED] = TO(RELATING),
    [WEFT__PAGE_RELATING] = TO(AGREED) | TO(FREE),
    [WEFT__PAGE_AGREED] = TO(FETCHING),
    [WEFT__PAGE_FETCHING] = TO(FETCHED) | TO(AGREED) | TO(FREE),
    [WEFT__PAGE_FETCHED] = TO(APPLYING),
    [WEFT__PAGE_APPLYING] = TO(AGREED) | TO(FREE),
};

/* The call that a waiting page needs. */
static const struct step {
	enum weft__page_state from;
	enum weft__page_state to; /* while the call is under way */
	enum weft__side side;
	enum weft__call_kind kind;
} steps[] = {
    {WEFT__PAGE_READ, WEFT__PAGE_DIFFING, WEFT__TARGET, WEFT__CALL_DIFF},
    {WEFT__PAGE_DISPUTED, WEFT__PAGE_RELATING, WEFT__SOURCE,
	WEFT__CALL_RELATE},
    {WEFT__PAGE_AGREED, WEFT__PAGE_FETCHING, WEFT__SOURCE,
	WEFT__CALL_CREATE_UPDATES},
    {WEFT__PAGE_FETCHED, WEFT__PAGE_APPLYING, WEFT__TARGET,
	WEFT__CALL_BULK_UPDATE},
};

static void
move(struct weft__page *page, enum weft__page_state state)
{
	assert(allowed[page->state] & 1u << state);
	page->state = state;
}

void
weft__page_fini(struct weft__page *page)
{
	weft_change_list_fini(&page->changes);
	weft__diff_fini(&page->diff);
	weft__free(page->relations);
	weft_update_list_fini(&page->updates);
	weft__free(page->outcomes);
	*page = (struct weft__page){.state = WEFT__PAGE_FREE};
}

/* Empties the page for the next changes; its memory is kept. */
static void
release(struct weft__page *page)
{
	weft_change_list_clear(&page->changes);
	weft_change_list_clear(&page->diff.deltas);
	weft_change_list_clear(&page->diff.conflicts);
	weft_update_list_clear(&page->updates);
	page->fetched = 0;
	move(page, WEFT__PAGE_FREE);
}

bool
weft__pages_free(const struct weft__session *session)
{
	for (int i = 0; i < WEFT_LIMIT_SESSION_WINDOW; i++)
		if (session->pages[i].state != WEFT__PAGE_FREE)
			return false;
	return true;
}

/* The step that the page waits for and this side can make, or NULL. */
static const struct step *
find_step(const struct weft__page *page, enum weft__side side)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (steps[i].from == page->state && steps[i].side == side)
			return &steps[i];
	return NULL;
}

/* How many bodies to ask for, so that they take WEFT_LIMIT_PAGE_SIZE. */
static size_t
count_bodies(const struct weft__session *session, size_t left)
{
	size_t most = FIRST_BODIES;

	if (session->body_size)
		most = WEFT_LIMIT_PAGE_SIZE / session->body_size;
	if (!most)
		most = 1;
	return left < most ? left : most;
}

/* Puts in what the call of this step reads and writes. */
static void
set_arguments(struct weft__session *session, struct weft__page *page,
    struct weft__call *call)
{
	const struct weft_change_list *deltas = &page->diff.deltas;

	switch (call->kind) {
	case WEFT__CALL_DIFF:
		call->since = session->options.since[WEFT__TARGET];
		call->changes = page->changes.changes;
		call->length = page->changes.length;
		call->diff = &page->diff;
		break;
	case WEFT__CALL_RELATE:
		call->changes = page->diff.conflicts.changes;
		call->length = page->diff.conflicts.length;
		call->relations = page->relations;
		break;
	case WEFT__CALL_CREATE_UPDATES:
		call->changes = deltas->changes + page->fetched;
		call->length = count_bodies(
		    session, deltas->length - page->fetched);
		call->update_list = &page->updates;
		break;
	case WEFT__CALL_BULK_UPDATE:
		call->updates = page->updates.updates;
		call->length = page->updates.length;
		call->outcomes = page->outcomes;
		break;
	case WEFT__CALL_CHECKPOINT:
	case WEFT__CALL_CHANGES:
		break;
	}
}

/* A call for the next changes, if there are more and room for them. */
static bool
read_next(struct weft__session *session, struct weft__call *call)
{
	struct weft__page *page = NULL;

	for (int i = 0; i < WEFT_LIMIT_SESSION_WINDOW && !page; i++)
		if (session->pages[i].state == WEFT__PAGE_FREE)
			page = &session->pages[i];
	if (!page || session->token.end)
		return false;
	move(page, WEFT__PAGE_READING);
	page->number = session->result.pages++;
	page->token = session->token;
	*call = (struct weft__call){
	    .side = WEFT__SOURCE,
	    .kind = WEFT__CALL_CHANGES,
	    .since = session->options.since[WEFT__SOURCE],
	    .limit = session->options.page_limit,
	    .token = &page->token,
	    .list = &page->changes,
	    .page = page,
	};
	return true;
}

bool
weft__page_next(struct weft__session *session, enum weft__side side,
    struct weft__call *call)
{
	const struct step *step = NULL;
	struct weft__page *oldest = NULL;

	for (int i = 0; i < WEFT_LIMIT_SESSION_WINDOW; i++) {
		struct weft__page *page = &session->pages[i];
		const struct step *found = find_step(page, side);

		if (found && (!oldest || page->number < oldest->number)) {
			oldest = page;
			step = found;
		}
	}
	if (!step)
		return side == WEFT__SOURCE && read_next(session, call);
	*call = (struct weft__call){
	    .side = side,
	    .kind = step->kind,
	    .page = oldest,
	};
	set_arguments(session, oldest, call);
	move(oldest, step->to);
	return true;
}

/* Leaves out what was changed after the attempt began: invariant S4. */
static void
postpone_new_changes(
    struct weft__session *session, struct weft_change_list *changes)
{
	const uint64_t checkpoint = session->checkpoints[WEFT__SOURCE];
	size_t kept = 0;

	for (size_t i = 0; i < changes->length; i++)
		if (changes->changes[i].checkpoint < checkpoint)
			changes->changes[kept++] = changes->changes[i];
	session->postponed += changes->length - kept;
	changes->length = kept;
}

static void
after_changes(struct weft__session *session, struct weft__page *page)
{
	session->token = page->token;
	postpone_new_changes(session, &page->changes);
	session->result.changes += page->changes.length;
	if (page->changes.length)
		move(page, WEFT__PAGE_READ);
	else
		release(page);
}

/* On to the bodies that are still to be read, if there are any. */
static void
read_bodies(struct weft__page *page)
{
	weft_update_list_clear(&page->updates);
	if (page->fetched < page->diff.deltas.length)
		move(page, WEFT__PAGE_AGREED);
	else
		release(page);
}

/*
 * The change of this id, or NULL.  '*hint' is where it is likely to be: lists
 * that come of each other are in the same order.
 */
static const struct weft_change *
find_change(const struct weft_change_list *list, struct weft_slice id,
    size_t *hint)
{
	for (size_t i = 0; i < list->length; i++) {
		size_t at = (*hint + i) % list->length;

		if (weft_slice_equal(list->changes[at].model_id, id)) {
			*hint = at + 1;
			return &list->changes[at];
		}
	}
	return NULL;
}

static int
add_conflict(struct weft__session *session, const struct weft_change *source,
    const struct weft_change *target)
{
	struct weft__session_result *result = &session->result;

	if (weft_change_list_append(&result->target_conflicts, target))
		return WEFT_ENOMEM;
	if (weft_change_list_append(&result->source_conflicts, source)) {
		result->target_conflicts.length--;
		return WEFT_ENOMEM;
	}
	result->conflicts++;
	return 0;
}

/* The source's change as one that was made from what the target has. */
static int
add_rebased(struct weft__session *session, struct weft__page *page,
    const struct weft_change *source, const struct weft_change *target)
{
	struct weft_change rebased = *source;

	rebased.prev = target->rev;
	rebased.has_prev = true;
	session->result.deltas++;
	return weft_change_list_append(&page->diff.deltas, &rebased);
}

/*
 * A conflict is what neither side knows better.  The target knows one earlier
 * revision of the source only, so it may see a conflict where the source is
 * ahead by several, and has what is here in its past; or where the target was
 * made from the source's revision, but never saw the one before that.
 */
static int
judge(struct weft__session *session, struct weft__page *page,
    const struct weft_change *source, const struct weft_change *target,
    enum weft__relation relation)
{
	switch (relation) {
	case WEFT__RELATION_SAME: /* now: it comes with the next attempt */
	case WEFT__RELATION_AHEAD:
		return 0;
	case WEFT__RELATION_BEHIND:
		return add_rebased(session, page, source, target);
	case WEFT__RELATION_NONE:
		break;
	}
	return add_conflict(session, source, target);
}

/* Judges each of the page's conflicts; 'relations' NULL: nothing is known. */
static int
judge_conflicts(struct weft__session *session, struct weft__page *page,
    const enum weft__relation *relations)
{
	const struct weft_change_list *disputed = &page->diff.conflicts;
	size_t hint = 0;

	for (size_t i = 0; i < disputed->length; i++) {
		const struct weft_change *target = &disputed->changes[i];
		const struct weft_change only_id = {
		    .model_id = target->model_id};
		const struct weft_change *source =
		    find_change(&page->changes, target->model_id, &hint);
		int code = judge(session, page, source ? source : &only_id,
		    target, source && relations ? relations[i] :
		    WEFT__RELATION_NONE);

		if (code)
			return code;
	}
	read_bodies(page);
	return 0;
}

static int
after_diff(struct weft__session *session, struct weft__page *page)
{
	const size_t conflicts = page->diff.conflicts.length;

	session->result.deltas += page->diff.deltas.length;
	if (!conflicts || session->options.strict)
		return judge_conflicts(session, page, NULL);
	if (!weft__grow(&page->relations, &page->relations_capacity,
		conflicts, sizeof *page->relations))
		return WEFT_ENOMEM;
	move(page, WEFT__PAGE_DISPUTED);
	return 0;
}

static int
after_create_updates(struct weft__session *session,
    struct weft__page *page, size_t asked)
{
	const struct weft_update_list *updates = &page->updates;
	size_t size = 0;

	page->fetched += asked;
	if (!updates->length) {
		read_bodies(page);
		return 0;
	}
	for (size_t i = 0; i < updates->length; i++)
		size += updates->updates[i].data.size;
	session->body_size = 1 + size / updates->length;
	if (!weft__grow(&page->outcomes, &page->outcomes_capacity,
		updates->length, sizeof *page->outcomes))
		return WEFT_ENOMEM;
	move(page, WEFT__PAGE_FETCHED);
	return 0;
}

static int
after_bulk_update(struct weft__session *session, struct weft__page *page)
{
	static const struct weft_change unknown;
	struct weft__session_result *result = &session->result;

	for (size_t i = 0; i < page->updates.length; i++) {
		switch (page->outcomes[i]) {
		case WEFT_OUTCOME_APPLIED:
			session->sent++;
			result->applied++;
			break;
		case WEFT_OUTCOME_UNCHANGED:
			result->unchanged++;
			break;
		case WEFT_OUTCOME_REFUSED:
			result->refused++;
			break;
		case WEFT_OUTCOME_CONFLICT:
			if (add_conflict(session,
				&page->updates.updates[i].change, &unknown))
				return WEFT_ENOMEM;
			break;
		}
	}
	read_bodies(page);
	return 0;
}

int
weft__page_answer(
    struct weft__session *session, const struct weft__call *call)
{
	struct weft__page *page = call->page;

	switch (call->kind) {
	case WEFT__CALL_CHANGES:
		after_changes(session, page);
		return 0;
	case WEFT__CALL_DIFF:
		return after_diff(session, page);
	case WEFT__CALL_RELATE:
		return judge_conflicts(session, page, page->relations);
	case WEFT__CALL_CREATE_UPDATES:
		return after_create_updates(session, page, call->length);
	case WEFT__CALL_BULK_UPDATE:
		return after_bulk_update(session, page);
	case WEFT__CALL_CHECKPOINT:
		break;
	}
	return 0;
}
