#include "core/base/alloc.h"
#include "transports/net/connection_private.h"

/* Keeps what the owner did not consume; 'data' may be its own memory. */
static bool
keep(struct weft__connection *connection, const char *data, size_t size)
{
	if (!size) {
		weft__free(connection->pending);
		connection->pending = NULL;
		connection->pending_capacity = 0;
	} else if (connection->pending) {
		memmove(connection->pending, data, size);
	} else {
		if (!weft__grow(&connection->pending,
			&connection->pending_capacity, size, 1))
			return false;
		memcpy(connection->pending, data, size);
	}
	connection->pending_size = size;
	return true;
}

/* Shows the bytes to the owner, and to the next one if it changed. */
static void
show(struct weft__connection *connection, const char *data, size_t size)
{
	const struct weft__connection_handler *handler;
	size_t used;

	do {
		handler = connection->handler;
		used = handler->received(connection->context, data, size);
		if (connection->is_closed)
			return;
		data += used;
		size -= used;
	} while (size && handler != connection->handler);
	if (!keep(connection, data, size))
		weft__connection_break(connection);
}

/* Shows bytes that were just read, with those that were kept. */
static void
take(struct weft__connection *connection, const char *data, size_t size)
{
	if (!connection->pending) {
		show(connection, data, size);
		return;
	}
	if (!weft__grow(&connection->pending, &connection->pending_capacity,
		connection->pending_size + size, 1)) {
		weft__connection_break(connection);
		return;
	}
	memcpy(connection->pending + connection->pending_size, data, size);
	connection->pending_size += size;
	show(connection, connection->pending, connection->pending_size);
}

/* Bytes that may be read now. */
static size_t
room(const struct weft__connection *connection)
{
	if (!connection->pending)
		return WEFT__LOOP_BUFFER_SIZE;
	if (connection->pending_size >= connection->limits->input)
		return 0;
	return connection->limits->input - connection->pending_size;
}

/* TLS may hold input of which epoll knows nothing: another turn reads it. */
static void
read_on(struct weft__connection *connection)
{
	connection->has_more = connection->stream.ssl != NULL;
	if (connection->has_more)
		weft__connection_defer(connection);
}

void
weft__connection_read(struct weft__connection *connection)
{
	size_t size = room(connection);
	ssize_t got;

	connection->has_more = false;
	if (!size) {
		weft__connection_set_reading(connection, false);
		return;
	}
	if (size > WEFT__LOOP_BUFFER_SIZE)
		size = WEFT__LOOP_BUFFER_SIZE;
	got = weft__stream_read(
	    &connection->stream, connection->loop->buffer, size);
	if (got > 0) {
		take(connection, connection->loop->buffer, (size_t)got);
		if ((size_t)got == size)
			read_on(connection);
	} else if (got == WEFT__STREAM_END) {
		connection->has_ended = true;
		weft__connection_set_reading(connection, false);
		connection->handler->ended(connection->context);
	} else if (got == WEFT__STREAM_BROKEN) {
		weft__connection_fail(connection);
	}
}

/* Shows what is left; reads on if that made room. */
void
weft__connection_show_again(struct weft__connection *connection)
{
	connection->is_resumed = false;
	show(connection, connection->pending ? connection->pending : "",
	    connection->pending_size);
	if (connection->is_closed || connection->has_ended ||
	    connection->is_reading || !room(connection))
		return;
	weft__connection_set_reading(connection, true);
	read_on(connection);
}

void
weft__connection_resume(struct weft__connection *connection)
{
	connection->is_resumed = true;
	weft__connection_defer(connection);
}

bool
weft__connection_has_input(const struct weft__connection *connection)
{
	return connection->pending != NULL;
}
