/*
 * Looking up the addresses of a host, on a thread of its own.
 */
#ifndef TRANSPORTS_NET_LOOKUP_H
#define TRANSPORTS_NET_LOOKUP_H

#include <weft/error.h>

struct addrinfo;
struct weft__lookup;

/*
 * Begins; weft__lookup_fd() becomes readable when it is done.
 * Returns 0; WEFT_ENOMEM; WEFT_EIO (no thread, no descriptor).
 */
WEFT_MUST_CHECK int weft__lookup_start(const char *host, uint16_t port,
    struct weft__lookup **lookup, struct weft_error *error);

/* What to wait for; borrowed. */
int weft__lookup_fd(const struct weft__lookup *lookup);

/* When it is done: the addresses, which live as long as the lookup; NULL if
 * there are none, and '*why' says why (static text). */
const struct addrinfo *weft__lookup_result(
    const struct weft__lookup *lookup, const char **why);

/* Frees it, or leaves that to its thread if that is not done.  NULL is
 * allowed. */
void weft__lookup_destroy(struct weft__lookup *lookup);

#endif
