/*
 * The syntax of a head, by http-parser: the one file that knows it.
 */
#include <http_parser.h>

#include "transports/http/head.h"

/* What the callbacks fill in. */
struct reading {
	struct weft__http_head *head;
	bool is_done;
};

static int
on_url(http_parser *parser, const char *data, size_t size)
{
	struct reading *reading = parser->data;

	reading->head->target = weft_slice_of(data, size);
	return 0;
}

static int
on_field(http_parser *parser, const char *data, size_t size)
{
	struct reading *reading = parser->data;
	struct weft__http_request *request = reading->head->request;

	reading->head->headers[request->header_count++] =
	    (struct weft__http_header){{data, size}, {"", 0}};
	return 0;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static int
on_value(http_parser *parser, const char *data, size_t size)
{
	struct reading *reading = parser->data;
	size_t last = reading->head->request->header_count - 1;

	while (size && is_space(data[size - 1]))
		size--;
	while (size && is_space(*data)) {
		data++;
		size--;
	}
	reading->head->headers[last].value = weft_slice_of(data, size);
	return 0;
}

/* 2: no body follows, as far as http-parser is concerned. */
static int
on_headers_complete(http_parser *parser)
{
	struct reading *reading = parser->data;

	reading->is_done = true;
	return 2;
}

static enum weft__http_method
method_of(unsigned method)
{
	switch (method) {
	case HTTP_GET:
	case HTTP_HEAD:
		return WEFT__HTTP_GET;
	case HTTP_POST:
		return WEFT__HTTP_POST;
	case HTTP_PUT:
		return WEFT__HTTP_PUT;
	case HTTP_PATCH:
		return WEFT__HTTP_PATCH;
	case HTTP_DELETE:
		return WEFT__HTTP_DELETE;
	case HTTP_OPTIONS:
		return WEFT__HTTP_OPTIONS;
	default:
		return WEFT__HTTP_OTHER;
	}
}

static bool
read_syntax(struct weft__http_head *head, const char *data,
    size_t size, struct weft__http_refusal *refusal)
{
	static const http_parser_settings settings = {.on_url = on_url,
	    .on_header_field = on_field,
	    .on_header_value = on_value,
	    .on_headers_complete = on_headers_complete};
	struct weft__http_request *request = head->request;
	struct reading reading = {head, false};
	http_parser parser;

	http_parser_init(&parser, HTTP_REQUEST);
	parser.data = &reading;
	http_parser_execute(&parser, &settings, data, size);
	if (HTTP_PARSER_ERRNO(&parser) == HPE_INVALID_METHOD)
		return weft__http_refuse(refusal, 501, "unknown method");
	if (HTTP_PARSER_ERRNO(&parser) != HPE_OK || !reading.is_done)
		return weft__http_refuse(refusal, 400, "malformed request");
	if (parser.http_major != 1)
		return weft__http_refuse(
		    refusal, 505, "only HTTP/1.0 and HTTP/1.1 are spoken");
	if (parser.method == HTTP_CONNECT)
		return weft__http_refuse(refusal, 501, "no proxy");
	head->is_http_1_0 = parser.http_minor == 0;
	request->method = method_of(parser.method);
	request->is_head = parser.method == HTTP_HEAD;
	request->method_name = weft_slice(http_method_str(parser.method));
	request->headers = head->headers;
	return true;
}

bool
weft__http_head_parse(struct weft__http_head *head, const char *data,
    size_t size, struct weft__http_refusal *refusal)
{
	return read_syntax(head, data, size, refusal) &&
	    weft__http_head_framing(head, refusal) &&
	    weft__http_head_target(head, refusal);
}
