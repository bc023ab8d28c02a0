/*
 * Every allocation of a request fails once: the client is told 500 or loses
 * its connection, nothing is half done, and the next request is served.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "models/access/access.h"
#include "models/access/builtin.h"
#include "tests/lib/rest.h"

#define JSON "Content-Type: application/json\r\n"

static struct rest rest;
static struct weft__access *rights;
static char response[65536];

/* Asks on a connection of its own; 0: it was broken off before the end of the
 * head. */
static int
ask(const char *request, const char *headers, const char *body)
{
	static char text[8192];
	int fd = http_connect(&rest.http), status = 0;
	size_t size = 0;
	ssize_t got;

	snprintf(text, sizeof text,
	    "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	    "%sContent-Length: %zu\r\n\r\n%s",
	    request, headers, strlen(body), body);
	http_send(fd, text);
	while ((got = recv(fd, response + size, sizeof response - 1 - size,
		    0)) > 0)
		size += (size_t)got;
	close(fd);
	response[size] = '\0';
	if (strstr(response, "\r\n\r\n"))
		assert_int_equal(sscanf(response, "HTTP/1.1 %d", &status), 1);
	return status;
}

/* The same with the allocation after 'successes' failing; whether one did. */
static bool
ask_failing(uint64_t successes, const char *request, const char *headers,
    const char *body, int *status)
{
	bool has_failed;

	weft__alloc_fail_after(successes, false);
	*status = ask(request, headers, body);
	has_failed = weft__alloc_count() > successes;
	weft__alloc_fail_never();
	return has_failed;
}

/* Whether the client knows that it was not done, or not whether it was. */
static bool
is_told(int status)
{
	return status == 500 || status == 503 || status == 0;
}

/* Has every allocation of a request fail that may be repeated. */
static void
fail_each(const char *request, const char *headers, const char *body,
    int expected)
{
	int status;

	for (uint64_t n = 0;
	     ask_failing(n, request, headers, body, &status); n++) {
		if (status != expected && !is_told(status))
			fail_msg("%s: allocation %d: %d %s", request, (int)n,
			    status, response);
		assert_int_equal(ask("GET /api/Todos/a", "", ""), 200);
		/* Logins that fail make others wait. */
		rest.fixture.now_ms += 3600000;
	}
	assert_int_equal(status, expected);
}

static int
open_plain(void **state)
{
	rest_open(&rest, FIXTURE_SQLITE);
	rest_start(&rest);
	assert_int_equal(ask("POST /api/Todos", JSON,
			     "{\"id\":\"a\",\"title\":\"one\"}"), 200);
	return 0;
}

static int
close_all(void **state)
{
	rest_close(&rest);
	weft__access_destroy(rights);
	rights = NULL;
	return 0;
}

static void
memory__of_reading_may_fail(void **state)
{
	static const char *const requests[] = {
	    "GET /api/Todos/a", "HEAD /api/Todos/a", "GET /api/Todos/a/exists",
	    "GET /api/Todos?filter={%22where%22:{%22title%22:%22one%22}}",
	    "GET /api/Todos/findOne?filter[where][title]=one",
	    "GET /api/Todos/count?where={%22id%22:%22a%22}",
	    "GET /api/Todos/changes?since=-1&filter={%22limit%22:5}",
	    "GET /api/Todos/checkpoint", "GET /api/Todos/a/changes/last",
	};

	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		fail_each(requests[i], "Accept-Encoding: gzip\r\n", "", 200);
	fail_each("GET /api/Todos/none", "", "", 404);
	fail_each("GET /api/Todos?filter=x", "", "", 400);
	fail_each("GET /api/Todos/none/at/all", "", "", 404);
}

static void
memory__of_writing_may_fail(void **state)
{
	static const char record[] = "{\"id\":\"a\",\"title\":\"two\"}";
	static const char changes[] =
	    "[{\"modelId\":\"a\",\"modelName\":\"Todo\",\"rev\":\"x\","
	    "\"checkpoint\":1},{\"modelId\":\"b\",\"rev\":\"y\"}]";

	fail_each("PATCH /api/Todos/a", JSON, "{\"title\":\"three\"}", 200);
	fail_each("PUT /api/Todos", JSON, record, 200);
	fail_each("PATCH /api/Todos", JSON, record, 200);
	fail_each("POST /api/Todos/replaceOrCreate", JSON, record, 200);
	fail_each("POST /api/Todos/a/replace", JSON, record, 200);
	fail_each("POST /api/Todos/update?where={%22id%22:%22a%22}", JSON,
	    "{\"title\":\"four\"}", 200);
	fail_each("POST /api/Todos/upsertWithWhere?where={%22id%22:%22a%22}",
	    JSON, record, 200);
	fail_each("DELETE /api/Todos/none", "", "", 200);
	fail_each("POST /api/Todos", JSON, record, 409);
	fail_each("POST /api/Todos", JSON, "{", 400);
	fail_each("POST /api/Todos/checkpoint", "", "", 200);
	fail_each("POST /api/Todos/diff", JSON, changes, 200);
	fail_each("POST /api/Todos/create-updates", JSON, changes, 200);
	fail_each("PUT /api/Todos/a/changes/last", JSON, "{\"prev\":null}",
	    200);
	fail_each("PATCH /api/Todos/a",
	    "Content-Type: application/x-www-form-urlencoded\r\n",
	    "title=five", 200);
}

/* How many of the records there are that the tests below make. */
static int
count_made(void)
{
	assert_int_equal(ask("GET /api/Todos/count?where="
			     "{%22id%22:{%22inq%22:[%22x%22,%22y%22]}}",
			     "", ""), 200);
	return (int)strtol(strstr(http_body(response), ":") + 1, NULL, 10);
}

/* A request that makes two records makes both or none. */
static void
fail_each_of_two(const char *request, const char *body, int expected)
{
	bool has_failed = true;
	char told[401];
	int status = 0, made;

	for (uint64_t n = 0; has_failed; n++) {
		ask("DELETE /api/Todos/x", "", "");
		ask("DELETE /api/Todos/y", "", "");
		assert_int_equal(count_made(), 0);
		has_failed = ask_failing(n, request, JSON, body, &status);
		snprintf(told, sizeof told, "%.400s", response);
		made = count_made();
		if ((status != expected && !is_told(status)) ||
		    made == 1 || (status == expected && made != 2))
			fail_msg("%s: allocation %d: %d, %d made: %s", request,
			    (int)n, status, made, told);
	}
	assert_int_equal(status, expected);
}

static void
memory__of_many_changes_may_fail_as_a_whole(void **state)
{
	fail_each_of_two("POST /api/Todos",
	    "[{\"id\":\"x\",\"title\":\"1\"},{\"id\":\"y\",\"title\":\"2\"}]",
	    200);
	fail_each_of_two("POST /api/online-sync",
	    "{\"changes\":[{\"model\":\"Todo\",\"type\":\"upsert\",\"data\":"
	    "{\"id\":\"x\",\"title\":\"1\"}},{\"model\":\"Todo\",\"type\":"
	    "\"upsert\",\"data\":{\"id\":\"y\",\"title\":\"2\"}}]}", 200);
}

/* Both are deleted, so that an update has to know what was. */
static void
memory__of_a_bulk_update_may_fail(void **state)
{
	static const char body[] =
	    "{\"updates\":[{\"type\":\"create\",\"change\":{\"modelId\":\"x\","
	    "\"rev\":\"1\"},\"data\":{\"id\":\"x\",\"title\":\"1\"}},"
	    "{\"type\":\"create\",\"change\":{\"modelId\":\"y\",\"rev\":"
	    "\"2\"},\"data\":{\"id\":\"y\",\"title\":\"2\"}}]}";

	fail_each_of_two("POST /api/Todos/bulk-update", body, 204);
}

static int
open_rights(void **state)
{
	static const char *const builtins[] = {
	    "User", "AccessToken", "Role", "RoleMapping", "ACL"};
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;

	rest_open(&rest, FIXTURE_SQLITE);
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		rest_define(&rest, weft__builtin_definition(builtins[i]));
	options.cost.log_n = 4;
	options.clock = &rest.fixture.clock;
	fixture_ok(&rest.fixture,
	    weft__access_open(rest.fixture.registry, &options, &rights,
		&rest.fixture.error));
	rest.access = rights;
	rest_start(&rest);
	assert_int_equal(ask("POST /api/Todos", JSON,
			     "{\"id\":\"a\",\"title\":\"one\"}"), 200);
	assert_int_equal(ask("POST /api/Users", JSON,
			     "{\"id\":\"p\",\"username\":\"peter\","
			     "\"password\":\"p\",\"email\":\"p@x.org\"}"), 200);
	return 0;
}

static void
memory__of_users_may_fail(void **state)
{
	static const char login[] =
	    "{\"username\":\"peter\",\"password\":\"p\"}";
	char token[80], header[128];

	fail_each("POST /api/Users/login", JSON, login, 200);
	assert_int_equal(ask("POST /api/Users/login", JSON, login), 200);
	assert_int_equal(sscanf(strstr(response, "\"id\":\"") + 6,
			     "%64[^\"]", token), 1);
	snprintf(header, sizeof header, "Authorization: %s\r\n", token);
	fail_each("GET /api/Users/p", header, "", 200);
	fail_each("GET /api/Users/p", "", "", 401);
	fail_each("GET /api/Todos?access_token=none", "", "", 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		memory__of_reading_may_fail, open_plain, close_all),
	    cmocka_unit_test_setup_teardown(
		memory__of_writing_may_fail, open_plain, close_all),
	    cmocka_unit_test_setup_teardown(
		memory__of_many_changes_may_fail_as_a_whole, open_plain,
		close_all),
	    cmocka_unit_test_setup_teardown(
		memory__of_a_bulk_update_may_fail, open_plain, close_all),
	    cmocka_unit_test_setup_teardown(
		memory__of_users_may_fail, open_rights, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
