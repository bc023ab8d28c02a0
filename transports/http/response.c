/*
 * What handlers call to read a request and to prepare its answer.
 */
#include <assert.h>

#include "transports/http/exchange.h"

static struct weft__http_response *
response_of(const struct weft__http_request *request)
{
	return (void *)((char *)request -
	    offsetof(struct weft__http_response, request));
}

int
weft__http_body(const struct weft__http_request *request,
    struct weft_slice *body, struct weft_error *error)
{
	return weft__http_body_map(&response_of(request)->body, body, error);
}

struct weft__loop *
weft__http_loop(const struct weft__http_response *response)
{
	return response->thread->loop;
}

/* Whether it can be one line: no control characters but a tab. */
static bool
is_line(struct weft_slice text)
{
	for (size_t i = 0; i < text.size; i++)
		if (((unsigned char)text.data[i] < ' ' &&
			text.data[i] != '\t') ||
		    text.data[i] == 0x7f)
			return false;
	return true;
}

static bool
begins_with(struct weft_slice text, const char *beginning)
{
	size_t size = strlen(beginning);

	return text.size >= size && memcmp(text.data, beginning, size) == 0;
}

/* Remembers what a header says about the body. */
static void
note_header(struct weft__http_response *response, struct weft_slice name,
    struct weft_slice value)
{
	if (weft__http_same(name, "content-type")) {
		response->has_type = true;
		response->is_text = begins_with(value, "text/") ||
		    begins_with(value, "application/json") ||
		    begins_with(value, "application/javascript");
	} else if (weft__http_same(name, "content-encoding")) {
		response->is_text = false;
	}
}

int
weft__http_set_header(struct weft__http_response *response, const char *name,
    struct weft_slice value)
{
	struct weft_buf *lines = &response->headers;
	size_t before = lines->size;
	int code;

	if (!is_line(value) || !is_line(weft_slice(name)) ||
	    strpbrk(name, ": \t"))
		return WEFT_EINVAL;
	code = weft_buf_printf(lines, "%s: ", name);
	if (!code)
		code = weft_buf_append_slice(lines, value);
	if (!code)
		code = weft_buf_append(lines, "\r\n", 2);
	if (code) {
		lines->size = before;
		return code;
	}
	if (weft__http_same(weft_slice(name), "etag"))
		response->etag_at = before + strlen(name) + 2;
	note_header(response, weft_slice(name), value);
	return 0;
}

void
weft__http_watch(struct weft__http_response *response,
    void (*notify)(struct weft__http_response *response,
        enum weft__http_notice notice, void *context),
    void *context)
{
	response->notify = notify;
	response->notify_context = context;
	/* Who has said that he sends no more waits for an answer alone. */
	if (response->connection &&
	    weft__connection_has_ended(response->connection->net))
		weft__connection_break(response->connection->net);
}

void
weft__http_tell_leave(
    struct weft__http_response *response, enum weft__http_notice notice)
{
	if (response->on_leave && !response->status)
		response->on_leave(notice, response->leave_context);
}

void
weft__http_on_leave(struct weft__http_response *response,
    void (*notify)(enum weft__http_notice notice, void *context),
    void *context)
{
	response->on_leave = notify;
	response->leave_context = context;
	if (!response->connection)
		weft__http_tell_leave(response, WEFT__HTTP_GONE);
	else if (weft__connection_has_ended(response->connection->net))
		weft__http_tell_leave(response, WEFT__HTTP_ENDED);
}

struct weft__connection *
weft__http_upgrade(struct weft__http_response *response,
    const struct weft__connection_handler *handler, void *context)
{
	struct weft__http_connection *connection = response->connection;
	struct weft__connection *net = weft__http_net(response);

	assert(!response->status);
	if (net) {
		weft__http_send_head(response, 101, 0);
		weft__connection_set_handler(net, handler, context);
		weft__connection_resume(net);
		connection->state = WEFT__HTTP_TAKEN;
	}
	weft__http_exchange_finish(response, true);
	return net;
}
