/*
 * Tests of defaults that stored records do not have: who reads them, and
 * clients that have filled them in.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/hash.h"
#include "tests/lib/rest.h"

static struct rest rest;

/* A model of each kind; a record with nothing but a title in each. */
static int
open_models(void **state)
{
	static const char form[] = "{\"name\":\"%s\",\"trackChanges\":true,%s"
	    "\"hidden\":[\"key\"],\"properties\":{\"id\":{\"type\":\"string\","
	    "\"id\":true},\"title\":\"string\",\"done\":{\"type\":\"boolean\","
	    "\"default\":false},\"tags\":{\"type\":[\"string\"],\"default\":"
	    "[\"x\"]},\"late\":{\"type\":\"string\",\"default\":\"l\","
	    "\"applyDefaultOnWrites\":false},\"key\":{\"type\":\"string\","
	    "\"default\":\"k\"}}}";
	static const char *const models[][2] = {{"Thing", ""},
	    {"Null", "\"persistUndefinedAsNull\":true,"},
	    {"Bare", "\"options\":{\"applyDefaultsOnReads\":false},"}};
	char text[1024];

	rest_open(&rest, *state);
	for (size_t i = 0; i < 3; i++) {
		snprintf(text, sizeof text, form, models[i][0], models[i][1]);
		rest_define(&rest, text);
	}
	rest_define(&rest, "{\"name\":\"Stamp\",\"trackChanges\":true,"
	    "\"properties\":{\"id\":{\"type\":\"string\",\"id\":true},"
	    "\"at\":{\"type\":\"date\",\"defaultFn\":\"now\"},"
	    "\"uid\":{\"type\":\"string\",\"defaultFn\":\"guid\"},"
	    "\"day\":{\"type\":\"date\",\"default\":\"2020-02-03\"},"
	    "\"size\":{\"type\":\"number\",\"default\":\"7\"}}}");
	rest_start(&rest);
	rest_expect(&rest, "PATCH /api/Things", "{\"id\":\"a\",\"title\":\"t\"}",
	    200, "{\"id\":\"a\",\"title\":\"t\"}");
	rest_ask(&rest, "PATCH /api/Bares", "{\"id\":\"a\",\"title\":\"t\"}");
	return 0;
}

static int
close_models(void **state)
{
	rest_close(&rest);
	return 0;
}

#define FILLED "{\"id\":\"a\",\"title\":\"t\",\"done\":false,\"tags\":[\"x\"]}"

static void
defaults__are_given_to_who_reads(void **state)
{
	rest_expect(&rest, "GET /api/Things/a", NULL, 200, FILLED);
	assert_null(strstr(rest.response, "\r\nETag:"));
	rest_expect(&rest, "GET /api/Things", NULL, 200, "[" FILLED "]");
	rest_expect(&rest, "GET /api/Things/findOne", NULL, 200, FILLED);
	rest_expect(&rest,
	    "PATCH /api/Things/a", "{\"title\":\"t\"}", 200, FILLED);
	rest_expect(&rest, "GET /api/Things/a?filter={%22fields%22:[%22id%22,"
	    "%22done%22]}", NULL, 200, "{\"id\":\"a\",\"done\":false}");
	rest_expect(&rest, "GET /api/Things/a?filter={%22fields%22:{%22done%22:"
	    "false,%22tags%22:false}}", NULL, 200,
	    "{\"id\":\"a\",\"title\":\"t\"}");
	rest_expect(&rest, "GET /api/Things/a?filter={%22fields%22:{%22title"
	    "%22:false}}", NULL, 200,
	    "{\"id\":\"a\",\"done\":false,\"tags\":[\"x\"]}");
}

static void
defaults__are_not_in_what_is_looked_for(void **state)
{
	rest_expect(&rest, "GET /api/Things/count?where={%22done%22:false}",
	    NULL, 200, "{\"count\":0}");
	rest_expect(&rest, "GET /api/Things/count?where={%22done%22:null}",
	    NULL, 200, "{\"count\":1}");
}

static void
defaults__are_given_by_models_that_want_it(void **state)
{
	rest_expect(&rest, "GET /api/Bares/a", NULL, 200,
	    "{\"id\":\"a\",\"title\":\"t\"}");
	assert_non_null(strstr(rest.response, "\r\nETag:"));
}

/* Of what the filter leaves out LoopBack makes null, and of all else that is
 * not there. */
static void
defaults__go_before_null(void **state)
{
	rest_expect(&rest, "POST /api/Nulls/bulk-update",
	    "{\"updates\":[{\"type\":\"update\",\"change\":{\"modelId\":\"a\","
	    "\"rev\":\"x\",\"prev\":null},\"data\":{\"id\":\"a\","
	    "\"title\":\"t\"}}]}", 204,
	    "");
	rest_expect(&rest, "GET /api/Nulls/a", NULL, 200,
	    "{\"id\":\"a\",\"title\":\"t\",\"done\":false,\"tags\":[\"x\"],"
	    "\"late\":null}");
	rest_expect(&rest, "PATCH /api/Nulls/a", "{\"title\":\"u\"}", 200,
	    "{\"id\":\"a\",\"title\":\"u\",\"done\":false,\"tags\":[\"x\"],"
	    "\"late\":null}");
	rest_expect(&rest, "GET /api/Nulls/a?filter={%22fields%22:[%22id%22,"
	    "%22done%22]}", NULL, 200, "{\"id\":\"a\",\"title\":null,"
	    "\"done\":null,\"tags\":null,\"late\":null}");
	rest_expect(&rest, "PATCH /api/Nulls", "{\"id\":\"b\"}", 200,
	    "{\"id\":\"b\",\"title\":null,\"done\":null,\"tags\":null,"
	    "\"late\":null}");
}

static void
defaults__are_made_for_each_reader(void **state)
{
	char first[400];

	rest_ask(&rest, "PATCH /api/Stamps", "{\"id\":\"a\"}");
	assert_int_equal(rest_ask(&rest, "GET /api/Stamps/a", NULL), 200);
	snprintf(first, sizeof first, "%s", rest.body);
	assert_non_null(strstr(first, "{\"id\":\"a\",\"at\":\"20"));
	assert_non_null(strstr(first, "\"uid\":\""));
	assert_non_null(strstr(
	    first, ",\"day\":\"2020-02-03T00:00:00.000Z\",\"size\":7}"));
	rest_ask(&rest, "GET /api/Stamps/a", NULL);
	assert_string_not_equal(rest.body, first);
}

/* The revision of a record with this body. */
static const char *
rev_of(const char *body)
{
	static char rev[41];
	struct weft__oid oid;

	weft__sha1(body, strlen(body), &oid);
	weft__oid_format(&oid, rev);
	return rev;
}

#define BARE "{\"id\":\"a\",\"title\":\"t\"}"
#define WHOLE "{\"done\":false,\"id\":\"a\",\"tags\":[\"x\"],\"title\":\"t\"}"
#define LIST "GET /api/Things/changes?since=-1"
#define PULL "POST /api/Things/create-updates", "[{\"modelId\":\"a\",\"rev\":\"x\"}]"

static void
assert_answer_has(const char *text)
{
	if (!strstr(rest.body, text))
		fail_msg("no %s in %s", text, rest.body);
}

static void
assert_change(const char *body, const char *before)
{
	char text[120];

	rest_ask(&rest, LIST, NULL);
	snprintf(text, sizeof text, "\"rev\":\"%s\"", rev_of(body));
	assert_answer_has(text);
	if (!before) {
		assert_null(strstr(rest.body, "\"prev\""));
		return;
	}
	snprintf(text, sizeof text, "\"prev\":\"%s\"", rev_of(before));
	assert_answer_has(text);
}

static void
create_updates__writes_what_clients_fill_in(void **state)
{
	assert_change(BARE, NULL);
	rest_ask(&rest, PULL);
	assert_answer_has(",\"data\":" WHOLE "}]");
	assert_change(WHOLE, BARE);
	rest_ask(&rest, PULL);
	assert_answer_has(",\"data\":" WHOLE "}]");
	assert_change(WHOLE, BARE);
	rest_expect(&rest, "GET /api/Things/a", NULL, 200, FILLED);
}

/* What a client has pulled is what the server has, and so there is nothing in
 * its next push: not when the server has gone on, either. */
static void
create_updates__gives_what_diff_knows(void **state)
{
	char told[120];

	rest_ask(&rest, PULL);
	snprintf(told, sizeof told, "[{\"modelId\":\"a\",\"rev\":\"%s\"}]",
	    rev_of(WHOLE));
	rest_expect(&rest, "POST /api/Things/diff", told, 200,
	    "{\"deltas\":[],\"conflicts\":[]}");
	rest_ask(&rest, "PATCH /api/Things/a", "{\"title\":\"u\"}");
	rest_expect(&rest, "POST /api/Things/diff", told, 200,
	    "{\"deltas\":[],\"conflicts\":[]}");
}

/* What is made of the time or at random is made once, for all clients. */
static void
create_updates__makes_a_default_once(void **state)
{
	char first[400];

	rest_ask(&rest, "PATCH /api/Stamps", "{\"id\":\"a\"}");
	rest_ask(&rest, "POST /api/Stamps/create-updates",
	    "[{\"modelId\":\"a\",\"rev\":\"x\"}]");
	assert_answer_has("\"uid\":\"");
	rest_ask(&rest, "GET /api/Stamps/a", NULL);
	snprintf(first, sizeof first, "%s", rest.body);
	rest_expect(&rest, "GET /api/Stamps/a", NULL, 200, first);
}

static void
create_updates__leaves_what_wants_no_defaults(void **state)
{
	rest_ask(&rest, "POST /api/Bares/create-updates",
	    "[{\"modelId\":\"a\",\"rev\":\"x\"}]");
	assert_answer_has(",\"data\":" BARE "}]");
	rest_expect(&rest, "GET /api/Bares/a", NULL, 200, BARE);
}

#define CASE(test) \
	{#test " (memory)", test, open_models, close_models, memory}, \
	{#test " (sqlite)", test, open_models, close_models, sqlite}

int
main(void)
{
	static char memory[] = FIXTURE_MEMORY, sqlite[] = FIXTURE_SQLITE;
	const struct CMUnitTest tests[] = {
	    CASE(defaults__are_given_to_who_reads),
	    CASE(defaults__are_not_in_what_is_looked_for),
	    CASE(defaults__are_given_by_models_that_want_it),
	    CASE(defaults__go_before_null),
	    CASE(defaults__are_made_for_each_reader),
	    CASE(create_updates__writes_what_clients_fill_in),
	    CASE(create_updates__gives_what_diff_knows),
	    CASE(create_updates__makes_a_default_once),
	    CASE(create_updates__leaves_what_wants_no_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
