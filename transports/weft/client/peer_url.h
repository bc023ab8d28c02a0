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

#endif
