#include "transports/loopback/argument.h"

#include <math.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "models/value/number.h"

/* The argument if it is given, else NULL. */
static const struct weft__rest_node *
find_given(const struct weft__rest_query *query, const char *name)
{
	const struct weft__rest_node *node = weft__rest_query_find(query, name);
	struct weft_slice text = weft__rest_node_text(node);

	if (text.data &&
	    (!text.size || weft_slice_equal(text, weft_slice("null"))))
		return NULL;
	return node;
}

static void
tell(bool *is_given, const struct weft__rest_node *node)
{
	if (is_given)
		*is_given = node != NULL;
}

int
weft__rest_take_number(const struct weft__rest_query *query, const char *name,
    double *number, bool *is_given, struct weft_error *error)
{
	const struct weft__rest_node *node = weft__rest_query_find(query, name);
	struct weft_slice text = weft__rest_node_text(node);

	if (text.data && !text.size)
		node = NULL;
	tell(is_given, node);
	if (!node)
		return 0;
	*number = text.data ? weft__number_of_text(text) : NAN;
	return isnan(*number) ? weft_error_set(error, WEFT_EINVAL,
				    "Value is not a number.")
			      : 0;
}

int
weft__rest_take_boolean(const struct weft__rest_query *query,
    const char *name, bool *boolean, bool *is_given, struct weft_error *error)
{
	const struct weft__rest_node *node = find_given(query, name);
	struct weft_slice text = weft__rest_node_text(node);

	tell(is_given, node);
	if (!node)
		return 0;
	*boolean = weft_slice_equal(text, weft_slice("true")) ||
		   weft_slice_equal(text, weft_slice("1"));
	if (*boolean || weft_slice_equal(text, weft_slice("false")) ||
	    weft_slice_equal(text, weft_slice("0")))
		return 0;
	return weft_error_set(error, WEFT_EINVAL, "Value is not a boolean.");
}

/* Appends the canonical form of an object's JSON text. */
static int
append_object(struct weft_slice text, struct weft_buf *json,
    struct weft_error *error)
{
	struct weft__json_limits limits = weft__json_record_limits;
	struct weft__json scanned;
	int code;

	limits.size = WEFT_LIMIT_FILTER_SIZE;
	weft__json_init(&scanned);
	code = weft__json_scan(&scanned, text.data, text.size, &limits, error);
	if (code != WEFT_ENOMEM && (code || scanned.type != WEFT__JSON_OBJECT))
		code = weft_error_set(
		    error, WEFT_EINVAL, "Value is not an object.");
	else if (!code && weft_buf_append_slice(
			      json, weft_buf_slice(&scanned.text)))
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	weft__json_fini(&scanned);
	return code;
}

int
weft__rest_take_object(const struct weft__rest_query *query, const char *name,
    struct weft_buf *json, bool *is_given, struct weft_error *error)
{
	const struct weft__rest_node *node = find_given(query, name);
	struct weft_buf written = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft_slice text = weft__rest_node_text(node);
	int code = 0;

	tell(is_given, node);
	if (!node)
		return 0;
	if (!text.data) {
		code = weft__rest_node_write(node, &written);
		text = weft_buf_slice(&written);
	}
	if (code == WEFT_ENOMEM)
		weft_error_set(error, code, "out of memory");
	else if (code)
		code = weft_error_set(
		    error, WEFT_EINVAL, "Value is not an object.");
	else
		code = append_object(text, json, error);
	weft_buf_fini(&written);
	return code;
}
