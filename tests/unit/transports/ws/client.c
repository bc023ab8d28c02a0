/* Tests of transports/ws at a client: with our server, plain and through TLS,
 * and with servers that answer wrongly. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/certificate.h"
#include "tests/lib/proxy.h"
#include "tests/lib/ws.h"
#include "tests/lib/ws_text.h"
#include "transports/net/listener.h"
#include "transports/net/tls.h"
#include "transports/net/tls_client.h"
#include "transports/ws/handshake.h"

static struct weft__loop *loop;
static struct weft__ws_settings settings;
static struct weft__ws *ws;
static struct weft_buf got;
static bool is_open, is_closed;
static struct weft__ws_end end;
static char reason[200], protocol[32];

static void
opened(void *context, struct weft_slice chosen)
{
	is_open = true;
	snprintf(protocol, sizeof protocol, "%.*s", (int)chosen.size,
	    chosen.data ? chosen.data : "");
}

static void
message(void *context, enum weft__ws_kind kind, struct weft_slice data)
{
	ws_found(kind == WEFT__WS_TEXT ? "text" : "binary", data, &got);
}

static void
drained(void *context)
{
}

static void
closed(void *context, const struct weft__ws_end *how)
{
	end = *how;
	snprintf(reason, sizeof reason, "%.*s", (int)how->reason.size,
	    how->reason.data);
	is_closed = true;
	ws = NULL;
}

static const struct weft__ws_handler handler = {
    opened, message, drained, closed};

static int
start(void **state)
{
	weft__ws_settings_init(&settings);
	weft_buf_init(&got, SIZE_MAX / 2);
	is_open = is_closed = false;
	return weft__loop_create(NULL, NULL, &loop, NULL);
}

static int
stop(void **state)
{
	weft__connection_break_all(loop);
	weft__loop_destroy(loop);
	weft_buf_fini(&got);
	return 0;
}

static void
dial(const char *host, uint16_t port, struct weft__tls_client *tls)
{
	const struct weft__ws_target target = {
	    .host = host, .port = port, .path = "/socket?a=b", .tls = tls};
	struct weft_error error = {0, ""};

	if (weft__ws_connect(
		loop, &target, &settings, &handler, NULL, &ws, &error))
		fail_msg("%s", error.text);
}

/* Opens one at the server. */
static void
open_at(const struct ws_server *server)
{
	dial("127.0.0.1", server->http.port, NULL);
	while (!is_open && !is_closed)
		weft__loop_step(loop);
	assert_true(is_open);
}

/* Waits until so many bytes were noted. */
static void
wait_for(size_t size)
{
	while (got.size < size && !is_closed)
		weft__loop_step(loop);
}

static void
client__exchanges_messages(void **state)
{
	struct ws_server server;
	char *large = malloc(900000);
	struct weft_buf given = WEFT_BUF_INIT(SIZE_MAX / 2);

	ws_init(&server);
	ws_start(&server, NULL);
	open_at(&server);
	assert_string_equal(protocol, "");
	weft__ws_send(ws, WEFT__WS_TEXT, weft_slice("Hello"));
	weft__ws_send(ws, WEFT__WS_BINARY, weft_slice_of("\0\xff", 2));
	weft__ws_send(ws, WEFT__WS_TEXT, weft_slice(""));
	wait_for(30);
	assert_string_equal(got.data, "text:Hello binary:%00%ff text:");
	weft_buf_clear(&got);
	memset(large, 'x', 900000);
	weft__ws_send(ws, WEFT__WS_TEXT, weft_slice_of(large, 900000));
	wait_for(900005);
	assert_memory_equal(got.data + 5, large, 900000);
	weft_buf_clear(&got);
	assert_int_equal(weft_buf_append(&given, large, 70000), 0);
	weft__ws_give(ws, WEFT__WS_BINARY, &given);
	assert_int_equal(given.size, 0);
	wait_for(70007);
	assert_memory_equal(got.data + 7, large, 70000);
	weft__ws_close(ws, 4000, weft_slice("enough"));
	while (!server.closed)
		weft__loop_step(loop);
	ws_stop(&server);
	assert_int_equal(server.code, 4000);
	assert_string_equal(server.reason, "enough");
	assert_false(is_closed);
	free(large);
}

static void
client__compresses_where_both_want_it(void **state)
{
	struct ws_server server;
	char *large = malloc(900000);

	ws_init(&server);
	server.settings.has_deflate = true;
	settings.has_deflate = true;
	ws_start(&server, NULL);
	open_at(&server);
	for (size_t i = 0; i < 900000; i++)
		large[i] = (char)('a' + i * i % 17);
	weft__ws_send(ws, WEFT__WS_TEXT, weft_slice_of(large, 900000));
	wait_for(900005);
	assert_memory_equal(got.data + 5, large, 900000);
	ws_stop(&server);
	while (!is_closed)
		weft__loop_step(loop);
	free(large);
}

static void
client__is_told_how_it_ended(void **state)
{
	struct ws_server server;

	ws_init(&server);
	ws_start(&server, NULL);
	open_at(&server);
	weft__ws_send(ws, WEFT__WS_TEXT, weft_slice(WS_CLOSE));
	while (!is_closed)
		weft__loop_step(loop);
	assert_int_equal(end.code, 4001);
	assert_string_equal(reason, "as you wish");
	is_open = is_closed = false;
	open_at(&server);
	weft__ws_send(ws, WEFT__WS_TEXT, weft_slice(WS_BREAK));
	while (!is_closed)
		weft__loop_step(loop);
	assert_int_equal(end.code, WEFT__WS_BROKEN);
	assert_int_equal(end.status, 0);
	ws_stop(&server);
}

static void
client__is_told_that_nobody_is_there(void **state)
{
	struct ws_server server;

	ws_init(&server);
	ws_start(&server, NULL);
	ws_stop(&server);
	dial("127.0.0.1", server.http.port, NULL);
	while (!is_closed)
		weft__loop_step(loop);
	assert_int_equal(end.code, WEFT__WS_BROKEN);
	assert_string_equal(reason, "127.0.0.1: Connection refused");
}

static void
client__is_told_a_status(void **state)
{
	static const char *const ours[] = {"one", NULL};
	struct ws_server server;

	ws_init(&server);
	server.settings.protocols = ours;
	ws_start(&server, NULL);
	dial("127.0.0.1", server.http.port, NULL);
	while (!is_closed)
		weft__loop_step(loop);
	assert_int_equal(end.status, 400);
	is_closed = false;
	settings.protocols = ours;
	open_at(&server);
	assert_string_equal(protocol, "one");
	ws_stop(&server);
}

static void
client__gives_up_at_any_time(void **state)
{
	struct ws_server server;

	ws_init(&server);
	ws_start(&server, NULL);
	for (int steps = 0; steps < 6; steps++) {
		is_open = false;
		dial("localhost", server.http.port, NULL);
		for (int i = 0; i < steps && !is_open; i++)
			weft__loop_step(loop);
		weft__ws_close(ws, 1000, weft_slice(""));
		assert_false(is_closed);
	}
	ws_stop(&server);
}

/* What a server may answer; 'N' stands for the right proof. */
struct answer {
	const char *text;
	const char *reason; /* that it is refused for; NULL: it is not */
};

#define GOOD "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
#define PROOF "Sec-WebSocket-Accept: N\r\n"

static const struct answer answers[] = {
    {GOOD PROOF "\r\n", NULL},
    {"HTTP/1.1 101\r\nUPGRADE:WEBSOCKET\r\nconnection: a, Upgrade\r\n" PROOF
     "\r\n", NULL},
    {GOOD "\r\n", "the server has not understood our key"},
    {GOOD PROOF PROOF "\r\n", "the server has not understood our key"},
    {GOOD "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "the server has not understood our key"},
    {"HTTP/1.1 101 x\r\nConnection: upgrade\r\n" PROOF "\r\n",
        "the server does not upgrade"},
    {"HTTP/1.1 101 x\r\nUpgrade: websocket\r\n" PROOF "\r\n",
        "the server does not upgrade"},
    {GOOD PROOF "Sec-WebSocket-Protocol: other\r\n\r\n",
        "the server speaks another subprotocol"},
    {GOOD PROOF "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        "the server uses an extension that was not offered"},
    {"HTTP/1.1 200 OK\r\n\r\n", "the server answered 200"},
    {"HTTP/1.1 503 x\r\nRetry-After: 7\r\n\r\n", "the server answered 503"},
    {"HTTP/1.0 404 x\r\n\r\n", "the server answered 404"},
    {"HTTP/1.0 101 x\r\n\r\n", "the server does not speak HTTP"},
    {"HTTP/1.2 404 x\r\n\r\n", "the server does not speak HTTP"},
    {"HTTP/1.1\t404 x\r\n\r\n", "the server does not speak HTTP"},
    {"HTTP/1.1 1x1 x\r\n\r\n", "the server does not speak HTTP"},
    {"HTTP/1.1 101 x\r\nno colon\r\n\r\n", "the server does not speak HTTP"},
    {"HTTP/1.1 101 x\r\na b: c\r\n\r\n", "the server does not speak HTTP"},
    {"HTTP/1.1 101 x\r\na: \nb\r\n\r\n", "the server does not speak HTTP"},
    {"HTTP/1.1 101 x\r\na: b\rc\r\n\r\n", "the server does not speak HTTP"},
    {"SSH-2.0-x\r\n\r\n", "the server does not speak HTTP"},
    {"", "the server closed the connection"},
};

/* Answers a request with the proof that its key asks for. */
static void
answer_with(int fd, const char *text)
{
	char request[4096] = "", out[8192] = "", accept[64];
	const char *proof = strstr(text, ": N");
	char *key;
	size_t at = 0;

	while (recv(fd, request, sizeof request - 1, MSG_DONTWAIT) <= 0)
		weft__loop_step(loop);
	key = strstr(request, "Sec-WebSocket-Key: ");
	assert_non_null(key);
	assert_memory_equal(request, "GET /socket?a=b HTTP/1.1\r\n", 26);
	weft__ws_accept(weft_slice_of(key + 19, 24), accept);
	for (const char *next = text; *next; next++) {
		if (proof && strncmp(next, ": N", 3) == 0) {
			at += (size_t)snprintf(
			    out + at, sizeof out - at, ": %s", accept);
			next += 2;
		} else {
			out[at++] = *next;
		}
	}
	http_send_bytes(fd, out, at);
	if (!*text)
		shutdown(fd, SHUT_RDWR);
}

static void
client__believes_only_a_right_answer(void **state)
{
	uint16_t port;
	int listening, fd;

	assert_int_equal(
	    weft__listen("127.0.0.1", 0, &listening, &port, NULL), 0);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		is_open = is_closed = false;
		dial("127.0.0.1", port, NULL);
		while ((fd = accept(listening, NULL, NULL)) < 0)
			weft__loop_step(loop);
		answer_with(fd, answers[i].text);
		while (!is_closed && !is_open)
			weft__loop_step(loop);
		assert_true(is_open == !answers[i].reason);
		if (answers[i].reason)
			assert_string_equal(reason, answers[i].reason);
		else
			weft__ws_close(ws, 1000, weft_slice(""));
		close(fd);
	}
	close(listening);
}

/* A server with a certificate, and a client that trusts it or nobody. */
struct trust {
	char folder[32], certificate[64], key[64];
	struct weft__tls *tls;
	struct weft__tls_client *trusting, *distrusting;
	struct ws_server server;
};

static void
trust_begin(struct trust *trust)
{
	snprintf(trust->folder, sizeof trust->folder, "/tmp/weft-ws-XXXXXX");
	assert_non_null(mkdtemp(trust->folder));
	snprintf(trust->certificate, sizeof trust->certificate, "%s/c.pem",
	    trust->folder);
	snprintf(trust->key, sizeof trust->key, "%s/k.pem", trust->folder);
	assert_int_equal(
	    certificate_make("localhost", trust->certificate, trust->key), 0);
	assert_int_equal(weft__tls_create(trust->certificate, trust->key,
			     &trust->tls, NULL),
	    0);
	assert_int_equal(weft__tls_client_create(trust->certificate,
			     &trust->trusting, NULL),
	    0);
	assert_int_equal(
	    weft__tls_client_create(NULL, &trust->distrusting, NULL), 0);
	ws_init(&trust->server);
	ws_start(&trust->server, trust->tls);
}

static void
trust_end(struct trust *trust)
{
	ws_stop(&trust->server);
	weft__tls_client_destroy(trust->trusting);
	weft__tls_client_destroy(trust->distrusting);
	weft__tls_destroy(trust->tls);
	unlink(trust->certificate);
	unlink(trust->key);
	rmdir(trust->folder);
}

static void
client__verifies_certificates(void **state)
{
	struct trust trust;

	trust_begin(&trust);
	dial("localhost", trust.server.http.port, trust.trusting);
	while (!is_closed && !is_open)
		weft__loop_step(loop);
	assert_true(is_open);
	weft__ws_send(ws, WEFT__WS_TEXT, weft_slice("Hello"));
	wait_for(10);
	assert_string_equal(got.data, "text:Hello");
	weft__ws_close(ws, 1000, weft_slice(""));

	dial("localhost", trust.server.http.port, trust.distrusting);
	while (!is_closed)
		weft__loop_step(loop);
	assert_true(end.is_untrusted);
	assert_non_null(strstr(reason, "self"));
	is_closed = false;
	dial("127.0.0.1", trust.server.http.port, trust.trusting);
	while (!is_closed)
		weft__loop_step(loop);
	assert_true(end.is_untrusted);
	assert_non_null(strstr(reason, "mismatch"));
	trust_end(&trust);
}

/* More than the proxy lets pass without a change. */
#define LARGE 4096
#define LARGE_COUNT 100

/* Sends messages to be echoed, until the connection ends. */
static void
converse_until_closed(void)
{
	static char text[LARGE];
	char expected[LARGE + 8];

	for (int i = 0; i < LARGE_COUNT && !is_closed; i++) {
		memset(text, 'a' + i % 26, sizeof text);
		snprintf(expected, sizeof expected, "text:%.*s", LARGE, text);
		while (!is_open && !is_closed)
			weft__loop_step(loop);
		if (is_closed)
			return;
		weft_buf_clear(&got);
		weft__ws_send(ws, WEFT__WS_TEXT, weft_slice_of(text, LARGE));
		wait_for(LARGE + 5);
		if (got.size)
			assert_memory_equal(got.data, expected, LARGE + 5);
	}
}

static void
client__ends_at_a_byte_that_was_changed_under_tls(void **state)
{
	struct trust trust;
	unsigned ends = 0;

	/* A record that seems longer than it is is waited for. */
	settings.open_ms = 500;
	settings.ping_ms = 100;
	trust_begin(&trust);
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct proxy *proxy = proxy_start(
		    trust.server.http.port, 1U << PROXY_FLIP, seed);

		is_open = is_closed = false;
		dial("localhost", proxy_port(proxy), trust.trusting);
		converse_until_closed();
		assert_int_equal(proxy_count(proxy, PROXY_FLIP), 1);
		proxy_stop(proxy);
		ends += is_closed;
		if (!is_closed)
			weft__ws_close(ws, 1000, weft_slice(""));
	}
	/* Nobody looks at the version that the first record of each side has
	 * (RFC 8446, 5.1): there a change is none. */
	assert_true(ends >= 38);
	trust_end(&trust);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
	    TEST(client__exchanges_messages),
	    TEST(client__compresses_where_both_want_it),
	    TEST(client__is_told_how_it_ended),
	    TEST(client__is_told_that_nobody_is_there),
	    TEST(client__is_told_a_status),
	    TEST(client__gives_up_at_any_time),
	    TEST(client__believes_only_a_right_answer),
	    TEST(client__verifies_certificates),
	    TEST(client__ends_at_a_byte_that_was_changed_under_tls)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
