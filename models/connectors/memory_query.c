/*
 * The memory connector: finding by a query.  Records lie in order of their
 * ids, so that a query without an order needs no sorting.
 */
#include "models/connectors/memory_private.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/patience.h"
#include "models/query/filter.h"

/* Calls 'visit' for each matching record in order of ids. */
struct walk {
	struct weft__memory_session *session;
	int model;
	const struct weft_query *query;
	int (*visit)(struct walk *walk, const struct weft__ordered_item *item);
	weft_connector_record_fn *each;
	void *context;
	uint64_t seen; /* matching ones so far */
	struct weft_error *error;
};

/* Returned by visit: enough. */
#define DONE 1

/* What the sort knows of a record. */
struct sortable {
	const struct weft__ordered_item *item;
	struct weft_slice key; /* its place in the query's order */
	size_t index;          /* its place in the order of ids */
};

struct sorting {
	struct walk walk;
	struct sortable *items;
	size_t length;
	size_t capacity;
	struct weft__arena arena; /* the keys */
	struct weft_buf key;      /* scratch */
};

static int
visit_if_matching(struct walk *walk, const struct weft__ordered_item *item)
{
	struct weft_connector_record record;
	bool matches;
	int code;

	weft__memory_read_record(item, false, &record);
	code = weft__patience_check();
	if (!code)
		code = weft__where_matches(
		    walk->query->where, record.body, &matches);
	if (code)
		return weft__query_fail(code, walk->error);
	if (!matches)
		return 0;
	walk->seen++;
	return walk->visit(walk, item);
}

static int
run(struct walk *walk)
{
	const struct weft__ordered *records = weft__memory_read(
	    walk->session, WEFT__MEMORY_RECORD, walk->model);
	const struct weft__ordered_item *item = weft__ordered_after(
	    records, weft__ordered_text(weft_slice_of("", 0)), true);
	int code = 0;

	while (!code && item) {
		code = visit_if_matching(walk, item);
		item = weft__ordered_after(records,
		    weft__ordered_text(weft__ordered_item_key(item)), false);
	}
	return code == DONE ? 0 : code;
}

/* Whether one more after 'given' ones is beyond the limit. */
static bool
is_enough(const struct weft_query *query, uint64_t given)
{
	return given >= query->limit;
}

static int
give(struct walk *walk, const struct weft__ordered_item *item)
{
	struct weft_connector_record record;

	weft__memory_read_record(item, false, &record);
	return walk->each(&record, walk->context);
}

static int
visit_in_order(struct walk *walk, const struct weft__ordered_item *item)
{
	const struct weft_query *query = walk->query;

	if (walk->seen <= query->skip)
		return 0;
	if (is_enough(query, walk->seen - query->skip - 1))
		return DONE;
	return give(walk, item);
}

static int
visit_to_sort(struct walk *walk, const struct weft__ordered_item *item)
{
	struct sorting *sorting = (struct sorting *)walk;
	struct weft_connector_record record;
	struct sortable *place;
	int code;

	if (!weft__grow(&sorting->items, &sorting->capacity,
		sorting->length + 1, sizeof *sorting->items))
		return weft__memory_no_memory(walk->error);
	place = &sorting->items[sorting->length];
	place->item = item;
	place->index = sorting->length;
	weft__memory_read_record(item, false, &record);
	weft_buf_clear(&sorting->key);
	code = weft__query_sort_key(
	    walk->query, record.body, &sorting->key);
	if (!code)
		code = weft__arena_copy(&sorting->arena,
		    weft_buf_slice(&sorting->key), &place->key);
	if (code)
		return weft__query_fail(code, walk->error);
	sorting->length++;
	return 0;
}

static int
compare_items(const void *a, const void *b)
{
	const struct sortable *left = a, *right = b;
	size_t shorter = left->key.size < right->key.size ? left->key.size
							  : right->key.size;
	int order = memcmp(left->key.data, right->key.data, shorter);

	if (!order)
		order = (left->key.size > right->key.size) -
		    (left->key.size < right->key.size);
	return order ? order : left->index < right->index ? -1 : 1;
}

static int
give_sorted(struct sorting *sorting)
{
	const struct weft_query *query = sorting->walk.query;
	int code = 0;

	qsort(sorting->items, sorting->length, sizeof *sorting->items,
	    compare_items);
	for (uint64_t i = query->skip; !code && i < sorting->length &&
	     !is_enough(query, i - query->skip);
	     i++)
		code = give(&sorting->walk, sorting->items[i].item);
	return code;
}

int
weft__memory_find(struct weft_connector_session *base, int model,
    const struct weft_query *query, weft_connector_record_fn *each,
    void *context, struct weft_error *error)
{
	struct sorting sorting = {
	    .walk = {weft__memory_session(base), model, query,
		visit_in_order, each, context, 0, error},
	    .key = WEFT_BUF_INIT(2 * (size_t)WEFT_LIMIT_RECORD_SIZE)};
	int code;

	if (query->orders_length == 0 && !query->near)
		return run(&sorting.walk);
	sorting.walk.visit = visit_to_sort;
	code = run(&sorting.walk);
	if (!code && sorting.length)
		code = give_sorted(&sorting);
	weft__free(sorting.items);
	weft__arena_fini(&sorting.arena);
	weft_buf_fini(&sorting.key);
	return code;
}

static int
visit_to_count(struct walk *walk, const struct weft__ordered_item *item)
{
	return 0;
}

int
weft__memory_count(struct weft_connector_session *base, int model,
    const struct weft_query *query, uint64_t *count,
    struct weft_error *error)
{
	struct walk walk = {.session = weft__memory_session(base),
	    .model = model,
	    .query = query,
	    .visit = visit_to_count,
	    .error = error};
	int code;

	if (!query->where) {
		*count = weft__memory_read(
		    walk.session, WEFT__MEMORY_RECORD, model)->length;
		return 0;
	}
	code = run(&walk);
	*count = walk.seen;
	return code;
}
