/*
 * Tests of core/store/node.h, against a walk over all records.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/store/node.h"
#include "core/store/tree.h"
#include "tests/lib/store_fixture.h"

#define MODEL weft_slice("Todo")

/* All records, as a walk tells them. */
struct all {
	struct weft__symbol *symbols;
	size_t length;
	unsigned long seen; /* of a prefix */
};

static int
note_record(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct all *all = context;
	struct weft__oid hash;

	weft__sha1(id.data, id.size, &hash);
	all->symbols = realloc(all->symbols,
	    (all->length + 1) * sizeof *all->symbols);
	assert_non_null(all->symbols);
	all->symbols[all->length++] = weft__symbol_of(&hash, blob);
	return 0;
}

static size_t
count_under(const struct all *all, struct weft__path path)
{
	size_t count = 0;

	for (size_t i = 0; i < all->length; i++)
		count += weft__path_leads(path, all->symbols[i].id);
	return count;
}

static bool
has_symbol(const struct all *all, const struct weft__symbol *symbol)
{
	for (size_t i = 0; i < all->length; i++)
		if (all->symbols[i].id == symbol->id &&
		    all->symbols[i].rev == symbol->rev)
			return true;
	return false;
}

static void
open_store(struct store_fixture *fixture, struct all *all,
    struct weft__oid *root, int count)
{
	store_fixture_open(fixture);
	for (int i = 0; i < count; i++) {
		char id[300], body[32];

		/* Some have names that are hashed. */
		snprintf(id, sizeof id, i % 50 ? "id-%d" : "%0250d", i);
		snprintf(body, sizeof body, "{\"n\":%d}", i);
		store_put(fixture, "Todo", id, body);
	}
	if (count)
		store_project(fixture);
	*all = (struct all){NULL, 0, 0};
	store_ok(fixture, weft__store_walk(fixture->store, NULL,
	    WEFT__STORE_LIVE, MODEL, note_record, all, &fixture->error));
	store_ok(fixture, weft__store_root(
	    fixture->store, MODEL, root, &fixture->error));
	assert_int_equal(all->length, count);
}

static void
close_store(struct store_fixture *fixture, struct all *all)
{
	free(all->symbols);
	store_fixture_close(fixture);
}

static void
assert_leaf(const struct all *all, struct weft__path path,
    const struct weft__node *node)
{
	assert_int_equal(node->length, count_under(all, path));
	for (size_t i = 0; i < node->length; i++) {
		assert_true(has_symbol(all, &node->symbols[i]));
		assert_true(weft__path_leads(path, node->symbols[i].id));
		if (i)
			assert_true(node->symbols[i - 1].id <
			    node->symbols[i].id);
	}
}

/* Asserts what is told of the node, and of all nodes below it. */
static size_t
assert_node(struct store_fixture *fixture, const struct weft__oid *root,
    const struct all *all, struct weft__path path)
{
	struct weft__arena arena = {NULL};
	struct weft__node node;
	size_t leaves = 0;

	store_ok(fixture, weft__store_node(fixture->store, root, path, &arena,
	    &node, &fixture->error));
	assert_int_equal(node.is_leaf,
	    count_under(all, path) <= WEFT_LIMIT_TRIE_LEAF);
	if (node.is_leaf)
		assert_leaf(all, path, &node);
	for (unsigned i = 0; i < 16 && !node.is_leaf; i++) {
		const struct weft__path child = weft__path_child(path, i);
		const size_t count = count_under(all, child);

		assert_int_equal(node.children[i].kind,
		    !count ? WEFT__NODE_NONE :
		    count <= WEFT_LIMIT_TRIE_LEAF ? WEFT__NODE_LEAF :
		    WEFT__NODE_INNER);
		for (unsigned j = 0;
		     j < 16 && node.children[i].kind == WEFT__NODE_INNER; j++)
			assert_int_equal(node.children[i].mask >> j & 1,
			    count_under(all, weft__path_child(child, j)) > 0);
		leaves += assert_node(fixture, root, all, child);
	}
	weft__arena_fini(&arena);
	return leaves + node.is_leaf;
}

static void
store_node__tells_all_of_a_trie(void **state)
{
	const struct weft__path top = {0, 0};
	struct store_fixture fixture;
	struct weft__oid root;
	struct all all;

	open_store(&fixture, &all, &root, 2500);
	assert_true(assert_node(&fixture, &root, &all, top) > 200);
	close_store(&fixture, &all);
}

/* Digests are the ids of the trees themselves. */
static void
store_node__gives_ids_as_digests(void **state)
{
	const struct weft__path top = {0, 0};
	struct weft__arena arena = {NULL};
	struct weft__node node, below;
	struct store_fixture fixture;
	struct weft__oid root;
	struct all all;

	open_store(&fixture, &all, &root, 2500);
	store_ok(&fixture, weft__store_node(fixture.store, &root, top, &arena,
	    &node, &fixture.error));
	assert_int_equal(node.children[3].kind, WEFT__NODE_INNER);
	store_ok(&fixture, weft__store_node(fixture.store,
	    &node.children[3].digest, top, &arena, &below, &fixture.error));
	assert_false(below.is_leaf);
	for (int i = 0; i < 16; i++)
		assert_memory_equal(&below.children[i].digest,
		    &node.children[3].digests[i], WEFT__OID_SIZE);
	weft__arena_fini(&arena);
	close_store(&fixture, &all);
}

/* Where the trie ends above the path, what would be there is told. */
static void
store_node__below_a_leaf_has_its_part_of_it(void **state)
{
	struct store_fixture fixture;
	struct weft__oid root;
	struct all all;
	size_t found = 0;

	open_store(&fixture, &all, &root, 60);
	for (unsigned i = 0; i < 256; i++) {
		const struct weft__path path = weft__path_child(
		    weft__path_child((struct weft__path){0, 0}, i / 16),
		    i % 16);
		struct weft__arena arena = {NULL};
		struct weft__node node;

		store_ok(&fixture, weft__store_node(fixture.store, &root,
		    path, &arena, &node, &fixture.error));
		assert_true(node.is_leaf);
		assert_leaf(&all, path, &node);
		found += node.length;
		weft__arena_fini(&arena);
	}
	assert_int_equal(found, 60);
	close_store(&fixture, &all);
}

static void
store_node__of_no_records_is_an_empty_leaf(void **state)
{
	struct weft__arena arena = {NULL};
	struct store_fixture fixture;
	struct weft__node node;
	struct weft__oid root;
	struct all all;

	open_store(&fixture, &all, &root, 0);
	assert_true(weft__tree_is_empty(&root));
	store_ok(&fixture, weft__store_node(fixture.store, &root,
	    (struct weft__path){0, 0}, &arena, &node, &fixture.error));
	assert_true(node.is_leaf);
	assert_int_equal(node.length, 0);
	weft__arena_fini(&arena);
	close_store(&fixture, &all);
}

static void
store_node__of_an_unknown_root_is_not_found(void **state)
{
	const struct weft__oid nowhere = {{1}};
	struct weft__arena arena = {NULL};
	struct store_fixture fixture;
	struct weft__node node;
	struct weft__oid root;
	struct all all;

	open_store(&fixture, &all, &root, 3);
	assert_int_equal(weft__store_node(fixture.store, &nowhere,
	    (struct weft__path){0, 0}, &arena, &node, &fixture.error),
	    WEFT_ENOTFOUND);
	assert_int_equal(weft__store_find_prefix(fixture.store, &nowhere, 1,
	    note_record, &all, &fixture.error), WEFT_ENOTFOUND);
	weft__arena_fini(&arena);
	close_store(&fixture, &all);
}

static int
count_found(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct all *all = context;
	struct weft__oid hash;
	struct weft__symbol symbol;

	weft__sha1(id.data, id.size, &hash);
	symbol = weft__symbol_of(&hash, blob);
	assert_true(has_symbol(all, &symbol));
	all->seen++;
	return 0;
}

static void
store_find_prefix__finds_each_record_and_no_other(void **state)
{
	struct store_fixture fixture;
	struct weft__oid root;
	struct all all;

	open_store(&fixture, &all, &root, 1000);
	for (size_t i = 0; i < all.length; i++) {
		store_ok(&fixture, weft__store_find_prefix(fixture.store,
		    &root, all.symbols[i].id, count_found, &all,
		    &fixture.error));
		assert_int_equal(all.seen, i + 1);
		store_ok(&fixture, weft__store_find_prefix(fixture.store,
		    &root, all.symbols[i].id ^ 1, count_found, &all,
		    &fixture.error));
		assert_int_equal(all.seen, i + 1);
	}
	close_store(&fixture, &all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(store_node__tells_all_of_a_trie),
	    cmocka_unit_test(store_node__gives_ids_as_digests),
	    cmocka_unit_test(store_node__below_a_leaf_has_its_part_of_it),
	    cmocka_unit_test(store_node__of_no_records_is_an_empty_leaf),
	    cmocka_unit_test(store_node__of_an_unknown_root_is_not_found),
	    cmocka_unit_test(
		store_find_prefix__finds_each_record_and_no_other),
	};

	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
