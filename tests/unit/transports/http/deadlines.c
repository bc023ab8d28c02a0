/*
 * Tests of the deadlines of transports/http/server.h, on a clock that the
 * test moves: no test waits for time to pass.
 */
#include "tests/lib/test.h"

#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/http.h"

static char response[65536];
static atomic_uint_fast64_t now_us;
static struct http http;

static uint64_t
read_now(void *context)
{
	return now_us;
}

static const struct weft__ticks ticks = {read_now, NULL};

/* A body that no socket's buffers hold. */
static char large[32 * 1024 * 1024];

static void
answer(struct weft__http_request *request, struct weft__http_response *out,
    void *context)
{
	bool is_large = weft_slice_equal(request->path, weft_slice("/large"));

	weft__http_respond(
	    out, 200, weft_slice_of(large, is_large ? sizeof large : 2));
}

static const struct weft__http_handler handler = {.request = answer};

static int
start(void **state)
{
	http_init(&http);
	http.config.ticks = &ticks;
	http_start(&http, &handler, NULL);
	return 0;
}

static int
stop(void **state)
{
	http_stop(&http);
	return 0;
}

/*
 * Returns when the server has seen all that was sent so far: each answer
 * comes from a later turn of its loop.
 */
static void
settle(void)
{
	for (int i = 0; i < 3; i++)
		assert_int_equal(http_ask(&http, "GET / HTTP/1.0\r\n\r\n",
		    response, sizeof response), 200);
}

/* Time passes, after all that was sent was seen. */
static void
pass(uint64_t ms)
{
	settle();
	now_us += ms * 1000;
}

static void
deadline__a_silent_client_is_cut(void **state)
{
	int fd = http_connect(&http);

	pass(http.config.head_ms + 300);
	assert_int_equal(http_drain(fd), 0);
}

static void
deadline__a_head_byte_by_byte_is_cut(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\nA: b";
	int fd = http_connect(&http);

	for (size_t i = 0; i < 11; i++) {
		http_send_bytes(fd, text + i, 1);
		pass(1000);
	}
	assert_int_equal(http_receive(fd, response, sizeof response), 408);
	assert_int_equal(http_drain(fd), 0);
}

static void
deadline__a_head_in_time_is_answered(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = http_connect(&http);

	for (size_t i = 0; i < 9; i++) {
		http_send_bytes(fd, text + i, 1);
		pass(1000);
	}
	http_send(fd, text + 9);
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	close(fd);
}

static void
deadline__a_body_that_hardly_comes_is_cut(void **state)
{
	int fd = http_connect(&http);

	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 100000\r\n\r\n");
	for (size_t i = 0; i < 11; i++) {
		http_send(fd, "a");
		pass(1000);
	}
	assert_int_equal(http_receive(fd, response, sizeof response), 408);
	assert_int_equal(http_drain(fd), 0);
}

static void
deadline__a_body_that_comes_steadily_is_taken(void **state)
{
	int fd = http_connect(&http);

	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 55000\r\n\r\n");
	for (size_t i = 0; i < 50; i++) {
		http_send_bytes(fd, large, 1100);
		pass(1000);
	}
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	close(fd);
}

static void
deadline__an_idle_connection_is_closed(void **state)
{
	int fd = http_connect(&http);

	for (int i = 0; i < 3; i++) {
		http_send(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
		pass(http.config.idle_ms - 1000);
	}
	pass(1300);
	assert_int_equal(http_drain(fd), 0);
}

static void
deadline__the_rest_of_a_refused_body_is_not_waited_for(void **state)
{
	int fd = http_connect(&http);

	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 9999999\r\n\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 413);
	pass(http.config.connection.linger_ms + 300);
	/* Only now the server may be gone: what is sent is refused. */
	while (send(fd, large, 1000, MSG_NOSIGNAL) > 0)
		settle();
	close(fd);
}

static void
deadline__a_reader_that_stops_is_cut(void **state)
{
	int fd = http_connect(&http);
	size_t got;

	http_send(fd, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	/* Until the sockets' buffers are full it takes something. */
	do
		pass(http.config.connection.write_ms + 300);
	while (weft__http_server_connections(http.server) > 1);
	got = http_drain(fd);
	assert_true(got < sizeof large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(deadline__a_silent_client_is_cut),
	    cmocka_unit_test(deadline__a_head_byte_by_byte_is_cut),
	    cmocka_unit_test(deadline__a_head_in_time_is_answered),
	    cmocka_unit_test(deadline__a_body_that_hardly_comes_is_cut),
	    cmocka_unit_test(deadline__a_body_that_comes_steadily_is_taken),
	    cmocka_unit_test(deadline__an_idle_connection_is_closed),
	    cmocka_unit_test(
		deadline__the_rest_of_a_refused_body_is_not_waited_for),
	    cmocka_unit_test(deadline__a_reader_that_stops_is_cut),
	};

	return cmocka_run_group_tests_name(
	    "http deadlines", tests, start, stop);
}
