/* Tests of transports/loopback/parts.h and update.h. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "transports/loopback/parts.h"
#include "transports/loopback/update.h"

static char seen[400];

static int
note(struct weft_slice item, size_t index, void *context,
    struct weft_error *error)
{
	size_t size = strlen(seen);

	snprintf(seen + size, sizeof seen - size, "%zu:%.*s ", index,
	    (int)item.size, item.data);
	return 0;
}

/* Reads a body in parts, "/" after each. */
static int
read_all(const char *body, const char *member, size_t count, size_t size,
    struct weft_error *error)
{
	struct weft__rest_parts parts;
	int code = weft__rest_parts_open(
	    &parts, weft_slice(body), member, count, size, error);

	seen[0] = '\0';
	while (!code && !parts.is_end) {
		code = weft__rest_parts_next(&parts, note, NULL, error);
		snprintf(seen + strlen(seen), 2, "/");
	}
	return code;
}

static void
parts_next__bounds_count_and_size(void **state)
{
	struct weft_error error;

	assert_int_equal(read_all("[]", NULL, 2, 100, &error), 0);
	assert_string_equal(seen, "/");
	assert_int_equal(read_all("[1,2,3]", NULL, 2, 100, &error), 0);
	assert_string_equal(seen, "0:1 1:2 /2:3 /");
	assert_int_equal(read_all("[1,2]", NULL, 2, 100, &error), 0);
	assert_string_equal(seen, "0:1 1:2 /");
	assert_int_equal(read_all("[\"abc\",2,3]", NULL, 9, 5, &error), 0);
	assert_string_equal(seen, "0:\"abc\" /1:2 2:3 /");
}

static void
parts_open__finds_the_member(void **state)
{
	struct weft_error error;

	assert_int_equal(read_all("{\"a\":{\"u\":[9]}, \"u\" : [1,2] , "
				  "\"z\":[]}", "u", 9, 99, &error), 0);
	assert_string_equal(seen, "0:1 1:2 /");
}

static void
parts_open__refuses_what_has_no_array(void **state)
{
	static const struct {
		const char *body;
		int code;
	} rows[] = {
	    {"{}", WEFT_EINVAL}, {"[]", WEFT_EINVAL}, {"{\"u\":{}}",
	    WEFT_EINVAL}, {"{\"u\":null}", WEFT_EINVAL}, {"null", WEFT_EINVAL},
	    {"{\"u\":[1]", WEFT_EJSON}, {"{\"u\":[1]}x", WEFT_EJSON},
	    {"{\"u\":[1],}", WEFT_EJSON}, {"", WEFT_EINVAL}, {"{\"u\":[1,]}",
	    WEFT_EJSON}, {"{\"u\" [1]}", WEFT_EJSON},
	    {"{\"u\":[1],\"u\":[]}", WEFT_EJSON},
	    {"{\"u\":[],\"\\u0075\":[1]}", WEFT_EJSON},
	    {"{\"\\u0075\":[],\"u\":[1]}", WEFT_EJSON},
	    {"{\"u\":[1]]}", WEFT_EJSON}, {"{\"u\":[1],\"z\"}", WEFT_EJSON},
	};
	struct weft_error error;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
		    read_all(rows[i].body, "u", 9, 99, &error), rows[i].code);
	assert_int_equal(read_all("{}", NULL, 9, 99, &error), WEFT_EINVAL);
	assert_string_equal(error.text, "Value is not an array.");
	assert_int_equal(read_all("[1]]", NULL, 9, 99, &error), WEFT_EJSON);
	assert_int_equal(read_all("[1", NULL, 9, 99, &error), WEFT_EJSON);
}

static int
read_update(const char *item, struct weft_update_list *list,
    struct weft_error *error)
{
	struct weft__rest_update_reader reader;
	int code;

	weft__rest_update_reader_init(&reader);
	code = weft__rest_update_read(
	    &reader, weft_slice(item), list, error);
	weft__rest_update_reader_fini(&reader);
	return code;
}

static void
update_read__keeps_the_change_as_it_was_sent(void **state)
{
	struct weft_update_list list = {0};
	static const char item[] =
	    "{\"type\":\"update\",\"data\":{\"b\":1,\"a\":2},"
	    "\"change\":{ \"rev\":\"x\", \"modelId\":\"t1\"}}";
	struct weft_error error;

	assert_int_equal(read_update(item, &list, &error), 0);
	assert_int_equal(list.length, 1);
	assert_int_equal(list.updates->type, WEFT_CHANGE_UPDATE);
	assert_true(weft_slice_equal(
	    list.updates->data, weft_slice("{\"a\":2,\"b\":1}")));
	assert_true(weft_slice_equal(
	    weft__rest_update_change(weft_slice(item)),
	    weft_slice("{ \"rev\":\"x\", \"modelId\":\"t1\"}")));
	weft_update_list_fini(&list);
}

static void
update_read__refuses_what_is_no_update(void **state)
{
	static const struct {
		const char *item;
		int code;
	} rows[] = {
	    {"1", WEFT_EINVAL}, {"{}", WEFT_EINVAL}, {"{", WEFT_EJSON},
	    {"{\"type\":\"drop\",\"change\":{\"modelId\":\"a\"}}",
		WEFT_EINVAL},
	    {"{\"type\":\"delete\"}", WEFT_EINVAL},
	    {"{\"type\":\"delete\",\"change\":[]}", WEFT_EINVAL},
	    {"{\"type\":\"delete\",\"change\":{}}", WEFT_EINVAL},
	    {"{\"type\":\"create\",\"change\":{\"modelId\":\"a\"}}",
		WEFT_EINVAL},
	    {"{\"type\":\"create\",\"change\":{\"modelId\":\"a\"},"
	     "\"data\":[]}", WEFT_EINVAL},
	    {"{\"type\":\"create\",\"change\":{\"modelId\":\"a\",\"rev\":1},"
	     "\"data\":{}}", WEFT_EINVAL},
	    {"{\"type\":\"delete\",\"change\":{\"modelId\":\"a\"},"
	     "\"type\":\"delete\"}", WEFT_EJSON},
	    {"{\"type\":\"delete\",\"change\":{\"modelId\":\"a\"},"
	     "\"else\":nul}", WEFT_EJSON},
	    {"{\"type\":\"delete\",\"change\":{\"modelId\":\"a\"},"
	     "\"data\":{\"a\":1,\"a\":2}}", WEFT_EJSON},
	    {"{\"type\":\"delete\",\"change\":{\"modelId\":\"a\"}}]",
		WEFT_EJSON},
	};
	struct weft_update_list list = {0};
	struct weft_error error;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
		    read_update(rows[i].item, &list, &error),
		    rows[i].code);
	assert_int_equal(list.length, 0);
	weft_update_list_fini(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_next__bounds_count_and_size),
	    cmocka_unit_test(parts_open__finds_the_member),
	    cmocka_unit_test(parts_open__refuses_what_has_no_array),
	    cmocka_unit_test(update_read__keeps_the_change_as_it_was_sent),
	    cmocka_unit_test(update_read__refuses_what_is_no_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
