/*
 * What earlier replications have left to be looked at again: conflicts that
 * are kept, and records that were refused.  Kept ones are read by the page,
 * whose changes the session gets before all others.
 */
#include "models/replicate/private.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"

/*
 * Ids
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

/* Empties the list. */
static void
clear_ids(struct weft__ids *ids)
{
	weft__arena_clear(&ids->arena);
	ids->length = 0;
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

/*
 * Conflicts found
 *
 * A Bloom filter: it may say of a record that was not found that it was, and
 * with one kept conflict in ten thousand, when there are 50,000, does.  Such a
 * conflict stays kept a while longer.
 */

#define SEEN_BITS ((uint64_t)1 << 20)
#define SEEN_MARKS 4 /* bits of one id */

static uint64_t
mark_of(uint64_t hash, int index)
{
	/* The halves, taken together in several ways. */
	return ((hash & 0xffffffff) + (uint64_t)index * (hash >> 32 | 1)) %
	    SEEN_BITS;
}

void
weft__seen_add(struct weft__seen *seen, struct weft_slice id)
{
	const uint64_t hash = weft__hash_seeded(id.data, id.size);

	for (int i = 0; seen->bits && i < SEEN_MARKS; i++) {
		const uint64_t bit = mark_of(hash, i);

		seen->bits[bit / 8] |= (unsigned char)(1u << bit % 8);
	}
}

static bool
has_seen(const struct weft__seen *seen, struct weft_slice id)
{
	const uint64_t hash = weft__hash_seeded(id.data, id.size);
	bool all = true;

	for (int i = 0; i < SEEN_MARKS; i++) {
		const uint64_t bit = mark_of(hash, i);

		all = all && seen->bits[bit / 8] & 1u << bit % 8;
	}
	return all;
}

/*
 * Before
 */

/* Appends the record's change, unless it is in the list by itself. */
static int
add_change(struct weft__replicating *work, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft_source *source = work->parties->source;
	size_t before = list->length;
	int code = source->ops->last_change(
	    source, work->parties->source_model, id, list, error);

	if (weft__unread_is(code))
		return weft__unread_add(&work->unread, id, error);
	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	/* Without a filter the list has what is new. */
	if (list->length > before && !work->options->filter.data &&
	    work->since[WEFT__SOURCE] <=
		weft__as_since(list->changes[before].checkpoint))
		list->length = before;
	return 0;
}

static int
note_id(struct weft_slice id, void *ids)
{
	return weft__kept_ids_add(ids, id);
}

/* Reads the next ids of kept conflicts in place of those in the list. */
static int
next_kept(struct weft__replicating *work, struct weft__ids *ids, size_t limit,
    bool *is_last, struct weft_error *error)
{
	char after[WEFT_LIMIT_ID_SIZE + 1];
	struct weft_slice last = {NULL, 0};

	if (ids->length) {
		last = ids->list[ids->length - 1];
		memcpy(after, last.data, last.size);
		last.data = after;
	}
	clear_ids(ids);
	return weft__kept_page(
	    work->parties, last, limit, note_id, ids, is_last, error);
}

/* Appends the changes of records that were refused, and are not in conflict
 * too. */
static int
add_refused(struct weft__replicating *work, struct weft_change_list *list,
    struct weft_error *error)
{
	const struct weft__ids *refused = &work->refused_before;
	int code = 0;

	for (size_t i = 0; !code && i < refused->length; i++) {
		bool kept;

		code = weft__kept_has(
		    work->parties, refused->list[i], &kept, error);
		if (!code && !kept)
			code = add_change(
			    work, refused->list[i], list, error);
	}
	return code;
}

/* There is something to tell apart at the end only if some are kept. */
static int
begin_seen(struct weft__replicating *work, struct weft_error *error)
{
	if (!work->page.length || work->seen.bits)
		return 0;
	work->seen.bits = weft__calloc(1, SEEN_BITS / 8);
	return work->seen.bits
	    ? 0 : weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

int
weft__earlier_changes(struct weft__replicating *work,
    const struct weft__call *call, bool *taken, struct weft_error *error)
{
	int code = 0;

	while (!code && !work->given && !call->list->length) {
		code = next_kept(work, &work->page, call->limit, &work->given,
		    error);
		if (!code)
			code = begin_seen(work, error);
		work->kept += work->page.length;
		for (size_t i = 0; !code && i < work->page.length; i++)
			code = add_change(
			    work, work->page.list[i], call->list, error);
		if (!code && work->given)
			code = add_refused(work, call->list, error);
	}
	*taken = call->list->length > 0;
	return code;
}

int
weft__earlier_leave_out(struct weft__replicating *work,
    const struct weft__call *call, bool *taken, struct weft_error *error)
{
	struct weft_source *source = work->parties->source;
	struct weft_change_list *list = call->list;
	size_t left = 0;
	int code;

	if (!work->options->filter.data || !work->kept || work->round)
		return 0;
	*taken = true;
	call->token->unread = &work->unread;
	code = source->ops->changes(source, work->parties->source_model,
	    call->since, work->options->filter, call->limit, call->token, list,
	    error);
	for (size_t i = 0; !code && i < list->length; i++) {
		bool kept;

		code = weft__kept_has(
		    work->parties, list->changes[i].model_id, &kept, error);
		if (!kept)
			list->changes[left++] = list->changes[i];
	}
	list->length = left;
	return code;
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

struct dropping {
	const struct weft__parties *parties;
	struct weft__ids ids;
};

static int
drop_all(void *context, struct weft_error *error)
{
	const struct dropping *dropping = context;
	int code = 0;

	for (size_t i = 0; !code && i < dropping->ids.length; i++)
		code = weft__kept_drop(
		    dropping->parties, dropping->ids.list[i], error);
	return code;
}

/* Forgets those of a page that are none any more.  Others may stand although
 * this replication had no occasion to find them. */
static int
drop_page(struct weft__replicating *work, const struct weft__ids *page,
    struct weft_error *error)
{
	struct dropping dropping = {.parties = work->parties};
	bool swapped;
	const struct weft__parties kept =
	    weft__kept_parties(work->parties, &swapped);
	int code = 0;

	for (size_t i = 0; !code && i < page->length; i++) {
		bool stands = has_seen(&work->seen, page->list[i]);

		if (!stands)
			code = still_stands(
			    work, page->list[i], &stands, error);
		if (!code && !stands &&
		    weft__kept_ids_add(&dropping.ids, page->list[i]))
			code = weft_error_set(
			    error, WEFT_ENOMEM, "out of memory");
	}
	if (!code && dropping.ids.length)
		code = weft__parties_together(
		    &kept, drop_all, &dropping, error);
	weft__kept_ids_fini(&dropping.ids);
	return code;
}

int
weft__earlier_drop_settled(
    struct weft__replicating *work, struct weft_error *error)
{
	bool is_last = !work->kept;
	int code = 0;

	clear_ids(&work->page);
	while (!code && !is_last) {
		code = next_kept(work, &work->page, WEFT_LIMIT_PAGE_CHANGES,
		    &is_last, error);
		if (!code)
			code = drop_page(work, &work->page, error);
	}
	return code;
}
