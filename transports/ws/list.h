/*
 * Lists in headers, as the handshake has them: "a, b" over one or several
 * header lines, each element perhaps with parameters "; name=value".
 */
#ifndef TRANSPORTS_WS_LIST_H
#define TRANSPORTS_WS_LIST_H

#include "transports/http/http.h"

/* Without white space at both ends. */
struct weft_slice weft__ws_trim(struct weft_slice text);

/* All headers of one name. */
struct weft__ws_list {
	const struct weft__http_header *headers; /* those not yet looked at */
	size_t count;
	const char *name;
	struct weft_slice rest; /* of the header that is being read */
};

/* The list of the headers of that name (any case). */
struct weft__ws_list weft__ws_list(const struct weft__http_header *headers,
    size_t count, const char *name);

/* Sets '*element', without white space around it; false at the end.  Empty
 * elements are passed over. */
bool weft__ws_list_next(
    struct weft__ws_list *list, struct weft_slice *element);

/* Whether the list has this element (any case). */
bool weft__ws_list_has(struct weft__ws_list list, const char *element);

/*
 * The value of the only header of that name; no value if there is none or
 * more than one.
 */
struct weft_slice weft__ws_only(const struct weft__http_header *headers,
    size_t count, const char *name);

/* Whether it is a token (RFC 9110, 5.6.2). */
bool weft__ws_is_token(struct weft_slice text);

/*
 * Takes the next part of "name; parameter=value; ..." from the front of
 * 'text': 'value' is no value if there is none, and without its quotes.
 * Returns false if it is malformed.
 */
bool weft__ws_parameter(struct weft_slice *text, struct weft_slice *name,
    struct weft_slice *value);

#endif
