#include "transports/net/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"

struct weft__lookup {
	atomic_uint count; /* who holds it: its thread, and who asked */
	atomic_bool is_done;
	int fd;            /* an eventfd, written when it is done */
	int result;        /* getaddrinfo()'s */
	struct addrinfo *addresses;
	char service[8];
	char host[];
};

static void
drop(struct weft__lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->count, 1) != 1)
		return;
	if (lookup->addresses)
		freeaddrinfo(lookup->addresses);
	close(lookup->fd);
	weft__free(lookup);
}

static void *
look_up(void *context)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICSERV};
	struct weft__lookup *lookup = context;
	const uint64_t one = 1;

	lookup->result = getaddrinfo(
	    lookup->host, lookup->service, &hints, &lookup->addresses);
	atomic_store(&lookup->is_done, true);
	while (write(lookup->fd, &one, sizeof one) < 0 && errno == EINTR)
		;
	drop(lookup);
	return NULL;
}

/* Starts the thread, which takes no signals. */
static int
start_thread(struct weft__lookup *lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int failed;

	if (pthread_attr_init(&attributes))
		return -1;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, &attributes, look_up, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return failed;
}

int
weft__lookup_start(const char *host, uint16_t port,
    struct weft__lookup **lookup_out, struct weft_error *error)
{
	size_t size = strlen(host) + 1;
	struct weft__lookup *lookup = weft__calloc(1, sizeof *lookup + size);

	if (!lookup)
		return weft_error_set(error, WEFT_ENOMEM, "%s", host);
	memcpy(lookup->host, host, size);
	snprintf(lookup->service, sizeof lookup->service, "%u", port);
	atomic_init(&lookup->count, 2);
	lookup->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lookup->fd < 0 || start_thread(lookup)) {
		if (lookup->fd >= 0)
			close(lookup->fd);
		weft__free(lookup);
		return weft_error_set(
		    error, WEFT_EIO, "cannot look up %s", host);
	}
	*lookup_out = lookup;
	return 0;
}

int
weft__lookup_fd(const struct weft__lookup *lookup)
{
	return lookup->fd;
}

const struct addrinfo *
weft__lookup_result(const struct weft__lookup *lookup, const char **why)
{
	*why = NULL;
	if (!atomic_load(&lookup->is_done))
		return NULL;
	*why = lookup->result ? gai_strerror(lookup->result) : NULL;
	return lookup->result ? NULL : lookup->addresses;
}

void
weft__lookup_destroy(struct weft__lookup *lookup)
{
	if (lookup)
		drop(lookup);
}
