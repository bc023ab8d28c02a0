/* Tests of weft_change_write(). */
#include "tests/lib/test.h"

#include <weft/change.h>

#include "core/base/alloc.h"

static void
assert_written(const struct weft_change *change, const char *json)
{
	struct weft_buf out = WEFT_BUF_INIT(4096);

	assert_int_equal(weft_change_write(change, &out), 0);
	assert_string_equal(out.data, json);
	weft_buf_fini(&out);
}

/* The id is SHA-1("Todo-t1"). */
static void
change_write__is_loopbacks_update(void **state)
{
	struct weft_change change = {
	    .model = weft_slice("Todo"),
	    .model_id = weft_slice("t1"),
	    .rev = weft_slice("r2"),
	    .prev = weft_slice("r1"),
	    .has_prev = true,
	    .checkpoint = 7,
	};

	assert_written(&change,
	    "{\"id\":\"2bb6492ce284c2c660c29a92c95dc07c75c6986f\","
	    "\"rev\":\"r2\",\"prev\":\"r1\",\"checkpoint\":7,"
	    "\"modelName\":\"Todo\",\"modelId\":\"t1\"}");
}

static void
change_write__leaves_out_an_absent_prev_and_writes_null_ones(void **state)
{
	struct weft_change change = {.model_id = weft_slice("t1")};

	assert_written(&change, "{\"id\":null,\"rev\":null,"
	    "\"modelName\":null,\"modelId\":\"t1\"}");
	change.has_prev = true;
	assert_written(&change, "{\"id\":null,\"rev\":null,\"prev\":null,"
	    "\"modelName\":null,\"modelId\":\"t1\"}");
}

static void
change_write__escapes_texts_and_adds_custom_properties(void **state)
{
	struct weft_change change = {
	    .model_id = weft_slice("a\"b"),
	    .rev = weft_slice("\\"),
	    .custom = weft_slice("{\"realm\":\"x\",\"z\":1}"),
	};

	assert_written(&change, "{\"id\":null,\"rev\":\"\\\\\","
	    "\"modelName\":null,\"modelId\":\"a\\\"b\","
	    "\"realm\":\"x\",\"z\":1}");
	change.custom = weft_slice("{}");
	assert_written(&change, "{\"id\":null,\"rev\":\"\\\\\","
	    "\"modelName\":null,\"modelId\":\"a\\\"b\"}");
}

static void
change_write__leaves_the_buffer_when_it_fails(void **state)
{
	struct weft_change change = {
	    .model = weft_slice("Todo"),
	    .model_id = weft_slice("t1"),
	};
	struct weft_change bad = {.model_id = weft_slice("\xff")};
	struct weft_buf whole = WEFT_BUF_INIT(1000);

	assert_int_equal(weft_change_write(&change, &whole), 0);
	for (size_t limit = 1; limit <= whole.size; limit++) {
		struct weft_buf out = WEFT_BUF_INIT(limit);

		assert_int_equal(weft_buf_append(&out, "x", 1), 0);
		assert_int_equal(
		    weft_change_write(&change, &out), WEFT_ELIMIT);
		assert_string_equal(out.data, "x");
		assert_int_equal(out.size, 1);
		weft_buf_fini(&out);
	}
	assert_int_equal(weft_change_write(&bad, &whole), WEFT_EJSON);
	weft_buf_fini(&whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(change_write__is_loopbacks_update),
	    cmocka_unit_test(
		change_write__leaves_out_an_absent_prev_and_writes_null_ones),
	    cmocka_unit_test(
		change_write__escapes_texts_and_adds_custom_properties),
	    cmocka_unit_test(change_write__leaves_the_buffer_when_it_fails),
	};

	return cmocka_run_group_tests_name("change_write", tests, NULL, NULL);
}
