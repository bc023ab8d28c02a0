/*
 * The URL of a peer: ws://host[:port]/path or wss://...
 */
#ifndef TRANSPORTS_WEFT_CLIENT_PEER_URL_H
#define TRANSPORTS_WEFT_CLIENT_PEER_URL_H

#include "transports/weft/client/peer.h"

/*
 * Takes a URL apart into the peer's target, and keeps what can be shown of it.
 * A path of "" or "/" is "/replicate".
 * Returns 0; WEFT_EINVAL; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__peer_set_url(
    struct weft__peer *peer, const char *url, struct weft_error *error);

/* Whether it is such a URL, with nothing in it that has no place there.
 * Returns 0; WEFT_EINVAL. */
WEFT_MUST_CHECK int weft__peer_check_url(
    const char *url, struct weft_error *error);

#endif
