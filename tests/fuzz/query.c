/*
 * Any bytes are a query string or refused; what is made of one is JSON, and
 * arguments are taken or refused.
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include "core/base/json.h"
#include "transports/loopback/argument.h"

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* What the scanner refuses of it: names that are two, bytes that are not
 * UTF-8. */
static void
check_json(const struct weft__rest_query *query)
{
	struct weft_buf json = WEFT_BUF_INIT(1 << 24);
	struct weft__json scanned;
	int code = weft__rest_query_write(query, &json);

	weft__json_init(&scanned);
	if (!code) {
		code = weft__json_scan(&scanned, json.data, json.size,
		    &weft__json_record_limits, NULL);
		check(!code || code == WEFT_EJSON || code == WEFT_ELIMIT);
	}
	weft__json_fini(&scanned);
	weft_buf_fini(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_buf json = WEFT_BUF_INIT(1 << 24);
	struct weft__rest_query query;
	double number;
	bool boolean, is_given;
	int code = weft__rest_query_parse(
	    &query, weft_slice_of((const char *)data, size), NULL);

	if (!code) {
		check_json(&query);
		code = weft__rest_take_number(
		    &query, "since", &number, &is_given, NULL);
		check(!code || code == WEFT_EINVAL);
		code = weft__rest_take_boolean(
		    &query, "b", &boolean, &is_given, NULL);
		check(!code || code == WEFT_EINVAL);
		code = weft__rest_take_object(
		    &query, "filter", &json, &is_given, NULL);
		check(!code || code == WEFT_EINVAL);
		check(code || !is_given || json.data[0] == '{');
	}
	weft__rest_query_fini(&query);
	weft_buf_fini(&json);
	return 0;
}
