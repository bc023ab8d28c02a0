/*
 * Any bytes are a commit, a node of a trie, a tombstone, a name, or refused;
 * what was read says the same when it is written again.
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include <weft/buf.h>

#include "core/base/limits.h"
#include "core/store/commit.h"
#include "core/store/name.h"
#include "core/store/tombstone.h"
#include "core/store/tree.h"
#include "core/store/trie.h"

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_name(struct weft_slice bytes)
{
	char text[WEFT__NAME_ROOM], name[WEFT__NAME_ROOM];
	size_t size;

	if (!weft__name_unescape(bytes, text, &size)) {
		check(size <= WEFT__NAME_MAX);
		size = weft__name_escape(weft_slice_of(text, size), name);
		check(weft_slice_equal(bytes, weft_slice_of(name, size)));
	}
	if (bytes.size <= WEFT__NAME_MAX) {
		size = weft__name_escape(bytes, name);
		check(!weft__name_unescape(
		    weft_slice_of(name, size), text, &size));
		check(weft_slice_equal(bytes, weft_slice_of(text, size)));
	}
}

static void
check_commit(struct weft_slice bytes)
{
	struct weft__store_commit commit, again;
	char text[WEFT__COMMIT_ROOM];
	size_t size;

	if (weft__commit_parse(bytes, &commit))
		return;
	size = weft__commit_format(&commit, text);
	check(!weft__commit_parse(weft_slice_of(text, size), &again));
	check(again.seq == commit.seq && again.time_ms == commit.time_ms);
}

/* Entries of a leaf, or of an inner node, in their order. */
static void
check_node(struct weft_slice bytes, unsigned depth)
{
	struct weft__arena arena = {NULL};
	struct weft__trie_node node;

	if (!weft__trie_parse(bytes, &arena, depth, &node)) {
		check(node.is_leaf || depth < WEFT__TRIE_DEPTH);
		check(depth == WEFT__TRIE_DEPTH ||
		    node.count <= WEFT_LIMIT_TRIE_LEAF);
		for (size_t i = 0; i < node.count; i++) {
			(void)!weft__trie_hash(&node.items[i], NULL);
			check(i == 0 ||
			    weft__trie_compare(&node.items[i - 1],
			        &node.items[i]) < 0);
		}
	}
	weft__arena_fini(&arena);
}

static void
check_tree(struct weft_slice bytes)
{
	struct weft_buf changed = WEFT_BUF_INIT(1u << 20);
	static const struct weft__oid oid = {{1}};
	const struct weft__oid *found;

	if (!weft__tree_with(bytes, weft_slice("r"), &oid, &changed)) {
		check(!weft__tree_find(
		    weft_buf_slice(&changed), weft_slice("r"), &found));
		check(found != NULL);
	}
	weft_buf_fini(&changed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_slice bytes = {(const char *)data, size};
	struct weft__oid prev;

	if (!data)
		bytes.data = "";
	check_name(bytes);
	check_commit(bytes);
	check_node(bytes, 0);
	check_node(bytes, WEFT__TRIE_DEPTH);
	check_tree(bytes);
	(void)weft__tombstone_parse(bytes, &prev);
	return 0;
}
