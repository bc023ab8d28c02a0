/* Tests of core/repl/merge.h. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"
#include "core/repl/merge.h"

struct clashes {
	struct weft_buf names;
};

static void
note_clash(struct weft_slice property, void *context)
{
	struct clashes *clashes = context;

	assert_int_equal(
	    weft_buf_append_slice(&clashes->names, property), 0);
	assert_int_equal(weft_buf_append(&clashes->names, " ", 1), 0);
}

/* Merges; 'clashes' lists their names, each followed by a space. */
static void
check(const char *base, const char *source, const char *target,
    const char *expected, const char *clashes)
{
	struct clashes noted = {WEFT_BUF_INIT(1000)};
	struct weft_buf merged = WEFT_BUF_INIT(1000);
	struct weft__merge merge = {
	    .base = weft_slice(base),
	    .source = weft_slice(source),
	    .target = weft_slice(target),
	    .id = weft_slice("id"),
	    .clash = note_clash,
	    .context = &noted,
	};
	bool clean;

	assert_int_equal(weft__merge(&merge, &merged, &clean, NULL), 0);
	assert_string_equal(weft_buf_slice(&merged).data, expected);
	assert_string_equal(weft_buf_slice(&noted.names).data, clashes);
	assert_int_equal(clean, !*clashes);
	weft_buf_fini(&merged);
	weft_buf_fini(&noted.names);
}

static void
merge__nothing_changed_is_the_base(void **state)
{
	check("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}",
	    "{\"a\":1,\"b\":2}", "");
	check("{}", "{}", "{}", "{}", "");
}

static void
merge__takes_each_sides_changes(void **state)
{
	check("{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":9,\"b\":2,\"c\":3}",
	    "{\"a\":1,\"b\":8,\"c\":3}", "{\"a\":9,\"b\":8,\"c\":3}", "");
}

static void
merge__takes_additions_and_removals(void **state)
{
	check("{\"a\":1,\"b\":2}", "{\"b\":2,\"x\":5}",
	    "{\"a\":1,\"w\":4}", "{\"w\":4,\"x\":5}", "");
}

static void
merge__same_change_on_both_sides_is_no_clash(void **state)
{
	check("{\"a\":1,\"b\":2}", "{\"a\":9}", "{\"a\":9}", "{\"a\":9}", "");
	check("{}", "{\"a\":1}", "{\"a\":1}", "{\"a\":1}", "");
}

static void
merge__different_changes_clash_and_leave_the_sources(void **state)
{
	check("{\"a\":1,\"b\":2}", "{\"a\":5,\"b\":9}", "{\"a\":6,\"b\":2}",
	    "{\"a\":5,\"b\":9}", "a ");
	check("{}", "{\"a\":1}", "{\"a\":2}", "{\"a\":1}", "a ");
}

static void
merge__change_against_removal_clashes(void **state)
{
	check("{\"a\":1}", "{\"a\":2}", "{}", "{\"a\":2}", "a ");
	check("{\"a\":1}", "{}", "{\"a\":2}", "{}", "a ");
}

static void
merge__null_is_a_value_and_not_absent(void **state)
{
	check("{\"a\":null}", "{}", "{\"a\":null}", "{}", "");
	check("{}", "{\"a\":null}", "{}", "{\"a\":null}", "");
	check("{\"a\":1}", "{\"a\":null}", "{}", "{\"a\":null}", "a ");
}

static void
merge__objects_are_merged_in_turn(void **state)
{
	check("{\"o\":{\"x\":1,\"y\":{\"z\":1}}}",
	    "{\"o\":{\"x\":2,\"y\":{\"z\":1}}}",
	    "{\"o\":{\"x\":1,\"y\":{\"w\":3,\"z\":1}}}",
	    "{\"o\":{\"x\":2,\"y\":{\"w\":3,\"z\":1}}}", "");
}

static void
merge__names_a_clash_by_its_path(void **state)
{
	check("{\"o\":{\"p\":{\"q\":1}},\"z\":1}",
	    "{\"o\":{\"p\":{\"q\":2}},\"z\":2}",
	    "{\"o\":{\"p\":{\"q\":3}},\"z\":3}",
	    "{\"o\":{\"p\":{\"q\":2}},\"z\":2}", "o.p.q z ");
}

static void
merge__objects_without_a_common_base_clash(void **state)
{
	check("{}", "{\"o\":{\"x\":1}}", "{\"o\":{\"y\":1}}",
	    "{\"o\":{\"x\":1}}", "o ");
	check("{\"o\":1}", "{\"o\":{\"x\":1}}", "{\"o\":{\"y\":1}}",
	    "{\"o\":{\"x\":1}}", "o ");
}

static void
merge__arrays_are_values(void **state)
{
	check("{\"a\":[1]}", "{\"a\":[1,2]}", "{\"a\":[0,1]}",
	    "{\"a\":[1,2]}", "a ");
	check("{\"a\":[1]}", "{\"a\":[1,2]}", "{\"a\":[1]}",
	    "{\"a\":[1,2]}", "");
}

static void
merge__id_never_clashes(void **state)
{
	check("{\"id\":1}", "{\"id\":\"1\"}", "{\"id\":1}", "{\"id\":1}", "");
	check("{\"o\":{\"id\":1}}", "{\"o\":{\"id\":2}}",
	    "{\"o\":{\"id\":3}}", "{\"o\":{\"id\":2}}", "o.id ");
}

static void
merge__needs_all_three_bodies(void **state)
{
	const struct weft_slice body = weft_slice("{\"a\":1}");
	struct weft__merge merges[3] = {
	    {.source = body, .target = body},
	    {.base = body, .target = body},
	    {.base = body, .source = body},
	};

	for (int i = 0; i < 3; i++) {
		struct weft_buf merged = WEFT_BUF_INIT(100);
		bool clean = true;

		assert_int_equal(
		    weft__merge(&merges[i], &merged, &clean, NULL), 0);
		assert_false(clean);
		assert_int_equal(merged.size, 0);
	}
}

static void
merge__refuses_what_is_no_object(void **state)
{
	struct weft__merge merge = {
	    .base = weft_slice("{}"),
	    .source = weft_slice("[]"),
	    .target = weft_slice("{}"),
	};
	struct weft_buf merged = WEFT_BUF_INIT(100);
	struct weft_error error;
	bool clean;

	assert_int_equal(
	    weft__merge(&merge, &merged, &clean, &error), WEFT_EDAMAGED);
	assert_false(clean);
	assert_int_equal(merged.size, 0);
}

static void
merge__leaves_the_buffer_when_it_fails(void **state)
{
	struct weft__merge merge = {
	    .base = weft_slice("{\"a\":1,\"o\":{\"x\":1}}"),
	    .source = weft_slice("{\"a\":2,\"o\":{\"x\":1,\"y\":2}}"),
	    .target = weft_slice("{\"a\":3,\"o\":{\"x\":3}}"),
	    .clash = note_clash,
	};
	int code = WEFT_ENOMEM;

	for (uint64_t i = 0; code; i++) {
		struct clashes noted = {WEFT_BUF_INIT(100)};
		struct weft_buf merged = WEFT_BUF_INIT(100);
		bool clean;

		merge.context = &noted;
		assert_int_equal(weft_buf_append(&noted.names, " ", 1), 0);
		assert_int_equal(weft_buf_append(&merged, "x", 1), 0);
		weft__alloc_fail_after(i, true);
		code = weft__merge(&merge, &merged, &clean, NULL);
		weft__alloc_fail_never();
		assert_string_equal(merged.data,
		    code ? "x" : "x{\"a\":2,\"o\":{\"x\":3,\"y\":2}}");
		assert_true(!code || code == WEFT_ENOMEM);
		assert_false(clean);
		weft_buf_fini(&merged);
		weft_buf_fini(&noted.names);
		assert_true(i < 100);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(merge__nothing_changed_is_the_base),
	    cmocka_unit_test(merge__takes_each_sides_changes),
	    cmocka_unit_test(merge__takes_additions_and_removals),
	    cmocka_unit_test(merge__same_change_on_both_sides_is_no_clash),
	    cmocka_unit_test(
		merge__different_changes_clash_and_leave_the_sources),
	    cmocka_unit_test(merge__change_against_removal_clashes),
	    cmocka_unit_test(merge__null_is_a_value_and_not_absent),
	    cmocka_unit_test(merge__objects_are_merged_in_turn),
	    cmocka_unit_test(merge__names_a_clash_by_its_path),
	    cmocka_unit_test(merge__objects_without_a_common_base_clash),
	    cmocka_unit_test(merge__arrays_are_values),
	    cmocka_unit_test(merge__id_never_clashes),
	    cmocka_unit_test(merge__needs_all_three_bodies),
	    cmocka_unit_test(merge__refuses_what_is_no_object),
	    cmocka_unit_test(merge__leaves_the_buffer_when_it_fails),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
