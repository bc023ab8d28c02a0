/*
 * The bodies of responses: whole ones, and streams, which go chunk by chunk
 * and through the compressor if there is one.
 */
#include <assert.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "transports/http/gzip.h"

/* Bytes that are compressed at a time: less than a millisecond. */
#define PART 65536

/* A smaller body is copied: that is less work than to hand it over. */
#define COPIED_BODY 4096

/* One chunk, or bare bytes where the body is not chunked. */
static void
send_chunk(struct weft__http_response *response, struct weft_slice bytes)
{
	struct weft__connection *net = weft__http_net(response);
	char line[24];
	int length = snprintf(line, sizeof line, "%zx\r\n", bytes.size);

	if (!bytes.size)
		return; /* would be the last one */
	response->sent += bytes.size;
	weft__connection_hold(net);
	if (response->is_chunked)
		weft__connection_send(net, line, (size_t)length);
	weft__connection_send(net, bytes.data, bytes.size);
	if (response->is_chunked)
		weft__connection_send(net, "\r\n", 2);
	weft__connection_release(net);
}

/* Compresses at most PART bytes and sends what comes out. */
static void
compress(struct weft__http_response *response, struct weft_slice bytes,
    bool is_end)
{
	struct weft_buf *out = &response->thread->scratch;

	weft_buf_clear(out);
	if (weft__http_gzip_add(response->gzip, bytes, is_end, out))
		weft__connection_break(weft__http_net(response));
	else
		send_chunk(response, weft_buf_slice(out));
}

/* Whether what is written is sent at all. */
static bool
is_heard(const struct weft__http_response *response)
{
	return response->connection && !response->request.is_head;
}

void
weft__http_write(
    struct weft__http_response *response, const void *data, size_t size)
{
	struct weft_slice bytes = {data, size}, part;

	assert(response->is_streaming);
	response->written += size;
	if (!is_heard(response))
		return;
	if (!response->gzip) {
		send_chunk(response, bytes);
		return;
	}
	for (; bytes.size; bytes.size -= part.size, bytes.data += part.size) {
		part = bytes;
		if (part.size > PART)
			part.size = PART;
		compress(response, part, false);
	}
}

void
weft__http_write_shared(struct weft__http_response *response,
    const void *data, size_t size,
    void (*release)(const void *data, size_t size, void *context),
    void *context)
{
	struct weft__connection *net = weft__http_net(response);
	char line[24];
	int length = snprintf(line, sizeof line, "%zx\r\n", size);

	assert(response->is_streaming);
	if (!is_heard(response) || response->gzip || size < COPIED_BODY) {
		weft__http_write(response, data, size);
		release(data, size, context);
		return;
	}
	response->written += size;
	response->sent += size;
	weft__connection_hold(net);
	if (response->is_chunked)
		weft__connection_send(net, line, (size_t)length);
	weft__connection_send_shared(net, data, size, release, context);
	if (response->is_chunked)
		weft__connection_send(net, "\r\n", 2);
	weft__connection_release(net);
}

void
weft__http_end(struct weft__http_response *response)
{
	struct weft__connection *net = weft__http_net(response);

	assert(response->is_streaming);
	if (response->is_over)
		return; /* it is ended already, without a client */
	if (net) {
		weft__connection_hold(net);
		if (response->gzip && is_heard(response))
			compress(response, weft_slice(""), true);
		if (response->is_chunked)
			weft__connection_send(net, "0\r\n\r\n", 5);
		weft__connection_release(net);
	}
	weft__http_exchange_finish(response, true);
}

bool
weft__http_is_full(const struct weft__http_response *response)
{
	return response->connection &&
	    weft__connection_is_full(response->connection->net);
}

/* Has 'more' asked when there is room. */
static void
wake(struct weft__http_response *response)
{
	if (response->connection && response->stream.more)
		weft__connection_ask(response->connection->net);
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
	if (!response->connection) {
		response->status = status;
		response->is_over = true;
		response->over.run = end_unheard;
		weft__loop_post(response->thread->loop, &response->over);
		return;
	}
	if (stream->may_compress)
		weft__http_gzip_begin(response, -1);
	weft__http_send_head(response, status,
	    stream->length && !response->gzip ? (int64_t)stream->length : -1);
	wake(response);
}

/* Compresses the next part of a given body. */
static void
more_of_given(struct weft__http_response *response, void *context)
{
	struct weft_slice part = weft_buf_slice(&response->given);

	part.data += response->given_done;
	part.size -= response->given_done;
	if (part.size > PART)
		part.size = PART;
	weft__http_write(response, part.data, part.size);
	response->given_done += part.size;
	if (response->given_done == response->given.size)
		weft__http_end(response);
	else
		wake(response);
}

/* Compresses a body, which is given: a small one at once. */
static void
give_compressed(
    struct weft__http_response *response, int status, struct weft_buf *body)
{
	response->given = *body;
	*body = (struct weft_buf)WEFT_BUF_INIT(body->limit);
	response->stream = (struct weft__http_stream){.more = more_of_given};
	response->is_streaming = true;
	weft__http_send_head(response, status, -1);
	more_of_given(response, NULL);
}

/* Sends head and body, copied, in one go. */
static void
respond_plain(struct weft__http_response *response, int status,
    struct weft_slice body)
{
	struct weft__connection *net = weft__http_net(response);

	if (net) {
		weft__connection_hold(net);
		weft__http_send_head(response, status, (int64_t)body.size);
		if (body.size && is_heard(response))
			weft__connection_send(net, body.data, body.size);
		weft__connection_release(net);
	}
	response->status = status;
	response->sent = is_heard(response) ? body.size : 0;
	weft__http_exchange_finish(response, true);
}

void
weft__http_respond(struct weft__http_response *response, int status,
    struct weft_slice body)
{
	struct weft_buf copy = WEFT_BUF_INIT(body.size);

	assert(!response->status);
	if (!weft__http_gzip_begin(response, (int64_t)body.size)) {
		respond_plain(response, status, body);
	} else if (weft_buf_append_slice(&copy, body) == 0) {
		give_compressed(response, status, &copy);
	} else {
		weft__http_gzip_end(response);
		respond_plain(response, status, body);
	}
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
	struct weft__connection *net = weft__http_net(response);

	assert(!response->status);
	if (weft__http_gzip_begin(response, (int64_t)bytes.size)) {
		give_compressed(response, status, body);
		return;
	}
	if (!is_heard(response) || bytes.size < COPIED_BODY) {
		respond_plain(response, status, bytes);
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
