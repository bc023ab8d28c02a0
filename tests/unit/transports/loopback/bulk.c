/* Tests of large requests and answers, and of bulk-update. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "tests/lib/rest.h"
#include "transports/loopback/answer.h"

/* The JSON of so many creates, with the ids "<prefix>0" and so on. */
static char *
make_creates(size_t count, const char *prefix)
{
	size_t size = count * 200 + 100, used;
	char *json = malloc(size);

	assert_non_null(json);
	used = (size_t)snprintf(json, size, "{\"updates\":[");
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(json + used, size - used,
		    "%s{\"type\":\"create\",\"change\":{\"modelName\":\"L\","
		    "\"modelId\":\"%s%zu\",\"rev\":\"x\"},\"data\":{\"id\":"
		    "\"%s%zu\",\"title\":\"number %zu\"}}", i ? "," : "",
		    prefix, i, prefix, i, i);
	snprintf(json + used, size - used, "]}");
	return json;
}

static size_t
count_text(const char *text, const char *part)
{
	const size_t size = strlen(part);
	size_t count = 0;

	/* Not strstr(): sanitizers measure the whole text at each call. */
	for (; *text; text++)
		count += *text == *part && !strncmp(text, part, size);
	return count;
}

#define MANY 100000

/* What a client that has much pushes at first; then others pull it. */
static void
bulk_update__takes_a_hundred_thousand_creates(void **state)
{
	char *creates = make_creates(MANY, "r"), *changes;
	struct rest rest;

	rest_open(&rest, FIXTURE_SQLITE);
	rest_start(&rest);
	rest_expect(
	    &rest, "POST /api/Todos/bulk-update", creates, 204, "");
	free(creates);
	rest_expect(
	    &rest, "GET /api/Todos/count", NULL, 200, "{\"count\":100000}");
	assert_int_equal(
	    rest_ask(&rest, "GET /api/Todos/changes?since=-1", NULL), 200);
	assert_int_equal(count_text(rest.body, "\"modelId\""), MANY);
	changes = strdup(rest.body);
	rest_expect(&rest, "POST /api/Todos/diff", changes, 200,
	    "{\"deltas\":[],\"conflicts\":[]}");
	assert_int_equal(
	    rest_ask(&rest, "POST /api/Todos/create-updates", changes), 200);
	assert_int_equal(count_text(rest.body, "\"data\":{\"id\""), MANY);
	free(changes);
	rest_close(&rest);
}

static void
bulk_update__stores_nothing_of_a_body_broken_at_its_end(void **state)
{
	char *creates = make_creates(2 * WEFT_LIMIT_REST_BATCH_UPDATES, "r");
	struct rest rest;

	rest_open(&rest, FIXTURE_SQLITE);
	rest_start(&rest);
	creates[strlen(creates) - 3] = ','; /* of the last update */
	assert_int_equal(
	    rest_ask(&rest, "POST /api/Todos/bulk-update", creates), 400);
	free(creates);
	rest_expect(&rest, "GET /api/Todos", NULL, 200, "[]");
	rest_close(&rest);
}

/* A millisecond is too little for one part of it; the same is taken when there
 * is time. */
static void
bulk_update__stores_nothing_of_what_takes_too_long(void **state)
{
	char *creates = make_creates(WEFT_LIMIT_REST_BATCH_UPDATES, "r");
	struct rest rest;

	rest_open(&rest, FIXTURE_SQLITE);
	rest.options.request_ms = 1;
	rest_start(&rest);
	rest_expect(
	    &rest, "POST /api/Todos/bulk-update", creates, 503, NULL);
	assert_non_null(strstr(rest.body, "took longer than a request may"));
	weft__rest_set_request_ms(rest.rest, 0);
	rest_expect(&rest, "GET /api/Todos", NULL, 200, "[]");
	rest_expect(&rest, "POST /api/Todos/bulk-update", creates, 204, "");
	free(creates);
	rest_close(&rest);
}

/* Conflicts are told together, whichever batch they were in. */
static void
bulk_update__gathers_the_conflicts_of_all_batches(void **state)
{
	char *creates = make_creates(2 * WEFT_LIMIT_REST_BATCH_UPDATES, "r");
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"r1\"}");
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"r15000\"}");
	rest_expect(&rest, "POST /api/Todos/bulk-update", creates, 409,
	    "{\"error\":{\"statusCode\":409,\"name\":\"Error\",\"message\":"
	    "\"Conflict\",\"details\":{\"conflicts\":["
	    "{\"modelName\":\"L\",\"modelId\":\"r1\",\"rev\":\"x\"},"
	    "{\"modelName\":\"L\",\"modelId\":\"r15000\",\"rev\":\"x\"}]}}}");
	free(creates);
	rest_expect(
	    &rest, "GET /api/Todos/count", NULL, 200, "{\"count\":20000}");
	rest_close(&rest);
}

static void
bulk_update__names_what_it_refuses(void **state)
{
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_define(&rest, "{\"name\":\"Item\",\"trackChanges\":true,"
			   "\"properties\":{\"name\":{\"type\":\"string\","
			   "\"required\":true}}}");
	rest_start(&rest);
	rest_expect(&rest, "POST /api/Items/bulk-update",
	    "{\"updates\":[{\"type\":\"create\",\"change\":{\"modelId\":"
	    "\"a\",\"rev\":\"x\"},\"data\":{\"id\":\"a\"}},{\"type\":"
	    "\"create\",\"change\":{\"modelId\":\"b\",\"rev\":\"x\"},"
	    "\"data\":{\"id\":\"b\",\"name\":\"n\"}}]}", 422,
	    "{\"error\":{\"statusCode\":422,\"name\":\"ValidationError\","
	    "\"message\":\"1 of 2 updates were refused: a: The `Item` "
	    "instance is not valid. Details: `name` can't be blank (value: "
	    "undefined).\",\"details\":{\"refused\":[{\"modelId\":\"a\","
	    "\"message\":\"The `Item` instance is not valid. Details: `name` "
	    "can't be blank (value: undefined).\"}]}}}");
	rest_expect(&rest, "GET /api/Items", NULL, 200,
	    "[{\"name\":\"n\",\"id\":\"b\"}]");
	rest_close(&rest);
}

/* While one sends slowly, others write: the writer is not asked before the
 * body has come. */
static void
bulk_update__lets_others_write_while_it_comes(void **state)
{
	static const char part[] = "{\"updates\":[{\"type\":\"create\",";
	static const char rest_of_it[] =
	    "\"change\":{\"modelId\":\"slow\",\"rev\":\"x\"},"
	    "\"data\":{\"id\":\"slow\"}}]}";
	char head[256], response[1024];
	struct rest rest;
	int slow;

	rest_open(&rest, FIXTURE_SQLITE);
	rest_start(&rest);
	slow = http_connect(&rest.http);
	snprintf(head, sizeof head,
	    "POST /api/Todos/bulk-update HTTP/1.1\r\nHost: x\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	    strlen(part) + strlen(rest_of_it));
	http_send(slow, head);
	http_send(slow, part);
	rest_expect(&rest, "POST /api/Todos", "{\"id\":\"fast\"}", 200,
	    "{\"id\":\"fast\"}");
	http_send(slow, rest_of_it);
	assert_int_equal(http_receive(slow, response, sizeof response), 204);
	close(slow);
	rest_expect(
	    &rest, "GET /api/Todos/count", NULL, 200, "{\"count\":2}");
	rest_close(&rest);
}

/* As LoopBack does, however many parts the body is read in. */
static void
create_updates__begin_with_the_deletions(void **state)
{
	static const int counts[] = {20, 300};
	char *creates, *changes, *deletion;
	struct rest rest;

	for (size_t i = 0; i < 2; i++) {
		creates = make_creates((size_t)counts[i], "r");
		rest_open(&rest, FIXTURE_MEMORY);
		rest_start(&rest);
		rest_ask(&rest, "POST /api/Todos/bulk-update", creates);
		free(creates);
		rest_ask(&rest, "DELETE /api/Todos/r7", NULL);
		rest_ask(&rest, "GET /api/Todos/changes?since=-1", NULL);
		changes = strdup(rest.body);
		rest_ask(&rest, "POST /api/Todos/create-updates", changes);
		free(changes);
		deletion = strstr(rest.body, "\"delete\"");
		assert_ptr_equal(deletion, rest.body + strlen("[{\"type\":"));
		assert_int_equal(
		    count_text(rest.body, "\"type\""), counts[i]);
		assert_int_equal(
		    count_text(rest.body, "\"data\""), counts[i] - 1);
		rest_close(&rest);
	}
}

/* An answer larger than what is kept in memory. */
static void
find__answers_with_much(void **state)
{
	char *creates = make_creates(30000, "a-rather-long-id-");
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	rest_ask(&rest, "POST /api/Todos/bulk-update", creates);
	free(creates);
	assert_int_equal(rest_ask(&rest, "GET /api/Todos", NULL), 200);
	assert_true(strlen(rest.body) > WEFT__REST_ANSWER_MEMORY);
	assert_int_equal(count_text(rest.body, "},{\"id\""), 29999);
	rest_close(&rest);
}

/* Large bodies on disk have a bound, together. */
static void
rest__refuses_large_bodies_without_room(void **state)
{
	char *creates = make_creates(9000, "r");
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	rest_ask(&rest, "POST /api/Todos/bulk-update", creates);
	weft__http_body_set_room(300000);
	rest_expect(&rest, "GET /api/Todos", NULL, 503,
	    "{\"error\":{\"statusCode\":503,\"message\":"
	    "\"Service Unavailable\"}}");
	assert_non_null(strstr(rest.response, "\r\nRetry-After: 5\r\n"));
	rest_expect(
	    &rest, "GET /api/Todos/count", NULL, 200, "{\"count\":9000}");
	weft__http_body_set_room(0);
	assert_int_equal(rest_ask(&rest, "GET /api/Todos", NULL), 200);
	free(creates);
	rest_close(&rest);
	assert_int_equal(weft__http_body_room_taken(), 0);
}

/* A chunked download: pages by skip and limit, deletions among the rest, and
 * an end after them. */
static void
changes__pages_with_deletions(void **state)
{
	char *creates = make_creates(25, "r"), request[128];
	size_t seen = 0, page = 0;
	struct rest rest;

	rest_open(&rest, FIXTURE_SQLITE);
	rest_start(&rest);
	rest_ask(&rest, "POST /api/Todos/bulk-update", creates);
	free(creates);
	rest_ask(&rest, "POST /api/Todos/checkpoint", NULL);
	for (int i = 0; i < 12; i++) {
		snprintf(request, sizeof request, "DELETE /api/Todos/r%d", i);
		rest_ask(&rest, request, NULL);
	}
	do {
		snprintf(request, sizeof request,
		    "GET /api/Todos/changes?since=-1&filter={%%22skip%%22:%zu,"
		    "%%22limit%%22:5}", seen);
		assert_int_equal(rest_ask(&rest, request, NULL), 200);
		page = count_text(rest.body, "\"modelId\"");
		seen += page;
	} while (page == 5);
	assert_int_equal(seen, 25);
	rest_close(&rest);
}

/* Of two lists of one name nobody knows which is meant. */
static void
bodies__name_nothing_twice(void **state)
{
	static const char *const requests[][2] = {
	    {"POST /api/Todos/bulk-update",
		"{\"updates\":[{\"type\":\"create\",\"change\":{"
		"\"modelId\":\"z\"},\"data\":{\"id\":\"z\"}}],"
		"\"updates\":[]}"},
	    {"POST /api/online-sync",
		"{\"changes\":[{\"model\":\"Todo\",\"type\":\"create\","
		"\"data\":{}}],\"chang\\u0065s\":[]}"},
	    {"POST /api/online-sync",
		"{\"atomic\":false,\"changes\":[{\"model\":\"Todo\","
		"\"type\":\"create\",\"data\":{}}],\"atomic\":true}"},
	};
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		rest_expect(
		    &rest, requests[i][0], requests[i][1], 400, NULL);
		assert_non_null(strstr(rest.body, "is given twice"));
	}
	rest_expect(&rest, "GET /api/Todos", NULL, 200, "[]");
	rest_close(&rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bulk_update__takes_a_hundred_thousand_creates),
	    cmocka_unit_test(
		bulk_update__stores_nothing_of_a_body_broken_at_its_end),
	    cmocka_unit_test(
		bulk_update__stores_nothing_of_what_takes_too_long),
	    cmocka_unit_test(
		bulk_update__gathers_the_conflicts_of_all_batches),
	    cmocka_unit_test(bulk_update__names_what_it_refuses),
	    cmocka_unit_test(bodies__name_nothing_twice),
	    cmocka_unit_test(bulk_update__lets_others_write_while_it_comes),
	    cmocka_unit_test(create_updates__begin_with_the_deletions),
	    cmocka_unit_test(find__answers_with_much),
	    cmocka_unit_test(rest__refuses_large_bodies_without_room),
	    cmocka_unit_test(changes__pages_with_deletions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
