/* Tests of transports/http/gunzip.h: compressed bodies, over sockets. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/limits.h"
#include "tests/lib/http.h"

static char response[4096];

/* Answers with the size of the body and its first and last byte. */
static void
measure(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	struct weft_slice body;
	char text[64];

	assert_int_equal(weft__http_body(request, &body, NULL), 0);
	assert_int_equal(body.size, request->body_size);
	snprintf(text, sizeof text, "%zu %c%c", body.size, body.data[0],
	    body.data[body.size - 1]);
	weft__http_respond(answer, 200, weft_slice(text));
}

static const struct weft__http_handler handler = {.request = measure};

/* The gzip of so many bytes "ab...b", of which one in 'spread' is random. */
struct packed {
	unsigned char *data;
	size_t size;
};

static struct packed
pack(size_t size, size_t spread)
{
	z_stream stream = {.zalloc = NULL};
	struct packed packed;
	char *text = malloc(size);

	memset(text, 'b', size);
	text[0] = 'a';
	for (size_t i = spread, state = 1; spread && i < size - 1;
	     i += spread) {
		state = state * 1103515245 + 12345;
		text[i] = (char)(state >> 16);
	}
	deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	packed.data = malloc(deflateBound(&stream, size));
	stream.next_in = (void *)text;
	stream.avail_in = (uInt)size;
	stream.next_out = packed.data;
	stream.avail_out = (uInt)deflateBound(&stream, size);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	packed.size = stream.total_out;
	deflateEnd(&stream);
	free(text);
	return packed;
}

static void
start(struct http *http)
{
	http_init(http);
	http->config.body_limit = 8 << 20;
	http_start(http, &handler, NULL);
}

static void
send_head(int fd, const char *coding, size_t size)
{
	char head[256];

	snprintf(head, sizeof head,
	    "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: %s\r\n"
	    "Content-Length: %zu\r\n\r\n", coding, size);
	http_send(fd, head);
}

/* Sends the body in pieces, on a connection of its own; the status. */
static int
post(const struct http *http, const char *coding, const void *data,
    size_t size, size_t piece)
{
	int fd = http_connect(http), status;

	send_head(fd, coding, size);
	for (size_t at = 0; at < size; at += piece)
		http_send_bytes(fd, (const char *)data + at,
		    size - at < piece ? size - at : piece);
	status = http_receive(fd, response, sizeof response);
	close(fd);
	return status;
}

static void
gunzip__gives_the_handler_what_was_compressed(void **state)
{
	struct packed small = pack(100, 7), large = pack(3000000, 9);
	struct http http;

	start(&http);
	for (size_t piece = 1; piece <= small.size; piece++) {
		assert_int_equal(post(&http, "gzip", small.data, small.size,
				     piece), 200);
		assert_string_equal(http_body(response), "100 ab");
	}
	assert_int_equal(
	    post(&http, "X-GZIP", large.data, large.size, 65536), 200);
	assert_string_equal(http_body(response), "3000000 ab");
	assert_int_equal(
	    post(&http, "identity", small.data, small.size, 99), 200);
	free(small.data);
	free(large.data);
	http_stop(&http);
}

static void
gunzip__takes_chunks(void **state)
{
	struct packed small = pack(100, 7);
	struct http http;
	char line[16];
	int fd;

	start(&http);
	fd = http_connect(&http);
	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t at = 0; at < small.size; at++) {
		http_send(fd, "1\r\n");
		http_send_bytes(fd, small.data + at, 1);
		http_send(fd, "\r\n");
	}
	snprintf(line, sizeof line, "0\r\n\r\n");
	http_send(fd, line);
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	assert_string_equal(http_body(response), "100 ab");
	/* The next request of the connection is as any other. */
	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
		      "xy");
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	assert_string_equal(http_body(response), "2 xy");
	close(fd);
	free(small.data);
	http_stop(&http);
}

static void
gunzip__refuses_what_becomes_too_large(void **state)
{
	struct packed fits = pack(8 << 20, 9), over = pack((8 << 20) + 1, 9),
		      bomb = pack(2 << 20, 0);
	struct http http;

	start(&http);
	assert_int_equal(
	    post(&http, "gzip", fits.data, fits.size, 65536), 200);
	assert_int_equal(
	    post(&http, "gzip", over.data, over.size, 65536), 413);
	/* More than a hundred times what was sent. */
	assert_true(bomb.size < (2 << 20) / WEFT_LIMIT_HTTP_INFLATION);
	assert_int_equal(
	    post(&http, "gzip", bomb.data, bomb.size, 65536), 413);
	free(fits.data);
	free(over.data);
	free(bomb.data);
	http_stop(&http);
}

static void
gunzip__refuses_what_is_no_gzip(void **state)
{
	struct packed small = pack(100, 7);
	unsigned char *bytes = malloc(2 * small.size);
	struct http http;

	start(&http);
	memcpy(bytes, small.data, small.size);
	memcpy(bytes + small.size, small.data, small.size);
	assert_int_equal(post(&http, "gzip", "abc", 3, 1), 400);
	/* Cut, followed by something, by another one; a wrong sum. */
	for (size_t size = 1; size < small.size; size++)
		assert_int_equal(post(&http, "gzip", bytes, size, 9), 400);
	assert_int_equal(post(&http, "gzip", bytes, small.size + 1, 9), 400);
	assert_int_equal(
	    post(&http, "gzip", bytes, 2 * small.size, 1000), 400);
	bytes[small.size - 5] ^= 1;
	assert_int_equal(post(&http, "gzip", bytes, small.size, 9), 400);
	free(bytes);
	free(small.data);
	http_stop(&http);
}

static void
gunzip__is_the_only_coding(void **state)
{
	struct http http;

	start(&http);
	assert_int_equal(post(&http, "br", "abc", 3, 3), 415);
	assert_int_equal(post(&http, "gzip, gzip", "abc", 3, 3), 415);
	assert_int_equal(post(&http, "deflate", "abc", 3, 3), 415);
	http_stop(&http);
	http_init(&http);
	http.config.has_gzip = false;
	http_start(&http, &handler, NULL);
	assert_int_equal(post(&http, "gzip", "abc", 3, 3), 415);
	http_stop(&http);
}

/* As many as there may be are under way: one more has to wait. */
static void
gunzip__has_a_number_of_inflaters(void **state)
{
	struct packed small = pack(100, 7);
	struct http http;
	int fds[WEFT_LIMIT_HTTP_GUNZIPS];

	start(&http);
	for (int i = 0; i < WEFT_LIMIT_HTTP_GUNZIPS; i++) {
		fds[i] = http_connect(&http);
		http_send(fds[i],
		    "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n"
		    "Expect: 100-continue\r\nContent-Length: 9999\r\n\r\n");
		assert_int_equal(http_receive(
		    fds[i], response, sizeof response), 100);
	}
	assert_int_equal(
	    post(&http, "gzip", small.data, small.size, 99), 503);
	assert_int_equal(
	    post(&http, "identity", small.data, small.size, 99), 200);
	/* One that is refused makes room. */
	http_send(fds[0], "no gzip");
	assert_int_equal(http_receive(fds[0], response, sizeof response), 400);
	assert_int_equal(
	    post(&http, "gzip", small.data, small.size, 99), 200);
	for (int i = 0; i < WEFT_LIMIT_HTTP_GUNZIPS; i++)
		close(fds[i]);
	free(small.data);
	http_stop(&http);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gunzip__gives_the_handler_what_was_compressed),
	    cmocka_unit_test(gunzip__takes_chunks),
	    cmocka_unit_test(gunzip__refuses_what_becomes_too_large),
	    cmocka_unit_test(gunzip__refuses_what_is_no_gzip),
	    cmocka_unit_test(gunzip__is_the_only_coding),
	    cmocka_unit_test(gunzip__has_a_number_of_inflaters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
