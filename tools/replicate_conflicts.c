#include "tools/replicate_conflicts.h"

#include "core/base/arena.h"

static void
pass_over(struct weft_conflict *conflict, void *context)
{
	(void)conflict;
	(void)context;
}

void
replicate_conflicts_plan(struct weft_replication *plan)
{
	if (plan->source->ops->meta_put || plan->target->ops->meta_put)
		plan->conflict = pass_over;
}

/*
 * Listing
 */

/* Ids of a page of kept conflicts. */
struct page {
	struct weft__arena arena;
	struct weft_slice ids[WEFT_LIMIT_PAGE_CHANGES];
	size_t length;
};

static int
note_id(struct weft_slice id, void *context)
{
	struct page *page = context;

	return weft__arena_copy(
	    &page->arena, id, &page->ids[page->length++]);
}

static int
hand_out_page(const struct weft__parties *parties, const struct page *page,
    int (*each)(const struct weft_conflict *conflict, void *context),
    void *context, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; !code && i < page->length; i++) {
		struct weft_conflict *conflict;

		code = weft__kept_open(
		    parties, page->ids[i], &conflict, error);
		if (code == WEFT_ENOTFOUND) {
			code = 0; /* somebody has settled it */
			continue;
		}
		if (!code) {
			code = each(conflict, context);
			weft_conflict_destroy(conflict);
		}
	}
	return code;
}

static int
each_kept(const struct weft__parties *parties,
    int (*each)(const struct weft_conflict *conflict, void *context),
    void *context, struct weft_error *error)
{
	struct page page = {.length = 0};
	char last[WEFT_LIMIT_ID_SIZE];
	struct weft_slice after = {NULL, 0};
	bool is_last = false;
	int code = 0;

	while (!code && !is_last) {
		page.length = 0;
		weft__arena_clear(&page.arena);
		code = weft__kept_page(parties, after,
		    WEFT_LIMIT_PAGE_CHANGES, note_id, &page, &is_last, error);
		if (!code)
			code = hand_out_page(
			    parties, &page, each, context, error);
		if (!page.length)
			break;
		after = page.ids[page.length - 1];
		memcpy(last, after.data, after.size);
		after.data = last;
	}
	weft__arena_fini(&page.arena);
	return code;
}

int
replicate_conflicts_each(const struct weft__parties *parties,
    const struct weft_replication_result *result,
    int (*each)(const struct weft_conflict *conflict, void *context),
    void *context, struct weft_error *error)
{
	int code = 0;

	if (result->unresolved && !result->length)
		return each_kept(parties, each, context, error);
	for (size_t i = 0; !code && i < result->length; i++)
		code = each(result->conflicts[i], context);
	return code;
}

/*
 * Counting
 */

struct counting {
	const struct weft__parties *other; /* those kept there do not count */
	uint64_t count;
	struct weft_error *error;
};

static int
count_one(struct weft_slice id, void *context)
{
	struct counting *counting = context;
	bool counted = false;
	int code = 0;

	if (counting->other)
		code = weft__kept_has(
		    counting->other, id, &counted, counting->error);
	counting->count += !counted;
	return code;
}

static void
raise(uint64_t *count, uint64_t least)
{
	if (*count < least)
		*count = least;
}

int
replicate_conflicts_count(const struct weft__parties *parties,
    const struct weft_replication_result *there,
    const struct weft_replication_result *back, uint64_t *count,
    struct weft_error *error)
{
	const struct weft__parties swapped = weft__parties_swap(parties);
	struct counting counting = {.error = error};
	int code = 0;

	if (there->unresolved)
		code = weft__kept_each(parties, count_one, &counting, error);
	counting.other = there->unresolved ? parties : NULL;
	if (!code && back->unresolved)
		code = weft__kept_each(&swapped, count_one, &counting, error);
	/* What could not be kept. */
	raise(&counting.count, there->unresolved);
	raise(&counting.count, back->unresolved);
	*count = counting.count;
	return code;
}
