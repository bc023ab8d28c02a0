/* Tests of core/store/tree.h and tombstone.h. */
#include "tests/lib/test.h"

#include <weft/error.h>

#include "core/store/tombstone.h"
#include "core/store/tree.h"

static const struct weft__oid one = {"11111111111111111111"};
static const struct weft__oid two = {"22222222222222222222"};

#define ENTRY(mode, name, digits) mode " " name "\0" digits

static void
tree_next__takes_entry_by_entry(void **state)
{
	static const char tree[] =
	    ENTRY("100644", "a", "11111111111111111111")
	        ENTRY("40000", "b", "22222222222222222222");
	struct weft_slice rest = {tree, sizeof tree - 1};
	struct weft__tree_entry entry;

	assert_int_equal(weft__tree_next(&rest, &entry), 0);
	assert_int_equal(entry.mode, WEFT__TREE_FILE);
	assert_true(weft_slice_equal(entry.name, weft_slice("a")));
	assert_true(weft__oid_equal(entry.oid, &one));
	assert_int_equal(weft__tree_next(&rest, &entry), 0);
	assert_int_equal(entry.mode, WEFT__TREE_FOLDER);
	assert_true(weft__oid_equal(entry.oid, &two));
	assert_int_equal(rest.size, 0);
}

static void
tree_next__refuses_what_the_store_would_not_write(void **state)
{
	static const struct weft_slice wrong[] = {
	    {"x", 1},
	    {ENTRY("100644", "", "11111111111111111111"), 28},
	    {ENTRY("100755", "a", "11111111111111111111"), 29},
	    {ENTRY("120000", "a", "11111111111111111111"), 29},
	    {ENTRY("040000", "a", "11111111111111111111"), 29},
	    {ENTRY("100644", "a", "1111111111111111111"), 28},
	    {"100644 abc", 10},
	    {"100644 ", 7},
	    {"100644", 6},
	};
	struct weft__tree_entry entry;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct weft_slice rest = wrong[i];

		assert_int_equal(
		    weft__tree_next(&rest, &entry), WEFT_EDAMAGED);
	}
}

static void
tree_with__keeps_gits_order(void **state)
{
	/* A folder sorts as if its name ended with a slash. */
	static const char *const names[] = {"a-b", "a", "ab", "A", "b"};
	static const char expected[] =
	    ENTRY("40000", "A", "11111111111111111111")
	        ENTRY("40000", "a-b", "11111111111111111111")
	            ENTRY("40000", "a", "11111111111111111111")
	                ENTRY("40000", "ab", "11111111111111111111")
	                    ENTRY("40000", "b", "11111111111111111111");
	struct weft_buf tree = WEFT_BUF_INIT(1000), next;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		weft_buf_init(&next, 1000);
		assert_int_equal(
		    weft__tree_with(weft_buf_slice(&tree),
		        weft_slice(names[i]), &one, &next),
		    0);
		weft_buf_fini(&tree);
		tree = next;
	}
	assert_int_equal(tree.size, sizeof expected - 1);
	assert_memory_equal(tree.data, expected, tree.size);
	weft_buf_fini(&tree);
}

static void
tree_with__replaces_and_removes(void **state)
{
	static const char tree[] =
	    ENTRY("100644", "a", "11111111111111111111")
	        ENTRY("40000", "d", "11111111111111111111")
	            ENTRY("40000", "r", "11111111111111111111");
	struct weft_slice all = {tree, sizeof tree - 1};
	struct weft_buf changed = WEFT_BUF_INIT(1000);
	const struct weft__oid *found;

	assert_int_equal(
	    weft__tree_with(all, weft_slice("r"), &two, &changed), 0);
	assert_int_equal(changed.size, all.size);
	assert_int_equal(weft__tree_find(weft_buf_slice(&changed),
	                     weft_slice("r"), &found),
	    0);
	assert_true(weft__oid_equal(found, &two));
	weft_buf_clear(&changed);
	assert_int_equal(weft__tree_with(all, weft_slice("d"),
	                     &weft__tree_empty, &changed),
	    0);
	assert_int_equal(weft__tree_find(weft_buf_slice(&changed),
	                     weft_slice("d"), &found),
	    0);
	assert_null(found);
	assert_int_equal(changed.size, all.size - 28);
	/* A file of that name is no folder. */
	assert_int_equal(
	    weft__tree_find(all, weft_slice("a"), &found), 0);
	assert_null(found);
	weft_buf_fini(&changed);
}

static void
tree_empty__is_the_tree_without_entries(void **state)
{
	static const struct weft__oid zero;
	struct weft__oid oid;

	weft__object_id("tree", "", 0, &oid);
	assert_true(weft__oid_equal(&oid, &weft__tree_empty));
	assert_true(weft__tree_is_empty(&oid));
	assert_true(weft__tree_is_empty(&zero));
	assert_false(weft__tree_is_empty(&one));
}

static void
tombstone_format__gives_the_text_of_the_format(void **state)
{
	static const char text[] =
	    "deleted\nprev 3131313131313131313131313131313131313131\n";
	static const struct weft__oid zero;
	char made[WEFT__TOMBSTONE_ROOM];
	struct weft__oid prev;

	assert_int_equal(
	    weft__tombstone_format(&one, made), sizeof text - 1);
	assert_memory_equal(made, text, sizeof text - 1);
	assert_true(weft__tombstone_parse(weft_slice(text), &prev));
	assert_true(weft__oid_equal(&prev, &one));
	assert_int_equal(weft__tombstone_format(&zero, made), 8);
	assert_true(weft__tombstone_parse(weft_slice_of(made, 8), &prev));
	assert_true(weft__oid_is_zero(&prev));
}

static void
tombstone_parse__skips_what_may_come_one_day(void **state)
{
	struct weft__oid prev;

	assert_true(weft__tombstone_parse(
	    weft_slice("deleted\nby somebody\n\n{\"id\":1}"), &prev));
	assert_true(weft__oid_is_zero(&prev));
	assert_true(weft__tombstone_parse(
	    weft_slice("deleted\nprev 3131313131313131313131313131313131313131"
	               "\nby somebody\n"),
	    &prev));
	assert_true(weft__oid_equal(&prev, &one));
}

static void
tombstone_parse__refuses_other_blobs(void **state)
{
	static const char *const wrong[] = {"", "deleted", "{}", "deleted ",
	    "deleted\nprev ", "deleted\nprev 31\n",
	    "deleted\nprev 3131313131313131313131313131313131313131",
	    "deleted\nprev 313131313131313131313131313131313131313G\n"};
	struct weft__oid prev;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(
		    weft__tombstone_parse(weft_slice(wrong[i]), &prev));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tree_next__takes_entry_by_entry),
	    cmocka_unit_test(
	        tree_next__refuses_what_the_store_would_not_write),
	    cmocka_unit_test(tree_with__keeps_gits_order),
	    cmocka_unit_test(tree_with__replaces_and_removes),
	    cmocka_unit_test(tree_empty__is_the_tree_without_entries),
	    cmocka_unit_test(tombstone_format__gives_the_text_of_the_format),
	    cmocka_unit_test(tombstone_parse__skips_what_may_come_one_day),
	    cmocka_unit_test(tombstone_parse__refuses_other_blobs),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
