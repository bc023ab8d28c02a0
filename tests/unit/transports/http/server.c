/* Tests of transports/http/server.h: requests and answers over sockets. */
#include "tests/lib/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "tests/lib/http.h"
#include "tests/lib/http_abuses.h"
#include "transports/http/body.h"
#include "transports/net/workers.h"

static char response[2 << 20];

/* Answers with what it was asked. */
static void
echo(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	struct weft_buf text = WEFT_BUF_INIT(2 << 20);
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

static const struct weft__http_handler later_handler = {
    .request = answer_later};

static void
server__answers_pipelined_requests_in_order_from_workers(void **state)
{
	struct http http;
	int fd;

	assert_int_equal(weft__workers_create(2, &workers, NULL), 0);
	http_init(&http);
	http_start(&http, &later_handler, NULL);
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

static void
server__refuses_every_abuse_and_closes(void **state)
{
	static const struct {
		const struct http_abuse *table;
		size_t count;
	} tables[] = {{http_head_abuses, HTTP_COUNT(http_head_abuses)},
	    {http_body_abuses, HTTP_COUNT(http_body_abuses)}};
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < tables[i].count; j++) {
			const struct http_abuse *abuse = &tables[i].table[j];

			fd = http_connect(&http);
			http_send_bytes(fd, abuse->bytes, abuse->size);
			/* What a smuggler would want to be answered. */
			http_send(fd, "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n");
			if (http_receive(fd, response, sizeof response) !=
			    abuse->status)
				fail_msg("%s: %s", abuse->name, response);
			assert_non_null(
			    strstr(response, "\r\nConnection: close\r\n"));
			assert_non_null(strstr(response, "{\"error\":{"));
			assert_int_equal(http_drain(fd), 0);
		}
	http_stop(&http);
}

/* Sends a text byte by byte, so that each comes alone. */
static void
send_slowly(int fd, const char *text)
{
	for (; *text; text++)
		http_send_bytes(fd, text, 1);
}

static void
server__takes_requests_byte_by_byte(void **state)
{
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	fd = http_connect(&http);
	for (int i = 0; i < 2; i++) {
		send_slowly(fd, "POST /c HTTP/1.1\r\nHost: x\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n"
		    "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nA: b\r\n\r\n");
		send_slowly(fd, "PUT /d HTTP/1.1\r\nHost: x\r\n"
		    "Content-Length: 4\r\n\r\nabcd\r\n");
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
		assert_string_equal(
		    http_body(response), "POST /c 13:abc0123456789");
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
		assert_string_equal(http_body(response), "PUT /d 4:abcd");
	}
	close(fd);
	http_stop(&http);
}

static void
server__answers_pipelined_requests_in_one_packet(void **state)
{
	static char requests[1000 * 64];
	struct http http;
	size_t size = 0;
	char expected[32];
	int fd;

	for (int i = 0; i < 1000; i++)
		size += (size_t)snprintf(requests + size,
		    sizeof requests - size,
		    "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", i);
	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	fd = http_connect(&http);
	http_send_bytes(fd, requests, size);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
		snprintf(expected, sizeof expected, "GET /%d 0:", i);
		assert_string_equal(http_body(response), expected);
	}
	close(fd);
	http_stop(&http);
}

static void
server__keeps_connections_as_clients_ask(void **state)
{
	static const struct {
		const char *request;
		const char *header; /* expected, or NULL */
		bool is_kept;
	} cases[] = {
	    {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", NULL, true},
	    {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	        "\r\nConnection: close\r\n", false},
	    {"GET / HTTP/1.0\r\n\r\n", "\r\nConnection: close\r\n", false},
	    {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	        "\r\nConnection: keep-alive\r\n", true},
	};
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		fd = http_connect(&http);
		http_send(fd, cases[i].request);
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
		if (cases[i].header)
			assert_non_null(strstr(response, cases[i].header));
		else
			assert_null(strstr(response, "\r\nConnection: "));
		if (cases[i].is_kept) {
			http_send(fd, "GET / HTTP/1.0\r\n\r\n");
			assert_int_equal(http_receive(
			    fd, response, sizeof response), 200);
		}
		assert_int_equal(http_drain(fd), 0);
	}
	http_stop(&http);
}

static void
server__closes_after_so_many_requests(void **state)
{
	struct http http;
	int fd;

	http_init(&http);
	http.config.requests_of_connection = 3;
	http_start(&http, &echo_handler, NULL);
	fd = http_connect(&http);
	for (int i = 0; i < 4; i++)
		http_send(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
	assert_non_null(strstr(response, "\r\nConnection: close\r\n"));
	assert_int_equal(http_drain(fd), 0);
	http_stop(&http);
}

static void
server__answers_head_without_a_body(void **state)
{
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	fd = http_connect(&http);
	http_send(fd, "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"
	              "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	assert_non_null(strstr(response, "\r\nContent-Length: 10\r\n"));
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	assert_string_equal(http_body(response), "GET /b 0:");
	close(fd);
	http_stop(&http);
}

static void
server__says_when_and_which(void **state)
{
	struct http http;

	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	assert_int_equal(http_ask(&http, "GET / HTTP/1.1\r\nHost: x\r\n"
	    "X-Request-Id: of-the-client\r\n\r\n", response,
	    sizeof response), 200);
	assert_non_null(strstr(response, "\r\nDate: "));
	assert_non_null(strstr(response, " GMT\r\n"));
	assert_non_null(strstr(response, "\r\nX-Request-Id: of-the-client\r\n"));
	assert_int_equal(http_ask(&http, "GET / HTTP/1.1\r\nHost: x\r\n"
	    "X-Request-Id: not one\r\n\r\n", response, sizeof response), 200);
	assert_null(strstr(response, "not one"));
	assert_non_null(strstr(response, "\r\nX-Request-Id: "));
	http_stop(&http);
}

/* Decides by the path: /deny 401, /small at most 10 bytes, else 1,000,000. */
static void
decide(struct weft__http_request *request, struct weft__http_response *answer,
    void *context)
{
	if (weft_slice_equal(request->path, weft_slice("/deny")))
		weft__http_respond(answer, 401, weft_slice("denied"));
	else if (weft_slice_equal(request->path, weft_slice("/small")))
		weft__http_accept(answer, 10);
	else
		weft__http_accept(answer, 1000000);
}

static const struct weft__http_handler deciding_handler = {
    .head = decide, .request = echo};

static void
server__asks_the_handler_before_it_says_continue(void **state)
{
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &deciding_handler, NULL);
	fd = http_connect(&http);
	http_send(fd, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
	              "Expect: 100-continue\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 100);
	http_send(fd, "abc");
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	assert_string_equal(http_body(response), "POST /a 3:abc");
	http_send(fd, "POST /deny HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 401);
	assert_non_null(strstr(response, "\r\nConnection: close\r\n"));
	assert_int_equal(http_drain(fd), 0);
	assert_int_equal(http_ask(&http,
	    "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n"
	    "Expect: 100-continue\r\n\r\n", response, sizeof response), 413);
	http_stop(&http);
}

static void
server__refuses_large_bodies_before_it_reads_them(void **state)
{
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &deciding_handler, NULL);
	assert_int_equal(http_ask(&http,
	    "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
	    "0123456789", response, sizeof response), 200);
	fd = http_connect(&http);
	http_send(fd, "POST /small HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 11\r\n\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 413);
	close(fd);
	fd = http_connect(&http);
	http_send(fd, "POST /small HTTP/1.1\r\nHost: x\r\n"
	              "Transfer-Encoding: chunked\r\n\r\n"
	              "8\r\n01234567\r\n3\r\n89a\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 413);
	assert_int_equal(http_drain(fd), 0);
	http_stop(&http);
}

/* What had come when it was refused does not keep the answer back. */
static void
server__answers_who_has_sent_too_much(void **state)
{
	static char target[20000];
	struct http http;
	int fd;

	memset(target, 'x', sizeof target);
	http_init(&http);
	http.config.connection.linger_size = 15000;
	http_start(&http, &echo_handler, NULL);
	fd = http_connect(&http);
	http_send(fd, "GET /");
	http_send_bytes(fd, target, sizeof target);
	assert_int_equal(http_receive(fd, response, sizeof response), 414);
	assert_int_equal(http_drain(fd), 0);
	http_stop(&http);
}

/* Those that are on disk share a room. */
static void
server__refuses_large_bodies_when_there_are_too_many(void **state)
{
	struct http http;

	http_init(&http);
	http.config.body_memory = 10;
	http_start(&http, &deciding_handler, NULL);
	weft__http_body_set_room(15);
	assert_int_equal(http_ask(&http,
	    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n"
	    "0123456789abcdef", response, sizeof response), 503);
	assert_string_equal(http_body(response),
	    "{\"error\":{\"statusCode\":503,\"name\":\"Error\",\"message\":"
	    "\"too many large bodies at a time: try again later\"}}");
	assert_int_equal(http_ask(&http,
	    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n"
	    "0123456789abcde", response, sizeof response), 200);
	http_stop(&http);
	assert_int_equal(weft__http_body_room_taken(), 0);
	weft__http_body_set_room(0);
}

static void
server__keeps_the_connection_if_little_is_left_of_a_body(void **state)
{
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &deciding_handler, NULL);
	fd = http_connect(&http);
	http_send(fd, "POST /deny HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 5\r\n\r\nGET /");
	http_send(fd, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 401);
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	assert_string_equal(http_body(response), "GET /b 0:");
	http_send(fd, "POST /deny HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 65537\r\n\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 401);
	assert_non_null(strstr(response, "\r\nConnection: close\r\n"));
	assert_int_equal(http_drain(fd), 0);
	http_stop(&http);
}

static void
server__spools_large_bodies(void **state)
{
	static char body[1000000];
	char head[128];
	struct http http;
	int fd;

	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)('a' + i % 23);
	snprintf(head, sizeof head, "POST /l HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: %zu\r\n\r\n", sizeof body);
	http_init(&http);
	http.config.body_memory = 1000;
	http_start(&http, &deciding_handler, NULL);
	fd = http_connect(&http);
	http_send(fd, head);
	http_send_bytes(fd, body, sizeof body);
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	assert_memory_equal(http_body(response), "POST /l 1000000:", 16);
	assert_memory_equal(http_body(response) + 16, body, sizeof body);
	close(fd);
	http_stop(&http);
}

static void
server__limits_connections(void **state)
{
	struct http http;
	int fds[3];

	http_init(&http);
	http.config.connections_of_address = 2;
	http_start(&http, &echo_handler, NULL);
	for (int i = 0; i < 2; i++) {
		fds[i] = http_connect(&http);
		http_send(fds[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_int_equal(
		    http_receive(fds[i], response, sizeof response), 200);
	}
	fds[2] = http_connect(&http);
	assert_int_equal(
	    http_receive(fds[2], response, sizeof response), 429);
	assert_int_equal(http_drain(fds[2]), 0);
	assert_int_equal(weft__http_server_connections(http.server), 2);
	/* Said to close, so that the server has counted it out before. */
	http_send(fds[0], "GET / HTTP/1.0\r\n\r\n");
	assert_int_equal(
	    http_receive(fds[0], response, sizeof response), 200);
	http_drain(fds[0]);
	while (weft__http_server_connections(http.server) > 1)
		sched_yield();
	assert_int_equal(http_ask(&http, "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	    response, sizeof response), 200);
	close(fds[1]);
	http_stop(&http);
	http_init(&http);
	http.config.connection_count = 0;
	http_start(&http, &echo_handler, NULL);
	assert_int_equal(http_ask(&http, "", response, sizeof response), 503);
	http_stop(&http);
}

static void
server__answers_a_client_that_has_shut_its_side(void **state)
{
	struct http http;
	int fd;

	assert_int_equal(weft__workers_create(1, &workers, NULL), 0);
	http_init(&http);
	http_start(&http, &later_handler, NULL);
	fd = http_connect(&http);
	http_send(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
	              "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
	assert_int_equal(http_drain(fd), 0);
	weft__workers_destroy(workers);
	http_stop(&http);
}

/* It has said so while the one before was answered. */
static void
server__does_not_wait_for_a_body_that_will_not_come(void **state)
{
	static const char *const requests[] = {
	    "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
	    "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n5\r\nabc"};
	struct http http;
	int fd;

	assert_int_equal(weft__workers_create(1, &workers, NULL), 0);
	http_init(&http);
	http.config.body_ms = 3600000;
	http_start(&http, &later_handler, NULL);
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		fd = http_connect(&http);
		http_send(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
		http_send(fd, requests[i]);
		shutdown(fd, SHUT_WR);
		assert_int_equal(
		    http_receive(fd, response, sizeof response), 200);
		assert_int_equal(http_drain(fd), 0);
	}
	weft__workers_destroy(workers);
	http_stop(&http);
}

/* What the access log was told, one line each. */
static struct weft_buf logged = WEFT_BUF_INIT(65536);
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void
take_log(const struct weft__http_entry *entry, void *context)
{
	pthread_mutex_lock(&log_lock);
	assert_int_equal(weft_buf_printf(&logged,
	    "%s %.*s %.*s %d %llu %llu %d\n", entry->peer->text,
	    (int)entry->method.size, entry->method.data,
	    (int)entry->path.size, entry->path.data, entry->status,
	    (unsigned long long)entry->received,
	    (unsigned long long)entry->sent, entry->is_aborted), 0);
	pthread_mutex_unlock(&log_lock);
}

static void
server__logs_requests_without_their_secrets(void **state)
{
	struct http http;

	http_init(&http);
	http.config.log = take_log;
	http_start(&http, &echo_handler, NULL);
	http_ask(&http, "POST /a?access_token=s3cret HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: s3cret\r\nContent-Length: 3\r\n\r\nabc", response,
	    sizeof response);
	http_ask(&http, "GET /s3cret\r\n\r\n", response, sizeof response);
	http_stop(&http);
	assert_string_equal(logged.data, "127.0.0.1 POST /a 200 3 13 0\n"
	                                 "127.0.0.1   400 0 0 0\n");
	weft_buf_fini(&logged);
}

/* The data that requests carry, to see that each is released. */
static atomic_int carried;

static void
carry(struct weft__http_request *request, struct weft__http_response *answer,
    void *context)
{
	request->data = malloc(1);
	carried++;
	weft__http_accept(answer, 10);
}

static void
release(struct weft__http_request *request, void *context)
{
	free(request->data);
	carried--;
}

static void
server__releases_every_request_once(void **state)
{
	static const struct weft__http_handler handler = {
	    .head = carry, .request = echo, .release = release};
	struct http http;
	int fd;

	http_init(&http);
	http_start(&http, &handler, NULL);
	http_ask(&http, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", response,
	    sizeof response);
	http_ask(&http, "POST / HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 11\r\n\r\n", response, sizeof response);
	fd = http_connect(&http);
	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 5\r\n\r\nabc");
	shutdown(fd, SHUT_WR); /* in the middle of its body */
	assert_int_equal(http_drain(fd), 0);
	fd = http_connect(&http);
	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\n"
	              "Content-Length: 5\r\n\r\nabc");
	http_stop(&http); /* and while another is open */
	close(fd);
	assert_int_equal(carried, 0);
}

static void
server__drains(void **state)
{
	struct http http;
	int idle, open;

	http_init(&http);
	http_start(&http, &echo_handler, NULL);
	idle = http_connect(&http);
	http_send(idle, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(http_receive(idle, response, sizeof response), 200);
	open = http_connect(&http);
	http_send(open, "POST / HTTP/1.1\r\nHost: x\r\n"
	    "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
	assert_int_equal(
	    http_receive_head(open, response, sizeof response), 100);
	weft__http_server_drain(http.server);
	weft__http_server_drain(http.server);
	assert_int_equal(http_drain(idle), 0);
	http_send(open, "abc");
	assert_int_equal(http_receive(open, response, sizeof response), 200);
	assert_non_null(strstr(response, "\r\nConnection: close\r\n"));
	assert_int_equal(http_drain(open), 0);
	http_stop(&http);
}

/* Requests that wait until the server ends. */
static struct weft__http_response *waiting[2];
static atomic_int waiting_count;

static void
answer_all(struct weft__http_response *answer, enum weft__http_notice notice,
    void *context)
{
	int count = atomic_exchange(&waiting_count, 0);

	assert_int_equal(notice, WEFT__HTTP_DRAIN);
	while (count-- > 0)
		weft__http_respond(waiting[count], 200, weft_slice("end"));
}

static void
wait_for_drain(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	weft__http_watch(answer, answer_all, NULL);
	waiting[waiting_count] = answer;
	waiting_count++;
}

static void
server__tells_those_who_watch_to_end(void **state)
{
	static const struct weft__http_handler handler = {
	    .request = wait_for_drain};
	struct http http;
	int fds[2];

	http_init(&http);
	http_start(&http, &handler, NULL);
	for (int i = 0; i < 2; i++) {
		fds[i] = http_connect(&http);
		http_send(fds[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	while (waiting_count < 2)
		sched_yield();
	weft__http_server_drain(http.server);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    http_receive(fds[i], response, sizeof response), 200);
		assert_int_equal(http_drain(fds[i]), 0);
	}
	http_stop(&http);
}

/* One request; whether it was answered as if nothing had happened. */
static bool
ask_with_faults(const struct http *http)
{
	int fd = http_connect(http), status;

	http_send(fd, "POST /a/b HTTP/1.1\r\nHost: x\r\n"
	    "Accept-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n0\r\n\r\n");
	status = http_receive(fd, response, sizeof response);
	http_drain(fd);
	assert_true(status == 0 || status == 200 || status >= 500);
	return status == 200;
}

static void
answer_much(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	static const char text[5000] = {'a'};

	weft__http_respond(
	    answer, 200, weft_slice_of(text, sizeof text));
}

static void
server__lives_on_when_memory_is_short(void **state)
{
	static const struct weft__http_handler handler = {
	    .request = answer_much};
	struct http http;
	uint64_t failing = 0;

	http_init(&http);
	http.config.requests_of_connection = 1;
	http_start(&http, &handler, NULL);
	for (;; failing++) {
		weft__alloc_fail_after(failing, false);
		ask_with_faults(&http);
		if (weft__alloc_count() <= failing)
			break;
	}
	weft__alloc_fail_never();
	assert_true(failing > 5);
	assert_true(ask_with_faults(&http));
	http_stop(&http);
	for (failing = 0;; failing++) {
		struct weft__http_server *server;

		weft__alloc_fail_after(failing, false);
		if (weft__http_server_create(
			&http.config, &handler, &server, NULL) == 0) {
			weft__alloc_fail_never();
			weft__http_server_destroy(server);
			break;
		}
		assert_null(server);
	}
}

static void
server__says_why_it_cannot_listen(void **state)
{
	struct weft_error error;
	struct http http;
	uint16_t port;

	http_init(&http);
	assert_int_equal(weft__http_server_create(
	    &http.config, &echo_handler, &http.server, NULL), 0);
	assert_int_equal(weft__http_server_listen(http.server,
	    "192.0.2.1", 0, NULL, &port, &error), WEFT_EIO);
	assert_non_null(strstr(error.text, "192.0.2.1"));
	assert_int_equal(weft__http_server_listen(http.server,
	    "no such host", 0, NULL, &port, &error), WEFT_EINVAL);
	http_stop(&http);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(server__answers_get_and_post),
	    cmocka_unit_test(
		server__answers_pipelined_requests_in_order_from_workers),
	    cmocka_unit_test(server__refuses_every_abuse_and_closes),
	    cmocka_unit_test(server__takes_requests_byte_by_byte),
	    cmocka_unit_test(server__answers_pipelined_requests_in_one_packet),
	    cmocka_unit_test(server__keeps_connections_as_clients_ask),
	    cmocka_unit_test(server__closes_after_so_many_requests),
	    cmocka_unit_test(server__answers_head_without_a_body),
	    cmocka_unit_test(server__says_when_and_which),
	    cmocka_unit_test(server__asks_the_handler_before_it_says_continue),
	    cmocka_unit_test(
		server__refuses_large_bodies_before_it_reads_them),
	    cmocka_unit_test(server__answers_who_has_sent_too_much),
	    cmocka_unit_test(
		server__refuses_large_bodies_when_there_are_too_many),
	    cmocka_unit_test(
		server__keeps_the_connection_if_little_is_left_of_a_body),
	    cmocka_unit_test(server__spools_large_bodies),
	    cmocka_unit_test(server__limits_connections),
	    cmocka_unit_test(server__answers_a_client_that_has_shut_its_side),
	    cmocka_unit_test(
		server__does_not_wait_for_a_body_that_will_not_come),
	    cmocka_unit_test(server__logs_requests_without_their_secrets),
	    cmocka_unit_test(server__releases_every_request_once),
	    cmocka_unit_test(server__drains),
	    cmocka_unit_test(server__tells_those_who_watch_to_end),
	    cmocka_unit_test(server__lives_on_when_memory_is_short),
	    cmocka_unit_test(server__says_why_it_cannot_listen),
	};

	return cmocka_run_group_tests_name("http server", tests, NULL, NULL);
}
