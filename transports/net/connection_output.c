#include <event2/buffer.h>

#include "transports/net/connection_private.h"

/* Bytes of output that the socket has not taken. */
static size_t
unsent(const struct weft__connection *connection)
{
	return connection->output ? evbuffer_get_length(connection->output)
	                          : 0;
}

bool
weft__connection_is_full(const struct weft__connection *connection)
{
	return unsent(connection) >= connection->limits->output_high;
}

/* The peer has 'write_ms' from now to take 'write_size' bytes. */
void
weft__connection_watch_output(struct weft__connection *connection)
{
	connection->taken = 0;
	weft__loop_set_timer(connection->loop, &connection->timer,
	    connection->limits->write_ms);
}

/* All is sent: the second half of weft__connection_finish(). */
static void
linger(struct weft__connection *connection)
{
	connection->is_lingering = true;
	weft__stream_shutdown(&connection->stream);
	weft__loop_set_timer(connection->loop, &connection->timer,
	    connection->limits->linger_ms);
	weft__connection_set_reading(connection, true);
}

static size_t
drop(void *context, const char *data, size_t size)
{
	struct weft__connection *connection = context;

	/* What came before our last bytes went does not hinder them. */
	if (connection->is_lingering)
		connection->dropped += size;
	if (connection->dropped > connection->limits->linger_size)
		weft__connection_close(connection);
	return size;
}

static void
drop_ended(void *context)
{
	struct weft__connection *connection = context;

	/* Before that, what is left must be sent: the peer may still read. */
	if (connection->is_lingering)
		weft__connection_close(connection);
}

static void
drop_nothing(void *context)
{
}

/* The handler of a connection that looks after itself. */
static const struct weft__connection_handler lingering = {
    drop, drop_ended, drop_nothing, drop_nothing};

/* After output went: what it was waited for. */
static void
after_flush(struct weft__connection *connection, bool is_blocked)
{
	weft__connection_set_writing(connection, is_blocked);
	if (is_blocked) {
		if (!connection->timer.link)
			weft__connection_watch_output(connection);
	} else if (connection->handler == &lingering &&
	    !connection->is_lingering) {
		linger(connection);
		if (connection->has_ended)
			weft__connection_break(connection);
	} else if (connection->timer.link && !connection->is_lingering) {
		weft__loop_clear_timer(
		    connection->loop, &connection->timer);
	}
}

/* Sends what the socket takes.  Calls no handler. */
void
weft__connection_flush(struct weft__connection *connection)
{
	size_t left = unsent(connection);
	ssize_t sent = 0;

	if (connection->is_shaking || connection->is_broken)
		return;
	if (left)
		sent = weft__stream_write(
		    &connection->stream, connection->output);
	if (sent == WEFT__STREAM_BROKEN) {
		weft__connection_break(connection);
		return;
	}
	connection->taken += sent > 0 ? (size_t)sent : 0;
	after_flush(connection, unsent(connection) > 0);
}

/* Sends, unless that is to be done later. */
static void
push(struct weft__connection *connection)
{
	if (!connection->is_inside && !connection->is_held &&
	    !connection->is_writing)
		weft__connection_flush(connection);
}

/* The room to append to; NULL: the connection breaks. */
static struct evbuffer *
output_of(struct weft__connection *connection)
{
	if (!connection->output)
		connection->output = evbuffer_new();
	if (!connection->output)
		weft__connection_break(connection);
	return connection->output;
}

/* Output was added: sends it, or leaves that to the end of the event. */
static void
added(struct weft__connection *connection, bool is_added)
{
	if (!is_added)
		weft__connection_break(connection);
	else
		push(connection);
}

void
weft__connection_hold(struct weft__connection *connection)
{
	connection->is_held = true;
}

void
weft__connection_release(struct weft__connection *connection)
{
	connection->is_held = false;
	push(connection);
}

void
weft__connection_send(
    struct weft__connection *connection, const void *data, size_t size)
{
	struct evbuffer *output = output_of(connection);

	if (output)
		added(connection, evbuffer_add(output, data, size) == 0);
}

void
weft__connection_send_shared(struct weft__connection *connection,
    const void *data, size_t size,
    void (*release)(const void *data, size_t size, void *context),
    void *context)
{
	struct evbuffer *output = output_of(connection);

	if (output && size &&
	    evbuffer_add_reference(output, data, size, release, context) == 0) {
		added(connection, true);
		return;
	}
	if (output && size)
		weft__connection_break(connection);
	release(data, size, context);
}

/* Calls 'drained' if it is owed and due. */
void
weft__connection_tell_drained(struct weft__connection *connection)
{
	if (!connection->is_asked || connection->is_closed ||
	    unsent(connection) > connection->limits->output_low)
		return;
	connection->is_asked = false;
	connection->handler->drained(connection->context);
}

void
weft__connection_ask(struct weft__connection *connection)
{
	connection->is_asked = true;
	if (!connection->is_writing)
		weft__connection_defer(connection);
}

void
weft__connection_finish(struct weft__connection *connection)
{
	connection->handler = &lingering;
	connection->context = connection;
	connection->is_asked = false;
	connection->is_held = false;
	push(connection);
}
