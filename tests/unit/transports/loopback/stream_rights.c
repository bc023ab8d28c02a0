/* Tests of what a change stream tells whom. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/access/access.h"
#include "models/access/builtin.h"
#include "tests/lib/rest.h"

#define NOTE \
	"{\"name\":\"Note\",\"trackChanges\":true,\"visibleTo\":" \
	"{\"property\":\"ownerId\",\"groups\":\"groupId\"}," \
	"\"properties\":{\"id\":{\"type\":\"string\",\"id\":true}," \
	"\"ownerId\":\"string\",\"groupId\":\"string\"," \
	"\"text\":\"string\"}}"

#define MAPPING \
	"{\"id\":\"m\",\"roleId\":\"r\",\"principalType\":\"USER\"," \
	"\"principalId\":\"a\"}"

/* ann is of the team, and listens. */
struct world {
	struct rest rest;
	struct weft__access *access;
	char token[80];
	int fd;
	char text[8192]; /* what has come */
};

static void
put(struct world *world, const char *model, const char *record)
{
	struct fixture *fixture = &world->rest.fixture;

	fixture_ok(fixture,
	    weft_record_create(
		weft_registry_find_model(fixture->registry, model), NULL,
		weft_slice(record), NULL, &fixture->error));
}

static void
open_world(struct world *world)
{
	static const char *const builtins[] = {
	    "User", "AccessToken", "Role", "RoleMapping", "ACL"};
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;
	struct rest *rest = &world->rest;

	rest_open(rest, FIXTURE_MEMORY);
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		rest_define(rest, weft__builtin_definition(builtins[i]));
	rest_define(rest, NOTE);
	options.cost.log_n = 4;
	options.clock = &rest->fixture.clock;
	fixture_ok(&rest->fixture,
	    weft__access_open(rest->fixture.registry, &options,
		&world->access, &rest->fixture.error));
	rest->access = world->access;
	rest_start(rest);
	put(world, "User",
	    "{\"id\":\"a\",\"username\":\"ann\",\"password\":\"p\","
	    "\"email\":\"a@example.com\"}");
	put(world, "Role", "{\"id\":\"r\",\"name\":\"team\"}");
	put(world, "RoleMapping", MAPPING);
	rest_expect(rest, "POST /api/Users/login",
	    "{\"username\":\"ann\",\"password\":\"p\"}", 200, NULL);
	snprintf(world->token, sizeof world->token, "%.64s",
	    strstr(rest->body, "\"id\":\"") + 6);
}

static void
close_world(struct world *world)
{
	close(world->fd);
	rest_close(&world->rest);
	weft__access_destroy(world->access);
}

/* Opens a stream: 'accept' is a header, 'body' the request's. */
static void
listen_to(struct world *world, const char *accept, const char *body)
{
	char head[600];

	snprintf(head, sizeof head,
	    "POST /api/Notes/change-stream HTTP/1.1\r\nHost: x\r\n%s"
	    "Authorization: %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s", accept, world->token,
	    strlen(body), body);
	world->fd = http_connect(&world->rest.http);
	http_send(world->fd, head);
	*world->text = '\0';
}

#define EVENTS "Accept: text/event-stream\r\n"

/* Reads until this text has come. */
static void
await(struct world *world, const char *expected)
{
	size_t size = strlen(world->text);

	while (!strstr(world->text, expected)) {
		ssize_t more = recv(world->fd, world->text + size,
		    sizeof world->text - 1 - size, 0);

		if (more <= 0)
			fail_msg("ended without %s, with %s", expected,
			    world->text);
		size += (size_t)more;
		world->text[size] = '\0';
	}
}

/* A where in the body counts, within what may be seen. */
static void
stream__takes_a_where_from_the_body(void **state)
{
	struct world world;

	open_world(&world);
	listen_to(&world, EVENTS,
	    "{\"options\":{\"where\":{\"text\":\"x\"}}}");
	await(&world, ":ok");
	put(&world, "Note", "{\"id\":\"n1\",\"ownerId\":\"a\"}");
	put(&world, "Note",
	    "{\"id\":\"n2\",\"ownerId\":\"b\",\"text\":\"x\"}");
	put(&world, "Note",
	    "{\"id\":\"n3\",\"ownerId\":\"a\",\"text\":\"x\"}");
	await(&world, "\"target\":\"n3\"");
	assert_null(strstr(world.text, "\"n1\""));
	assert_null(strstr(world.text, "\"n2\""));
	close_world(&world);
}

static void
leave_team(struct world *world)
{
	struct fixture *fixture = &world->rest.fixture;

	fixture_ok(fixture,
	    weft_record_delete_by_id(
		weft_registry_find_model(fixture->registry, "RoleMapping"),
		NULL, weft_slice("m"), NULL, &fixture->error));
}

/* Who has lost a role, or got one, is told to read everything again. */
static void
stream__follows_the_roles(void **state)
{
	struct world world;

	open_world(&world);
	listen_to(&world, EVENTS, "{}");
	await(&world, ":ok");
	put(&world, "Note", "{\"id\":\"n1\",\"groupId\":\"r\"}");
	await(&world, "\"target\":\"n1\"");
	assert_null(strstr(world.text, "event: reset"));
	leave_team(&world);
	put(&world, "Note", "{\"id\":\"n2\",\"groupId\":\"r\"}");
	put(&world, "Note", "{\"id\":\"n3\",\"ownerId\":\"a\"}");
	await(&world, "event: reset");
	await(&world, "\"target\":\"n3\"");
	assert_null(strstr(world.text, "\"n2\""));
	*world.text = '\0';
	put(&world, "RoleMapping", MAPPING);
	put(&world, "Note", "{\"id\":\"n4\",\"groupId\":\"r\"}");
	await(&world, "event: reset");
	await(&world, "\"target\":\"n4\"");
	close_world(&world);
}

/* A stream that knows no reset ends. */
static void
stream__of_lines_ends_with_the_roles(void **state)
{
	struct world world;

	open_world(&world);
	listen_to(&world, "", "{}");
	put(&world, "Note", "{\"id\":\"n0\",\"groupId\":\"r\"}");
	await(&world, "\r\n\r\n");
	leave_team(&world);
	put(&world, "Note", "{\"id\":\"n2\",\"groupId\":\"r\"}");
	await(&world, "\r\n0\r\n\r\n");
	assert_null(strstr(world.text, "\"n2\""));
	close_world(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stream__takes_a_where_from_the_body),
	    cmocka_unit_test(stream__follows_the_roles),
	    cmocka_unit_test(stream__of_lines_ends_with_the_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
