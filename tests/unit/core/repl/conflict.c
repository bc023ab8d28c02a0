/* Tests of core/repl/conflict.h. */
#include "tests/lib/test.h"

#include "core/repl/conflict.h"

static struct weft_change
change(const char *rev, const char *prev)
{
	return (struct weft_change){.rev = weft_slice(rev),
	    .prev = weft_slice(prev), .has_prev = true};
}

static void
conflict_type__is_loopbacks(void **state)
{
	struct weft_change update = change("b", "a");
	struct weft_change create = change("b", NULL);
	struct weft_change gone = change(NULL, "a");

	assert_int_equal(
	    weft__conflict_type(&update, &update), WEFT_CONFLICT_UPDATE);
	assert_int_equal(
	    weft__conflict_type(&gone, &update), WEFT_CONFLICT_DELETE);
	assert_int_equal(
	    weft__conflict_type(&create, &gone), WEFT_CONFLICT_DELETE);
	assert_int_equal(
	    weft__conflict_type(&create, &create), WEFT_CONFLICT_UNKNOWN);
	assert_int_equal(
	    weft__conflict_type(&create, &update), WEFT_CONFLICT_UNKNOWN);
	assert_int_equal(
	    weft__conflict_type(&update, NULL), WEFT_CONFLICT_UNKNOWN);
	assert_int_equal(
	    weft__conflict_type(NULL, &gone), WEFT_CONFLICT_DELETE);
}

static void
conflict_type_name__says_loopbacks_words(void **state)
{
	assert_string_equal(
	    weft_conflict_type_name(WEFT_CONFLICT_UPDATE), "update");
	assert_string_equal(
	    weft_conflict_type_name(WEFT_CONFLICT_DELETE), "delete");
	assert_string_equal(
	    weft_conflict_type_name(WEFT_CONFLICT_UNKNOWN), "unknown");
}

/* A history of one revision per letter, newest first; '-' is a deletion. */
static void
build(struct weft_change_list *list, const char *letters)
{
	for (; *letters; letters++) {
		struct weft_change entry = {
		    .rev = weft_slice_of(letters, 1)};

		if (*letters == '-')
			entry.rev = weft_slice(NULL);
		assert_int_equal(weft_change_list_append(list, &entry), 0);
	}
}

static long
base(const char *source, const char *target)
{
	struct weft_change_list a = {0}, b = {0};
	long index;

	build(&a, source);
	build(&b, target);
	index = weft__conflict_base(&a, &b);
	weft_change_list_fini(&a);
	weft_change_list_fini(&b);
	return index;
}

static void
conflict_base__is_the_newest_that_both_had(void **state)
{
	assert_int_equal(base("xba", "yba"), 1);
	assert_int_equal(base("xcba", "yca"), 1);
	assert_int_equal(base("x-a", "y-a"), 1);
	assert_int_equal(base("x", "y"), -1);
	assert_int_equal(base("", "y"), -1);
}

static void
conflict_base__is_none_when_content_came_back(void **state)
{
	assert_int_equal(base("xaba", "yba"), -1);
	assert_int_equal(base("xaba", "yaba"), 1);
}

/* The decision; "" in 'data' if nothing is written to it. */
static enum weft_resolution
decide(enum weft_resolution policy, const char *source, const char *target,
    const char *base_body, const char *data)
{
	const struct weft__conflict_bodies bodies = {
	    .source = weft_slice(source),
	    .target = weft_slice(target),
	    .base = weft_slice(base_body),
	    .id = weft_slice("id"),
	    .newest = weft_slice("at"),
	};
	struct weft_buf out = WEFT_BUF_INIT(1000);
	enum weft_resolution resolution;

	assert_int_equal(weft__conflict_decide(
	    policy, &bodies, &resolution, &out, NULL), 0);
	assert_true(weft_slice_equal(weft_buf_slice(&out), weft_slice(data)));
	weft_buf_fini(&out);
	return resolution;
}

static void
conflict_decide__fixed_policies_take_their_side(void **state)
{
	assert_int_equal(decide(WEFT_RESOLVE_SOURCE, NULL, "{}", NULL, ""),
	    WEFT_RESOLVE_SOURCE);
	assert_int_equal(decide(WEFT_RESOLVE_TARGET, "{}", NULL, NULL, ""),
	    WEFT_RESOLVE_TARGET);
	assert_int_equal(decide(WEFT_RESOLVE_ASK, "{}", "{}", "{}", ""),
	    WEFT_RESOLVE_ASK);
	assert_int_equal(decide(WEFT_RESOLVE_MANUAL, "{}", "{}", "{}", ""),
	    WEFT_RESOLVE_ASK);
}

static enum weft_resolution
newest(const char *source, const char *target)
{
	return decide(WEFT_RESOLVE_NEWEST, source, target, NULL, "");
}

static void
conflict_decide__newest_compares_dates_as_text(void **state)
{
	assert_int_equal(newest("{\"at\":\"2020-02-03T00:00:00.000Z\"}",
	    "{\"at\":\"2020-02-03T00:00:00.001Z\"}"), WEFT_RESOLVE_TARGET);
	assert_int_equal(newest("{\"at\":\"2021\"}", "{\"at\":\"2020-12\"}"),
	    WEFT_RESOLVE_SOURCE);
	assert_int_equal(newest("{\"at\":\"a\"}", "{\"at\":\"a b\"}"),
	    WEFT_RESOLVE_TARGET);
}

static void
conflict_decide__newest_compares_numbers_as_numbers(void **state)
{
	assert_int_equal(newest("{\"at\":9}", "{\"at\":10}"),
	    WEFT_RESOLVE_TARGET);
	assert_int_equal(newest("{\"at\":1e+21}", "{\"at\":2}"),
	    WEFT_RESOLVE_SOURCE);
	assert_int_equal(newest("{\"at\":-1}", "{\"at\":-2}"),
	    WEFT_RESOLVE_SOURCE);
}

static void
conflict_decide__newest_tie_is_the_sources(void **state)
{
	assert_int_equal(newest("{\"at\":1}", "{\"at\":1}"),
	    WEFT_RESOLVE_SOURCE);
	assert_int_equal(newest("{\"at\":\"x\"}", "{\"at\":\"x\"}"),
	    WEFT_RESOLVE_SOURCE);
}

static void
conflict_decide__newest_missing_loses(void **state)
{
	assert_int_equal(newest("{\"a\":1}", "{\"at\":1}"),
	    WEFT_RESOLVE_TARGET);
	assert_int_equal(newest("{\"at\":\"x\"}", "{\"at\":null}"),
	    WEFT_RESOLVE_SOURCE);
}

static void
conflict_decide__newest_asks_when_it_cannot_tell(void **state)
{
	assert_int_equal(newest("{}", "{}"), WEFT_RESOLVE_ASK);
	assert_int_equal(newest("{\"at\":null}", "{}"), WEFT_RESOLVE_ASK);
	assert_int_equal(newest("{\"at\":1}", "{\"at\":\"1\"}"),
	    WEFT_RESOLVE_ASK);
	assert_int_equal(newest("{\"at\":true}", "{\"at\":true}"),
	    WEFT_RESOLVE_ASK);
	assert_int_equal(newest("{\"at\":{}}", "{}"), WEFT_RESOLVE_ASK);
	assert_int_equal(newest(NULL, "{\"at\":1}"), WEFT_RESOLVE_ASK);
	assert_int_equal(newest("{\"at\":1}", NULL), WEFT_RESOLVE_ASK);
}

static enum weft_resolution
merge(const char *source, const char *target, const char *base_body,
    const char *data)
{
	return decide(WEFT_RESOLVE_MERGE, source, target, base_body, data);
}

static void
conflict_decide__merge_makes_a_record_of_both(void **state)
{
	assert_int_equal(merge("{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":2}",
	    "{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":2}"), WEFT_RESOLVE_MANUAL);
}

static void
conflict_decide__merge_takes_the_side_that_has_it_all(void **state)
{
	assert_int_equal(merge("{\"a\":2,\"b\":2}", "{\"a\":1,\"b\":2}",
	    "{\"a\":1,\"b\":1}", ""), WEFT_RESOLVE_SOURCE);
	assert_int_equal(merge("{\"a\":2,\"b\":1}", "{\"a\":2,\"b\":2}",
	    "{\"a\":1,\"b\":1}", ""), WEFT_RESOLVE_TARGET);
}

static void
conflict_decide__merge_asks_when_it_cannot(void **state)
{
	assert_int_equal(merge("{\"a\":2}", "{\"a\":3}", "{\"a\":1}", ""),
	    WEFT_RESOLVE_ASK);
	assert_int_equal(merge("{\"a\":2}", "{\"a\":1}", NULL, ""),
	    WEFT_RESOLVE_ASK);
	assert_int_equal(merge(NULL, "{\"a\":1}", "{\"a\":1}", ""),
	    WEFT_RESOLVE_ASK);
}

static void
conflict_decide__reports_damaged_bodies(void **state)
{
	const struct weft__conflict_bodies bodies = {
	    .source = weft_slice("{\"a\":"),
	    .target = weft_slice("{}"),
	    .base = weft_slice("{}"),
	    .newest = weft_slice("at"),
	};
	struct weft_buf out = WEFT_BUF_INIT(1000);
	enum weft_resolution resolution;

	assert_int_equal(weft__conflict_decide(WEFT_RESOLVE_NEWEST, &bodies,
	    &resolution, &out, NULL), WEFT_EDAMAGED);
	assert_int_equal(weft__conflict_decide(WEFT_RESOLVE_MERGE, &bodies,
	    &resolution, &out, NULL), WEFT_EDAMAGED);
	assert_int_equal(out.size, 0);
	weft_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conflict_type__is_loopbacks),
	    cmocka_unit_test(conflict_type_name__says_loopbacks_words),
	    cmocka_unit_test(conflict_base__is_the_newest_that_both_had),
	    cmocka_unit_test(conflict_base__is_none_when_content_came_back),
	    cmocka_unit_test(conflict_decide__fixed_policies_take_their_side),
	    cmocka_unit_test(conflict_decide__newest_compares_dates_as_text),
	    cmocka_unit_test(
		conflict_decide__newest_compares_numbers_as_numbers),
	    cmocka_unit_test(conflict_decide__newest_tie_is_the_sources),
	    cmocka_unit_test(conflict_decide__newest_missing_loses),
	    cmocka_unit_test(
		conflict_decide__newest_asks_when_it_cannot_tell),
	    cmocka_unit_test(conflict_decide__merge_makes_a_record_of_both),
	    cmocka_unit_test(
		conflict_decide__merge_takes_the_side_that_has_it_all),
	    cmocka_unit_test(conflict_decide__merge_asks_when_it_cannot),
	    cmocka_unit_test(conflict_decide__reports_damaged_bodies),
	};

	return cmocka_run_group_tests_name("conflict", tests, NULL, NULL);
}
