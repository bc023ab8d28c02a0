/*
 * What handlers call to read a request and to answer it.
 */
#include <assert.h>
#include <stdio.h>

#include "core/base/alloc.h"
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

int
weft__http_body_read(const struct weft__http_request *request, uint64_t offset,
    void *buffer, size_t size, size_t *read_size, struct weft_error *error)
{
	return weft__http_body_copy(&response_of(request)->body, offset, buffer,
	    size, read_size, error);
}

struct weft__loop *
weft__http_loop(const struct weft__http_response *response)
{
	return response->thread->loop;
}

/* Where it is sent; NULL: the client has left. */
static struct weft__connection *
net_of(const struct weft__http_response *response)
{
	return response->connection ? response->connection->net : NULL;
}

bool
weft__http_is_gone(const struct weft__http_response *response)
{
	return !response->connection;
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
	if (code)
		lines->size = before;
	else if (weft__http_same(weft_slice(name), "content-type"))
		response->has_type = true;
	return code;
}

void
weft__http_respond(struct weft__http_response *response, int status,
    struct weft_slice body)
{
	struct weft__connection *net = net_of(response);

	assert(!response->status);
	if (net) {
		weft__connection_hold(net);
		weft__http_send_head(response, status, (int64_t)body.size);
		if (body.size && !response->request.is_head)
			weft__connection_send(net, body.data, body.size);
		weft__connection_release(net);
	}
	response->status = status;
	response->sent = response->request.is_head ? 0 : body.size;
	weft__http_exchange_finish(response, true);
}

static void
free_given(const void *data, size_t size, void *context)
{
	weft__free(context);
}

void
weft__http_give(
    struct weft__http_response *response, int status, struct weft_buf *body)
{
	struct weft_slice bytes = weft_buf_slice(body);
	struct weft__connection *net = net_of(response);

	assert(!response->status);
	if (!net || response->request.is_head ||
	    bytes.size < 4096) {
		weft__http_respond(response, status, bytes);
		weft_buf_fini(body);
		return;
	}
	weft__connection_hold(net);
	weft__http_send_head(response, status, (int64_t)bytes.size);
	weft__connection_send_shared(
	    net, bytes.data, bytes.size, free_given, body->data);
	weft__connection_release(net);
	body->data = NULL;
	weft_buf_fini(body);
	response->sent = bytes.size;
	weft__http_exchange_finish(response, true);
}

/* A stream whose client had left before it began. */
static void
end_unheard(struct weft__task *task)
{
	struct weft__http_response *response = (void *)((char *)task -
	    offsetof(struct weft__http_response, over));

	weft__http_exchange_finish(response, false);
}

void
weft__http_stream(struct weft__http_response *response, int status,
    const struct weft__http_stream *stream)
{
	assert(!response->status);
	response->stream = *stream;
	response->is_streaming = true;
	if (response->connection)
		weft__http_send_head(response, status, -1);
	response->status = status;
	weft__http_wake(response);
	if (!response->connection) {
		response->is_over = true;
		response->over.run = end_unheard;
		weft__loop_post(response->thread->loop, &response->over);
	}
}

/* Whether what a stream writes is sent at all. */
static bool
is_heard(const struct weft__http_response *response)
{
	return response->connection && !response->request.is_head;
}

/* The size of a chunk before it. */
static void
begin_chunk(struct weft__http_response *response, size_t size)
{
	char line[24];
	int length = snprintf(line, sizeof line, "%zx\r\n", size);

	response->sent += size;
	weft__connection_hold(net_of(response));
	if (response->is_chunked)
		weft__connection_send(
		    net_of(response), line, (size_t)length);
}

static void
end_chunk(struct weft__http_response *response)
{
	if (response->is_chunked)
		weft__connection_send(net_of(response), "\r\n", 2);
	weft__connection_release(net_of(response));
}

void
weft__http_write(
    struct weft__http_response *response, const void *data, size_t size)
{
	assert(response->is_streaming);
	if (!is_heard(response) || !size)
		return;
	begin_chunk(response, size);
	weft__connection_send(net_of(response), data, size);
	end_chunk(response);
}

void
weft__http_write_shared(struct weft__http_response *response,
    const void *data, size_t size,
    void (*release)(const void *data, size_t size, void *context),
    void *context)
{
	assert(response->is_streaming);
	if (!is_heard(response) || !size) {
		release(data, size, context);
		return;
	}
	begin_chunk(response, size);
	weft__connection_send_shared(
	    response->connection->net, data, size, release, context);
	end_chunk(response);
}

bool
weft__http_is_full(const struct weft__http_response *response)
{
	return response->connection &&
	    weft__connection_is_full(response->connection->net);
}

void
weft__http_wake(struct weft__http_response *response)
{
	if (response->connection && response->stream.more)
		weft__connection_ask(response->connection->net);
}

void
weft__http_end(struct weft__http_response *response)
{
	assert(response->is_streaming);
	if (response->connection && response->is_chunked)
		weft__connection_send(
		    response->connection->net, "0\r\n\r\n", 5);
	if (!response->is_over)
		weft__http_exchange_finish(response, true);
}

void
weft__http_abort(struct weft__http_response *response)
{
	if (!response->is_over)
		weft__http_exchange_finish(response, false);
}

void
weft__http_watch(struct weft__http_response *response,
    void (*notify)(struct weft__http_response *response,
        enum weft__http_notice notice, void *context),
    void *context)
{
	response->notify = notify;
	response->notify_context = context;
}

struct weft__connection *
weft__http_upgrade(struct weft__http_response *response,
    const struct weft__connection_handler *handler, void *context)
{
	struct weft__http_connection *connection = response->connection;
	struct weft__connection *net = net_of(response);

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
