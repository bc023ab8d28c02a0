#include "transports/net/dial.h"

#include <errno.h>
#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "transports/net/lookup.h"

/* How long one address may take if there is another one. */
#define ADDRESS_MS 5000

struct weft__dial {
	struct weft__loop *loop;
	weft__dialed_fn *dialed;
	void *context;
	struct weft__lookup *lookup;
	const struct addrinfo *next; /* address to be tried */
	const struct addrinfo *now;  /* that is being tried */
	struct event *event;         /* of the lookup, then of the socket */
	struct weft__timer timer;
	struct weft_error error;     /* of the last address */
	int fd;                      /* -1: none */
	char host[];
};

static void
close_socket(struct weft__dial *dial)
{
	weft__loop_clear_timer(dial->loop, &dial->timer);
	if (dial->event)
		event_free(dial->event);
	dial->event = NULL;
	if (dial->fd >= 0)
		close(dial->fd);
	dial->fd = -1;
}

void
weft__dial_cancel(struct weft__dial *dial)
{
	if (!dial)
		return;
	close_socket(dial);
	weft__lookup_destroy(dial->lookup);
	weft__free(dial);
}

/* Tells how it came out: the socket, or the last error. */
static void
tell(struct weft__dial *dial)
{
	struct weft__address peer;
	int fd = dial->fd;

	if (fd >= 0)
		weft__address_set(&peer, dial->now->ai_addr);
	dial->fd = -1;
	dial->dialed(fd, fd >= 0 ? &peer : NULL, &dial->error, dial->context);
	weft__dial_cancel(dial);
}

static void
note_failure(struct weft__dial *dial, const char *why)
{
	weft_error_set(
	    &dial->error, WEFT_ENETWORK, "%s: %s", dial->host, why);
}

static void try_next(struct weft__dial *dial);

static void
on_connected(evutil_socket_t fd, short what, void *context)
{
	struct weft__dial *dial = context;
	int failure = 0;
	socklen_t size = sizeof failure;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
	weft__loop_clear_timer(dial->loop, &dial->timer);
	if (!failure) {
		event_free(dial->event);
		dial->event = NULL;
		tell(dial);
		return;
	}
	note_failure(dial, strerror(failure));
	close_socket(dial);
	try_next(dial);
}

static void
on_timer(struct weft__timer *timer)
{
	struct weft__dial *dial =
	    (void *)((char *)timer - offsetof(struct weft__dial, timer));

	note_failure(dial, "timed out");
	close_socket(dial);
	try_next(dial);
}

/* Begins to connect to one address; false if that fails at once. */
static bool
try_address(struct weft__dial *dial, const struct addrinfo *address)
{
	const int on = 1;

	dial->now = address;
	dial->fd = socket(address->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (dial->fd < 0 ||
	    (connect(dial->fd, address->ai_addr, address->ai_addrlen) != 0 &&
	        errno != EINPROGRESS)) {
		note_failure(dial, strerror(errno));
		return false;
	}
	setsockopt(dial->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	dial->event = event_new(dial->loop->base, dial->fd, EV_WRITE,
	    on_connected, dial);
	if (!dial->event || event_add(dial->event, NULL) != 0) {
		note_failure(dial, "out of memory");
		return false;
	}
	if (address->ai_next)
		weft__loop_set_timer(dial->loop, &dial->timer, ADDRESS_MS);
	return true;
}

/* Tries what addresses there are; tells when there are no more. */
static void
try_next(struct weft__dial *dial)
{
	while (dial->next) {
		const struct addrinfo *address = dial->next;

		dial->next = address->ai_next;
		if (try_address(dial, address))
			return;
		close_socket(dial);
	}
	tell(dial);
}

static void
on_looked_up(evutil_socket_t fd, short what, void *context)
{
	struct weft__dial *dial = context;
	const char *why;

	event_free(dial->event);
	dial->event = NULL;
	dial->next = weft__lookup_result(dial->lookup, &why);
	if (!dial->next)
		note_failure(dial, why ? why : "has no address");
	try_next(dial);
}

int
weft__dial(struct weft__loop *loop, const char *host, uint16_t port,
    weft__dialed_fn *dialed, void *context, struct weft__dial **dial_out,
    struct weft_error *error)
{
	size_t size = strlen(host) + 1;
	struct weft__dial *dial = weft__calloc(1, sizeof *dial + size);
	int code;

	if (!dial)
		return weft_error_set(error, WEFT_ENOMEM, "%s", host);
	memcpy(dial->host, host, size);
	dial->loop = loop;
	dial->dialed = dialed;
	dial->context = context;
	dial->timer.fire = on_timer;
	dial->fd = -1;
	code = weft__lookup_start(host, port, &dial->lookup, error);
	if (code) {
		weft__free(dial);
		return code;
	}
	dial->event = event_new(loop->base, weft__lookup_fd(dial->lookup),
	    EV_READ, on_looked_up, dial);
	if (!dial->event || event_add(dial->event, NULL) != 0) {
		weft__dial_cancel(dial);
		return weft_error_set(error, WEFT_ENOMEM, "%s", host);
	}
	*dial_out = dial;
	return 0;
}
