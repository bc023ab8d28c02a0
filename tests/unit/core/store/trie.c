/*
 * Tests of core/store/trie.h below the records: with hashes of our choice, by
 * way of hashed names, so that a trie gets as deep as it can.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/store/name.h"
#include "core/store/tree.h"
#include "core/store/trie.h"
#include "tests/lib/faulty_files.h"
#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

#define ITEMS 600

struct setup {
	struct store_fixture fixture;
	struct weft__directory directory;
	struct weft__objects *objects;
	struct weft__arena arena;
	struct weft_error error;
	struct weft__trie_item items[ITEMS];
	struct weft__trie_item *list[ITEMS];
	char names[ITEMS][WEFT__NAME_HASHED_SIZE + 1];
};

static const struct weft__oid some_id = {"iiiiiiiiiiiiiiiiiiii"};

/* Hashes of few different digits, the first 'depth' all the same. */
static void
setup_open(struct setup *setup, unsigned depth, unsigned digits)
{
	struct random random = {depth * 100 + digits};

	memset(setup, 0, sizeof *setup);
	faulty_files_count(); /* nothing waits for the disk */
	store_fixture_open(&setup->fixture);
	assert_int_equal(weft__directory_open(&setup->directory,
	                     setup->fixture.path, &setup->error),
	    0);
	assert_int_equal(weft__objects_open(&setup->directory,
	                     &setup->objects, &setup->error),
	    0);
	for (unsigned i = 0; i < ITEMS; i++) {
		struct weft__trie_item *item = &setup->items[i];

		weft__sha1(&i, sizeof i, &item->hash);
		for (unsigned j = 0; j < WEFT__TRIE_DEPTH + 1; j++) {
			unsigned digit =
			    (unsigned)random_below(&random, digits);

			if (j < depth)
				digit = 0;
			item->hash.bytes[j / 2] &= j % 2 ? 0xf0 : 0x0f;
			item->hash.bytes[j / 2] |=
			    (unsigned char)(j % 2 ? digit : digit << 4);
		}
		memcpy(setup->names[i], "%h", 2);
		weft__oid_format(&item->hash, setup->names[i] + 2);
		item->name = setup->names[i];
		item->name_size = WEFT__NAME_HASHED_SIZE;
		item->id_blob = &some_id;
		item->hashed = true;
	}
}

static void
setup_close(struct setup *setup)
{
	weft__arena_fini(&setup->arena);
	weft__objects_close(setup->objects);
	weft__directory_close(&setup->directory);
	store_fixture_close(&setup->fixture);
	faulty_files_off();
}

/* Applies the items from 'first' on to the trie 'old'. */
static void
update(struct setup *setup, const struct weft__oid *old, size_t first,
    size_t count, struct weft__oid *root)
{
	struct weft__pack pack;

	for (size_t i = 0; i < count; i++)
		setup->list[i] = &setup->items[first + i];
	assert_int_equal(
	    weft__pack_init(&pack, &setup->directory, &setup->error), 0);
	assert_int_equal(weft__trie_update(setup->objects, &pack,
	                     &setup->arena, old, WEFT__TRIE_LIVE,
	                     setup->list, count, root, &setup->error),
	    0);
	assert_int_equal(weft__pack_publish(&pack, &setup->error), 0);
	weft__pack_fini(&pack);
}

static void
set_state(struct setup *setup, size_t first, size_t count,
    enum weft__trie_state state)
{
	for (size_t i = first; i < first + count; i++)
		setup->items[i].state = (uint8_t)state;
}

/* The number of nodes on the longest way down. */
static unsigned
measure_depth(struct setup *setup, const struct weft__oid *oid, unsigned depth)
{
	struct weft__arena_mark mark = weft__arena_mark(&setup->arena);
	struct weft__trie_node node;
	unsigned deepest = depth, found;

	assert_int_equal(weft__trie_load(setup->objects, &setup->arena, oid,
	                     depth, &node, &setup->error),
	    0);
	for (unsigned i = 0; !node.is_leaf && i < WEFT__TRIE_WIDTH; i++) {
		if (weft__oid_is_zero(&node.children[i]))
			continue;
		found = measure_depth(setup, &node.children[i], depth + 1);
		deepest = found > deepest ? found : deepest;
	}
	weft__arena_release(&setup->arena, mark);
	return deepest;
}

static void
trie_update__splits_beyond_64_and_merges_again(void **state)
{
	struct setup setup;
	struct weft__oid none = {{0}}, full, split, root;

	setup_open(&setup, 0, 16);
	set_state(&setup, 0, ITEMS, WEFT__TRIE_LIVE);
	update(&setup, &none, 0, WEFT_LIMIT_TRIE_LEAF, &full);
	assert_int_equal(measure_depth(&setup, &full, 0), 0);
	update(&setup, &full, WEFT_LIMIT_TRIE_LEAF, 1, &split);
	assert_int_equal(measure_depth(&setup, &split, 0), 1);
	set_state(&setup, WEFT_LIMIT_TRIE_LEAF, 1, WEFT__TRIE_NONE);
	update(&setup, &split, WEFT_LIMIT_TRIE_LEAF, 1, &root);
	assert_memory_equal(&root, &full, sizeof root);
	set_state(&setup, 0, ITEMS, WEFT__TRIE_DELETED);
	update(&setup, &split, 0, ITEMS, &root);
	assert_true(weft__oid_is_zero(&root));
	setup_close(&setup);
}

static void
trie_update__does_not_grow_deeper_than_15(void **state)
{
	struct setup setup;
	struct weft__oid none = {{0}}, root, again, blob;

	setup_open(&setup, WEFT__TRIE_DEPTH, 16);
	set_state(&setup, 0, ITEMS, WEFT__TRIE_LIVE);
	update(&setup, &none, 0, 65, &root);
	assert_int_equal(measure_depth(&setup, &root, 0), WEFT__TRIE_DEPTH);
	update(&setup, &root, 65, ITEMS - 65, &root);
	assert_int_equal(measure_depth(&setup, &root, 0), WEFT__TRIE_DEPTH);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(weft__trie_find(setup.objects, &root,
		                     &setup.items[i].hash,
		                     weft_slice(setup.names[i]), &blob,
		                     &setup.error),
		    0);
	/* 64 left: all 15 levels are one leaf again. */
	set_state(&setup, 64, ITEMS - 64, WEFT__TRIE_NONE);
	update(&setup, &root, 64, ITEMS - 64, &root);
	assert_int_equal(measure_depth(&setup, &root, 0), 0);
	update(&setup, &none, 0, 64, &again);
	assert_memory_equal(&root, &again, sizeof root);
	setup_close(&setup);
}

/* Random changes, each time compared with the trie made at once. */
static void
change_randomly(unsigned depth, unsigned digits)
{
	struct setup setup;
	struct weft__oid none = {{0}}, root = {{0}}, fresh;
	struct random random = {depth + 17 * digits};

	setup_open(&setup, depth, digits);
	for (int round = 0; round < 40; round++) {
		uint64_t percent = random_below(&random, 101);
		size_t first = random_below(&random, ITEMS);
		size_t count = 1 + random_below(&random, ITEMS - first);

		for (size_t i = first; i < first + count; i++) {
			setup.items[i].blob.bytes[0] =
			    (unsigned char)random_below(&random, 2);
			set_state(&setup, i, 1,
			    random_below(&random, 100) < percent
			        ? WEFT__TRIE_LIVE
			        : WEFT__TRIE_NONE);
		}
		update(&setup, &root, first, count, &root);
		update(&setup, &none, 0, ITEMS, &fresh);
		assert_memory_equal(&root, &fresh, sizeof root);
	}
	setup_close(&setup);
}

static void
trie_update__gives_the_same_root_whatever_the_history(void **state)
{
	change_randomly(0, 16);
	change_randomly(0, 2);
	change_randomly(0, 1);
	change_randomly(5, 3);
	change_randomly(13, 2);
	change_randomly(14, 4);
	change_randomly(15, 16);
}

static void
trie_update__writes_nothing_for_what_is_there(void **state)
{
	struct setup setup;
	struct weft__oid none = {{0}}, root, again;
	unsigned packs;

	setup_open(&setup, 2, 3);
	set_state(&setup, 0, 300, WEFT__TRIE_LIVE);
	update(&setup, &none, 0, ITEMS, &root);
	packs = store_count_files(&setup.fixture, ".pack");
	update(&setup, &root, 0, ITEMS, &again);
	assert_memory_equal(&root, &again, sizeof root);
	assert_int_equal(store_count_files(&setup.fixture, ".pack"), packs);
	setup_close(&setup);
}

struct differences {
	const struct setup *setup;
	bool in_a[ITEMS], in_b[ITEMS]; /* what must be found */
	uint8_t blob_a[ITEMS], blob_b[ITEMS];
	unsigned found;
};

static int
check_difference(const struct weft__trie_item *a,
    const struct weft__trie_item *b, void *context)
{
	struct differences *differences = context;
	const struct weft__trie_item *item = a ? a : b;
	size_t i = 0;

	while (memcmp(differences->setup->names[i], item->name,
	           WEFT__NAME_HASHED_SIZE) != 0)
		i++;
	assert_int_equal(differences->in_a[i], a != NULL);
	assert_int_equal(differences->in_b[i], b != NULL);
	if (a)
		assert_int_equal(
		    a->blob.bytes[0], differences->blob_a[i]);
	if (b)
		assert_int_equal(
		    b->blob.bytes[0], differences->blob_b[i]);
	differences->found++;
	return 0;
}

/* Makes a random trie and notes what is in it. */
static void
make_random(struct setup *setup, struct random *random, bool *in,
    uint8_t *blob, struct weft__oid *root)
{
	struct weft__oid none = {{0}};
	uint64_t percent = random_below(random, 101);

	for (size_t i = 0; i < ITEMS; i++) {
		in[i] = random_below(random, 100) < percent;
		blob[i] = (uint8_t)random_below(random, 2);
		setup->items[i].blob.bytes[0] = blob[i];
		set_state(setup, i, 1,
		    in[i] ? WEFT__TRIE_LIVE : WEFT__TRIE_NONE);
	}
	update(setup, &none, 0, ITEMS, root);
}

static void
diff_randomly(unsigned depth, unsigned digits)
{
	struct setup setup;
	struct random random = {depth + 31 * digits};

	setup_open(&setup, depth, digits);
	for (int round = 0; round < 20; round++) {
		struct differences differences = {&setup};
		struct weft__trie_side a = {setup.objects, {{0}}};
		struct weft__trie_side b = {setup.objects, {{0}}};
		unsigned expected = 0;

		make_random(&setup, &random, differences.in_a,
		    differences.blob_a, &a.root);
		make_random(&setup, &random, differences.in_b,
		    differences.blob_b, &b.root);
		for (size_t i = 0; i < ITEMS; i++)
			expected += differences.in_a[i] !=
			        differences.in_b[i] ||
			    (differences.in_a[i] &&
			        differences.blob_a[i] !=
			            differences.blob_b[i]);
		assert_int_equal(weft__trie_diff(&a, &b, check_difference,
		                     &differences, &setup.error),
		    0);
		assert_int_equal(differences.found, expected);
		assert_int_equal(weft__trie_diff(&a, &a, check_difference,
		                     &differences, &setup.error),
		    0);
		assert_int_equal(differences.found, expected);
	}
	setup_close(&setup);
}

static void
trie_diff__finds_what_differs_and_nothing_else(void **state)
{
	diff_randomly(0, 16);
	diff_randomly(0, 2);
	diff_randomly(10, 2);
	diff_randomly(15, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(trie_update__splits_beyond_64_and_merges_again),
	    cmocka_unit_test(trie_update__does_not_grow_deeper_than_15),
	    cmocka_unit_test(
	        trie_update__gives_the_same_root_whatever_the_history),
	    cmocka_unit_test(trie_update__writes_nothing_for_what_is_there),
	    cmocka_unit_test(trie_diff__finds_what_differs_and_nothing_else),
	};

	return cmocka_run_group_tests_name("trie", tests, NULL, NULL);
}
