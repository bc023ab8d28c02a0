/* Tests of users, tokens and rules over REST. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/access/access.h"
#include "models/access/builtin.h"
#include "models/access/method.h"
#include "tests/lib/rest.h"
#include "transports/loopback/rest.h"

/* peter may write cars, alice may pull them, emery may read them. */
#define CAR \
	"{\"name\":\"Car\",\"trackChanges\":true,\"persistUndefinedAsNull\":" \
	"true,\"properties\":{\"id\":{\"type\":\"string\",\"id\":true}," \
	"\"model\":\"string\",\"maker\":\"string\"},\"acls\":[" \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$everyone\"," \
	"\"permission\":\"DENY\"}," \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$authenticated\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"READ\"}," \
	"{\"principalType\":\"USER\",\"principalId\":\"p\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"WRITE\"}," \
	"{\"principalType\":\"USER\",\"principalId\":\"a\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"REPLICATE\"}]}"

/* Everybody may do anything with those that he may see. */
#define NOTE \
	"{\"name\":\"Note\",\"trackChanges\":true,\"visibleTo\":" \
	"{\"property\":\"ownerId\"},\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true}," \
	"\"ownerId\":\"string\",\"text\":\"string\"}}"

/* peter and alice may write those that they may see, emery may read them. */
#define MEMO \
	"{\"name\":\"Memo\",\"trackChanges\":true,\"visibleTo\":" \
	"{\"property\":\"ownerId\"},\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true}," \
	"\"ownerId\":\"string\"," \
	"\"done\":{\"type\":\"boolean\",\"default\":false}},\"acls\":[" \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$everyone\"," \
	"\"permission\":\"DENY\"}," \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$authenticated\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"READ\"}," \
	"{\"principalType\":\"USER\",\"principalId\":\"p\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"WRITE\"}," \
	"{\"principalType\":\"USER\",\"principalId\":\"a\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"WRITE\"}]}"

/* Nobody may write them. */
#define SEAL \
	"{\"name\":\"Seal\",\"trackChanges\":true,\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true}},\"acls\":[" \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$everyone\"," \
	"\"permission\":\"DENY\",\"accessType\":\"WRITE\"}]}"

#define UNAUTHORIZED \
	"{\"error\":{\"statusCode\":401,\"name\":\"Error\",\"message\":" \
	"\"Authorization Required\",\"code\":\"AUTHORIZATION_REQUIRED\"}}"

struct rights {
	struct rest rest;
	struct weft__access *access;
	char header[512]; /* of the user */
};

static void
open_rights(struct rights *rights)
{
	static const char *const builtins[] = {
	    "User", "AccessToken", "Role", "RoleMapping", "ACL"};
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;
	struct rest *rest = &rights->rest;

	rest_open(rest, FIXTURE_MEMORY);
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		rest_define(rest, weft__builtin_definition(builtins[i]));
	rest_define(rest, CAR);
	rest_define(rest, NOTE);
	rest_define(rest, MEMO);
	rest_define(rest, SEAL);
	options.cost.log_n = 4;
	options.clock = &rest->fixture.clock;
	fixture_ok(&rest->fixture,
	    weft__access_open(rest->fixture.registry, &options,
		&rights->access, &rest->fixture.error));
	rest->access = rights->access;
	rest_start(rest);
	rest_ask(rest, "POST /api/Users",
	    "{\"id\":\"p\",\"username\":\"peter\",\"password\":\"p\","
	    "\"email\":\"p@example.com\"}");
	rest_ask(rest, "POST /api/Users",
	    "{\"id\":\"a\",\"username\":\"alice\",\"password\":\"p\","
	    "\"email\":\"a@example.com\"}");
	rest_ask(rest, "POST /api/Users",
	    "{\"id\":\"e\",\"username\":\"emery\",\"password\":\"p\","
	    "\"email\":\"e@example.com\"}");
}

static void
close_rights(struct rights *rights)
{
	rest_close(&rights->rest);
	weft__access_destroy(rights->access);
}

/* Logs in; the token goes to 'token', and into the header. */
static void
log_in(struct rights *rights, const char *user, char token[80])
{
	struct rest *rest = &rights->rest;
	char body[128];

	rest->headers = "";
	snprintf(body, sizeof body,
	    "{\"username\":\"%s\",\"password\":\"p\"}", user);
	rest_expect(rest, "POST /api/Users/login", body, 200, NULL);
	assert_non_null(strstr(rest->body, "\"ttl\":1209600"));
	snprintf(token, 80, "%.64s", strstr(rest->body, "\"id\":\"") + 6);
	snprintf(rights->header, sizeof rights->header,
	    "Authorization: %s\r\n", token);
	rest->headers = rights->header;
}

static void
rest__denies_what_no_rule_allows(void **state)
{
	struct rights rights;
	struct rest *rest = &rights.rest;
	char token[80];

	open_rights(&rights);
	rest_expect(rest, "GET /api/Cars", NULL, 401, UNAUTHORIZED);
	log_in(&rights, "emery", token);
	rest_expect(rest, "GET /api/Cars", NULL, 200, "[]");
	rest_expect(
	    rest, "POST /api/Cars/checkpoint", NULL, 401, UNAUTHORIZED);
	log_in(&rights, "alice", token);
	rest_expect(rest, "POST /api/Cars/checkpoint", NULL, 200, NULL);
	rest_expect(rest, "POST /api/Cars/bulk-update", "{\"updates\":[]}",
	    401, UNAUTHORIZED);
	log_in(&rights, "peter", token);
	rest_expect(rest, "POST /api/Cars/checkpoint", NULL, 200, NULL);
	rest_expect(rest, "POST /api/Cars", "{\"id\":\"c1\",\"model\":\"m\"}",
	    200, "{\"id\":\"c1\",\"model\":\"m\",\"maker\":null}");
	rest->headers = "Authorization: bogus\r\n";
	rest_expect(rest, "GET /api/Cars", NULL, 401, UNAUTHORIZED);
	close_rights(&rights);
}

/* Else a rule for what writes would not hold for it. */
static void
rest__calls_methods_as_rules_do(void **state)
{
	const struct weft__rest_route *route;

	for (size_t i = 0; (route = weft__rest_route_at(i)); i++)
		if (!weft__method_find(route->name))
			fail_msg("%s is not known to rules", route->name);
}

static void
rest__denies_each_way_to_write(void **state)
{
	static const char *const requests[] = {"POST /api/Seals",
	    "PATCH /api/Seals", "PUT /api/Seals",
	    "POST /api/Seals/replaceOrCreate",
	    "POST /api/Seals/upsertWithWhere", "POST /api/Seals/update",
	    "PATCH /api/Seals/s", "PUT /api/Seals/s",
	    "POST /api/Seals/s/replace", "DELETE /api/Seals/s",
	    "PUT /api/Seals/s/changes/last", "POST /api/Seals/bulk-update"};
	struct rights rights;

	open_rights(&rights);
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		rest_expect(&rights.rest, requests[i], "{\"id\":\"s\"}", 401,
		    UNAUTHORIZED);
	close_rights(&rights);
}

/* LoopBack's rules of User. */
static void
rest__lets_a_user_change_himself(void **state)
{
	struct rights rights;
	struct rest *rest = &rights.rest;
	char token[80];

	open_rights(&rights);
	rest_expect(rest, "PATCH /api/Users/p", "{\"realm\":\"r\"}", 401,
	    UNAUTHORIZED);
	log_in(&rights, "alice", token);
	rest_expect(rest, "PATCH /api/Users/p", "{\"realm\":\"r\"}", 401,
	    UNAUTHORIZED);
	log_in(&rights, "peter", token);
	rest_expect(rest, "PATCH /api/Users/p", "{\"realm\":\"r\"}", 200,
	    NULL);
	assert_non_null(strstr(rest->body, "\"realm\":\"r\""));
	close_rights(&rights);
}

/* Who may write roles may do everything. */
static void
rest__does_not_serve_the_models_of_rights(void **state)
{
	static const char *const requests[] = {"POST /api/Roles",
	    "POST /api/RoleMappings", "POST /api/ACLs"};
	struct rights rights;

	open_rights(&rights);
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		rest_expect(&rights.rest, requests[i], "{\"name\":\"x\"}", 404,
		    NULL);
	close_rights(&rights);
}

/* Base64 of short texts. */
static void
encode(const char *text, char *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i += 3) {
		unsigned bits = 0;

		for (size_t j = 0; j < 3; j++)
			bits = bits << 8 |
			       (i + j < size ? (unsigned char)text[i + j] : 0);
		for (size_t j = 0; j < 4; j++)
			*out++ = i + j <= size
			    ? digits[bits >> (18 - 6 * j) & 63]
			    : '=';
	}
	*out = '\0';
}

static void
rest__takes_tokens_wherever_loopback_does(void **state)
{
	char token[80], basic[100], encoded[200], request[256], header[512];
	struct rights rights;
	struct rest *rest = &rights.rest;

	open_rights(&rights);
	log_in(&rights, "emery", token);
	rest->headers = "";
	snprintf(
	    request, sizeof request, "GET /api/Cars?access_token=%s", token);
	rest_expect(rest, request, NULL, 200, "[]");
	rest->headers = header;
	snprintf(header, sizeof header, "X-Access-Token: %s\r\n", token);
	rest_expect(rest, "GET /api/Cars", NULL, 200, "[]");
	encode(token, encoded);
	snprintf(header, sizeof header, "Authorization: Bearer %s\r\n",
	    encoded);
	rest_expect(rest, "GET /api/Cars", NULL, 200, "[]");
	snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", token);
	rest_expect(rest, "GET /api/Cars", NULL, 200, "[]");
	snprintf(basic, sizeof basic, "emery:%s", token);
	encode(basic, encoded);
	snprintf(header, sizeof header, "Authorization: Basic %s\r\n",
	    encoded);
	rest_expect(rest, "GET /api/Cars", NULL, 200, "[]");
	rest->headers = "";
	snprintf(request, sizeof request,
	    "POST /api/Users/logout?access_token=%s", token);
	rest_expect(rest, request, NULL, 204, "");
	snprintf(
	    request, sizeof request, "GET /api/Cars?access_token=%s", token);
	rest_expect(rest, request, NULL, 401, UNAUTHORIZED);
	close_rights(&rights);
}

static void
rest__refuses_wrong_logins_as_loopback_does(void **state)
{
	static const char failed[] =
	    "{\"error\":{\"statusCode\":401,\"name\":\"Error\",\"message\":"
	    "\"login failed\",\"code\":\"LOGIN_FAILED\"}}";
	struct rights rights;
	struct rest *rest = &rights.rest;

	open_rights(&rights);
	rest_expect(rest, "POST /api/Users/login",
	    "{\"username\":\"alice\",\"password\":\"bad\"}", 401, failed);
	rest_expect(rest, "POST /api/Users/login", "{\"username\":\"alice\"}",
	    401, failed);
	rest_expect(rest, "POST /api/Users/login", "{\"password\":\"p\"}", 400,
	    NULL);
	assert_non_null(strstr(rest->body, "USERNAME_EMAIL_REQUIRED"));
	rest_expect(rest, "POST /api/Users/login", "[]", 400, NULL);
	rest_expect(rest, "POST /api/Users/logout", NULL, 401, NULL);
	rest_expect(rest, "POST /api/Users",
	    "{\"username\":\"alice\",\"password\":\"p\","
	    "\"email\":\"a@example.com\"}", 422, NULL);
	rest_expect(rest, "GET /api/Users", NULL, 401, UNAUTHORIZED);
	close_rights(&rights);
}

/* Each write of a request with several needs its own right. */
static void
online_sync__asks_for_each_right(void **state)
{
	static const char changes[] =
	    "{\"changes\":[{\"model\":\"Todo\",\"type\":\"create\",\"data\":"
	    "{\"id\":\"t\"}},{\"model\":\"Car\",\"type\":\"create\","
	    "\"data\":{\"id\":\"c\"}}]}";
	struct rights rights;
	struct rest *rest = &rights.rest;
	char token[80];

	open_rights(&rights);
	rest_expect(rest, "POST /api/online-sync", changes, 401,
	    "{\"error\":{\"statusCode\":401,\"name\":\"Error\",\"message\":"
	    "\"change 1: Authorization Required\",\"code\":"
	    "\"AUTHORIZATION_REQUIRED\"}}");
	rest_expect(rest, "GET /api/Todos", NULL, 200, "[]");
	log_in(&rights, "peter", token);
	rest_expect(rest, "POST /api/online-sync", changes, 200, NULL);
	rest_expect(rest, "POST /api/online-sync",
	    "{\"changes\":[{\"model\":\"User\",\"type\":\"create\","
	    "\"data\":{}}]}", 400, NULL);
	close_rights(&rights);
}

/* A record of somebody else is not there, whichever way it is asked for. */
/* The same answer for "n1", which somebody else has, as for what is not there
 * at all. */
static void
expect_nothing_at(struct rest *rest, const char *method, const char *behind,
    const char *body)
{
	char request[80], expected[400];
	int status;

	snprintf(request, sizeof request, "%s /api/Notes/n0%s", method,
	    behind);
	status = rest_ask(rest, request, body);
	snprintf(expected, sizeof expected, "%s", rest->body);
	*strchr(request, '0') = '1';
	if (strstr(expected, "n0"))
		*strchr(strstr(expected, "n0"), '0') = '1';
	rest_expect(rest, request, body, status, expected);
}

static void
rest__shows_only_what_may_be_seen(void **state)
{
	struct rights rights;
	struct rest *rest = &rights.rest;
	char token[80];

	open_rights(&rights);
	log_in(&rights, "peter", token);
	rest_expect(rest, "POST /api/Notes",
	    "{\"id\":\"n1\",\"ownerId\":\"p\",\"text\":\"x\"}", 200, NULL);
	rest_expect(rest, "GET /api/Notes/count", NULL, 200, "{\"count\":1}");
	log_in(&rights, "alice", token);
	rest_expect(rest, "GET /api/Notes", NULL, 200, "[]");
	rest_expect(rest, "GET /api/Notes?filter={%22where%22:{%22or%22:[{"
			  "%22ownerId%22:%22p%22},{%22id%22:%22n1%22}]}}",
	    NULL, 200, "[]");
	rest_expect(rest, "GET /api/Notes/count", NULL, 200, "{\"count\":0}");
	rest_expect(rest, "GET /api/Notes/findOne", NULL, 404, NULL);
	expect_nothing_at(rest, "GET", "", NULL);
	expect_nothing_at(rest, "HEAD", "", NULL);
	expect_nothing_at(rest, "GET", "/exists", NULL);
	expect_nothing_at(rest, "DELETE", "", NULL);
	expect_nothing_at(rest, "PATCH", "", "{\"text\":\"y\"}");
	expect_nothing_at(rest, "PUT", "", "{\"text\":\"y\"}");
	expect_nothing_at(rest, "POST", "/replace", "{\"text\":\"y\"}");
	expect_nothing_at(rest, "GET", "/changes/last", NULL);
	expect_nothing_at(rest, "PUT", "/changes/last", "{\"prev\":null}");
	rest_expect(rest, "PATCH /api/Notes",
	    "{\"id\":\"n1\",\"text\":\"y\"}", 404, NULL);
	rest_expect(rest, "POST /api/Notes/update", "{\"text\":\"y\"}", 200,
	    "{\"count\":0}");
	rest_expect(rest, "POST /api/Notes",
	    "{\"id\":\"n2\",\"ownerId\":\"p\"}", 401, UNAUTHORIZED);
	rest_expect(rest, "POST /api/online-sync",
	    "{\"changes\":[{\"model\":\"Note\",\"type\":\"delete\","
	    "\"id\":\"n1\"}]}", 404, NULL);
	rest_expect(
	    rest, "GET /api/Notes/changes?since=-1", NULL, 200, "[]");
	log_in(&rights, "peter", token);
	rest_expect(rest, "GET /api/Notes/n1", NULL, 200,
	    "{\"id\":\"n1\",\"ownerId\":\"p\",\"text\":\"x\"}");
	close_rights(&rights);
}

/* Asks for a memo as a replication does, and asserts that the answer is this
 * record; "" is none. */
static void
pull_memo(struct rights *rights, const char *user, const char *id,
    const char *record)
{
	struct rest *rest = &rights->rest;
	char token[80], deltas[80], data[200];

	log_in(rights, user, token);
	snprintf(deltas, sizeof deltas,
	    "[{\"modelId\":\"%s\",\"rev\":\"x\"}]", id);
	snprintf(data, sizeof data, "\"data\":%s}]", record);
	rest_expect(
	    rest, "POST /api/Memos/create-updates", deltas, 200, NULL);
	if (!strstr(rest->body, *record ? data : "[]"))
		fail_msg("%s got %s", user, rest->body);
}

/* Who gets a record that lacks a default causes a write, if he may write. */
static void
create_updates__fills_in_for_who_may_write(void **state)
{
	static const char mine[] = "{\"id\":\"e1\",\"ownerId\":\"e\"}",
	    bare[] = "{\"id\":\"p1\",\"ownerId\":\"p\"}",
	    whole[] = "{\"done\":false,\"id\":\"p1\",\"ownerId\":\"p\"}";
	struct rights rights;
	struct weft_model *model;
	struct weft_buf stored = WEFT_BUF_INIT(1000);
	struct fixture *fixture = &rights.rest.fixture;

	open_rights(&rights);
	model = weft_registry_find_model(fixture->registry, "Memo");
	fixture_ok(fixture, weft_record_upsert(model, NULL, weft_slice(bare),
				NULL, &fixture->error));
	fixture_ok(fixture, weft_record_upsert(model, NULL, weft_slice(mine),
				NULL, &fixture->error));
	pull_memo(&rights, "emery", "p1", "");
	pull_memo(&rights, "alice", "p1", "");
	fixture_ok(fixture,
	    weft_record_find_by_id(model, NULL, weft_slice("p1"),
		weft_slice(NULL), &stored, &fixture->error));
	assert_string_equal(stored.data, bare);
	pull_memo(&rights, "emery", "e1", mine);
	weft_buf_clear(&stored);
	fixture_ok(fixture,
	    weft_record_find_by_id(model, NULL, weft_slice("e1"),
		weft_slice(NULL), &stored, &fixture->error));
	assert_string_equal(stored.data, mine);
	pull_memo(&rights, "peter", "p1", whole);
	weft_buf_fini(&stored);
	close_rights(&rights);
}

/* Reads from a stream until this text has come. */
static void
await(int fd, char *text, size_t room, const char *expected)
{
	size_t size = strlen(text);

	while (!strstr(text, expected)) {
		ssize_t more = recv(fd, text + size, room - 1 - size, 0);

		if (more <= 0)
			fail_msg("ended without %s, with %s", expected, text);
		size += (size_t)more;
		text[size] = '\0';
	}
}

/* A stream tells what its user may see, for as long as he is somebody. */
static void
stream__tells_what_may_be_seen_and_ends_with_the_token(void **state)
{
	char peter[80], alice[80], head[300], text[4096] = "";
	struct rights rights;
	struct rest *rest = &rights.rest;
	int fd;

	open_rights(&rights);
	log_in(&rights, "alice", alice);
	log_in(&rights, "peter", peter);
	fd = http_connect(&rest->http);
	snprintf(head, sizeof head,
	    "GET /api/Memos/change-stream HTTP/1.1\r\nHost: x\r\n"
	    "Accept: text/event-stream\r\nAuthorization: %s\r\n\r\n", alice);
	http_send(fd, head);
	await(fd, text, sizeof text, ":ok");
	rest_expect(rest, "POST /api/Memos",
	    "{\"id\":\"his\",\"ownerId\":\"p\"}", 200, NULL);
	log_in(&rights, "alice", head);
	rest_expect(rest, "POST /api/Memos",
	    "{\"id\":\"hers\",\"ownerId\":\"a\"}", 200, NULL);
	await(fd, text, sizeof text, "\"target\":\"hers\"");
	assert_null(strstr(text, "his"));
	snprintf(head, sizeof head, "Authorization: %s\r\n", alice);
	rest->headers = head;
	rest_expect(rest, "POST /api/Users/logout", NULL, 204, "");
	log_in(&rights, "peter", peter);
	rest_ask(rest, "POST /api/Memos", "{\"id\":\"x\",\"ownerId\":\"p\"}");
	await(fd, text, sizeof text, "event: error");
	await(fd, text, sizeof text, "\r\n0\r\n\r\n");
	assert_null(strstr(text, "\"x\""));
	close(fd);
	close_rights(&rights);
}

/* A body that may be large is not waited for. */
static void
bulk__is_refused_before_its_body(void **state)
{
	static const char *const heads[] = {"Transfer-Encoding: chunked",
	    "Content-Encoding: gzip\r\nContent-Length: 100",
	    "Content-Length: 100000"};
	struct rights rights;
	char request[256], response[1024];

	open_rights(&rights);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		snprintf(request, sizeof request,
		    "POST /api/Cars/bulk-update HTTP/1.1\r\nHost: x\r\n"
		    "Content-Type: application/json\r\n%s\r\n\r\n",
		    heads[i]);
		assert_int_equal(http_ask(&rights.rest.http, request, response,
				     sizeof response), 401);
	}
	close_rights(&rights);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rest__denies_what_no_rule_allows),
	    cmocka_unit_test(rest__calls_methods_as_rules_do),
	    cmocka_unit_test(rest__denies_each_way_to_write),
	    cmocka_unit_test(rest__lets_a_user_change_himself),
	    cmocka_unit_test(rest__does_not_serve_the_models_of_rights),
	    cmocka_unit_test(rest__takes_tokens_wherever_loopback_does),
	    cmocka_unit_test(rest__refuses_wrong_logins_as_loopback_does),
	    cmocka_unit_test(online_sync__asks_for_each_right),
	    cmocka_unit_test(rest__shows_only_what_may_be_seen),
	    cmocka_unit_test(create_updates__fills_in_for_who_may_write),
	    cmocka_unit_test(
		stream__tells_what_may_be_seen_and_ends_with_the_token),
	    cmocka_unit_test(bulk__is_refused_before_its_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
