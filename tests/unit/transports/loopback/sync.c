/* Tests of POST /online-sync. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/rest.h"

static void
open_two(struct rest *rest)
{
	rest_open(rest, FIXTURE_SQLITE);
	rest_define(rest, "{\"name\":\"List\",\"trackChanges\":true,"
			  "\"properties\":{\"id\":{\"type\":\"number\","
			  "\"id\":true},\"name\":{\"type\":\"string\","
			  "\"required\":true}}}");
	rest_start(rest);
}

/* The results, without the revisions. */
static const char *
without_revs(char *body)
{
	char *at;

	while ((at = strstr(body, ",\"rev\":\"")))
		memmove(at, at + 49, strlen(at + 49) + 1);
	return body;
}

static void
online_sync__writes_several_models_at_once(void **state)
{
	struct rest rest;

	open_two(&rest);
	assert_int_equal(rest_ask(&rest, "POST /api/online-sync",
	    "{\"changes\":["
	    "{\"model\":\"List\",\"type\":\"create\",\"data\":{\"name\":\"l\","
	    "\"id\":1}},"
	    "{\"model\":\"Todo\",\"type\":\"upsert\",\"data\":{\"id\":\"a\","
	    "\"title\":\"x\"}},"
	    "{\"model\":\"Todo\",\"type\":\"patch\",\"id\":\"a\",\"data\":{"
	    "\"rank\":2}},"
	    "{\"model\":\"List\",\"type\":\"update\",\"id\":1,\"data\":{"
	    "\"name\":\"m\"}},"
	    "{\"model\":\"Todo\",\"type\":\"delete\",\"id\":\"a\"}]}"), 200);
	assert_string_equal(without_revs(rest.body),
	    "{\"results\":["
	    "{\"status\":200,\"data\":{\"id\":1,\"name\":\"l\"}},"
	    "{\"status\":200,\"data\":{\"id\":\"a\",\"title\":\"x\"}},"
	    "{\"status\":200,\"data\":{\"id\":\"a\",\"title\":\"x\","
	    "\"rank\":2}},"
	    "{\"status\":200,\"data\":{\"id\":1,\"name\":\"m\"}},"
	    "{\"status\":200}]}");
	rest_expect(&rest, "GET /api/Lists", NULL, 200,
	    "[{\"id\":1,\"name\":\"m\"}]");
	rest_expect(&rest, "GET /api/Todos", NULL, 200, "[]");
	rest_close(&rest);
}

static void
online_sync__is_all_or_nothing(void **state)
{
	struct rest rest;

	open_two(&rest);
	rest_expect(&rest, "POST /api/online-sync",
	    "{\"changes\":["
	    "{\"model\":\"Todo\",\"type\":\"create\",\"data\":{\"id\":\"a\"}},"
	    "{\"model\":\"List\",\"type\":\"create\",\"data\":{\"id\":1}}]}",
	    422,
	    "{\"error\":{\"statusCode\":422,\"name\":\"ValidationError\","
	    "\"message\":\"change 1: The `List` instance is not valid. "
	    "Details: `name` can't be blank (value: undefined).\","
	    "\"details\":{\"context\":\"List\",\"codes\":{\"name\":"
	    "[\"presence\"]},\"messages\":{\"name\":[\"can't be blank\"]}}}}");
	rest_expect(&rest, "GET /api/Todos", NULL, 200, "[]");
	rest_expect(
	    &rest, "GET /api/Todos/changes?since=-1", NULL, 200, "[]");
	rest_close(&rest);
}

static void
online_sync__tells_each_result_if_it_is_not_atomic(void **state)
{
	struct rest rest;

	open_two(&rest);
	assert_int_equal(rest_ask(&rest, "POST /api/online-sync",
	    "{\"changes\":["
	    "{\"model\":\"Todo\",\"type\":\"create\",\"data\":{\"id\":\"a\"}},"
	    "{\"model\":\"Todo\",\"type\":\"create\",\"data\":{\"id\":\"a\"}},"
	    "{\"model\":\"Todo\",\"type\":\"delete\",\"id\":\"b\"},"
	    "{\"model\":\"Todo\",\"type\":\"create\",\"data\":{\"id\":\"c\"}}"
	    "],\"atomic\":false}"), 200);
	assert_string_equal(without_revs(rest.body),
	    "{\"results\":["
	    "{\"status\":200,\"data\":{\"id\":\"a\"}},"
	    "{\"status\":409,\"error\":{\"statusCode\":409,\"name\":\"Error\","
	    "\"message\":\"Duplicate entry for Todo.id\"}},"
	    "{\"status\":404,\"error\":{\"statusCode\":404,\"name\":\"Error\","
	    "\"message\":\"could not find a model with id b\"}},"
	    "{\"status\":200,\"data\":{\"id\":\"c\"}}]}");
	rest_expect(&rest, "GET /api/Todos/count", NULL, 200, "{\"count\":2}");
	rest_close(&rest);
}

static void
online_sync__writes_only_over_the_revision_that_is_named(void **state)
{
	char body[512];
	struct rest rest;
	char *rev;

	open_two(&rest);
	rest_expect(&rest, "POST /api/online-sync",
	    "{\"changes\":[{\"model\":\"Todo\",\"type\":\"delete\","
	    "\"id\":\"a\",\"rev\":\"x\"}]}", 409, NULL);
	assert_int_equal(rest_ask(&rest, "POST /api/online-sync",
	    "{\"changes\":[{\"model\":\"Todo\",\"type\":\"upsert\","
	    "\"id\":\"a\",\"rev\":null,\"data\":{\"id\":\"a\"}}]}"), 200);
	rev = strstr(rest.body, "\"rev\":\"") + 7;
	snprintf(body, sizeof body,
	    "{\"changes\":[{\"model\":\"Todo\",\"type\":\"patch\","
	    "\"id\":\"a\",\"rev\":\"%.40s\",\"data\":{\"rank\":1}}]}", rev);
	assert_int_equal(rest_ask(&rest, "POST /api/online-sync", body), 200);
	rest_expect(&rest, "POST /api/online-sync", body, 409,
	    "{\"error\":{\"statusCode\":409,\"name\":\"Error\","
	    "\"message\":\"change 0: Conflict\"}}");
	rest_close(&rest);
}

static void
online_sync__keeps_to_one_datasource(void **state)
{
	struct weft_datasource *other;
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	fixture_ok(&rest.fixture, weft_registry_add_datasource(
		rest.fixture.registry, "other", weft_slice(FIXTURE_MEMORY),
		NULL, &other, &rest.fixture.error));
	fixture_ok(&rest.fixture, weft_registry_define(rest.fixture.registry,
		other, weft_slice("{\"name\":\"Far\"}"), NULL,
		&rest.fixture.error));
	rest_start(&rest);
	rest_expect(&rest, "POST /api/online-sync",
	    "{\"changes\":["
	    "{\"model\":\"Todo\",\"type\":\"create\",\"data\":{}},"
	    "{\"model\":\"Far\",\"type\":\"create\",\"data\":{}}]}", 400,
	    "{\"error\":{\"statusCode\":400,\"name\":\"Error\",\"message\":"
	    "\"change 1: all models of a request must be of one "
	    "datasource\"}}");
	rest_expect(&rest, "POST /api/online-sync", "{\"changes\":[]}", 200,
	    "{\"results\":[]}");
	rest_close(&rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(online_sync__writes_several_models_at_once),
	    cmocka_unit_test(online_sync__is_all_or_nothing),
	    cmocka_unit_test(
		online_sync__tells_each_result_if_it_is_not_atomic),
	    cmocka_unit_test(
		online_sync__writes_only_over_the_revision_that_is_named),
	    cmocka_unit_test(online_sync__keeps_to_one_datasource),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
