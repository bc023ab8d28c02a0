#include "transports/loopback/failure.h"

#include "core/base/json.h"

int
weft__rest_failure_status(const struct weft__rest_failure *failure,
    const struct weft_error *error)
{
	return failure->status ? failure->status
			       : weft_error_http_status(error->code);
}

/* LoopBack's error.name. */
static const char *
find_name(const struct weft__rest_failure *failure,
    const struct weft_error *error)
{
	if (failure->name)
		return failure->name;
	switch (error->code) {
	case WEFT_EJSON:
	case WEFT_EVALIDATION:
	case WEFT_ELIMIT:
		return weft_error_loopback_word(error->code);
	default:
		return "Error";
	}
}

/* LoopBack's error.code, or NULL.  A refusal has said whether it has one. */
static const char *
find_word(const struct weft__rest_failure *failure,
    const struct weft_error *error)
{
	if (!failure->status && error->code == WEFT_EDENIED)
		return weft_error_loopback_word(error->code);
	return failure->word;
}

/* The standard text of a status that says no more. */
static const char *
status_text(int status)
{
	switch (status) {
	case 501:
		return "Not Implemented";
	case 502:
		return "Bad Gateway";
	case 503:
		return "Service Unavailable";
	case 504:
		return "Gateway Timeout";
	case 507:
		return "Insufficient Storage";
	default:
		return "Internal Server Error";
	}
}

/* A text that was cut may end within a character. */
static struct weft_slice
whole_characters(const char *text)
{
	struct weft_slice slice = weft_slice(text);

	if (slice.size < sizeof((struct weft_error *)NULL)->text - 1)
		return slice;
	while (slice.size && (text[slice.size - 1] & 0xc0) == 0x80)
		slice.size--;
	if (slice.size && (text[slice.size - 1] & 0x80))
		slice.size--;
	return slice;
}

static int
put_string(struct weft_buf *body, const char *member, struct weft_slice text)
{
	int code = weft_buf_printf(body, ",\"%s\":", member);

	if (code)
		return code;
	code = weft__json_write_string(text, body);
	/* Ids come from clients, and may be no UTF-8. */
	return code == WEFT_EJSON
	    ? weft__json_write_string(weft_slice("(not UTF-8)"), body)
	    : code;
}

/* What a client that is at fault is told. */
static int
put_fault(struct weft_buf *body, const struct weft__rest_failure *failure,
    const struct weft_error *error)
{
	const char *word = find_word(failure, error);
	int code = put_string(
	    body, "name", weft_slice(find_name(failure, error)));

	if (!code)
		code = put_string(
		    body, "message", whole_characters(error->text));
	if (!code && word)
		code = put_string(body, "code", weft_slice(word));
	if (!code && failure->details.size) {
		code = weft_buf_append_slice(body, weft_slice(",\"details\":"));
		if (!code)
			code = weft_buf_append_slice(
			    body, weft_buf_slice(&failure->details));
	}
	return code;
}

int
weft__rest_failure_write(const struct weft__rest_failure *failure,
    const struct weft_error *error, struct weft_buf *body)
{
	int status = weft__rest_failure_status(failure, error);
	int code =
	    weft_buf_printf(body, "{\"error\":{\"statusCode\":%d", status);

	if (!code && (status < 500 || failure->is_told))
		code = put_fault(body, failure, error);
	else if (!code)
		code =
		    put_string(body, "message",
			weft_slice(status_text(status)));
	return code ? code : weft_buf_append_slice(body, weft_slice("}}"));
}
