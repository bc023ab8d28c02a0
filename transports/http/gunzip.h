/*
 * Compressed bodies of requests, read as they come.
 *
 * An inflater has 40 KB, so that a thread has at most WEFT_LIMIT_HTTP_GUNZIPS
 * of them.  What comes out counts against the body's limit, and may be at most
 * WEFT_LIMIT_HTTP_INFLATION times what went in (beyond its first MiB).
 */
#ifndef TRANSPORTS_HTTP_GUNZIP_H
#define TRANSPORTS_HTTP_GUNZIP_H

#include "transports/http/exchange.h"

struct weft__http_gunzip;

/* Begins to read the body of this request as gzip, if there is room for it;
 * returns whether it does. */
bool weft__http_gunzip_begin(struct weft__http_response *response);

/*
 * Appends what the bytes mean to the response's body.
 * Returns 0; WEFT_EINVAL (they are no gzip, or more than one); WEFT_ELIMIT;
 * WEFT_ENOMEM; WEFT_ENOSPACE; WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__http_gunzip_add(
    struct weft__http_response *response, struct weft_slice bytes,
    struct weft_error *error);

/* Whether all of the body was there. */
bool weft__http_gunzip_is_whole(const struct weft__http_gunzip *gunzip);

/* Frees the response's inflater, if it has one. */
void weft__http_gunzip_end(struct weft__http_response *response);

#endif
