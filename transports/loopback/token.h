/*
 * Where a request carries its access token.
 */
#ifndef TRANSPORTS_LOOPBACK_TOKEN_H
#define TRANSPORTS_LOOPBACK_TOKEN_H

#include "transports/http/http.h"
#include "transports/loopback/query.h"

/*
 * Finds the token in the places where LoopBack looks, in its order: the query
 * (access_token), the headers X-Access-Token and Authorization, which is the
 * token itself, "Bearer" with the token (in base64, as LoopBack sends it, or
 * plain), or "Basic" with user:token.  Appends it to 'token', nothing if there
 * is none.  Cookies are no token: a browser sends them with requests that
 * another site has made.
 * Returns 0; WEFT_ENOMEM; WEFT_ELIMIT.
 */
WEFT_MUST_CHECK int weft__rest_find_token(
    const struct weft__http_request *request,
    const struct weft__rest_query *query, struct weft_buf *token);

/* The same, of the headers alone. */
WEFT_MUST_CHECK int weft__rest_find_header_token(
    const struct weft__http_request *request, struct weft_buf *token);

#endif
