/*
 * Our ends of WebSockets for tests/interop/websocket.sh:
 *
 *   websocket serve [deflate]      echoes, on the port that it prints, until
 *                                  its input ends
 *   websocket talk PORT [deflate]  sends messages to an echo server, compares
 *                                  what comes back, and closes
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/ws.h"

/* Bytes of the messages, which go as text and as binary. */
static const size_t sizes[] = {0, 1, 125, 126, 127, 4096, 65535, 65536,
    131073, 1000000};

#define MESSAGES (2 * sizeof sizes / sizeof *sizes)

static int
serve(bool has_deflate)
{
	struct ws_server server;
	char byte;

	ws_init(&server);
	server.settings.has_deflate = has_deflate;
	ws_start(&server, NULL);
	printf("%u\n", server.http.port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	ws_stop(&server);
	return 0;
}

/* Byte 'i' of a message: a part of a character of two bytes in a text. */
static char
byte_of(size_t message, size_t i)
{
	if (message % 2)
		return (char)(i * i + message);
	return sizes[message / 2] % 2 || i % 64 > 1 ? (char)('a' + i % 23)
	    : i % 2                                  ? (char)0xa9
	                                             : (char)0xc3;
}

struct talk {
	struct weft__ws *ws;
	size_t next; /* message that is expected */
	bool is_over, is_good;
};

static void
send_message(struct talk *talk, size_t message)
{
	struct weft_buf data = WEFT_BUF_INIT(SIZE_MAX / 2);
	size_t size = sizes[message / 2];

	assert_int_equal(weft_buf_reserve(&data, size), 0);
	for (size_t i = 0; i < size; i++)
		data.data[data.size++] = byte_of(message, i);
	weft__ws_give(talk->ws,
	    message % 2 ? WEFT__WS_BINARY : WEFT__WS_TEXT, &data);
}

static void
opened(void *context, struct weft_slice protocol)
{
	for (size_t i = 0; i < MESSAGES; i++)
		send_message(context, i);
}

static void
message(void *context, enum weft__ws_kind kind, struct weft_slice data)
{
	struct talk *talk = context;
	size_t number = talk->next++;

	assert_true(number < MESSAGES);
	assert_int_equal(
	    kind, number % 2 ? WEFT__WS_BINARY : WEFT__WS_TEXT);
	assert_int_equal(data.size, sizes[number / 2]);
	for (size_t i = 0; i < data.size; i++)
		assert_true(data.data[i] == byte_of(number, i));
	if (talk->next < MESSAGES)
		return;
	/* The peer answers with a close of its own. */
	weft__ws_send(talk->ws, WEFT__WS_TEXT, weft_slice(WS_CLOSE));
	talk->is_good = true;
}

static void
drained(void *context)
{
}

static void
closed(void *context, const struct weft__ws_end *end)
{
	struct talk *talk = context;

	if (end->code != 4001)
		printf("# ended with %d %.*s\n", end->code,
		    (int)end->reason.size, end->reason.data);
	talk->is_good &= end->code == 4001;
	talk->is_over = true;
}

static int
talk_to(uint16_t port, bool has_deflate)
{
	static const struct weft__ws_handler handler = {
	    opened, message, drained, closed};
	const struct weft__ws_target target = {
	    .host = "127.0.0.1", .port = port, .path = "/"};
	struct weft__ws_settings settings;
	struct talk talk = {.next = 0};
	struct weft__loop *loop;

	weft__ws_settings_init(&settings);
	settings.has_deflate = has_deflate;
	if (weft__loop_create(NULL, NULL, &loop, NULL) ||
	    weft__ws_connect(
	        loop, &target, &settings, &handler, &talk, &talk.ws, NULL))
		return 1;
	while (!talk.is_over)
		weft__loop_step(loop);
	weft__connection_break_all(loop);
	weft__loop_destroy(loop);
	return talk.is_good ? 0 : 1;
}

int
main(int count, char **arguments)
{
	bool has_deflate = strcmp(arguments[count - 1], "deflate") == 0;

	if (count > 1 && strcmp(arguments[1], "serve") == 0)
		return serve(has_deflate);
	if (count > 2 && strcmp(arguments[1], "talk") == 0)
		return talk_to(
		    (uint16_t)strtoul(arguments[2], NULL, 10), has_deflate);
	return 2;
}
