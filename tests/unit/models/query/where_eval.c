/* Tests of models/query/where_eval.c.  The table of all kinds of values and all
 * operators is in tests/unit/models/connectors/query_cases.c. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"
#include "models/query/filter.h"

static bool
matches(const char *where, const char *body)
{
	struct weft__filter_schema schema = {.id_name = weft_slice("id")};
	struct weft__filter filter;
	struct weft_error error;
	bool answer = false;

	if (weft__filter_parse_where(
		&filter, weft_slice(where), &schema, &error))
		fail_msg("%s: %s", where, error.text);
	assert_int_equal(weft__where_matches(
	    filter.query.where, weft_slice(body), &answer), 0);
	weft__filter_fini(&filter);
	return answer;
}

static void
where_matches__takes_no_clause_as_all(void **state)
{
	bool answer = false;

	assert_int_equal(
	    weft__where_matches(NULL, weft_slice("{}"), &answer), 0);
	assert_true(answer);
	assert_true(matches("{}", "{\"a\":1}"));
}

static void
where_matches__joins_clauses(void **state)
{
	assert_true(matches("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}"));
	assert_false(matches("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}"));
	assert_true(matches("{\"or\":[{\"a\":1},{\"b\":2}]}", "{\"b\":2}"));
	assert_false(matches("{\"or\":[{\"a\":1},{\"b\":2}]}", "{\"b\":1}"));
	assert_false(matches("{\"or\":[]}", "{}"));
	assert_true(matches("{\"and\":[]}", "{}"));
	assert_true(matches("{\"and\":[{\"a\":1},{\"or\":[{\"b\":2},"
			    "{\"b\":3}]}]}", "{\"a\":1,\"b\":3}"));
	assert_true(matches("{\"a\":{\"gt\":1,\"lt\":3}}", "{\"a\":2}"));
	assert_false(matches("{\"a\":{\"gt\":1,\"lt\":3}}", "{\"a\":3}"));
}

static void
where_matches__follows_dotted_paths(void **state)
{
	assert_true(matches("{\"a.b\":1}", "{\"a\":{\"b\":1}}"));
	assert_true(matches("{\"a.1.b\":1}", "{\"a\":[0,{\"b\":1}]}"));
	assert_false(matches("{\"a.2\":1}", "{\"a\":[0,1]}"));
	assert_false(matches("{\"a.b\":1}", "{\"a\":\"b\"}"));
	assert_true(matches("{\"a.b\":null}", "{\"a\":1}"));
	assert_true(matches("{\"a.b\":null}", "{}"));
}

static void
where_matches__takes_an_id_by_its_text(void **state)
{
	assert_true(matches("{\"id\":\"1\"}", "{\"id\":1}"));
	assert_true(matches("{\"id\":1}", "{\"id\":\"1\"}"));
	assert_true(matches("{\"id\":{\"inq\":[3,\"1\"]}}", "{\"id\":1}"));
	assert_false(matches("{\"id\":{\"neq\":1}}", "{\"id\":\"1\"}"));
	assert_false(matches("{\"id\":{\"nin\":[1]}}", "{\"id\":\"1\"}"));
	assert_false(matches("{\"id\":\"1.0\"}", "{\"id\":1}"));
	assert_false(matches("{\"no\":\"1\"}", "{\"no\":1}"));
}

static void
where_matches__compares_strings_by_code_points(void **state)
{
	/* U+FF5E is below U+1F600, though its UTF-16 unit is above */
	assert_true(matches("{\"a\":{\"gt\":\"\xef\xbd\x9e\"}}",
	    "{\"a\":\"\xf0\x9f\x98\x80\"}"));
	assert_true(matches("{\"a\":{\"gt\":\"a\"}}", "{\"a\":\"a\\u0000\"}"));
	assert_true(matches(
	    "{\"a\":{\"lt\":\"a\\u0001\"}}", "{\"a\":\"a\\u0000b\"}"));
	assert_true(matches("{\"a\":{\"lt\":\"\\\"b\"}}", "{\"a\":\"\\\"a\"}"));
	assert_true(matches("{\"a\":{\"gte\":\"\"}}", "{\"a\":\"\"}"));
}

static void
where_matches__compares_only_values_of_one_kind(void **state)
{
	assert_false(matches("{\"a\":{\"gt\":0}}", "{\"a\":\"1\"}"));
	assert_false(matches("{\"a\":{\"gt\":0}}", "{\"a\":true}"));
	assert_false(matches("{\"a\":{\"lt\":5}}", "{}"));
	assert_false(matches("{\"a\":{\"lt\":5}}", "{\"a\":null}"));
	assert_true(matches("{\"a\":{\"gt\":false}}", "{\"a\":true}"));
	assert_true(matches("{\"a\":{\"gte\":null}}", "{}"));
	assert_false(matches("{\"a\":{\"gt\":null}}", "{}"));
	assert_true(matches("{\"a\":{\"lt\":[2]}}", "{\"a\":[1,9]}"));
	assert_false(matches("{\"a\":{\"lt\":{\"x\":1}}}", "{\"a\":[1]}"));
}

static void
where_matches__finds_among_many_values(void **state)
{
	assert_true(matches("{\"a\":{\"inq\":[5,3,1,\"x\",null]}}",
	    "{\"a\":3}"));
	assert_true(matches("{\"a\":{\"inq\":[5,3,1,\"x\",null]}}", "{}"));
	assert_false(matches("{\"a\":{\"inq\":[5,3,1,\"x\"]}}", "{}"));
	assert_true(matches("{\"a\":{\"nin\":[5,3,1,\"x\"]}}", "{}"));
	assert_false(matches("{\"a\":{\"inq\":[]}}", "{\"a\":1}"));
	assert_true(matches("{\"a\":{\"nin\":[]}}", "{\"a\":1}"));
}

static void
where_matches__survives_bodies_that_are_no_json(void **state)
{
	static const char *const bodies[] = {"", "{", "{\"", "{\"a\"",
	    "{\"a\":", "{\"a\":\"", "[", "nonsense", "{\"a\":\"\\",
	    "{\"a\":\"\\u12\"}", "{\"a\":[[[[[}", " {\"a\":1}"};

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		matches("{\"a\":{\"like\":\"%x%\"}}", bodies[i]);
		matches("{\"a\":{\"gt\":\"a\"}}", bodies[i]);
		matches("{\"a.0.b\":1}", bodies[i]);
		matches("{\"a\":{\"near\":[1,2]}}", bodies[i]);
	}
}

static void
where_matches__reports_what_it_cannot_decide(void **state)
{
	struct weft__filter filter;
	bool answer;

	assert_int_equal(weft__filter_parse_where(&filter,
	    weft_slice("{\"or\":[{\"a\":{\"regexp\":\"^(a+)+$\"}},{}]}"),
	    NULL, NULL), 0);
	assert_int_equal(weft__where_matches(filter.query.where,
	    weft_slice("{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"}"),
	    &answer), WEFT_ELIMIT);
	weft__filter_fini(&filter);
	assert_int_equal(weft__filter_parse_where(&filter,
	    weft_slice("{\"a\":{\"gt\":\"\\n\"}}"), NULL, NULL), 0);
	weft__alloc_fail_after(0, true);
	assert_int_equal(weft__where_matches(filter.query.where,
	    weft_slice("{\"a\":\"\\n\"}"), &answer), WEFT_ENOMEM);
	weft__alloc_fail_never();
	weft__filter_fini(&filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(where_matches__takes_no_clause_as_all),
	    cmocka_unit_test(where_matches__joins_clauses),
	    cmocka_unit_test(where_matches__follows_dotted_paths),
	    cmocka_unit_test(where_matches__takes_an_id_by_its_text),
	    cmocka_unit_test(where_matches__compares_strings_by_code_points),
	    cmocka_unit_test(
		where_matches__compares_only_values_of_one_kind),
	    cmocka_unit_test(where_matches__finds_among_many_values),
	    cmocka_unit_test(
		where_matches__survives_bodies_that_are_no_json),
	    cmocka_unit_test(where_matches__reports_what_it_cannot_decide),
	};

	return cmocka_run_group_tests_name("where_eval", tests, NULL, NULL);
}
