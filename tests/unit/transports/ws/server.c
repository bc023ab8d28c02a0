/* Tests of transports/ws at a server, by a client of raw bytes. */
#include "tests/lib/test.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/ws.h"
#include "tests/lib/ws_cases.h"
#include "tests/lib/ws_text.h"

static struct ws_server server;
static char text[65536];

static int
start(void **state)
{
	ws_start(&server, NULL);
	return 0;
}

static int
stop(void **state)
{
	ws_stop(&server);
	ws_init(&server);
	return 0;
}

/* The status of a request, and what is in its answer. */
static int
ask(const char *request)
{
	return http_ask(&server.http, request, text, sizeof text);
}

#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define VERSION_13 "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ALL UPGRADE CONNECTION VERSION_13 KEY

static int
ask_with(const char *headers)
{
	char request[4096];

	snprintf(request, sizeof request,
	    "GET / HTTP/1.1\r\nHost: test\r\n%s\r\n", headers);
	return ask(request);
}

static void
upgrade__answers_as_the_rfc_does(void **state)
{
	assert_int_equal(ask_with(ALL), 101);
	assert_memory_equal(text, "HTTP/1.1 101 Switching Protocols\r\n", 34);
	assert_non_null(strstr(text, "\r\nUpgrade: websocket\r\n"));
	assert_non_null(strstr(text, "\r\nConnection: Upgrade\r\n"));
	assert_non_null(strstr(text,
	    "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	assert_null(strstr(text, "Sec-WebSocket-Protocol"));
	assert_null(strstr(text, "Sec-WebSocket-Extensions"));
	assert_null(strstr(text, "Content-"));
}

static void
upgrade__takes_names_and_lists_in_any_case(void **state)
{
	assert_int_equal(ask_with("UPGRADE: h2c, WebSocket\r\n"
	    "connection: keep-alive\r\nconnection: , upgrade\r\n"
	    "sec-websocket-version: 13\r\n"
	    "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"), 101);
}

static void
upgrade__refuses_what_is_none(void **state)
{
	assert_int_equal(ask_with(CONNECTION VERSION_13 KEY), 426);
	assert_non_null(strstr(text, "\r\nUpgrade: websocket\r\n"));
	assert_int_equal(ask_with("Upgrade: h2c\r\n" CONNECTION VERSION_13 KEY),
	    426);
	assert_int_equal(ask_with(UPGRADE VERSION_13 KEY), 400);
	assert_int_equal(
	    ask_with(UPGRADE "Connection: close\r\n" VERSION_13 KEY), 400);
	assert_int_equal(ask_with(ALL "Content-Length: 5\r\n"), 400);
	assert_int_equal(ask_with(ALL "Transfer-Encoding: chunked\r\n"), 400);
	assert_int_equal(
	    ask("GET / HTTP/1.0\r\nHost: test\r\n" ALL "\r\n"), 400);
	assert_int_equal(ask("POST / HTTP/1.1\r\nHost: test\r\n" ALL
			     "Content-Length: 0\r\n\r\n"), 405);
	assert_non_null(strstr(text, "\r\nAllow: GET\r\n"));
	assert_int_equal(
	    ask("DELETE / HTTP/1.1\r\nHost: test\r\n" ALL "\r\n"), 405);
}

static void
upgrade__takes_version_13_only(void **state)
{
	static const char *const bad[] = {"", "Sec-WebSocket-Version: 8\r\n",
	    "Sec-WebSocket-Version: 13, 8\r\n", "Sec-WebSocket-Version:\r\n",
	    "Sec-WebSocket-Version: 013\r\n", VERSION_13 VERSION_13};
	char headers[512];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(headers, sizeof headers, UPGRADE CONNECTION KEY "%s",
		    bad[i]);
		assert_int_equal(ask_with(headers), 426);
		assert_non_null(
		    strstr(text, "\r\nSec-WebSocket-Version: 13\r\n"));
	}
}

static void
upgrade__takes_keys_of_16_bytes_only(void **state)
{
	static const char *const bad[] = {"", "Sec-WebSocket-Key:\r\n",
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n",
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n",
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTE=\r\n",
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n",
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZS-ub25jZQ==\r\n",
	    "Sec-WebSocket-Key: dGhlIHNhbXBs ZSub25jZQ==\r\n", KEY KEY};
	char headers[512];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(headers, sizeof headers,
		    UPGRADE CONNECTION VERSION_13 "%s", bad[i]);
		assert_int_equal(ask_with(headers), 400);
	}
}

/* The status for a page of this origin. */
static int
ask_from(const char *origin)
{
	char headers[512];

	snprintf(headers, sizeof headers, ALL "Origin: %s\r\n", origin);
	return ask_with(headers);
}

static void
upgrade__takes_pages_of_known_origins_only(void **state)
{
	assert_int_equal(ask_with(ALL), 101); /* not a browser */
	assert_int_equal(ask_from("http://test"), 101);
	assert_int_equal(ask_from("https://test"), 403);
	assert_int_equal(ask_from("http://test:80"), 403);
	assert_int_equal(ask_from("http://test.evil"), 403);
	assert_int_equal(ask_from("http://eviltest"), 403);
	assert_int_equal(ask_from("null"), 403);
	assert_int_equal(ask_from(""), 403);
	assert_int_equal(ask_with(ALL "Origin: http://test\r\n"
	    "Origin: http://test\r\n"), 403);
}

static void
upgrade__takes_listed_origins(void **state)
{
	static const char *const origins[] = {"https://app.example", NULL};
	static const char *const any[] = {"*", NULL};

	server.settings.origins = origins;
	server.settings.allows_own_origin = false;
	server.settings.needs_origin = true;
	assert_int_equal(ask_from("https://app.example"), 101);
	assert_int_equal(ask_from("https://app.example.evil"), 403);
	assert_int_equal(ask_from("https://APP.example"), 403);
	assert_int_equal(ask_from("http://test"), 403);
	assert_int_equal(ask_with(ALL), 403);
	server.settings.origins = any;
	assert_int_equal(ask_from("null"), 101);
}

#define OFFER(list) ALL "Sec-WebSocket-Protocol: " list "\r\n"

static void
upgrade__agrees_on_one_subprotocol(void **state)
{
	static const char *const ours[] = {"two", "one", NULL};

	assert_int_equal(ask_with(OFFER("one")), 101);
	assert_null(strstr(text, "Sec-WebSocket-Protocol"));
	server.settings.protocols = ours;
	assert_int_equal(ask_with(OFFER("one, zero, two")), 101);
	assert_non_null(strstr(text, "\r\nSec-WebSocket-Protocol: two\r\n"));
	assert_int_equal(ask_with(OFFER("zero") /* and another line */
	    "Sec-WebSocket-Protocol: bearer.x, one\r\n"), 101);
	assert_non_null(strstr(text, "\r\nSec-WebSocket-Protocol: one\r\n"));
	assert_int_equal(ask_with(OFFER("zero")), 400);
	assert_int_equal(ask_with(OFFER("ONE")), 400);
	assert_int_equal(ask_with(OFFER("on")), 400);
	assert_int_equal(ask_with(ALL), 400);
	assert_int_equal(ask_with(OFFER("one, t wo")), 400);
	assert_int_equal(ask_with(OFFER("one, \"two\"")), 400);
}

#define EXTEND(list) ALL "Sec-WebSocket-Extensions: " list "\r\n"
#define AGREED \
	"\r\nSec-WebSocket-Extensions: permessage-deflate; " \
	"server_no_context_takeover; client_no_context_takeover"

/* Whether an offer is accepted, with this after what is always answered. */
static void
check_offer(const char *headers, const char *window)
{
	char line[256];

	assert_int_equal(ask_with(headers), 101);
	snprintf(line, sizeof line, AGREED "%s\r\n", window ? window : "");
	if (window)
		assert_non_null(strstr(text, line));
	else
		assert_null(strstr(text, "Sec-WebSocket-Extensions"));
}

#define PMD "permessage-deflate"

static void
upgrade__agrees_on_deflate(void **state)
{
	check_offer(EXTEND(PMD), NULL); /* it is off */
	server.settings.has_deflate = true;
	check_offer(EXTEND(PMD), "");
	check_offer(EXTEND("PerMessage-Deflate"), "");
	check_offer(EXTEND("x-webkit-deflate-frame, " PMD), "");
	check_offer(EXTEND(PMD "; client_max_window_bits"), "");
	check_offer(EXTEND(PMD "; client_max_window_bits=9"), "");
	check_offer(EXTEND(PMD "; client_max_window_bits=\"10\""), "");
	check_offer(EXTEND(PMD ";server_no_context_takeover"), "");
	check_offer(EXTEND(PMD "; server_max_window_bits=9"),
	    "; server_max_window_bits=9");
	check_offer(EXTEND(PMD "; server_max_window_bits=15"),
	    "; server_max_window_bits=15");
	check_offer(EXTEND(PMD "; server_max_window_bits=8, " PMD), "");
	check_offer(EXTEND(PMD "; server_max_window_bits=8"), NULL);
	check_offer(EXTEND(PMD "; server_max_window_bits=16"), NULL);
	check_offer(EXTEND(PMD "; server_max_window_bits=09"), NULL);
	check_offer(EXTEND(PMD "; server_max_window_bits"), NULL);
	check_offer(EXTEND(PMD "; client_max_window_bits=7"), NULL);
	check_offer(EXTEND(PMD "; client_max_window_bits=1x"), NULL);
	check_offer(EXTEND(PMD "; server_no_context_takeover=1"), NULL);
	check_offer(EXTEND(PMD "; client_no_context_takeover; "
			       "client_no_context_takeover"), NULL);
	check_offer(EXTEND(PMD "; something"), NULL);
	check_offer(EXTEND(PMD "=1"), NULL);
	check_offer(EXTEND("x-other; a=b; c=\"d\""), NULL);
	assert_int_equal(ask_with(EXTEND(PMD "; a b")), 400);
	assert_int_equal(ask_with(EXTEND(PMD "; =b")), 400);
	assert_int_equal(ask_with(EXTEND(PMD "; a=")), 400);
}

/* What an echo server answers to a case. */
static void
add_answer(struct weft_slice found, struct weft_buf *out)
{
	char *part = strndup(found.data, found.size);
	int code = 0;

	if (out->size)
		code = weft_buf_append(out, " ", 1);
	if (strncmp(part, "ping:", 5) == 0)
		code = weft_buf_printf(out, "pong:%s", part + 5);
	else if (strncmp(part, "fault:", 6) == 0)
		code = weft_buf_printf(out, "close:%s:", part + 6);
	else if (strncmp(part, "pong:", 5) == 0 && out->size)
		out->size--;
	else if (strncmp(part, "pong:", 5) != 0)
		code = weft_buf_append_slice(out, found);
	assert_int_equal(code, 0);
	free(part);
}

static unsigned
count_words(const char *words)
{
	unsigned count = *words != '\0';

	for (; *words; words++)
		count += *words == ' ';
	return count;
}

/* What is answered has the reason of a fault, which is for people. */
static void
cut_reason(struct weft_buf *got)
{
	char *code = strstr(got->data, "close:1");
	unsigned long number = code ? strtoul(code + 6, NULL, 10) : 0;

	if (number == 1002 || (number >= 1007 && number <= 1009)) {
		code[11] = '\0';
		got->size = (size_t)(code + 11 - got->data);
	}
}

static void
check_case(const struct ws_case *one, size_t step)
{
	struct weft_buf frames = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf found = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf answer = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf got = WEFT_BUF_INIT(SIZE_MAX / 2);
	const int on = 1;
	int fd = ws_connect(&server, "");

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	ws_frames(one->frames, &frames);
	ws_expected(one->found, &found);
	for (char *at = found.data; *at; at += *at == ' ') {
		size_t size = strcspn(at, " ");

		add_answer(weft_slice_of(at, size), &answer);
		at += size;
	}
	for (size_t at = 0; at < frames.size; at += step)
		http_send_bytes(fd, frames.data + at,
		    step < frames.size - at ? step : frames.size - at);
	assert_true(ws_receive(fd, count_words(answer.data), &got));
	cut_reason(&got);
	if (strcmp(got.data, answer.data) != 0)
		fail_msg("%s: %.300s instead of %.300s", one->name, got.data,
		    answer.data);
	if (strstr(got.data, "close:"))
		assert_false(ws_receive(fd, 1, &got));
	close(fd);
	weft_buf_fini(&frames);
	weft_buf_fini(&found);
	weft_buf_fini(&answer);
	weft_buf_fini(&got);
}

static void
server__holds_to_the_rfc(void **state)
{
	for (size_t i = 0; i < WS_CASE_COUNT; i++)
		check_case(&ws_cases[i], SIZE_MAX / 2);
}

static void
server__holds_to_the_rfc_byte_by_byte(void **state)
{
	for (size_t i = 0; i < WS_CASE_COUNT; i++)
		if (!strstr(ws_cases[i].frames, "*6553"))
			check_case(&ws_cases[i], 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
	    TEST(upgrade__answers_as_the_rfc_does),
	    TEST(upgrade__takes_names_and_lists_in_any_case),
	    TEST(upgrade__refuses_what_is_none),
	    TEST(upgrade__takes_version_13_only),
	    TEST(upgrade__takes_keys_of_16_bytes_only),
	    TEST(upgrade__takes_pages_of_known_origins_only),
	    TEST(upgrade__takes_listed_origins),
	    TEST(upgrade__agrees_on_one_subprotocol),
	    TEST(upgrade__agrees_on_deflate),
	    TEST(server__holds_to_the_rfc),
	    TEST(server__holds_to_the_rfc_byte_by_byte)};

	ws_init(&server);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
