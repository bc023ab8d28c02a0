/* Tests of the lists of include/weft/change.h. */
#include "tests/lib/test.h"

#include <weft/change.h>

#include "core/base/alloc.h"

static struct weft_change
sample(void)
{
	return (struct weft_change){
	    .model = weft_slice("Todo"),
	    .model_id = weft_slice("t1"),
	    .rev = weft_slice("r2"),
	    .prev = weft_slice("r1"),
	    .has_prev = true,
	    .checkpoint = 7,
	    .custom = weft_slice("{\"realm\":\"x\"}"),
	};
}

static void
assert_slice(struct weft_slice slice, const char *text)
{
	assert_true(weft_slice_equal(slice, weft_slice(text)));
}

static void
change_list_append__copies_every_text(void **state)
{
	struct weft_change_list list = {0};
	char id[] = "t1";
	struct weft_change change = sample();

	change.model_id = weft_slice(id);
	assert_int_equal(weft_change_list_append(&list, &change), 0);
	id[1] = '2';
	change.rev = weft_slice(NULL);
	assert_int_equal(weft_change_list_append(&list, &change), 0);
	assert_int_equal(list.length, 2);
	assert_slice(list.changes[0].model, "Todo");
	assert_slice(list.changes[0].model_id, "t1");
	assert_slice(list.changes[0].rev, "r2");
	assert_slice(list.changes[0].prev, "r1");
	assert_true(list.changes[0].has_prev);
	assert_int_equal(list.changes[0].checkpoint, 7);
	assert_slice(list.changes[0].custom, "{\"realm\":\"x\"}");
	assert_slice(list.changes[1].model_id, "t2");
	assert_slice(list.changes[1].rev, NULL);
	weft_change_list_fini(&list);
}

static void
change_list_clear__leaves_an_empty_usable_list(void **state)
{
	struct weft_change_list list = {0};
	struct weft_change change = sample();

	weft_change_list_clear(&list);
	assert_int_equal(weft_change_list_append(&list, &change), 0);
	weft_change_list_clear(&list);
	assert_int_equal(list.length, 0);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(weft_change_list_append(&list, &change), 0);
	assert_slice(list.changes[4999].rev, "r2");
	weft_change_list_fini(&list);
	assert_null(list.changes);
	assert_int_equal(list.length, 0);
}

static void
change_list_append__leaves_the_list_when_memory_is_out(void **state)
{
	struct weft_change change = sample();

	for (int i = 0; i < 3; i++) {
		struct weft_change_list list = {0};

		weft__alloc_fail_after((uint64_t)i, true);
		assert_int_equal(
		    weft_change_list_append(&list, &change), WEFT_ENOMEM);
		weft__alloc_fail_never();
		assert_int_equal(list.length, 0);
		assert_int_equal(weft_change_list_append(&list, &change), 0);
		assert_slice(list.changes[0].rev, "r2");
		weft_change_list_fini(&list);
	}
}

static void
update_list_append__copies_change_and_data(void **state)
{
	struct weft_update_list list = {0};
	char data[] = "{\"a\":1}";
	struct weft_update update = {WEFT_CHANGE_UPDATE, sample(),
	    weft_slice(data), weft_slice("r1\n")};

	assert_int_equal(weft_update_list_append(&list, &update), 0);
	data[5] = '2';
	update.type = WEFT_CHANGE_DELETE;
	update.data = weft_slice(NULL);
	assert_int_equal(weft_update_list_append(&list, &update), 0);
	assert_int_equal(list.length, 2);
	assert_int_equal(list.updates[0].type, WEFT_CHANGE_UPDATE);
	assert_slice(list.updates[0].data, "{\"a\":1}");
	assert_slice(list.updates[0].change.prev, "r1");
	assert_slice(list.updates[0].history, "r1\n");
	assert_int_equal(list.updates[1].type, WEFT_CHANGE_DELETE);
	assert_slice(list.updates[1].data, NULL);
	weft_update_list_clear(&list);
	assert_int_equal(list.length, 0);
	weft_update_list_fini(&list);
}

static void
update_list_append__leaves_the_list_when_memory_is_out(void **state)
{
	struct weft_update update = {WEFT_CHANGE_UPDATE, sample(),
	    weft_slice("{}"), weft_slice("r1\n")};

	for (int i = 0; i < 3; i++) {
		struct weft_update_list list = {0};

		weft__alloc_fail_after((uint64_t)i, true);
		assert_int_equal(
		    weft_update_list_append(&list, &update), WEFT_ENOMEM);
		weft__alloc_fail_never();
		assert_int_equal(list.length, 0);
		weft_update_list_fini(&list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(change_list_append__copies_every_text),
	    cmocka_unit_test(change_list_clear__leaves_an_empty_usable_list),
	    cmocka_unit_test(
		change_list_append__leaves_the_list_when_memory_is_out),
	    cmocka_unit_test(update_list_append__copies_change_and_data),
	    cmocka_unit_test(
		update_list_append__leaves_the_list_when_memory_is_out),
	};

	return cmocka_run_group_tests_name("change_list", tests, NULL, NULL);
}
