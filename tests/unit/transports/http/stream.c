/* Tests of streamed, compressed and cross-origin answers. */
#include "tests/lib/test.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/lib/http.h"
#include "transports/http/exchange.h"

#define TOTAL (64u * 1024 * 1024)
#define PART 50000u

static char response[4 << 20];
static char part[PART];
static atomic_size_t produced;
static sem_t over_sem;
static struct weft__http_response *live; /* the stream of /live */
static struct weft__loop *loop;

/* Writes parts until there is enough, or too much at a time. */
static void
more(struct weft__http_response *answer, void *context)
{
	do {
		weft__http_write(answer, part, PART);
		produced += PART;
	} while (produced < TOTAL && !weft__http_is_full(answer));
	if (produced >= TOTAL)
		weft__http_end(answer);
}

static void
over(void *context)
{
	sem_post(&over_sem);
}

/* A short text in three writes. */
static void
more_text(struct weft__http_response *answer, void *context)
{
	weft__http_write(answer, "[1,", 3);
	weft__http_write(answer, "", 0);
	weft__http_write(answer, "2]", 2);
	weft__http_end(answer);
}

static void
more_compressed(struct weft__http_response *answer, void *context)
{
	for (int i = 0; i < 10; i++)
		weft__http_write(answer, part, PART);
	weft__http_end(answer);
}

static void
respond_many(struct weft__http_response *answer, size_t count)
{
	struct weft_buf body = WEFT_BUF_INIT(count + 1);

	for (size_t i = 0; i < count; i++)
		assert_int_equal(weft_buf_append(
		    &body, &"abcdefg "[i * i % 8], 1), 0);
	weft__http_give(answer, 200, &body);
}

static void
hear_nothing(struct weft__http_response *answer,
    enum weft__http_notice notice, void *context)
{
}

/* Begins the stream of /watched when its client has shut its side. */
static void
begin_watched(struct weft__task *task)
{
	static const struct weft__http_stream silent = {.over = over};

	if (!weft__connection_has_ended(weft__http_net(live))) {
		weft__loop_post(loop, task);
		return;
	}
	weft__http_stream(live, 200, &silent);
	weft__http_watch(live, hear_nothing, NULL);
}

static void
serve(struct weft__http_request *request, struct weft__http_response *answer,
    void *context)
{
	const struct weft__http_stream large = {.more = more, .over = over};
	const struct weft__http_stream text = {.more = more_text};
	const struct weft__http_stream silent = {.over = over};
	const struct weft__http_stream compressed = {
	    .more = more_compressed, .may_compress = true};
	static struct weft__task beginning = {.run = begin_watched};
	struct weft_slice name = request->segments[0];
	char count[32];

	if (weft_slice_equal(name, weft_slice("large"))) {
		weft__http_stream(answer, 200, &large);
	} else if (weft_slice_equal(name, weft_slice("text"))) {
		weft__http_stream(answer, 200, &text);
	} else if (weft_slice_equal(name, weft_slice("compressed"))) {
		weft__http_stream(answer, 200, &compressed);
	} else if (weft_slice_equal(name, weft_slice("live"))) {
		live = answer;
		loop = weft__http_loop(answer);
		assert_int_equal(weft__http_set_header(answer, "Content-Type",
		    weft_slice("text/event-stream")), 0);
		weft__http_stream(answer, 200, &silent);
	} else if (weft_slice_equal(name, weft_slice("watched"))) {
		live = answer;
		loop = weft__http_loop(answer);
		weft__loop_post(loop, &beginning);
	} else if (weft_slice_equal(name, weft_slice("many"))) {
		snprintf(count, sizeof count, "%.*s",
		    (int)request->segments[1].size, request->segments[1].data);
		respond_many(answer, (size_t)strtoul(count, NULL, 10));
	} else {
		snprintf(count, sizeof count, "%zu", (size_t)produced);
		weft__http_respond(answer, 200, weft_slice(count));
	}
}

static const struct weft__http_handler handler = {.request = serve};

static const char *const origins[] = {"https://a.example", NULL};
static struct http http;

static int
start(void **state)
{
	for (size_t i = 0; i < PART; i++)
		part[i] = (char)('a' + i * i % 26);
	sem_init(&over_sem, 0, 0);
	http_init(&http);
	http.config.cors_origins = origins;
	http_start(&http, &handler, NULL);
	return 0;
}

static int
stop(void **state)
{
	http_stop(&http);
	return 0;
}

static void
wait_for_over(void)
{
	while (sem_wait(&over_sem) != 0)
		;
}

static size_t
count_produced(void)
{
	assert_int_equal(http_ask(&http,
	    "GET /count HTTP/1.1\r\nHost: x\r\n\r\n", response,
	    sizeof response), 200);
	return strtoul(http_body(response), NULL, 10);
}

static void
stream__is_chunked(void **state)
{
	int fd = http_connect(&http);
	static const char end[] =
	    "\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n";

	http_send(fd, "GET /text HTTP/1.1\r\nHost: x\r\n"
	              "Connection: close\r\n\r\n");
	for (size_t size = 0, got = 1; got; size += got) {
		got = (size_t)recv(
		    fd, response + size, sizeof response - size, 0);
		response[size + got] = '\0';
	}
	assert_non_null(strstr(response, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_string_equal(strstr(response, "\r\n\r\n"), end);
	close(fd);
}

static void
stream__goes_to_the_end_of_the_connection_in_http_1_0(void **state)
{
	assert_int_equal(http_ask(&http,
	    "GET /text HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", response,
	    sizeof response), 200);
	assert_null(strstr(response, "chunked"));
	assert_non_null(strstr(response, "\r\nConnection: close\r\n"));
	assert_string_equal(http_body(response), "[1,2]");
}

static void
stream__has_no_body_for_head(void **state)
{
	int fd = http_connect(&http);

	http_send(fd, "HEAD /text HTTP/1.1\r\nHost: x\r\n\r\n");
	http_send(fd, "GET /text HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	assert_string_equal(http_body(response), "[1,2]");
	close(fd);
}

static void
stream__waits_for_a_slow_reader(void **state)
{
	int fd = http_connect(&http);
	size_t before, after;

	produced = 0;
	http_send(fd, "GET /large HTTP/1.0\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	/* Until it has come to rest. */
	do {
		before = count_produced();
		after = count_produced();
	} while (!after || before != after);
	assert_true(after < TOTAL / 2);
	for (size_t size = 0, got = 1; got; size += got) {
		got = (size_t)recv(fd, response, PART, MSG_WAITALL);
		if (got)
			assert_memory_equal(response, part, got);
		assert_true(got || size == (TOTAL + PART - 1) / PART * PART);
	}
	wait_for_over();
	close(fd);
}

static void
stream__is_over_when_its_client_leaves(void **state)
{
	int fd = http_connect(&http);

	produced = 0;
	http_send(fd, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	close(fd);
	wait_for_over();
	fd = http_connect(&http);
	http_send(fd, "GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	close(fd);
	wait_for_over(); /* although nothing was written */
}

static void
stream__goes_on_for_a_client_that_sends_no_more(void **state)
{
	size_t size = 0;
	ssize_t got;
	int fd = http_connect(&http);

	produced = 0;
	http_send(fd, "GET /large HTTP/1.0\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	shutdown(fd, SHUT_WR); /* in the middle of it */
	while ((got = recv(fd, response, PART, 0)) > 0)
		size += (size_t)got;
	assert_int_equal(size, (TOTAL + PART - 1) / PART * PART);
	wait_for_over();
	close(fd);
}

static void
stream__that_is_watched_is_over_for_such_a_client(void **state)
{
	int fd = http_connect(&http);

	http_send(fd, "GET /watched HTTP/1.1\r\nHost: x\r\n\r\n");
	shutdown(fd, SHUT_WR);
	wait_for_over();
	http_drain(fd);
}

static void
write_live(struct weft__task *task)
{
	weft__http_write(live, "data: 1\n\n", 9);
}

static void
end_live(struct weft__task *task)
{
	weft__http_end(live);
}

static void
stream__can_be_written_and_ended_later(void **state)
{
	struct weft__task writing = {.run = write_live},
	                  ending = {.run = end_live};
	int fd = http_connect(&http);

	http_send(fd, "GET /live HTTP/1.1\r\nHost: x\r\n"
	              "Accept-Encoding: gzip\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	weft__loop_post(loop, &writing);
	assert_int_equal(recv(fd, response, 14, MSG_WAITALL), 14);
	assert_memory_equal(response, "9\r\ndata: 1\n\n\r\n", 14);
	weft__loop_post(loop, &ending);
	assert_int_equal(recv(fd, response, 5, MSG_WAITALL), 5);
	assert_memory_equal(response, "0\r\n\r\n", 5);
	wait_for_over();
	http_send(fd, "GET /text HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	close(fd);
}

/* Asks with an Accept-Encoding; whether the answer was compressed.  The body
 * is what http_body() finds, decompressed to 'plain'. */
static bool
ask_gzip(const char *path, const char *accept, char *plain, size_t size)
{
	z_stream stream = {0};
	char request[256];
	bool is_compressed;

	snprintf(request, sizeof request,
	    "GET %s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: %s\r\n\r\n", path,
	    accept);
	assert_int_equal(
	    http_ask(&http, request, response, sizeof response), 200);
	is_compressed =
	    strstr(response, "\r\nContent-Encoding: gzip\r\n") != NULL;
	if (!is_compressed)
		return false;
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	stream.next_in = (void *)(uintptr_t)http_body(response);
	stream.avail_in = sizeof response / 2;
	stream.next_out = (void *)plain;
	stream.avail_out = (uInt)size;
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	plain[stream.total_out] = '\0';
	inflateEnd(&stream);
	return true;
}

static void
gzip__compresses_what_is_worth_it(void **state)
{
	static char plain[2 << 20];

	assert_false(ask_gzip("/many/1023", "gzip", plain, sizeof plain));
	assert_true(ask_gzip("/many/1024", "gzip", plain, sizeof plain));
	assert_int_equal(strlen(plain), 1024);
	assert_true(ask_gzip("/many/1000000", "br, GZIP;q=0.5", plain,
	    sizeof plain));
	assert_int_equal(strlen(plain), 1000000);
	for (size_t i = 0; i < 1000000; i++)
		assert_int_equal(plain[i], "abcdefg "[i * i % 8]);
	assert_true(ask_gzip("/compressed", "*", plain, sizeof plain));
	assert_int_equal(strlen(plain), 10 * PART);
	assert_memory_equal(plain + 9 * PART, part, PART);
	assert_false(ask_gzip("/text", "gzip", plain, sizeof plain));
}

static void
gzip__is_not_for_those_who_do_not_take_it(void **state)
{
	static const char *const accepts[] = {"", "identity", "gzip;q=0",
	    "gzip; q=0.000", "br", "gzip;q=0, *", "x-gzipped", ",,;q=1"};
	static char plain[2 << 20];

	for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++)
		assert_false(ask_gzip(
		    "/many/5000", accepts[i], plain, sizeof plain));
}

static void
cors__tells_the_origins_that_are_allowed(void **state)
{
	static const char allows[] =
	    "\r\nAccess-Control-Allow-Origin: https://a.example\r\n";
	static const char *const others[] = {"https://b.example",
	    "https://a.example.evil.example", "http://a.example",
	    "https://a.exampl", "null", ""};
	char request[256];

	assert_int_equal(http_ask(&http, "GET /text HTTP/1.1\r\nHost: x\r\n"
	    "Origin: https://a.example\r\n\r\n", response, sizeof response),
	    200);
	assert_non_null(strstr(response, allows));
	assert_non_null(strstr(response, "\r\nVary: Origin\r\n"));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		snprintf(request, sizeof request,
		    "GET /text HTTP/1.1\r\nHost: x\r\nOrigin: %s\r\n\r\n",
		    others[i]);
		assert_int_equal(http_ask(
		    &http, request, response, sizeof response), 200);
		assert_null(strstr(response, "Access-Control-Allow-Origin"));
		assert_non_null(strstr(response, "\r\nVary: Origin\r\n"));
	}
}

static void
cors__answers_what_a_browser_asks_first(void **state)
{
	assert_int_equal(http_ask(&http, "OPTIONS /text HTTP/1.1\r\nHost: x\r\n"
	    "Origin: https://a.example\r\n"
	    "Access-Control-Request-Method: PUT\r\n"
	    "Access-Control-Request-Headers: authorization\r\n\r\n", response,
	    sizeof response), 204);
	assert_non_null(strstr(response, "\r\nAccess-Control-Allow-Methods: "
	                                 "GET, HEAD, POST, PUT"));
	assert_non_null(strstr(response,
	    "\r\nAccess-Control-Allow-Headers: authorization\r\n"));
	assert_int_equal(http_ask(&http, "OPTIONS /text HTTP/1.1\r\nHost: x\r\n"
	    "Origin: https://b.example\r\n"
	    "Access-Control-Request-Method: PUT\r\n\r\n", response,
	    sizeof response), 204);
	assert_null(strstr(response, "Access-Control"));
}

static void
cors__credentials_for_any_origin_are_refused(void **state)
{
	static const char *const any[] = {"*", NULL};
	struct weft__http_server *server;
	struct weft__http_config config;
	struct weft_error error;

	weft__http_config_init(&config);
	config.cors_origins = any;
	config.has_cors_credentials = true;
	assert_int_equal(weft__http_server_create(
	    &config, &handler, &server, &error), WEFT_ECONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stream__is_chunked),
	    cmocka_unit_test(
		stream__goes_to_the_end_of_the_connection_in_http_1_0),
	    cmocka_unit_test(stream__has_no_body_for_head),
	    cmocka_unit_test(stream__waits_for_a_slow_reader),
	    cmocka_unit_test(stream__is_over_when_its_client_leaves),
	    cmocka_unit_test(stream__goes_on_for_a_client_that_sends_no_more),
	    cmocka_unit_test(
		stream__that_is_watched_is_over_for_such_a_client),
	    cmocka_unit_test(stream__can_be_written_and_ended_later),
	    cmocka_unit_test(gzip__compresses_what_is_worth_it),
	    cmocka_unit_test(gzip__is_not_for_those_who_do_not_take_it),
	    cmocka_unit_test(cors__tells_the_origins_that_are_allowed),
	    cmocka_unit_test(cors__answers_what_a_browser_asks_first),
	    cmocka_unit_test(cors__credentials_for_any_origin_are_refused),
	};

	return cmocka_run_group_tests_name("http streams", tests, start, stop);
}
