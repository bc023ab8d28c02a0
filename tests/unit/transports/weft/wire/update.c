/* Tests of updates in both forms. */
#include "tests/lib/test.h"

#include "core/base/json.h"
#include "transports/weft/wire/update.h"

#define HASH_A "0123456789abcdef0123456789abcdef01234567"
#define HASH_B "fedcba9876543210fedcba9876543210fedcba98"

static const struct weft_update samples[] = {
    {.change = {.model_id = {"1", 1}, .rev = {HASH_A, 40}},
	.data = {"{\"id\":1}", 8}},
    {.change = {.model_id = {"2", 1},
	 .rev = {HASH_A, 40},
	 .prev = {HASH_B, 40},
	 .has_prev = true,
	 .checkpoint = 300,
	 .generation = 2},
	.data = {"{}", 2},
	.history = {HASH_B "\n", 41}},
    {.change = {.model_id = {"a\"b", 3},
	 .prev = {"3-x", 3},
	 .has_prev = true},
	.history = {"3-x\n\n" HASH_A "\n", 4 + 1 + 41}},
    {.change = {.model_id = {"4", 1}, .rev = {"1-a", 3}, .has_prev = true},
	.data = {"{\"a\":\"\\u0000\"}", 14},
	.history = {"", 0}},
};

#define SAMPLES (sizeof samples / sizeof *samples)

static void
check_same(const struct weft_update *a, const struct weft_update *b)
{
	assert_true(weft_slice_equal(a->change.model_id, b->change.model_id));
	assert_true(weft_slice_equal(a->change.rev, b->change.rev));
	assert_true(weft_slice_equal(a->change.prev, b->change.prev));
	assert_int_equal(a->change.has_prev, b->change.has_prev);
	assert_int_equal(a->change.checkpoint, b->change.checkpoint);
	assert_int_equal(a->change.generation, b->change.generation);
	assert_true(weft_slice_equal(a->data, b->data));
	assert_true(weft_slice_equal(a->history, b->history));
}

/* What a message would make of a body. */
static struct weft_slice
settle(struct weft__json *json, bool is_binary, struct weft_slice body)
{
	if (is_binary)
		return body;
	assert_int_equal(weft__json_scan(json, body.data, body.size,
			     &weft__json_record_limits, NULL),
	    0);
	return weft_buf_slice(&json->text);
}

static int
read_updates(
    struct weft_slice body, bool is_binary, struct weft_update_list *list)
{
	struct weft__json json;
	int code;

	weft__json_init(&json);
	code = weft__repl_read_updates(settle(&json, is_binary, body),
	    is_binary, weft_slice("M"), list, NULL);
	weft__json_fini(&json);
	return code;
}

static void
check_form(bool is_binary)
{
	struct weft_buf out = WEFT_BUF_INIT(4096);
	struct weft_update_list list = {0};

	assert_int_equal(weft__repl_write_updates(
			     &out, is_binary, samples, SAMPLES, 32),
	    0);
	assert_int_equal(
	    read_updates(weft_buf_slice(&out), is_binary, &list), 0);
	assert_int_equal(list.length, SAMPLES);
	for (size_t i = 0; i < SAMPLES; i++) {
		check_same(&list.updates[i], &samples[i]);
		assert_true(weft_slice_equal(
		    list.updates[i].change.model, weft_slice("M")));
	}
	assert_int_equal(list.updates[0].type, WEFT_CHANGE_CREATE);
	assert_int_equal(list.updates[1].type, WEFT_CHANGE_UPDATE);
	assert_int_equal(list.updates[2].type, WEFT_CHANGE_DELETE);
	weft_update_list_fini(&list);
	weft_buf_fini(&out);
}

static void
updates_read__gives_what_was_written(void **state)
{
	check_form(true);
	check_form(false);
}

static void
updates_write__tells_the_newest_of_a_past(void **state)
{
	struct weft_update update = samples[2];
	struct weft_update_list list = {0};
	struct weft_buf out = WEFT_BUF_INIT(4096);

	for (int form = 0; form < 2; form++) {
		weft_buf_clear(&out);
		weft_update_list_clear(&list);
		assert_int_equal(
		    weft__repl_write_updates(&out, form, &update, 1, 2), 0);
		assert_int_equal(
		    read_updates(weft_buf_slice(&out), form, &list), 0);
		assert_true(weft_slice_equal(
		    list.updates[0].history, weft_slice("3-x\n\n")));
	}
	weft_update_list_fini(&list);
	weft_buf_fini(&out);
}

/* The page promises 300 bytes for a record of 200 bytes with a UUID. */
static void
updates_write__is_small(void **state)
{
	static char data[201];
	struct weft_update update = samples[1];
	struct weft_buf out = WEFT_BUF_INIT(4096);

	memset(data, 'x', 200);
	update.data = weft_slice(data);
	update.change.model_id =
	    weft_slice("0d1b3a1e-3f3c-4b5e-9d56-6d0f9a1c2b3d");
	assert_int_equal(weft__repl_write_update(&out, true, &update, 8), 0);
	assert_true(out.size <= 290);
	weft_buf_fini(&out);
}

static void
updates_read__computes_a_revision_that_is_not_told(void **state)
{
	struct weft_update_list list = {0};

	assert_int_equal(read_updates(weft_slice("[{\"id\":\"1\",\"prev\":null,"
						 "\"data\":{\"a\": 1}}]"),
			     false, &list),
	    0);
	/* printf '{"a":1}' | sha1sum */
	assert_true(weft_slice_equal(list.updates[0].change.rev,
	    weft_slice("9f89c740ceb46d7418c924a78ac57941d5e96520")));
	assert_int_equal(list.updates[0].type, WEFT_CHANGE_CREATE);
	weft_update_list_fini(&list);
}

static int
read_json(const char *text)
{
	struct weft_update_list list = {0};
	int code = read_updates(weft_slice(text), false, &list);

	weft_update_list_fini(&list);
	return code;
}

static void
updates_read__refuses_malformed_json(void **state)
{
	static const char *const texts[] = {
	    "[1]",
	    "[{}]",
	    "[{\"id\":\"1\"}]",
	    "[{\"id\":1,\"rev\":\"a\"}]",
	    "[{\"id\":\"\",\"rev\":\"a\"}]",
	    "[{\"id\":\"a\\u0000b\",\"rev\":\"a\"}]",
	    "[{\"id\":\"1\",\"rev\":\"\"}]",
	    "[{\"id\":\"1\",\"rev\":\"a\\nb\"}]",
	    "[{\"id\":\"1\",\"rev\":\"a\",\"data\":3}]",
	    "[{\"id\":\"1\",\"rev\":null,\"data\":{}}]",
	    "[{\"id\":\"1\",\"rev\":\"a\",\"prev\":3}]",
	    "[{\"id\":\"1\",\"rev\":\"a\",\"past\":\"b\"}]",
	    "[{\"id\":\"1\",\"rev\":\"a\",\"past\":[\"b\\nc\"]}]",
	    "[{\"id\":\"1\",\"rev\":\"a\",\"generation\":-1}]",
	    "[{\"id\":\"1\",\"rev\":\"a\",\"generation\":1e10}]",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (read_json(texts[i]) != WEFT_EINVAL)
			fail_msg("%s was not refused", texts[i]);
}

static void
updates_read__refuses_bytes_that_are_cut_off(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(4096);

	assert_int_equal(
	    weft__repl_write_updates(&out, true, samples, SAMPLES, 32), 0);
	for (size_t size = 0; size < out.size; size++) {
		struct weft_update_list list = {0};

		assert_int_equal(
		    weft__repl_read_updates(weft_slice_of(out.data, size),
			true, weft_slice("M"), &list, NULL),
		    WEFT_EINVAL);
		weft_update_list_fini(&list);
	}
	weft_buf_fini(&out);
}

static void
updates_read__refuses_a_number_that_cannot_be(void **state)
{
	struct weft_update_list list = {0};
	const char bytes[] = "\xff\xff\xff\xff\x0f\1\1";

	assert_int_equal(weft__repl_read_updates(
			     weft_slice_of(bytes, sizeof bytes - 1), true,
			     weft_slice("M"), &list, NULL),
	    WEFT_EINVAL);
	assert_int_equal(list.length, 0);
}

static void
check_parts(struct weft_slice body, bool is_binary)
{
	struct weft__repl_parts parts;
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(
	    weft__repl_parts_read(&parts, settle(&json, is_binary, body),
		is_binary, NULL),
	    0);
	weft__json_fini(&json);
	assert_int_equal(parts.length, 2);
	assert_true(weft_slice_equal(parts.list[0].model, weft_slice("A")));
	assert_true(weft_slice_equal(parts.list[1].model, weft_slice("B")));
	assert_int_equal(parts.list[0].updates.length, 1);
	assert_int_equal(parts.list[1].updates.length, SAMPLES);
	check_same(&parts.list[1].updates.updates[3], &samples[3]);
	weft__repl_parts_fini(&parts);
}

static void
parts_read__gives_what_was_written(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(4096);

	assert_int_equal(weft_buf_append(&out, "\2", 1), 0);
	assert_int_equal(weft__repl_write_part(
			     &out, true, weft_slice("A"), samples, 1, 8), 0);
	assert_int_equal(weft__repl_write_part(&out, true, weft_slice("B"),
			     samples, SAMPLES, 8), 0);
	check_parts(weft_buf_slice(&out), true);
	weft_buf_clear(&out);
	assert_int_equal(weft_buf_append(&out, "[", 1), 0);
	assert_int_equal(weft__repl_write_part(
			     &out, false, weft_slice("A"), samples, 1, 8), 0);
	assert_int_equal(weft_buf_append(&out, ",", 1), 0);
	assert_int_equal(weft__repl_write_part(&out, false, weft_slice("B"),
			     samples, SAMPLES, 8), 0);
	assert_int_equal(weft_buf_append(&out, "]", 1), 0);
	check_parts(weft_buf_slice(&out), false);
	weft_buf_fini(&out);
}

static void
parts_read__refuses_parts_without_model(void **state)
{
	static const char *const texts[] = {"[1]", "[{}]",
	    "[{\"model\":\"A\"}]", "[{\"model\":\"\",\"updates\":[]}]",
	    "[{\"model\":1,\"updates\":[]}]"};
	struct weft__repl_parts parts;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(weft__repl_parts_read(&parts,
				     weft_slice(texts[i]), false, NULL),
		    WEFT_EINVAL);
		weft__repl_parts_fini(&parts);
	}
	assert_int_equal(weft__repl_parts_read(&parts,
			     weft_slice_of("\1\1A\0x", 5), true, NULL),
	    WEFT_EINVAL);
	weft__repl_parts_fini(&parts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(updates_read__gives_what_was_written),
	    cmocka_unit_test(updates_write__tells_the_newest_of_a_past),
	    cmocka_unit_test(updates_write__is_small),
	    cmocka_unit_test(
		updates_read__computes_a_revision_that_is_not_told),
	    cmocka_unit_test(updates_read__refuses_malformed_json),
	    cmocka_unit_test(updates_read__refuses_bytes_that_are_cut_off),
	    cmocka_unit_test(updates_read__refuses_a_number_that_cannot_be),
	    cmocka_unit_test(parts_read__gives_what_was_written),
	    cmocka_unit_test(parts_read__refuses_parts_without_model),
	};

	return cmocka_run_group_tests_name("update", tests, NULL, NULL);
}
