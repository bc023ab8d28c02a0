/* Tests of transports/http/head.h. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "tests/lib/http_abuses.h"
#include "transports/http/head.h"

/* A head that was read, with the rooms that its slices point into. */
struct parsed {
	struct weft__http_request request;
	struct weft__http_head head;
	struct weft__http_header headers[128];
	struct weft_slice segments[128];
	char decoded[WEFT_LIMIT_HTTP_LINE];
	struct weft__http_refusal refusal;
	size_t size; /* of the head */
};

static struct parsed parsed;

/* Reads a head of which 'step' bytes more come at a time; 0 or a status;
 * -1: it is not complete. */
static int
parse_by(const char *data, size_t size, size_t step)
{
	struct weft__http_lines lines = {0};
	char *copy;
	bool is_good;

	memset(&parsed, 0, sizeof parsed);
	parsed.head.request = &parsed.request;
	parsed.head.headers = parsed.headers;
	parsed.head.segments = parsed.segments;
	parsed.head.decoded = parsed.decoded;
	for (size_t there = 0; !lines.is_complete && there < size;) {
		there = there + step < size ? there + step : size;
		/* Ends where its memory ends, so that ASan sees over-reads. */
		copy = malloc(there);
		memcpy(copy, data, there);
		is_good = weft__http_lines_scan(
		    &lines, copy, there, &parsed.refusal);
		free(copy);
		if (!is_good)
			return parsed.refusal.status;
	}
	if (!lines.is_complete)
		return -1;
	parsed.size = lines.scanned;
	assert_true(lines.line_count <= 128 && lines.slash_count < 128);
	return weft__http_head_parse(
	           &parsed.head, data, lines.scanned, &parsed.refusal)
	    ? 0
	    : parsed.refusal.status;
}

static int
parse(const char *text)
{
	return parse_by(text, strlen(text), strlen(text));
}

static void
assert_slice(struct weft_slice slice, const char *text)
{
	assert_non_null(slice.data);
	assert_int_equal(slice.size, strlen(text));
	assert_memory_equal(slice.data, text, slice.size);
}

static void
head__refuses_every_abuse_however_it_is_cut(void **state)
{
	for (size_t i = 0; i < HTTP_COUNT(http_head_abuses); i++) {
		const struct http_abuse *abuse = &http_head_abuses[i];

		for (size_t step = 1; step <= abuse->size; step++)
			if (parse_by(abuse->bytes, abuse->size, step) !=
			    abuse->status)
				fail_msg("%s, %zu bytes at a time: %d",
				    abuse->name, step, parsed.refusal.status);
		assert_non_null(parsed.refusal.text);
	}
}

static void
head__reads_all_parts_however_they_are_cut(void **state)
{
	static const char text[] =
	    "POST /api/a%2Fb/%c3%a4/?f=%7B%7D&g HTTP/1.1\r\n"
	    "Host: example.org:80\r\n"
	    "content-length:  7 \r\n"
	    "X-Empty:\t \r\n"
	    "X-Latin: \xe4\r\n"
	    "Connection: x, Keep-Alive ,close\r\n"
	    "Expect: 100-Continue\r\n\r\nrest";

	for (size_t step = 1; step < sizeof text; step++) {
		assert_int_equal(parse_by(text, sizeof text - 1, step), 0);
		assert_int_equal(parsed.size, sizeof text - 1 - 4);
		assert_int_equal(parsed.request.method, WEFT__HTTP_POST);
		assert_slice(parsed.request.method_name, "POST");
		assert_slice(parsed.request.path, "/api/a%2Fb/%c3%a4/");
		assert_slice(parsed.request.query, "f=%7B%7D&g");
		assert_int_equal(parsed.request.segment_count, 3);
		assert_slice(parsed.request.segments[0], "api");
		assert_slice(parsed.request.segments[1], "a/b");
		assert_slice(parsed.request.segments[2], "\xc3\xa4");
		assert_int_equal(parsed.request.header_count, 6);
		assert_slice(parsed.request.headers[0].name, "Host");
		assert_slice(
		    weft__http_header(&parsed.request, "X-EMPTY"), "");
		assert_slice(
		    weft__http_header(&parsed.request, "x-latin"), "\xe4");
		assert_null(
		    weft__http_header(&parsed.request, "x-none").data);
		assert_int_equal(parsed.head.content_length, 7);
		assert_false(parsed.head.is_chunked);
		assert_true(parsed.head.wants_close);
		assert_true(parsed.head.wants_keep_alive);
		assert_true(parsed.head.expects_continue);
	}
}

static void
head__waits_for_the_end(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

	for (size_t size = 1; size < sizeof text - 1; size++)
		assert_int_equal(parse_by(text, size, size), -1);
	assert_int_equal(parse(text), 0);
}

static void
head__splits_paths(void **state)
{
	static const struct {
		const char *path;
		size_t count;
		const char *segments[4];
	} cases[] = {
	    {"/", 0, {NULL}},
	    {"/a", 1, {"a"}},
	    {"/a/", 1, {"a"}},
	    {"/a//b", 3, {"a", "", "b"}},
	    {"//a", 2, {"", "a"}},
	    {"/a//", 2, {"a", ""}},
	    {"/a/../b", 3, {"a", "..", "b"}},
	    {"/%41%2f%25", 1, {"A/%"}},
	    {"http://x/a?b", 1, {"a"}},
	    {"http://X", 0, {NULL}},
	};
	char text[256];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n",
		    cases[i].path);
		assert_int_equal(parse(text), 0);
		assert_int_equal(parsed.request.segment_count, cases[i].count);
		for (size_t j = 0; j < cases[i].count; j++)
			assert_slice(parsed.request.segments[j],
			    cases[i].segments[j]);
	}
}

static void
head__tells_an_empty_query_from_none(void **state)
{
	assert_int_equal(parse("GET /a? HTTP/1.1\r\nHost: x\r\n\r\n"), 0);
	assert_slice(parsed.request.query, "");
	assert_int_equal(parse("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), 0);
	assert_null(parsed.request.query.data);
}

static void
head__takes_what_clients_send(void **state)
{
	assert_int_equal(parse("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), 0);
	assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n"), 0);
	assert_true(parsed.head.is_http_1_0);
	assert_int_equal(parse("HEAD / HTTP/1.1\r\nHost:\r\n\r\n"), 0);
	assert_true(parsed.request.is_head);
	assert_int_equal(parsed.request.method, WEFT__HTTP_GET);
	assert_int_equal(
	    parse("GET /?filter={\"where\":{\"a\":[1]}} HTTP/1.1\r\n"
	          "Host: [::1]:80\r\n\r\n"), 0);
	assert_int_equal(parse("POST / HTTP/1.1\r\nHost: x\r\n"
	                       "Transfer-Encoding: Chunked\r\n\r\n"), 0);
	assert_true(parsed.head.is_chunked);
	assert_int_equal(parse("REPORT / HTTP/1.1\r\nHost: x\r\n\r\n"), 0);
	assert_int_equal(parsed.request.method, WEFT__HTTP_OTHER);
	assert_slice(parsed.request.method_name, "REPORT");
}

/* A head whose request line has so many bytes, or that has so many of
 * headers, each of so many. */
static int
parse_large(size_t line_size, size_t header_count, size_t header_size)
{
	static char text[4 * WEFT_LIMIT_HTTP_HEAD];
	size_t size = 0;

	size += (size_t)snprintf(text, sizeof text, "GET /");
	while (size < line_size - 9)
		text[size++] = 'a';
	size += (size_t)snprintf(text + size, sizeof text - size,
	    " HTTP/1.1\r\nHost: x\r\n");
	for (size_t i = 1; i < header_count; i++) {
		size_t end = size + header_size - 2;

		text[size++] = 'a';
		text[size++] = ':';
		while (size < end)
			text[size++] = 'b';
		text[size++] = '\r';
		text[size++] = '\n';
	}
	size += (size_t)snprintf(text + size, sizeof text - size, "\r\n");
	return parse_by(text, size, size);
}

static void
head__has_limits(void **state)
{
	assert_int_equal(parse_large(WEFT_LIMIT_HTTP_LINE, 1, 0), 0);
	assert_int_equal(parse_large(WEFT_LIMIT_HTTP_LINE + 1, 1, 0), 414);
	assert_int_equal(
	    parse_large(100, WEFT_LIMIT_HTTP_HEADERS, 10), 0);
	assert_int_equal(
	    parse_large(100, WEFT_LIMIT_HTTP_HEADERS + 1, 10), 431);
	/* 102 + 9 + the other one + 2 */
	assert_int_equal(
	    parse_large(100, 2, WEFT_LIMIT_HTTP_HEAD - 113), 0);
	assert_int_equal(parsed.size, WEFT_LIMIT_HTTP_HEAD);
	assert_int_equal(
	    parse_large(100, 2, WEFT_LIMIT_HTTP_HEAD - 112), 431);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(head__refuses_every_abuse_however_it_is_cut),
	    cmocka_unit_test(head__reads_all_parts_however_they_are_cut),
	    cmocka_unit_test(head__waits_for_the_end),
	    cmocka_unit_test(head__splits_paths),
	    cmocka_unit_test(head__tells_an_empty_query_from_none),
	    cmocka_unit_test(head__takes_what_clients_send),
	    cmocka_unit_test(head__has_limits),
	};

	return cmocka_run_group_tests_name("http head", tests, NULL, NULL);
}
