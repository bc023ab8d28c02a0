/* Tests of weft_change_list_parse(). */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/change.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

static void
assert_slice(struct weft_slice slice, const char *text)
{
	assert_true(weft_slice_equal(slice, weft_slice(text)));
}

static void
parse(struct weft_change_list *list, const char *json)
{
	struct weft_error error = {0, ""};

	if (weft_change_list_parse(list, weft_slice(json), &error))
		fail_msg("%s: %s", json, error.text);
}

static void
change_list_parse__reads_an_array(void **state)
{
	struct weft_change_list list = {0};

	parse(&list, "[{\"id\":\"ignored\",\"rev\":\"r2\",\"prev\":\"r1\","
	    "\"checkpoint\":7,\"modelName\":\"Todo\",\"modelId\":\"t1\"},"
	    " {\"modelId\":\"t2\",\"rev\":null,\"prev\":null}, "
	    "{\"modelId\":\"t3\",\"rev\":\"x\"}]");
	assert_int_equal(list.length, 3);
	assert_slice(list.changes[0].model, "Todo");
	assert_slice(list.changes[0].model_id, "t1");
	assert_slice(list.changes[0].rev, "r2");
	assert_slice(list.changes[0].prev, "r1");
	assert_true(list.changes[0].has_prev);
	assert_int_equal(list.changes[0].checkpoint, 7);
	assert_slice(list.changes[0].custom, NULL);
	assert_slice(list.changes[1].rev, NULL);
	assert_true(list.changes[1].has_prev);
	assert_slice(list.changes[1].prev, NULL);
	assert_slice(list.changes[1].model, NULL);
	assert_false(list.changes[2].has_prev);
	assert_slice(list.changes[2].prev, NULL);
	weft_change_list_fini(&list);
}

static void
change_list_parse__reads_one_object_and_an_empty_array(void **state)
{
	struct weft_change_list list = {0};

	parse(&list, "{\"modelId\":\"t1\"}");
	parse(&list, "[]");
	parse(&list, "[{\"modelId\":\"t2\"}]");
	assert_int_equal(list.length, 2);
	assert_slice(list.changes[0].model_id, "t1");
	assert_slice(list.changes[1].model_id, "t2");
	weft_change_list_fini(&list);
}

static void
change_list_parse__takes_a_number_as_id_text(void **state)
{
	struct weft_change_list list = {0};

	parse(&list, "[{\"modelId\":17},{\"modelId\":1.50}]");
	assert_slice(list.changes[0].model_id, "17");
	assert_slice(list.changes[1].model_id, "1.5");
	weft_change_list_fini(&list);
}

static void
change_list_parse__decodes_escapes(void **state)
{
	struct weft_change_list list = {0};

	parse(&list, "{\"modelId\":\"a\\\"b\\u00e9\",\"modelName\":\"\\\\\","
	    "\"rev\":\"\\u0041\"}");
	assert_slice(list.changes[0].model_id, "a\"b\xc3\xa9");
	assert_slice(list.changes[0].model, "\\");
	assert_slice(list.changes[0].rev, "A");
	weft_change_list_fini(&list);
}

static void
change_list_parse__takes_an_empty_revision_as_null(void **state)
{
	struct weft_change_list list = {0};

	parse(&list, "{\"modelId\":\"t1\",\"rev\":\"\",\"prev\":\"\"}");
	assert_slice(list.changes[0].rev, NULL);
	assert_slice(list.changes[0].prev, NULL);
	assert_true(list.changes[0].has_prev);
	weft_change_list_fini(&list);
}

static void
change_list_parse__keeps_other_members_as_custom(void **state)
{
	struct weft_change_list list = {0};
	struct weft_buf json = WEFT_BUF_INIT(1000);

	parse(&list, "{\"z\":[1, 2],\"modelId\":\"t1\",\"realm\":\"x\"}");
	assert_slice(
	    list.changes[0].custom, "{\"realm\":\"x\",\"z\":[1,2]}");
	assert_int_equal(weft_change_write(&list.changes[0], &json), 0);
	assert_string_equal(json.data,
	    "{\"id\":null,\"rev\":null,"
	    "\"modelName\":null,\"modelId\":\"t1\",\"realm\":\"x\","
	    "\"z\":[1,2]}");
	weft_buf_fini(&json);
	weft_change_list_fini(&list);
}

static void
assert_refused(const char *json, int code, const char *text)
{
	struct weft_change_list list = {0};
	struct weft_error error = {0, ""};

	parse(&list, "{\"modelId\":\"kept\"}");
	assert_int_equal(
	    weft_change_list_parse(&list, weft_slice(json), &error), code);
	assert_int_equal(error.code, code);
	if (text)
		assert_string_equal(error.text, text);
	assert_int_equal(list.length, 1);
	assert_slice(list.changes[0].model_id, "kept");
	weft_change_list_fini(&list);
}

static void
change_list_parse__refuses_what_is_no_change(void **state)
{
	assert_refused("[", WEFT_EJSON, NULL);
	assert_refused("17", WEFT_EINVAL,
	    "neither a change nor an array of changes");
	assert_refused("[{\"modelId\":\"a\"},17]", WEFT_EINVAL,
	    "change 1: a change is not an object");
	assert_refused("[{}]", WEFT_EINVAL, "change 0: modelId is missing");
	assert_refused("{\"modelId\":\"\"}", WEFT_EINVAL,
	    "modelId is missing");
	assert_refused("{\"modelId\":null}", WEFT_EINVAL,
	    "modelId is missing");
	assert_refused("{\"modelId\":{}}", WEFT_EINVAL,
	    "modelId is not text");
	assert_refused("{\"modelId\":\"a\\u0000b\"}", WEFT_EINVAL, NULL);
	assert_refused("{\"modelId\":\"a\",\"modelName\":1}", WEFT_EINVAL,
	    "modelName is not text");
	assert_refused("{\"modelId\":\"a\",\"rev\":1}", WEFT_EINVAL,
	    "rev is not text");
	assert_refused("{\"modelId\":\"a\",\"prev\":false}", WEFT_EINVAL,
	    "prev is not text");
	assert_refused("{\"modelId\":\"a\",\"rev\":\"\\n\"}", WEFT_EINVAL,
	    NULL);
}

static void
change_list_parse__refuses_checkpoints_that_cannot_be(void **state)
{
	assert_refused("{\"modelId\":\"a\",\"checkpoint\":\"1\"}",
	    WEFT_EINVAL, "checkpoint is not a number");
	assert_refused("{\"modelId\":\"a\",\"checkpoint\":-1}", WEFT_EINVAL,
	    "checkpoint is out of range");
	assert_refused("{\"modelId\":\"a\",\"checkpoint\":1e300}",
	    WEFT_EINVAL, "checkpoint is out of range");
	assert_refused("{\"modelId\":\"a\",\"checkpoint\":1.5}", WEFT_EINVAL,
	    "checkpoint is not an integer");
}

/* A change with an id and a revision of these sizes. */
static int
parse_sized(int id_size, int rev_size)
{
	static char json[2 * WEFT_LIMIT_ID_SIZE];
	struct weft_change_list list = {0};
	int code;

	snprintf(json, sizeof json, "{\"modelId\":\"%0*d\",\"rev\":\"%0*d\"}",
	    id_size, 1, rev_size, 1);
	code = weft_change_list_parse(&list, weft_slice(json), NULL);
	weft_change_list_fini(&list);
	return code;
}

static void
change_list_parse__takes_its_limits_and_no_more(void **state)
{
	assert_int_equal(
	    parse_sized(WEFT_LIMIT_ID_SIZE, WEFT_LIMIT_REV_SIZE), 0);
	assert_int_equal(
	    parse_sized(WEFT_LIMIT_ID_SIZE + 1, 1), WEFT_EINVAL);
	assert_int_equal(
	    parse_sized(1, WEFT_LIMIT_REV_SIZE + 1), WEFT_EINVAL);
}

static void
change_list_parse__leaves_the_list_when_memory_is_out(void **state)
{
	const struct weft_slice json = weft_slice("[{\"modelId\":\"a\\\"\","
	    "\"rev\":\"r\",\"x\":1},{\"modelId\":\"b\"}]");
	int code = WEFT_ENOMEM;

	for (uint64_t i = 0; code; i++) {
		struct weft_change_list list = {0};

		weft__alloc_fail_after(i, true);
		code = weft_change_list_parse(&list, json, NULL);
		weft__alloc_fail_never();
		if (code)
			assert_int_equal(code, WEFT_ENOMEM);
		assert_int_equal(list.length, code ? 0 : 2);
		weft_change_list_fini(&list);
		assert_true(i < 100);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(change_list_parse__reads_an_array),
	    cmocka_unit_test(
		change_list_parse__reads_one_object_and_an_empty_array),
	    cmocka_unit_test(change_list_parse__takes_a_number_as_id_text),
	    cmocka_unit_test(change_list_parse__decodes_escapes),
	    cmocka_unit_test(
		change_list_parse__takes_an_empty_revision_as_null),
	    cmocka_unit_test(
		change_list_parse__keeps_other_members_as_custom),
	    cmocka_unit_test(change_list_parse__refuses_what_is_no_change),
	    cmocka_unit_test(
		change_list_parse__refuses_checkpoints_that_cannot_be),
	    cmocka_unit_test(change_list_parse__takes_its_limits_and_no_more),
	    cmocka_unit_test(
		change_list_parse__leaves_the_list_when_memory_is_out),
	};

	return cmocka_run_group_tests_name("change_parse", tests, NULL, NULL);
}
