#include "transports/loopback/stream_options.h"

#include "transports/loopback/argument.h"

/* Appends the body's member "options". */
static int
take_body_options(struct weft__rest_call *call, struct weft_buf *json)
{
	struct weft__json body;
	struct weft__json_value value;
	int code;

	weft__json_init(&body);
	code = weft__json_scan(&body, call->body.data, call->body.size,
	    &weft__json_record_limits, &call->error);
	value = weft__json_find(&body, weft_slice("options"));
	if (!code && value.type == WEFT__JSON_OBJECT) {
		if (weft_buf_append_slice(json, value.token))
			code = weft__rest_no_memory(call);
	} else if (!code && value.type != WEFT__JSON_ABSENT) {
		code = weft_error_set(
		    &call->error, WEFT_EINVAL, "Value is not an object.");
	}
	weft__json_fini(&body);
	return code;
}

/* A member that is given; "where":null is none. */
static struct weft_slice
find(struct weft__json_value all, const char *name)
{
	struct weft__json_value value = weft__json_step(all, weft_slice(name));

	return value.type == WEFT__JSON_ABSENT ||
		       value.type == WEFT__JSON_NULL
		   ? weft_slice_of(NULL, 0)
		   : value.token;
}

int
weft__rest_stream_options_take(
    struct weft__rest_stream_options *options, struct weft__rest_call *call)
{
	struct weft__json_value all;
	bool is_given;
	int code;

	*options = (struct weft__rest_stream_options){
	    .json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE)};
	code = weft__rest_take_object(&call->query, "options", &options->json,
	    &is_given, &call->error);
	if (!code && !is_given && call->body.data)
		code = take_body_options(call, &options->json);
	if (code || !options->json.size)
		return code;
	all = weft__json_value_of(weft_buf_slice(&options->json));
	options->where = find(all, "where");
	options->fields = find(all, "fields");
	return 0;
}

void
weft__rest_stream_options_fini(struct weft__rest_stream_options *options)
{
	weft_buf_fini(&options->json);
}
