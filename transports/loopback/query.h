/*
 * Query strings, and bodies that are forms, as LoopBack 3 reads them:
 *
 *	since=3&filter={"where":{"a":1}}         one JSON text, percent-encoded
 *	filter[where][a]=1&filter[fields][]=id   brackets (npm's qs)
 *
 * A name given several times, or whose keys are numbers, is an array.  As in
 * qs, what is no valid escape is taken as it stands.
 */
#ifndef TRANSPORTS_LOOPBACK_QUERY_H
#define TRANSPORTS_LOOPBACK_QUERY_H

#include <weft/buf.h>
#include <weft/error.h>

#include "core/base/arena.h"

struct weft__rest_node;

struct weft__rest_query {
	struct weft__arena arena;
	struct weft__rest_node *root;
};

/*
 * Reads a query string (no value: none); what it makes is freed by _fini(),
 * also after a failure.
 * Returns 0; WEFT_EINVAL (more names or deeper brackets than the limits,
 * WEFT_LIMIT_QUERY_...); WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rest_query_parse(struct weft__rest_query *query,
    struct weft_slice text, struct weft_error *error);
void weft__rest_query_fini(struct weft__rest_query *query);

/* The argument of this name, or NULL. */
const struct weft__rest_node *weft__rest_query_find(
    const struct weft__rest_query *query, const char *name);

/* The text of an argument given plainly and once; else no value. */
struct weft_slice weft__rest_node_text(const struct weft__rest_node *node);

/*
 * Appends what brackets make: an object or array of strings.  "true" and
 * "false" below a member named fields are booleans, as a filter has them.
 * Returns 0; WEFT_EJSON (not UTF-8); WEFT_ELIMIT; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rest_node_write(
    const struct weft__rest_node *node, struct weft_buf *json);

/* Appends all arguments, as one object.  Returns as the former. */
WEFT_MUST_CHECK int weft__rest_query_write(
    const struct weft__rest_query *query, struct weft_buf *json);

#endif
