/*
 * Compressed responses, where the client takes them.
 *
 * A compressor has 268 KB, so that a thread has at most
 * WEFT_LIMIT_HTTP_GZIPS of them; beyond that, answers go as they are.
 */
#ifndef TRANSPORTS_HTTP_GZIP_H
#define TRANSPORTS_HTTP_GZIP_H

#include "transports/http/exchange.h"

struct weft__http_gzip;

/*
 * Begins to compress the body of this response, before its head is sent, if
 * client and configuration want that and there is room; 'length' negative:
 * not known.  Returns whether it does.
 */
bool weft__http_gzip_begin(
    struct weft__http_response *response, int64_t length);

/*
 * Compresses bytes and appends what comes out to 'out'; at the end nothing
 * is left inside.  Returns 0, WEFT_ENOMEM or WEFT_ELIMIT.
 */
WEFT_MUST_CHECK int weft__http_gzip_add(struct weft__http_gzip *gzip,
    struct weft_slice bytes, bool is_end, struct weft_buf *out);

/* Frees the response's compressor, if it has one. */
void weft__http_gzip_end(struct weft__http_response *response);

#endif
