/*
 * Connecting to a host.  Its name is looked up by a thread of its own, since
 * that may block; then its addresses are tried one after the other.
 */
#ifndef TRANSPORTS_NET_DIAL_H
#define TRANSPORTS_NET_DIAL_H

#include <weft/error.h>

#include "transports/net/address.h"
#include "transports/net/loop.h"

struct weft__dial;

/*
 * How it came out: a socket, given (non-blocking, close-on-exec), and its
 * peer; or -1, and 'error' says why: WEFT_ENETWORK.  The dial is gone.
 */
typedef void weft__dialed_fn(int fd, const struct weft__address *peer,
    const struct weft_error *error, void *context);

/*
 * Begins to connect; 'dialed' is called in the end, never from within this
 * call.  There is no deadline but that of each address.
 * Returns 0; WEFT_ENOMEM; WEFT_EIO.  Thread: the loop's.
 */
WEFT_MUST_CHECK int weft__dial(struct weft__loop *loop, const char *host,
    uint16_t port, weft__dialed_fn *dialed, void *context,
    struct weft__dial **dial, struct weft_error *error);

/* Gives up: 'dialed' will not be called.  NULL is allowed. */
void weft__dial_cancel(struct weft__dial *dial);

#endif
