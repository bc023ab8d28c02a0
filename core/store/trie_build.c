#include "core/store/trie_build.h"

#include <endian.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/store/name.h"
#include "core/store/tree.h"

int
weft__trie_no_memory(struct weft__trie_work *work)
{
	return weft_error_set(work->error, WEFT_ENOMEM, "out of memory");
}

int
weft__trie_make_list(struct weft__trie_work *work, size_t capacity,
    struct weft__trie_list *list)
{
	list->count = 0;
	list->items = weft__arena_alloc(
	    work->arena, capacity * sizeof *list->items);
	return list->items ? 0 : weft__trie_no_memory(work);
}

/* The first bytes of a name as a number of the same order. */
static uint64_t
start_of_name(const struct weft__trie_item *item)
{
	uint64_t start = 0;

	if (item->name_size >= sizeof start)
		memcpy(&start, item->name, sizeof start);
	else
		memcpy(&start, item->name, item->name_size);
	return be64toh(start);
}

static int
compare_pointers(const void *a, const void *b)
{
	const struct weft__trie_item *x = *(struct weft__trie_item *const *)a;
	const struct weft__trie_item *y = *(struct weft__trie_item *const *)b;
	uint64_t i = start_of_name(x), j = start_of_name(y);

	return i == j ? weft__trie_compare(x, y) : i < j ? -1 : 1;
}

/* As many as insertion sorts faster than qsort(). */
#define FEW WEFT_LIMIT_TRIE_LEAF

static void
sort_few(struct weft__trie_list list)
{
	for (size_t i = 1; i < list.count; i++) {
		struct weft__trie_item *item = list.items[i];
		size_t j = i;

		for (; j && compare_pointers(&item, &list.items[j - 1]) < 0;
		     j--)
			list.items[j] = list.items[j - 1];
		list.items[j] = item;
	}
}

void
weft__trie_sort(struct weft__trie_list list)
{
	if (list.count <= FEW)
		sort_few(list);
	else
		qsort(list.items, list.count, sizeof *list.items,
		    compare_pointers);
}

/* Adds the content as a tree to the pack. */
static int
write_content(struct weft__trie_work *work, struct weft__oid *oid)
{
	struct weft_slice content = weft_buf_slice(&work->content);

	weft__object_id("tree", content.data, content.size, oid);
	return weft__pack_add(
	    work->pack, WEFT__OBJECT_TREE, oid, content, work->error);
}

static int
append_item(struct weft_buf *content, const struct weft__trie_item *item)
{
	char name[WEFT__NAME_HASHED_SIZE + sizeof WEFT__NAME_ID_SUFFIX];
	int code = weft__tree_append(content, WEFT__TREE_FILE,
	    weft_slice_of(item->name, item->name_size), &item->blob);

	if (code || !item->id_blob)
		return code;
	memcpy(name, item->name, WEFT__NAME_HASHED_SIZE);
	memcpy(name + WEFT__NAME_HASHED_SIZE, WEFT__NAME_ID_SUFFIX,
	    sizeof WEFT__NAME_ID_SUFFIX);
	return weft__tree_append(
	    content, WEFT__TREE_FILE, weft_slice(name), item->id_blob);
}

static int
write_leaf(struct weft__trie_work *work, struct weft__trie_list list,
    struct weft__oid *oid)
{
	int code = 0;

	weft__trie_sort(list);
	weft_buf_clear(&work->content);
	for (size_t i = 0; !code && i < list.count; i++)
		code = append_item(&work->content, list.items[i]);
	return code ? weft__trie_no_memory(work) : write_content(work, oid);
}

int
weft__trie_write_inner(struct weft__trie_work *work,
    const struct weft__oid *children, struct weft__oid *oid)
{
	int code = 0;

	weft_buf_clear(&work->content);
	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++)
		if (!weft__oid_is_zero(&children[i]))
			code = weft__tree_append(&work->content,
			    WEFT__TREE_FOLDER,
			    weft_slice_of(&"0123456789abcdef"[i], 1),
			    &children[i]);
	return code ? weft__trie_no_memory(work) : write_content(work, oid);
}

int
weft__trie_settle(struct weft__trie_work *work,
    const struct weft__trie_result *result, struct weft__oid *oid)
{
	*oid = result->oid;
	if (result->kind != WEFT__TRIE_RESULT_LEAF || !weft__oid_is_zero(oid))
		return 0;
	return write_leaf(work, result->list, oid);
}

int
weft__trie_partition(struct weft__trie_work *work,
    struct weft__trie_list list, unsigned depth,
    size_t starts[WEFT__TRIE_WIDTH + 1])
{
	struct weft__arena_mark mark = weft__arena_mark(work->arena);
	size_t next[WEFT__TRIE_WIDTH] = {0};
	struct weft__trie_list sorted;
	int code = weft__trie_make_list(work, list.count, &sorted);

	for (size_t i = 0; !code && i < list.count; i++) {
		code = weft__trie_hash(list.items[i], work->error);
		if (!code)
			next[weft__trie_digit(&list.items[i]->hash, depth)]++;
	}
	if (code)
		return code;
	starts[0] = 0;
	for (unsigned digit = 0; digit < WEFT__TRIE_WIDTH; digit++) {
		starts[digit + 1] = starts[digit] + next[digit];
		next[digit] = starts[digit];
	}
	for (size_t i = 0; i < list.count; i++) {
		unsigned digit =
		    weft__trie_digit(&list.items[i]->hash, depth);

		sorted.items[next[digit]++] = list.items[i];
	}
	memcpy(list.items, sorted.items, list.count * sizeof *list.items);
	weft__arena_release(work->arena, mark);
	return 0;
}

int
weft__trie_build(struct weft__trie_work *work, struct weft__trie_list list,
    unsigned depth, struct weft__trie_result *result)
{
	struct weft__oid children[WEFT__TRIE_WIDTH];
	size_t starts[WEFT__TRIE_WIDTH + 1];
	struct weft__trie_result child;
	int code;

	*result = (struct weft__trie_result){
	    .kind = WEFT__TRIE_RESULT_LEAF, .list = list};
	if (list.count == 0)
		result->kind = WEFT__TRIE_RESULT_EMPTY;
	if (list.count <= WEFT_LIMIT_TRIE_LEAF || depth == WEFT__TRIE_DEPTH)
		return 0;
	code = weft__trie_partition(work, list, depth, starts);
	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++) {
		code = weft__trie_build(work,
		    weft__trie_sublist(list, starts, i), depth + 1, &child);
		if (!code)
			code = weft__trie_settle(work, &child, &children[i]);
	}
	result->kind = WEFT__TRIE_RESULT_INNER;
	return code ? code
	            : weft__trie_write_inner(work, children, &result->oid);
}
