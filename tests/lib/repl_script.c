#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/repl_script.h"
#include "tests/lib/ws_text.h"
#include "transports/weft/wire/message.h"
#include "transports/weft/wire/update.h"
#include "transports/ws/handshake.h"
#include "transports/ws/reader.h"

/* A client that says nothing for so long waits for ever. */
#define LONGEST_SILENCE_S 10

/* After a problem: what a client does not come back after. */
#define NO_MORE 4400

/* One connection. */
struct talk {
	struct repl_script *script;
	int fd;
	bool is_closing; /* what comes now comes too late */
	struct weft_buf input;
	struct weft__ws_reader reader;
};

static void
note_problem(struct repl_script *script, const char *why, const char *text)
{
	if (!*script->problem) {
		snprintf(script->problem, sizeof script->problem,
		    "step %zu: %s: %.600s", script->done, why, text);
		/* The test may fail before it comes to our end. */
		print_error("%s\n", script->problem);
	}
	atomic_store(&script->has_problem, true);
}

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/*
 * Saying
 */

static void
send_frame(int fd, unsigned first, struct weft_slice payload)
{
	struct weft_buf frame = WEFT_BUF_INIT(SIZE_MAX / 2);
	size_t sent = 0;

	ws_frame(first, false, payload, &frame);
	while (sent < frame.size) {
		ssize_t size = send(fd, frame.data + sent, frame.size - sent,
		    MSG_NOSIGNAL);

		if (size <= 0)
			break;
		sent += (size_t)size;
	}
	weft_buf_fini(&frame);
}

/* Says the lines, with 'n' in place of each '$'. */
static void
say(int fd, const char *lines, uint64_t n)
{
	while (lines && *lines) {
		struct weft_buf line = WEFT_BUF_INIT(SIZE_MAX / 2);
		size_t size = strcspn(lines, "\n");
		int code = 0;

		for (size_t i = 0; i < size && !code; i++)
			code = lines[i] == '$'
			    ? weft_buf_printf(&line, "%" PRIu64, n)
			    : weft_buf_append(&line, lines + i, 1);
		if (!code)
			send_frame(fd, 0x81, weft_buf_slice(&line));
		weft_buf_fini(&line);
		lines += size + (lines[size] == '\n');
	}
}

static void
say_close(int fd, int code)
{
	const char payload[] = {(char)(code >> 8), (char)code};

	send_frame(fd, 0x88, weft_slice_of(payload, sizeof payload));
}

/*
 * Hearing
 */

/* Appends a binary push in its text form. */
static int
print_push(const struct weft__repl_message *message, struct weft_buf *out)
{
	struct weft__repl_parts parts = {NULL, 0, 0, {0}};
	int code = weft__repl_parts_read(&parts, message->body, true, NULL);

	if (!code)
		code = weft_buf_printf(out,
		    "{\"t\":\"push\",\"n\":%" PRIu64 ",\"parts\":[",
		    message->n);
	for (size_t i = 0; i < parts.length && !code; i++)
		code = weft__repl_write_part(out, false, parts.list[i].model,
		    parts.list[i].updates.updates,
		    parts.list[i].updates.length, WEFT__REPL_PAST);
	weft__repl_parts_fini(&parts);
	return code ? code : weft_buf_append(out, "]}", 2);
}

/* Appends a message as text; its number and type are those of 'message'. */
static int
print(struct weft__repl_message *message, bool is_binary,
    struct weft_slice bytes, struct weft_buf *out)
{
	struct weft_error error;
	int code = weft__repl_message_read(message, is_binary, bytes, &error);

	if (!code && is_binary)
		code = weft__repl_message_unpack(
		    message, WEFT__REPL_ZSTD, SIZE_MAX / 4, &error);
	if (code)
		return code;
	return is_binary && message->type == WEFT__REPL_PUSH
	    ? print_push(message, out)
	    : weft_buf_append_slice(out, bytes);
}

/* What needs no step; whether it was that. */
static bool
answer_by_itself(struct talk *talk, const struct weft__repl_message *message,
    const char *text)
{
	const struct repl_script *script = talk->script;
	const char *has = script->done < script->length
	    ? script->steps[script->done].has : "";

	if (*has && strstr(text, has))
		return false;
	switch (message->type) {
	case WEFT__REPL_HELLO:
		say(talk->fd, script->hello, 0);
		return true;
	case WEFT__REPL_AUTH:
		say(talk->fd, script->welcome, 0);
		return true;
	case WEFT__REPL_PING:
		say(talk->fd, "{\"t\":\"pong\"}", 0);
		return true;
	default:
		return message->type == WEFT__REPL_ACK;
	}
}

/* Takes the step that the message is; false: the connection is to be cut. */
static bool
take_step(struct talk *talk, uint64_t n, const char *text)
{
	struct repl_script *script = talk->script;
	const struct repl_step *step = &script->steps[script->done];

	if (script->done == script->length) {
		note_problem(script, "one message too many", text);
		return false;
	}
	if (!strstr(text, step->has))
		note_problem(script, step->has, text);
	script->heard_us[script->done] = now_us();
	script->heard[script->done++] = strdup(text);
	say(talk->fd, step->say, n);
	if (step->end == REPL_CLOSE)
		say_close(talk->fd, step->code);
	talk->is_closing = step->end == REPL_CLOSE;
	return step->end != REPL_CUT;
}

/* Ends a connection with which something is wrong; the client is to stop. */
static void
give_up(struct talk *talk)
{
	if (!talk->is_closing)
		say_close(talk->fd, NO_MORE);
	talk->is_closing = true;
}

static bool
take_message(struct talk *talk, const struct weft__ws_item *item)
{
	struct weft_buf text = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft__repl_message message;
	bool goes_on = true;

	weft__repl_message_init(&message, WEFT__REPL_UNKNOWN);
	if (print(&message, item->kind == WEFT__WS_BINARY, item->data, &text))
		note_problem(talk->script, "malformed", "");
	else if (!answer_by_itself(talk, &message, text.data))
		goes_on = take_step(talk, message.n, text.data);
	if (atomic_load(&talk->script->has_problem)) {
		give_up(talk);
		goes_on = true;
	}
	weft__repl_message_fini(&message);
	weft_buf_fini(&text);
	return goes_on;
}

/* Takes what is whole of the input; false: the connection ends. */
static bool
take_input(struct talk *talk)
{
	struct weft_slice input = weft_buf_slice(&talk->input);
	struct weft__ws_item item;
	bool goes_on = true;

	while (goes_on) {
		switch (weft__ws_reader_next(&talk->reader, &input, &item)) {
		case WEFT__WS_FOUND_NOTHING:
			memmove(talk->input.data, input.data, input.size);
			talk->input.size = input.size;
			return true;
		case WEFT__WS_FOUND_MESSAGE:
			goes_on = talk->is_closing || take_message(talk, &item);
			break;
		case WEFT__WS_FOUND_PING:
			send_frame(talk->fd, 0x8a, item.data);
			break;
		case WEFT__WS_FOUND_PONG:
			break;
		default: /* the client's close, or what is none of ours */
			return false;
		}
	}
	return false;
}

/* Reads the head of the request, and accepts it. */
static bool
shake_hands(int fd)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	char head[4096], accept[WEFT__WS_ACCEPT_SIZE], answer[512];
	const char *key;
	size_t size = 0;

	while (size < 4 || memcmp(head + size - 4, "\r\n\r\n", 4) != 0)
		if (size == sizeof head - 1 || recv(fd, head + size++, 1, 0) != 1)
			return false;
	head[size] = '\0';
	key = strstr(head, name);
	if (!key)
		return false;
	key += sizeof name - 1;
	weft__ws_accept(weft_slice_of(key, strcspn(key, "\r")), accept);
	snprintf(answer, sizeof answer,
	    "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n"
	    "Sec-WebSocket-Protocol: weft.repl.v1\r\n\r\n", accept);
	return send(fd, answer, strlen(answer), MSG_NOSIGNAL) > 0;
}

static void
converse(struct repl_script *script, int fd)
{
	struct talk talk = {.script = script, .fd = fd,
	    .input = WEFT_BUF_INIT(SIZE_MAX / 2)};
	struct weft__ws_settings settings;
	char bytes[65536];
	ssize_t size;

	weft__ws_settings_init(&settings);
	settings.message_size = WEFT__REPL_MESSAGE_SIZE;
	weft__ws_reader_init(&talk.reader, &settings, true, false);
	if (atomic_load(&script->has_problem))
		give_up(&talk);
	while ((size = recv(fd, bytes, sizeof bytes, 0)) > 0)
		if (weft_buf_append(&talk.input, bytes, (size_t)size) ||
		    !take_input(&talk))
			break;
	if (size < 0 && errno == EAGAIN) {
		note_problem(script, "nothing more came", "");
		give_up(&talk);
	}
	weft__ws_reader_fini(&talk.reader);
	weft_buf_fini(&talk.input);
}

static void *
serve(void *context)
{
	const struct timeval silence = {.tv_sec = LONGEST_SILENCE_S};
	struct repl_script *script = context;
	int fd;

	while ((fd = accept(script->listener, NULL, NULL)) >= 0) {
		setsockopt(
		    fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
		script->connections++;
		if (shake_hands(fd))
			converse(script, fd);
		close(fd);
	}
	return NULL;
}

/*
 * What tests call
 */

void
repl_script_start(struct repl_script *script, const struct repl_step *steps,
    size_t length)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;

	assert_true(length <= REPL_SCRIPT_MOST);
	*script = (struct repl_script){.steps = steps,
	    .length = length,
	    .hello = REPL_HELLO,
	    .welcome = REPL_WELCOME};
	script->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(script->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(script->listener, 8), 0);
	assert_int_equal(getsockname(script->listener,
			     (struct sockaddr *)&address, &size),
	    0);
	script->port = ntohs(address.sin_port);
	assert_int_equal(
	    pthread_create(&script->thread, NULL, serve, script), 0);
}

void
repl_script_stop(struct repl_script *script)
{
	shutdown(script->listener, SHUT_RDWR);
	pthread_join(script->thread, NULL);
	close(script->listener);
	for (size_t i = 0; i < script->done; i++)
		free(script->heard[i]);
}

void
repl_script_end(struct repl_script *script)
{
	repl_script_stop(script);
	if (*script->problem)
		fail_msg("%s", script->problem);
	assert_int_equal(script->done, script->length);
}

const char *
repl_script_url(const struct repl_script *script)
{
	static char url[64];

	snprintf(url, sizeof url, "ws://127.0.0.1:%u/",
	    (unsigned)script->port);
	return url;
}
