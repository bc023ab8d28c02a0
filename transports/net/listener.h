/*
 * Listens on an address and hands over the sockets that come.  When the
 * process is out of descriptors it rests for a while instead of spinning.
 */
#ifndef TRANSPORTS_NET_LISTENER_H
#define TRANSPORTS_NET_LISTENER_H

#include <weft/error.h>

#include "transports/net/address.h"
#include "transports/net/loop.h"

struct weft__listener;

/* Takes a new socket: non-blocking, close-on-exec, given. */
typedef void weft__accepted_fn(
    int fd, const struct weft__address *peer, void *context);

/*
 * Opens a socket that listens: 'host' is a name or a numeric address (NULL or
 * "": all), port 0 takes a free one.  Several may listen on one port, each
 * for its loop (SO_REUSEPORT).  '*fd' is the caller's; '*bound_port' is set.
 * Returns 0; WEFT_EINVAL for an address that is none of ours; WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__listen(const char *host, uint16_t port, int *fd,
    uint16_t *bound_port, struct weft_error *error);

/*
 * Accepts from 'fd' (given, also on failure) and hands each socket to
 * 'accepted'.  Returns 0 or WEFT_ENOMEM.  Thread: the loop's, or before it
 * runs.
 */
WEFT_MUST_CHECK int weft__listener_create(struct weft__loop *loop, int fd,
    weft__accepted_fn *accepted, void *context,
    struct weft__listener **listener, struct weft_error *error);

/* Stops listening; NULL is allowed.  Thread: the loop's. */
void weft__listener_destroy(struct weft__listener *listener);

#endif
