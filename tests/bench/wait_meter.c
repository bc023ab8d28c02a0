/*
 * wait-meter PORT: hands the connections of an HTTP client on to a server of
 * this machine, and knows how long the client has waited for it: from the last
 * byte of each request to the last byte of its answer.  In a process of its
 * own, since a client may be busy while it waits.
 *
 * Prints "listening URL"; then, for each line on standard input, the
 * nanoseconds and the requests since the line before.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/measure.h"

#define MOST 64

/* A client's connection and ours to the server. */
struct link {
	int client, server;
	uint64_t asked_ns;    /* the last byte of a request was sent */
	uint64_t answered_ns; /* the last byte of its answer came; 0: not yet */
};

static struct link links[MOST];
static unsigned count;
static uint64_t waited_ns, requests;
static struct sockaddr_in address = {.sin_family = AF_INET};
static char buffer[1 << 16];

static int
listen_anywhere(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET,
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof any;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&any, sizeof any) || listen(fd, MOST) ||
	    getsockname(fd, (struct sockaddr *)&any, &size))
		exit(1);
	printf("listening http://127.0.0.1:%u/api\n", ntohs(any.sin_port));
	fflush(stdout);
	return fd;
}

static void
add_link(int listening)
{
	const int on = 1;
	struct link link = {.client = accept(listening, NULL, NULL),
	    .server = socket(AF_INET, SOCK_STREAM, 0)};

	if (count == MOST || link.client < 0 ||
	    connect(link.server, (struct sockaddr *)&address, sizeof address))
		exit(1);
	setsockopt(link.client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(link.server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	links[count++] = link;
}

/* The answer before is complete. */
static void
settle(struct link *link)
{
	if (!link->answered_ns)
		return;
	waited_ns += link->answered_ns - link->asked_ns;
	requests++;
	link->answered_ns = 0;
}

/* Moves what has come; false at the end. */
static bool
move(int from, int to)
{
	ssize_t got = recv(from, buffer, sizeof buffer, 0), sent = 0, part;

	for (; sent < got; sent += part) {
		part = send(to, buffer + sent, (size_t)(got - sent),
		    MSG_NOSIGNAL);
		if (part <= 0)
			return false;
	}
	return got > 0;
}

static void
remove_link(unsigned index)
{
	settle(&links[index]);
	close(links[index].client);
	close(links[index].server);
	links[index] = links[--count];
}

static void
serve(unsigned index, const struct pollfd *polled)
{
	struct link *link = &links[index];
	bool is_good = true;

	if (polled[0].revents) {
		settle(link);
		is_good = move(link->client, link->server);
		link->asked_ns = bench_wall_ns();
	}
	if (is_good && polled[1].revents) {
		is_good = move(link->server, link->client);
		link->answered_ns = bench_wall_ns();
	}
	if (!is_good)
		remove_link(index);
}

static void
tell(void)
{
	if (read(STDIN_FILENO, buffer, sizeof buffer) <= 0)
		exit(0);
	for (unsigned i = 0; i < count; i++)
		settle(&links[i]);
	printf("%llu %llu\n", (unsigned long long)waited_ns,
	    (unsigned long long)requests);
	fflush(stdout);
	waited_ns = requests = 0;
}

int
main(int argument_count, char **arguments)
{
	struct pollfd polled[2 + 2 * MOST];
	int listening;

	if (argument_count != 2)
		return 2;
	address.sin_port = htons((uint16_t)strtoul(arguments[1], NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listening = listen_anywhere();
	polled[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	polled[1] = (struct pollfd){.fd = listening, .events = POLLIN};
	for (;;) {
		for (unsigned i = 0; i < count; i++) {
			polled[2 + 2 * i] = (struct pollfd){
			    .fd = links[i].client, .events = POLLIN};
			polled[3 + 2 * i] = (struct pollfd){
			    .fd = links[i].server, .events = POLLIN};
		}
		poll(polled, 2 + 2 * count, -1);
		/* Backwards: a link that ends is filled by the last one. */
		for (unsigned i = count; i-- > 0;)
			serve(i, &polled[2 + 2 * i]);
		if (polled[0].revents)
			tell();
		if (polled[1].revents)
			add_link(listening);
	}
}
