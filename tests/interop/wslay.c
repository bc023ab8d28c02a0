/*
 * The ends of WebSockets of libwslay, as websocket.js has those of npm's
 * packages:
 *
 *   wslay serve      echoes, on the port that it prints; "close" closes with
 *                    4001
 *   wslay talk PORT  sends messages, whole and in fragments, and pings,
 *                    compares what comes back, and closes
 *
 * libwslay has no handshake: this one does as much as the other side needs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wslay/wslay.h>

#include "transports/ws/handshake.h"

#define FRAGMENT 1000 /* bytes of each frame of a message in fragments */

static const size_t sizes[] = {0, 1, 125, 126, 127, 4096, 65535, 65536,
    131073, 1000000};

#define MESSAGES (3 * sizeof sizes / sizeof *sizes)

struct end {
	wslay_event_context_ptr context;
	int fd;
	bool is_talking;
	size_t next;  /* message that is expected */
	size_t pongs;
	int code;     /* of the peer's close, or 0 */
};

/* A message that goes in fragments. */
struct pieces {
	size_t size;
	size_t sent;
	uint8_t data[];
};

static void
die(const char *why)
{
	fprintf(stderr, "wslay: %s\n", why);
	exit(1);
}

static struct sockaddr_in
loopback(unsigned port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/*
 * The handshake
 */

/* Reads up to the empty line, and not further. */
static void
read_head(int fd, char *head, size_t size)
{
	size_t length = 0;

	while (length + 1 < size && read(fd, head + length, 1) == 1) {
		head[++length] = '\0';
		if (length >= 4 && !strcmp(head + length - 4, "\r\n\r\n"))
			return;
	}
	die("no end of a head");
}

static void
write_text(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("cannot write");
}

static void
accept_client(int fd)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	char head[4096], accept[WEFT__WS_ACCEPT_SIZE], answer[256];
	const char *key;

	read_head(fd, head, sizeof head);
	key = strstr(head, name);
	if (!key)
		die("no key");
	key += sizeof name - 1;
	weft__ws_accept(weft_slice_of(key, strcspn(key, "\r")), accept);
	snprintf(answer, sizeof answer,
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
	write_text(fd, answer);
}

static int
connect_to(unsigned port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char head[4096];

	if (connect(fd, (struct sockaddr *)&address, sizeof address))
		die("cannot connect");
	write_text(fd, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		       "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		       "Sec-WebSocket-Version: 13\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
	read_head(fd, head, sizeof head);
	if (strncmp(head, "HTTP/1.1 101 ", 13) != 0 ||
	    !strstr(head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
		die("not accepted");
	return fd;
}

/*
 * What the library asks for
 */

static ssize_t
result(wslay_event_context_ptr context, ssize_t size)
{
	if (size > 0)
		return size;
	wslay_event_set_error(context, size < 0 && errno == EAGAIN
	        ? WSLAY_ERR_WOULDBLOCK
	        : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static ssize_t
receive_bytes(wslay_event_context_ptr context, uint8_t *buffer, size_t size,
    int flags, void *end)
{
	return result(context,
	    recv(((struct end *)end)->fd, buffer, size, MSG_DONTWAIT));
}

static ssize_t
send_bytes(wslay_event_context_ptr context, const uint8_t *data, size_t size,
    int flags, void *end)
{
	return result(context,
	    send(((struct end *)end)->fd, data, size,
	        MSG_DONTWAIT | MSG_NOSIGNAL));
}

static int
make_mask(wslay_event_context_ptr context, uint8_t *mask, size_t size,
    void *end)
{
	return getrandom(mask, size, 0) == (ssize_t)size ? 0 : -1;
}

/*
 * Messages
 */

/* The next fragment; '*is_last' ends the message. */
static ssize_t
read_piece(wslay_event_context_ptr context, uint8_t *buffer, size_t size,
    const union wslay_event_msg_source *source, int *is_last, void *end)
{
	struct pieces *pieces = source->data;
	size_t left = pieces->size - pieces->sent;

	if (size > FRAGMENT)
		size = FRAGMENT;
	*is_last = left <= size;
	if (*is_last)
		size = left;
	memcpy(buffer, pieces->data + pieces->sent, size);
	pieces->sent += size;
	if (*is_last)
		free(pieces);
	return (ssize_t)size;
}

static void
queue_pieces(struct end *end, const uint8_t *data, size_t size)
{
	struct pieces *pieces = malloc(sizeof *pieces + size);
	const struct wslay_event_fragmented_msg message = {
	    .opcode = WSLAY_BINARY_FRAME,
	    .source = {.data = pieces},
	    .read_callback = read_piece};

	if (!pieces)
		die("out of memory");
	*pieces = (struct pieces){.size = size};
	if (size)
		memcpy(pieces->data, data, size);
	if (wslay_event_queue_fragmented_msg(end->context, &message))
		die("cannot queue fragments");
}

static void
queue(struct end *end, uint8_t opcode, const uint8_t *data, size_t size)
{
	const struct wslay_event_msg message = {opcode, data, size};

	if (wslay_event_queue_msg(end->context, &message))
		die("cannot queue a message");
}

/* Message 'number' of a talk: of three one is text, of two-byte characters. */
static uint8_t *
make_message(size_t number)
{
	size_t size = sizes[number / 3];
	uint8_t *data = malloc(size + 1);

	if (!data)
		die("out of memory");
	for (size_t i = 0; i < size; i++)
		data[i] = number % 3      ? (uint8_t)(i * i + number)
		    : i == (size & ~(size_t)1) ? 'x'
		    : i % 2                    ? 0xa9
		                               : 0xc3;
	return data;
}

static void
queue_all(struct end *end)
{
	for (size_t i = 0; i < MESSAGES; i++) {
		uint8_t *data = make_message(i);

		if (i % 3 == 2)
			queue_pieces(end, data, sizes[i / 3]);
		else
			queue(end,
			    i % 3 ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME,
			    data, sizes[i / 3]);
		free(data);
	}
}

/* It shows us nothing any more once it has closed: pongs come first. */
static void
close_if_done(struct end *end)
{
	if (end->next == MESSAGES && end->pongs == MESSAGES / 3)
		wslay_event_queue_close(end->context, 1000, NULL, 0);
}

static void
compare(struct end *end, const struct wslay_event_on_msg_recv_arg *got)
{
	size_t number = end->next++;
	uint8_t *data;

	if (number >= MESSAGES)
		die("more than was sent");
	data = make_message(number);
	if (got->msg_length != sizes[number / 3] ||
	    got->opcode !=
	        (number % 3 ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME) ||
	    (got->msg_length && memcmp(got->msg, data, got->msg_length) != 0))
		die("something else came back");
	free(data);
	if (number % 3 == 0)
		queue(end, WSLAY_PING, (const uint8_t *)"?", 1);
	close_if_done(end);
}

static void
take_pong(struct end *end, const struct wslay_event_on_msg_recv_arg *got)
{
	end->pongs += got->msg_length == 1 && *got->msg == '?';
	close_if_done(end);
}

static void
echo(struct end *end, const struct wslay_event_on_msg_recv_arg *got)
{
	if (got->opcode == WSLAY_TEXT_FRAME && got->msg_length == 5 &&
	    memcmp(got->msg, "close", 5) == 0)
		wslay_event_queue_close(end->context, 4001, NULL, 0);
	else if (got->opcode == WSLAY_TEXT_FRAME)
		queue(end, got->opcode, got->msg, got->msg_length);
	else
		queue_pieces(end, got->msg, got->msg_length);
}

static void
message_came(wslay_event_context_ptr context,
    const struct wslay_event_on_msg_recv_arg *got, void *user)
{
	struct end *end = user;

	if (got->opcode == WSLAY_CONNECTION_CLOSE)
		end->code = got->status_code;
	else if (got->opcode == WSLAY_PONG)
		take_pong(end, got);
	else if (got->opcode == WSLAY_PING)
		return; /* the library answers */
	else if (end->is_talking)
		compare(end, got);
	else
		echo(end, got);
}

static const struct wslay_event_callbacks callbacks = {
    .recv_callback = receive_bytes,
    .send_callback = send_bytes,
    .genmask_callback = make_mask,
    .on_msg_recv_callback = message_came};

/* Until both have closed, or something fails. */
static void
run(struct end *end)
{
	struct pollfd wait = {.fd = end->fd};
	int code = 0;

	while (!code) {
		wait.events = 0;
		if (wslay_event_want_read(end->context))
			wait.events |= POLLIN;
		if (wslay_event_want_write(end->context))
			wait.events |= POLLOUT;
		if (!wait.events)
			break;
		poll(&wait, 1, -1);
		if (wait.revents & ~POLLOUT)
			code = wslay_event_recv(end->context);
		if (!code && wait.revents & POLLOUT)
			code = wslay_event_send(end->context);
	}
	wslay_event_context_free(end->context);
	close(end->fd);
}

static int
talk(unsigned port)
{
	struct end end = {.fd = connect_to(port), .is_talking = true};

	if (wslay_event_context_client_init(&end.context, &callbacks, &end))
		die("out of memory");
	queue_all(&end);
	run(&end);
	if (end.next != MESSAGES || end.pongs != MESSAGES / 3 ||
	    end.code != 1000)
		fprintf(stderr, "%zu messages, %zu pongs, closed with %d\n",
		    end.next, end.pongs, end.code);
	return end.next != MESSAGES || end.pongs != MESSAGES / 3 ||
	    end.code != 1000;
}

static void
serve_one(int fd)
{
	struct end end = {.fd = fd};

	accept_client(fd);
	if (wslay_event_context_server_init(&end.context, &callbacks, &end))
		die("out of memory");
	run(&end);
}

static int
serve(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct pollfd waits[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
	    {.fd = listener, .events = POLLIN}};
	char byte;

	if (bind(listener, (struct sockaddr *)&address, size) ||
	    listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		die("cannot listen");
	printf("%u\n", (unsigned)ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		poll(waits, 2, -1);
		if (waits[1].revents)
			serve_one(accept(listener, NULL, NULL));
		else if (waits[0].revents && read(STDIN_FILENO, &byte, 1) <= 0)
			return 0;
	}
}

int
main(int count, char **arguments)
{
	if (count > 1 && strcmp(arguments[1], "serve") == 0)
		return serve();
	if (count > 2 && strcmp(arguments[1], "talk") == 0)
		return talk((unsigned)strtoul(arguments[2], NULL, 10));
	return 2;
}
