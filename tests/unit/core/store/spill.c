/* Tests of core/store/spill.h. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/store/spill.h"
#include "tests/lib/store_fixture.h"

#define COUNT 3000
#define RUNS 3

struct setup {
	struct store_fixture fixture;
	struct weft__directory directory;
	struct weft__file file;
	struct weft__spill spill;
	struct weft__trie_item items[COUNT];
	struct weft__oid id_blobs[COUNT];
	char names[COUNT][16];
	bool seen[COUNT];
};

static void
setup_open(struct setup *setup)
{
	memset(setup, 0, sizeof *setup);
	store_fixture_open(&setup->fixture);
	assert_int_equal(weft__directory_open(&setup->directory,
	                     setup->fixture.path, &setup->fixture.error),
	    0);
	assert_int_equal(weft__spill_create(&setup->file, &setup->directory,
	                     &setup->fixture.error),
	    0);
	assert_int_equal(store_count_files(&setup->fixture, ".tmp"), 0);
	setup->spill.file = &setup->file;
	for (unsigned i = 0; i < COUNT; i++) {
		struct weft__trie_item *item = &setup->items[i];

		snprintf(setup->names[i], sizeof setup->names[i], "%u", i);
		item->name = setup->names[i];
		item->name_size = (uint16_t)strlen(item->name);
		item->hashed = true;
		item->state = i % 3;
		weft__sha1(item->name, item->name_size, &item->hash);
		weft__sha1(&i, sizeof i, &item->blob);
		weft__sha1(&item->blob, 19, &setup->id_blobs[i]);
		if (i % 7 == 0)
			item->id_blob = &setup->id_blobs[i];
	}
}

static void
setup_close(struct setup *setup)
{
	weft__spill_fini(&setup->spill);
	weft__file_close(&setup->file);
	weft__directory_close(&setup->directory);
	store_fixture_close(&setup->fixture);
}

/* Every item from 'first' on, 'step' apart, as a run. */
static void
add(struct setup *setup, unsigned first, unsigned step)
{
	static struct weft__trie_item *list[COUNT];
	size_t count = 0;

	for (unsigned i = first; i < COUNT; i += step)
		list[count++] = &setup->items[i];
	assert_int_equal(weft__spill_add(&setup->spill, list, count,
	                     &setup->fixture.error),
	    0);
}

static void
check_item(struct setup *setup, const struct weft__trie_item *item)
{
	const struct weft__trie_item *given;
	unsigned number = 0;

	for (unsigned i = 0; i < item->name_size; i++)
		number = number * 10 + (unsigned)(item->name[i] - '0');
	assert_true(number < COUNT && !setup->seen[number]);
	setup->seen[number] = true;
	given = &setup->items[number];
	assert_memory_equal(&item->hash, &given->hash, sizeof item->hash);
	assert_memory_equal(&item->blob, &given->blob, sizeof item->blob);
	assert_int_equal(item->state, given->state);
	assert_int_equal(item->hashed, true);
	assert_int_equal(item->id_blob != NULL, given->id_blob != NULL);
	if (item->id_blob)
		assert_memory_equal(item->id_blob, given->id_blob,
		    sizeof *item->id_blob);
}

/* All items, once; returns how many were left out. */
static unsigned
check_all(struct setup *setup)
{
	struct weft__trie_item **items;
	unsigned repeated = 0;
	size_t count;

	memset(setup->seen, 0, sizeof setup->seen);
	for (unsigned byte = 0; byte < WEFT__SPILL_PARTS; byte++) {
		assert_int_equal(weft__spill_load(&setup->spill, byte, &items,
		                     &count, &setup->fixture.error),
		    0);
		assert_int_equal(count != 0, setup->spill.present[byte]);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(items[i]->hash.bytes[0], byte);
			check_item(setup, items[i]);
		}
		repeated += setup->spill.repeated[byte];
	}
	for (unsigned i = 0; i < COUNT; i++)
		assert_true(setup->seen[i]);
	return repeated;
}

static void
spill_load__gives_back_all_runs(void **state)
{
	static struct setup setup;

	setup_open(&setup);
	for (unsigned i = 0; i < RUNS; i++)
		add(&setup, i, RUNS);
	assert_int_equal(check_all(&setup), 0);
	assert_int_equal(check_all(&setup), 0);
	setup_close(&setup);
}

static void
spill_load__gives_an_item_once(void **state)
{
	static struct setup setup;

	setup_open(&setup);
	add(&setup, 0, 1);
	add(&setup, 0, 2);
	assert_int_equal(check_all(&setup), COUNT / 2);
	setup_close(&setup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spill_load__gives_back_all_runs),
	    cmocka_unit_test(spill_load__gives_an_item_once),
	};

	return cmocka_run_group_tests_name("spill", tests, NULL, NULL);
}
