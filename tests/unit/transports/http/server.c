/* Tests of transports/http/server.h: requests and answers over sockets. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/http.h"
#include "transports/net/workers.h"

static char response[1 << 20];

/* Answers with what it was asked. */
static void
echo(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	struct weft_buf text = WEFT_BUF_INIT(1 << 20);
	struct weft_slice body;

	assert_int_equal(weft__http_body(request, &body, NULL), 0);
	assert_int_equal(weft_buf_printf(&text, "%.*s %.*s %zu:%.*s",
	    (int)request->method_name.size, request->method_name.data,
	    (int)request->path.size, request->path.data, body.size,
	    (int)body.size, body.data), 0);
	weft__http_give(answer, 200, &text);
}

static const struct weft__http_handler echo_handler = {.request = echo};

static void
server__answers_get_and_post(void **state)
{
	struct http http;

	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	assert_int_equal(http_ask(&http, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n",
	    response, sizeof response), 200);
	assert_string_equal(http_body(response), "GET /a 0:");
	assert_int_equal(http_ask(&http,
	    "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
	    response, sizeof response), 200);
	assert_string_equal(http_body(response), "POST /c 3:abc");
	http_stop(&http);
}

/* An answer that is given later, by way of a worker. */
struct later {
	struct weft__job job;
	struct weft__http_response *answer;
	char text[32];
};

static struct weft__workers *workers;

static void
work(struct weft__job *job)
{
	struct later *later = (struct later *)job;

	snprintf(later->text, sizeof later->text, "worked");
}

static void
done(struct weft__job *job)
{
	struct later *later = (struct later *)job;

	weft__http_respond(later->answer, 200, weft_slice(later->text));
	free(later);
}

static void
answer_later(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	struct later *later = calloc(1, sizeof *later);

	later->job = (struct weft__job){.work = work, .done = done};
	later->answer = answer;
	weft__workers_run(workers, weft__http_loop(answer), &later->job);
}

static void
server__answers_pipelined_requests_in_order_from_workers(void **state)
{
	static const struct weft__http_handler handler = {
	    .request = answer_later};
	struct http http;
	int fd;

	assert_int_equal(weft__workers_create(2, &workers, NULL), 0);
	http_init(&http);
	http_start(&http, &handler, NULL);
	fd = http_connect(&http);
	for (int i = 0; i < 10; i++)
		http_send(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	for (int i = 0; i < 10; i++) {
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
		assert_string_equal(http_body(response), "worked");
	}
	close(fd);
	weft__workers_destroy(workers);
	http_stop(&http);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(server__answers_get_and_post),
	    cmocka_unit_test(
		server__answers_pipelined_requests_in_order_from_workers),
	};

	return cmocka_run_group_tests_name("http server", tests, NULL, NULL);
}
