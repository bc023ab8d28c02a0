/*
 * Every malformed request gets its 4xx; never a 500, and nothing is stored.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "tests/lib/rest.h"

struct row {
	const char *request;
	const char *body; /* NULL: none */
	int status;
};

static const struct row rows[] = {
    /* paths */
    {"GET /api", NULL, 404}, {"GET /api/", NULL, 404},
    {"GET /", NULL, 404}, {"GET /apis/Todos", NULL, 404},
    {"GET /api/Nope", NULL, 404}, {"GET /api/Todos/a/b", NULL, 404},
    {"GET /api/Todos/a/b/c/d", NULL, 404}, {"POST /api/Todos/a", "{}", 404},
    {"DELETE /api/Todos", NULL, 404}, {"PUT /api/Todos/a/exists", "{}", 404},
    {"OPTIONS /api/Todos/a/b", NULL, 404}, {"COPY /api/Todos", NULL, 404},
    {"POST /api/Todos/login", "{}", 404},
    {"GET /api/Plain/changes", NULL, 404}, /* an id: not there */
    {"POST /api/Plain/diff", "[]", 404},
    {"POST /api/Plain/bulk-update", "{\"updates\":[]}", 404},
    {"GET /api/Todos//exists", NULL, 404},
    /* ids */
    {"GET /api/Todos/%ff", NULL, 400}, {"DELETE /api/Todos/%ff", NULL, 400},
    {"GET /api/Todos/%00", NULL, 400}, {"GET /api/Todos/%zz", NULL, 400},
    /* queries */
    {"GET /api/Todos?filter={bad", NULL, 400},
    {"GET /api/Todos?filter=[]", NULL, 400},
    {"GET /api/Todos?filter=1", NULL, 400},
    {"GET /api/Todos?filter[where][a]=1&filter={}", NULL, 400},
    {"GET /api/Todos?filter[where=1", NULL, 400},
    {"GET /api/Todos?filter={%22limit%22:-1}", NULL, 400},
    {"GET /api/Todos?filter={%22limit%22:1.5}", NULL, 400},
    {"GET /api/Todos?filter={%22limit%22:%22x%22}", NULL, 400},
    {"GET /api/Todos?filter={%22skip%22:-1}", NULL, 400},
    {"GET /api/Todos?filter={%22order%22:1}", NULL, 400},
    {"GET /api/Todos?filter={%22order%22:%22a%20UP%22}", NULL, 400},
    {"GET /api/Todos?filter={%22where%22:1}", NULL, 400},
    {"GET /api/Todos?filter={%22where%22:{%22a%22:{%22foo%22:1}}}", NULL,
	400},
    {"GET /api/Todos?filter={%22where%22:{%22and%22:1}}", NULL, 400},
    {"GET /api/Todos?filter={%22where%22:{%22rank%22:{%22between%22:[1]}}}",
	NULL, 400},
    {"GET /api/Todos?filter={%22where%22:{%22a%22:{%22regexp%22:%22(%22}}}",
	NULL, 400},
    {"GET /api/Todos?filter={%22fields%22:1}", NULL, 400},
    {"GET /api/Todos?filter={%22a%22:1,%22a%22:2}", NULL, 400},
    {"GET /api/Todos/findOne?filter=x", NULL, 400},
    {"GET /api/Todos/a?filter=x", NULL, 400},
    {"GET /api/Todos/count?where=x", NULL, 400},
    {"GET /api/Todos/changes?since=abc", NULL, 400},
    {"GET /api/Todos/changes?since=1&since=2", NULL, 400},
    {"GET /api/Todos/changes?since=null", NULL, 400},
    {"GET /api/Todos/changes?since=1&filter=x", NULL, 400},
    {"GET /api/Todos/change-stream?options=x", NULL, 400},
    {"GET /api/Todos/change-stream?options={%22where%22:1}", NULL, 400},
    {"POST /api/Todos/update?where=x", "{\"done\":true}", 400},
    {"POST /api/Todos/upsertWithWhere?where=x", "{\"done\":true}", 400},
    /* bodies of one record */
    {"POST /api/Todos", "{bad", 400}, {"POST /api/Todos", "1", 400},
    {"POST /api/Todos", "\"x\"", 400}, {"POST /api/Todos", "null", 400},
    {"POST /api/Todos", "[1]", 400}, {"POST /api/Todos", "[{},null]", 400},
    {"POST /api/Todos", "{}x", 400}, {"POST /api/Todos", "{\"a\":1,}", 400},
    {"POST /api/Todos", "{\"a\":1,\"a\":2}", 400},
    {"POST /api/Todos", "{\"a\":\"\\ud800\"}", 400},
    {"POST /api/Todos", "{\"a\":\"\xff\"}", 400},
    {"POST /api/Todos", "{\"a\":9007199254740993}", 400},
    {"POST /api/Todos", "{\"id\":{}}", 400},
    {"POST /api/Todos", "{\"id\":\"a\\u0000b\"}", 400},
    {"POST /api/Todos", "[{\"id\":\"x\"},{\"id\":\"x\"}]", 409},
    {"PATCH /api/Todos", "[]", 400}, {"PATCH /api/Todos", "{bad", 400},
    /* bodies that nobody looks at */
    {"GET /api/Todos", "{bad", 400}, {"GET /api/Todos/count", "1", 400},
    {"DELETE /api/Todos/kept", "{\"a\":}", 400},
    {"POST /api/Todos/checkpoint", "bad", 400},
    {"GET /api/Todos/changes", "[1", 400},
    {"PUT /api/Todos", "[]", 400}, {"PUT /api/Todos", "1", 400},
    {"PUT /api/Todos/a", "[]", 400}, {"PUT /api/Todos/a", "{\"id\":\"b\"}",
	404},
    {"PATCH /api/Todos/a", "1", 400}, {"PATCH /api/Todos/a", "{}", 404},
    {"POST /api/Todos/a/replace", "{bad", 400},
    {"POST /api/Todos/replaceOrCreate", "[]", 400},
    {"POST /api/Todos/upsertWithWhere", "[]", 400},
    {"POST /api/Todos/update", "[]", 400},
    {"PUT /api/Todos/a/changes/last", "[]", 400},
    {"PUT /api/Todos/a/changes/last", "{\"prev\":1}", 400},
    {"PUT /api/Todos/a/changes/last", "{\"prev\":\"x\"}", 404},
    /* replication */
    {"POST /api/Todos/diff", NULL, 400}, {"POST /api/Todos/diff", "{}", 400},
    {"POST /api/Todos/diff", "[1]", 400}, {"POST /api/Todos/diff", "[{}]",
	400}, {"POST /api/Todos/diff", "[[]]", 400},
    {"POST /api/Todos/diff", "[", 400}, {"POST /api/Todos/diff", "[]]", 400},
    {"POST /api/Todos/diff", "[{\"modelId\":\"\"}]", 400},
    {"POST /api/Todos/diff", "[{\"modelId\":\"a\",\"rev\":{}}]", 400},
    {"POST /api/Todos/diff", "[{\"modelId\":\"a\",\"checkpoint\":-1}]", 400},
    {"POST /api/Todos/diff?since=x", "[]", 400},
    {"POST /api/Todos/create-updates", "{}", 400},
    {"POST /api/Todos/create-updates", "[{\"modelId\":[]}]", 400},
    {"POST /api/Todos/bulk-update", NULL, 400},
    {"POST /api/Todos/bulk-update", "[]", 400},
    {"POST /api/Todos/bulk-update", "{}", 400},
    {"POST /api/Todos/bulk-update", "{\"updates\":{}}", 400},
    {"POST /api/Todos/bulk-update", "{\"updates\":[1]}", 400},
    {"POST /api/Todos/bulk-update", "{\"updates\":[{}]}", 400},
    {"POST /api/Todos/bulk-update", "{\"updates\":[]", 400},
    {"POST /api/Todos/bulk-update", "{\"updates\":[{\"type\":\"create\","
	"\"change\":{\"modelId\":\"good\"},\"data\":{\"id\":\"good\"}},"
	"{\"type\":\"create\",\"change\":{\"modelId\":\"b\"}}]}", 400},
    {"POST /api/Todos/bulk-update", "{\"updates\":[{\"type\":\"create\","
	"\"change\":{\"modelId\":\"good\"},\"data\":{\"id\":\"good\"}}],"
	"\"more\":}", 400},
    {"POST /api/Todos/bulk-update", "{\"updates\":[{\"type\":\"create\","
	"\"change\":{\"modelId\":\"a\"},\"data\":{\"id\":\"b\"}}]}", 422},
    {"POST /api/Todos/change-stream", "{\"options\":1}", 400},
    {"POST /api/online-sync", "[]", 400}, {"POST /api/online-sync", NULL, 400},
    {"POST /api/online-sync", "{\"changes\":1}", 400},
    {"POST /api/online-sync", "{\"changes\":[1]}", 400},
    {"POST /api/online-sync", "{\"changes\":[{}]}", 400},
    {"POST /api/online-sync", "{\"changes\":[{\"model\":\"Todo\"}]}", 400},
    {"POST /api/online-sync", "{\"changes\":[{\"model\":\"Nope\","
	"\"type\":\"create\",\"data\":{}}]}", 404},
    {"POST /api/online-sync", "{\"changes\":[{\"model\":\"Todo\","
	"\"type\":\"create\",\"data\":{\"id\":\"good\"}},{\"model\":\"Todo\","
	"\"type\":\"patch\"}]}", 400},
    {"GET /api/online-sync", NULL, 404},
};

static void
rest__refuses_what_is_malformed(void **state)
{
	struct rest rest;

	rest_open(&rest, FIXTURE_SQLITE);
	rest_define(&rest, "{\"name\":\"Plain\",\"plural\":\"Plain\"}");
	rest_start(&rest);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int status = rest_ask(&rest, rows[i].request, rows[i].body);

		if (status != rows[i].status)
			fail_msg("%s %s: expected %d, got %d %s",
			    rows[i].request, rows[i].body ? rows[i].body : "",
			    rows[i].status, status, rest.body);
		if (rest.body[0] && status != 400)
			assert_non_null(strstr(rest.body, "{\"error\":{"));
	}
	rest_expect(&rest, "GET /api/Todos", NULL, 200, "[]");
	rest_expect(&rest, "GET /api/Todos/changes?since=-1", NULL, 200, "[]");
	rest_expect(&rest, "GET /api/Plain", NULL, 200, "[]");
	rest_close(&rest);
}

/* As body-parser does it. */
static void
rest__takes_a_byte_order_mark_off(void **state)
{
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	rest_expect(&rest, "POST /api/Todos", "\xef\xbb\xbf{\"id\":\"a\"}",
	    200, "{\"id\":\"a\"}");
	rest_expect(&rest, "POST /api/Todos/diff", "\xef\xbb\xbf[]", 200,
	    NULL);
	rest_expect(&rest, "POST /api/Todos", "\xef\xbb{}", 400, NULL);
	rest_close(&rest);
}

static void
rest__takes_json_and_forms_only(void **state)
{
	static const struct {
		const char *type;
		int status;
	} types[] = {
	    {"text/plain", 415}, {"application/xml", 415},
	    {"application/json; charset=latin1", 415}, {"", 415},
	    {"application/jsonp", 415}, {"multipart/form-data", 415},
	    {"application/json;charset=utf-8", 200},
	    {"Application/JSON; charset=\"UTF-8\"", 200},
	};
	char head[256], response[4096];
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		snprintf(head, sizeof head,
		    "POST /api/Todos HTTP/1.1\r\nHost: x\r\n%s%s%s"
		    "Content-Length: 2\r\n\r\n{}",
		    *types[i].type ? "Content-Type: " : "", types[i].type,
		    *types[i].type ? "\r\n" : "");
		assert_int_equal(
		    http_ask(&rest.http, head, response, sizeof response),
		    types[i].status);
	}
	assert_int_equal(http_ask(&rest.http, "POST /api/Todos HTTP/1.1\r\n"
	    "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: 18\r\n\r\nid=f&title=a+b%21!", response,
	    sizeof response), 200);
	rest_expect(&rest, "GET /api/Todos/f", NULL, 200,
	    "{\"id\":\"f\",\"title\":\"a b!!\"}");
	rest_close(&rest);
}

/* A body over the limit is refused by what its head announces. */
static void
rest__refuses_large_bodies_before_they_come(void **state)
{
	char response[4096];
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest.options.body_limit = 100;
	rest.options.bulk_limit = 200;
	rest_start(&rest);
	assert_int_equal(http_ask(&rest.http, "POST /api/Todos HTTP/1.1\r\n"
	    "Host: x\r\nContent-Type: application/json\r\n"
	    "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n", response,
	    sizeof response), 413);
	assert_string_equal(http_body(response),
	    "{\"error\":{\"statusCode\":413,\"name\":\"PayloadTooLargeError\","
	    "\"message\":\"request entity too large: at most 100 bytes\"}}");
	assert_int_equal(http_ask(&rest.http,
	    "POST /api/Todos/bulk-update HTTP/1.1\r\n"
	    "Host: x\r\nContent-Type: application/json\r\n"
	    "Content-Length: 201\r\n\r\n", response, sizeof response), 413);
	rest_close(&rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rest__refuses_what_is_malformed),
	    cmocka_unit_test(rest__takes_a_byte_order_mark_off),
	    cmocka_unit_test(rest__takes_json_and_forms_only),
	    cmocka_unit_test(rest__refuses_large_bodies_before_they_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
