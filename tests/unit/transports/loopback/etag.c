/* Tests of entity tags: what a client has already is not sent again. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/rest.h"

static struct rest rest;

/* Asks with an If-None-Match; the status. */
static int
ask(const char *path, const char *known)
{
	char request[128], header[512];
	int status;

	snprintf(request, sizeof request, "GET %s", path);
	snprintf(header, sizeof header, "If-None-Match: %s\r\n",
	    known ? known : "");
	rest.headers = known ? header : "";
	status = rest_ask(&rest, request, NULL);
	rest.headers = "";
	return status;
}

/* The tag of the last answer. */
static void
take_tag(char tag[64])
{
	const char *line = strstr(rest.response, "\r\nETag: ");

	assert_non_null(line);
	assert_int_equal(sscanf(line + 8, "%63[^\r]", tag), 1);
}

static int
open_one(void **state)
{
	rest_open(&rest, FIXTURE_SQLITE);
	rest_start(&rest);
	assert_int_equal(rest_ask(&rest, "POST /api/Todos",
			     "{\"id\":\"a\",\"title\":\"one\"}"), 200);
	return 0;
}

static int
close_one(void **state)
{
	rest_close(&rest);
	return 0;
}

static void
etag__of_a_record_is_its_revision(void **state)
{
	char tag[64], rev[80];

	assert_int_equal(ask("/api/Todos/a", NULL), 200);
	take_tag(tag);
	assert_int_equal(strlen(tag), 42);
	snprintf(rev, sizeof rev, "\"rev\":%s", tag);
	assert_int_equal(ask("/api/Todos/a/changes/last", NULL), 200);
	assert_non_null(strstr(rest.body, rev));
}

static void
etag__spares_what_the_client_has(void **state)
{
	char tag[64], other[64], list[256];

	assert_int_equal(ask("/api/Todos/a", NULL), 200);
	take_tag(tag);
	assert_int_equal(ask("/api/Todos/a", tag), 304);
	assert_string_equal(rest.body, "");
	take_tag(other);
	assert_string_equal(other, tag);
	snprintf(list, sizeof list, "\"x, y\", W/%s, \"z\"", tag);
	assert_int_equal(ask("/api/Todos/a", list), 304);
	assert_int_equal(ask("/api/Todos/a", "*"), 304);
	assert_int_equal(ask("/api/Todos/findOne", tag), 304);
	assert_int_equal(ask("/api/Todos/a", "\"x\""), 200);
	assert_int_equal(ask("/api/Todos/a", "\"x\", \""), 200);
	assert_int_equal(ask("/api/Todos/a", ""), 200);
	assert_int_equal(ask("/api/Todos/b", "*"), 404);
	/* Another representation, and another revision. */
	assert_int_equal(
	    ask("/api/Todos/a?filter={\"fields\":[\"id\"]}", tag), 200);
	assert_int_equal(
	    rest_ask(&rest, "PATCH /api/Todos/a", "{\"title\":\"b\"}"), 200);
	assert_int_equal(ask("/api/Todos/a", tag), 200);
	take_tag(other);
	assert_string_not_equal(other, tag);
}

static void
etag__of_a_compressed_answer_is_weak(void **state)
{
	char body[4096], tag[64];

	snprintf(body, sizeof body, "{\"id\":\"big\",\"title\":\"%02000d\"}", 7);
	assert_int_equal(rest_ask(&rest, "POST /api/Todos", body), 200);
	rest.headers = "Accept-Encoding: gzip\r\n";
	assert_int_equal(rest_ask(&rest, "GET /api/Todos/big", NULL), 200);
	assert_non_null(strstr(rest.response, "\r\nContent-Encoding: gzip"));
	take_tag(tag);
	assert_memory_equal(tag, "W/\"", 3);
	assert_int_equal(strlen(tag), 44);
	assert_int_equal(ask("/api/Todos/big", tag), 304);
	take_tag(tag);
	assert_int_equal(tag[0], '"');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		etag__of_a_record_is_its_revision, open_one, close_one),
	    cmocka_unit_test_setup_teardown(
		etag__spares_what_the_client_has, open_one, close_one),
	    cmocka_unit_test_setup_teardown(
		etag__of_a_compressed_answer_is_weak, open_one, close_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
