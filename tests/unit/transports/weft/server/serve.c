/*
 * Tests of weft.repl.v1 over real WebSockets: who may connect, what reaches
 * whom, and how it ends.
 */
#include "tests/unit/models/access/world.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/repl_server.h"
#include "tests/lib/ws.h"
#include "tests/lib/ws_text.h"

#define PROTOCOL "Sec-WebSocket-Protocol: weft.repl.v1\r\n"

struct place {
	struct fixture fixture;
	struct repl_server repl;
	struct ws_server ws; /* its http is that of 'repl' */
};

static void
open_place(struct place *place)
{
	static const char *const origins[] = {"https://app.example", NULL};

	fixture_open(&place->fixture, FIXTURE_SQLITE);
	repl_server_init(&place->repl, place->fixture.registry);
	place->repl.origins = origins;
	place->repl.http.config.connections_of_address = 1000;
	repl_server_start(&place->repl, NULL);
	place->ws = (struct ws_server){.http = place->repl.http};
}

static void
close_place(struct place *place)
{
	repl_server_stop(&place->repl);
	fixture_close(&place->fixture);
}

/* The status of a request for an upgrade with these headers. */
static int
try_upgrade(struct place *place, const char *more, const char *target)
{
	char text[4096], request[4096];
	int status, fd = http_connect(&place->ws.http);

	ws_request(more, text, sizeof text);
	snprintf(request, sizeof request, "GET %s%s", target,
	    text + strlen("GET /socket"));
	http_send(fd, request);
	status = http_receive_head(fd, text, sizeof text);
	close(fd);
	return status;
}

static void
say(int fd, const char *text)
{
	struct weft_buf bytes = WEFT_BUF_INIT(1 << 20);

	ws_frame(0x81, true, weft_slice(text), &bytes);
	http_send_bytes(fd, bytes.data, bytes.size);
	weft_buf_fini(&bytes);
}

/* Receives one frame: static text. */
static const char *
hear(int fd)
{
	static char text[65536];
	struct weft_buf out = WEFT_BUF_INIT(sizeof text - 1);

	*text = '\0';
	if (ws_receive(fd, 1, &out))
		memcpy(text, out.data, out.size + 1);
	weft_buf_fini(&out);
	return text;
}

static void
expect(int fd, const char *text)
{
	const char *heard = hear(fd);

	if (!strstr(heard, text))
		fail_msg("\"%s\" is not in \"%s\"", text, heard);
}

/* A client that says who it is and opens Todo. */
static int
enter(struct place *place, const char *node)
{
	int fd = ws_connect(&place->ws, PROTOCOL);
	char hello[128];

	assert_true(fd >= 0);
	snprintf(hello, sizeof hello, "{\"t\":\"hello\",\"node\":\"%s\"}",
	    node);
	say(fd, hello);
	say(fd, "{\"t\":\"auth\"}");
	say(fd, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
	expect(fd, "hello");
	expect(fd, "welcome");
	expect(fd, "opened");
	return fd;
}

static void
server_take__refuses_who_may_not_connect(void **state)
{
	struct place place;

	open_place(&place);
	assert_int_equal(try_upgrade(&place, PROTOCOL, "/replicate"), 101);
	assert_int_equal(try_upgrade(&place, "", "/replicate"), 400);
	assert_int_equal(
	    try_upgrade(&place,
		"Sec-WebSocket-Protocol: weft.repl.v2\r\n", "/replicate"),
	    400);
	assert_int_equal(
	    try_upgrade(&place, PROTOCOL, "/replicate?access_token=x"), 400);
	assert_int_equal(try_upgrade(&place,
			     PROTOCOL "Origin: https://evil.example\r\n",
			     "/replicate"),
	    403);
	assert_int_equal(try_upgrade(&place,
			     PROTOCOL "Origin: https://app.example\r\n",
			     "/replicate"),
	    101);
	assert_int_equal(
	    try_upgrade(&place,
		"Sec-WebSocket-Protocol: weft.repl.v1, bearer.!\r\n",
		"/replicate"),
	    400);
	close_place(&place);
}

static void
server_take__takes_a_token_of_the_subprotocol(void **state)
{
	struct place place;
	int fd;

	open_place(&place);
	fd = ws_connect(&place.ws,
	    "Sec-WebSocket-Protocol: bearer.dG9rZW4, weft.repl.v1\r\n");
	assert_true(fd >= 0);
	say(fd, "{\"t\":\"hello\"}");
	expect(fd, "hello");
	expect(fd, "welcome"); /* nobody asks for rights here */
	close(fd);
	close_place(&place);
}

static void
server__takes_little_before_it_knows_who_it_is(void **state)
{
	static char text[5000];
	struct weft_buf large = WEFT_BUF_INIT(1 << 20);
	struct place place;
	int fd;

	open_place(&place);
	memset(text, ' ', sizeof text);
	memcpy(text, "{\"t\":\"hello\"}", 13);
	fd = ws_connect(&place.ws, PROTOCOL);
	ws_frame(0x81, true, (struct weft_slice){text, sizeof text}, &large);
	http_send_bytes(fd, large.data, large.size);
	expect(fd, "close:1009");
	close(fd);
	fd = enter(&place, "a");
	http_send_bytes(fd, large.data, large.size);
	say(fd, "{\"t\":\"ping\"}");
	expect(fd, "pong");
	close(fd);
	weft_buf_fini(&large);
	close_place(&place);
}

/* Enters, sends one frame, and is sent away. */
static void
assert_closed(struct place *place, int first, struct weft_slice data,
    const char *code)
{
	struct weft_buf frame = WEFT_BUF_INIT(1 << 20);
	int fd = enter(place, "a");

	ws_frame(first, true, data, &frame);
	http_send_bytes(fd, frame.data, frame.size);
	weft_buf_fini(&frame);
	if (!strcmp(code, "close:4400"))
		expect(fd, "\"code\":\"malformed\"");
	expect(fd, code);
	close(fd);
}

static void
server__closes_with_the_codes_of_the_protocol(void **state)
{
	static char text[70000];
	struct place place;

	fixture_open(&place.fixture, FIXTURE_SQLITE);
	repl_server_init(&place.repl, place.fixture.registry);
	place.repl.options.message_size = 65536;
	repl_server_start(&place.repl, NULL);
	place.ws = (struct ws_server){.http = place.repl.http};
	memset(text, ' ', sizeof text);
	assert_closed(&place, 0x88, weft_slice("\x03\xe8"), "close:1000");
	assert_closed(&place, 0x81, weft_slice_of(text, sizeof text),
	    "close:1009");
	assert_closed(&place, 0x81, weft_slice("nonsense"), "close:4400");
	close_place(&place);
}

static atomic_uint_fast64_t now_us;

static uint64_t
read_now(void *context)
{
	return now_us;
}

static void
server__closes_who_does_not_say_who_he_is(void **state)
{
	static const struct weft__ticks ticks = {read_now, NULL};
	struct place place;
	int silent, nameless, known;

	fixture_open(&place.fixture, FIXTURE_SQLITE);
	repl_server_init(&place.repl, place.fixture.registry);
	place.repl.http.config.ticks = &ticks;
	repl_server_start(&place.repl, NULL);
	place.ws = (struct ws_server){.http = place.repl.http};
	silent = ws_connect(&place.ws, PROTOCOL);
	nameless = ws_connect(&place.ws, PROTOCOL);
	say(nameless, "{\"t\":\"hello\"}");
	expect(nameless, "hello");
	known = enter(&place, "a");
	now_us += UINT64_C(10300) * 1000;
	expect(silent, "unauthorized");
	expect(silent, "close:4401");
	expect(nameless, "unauthorized");
	expect(nameless, "close:4401");
	say(known, "{\"t\":\"ping\"}");
	expect(known, "pong");
	close(silent);
	close(nameless);
	close(known);
	close_place(&place);
}

/* Lets second after second pass until there is something to be heard. */
static void
pass_time(int fd)
{
	struct pollfd heard = {.fd = fd, .events = POLLIN};

	do
		now_us += 1000000;
	while (poll(&heard, 1, 100) == 0);
}

static void
server__looks_for_rights_that_others_take(void **state)
{
	static const struct weft__ticks ticks = {read_now, NULL};
	struct repl_server repl;
	struct ws_server ws;
	struct world world;
	uint64_t began_us;
	int fd;

	world_open(&world, FIXTURE_SQLITE);
	world_start(&world, NULL);
	weft__principal_release(world_principal(&world, "7"));
	repl_server_init(&repl, world.fixture.registry);
	repl.options.access = world.access;
	repl.options.clock = &world.fixture.clock;
	repl.http.config.ticks = &ticks;
	repl_server_start(&repl, NULL);
	ws = (struct ws_server){.http = repl.http};
	fd = ws_connect(&ws, PROTOCOL "Authorization: token-of-7\r\n");
	say(fd, "{\"t\":\"hello\"}");
	expect(fd, "hello");
	expect(fd, "welcome");
	world_sql(&world, "DELETE FROM AccessToken");
	began_us = now_us;
	pass_time(fd);
	assert_true(now_us - began_us < 20000000);
	expect(fd, "unauthorized");
	expect(fd, "close:4401");
	close(fd);
	repl_server_stop(&repl);
	world_close(&world);
}

static void
server__tells_each_what_others_push(void **state)
{
	struct place place;
	int a, b;

	open_place(&place);
	a = enter(&place, "a");
	b = enter(&place, "b");
	say(a, "{\"t\":\"push\",\"n\":2,\"parts\":[{\"model\":\"Todo\","
	       "\"updates\":[{\"id\":\"x\",\"data\":{\"id\":\"x\"}}]}]}");
	expect(a, "pushed");
	expect(b, "batch");
	/* What another process, or protocol, writes. */
	fixture_put(&place.fixture, "{\"id\":\"y\"}");
	expect(a, "y");
	expect(b, "y");
	close(a);
	close(b);
	close_place(&place);
}

#define MANY 300

static void
server__reads_once_for_many(void **state)
{
	const struct weft__repl_counts *counts;
	struct place place;
	int fds[MANY];

	open_place(&place);
	for (int i = 0; i < MANY; i++)
		fds[i] = enter(&place, "");
	counts = weft__repl_server_counts(place.repl.server);
	assert_int_equal(atomic_load(&counts->connections), MANY);
	fixture_put(&place.fixture, "{\"id\":\"x\"}");
	for (int i = 0; i < MANY; i++)
		expect(fds[i], "batch");
	assert_int_equal(atomic_load(&counts->batches), MANY);
	/* As many as the workers may have begun at once, and two to open. */
	assert_true(atomic_load(&counts->reads) <= 20);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	close_place(&place);
}

/* One that does not read holds up nobody, and is told later what is new. */
static void
server__goes_on_beside_a_slow_reader(void **state)
{
	static char title[60000];
	struct place place;
	char json[60100], ack[64];
	int slow, fast;

	memset(title, 't', sizeof title - 1);
	open_place(&place);
	slow = enter(&place, "slow");
	fast = enter(&place, "fast");
	for (int i = 0; i < 120; i++) {
		snprintf(json, sizeof json,
		    "{\"id\":\"x\",\"title\":\"%d%s\"}", i, title);
		fixture_put(&place.fixture, json);
		expect(fast, "batch");
		snprintf(ack, sizeof ack,
		    "{\"t\":\"ack\",\"s\":1,\"batches\":%d}", i + 1);
		say(fast, ack);
	}
	close(slow);
	close(fast);
	close_place(&place);
}

static void
server_drain__sends_all_away_to_come_back(void **state)
{
	unsigned long after[8];
	bool differ = false;
	struct place place;
	int fds[8];

	open_place(&place);
	for (int i = 0; i < 8; i++)
		fds[i] = enter(&place, "");
	weft__repl_server_drain(place.repl.server);
	for (int i = 0; i < 8; i++) {
		const char *text = strstr(hear(fds[i]), "after");

		assert_non_null(text);
		text += strcspn(text, ":") + 1;
		after[i] = strtoul(text, NULL, 10);
		assert_true(after[i] >= 500 && after[i] < 2000);
		differ = differ || after[i] != after[0];
		expect(fds[i], "close:1012");
		close(fds[i]);
	}
	assert_true(differ);
	assert_int_equal(try_upgrade(&place, PROTOCOL, "/replicate"), 503);
	close_place(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(server_take__refuses_who_may_not_connect),
	    cmocka_unit_test(server_take__takes_a_token_of_the_subprotocol),
	    cmocka_unit_test(server__takes_little_before_it_knows_who_it_is),
	    cmocka_unit_test(server__closes_with_the_codes_of_the_protocol),
	    cmocka_unit_test(server__closes_who_does_not_say_who_he_is),
	    cmocka_unit_test(server__looks_for_rights_that_others_take),
	    cmocka_unit_test(server__tells_each_what_others_push),
	    cmocka_unit_test(server__reads_once_for_many),
	    cmocka_unit_test(server__goes_on_beside_a_slow_reader),
	    cmocka_unit_test(server_drain__sends_all_away_to_come_back),
	};

	return cmocka_run_group_tests_name("repl server", tests, NULL, NULL);
}
