#define _GNU_SOURCE /* accept4 */
#include "tests/bench/http_floor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[512];
static size_t answer_size;
static int listening, poll_fd;

static void
watch(int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};

	epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void
serve_one(int fd)
{
	char bytes[4096];
	const int on = 1;
	int accepted;

	if (fd == listening) {
		accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
		setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		watch(accepted);
	} else if (recv(fd, bytes, sizeof bytes, 0) <= 0 ||
	    send(fd, answer, answer_size, MSG_NOSIGNAL) < 0) {
		close(fd);
	}
}

static void *
serve(void *context)
{
	struct epoll_event events[64];
	int count;

	while ((count = epoll_wait(poll_fd, events, 64, -1)) >= 0)
		for (int i = 0; i < count; i++)
			serve_one(events[i].data.fd);
	return NULL;
}

bool
http_floor_start(uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;
	pthread_t thread;

	answer_size = (size_t)snprintf(answer, sizeof answer,
	    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%0100d", 0);
	poll_fd = epoll_create1(0);
	listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (listening < 0 ||
	    bind(listening, (struct sockaddr *)&address, sizeof address) ||
	    listen(listening, 128) ||
	    getsockname(listening, (struct sockaddr *)&address, &size))
		return false;
	*port = ntohs(address.sin_port);
	watch(listening);
	return pthread_create(&thread, NULL, serve, NULL) == 0;
}
