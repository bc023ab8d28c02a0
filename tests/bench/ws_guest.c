#include "tests/bench/ws_guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/measure.h"
#include "tests/lib/random.h"

#define LONGEST_WAIT_MS 60000

static char buffer[65536];
static struct random random_source = {1};

void
ws_guest_init(
    struct ws_guest *guest, struct ws_guests *guests, unsigned number)
{
	*guest = (struct ws_guest){
	    .guests = guests, .number = number, .fd = -1};
}

/* Goes, and comes back: at the time that the server said, or at random within
 * a second, then two, four ... */
static void
leave(struct ws_guest *guest)
{
	uint64_t most_ms = 1000, wait_ms = guest->after_ms;

	if (guest->state == WS_GUEST_OPEN)
		guest->guests->open--;
	guest->guests->lost++;
	SSL_free(guest->ssl);
	close(guest->fd);
	free(guest->text);
	guest->ssl = NULL;
	guest->text = NULL;
	guest->text_size = 0;
	guest->reader = (struct ws_raw_reader){.left = 0};
	for (unsigned i = 0; i < guest->failures && most_ms < LONGEST_WAIT_MS;
	     i++)
		most_ms *= 2;
	if (!wait_ms)
		wait_ms = random_below(&random_source, most_ms);
	guest->after_ms = 0;
	guest->failures++;
	guest->again_ns = bench_wall_ns() + wait_ms * 1000000;
	guest->state = WS_GUEST_AWAY;
}

static bool
put(struct ws_guest *guest, const char *bytes, size_t size)
{
	if (guest->ssl)
		return SSL_write(guest->ssl, bytes, (int)size) == (int)size;
	return send(guest->fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

/* Bytes, 0: none for now, -1: it has ended. */
static ssize_t
get(struct ws_guest *guest)
{
	ssize_t got;

	if (!guest->ssl) {
		got = recv(guest->fd, buffer, sizeof buffer, MSG_DONTWAIT);
		return got > 0 ? got : got < 0 && errno == EAGAIN ? 0 : -1;
	}
	got = SSL_read(guest->ssl, buffer, sizeof buffer);
	if (got > 0)
		return got;
	return SSL_get_error(guest->ssl, (int)got) == SSL_ERROR_WANT_READ ? 0
	                                                                  : -1;
}

void
ws_guest_say(struct ws_guest *guest, const char *text)
{
	char frame[4096 + WS_RAW_HEAD];
	size_t size = strlen(text);

	if (size > 4096 ||
	    !put(guest, frame, ws_raw_frame(frame, true, text, size)))
		leave(guest);
}

/* All that a client says, in one go. */
static void
introduce(struct ws_guest *guest)
{
	char hello[128], open[256];

	snprintf(hello, sizeof hello, "{\"t\":\"hello\",\"node\":"
	    "\"00000000-0000-4000-8000-%012x\"}", guest->number);
	snprintf(open, sizeof open,
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Item\",\"position\":\"%s\"}",
	    *guest->position ? guest->position : "now");
	guest->state = WS_GUEST_OPENING;
	ws_guest_say(guest, hello);
	if (guest->state == WS_GUEST_OPENING)
		ws_guest_say(guest, "{\"t\":\"auth\"}");
	if (guest->state == WS_GUEST_OPENING)
		ws_guest_say(guest, open);
}

static void
connect_now(struct ws_guest *guest)
{
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLOUT, .data = {.ptr = guest}};

	guest->fd = ws_raw_connect(guest->guests->port, false);
	guest->state = WS_GUEST_CONNECTING;
	if (guest->fd < 0)
		leave(guest);
	else
		epoll_ctl(guest->guests->poll, EPOLL_CTL_ADD, guest->fd, &event);
}

void
ws_guest_look(struct ws_guest *guest, uint64_t now_ns)
{
	if (guest->state == WS_GUEST_AWAY && now_ns >= guest->again_ns)
		connect_now(guest);
}

static void
ask_to_upgrade(struct ws_guest *guest)
{
	char request[512];
	size_t size = ws_raw_request(
	    request, sizeof request, "/replicate", "weft.repl.v1");
	struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = guest}};

	guest->state = WS_GUEST_UPGRADING;
	epoll_ctl(guest->guests->poll, EPOLL_CTL_MOD, guest->fd, &event);
	if (!put(guest, request, size))
		leave(guest);
}

/* The socket is connected, or is not. */
static void
begin(struct ws_guest *guest)
{
	int failed = 0;
	socklen_t size = sizeof failed;

	getsockopt(guest->fd, SOL_SOCKET, SO_ERROR, &failed, &size);
	if (failed) {
		leave(guest);
	} else if (!guest->guests->tls) {
		ask_to_upgrade(guest);
	} else {
		guest->ssl = SSL_new(guest->guests->tls);
		SSL_set_fd(guest->ssl, guest->fd);
		guest->state = WS_GUEST_SHAKING;
	}
}

static void
shake(struct ws_guest *guest)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = guest}};
	int result = SSL_connect(guest->ssl), why;

	if (result == 1) {
		ask_to_upgrade(guest);
		return;
	}
	why = SSL_get_error(guest->ssl, result);
	if (why == SSL_ERROR_WANT_WRITE)
		event.events |= EPOLLOUT;
	if (why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ)
		epoll_ctl(
		    guest->guests->poll, EPOLL_CTL_MOD, guest->fd, &event);
	else
		leave(guest);
}

/* Copies the text of a member, if there is one. */
static void
copy_text(const char *json, const char *name, char *out, size_t room)
{
	char key[32];
	const char *at;
	size_t size;

	snprintf(key, sizeof key, "\"%s\":\"", name);
	at = strstr(json, key);
	if (!at)
		return;
	at += strlen(key);
	size = strcspn(at, "\"");
	if (size < room) {
		memcpy(out, at, size);
		out[size] = '\0';
	}
}

static bool
is_type(const char *text, const char *type)
{
	char start[32];

	snprintf(start, sizeof start, "{\"t\":\"%s\"", type);
	return strncmp(text, start, strlen(start)) == 0;
}

/* Tells that it has taken another batch. */
static void
acknowledge(struct ws_guest *guest, const char *text)
{
	const char *stream = strstr(text, "\"s\":");
	char ack[96];

	snprintf(ack, sizeof ack, "{\"t\":\"ack\",\"s\":%lu,\"batches\":%u}",
	    stream ? strtoul(stream + 4, NULL, 10) : 0, ++guest->batches);
	ws_guest_say(guest, ack);
}

static void
hear(struct ws_guest *guest, const char *text)
{
	const char *after = strstr(text, "\"after\":");

	if (is_type(text, "opened")) {
		guest->state = WS_GUEST_OPEN;
		guest->guests->open++;
		guest->batches = guest->failures = 0;
	}
	if (is_type(text, "opened") || is_type(text, "batch") ||
	    is_type(text, "caught"))
		copy_text(text, "position", guest->position,
		    sizeof guest->position);
	if (is_type(text, "goaway") && after)
		guest->after_ms = strtoull(after + 8, NULL, 10);
	if (guest->state == WS_GUEST_OPEN)
		guest->guests->heard(guest->guests, guest->number, text);
	if (is_type(text, "batch"))
		acknowledge(guest, text);
	else if (is_type(text, "reset") || is_type(text, "error"))
		fprintf(stderr, "ws-crowd: %s\n", text);
}

static void
collect(struct ws_guest *guest, const char *data, size_t size)
{
	guest->text = realloc(guest->text, guest->text_size + size + 1);
	if (!guest->text)
		abort();
	memcpy(guest->text + guest->text_size, data, size);
	guest->text_size += size;
	guest->text[guest->text_size] = '\0';
}

static void
forget_text(struct ws_guest *guest)
{
	free(guest->text);
	guest->text = NULL;
	guest->text_size = 0;
}

static void
take_frames(struct ws_guest *guest, const char *data, size_t size)
{
	struct ws_raw_piece piece;

	while (guest->state >= WS_GUEST_OPENING &&
	    ws_raw_next(&guest->reader, &data, &size, &piece)) {
		collect(guest, piece.data, piece.size);
		if (!piece.is_end)
			continue;
		if (piece.opcode == 8)
			leave(guest);
		else if (piece.opcode == 1)
			hear(guest, guest->text);
		forget_text(guest);
	}
}

/* The head of the answer to the upgrade, which nothing follows: the server
 * waits for us. */
static void
take_head(struct ws_guest *guest, const char *data, size_t size)
{
	collect(guest, data, size);
	if (!strstr(guest->text, "\r\n\r\n"))
		return;
	if (strncmp(guest->text, "HTTP/1.1 101", 12) == 0)
		introduce(guest);
	else
		leave(guest);
	forget_text(guest);
}

static void
take_input(struct ws_guest *guest)
{
	ssize_t got;

	while (guest->state >= WS_GUEST_UPGRADING && (got = get(guest)) > 0)
		if (guest->state == WS_GUEST_UPGRADING)
			take_head(guest, buffer, (size_t)got);
		else
			take_frames(guest, buffer, (size_t)got);
	if (guest->state >= WS_GUEST_UPGRADING && got < 0)
		leave(guest);
}

void
ws_guest_work(struct ws_guest *guest)
{
	if (guest->state == WS_GUEST_CONNECTING)
		begin(guest);
	if (guest->state == WS_GUEST_SHAKING)
		shake(guest);
	if (guest->state >= WS_GUEST_UPGRADING)
		take_input(guest);
}
