/*
 * ws-load PORT SIZE CONNECTIONS MESSAGES WINDOW: sends so many messages of that
 * size to an echo server, over so many WebSockets, of which each has 'WINDOW'
 * of them under way.  Prints the nanoseconds until all have come back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "tests/bench/measure.h"
#include "tests/bench/ws_raw.h"

#define BUFFER (256 * 1024)

struct client {
	int fd;
	struct ws_raw_reader reader;
	size_t unsent; /* bytes of frames that are to be sent */
	bool is_waiting; /* for the socket to take more */
};

static char buffer[BUFFER];
static char *frames; /* WINDOW of them, alike */
static size_t frame_size;
static uint64_t asked, answered, messages;
static unsigned window;
static int poll_fd;

static void
wait_for(struct client *client, uint32_t what)
{
	struct epoll_event event = {.events = what, .data = {.ptr = client}};

	epoll_ctl(poll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

/* Sends what is to be sent, as far as the socket takes it. */
static bool
flush(struct client *client)
{
	while (client->unsent) {
		/* Where in a frame it stands: all are alike. */
		size_t done = (frame_size - client->unsent % frame_size) %
		    frame_size;
		ssize_t sent = send(client->fd, frames + done, client->unsent,
		    MSG_NOSIGNAL);

		if (sent < 0 && errno != EAGAIN)
			return false;
		if (sent < 0) {
			client->is_waiting = true;
			wait_for(client, EPOLLIN | EPOLLOUT);
			return true;
		}
		client->unsent -= (size_t)sent;
	}
	if (client->is_waiting)
		wait_for(client, EPOLLIN);
	client->is_waiting = false;
	return true;
}

static void
ask(struct client *client)
{
	if (asked == messages)
		return;
	asked++;
	client->unsent += frame_size;
}

/* Reads what is there; each message that is whole is followed by another. */
static bool
take(struct client *client)
{
	ssize_t got = recv(client->fd, buffer, sizeof buffer, 0);
	const char *data = buffer;
	struct ws_raw_piece piece;
	size_t size = (size_t)got;

	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	while (ws_raw_next(&client->reader, &data, &size, &piece)) {
		if (!piece.is_end)
			continue;
		answered++;
		ask(client);
	}
	return flush(client);
}

static bool
run(struct client *clients, unsigned count)
{
	struct epoll_event events[64], event = {.events = EPOLLIN};
	bool is_good = true;
	int ready;

	for (unsigned i = 0; i < count && is_good; i++) {
		event.data.ptr = &clients[i];
		epoll_ctl(poll_fd, EPOLL_CTL_ADD, clients[i].fd, &event);
		for (unsigned j = 0; j < window; j++)
			ask(&clients[i]);
		is_good = flush(&clients[i]);
	}
	while (is_good && answered < messages) {
		ready = epoll_wait(poll_fd, events, 64, -1);
		for (int i = 0; i < ready && is_good; i++) {
			struct client *client = events[i].data.ptr;

			is_good = (!(events[i].events & EPOLLOUT) ||
				      flush(client)) &&
			    (!(events[i].events & ~(uint32_t)EPOLLOUT) ||
				take(client));
		}
	}
	return is_good;
}

static bool
make_frames(size_t size)
{
	char *payload = calloc(1, size + 1);

	frames = malloc(window * (size + WS_RAW_HEAD));
	if (!payload || !frames)
		return false;
	memset(payload, 'a', size);
	for (unsigned i = 0; i < window; i++)
		frame_size = ws_raw_frame(
		    frames + i * frame_size, false, payload, size);
	free(payload);
	return true;
}

int
main(int count, char **arguments)
{
	struct client *clients;
	unsigned connections;
	uint64_t began_ns;

	if (count != 6)
		return 2;
	connections = (unsigned)strtoul(arguments[3], NULL, 10);
	messages = strtoull(arguments[4], NULL, 10);
	window = (unsigned)strtoul(arguments[5], NULL, 10);
	clients = calloc(connections, sizeof *clients);
	poll_fd = epoll_create1(0);
	if (!clients || !make_frames(strtoul(arguments[2], NULL, 10)))
		return 1;
	for (unsigned i = 0; i < connections; i++) {
		clients[i].fd = ws_raw_open(
		    (uint16_t)strtoul(arguments[1], NULL, 10), "/");
		if (clients[i].fd < 0)
			return 1;
	}
	began_ns = bench_wall_ns();
	if (!run(clients, connections))
		return 1;
	printf("%llu\n", (unsigned long long)(bench_wall_ns() - began_ns));
	return 0;
}
