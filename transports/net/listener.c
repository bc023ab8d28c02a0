#define _GNU_SOURCE /* accept4 */
#include "transports/net/listener.h"

#include <errno.h>
#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"

/* Sockets taken in one turn of the loop: the others have their turn too. */
#define ACCEPTS_PER_TURN 64

/* How long to rest when there are no descriptors. */
#define REST_MS 250

#define BACKLOG 4096

struct weft__listener {
	struct weft__loop *loop;
	struct event *event;
	struct weft__timer rest;
	weft__accepted_fn *accepted;
	void *context;
	int fd;
};

static int
set_option(int fd, int level, int option)
{
	const int on = 1;

	return setsockopt(fd, level, option, &on, sizeof on);
}

/* A listening socket for one address, or -1 with errno. */
static int
listen_on(const struct addrinfo *address)
{
	int fd = socket(address->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int saved;

	if (fd < 0)
		return -1;
	if (set_option(fd, SOL_SOCKET, SO_REUSEADDR) == 0 &&
	    set_option(fd, SOL_SOCKET, SO_REUSEPORT) == 0 &&
	    bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage bound;
	struct weft__address address;
	socklen_t size = sizeof bound;

	if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0)
		return 0;
	weft__address_set(&address, (struct sockaddr *)&bound);
	return address.port;
}

int
weft__listen(const char *host, uint16_t port, int *fd, uint16_t *bound_port,
    struct weft_error *error)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found, *each;
	char service[8];
	int code;

	*fd = -1;
	if (host && !*host)
		host = NULL;
	snprintf(service, sizeof service, "%u", port);
	code = getaddrinfo(host, service, &hints, &found);
	if (code)
		return weft_error_set(error, WEFT_EINVAL, "listen on %s: %s",
		    host ? host : "*", gai_strerror(code));
	for (each = found; each && *fd < 0; each = each->ai_next)
		*fd = listen_on(each);
	code = errno;
	freeaddrinfo(found);
	if (*fd < 0)
		return weft_error_set(error, WEFT_EIO, "listen on %s:%u: %s",
		    host ? host : "*", port, strerror(code));
	*bound_port = port_of(*fd);
	return 0;
}

/* A new socket, or -1 with errno; sets the peer. */
static int
accept_one(int listening, struct weft__address *peer)
{
	struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
	socklen_t size = sizeof address;
	int fd = accept4(listening, (struct sockaddr *)&address, &size,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -1;
	set_option(fd, IPPROTO_TCP, TCP_NODELAY);
	weft__address_set(peer, (struct sockaddr *)&address);
	return fd;
}

static bool
is_out_of_resources(int code)
{
	return code == EMFILE || code == ENFILE || code == ENOBUFS ||
	    code == ENOMEM;
}

static void
on_connection(evutil_socket_t fd, short what, void *context)
{
	struct weft__listener *listener = context;
	struct weft__address peer;
	int accepted;

	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		accepted = accept_one(fd, &peer);
		if (accepted >= 0) {
			listener->accepted(accepted, &peer, listener->context);
		} else if (is_out_of_resources(errno)) {
			weft__log(WEFT_LOG_WARNING, "listener",
			    "cannot accept: %s", strerror(errno));
			event_del(listener->event);
			weft__loop_set_timer(
			    listener->loop, &listener->rest, REST_MS);
			return;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return;
		}
		/* Else that one is gone before we took it: the next. */
	}
}

static void
on_rested(struct weft__timer *timer)
{
	struct weft__listener *listener = (void *)((char *)timer -
	    offsetof(struct weft__listener, rest));

	if (event_add(listener->event, NULL) != 0)
		weft__loop_set_timer(
		    listener->loop, &listener->rest, REST_MS);
}

int
weft__listener_create(struct weft__loop *loop, int fd,
    weft__accepted_fn *accepted, void *context,
    struct weft__listener **listener_out, struct weft_error *error)
{
	struct weft__listener *listener = weft__calloc(1, sizeof *listener);

	*listener_out = NULL;
	if (!listener) {
		close(fd);
		return weft_error_set(error, WEFT_ENOMEM, "listener");
	}
	listener->loop = loop;
	listener->fd = fd;
	listener->accepted = accepted;
	listener->context = context;
	listener->rest.fire = on_rested;
	listener->event = event_new(
	    loop->base, fd, EV_READ | EV_PERSIST, on_connection, listener);
	if (!listener->event || event_add(listener->event, NULL) != 0) {
		weft__listener_destroy(listener);
		return weft_error_set(error, WEFT_ENOMEM, "listener");
	}
	*listener_out = listener;
	return 0;
}

void
weft__listener_destroy(struct weft__listener *listener)
{
	if (!listener)
		return;
	if (listener->event)
		event_free(listener->event);
	weft__loop_clear_timer(listener->loop, &listener->rest);
	close(listener->fd);
	weft__free(listener);
}
