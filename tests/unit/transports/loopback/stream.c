/* Tests of change streams, over sockets. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/rest.h"

/* A client of a stream: what has come so far, chunk sizes left out. */
struct listener {
	int fd;
	char text[65536]; /* as it came, with the framing of chunks */
};

static void
listen_to(struct listener *listener, const struct rest *rest,
    const char *target, const char *headers)
{
	char head[1024];

	memset(listener, 0, sizeof *listener);
	listener->fd = http_connect(&rest->http);
	snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n",
	    target, headers);
	http_send(listener->fd, head);
}

/* Reads until this text has come; what came before it, and it, are dropped. */
static void
await(struct listener *listener, const char *expected)
{
	size_t size = strlen(listener->text);
	char *found;

	while (!(found = strstr(listener->text, expected))) {
		ssize_t more = recv(listener->fd, listener->text + size,
		    sizeof listener->text - 1 - size, 0);

		if (more <= 0)
			fail_msg("ended without %s, with %s", expected,
			    listener->text);
		size += (size_t)more;
		listener->text[size] = '\0';
	}
	found += strlen(expected);
	memmove(listener->text, found, strlen(found) + 1);
}

#define EVENTS "Accept: text/event-stream\r\n"

static void
open_rest(struct rest *rest, const char *settings)
{
	rest_open(rest, settings);
	rest->options.poll_ms = 20;
	rest_start(rest);
}

static void
stream__sends_what_is_written(void **state)
{
	struct listener listener;
	struct rest rest;

	open_rest(&rest, FIXTURE_SQLITE);
	listen_to(&listener, &rest, "/api/Todos/change-stream", EVENTS);
	await(&listener, "200 OK");
	await(&listener, "text/event-stream");
	await(&listener, "\r\n:ok\n\n");
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"s1\",\"title\":\"a\"}");
	await(&listener, "event: data\ndata: {\"target\":\"s1\",\"data\":"
			 "{\"id\":\"s1\",\"title\":\"a\"},"
			 "\"type\":\"create\"}\n\n");
	rest_ask(&rest, "PATCH /api/Todos/s1", "{\"title\":\"b\"}");
	await(&listener, "data: {\"target\":\"s1\",\"data\":{\"id\":\"s1\","
			 "\"title\":\"b\"},\"type\":\"update\"}\n\n");
	rest_ask(&rest, "POST /api/Todos/update", "{\"title\":\"c\"}");
	await(&listener, "data: {\"target\":\"s1\",\"data\":{\"id\":\"s1\","
			 "\"title\":\"c\"},\"type\":\"update\"}\n\n");
	rest_ask(&rest, "DELETE /api/Todos/s1", NULL);
	await(&listener, "data: {\"target\":\"s1\",\"where\":{\"id\":\"s1\"},"
			 "\"type\":\"remove\"}\n\n");
	/* Not over REST: another protocol, or process. */
	fixture_put(&rest.fixture, "{\"id\":\"s2\"}");
	await(&listener, "data: {\"target\":\"s2\",\"data\":{\"id\":\"s2\"},"
			 "\"type\":\"create\"}\n\n");
	close(listener.fd);
	rest_close(&rest);
}

static void
stream__has_a_form_of_lines(void **state)
{
	struct listener listener;
	struct rest rest;

	open_rest(&rest, FIXTURE_MEMORY);
	listen_to(&listener, &rest, "/api/Todos/change-stream", "");
	await(&listener, "application/json; boundary=NL");
	await(&listener, "\",\"new\",{\"opts\":{\"writable\":false,"
			 "\"readable\":true}}]\n");
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"s1\"}");
	await(&listener, "\",\"data\",{\"target\":\"s1\",\"data\":"
			 "{\"id\":\"s1\"},\"type\":\"create\"}]\n");
	close(listener.fd);
	rest_close(&rest);
}

static void
stream__tells_removals_under_a_filter(void **state)
{
	struct listener listener;
	struct rest rest;

	open_rest(&rest, FIXTURE_SQLITE);
	listen_to(&listener, &rest,
	    "/api/Todos/change-stream?options={%22where%22:{%22done%22:true},"
	    "%22fields%22:[%22id%22]}", EVENTS);
	await(&listener, ":ok\n\n");
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"x\",\"done\":false}");
	rest_ask(&rest, "PATCH /api/Todos/x", "{\"title\":\"a\"}");
	rest_ask(&rest, "DELETE /api/Todos/x", NULL);
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"y\",\"done\":true}");
	await(&listener, "event: data\ndata: {\"target\":\"y\",\"data\":"
			 "{\"id\":\"y\"},\"type\":\"create\"}\n\n");
	rest_ask(&rest, "PATCH /api/Todos/y", "{\"done\":false}");
	await(&listener, "data: {\"target\":\"y\",\"where\":{\"id\":\"y\"},"
			 "\"type\":\"remove\"}\n\n");
	rest_ask(&rest, "PATCH /api/Todos/y", "{\"done\":true}");
	await(&listener, "data: {\"target\":\"y\",\"data\":{\"id\":\"y\"},"
			 "\"type\":\"update\"}\n\n");
	rest_ask(&rest, "DELETE /api/Todos/y", NULL);
	await(&listener, "data: {\"target\":\"y\",\"where\":{\"id\":\"y\"},"
			 "\"type\":\"remove\"}\n\n");
	assert_null(strstr(listener.text, "data:"));
	close(listener.fd);
	rest_close(&rest);
}

/* Takes the id of the next event, up to the line's end. */
static void
await_id(struct listener *listener, char id[64])
{
	await(listener, "id: ");
	while (!strchr(listener->text, '\n')) {
		size_t size = strlen(listener->text);

		assert_true(recv(listener->fd, listener->text + size, 1, 0) ==
			    1);
		listener->text[size + 1] = '\0';
	}
	snprintf(id, 64, "%.*s", (int)strcspn(listener->text, "\n"),
	    listener->text);
}

static void
stream__goes_on_where_it_was(void **state)
{
	struct listener listener;
	char id[64], headers[200];
	struct rest rest;

	open_rest(&rest, FIXTURE_SQLITE);
	listen_to(&listener, &rest, "/api/Todos/change-stream", EVENTS);
	await(&listener, ":ok\n\n");
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"s1\"}");
	await_id(&listener, id);
	close(listener.fd);
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"s2\"}");
	rest_ask(&rest, "DELETE /api/Todos/s1", NULL);
	snprintf(
	    headers, sizeof headers, EVENTS "Last-Event-ID: %s\r\n", id);
	listen_to(&listener, &rest, "/api/Todos/change-stream", headers);
	await(&listener, ":ok\n\n");
	await_id(&listener, id);
	await(&listener, "\nevent: data\ndata: {\"target\":\"s2\",");
	await(&listener, "data: {\"target\":\"s1\",\"where\"");
	close(listener.fd);
	rest_close(&rest);
}

/* A client that cannot be told what it missed is told that it did. */
static void
stream__resets_who_missed_something(void **state)
{
	static const char *const ids[] = {"1", "00000000-1", "x-99999999999",
	    "99999999-1a"};
	struct listener listener;
	char headers[200];
	struct rest rest;

	open_rest(&rest, FIXTURE_SQLITE);
	rest_ask(&rest, "POST /api/Todos", "{\"id\":\"s0\"}");
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		snprintf(headers, sizeof headers,
		    EVENTS "Last-Event-ID: %s\r\n", ids[i]);
		listen_to(
		    &listener, &rest, "/api/Todos/change-stream", headers);
		await(&listener, ":ok\n\n");
		await(&listener, "event: reset\ndata: null\n\n");
		close(listener.fd);
	}
	rest_close(&rest);
}

static void
stream__shows_that_it_lives_and_says_when_it_ends(void **state)
{
	struct listener events, lines;
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest.options.heartbeat_ms = 1;
	rest_start(&rest);
	listen_to(&events, &rest, "/api/Todos/change-stream", EVENTS);
	listen_to(&lines, &rest,
	    "/api/Todos/change-stream?_format=event-stream", "");
	await(&events, ":ok\n\n");
	await(&events, "\n:\n\n");
	await(&lines, ":ok\n\n");
	weft__http_server_drain(rest.http.server);
	await(&events, "event: end\ndata: null\n\n");
	await(&lines, "event: end\ndata: null\n\n");
	close(events.fd);
	close(lines.fd);
	rest_close(&rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stream__sends_what_is_written),
	    cmocka_unit_test(stream__has_a_form_of_lines),
	    cmocka_unit_test(stream__tells_removals_under_a_filter),
	    cmocka_unit_test(stream__goes_on_where_it_was),
	    cmocka_unit_test(stream__resets_who_missed_something),
	    cmocka_unit_test(
		stream__shows_that_it_lives_and_says_when_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
