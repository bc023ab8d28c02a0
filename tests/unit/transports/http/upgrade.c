/* Tests of weft__http_upgrade(): a connection that another protocol takes. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/http.h"
#include "transports/net/workers.h"

/* The other protocol: sends back each three bytes, turned round. */
struct turner {
	struct weft__job job; /* first: jobs are cast to it */
	struct weft__http_response *answer;
	struct weft__connection *connection;
};

static struct weft__workers *workers;

static size_t
received(void *context, const char *data, size_t size)
{
	struct turner *turner = context;
	size_t used = 0;

	for (; size - used >= 3; used += 3)
		for (size_t i = 3; i-- > 0;)
			weft__connection_send(
			    turner->connection, data + used + i, 1);
	return used;
}

static void
ended(void *context)
{
	struct turner *turner = context;

	weft__connection_finish(turner->connection);
	free(turner);
}

static void
nothing(void *context)
{
}

static const struct weft__connection_handler turner_handler = {
    received, ended, nothing, free};

static void
take(struct weft__job *job)
{
	struct turner *turner = (struct turner *)job;

	assert_int_equal(weft__http_set_header(
	    turner->answer, "Upgrade", weft_slice("turn")), 0);
	assert_int_equal(weft__http_set_header(
	    turner->answer, "Connection", weft_slice("Upgrade")), 0);
	turner->connection =
	    weft__http_upgrade(turner->answer, &turner_handler, turner);
	assert_non_null(turner->connection);
}

static void
work(struct weft__job *job)
{
}

/* Takes the connection at once, or by way of a worker. */
static void
head(struct weft__http_request *request, struct weft__http_response *answer,
    void *context)
{
	struct turner *turner = calloc(1, sizeof *turner);

	turner->answer = answer;
	turner->job = (struct weft__job){.work = work, .done = take};
	if (weft_slice_equal(request->path, weft_slice("/now")))
		take(&turner->job);
	else
		weft__workers_run(
		    workers, weft__http_loop(answer), &turner->job);
}

static const struct weft__http_handler handler = {.head = head};

/* What comes with the request's packet, and what comes after it. */
static void
turn(const struct http *http, const char *path)
{
	char text[1024];
	int fd = http_connect(http);

	http_send(fd, path);
	assert_int_equal(http_receive_head(fd, text, sizeof text), 101);
	assert_non_null(strstr(text, "\r\nUpgrade: turn\r\n"));
	assert_non_null(strstr(text, "\r\nConnection: Upgrade\r\n"));
	assert_null(strstr(text, "Content-"));
	http_send(fd, "f");
	assert_int_equal(recv(fd, text, 6, MSG_WAITALL), 6);
	assert_memory_equal(text, "cbafed", 6);
	http_send_bytes(fd, "\0\r\n", 3);
	assert_int_equal(recv(fd, text, 3, MSG_WAITALL), 3);
	assert_memory_equal(text, "\n\r", 3);
	shutdown(fd, SHUT_WR);
	assert_int_equal(http_drain(fd), 0);
}

static void
upgrade__hands_the_connection_over_with_what_came(void **state)
{
	struct http http;
	int fd;

	assert_int_equal(weft__workers_create(1, &workers, NULL), 0);
	http_init(&http);
	http_start(&http, &handler, NULL);
	turn(&http, "GET /now HTTP/1.1\r\nHost: x\r\n\r\nabcde");
	turn(&http, "GET /later HTTP/1.1\r\nHost: x\r\n\r\nabcde");
	turn(&http, "GET /later HTTP/1.1\r\nHost: x\r\n\r\nabcde");
	fd = http_connect(&http);
	http_send(fd, "GET /now HTTP/1.1\r\nHost: x\r\n\r\nabc");
	weft__http_server_drain(http.server); /* is not about it any more */
	weft__workers_destroy(workers);
	http_stop(&http); /* ends what was taken, too */
	http_drain(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		upgrade__hands_the_connection_over_with_what_came),
	};

	return cmocka_run_group_tests_name("http upgrade", tests, NULL, NULL);
}
