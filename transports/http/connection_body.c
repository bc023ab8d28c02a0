/*
 * The bodies of requests: taken when the handler has accepted them, dropped
 * when it has answered before.
 */
#include <inttypes.h>
#include <stdio.h>

#include "transports/http/gunzip.h"

/* Refuses a body for which there is no room. */
static void
refuse_body(
    struct weft__http_connection *connection, const struct weft_error *error)
{
	const char *text = "no room for the body";
	char limit[80];

	if (error->code == WEFT_ELIMIT) {
		snprintf(limit, sizeof limit,
		    "request entity too large: at most %" PRIu64 " bytes",
		    connection->response->body.limit);
		text = limit;
	}
	if (error->code == WEFT_EINVAL)
		text = "the body is not gzip";
	else if (error->code == WEFT_ELOCKED)
		text = "too many large bodies at a time: try again later";
	weft__http_connection_refuse(
	    connection, weft_error_http_status(error->code), text);
}

static bool
has_body(const struct weft__http_response *response)
{
	return response->head.is_chunked || response->head.content_length;
}

/* Gets ready for how the body is encoded, or refuses it. */
static bool
prepare_coding(struct weft__http_response *response)
{
	struct weft_slice coding =
	    weft__http_header(&response->request, "content-encoding");

	if (!coding.size || weft__http_same(coding, "identity") ||
	    !has_body(response))
		return true;
	if (!response->thread->config->has_gzip ||
	    (!weft__http_same(coding, "gzip") &&
		!weft__http_same(coding, "x-gzip"))) {
		weft__http_connection_refuse(response->connection, 415,
		    "this Content-Encoding is not taken");
		return false;
	}
	if (weft__http_gunzip_begin(response))
		return true;
	weft__http_connection_refuse(response->connection, 503,
	    "too many compressed bodies");
	return false;
}

/* Makes room for the body, or refuses it. */
static bool
prepare_body(
    struct weft__http_response *response, uint64_t body_limit)
{
	const struct weft__http_config *config = response->thread->config;
	struct weft_error error;

	weft__http_body_init(&response->body, body_limit,
	    config->body_memory, config->folder);
	if (!prepare_coding(response))
		return false;
	if (weft__http_body_expect(
		&response->body, response->head.content_length, &error)) {
		refuse_body(response->connection, &error);
		return false;
	}
	return true;
}

void
weft__http_accept(struct weft__http_response *response, uint64_t body_limit)
{
	struct weft__http_connection *connection = response->connection;

	if (!connection) {
		weft__http_exchange_finish(response, false);
		return;
	}
	if (!prepare_body(response, body_limit))
		return;
	if (has_body(response) && response->head.expects_continue)
		weft__connection_send(
		    connection->net, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	connection->chunks = (struct weft__http_chunks){0};
	weft__http_connection_set_state(connection, WEFT__HTTP_BODY);
	weft__http_connection_settle(connection);
}

/* The body is there. */
static void
complete(struct weft__http_connection *connection)
{
	struct weft__http_response *response = connection->response;
	const struct weft__http_handler *handler =
	    connection->thread->handler;

	if (response->gunzip &&
	    !weft__http_gunzip_is_whole(response->gunzip)) {
		weft__http_connection_refuse(
		    connection, 400, "the body is not whole");
		return;
	}
	weft__http_gunzip_end(response);
	weft__http_connection_set_state(connection, WEFT__HTTP_ANSWERING);
	response->request.body_size = response->body.size;
	handler->request(&response->request, response, handler->context);
}

/* Adds to the body; false if that was refused. */
static bool
append(struct weft__http_connection *connection, struct weft_slice bytes)
{
	struct weft__http_response *response = connection->response;
	struct weft_error error;

	connection->body_recent += bytes.size;
	if ((response->gunzip
		? weft__http_gunzip_add(response, bytes, &error)
		: weft__http_body_append(&response->body, bytes, &error)) == 0)
		return true;
	refuse_body(connection, &error);
	return false;
}

static bool
take_chunks(struct weft__http_connection *connection, struct weft_slice *input)
{
	enum weft__http_chunks_result result;
	struct weft_slice data;

	do
		result = weft__http_chunks_next(
		    &connection->chunks, input, &data);
	while (result == WEFT__CHUNKS_DATA && append(connection, data));
	if (result == WEFT__CHUNKS_BAD)
		weft__http_connection_refuse(connection, 400,
		    "malformed chunk");
	else if (result == WEFT__CHUNKS_END)
		complete(connection);
	return result == WEFT__CHUNKS_END;
}

/* Takes the part of the input that belongs to the body. */
static struct weft_slice
take_part(struct weft__http_connection *connection, struct weft_slice *input)
{
	struct weft_slice part = *input;

	if (part.size > connection->body_left)
		part.size = (size_t)connection->body_left;
	connection->body_left -= part.size;
	input->data += part.size;
	input->size -= part.size;
	return part;
}

bool
weft__http_take_body(struct weft__http_connection *connection,
    struct weft_slice *input)
{
	struct weft_slice part;

	if (connection->response->head.is_chunked)
		return take_chunks(connection, input);
	part = take_part(connection, input);
	if (part.size && !append(connection, part))
		return false;
	if (connection->body_left)
		return false;
	complete(connection);
	return true;
}

bool
weft__http_drop_body(struct weft__http_connection *connection,
    struct weft_slice *input)
{
	connection->body_recent += take_part(connection, input).size;
	if (connection->body_left)
		return false;
	weft__http_connection_set_state(connection, WEFT__HTTP_HEAD);
	return true;
}
