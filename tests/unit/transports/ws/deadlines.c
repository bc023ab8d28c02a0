/*
 * Tests of the times of transports/ws, on a clock that the test moves: a peer
 * that does not answer, or does not close, or sends too many pings.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/ws.h"
#include "transports/net/listener.h"

#define PING_MS 30000
#define CLOSE_MS 5000
#define LATE_MS 300 /* how late a timer may be, and more */

static atomic_uint_fast64_t now_us;
static struct ws_server server;

static uint64_t
read_now(void *context)
{
	return now_us;
}

static const struct weft__ticks ticks = {read_now, NULL};

static int
start(void **state)
{
	ws_init(&server);
	server.http.config.ticks = &ticks;
	server.http.config.head_ms = LATE_MS / 2;
	assert_int_equal(server.settings.ping_ms, PING_MS);
	assert_int_equal(server.settings.close_ms, CLOSE_MS);
	ws_start(&server, NULL);
	return 0;
}

static int
stop(void **state)
{
	ws_stop(&server);
	return 0;
}

/* Returns when the server has seen all that was sent so far. */
static void
settle(void)
{
	char response[4096];

	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    http_ask(&server.http, "GET /settled HTTP/1.0\r\n\r\n",
			response, sizeof response),
		    200);
}

/* Time passes, after all that was sent was seen.  Returns when the server has
 * looked at its timers: one of them ends a silent connection. */
static void
pass(uint64_t ms)
{
	int silent = http_connect(&server.http);

	settle();
	now_us += ms * 1000;
	assert_int_equal(http_drain(silent), 0);
}

/* The next frames are these. */
static void
expect(int fd, unsigned count, const char *frames)
{
	struct weft_buf got = WEFT_BUF_INIT(SIZE_MAX / 2);

	assert_true(ws_receive(fd, count, &got));
	assert_string_equal(got.data, frames);
	weft_buf_fini(&got);
}

/* The connection ends, and the server has been told of it. */
static void
expect_end(int fd)
{
	struct weft_buf got = WEFT_BUF_INIT(SIZE_MAX / 2);

	assert_false(ws_receive(fd, 1, &got));
	weft_buf_fini(&got);
	close(fd);
	settle();
}

static void
expect_nothing(int fd)
{
	char byte;

	settle();
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
liveness__cuts_a_peer_that_does_not_answer(void **state)
{
	int fd = ws_connect(&server, "");

	pass(PING_MS - LATE_MS);
	expect_nothing(fd);
	for (int i = 0; i < 2; i++) {
		pass(PING_MS + LATE_MS);
		expect(fd, 1, "ping:");
	}
	pass(PING_MS + LATE_MS);
	expect_end(fd);
	assert_int_equal(server.code, WEFT__WS_BROKEN);
	assert_string_equal(server.reason, "the peer does not answer");
}

static void
liveness__takes_whatever_comes_for_an_answer(void **state)
{
	static const char *const signs[] = {
	    "8a:", "89:x", "81:text", "01:part", "80:", "8a:unasked"};
	static const char *const answers[] = {
	    NULL, "pong:x", "text:text", NULL, "text:part", NULL};
	int fd = ws_connect(&server, "");

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		for (int pings = 0; pings < 2; pings++) {
			pass(PING_MS + LATE_MS);
			expect(fd, 1, "ping:");
		}
		ws_send(fd, signs[i]);
		if (answers[i])
			expect(fd, 1, answers[i]);
		pass(PING_MS + LATE_MS); /* it was heard in this time */
		expect_nothing(fd);
	}
	close(fd);
}

/* Who is not listened to cannot be heard. */
static void
liveness__blames_nobody_while_it_does_not_listen(void **state)
{
	int fd = ws_connect(&server, "");

	ws_send(fd, "81:hold 81:later");
	for (int i = 0; i < 5; i++)
		pass(PING_MS + LATE_MS);
	expect_nothing(fd);
	ws_let_go(&server);
	expect(fd, 1, "text:later");
	close(fd);
}

static void
close__is_given_up_if_it_is_not_answered(void **state)
{
	int fd = ws_connect(&server, "");

	ws_send(fd, "81:close");
	expect(fd, 1, "close:4001:as%20you%20wish");
	ws_send(fd, "81:still%20here"); /* not an answer */
	pass(CLOSE_MS - LATE_MS);
	expect_nothing(fd);
	pass(2 * LATE_MS);
	expect_end(fd);
}

static void
close__ends_at_once_if_it_is_answered(void **state)
{
	int fd = ws_connect(&server, "");

	ws_send(fd, "81:close");
	expect(fd, 1, "close:4001:as%20you%20wish");
	ws_send(fd, "88:%0f%a1");
	expect_end(fd); /* no time has passed */
}

static void
flood__of_control_frames_is_closed(void **state)
{
	struct weft_buf frames = WEFT_BUF_INIT(65536);
	int fd = ws_connect(&server, "");

	for (int second = 0; second < 3; second++) {
		for (unsigned i = 0; i < server.settings.controls; i++) {
			ws_send(fd, i % 2 ? "89:" : "8a:");
			if (i % 2)
				expect(fd, 1, "pong:");
		}
		pass(1000);
	}
	for (unsigned i = 0; i <= server.settings.controls; i++)
		ws_send(fd, "8a:");
	assert_true(ws_receive(fd, 1, &frames));
	assert_string_equal(frames.data, "close:1008:too%20many%20pings");
	weft_buf_fini(&frames);
	expect_end(fd);
}

/* More than the buffers between the two take, and nobody reads. */
static void
output__that_is_not_taken_ends_it(void **state)
{
	int fd = ws_connect(&server, "");

	ws_send(fd, "81:flood");
	while (!server.messages)
		settle();
	for (int i = 0; !server.closed; i++) {
		pass(server.settings.connection.write_ms + LATE_MS);
		assert_true(i < 10);
	}
	assert_int_equal(server.code, WEFT__WS_BROKEN);
	close(fd);
}

/*
 * Clients
 */

static int ended_with;
static char why[100];

static void
client_closed(void *context, const struct weft__ws_end *end)
{
	ended_with = end->code;
	snprintf(why, sizeof why, "%.*s", (int)end->reason.size,
	    end->reason.data);
}

/* A server that takes the connection, and says no word. */
static void
client__gives_up_a_server_that_says_nothing(void **state)
{
	static const struct weft__ws_handler handler = {
	    .closed = client_closed};
	struct weft__ws_target target = {.host = "127.0.0.1", .path = "/"};
	struct weft__ws_settings settings;
	struct weft__loop *loop;
	struct weft__ws *ws;
	int listening, fd;

	weft__ws_settings_init(&settings);
	assert_int_equal(weft__loop_create(&ticks, NULL, &loop, NULL), 0);
	assert_int_equal(
	    weft__listen("127.0.0.1", 0, &listening, &target.port, NULL), 0);
	assert_int_equal(weft__ws_connect(loop, &target, &settings, &handler,
			     NULL, &ws, NULL),
	    0);
	while ((fd = accept(listening, NULL, NULL)) < 0)
		weft__loop_step(loop);
	assert_int_equal(ended_with, 0);
	now_us += (settings.open_ms + LATE_MS) * 1000;
	while (!ended_with)
		weft__loop_step(loop);
	assert_int_equal(ended_with, WEFT__WS_BROKEN);
	assert_string_equal(why, "timed out");
	weft__connection_break_all(loop);
	weft__loop_destroy(loop);
	close(listening);
	close(fd);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
	    TEST(liveness__cuts_a_peer_that_does_not_answer),
	    TEST(liveness__takes_whatever_comes_for_an_answer),
	    TEST(liveness__blames_nobody_while_it_does_not_listen),
	    TEST(close__is_given_up_if_it_is_not_answered),
	    TEST(close__ends_at_once_if_it_is_answered),
	    TEST(flood__of_control_frames_is_closed),
	    TEST(output__that_is_not_taken_ends_it),
	    cmocka_unit_test(client__gives_up_a_server_that_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
