#include "transports/net/connection.h"

#include <event2/buffer.h>

#include "core/base/alloc.h"
#include "transports/net/admission.h"
#include "transports/net/connection_private.h"

static void
destroy(struct weft__connection *connection)
{
	if (connection->is_inside || connection->is_soon)
		return; /* leave() will */
	if (connection->output)
		evbuffer_free(connection->output);
	if (connection->admission)
		weft__admission_leave(
		    connection->admission, &connection->peer);
	weft__free(connection->pending);
	weft__free(connection);
}

void
weft__connection_close(struct weft__connection *connection)
{
	if (connection->is_closed)
		return;
	connection->is_closed = true;
	event_del(&connection->readable);
	event_del(&connection->writable);
	weft__loop_clear_timer(connection->loop, &connection->timer);
	weft__stream_close(&connection->stream);
	if (connection->next)
		connection->next->link = connection->link;
	*connection->link = connection->next;
	destroy(connection);
}

/* The end from our side; in the frame of an event only (I1). */
void
weft__connection_fail(struct weft__connection *connection)
{
	if (connection->is_closed)
		return;
	connection->handler->closed(connection->context);
	weft__connection_close(connection);
}

void
weft__connection_defer(struct weft__connection *connection)
{
	/*
	 * Not event_active() on its events: libevent would not add one that
	 * is active, and says nothing.
	 */
	if (connection->is_soon || connection->is_closed)
		return;
	connection->is_soon = true;
	weft__loop_defer(connection->loop, &connection->soon);
}

/* The same, from anywhere: a later turn does it. */
void
weft__connection_break(struct weft__connection *connection)
{
	connection->is_broken = true;
	weft__connection_defer(connection);
}

void
weft__connection_set_reading(
    struct weft__connection *connection, bool is_reading)
{
	if (connection->is_reading == is_reading)
		return;
	connection->is_reading = is_reading;
	if (!is_reading)
		event_del(&connection->readable);
	else if (event_add(&connection->readable, NULL) != 0)
		weft__connection_break(connection);
}

void
weft__connection_set_writing(
    struct weft__connection *connection, bool is_writing)
{
	if (connection->is_writing == is_writing)
		return;
	connection->is_writing = is_writing;
	if (!is_writing)
		event_del(&connection->writable);
	else if (event_add(&connection->writable, NULL) != 0)
		weft__connection_break(connection);
}

static void
shake(struct weft__connection *connection)
{
	int result = weft__stream_handshake(&connection->stream);

	if (result == 1) {
		connection->is_shaking = false;
		weft__loop_clear_timer(connection->loop, &connection->timer);
		weft__connection_set_writing(connection, false);
		weft__connection_read(connection);
	} else if (result == WEFT__STREAM_WANT_READ ||
	    result == WEFT__STREAM_WANT_WRITE) {
		weft__connection_set_writing(
		    connection, result == WEFT__STREAM_WANT_WRITE);
	} else {
		weft__connection_fail(connection);
	}
}

/* The end of an event: sends what came together, frees what was closed. */
static void
leave(struct weft__connection *connection)
{
	if (!connection->is_closed && !connection->is_writing)
		weft__connection_flush(connection);
	connection->is_inside = false;
	if (connection->is_closed)
		destroy(connection);
}

static void
on_readable(evutil_socket_t fd, short what, void *context)
{
	struct weft__connection *connection = context;

	connection->is_inside = true;
	if (connection->is_shaking)
		shake(connection);
	else
		weft__connection_read(connection);
	leave(connection);
}

static void
on_writable(evutil_socket_t fd, short what, void *context)
{
	struct weft__connection *connection = context;

	connection->is_inside = true;
	if (connection->is_shaking) {
		shake(connection);
	} else {
		weft__connection_flush(connection);
		weft__connection_tell_drained(connection);
	}
	leave(connection);
}

/* Does what is owed. */
static void
on_soon(struct weft__task *task)
{
	struct weft__connection *connection = (void *)((char *)task -
	    offsetof(struct weft__connection, soon));

	connection->is_soon = false;
	connection->is_inside = true;
	if (connection->is_broken)
		weft__connection_fail(connection);
	if (connection->is_resumed && !connection->is_closed)
		weft__connection_show_again(connection);
	if (connection->has_more && !connection->is_closed)
		weft__connection_read(connection);
	if (!connection->is_writing)
		weft__connection_tell_drained(connection);
	leave(connection);
}

/* A deadline: only a peer that took enough output goes on. */
static void
on_timer(struct weft__timer *timer)
{
	struct weft__connection *connection = (void *)((char *)timer -
	    offsetof(struct weft__connection, timer));

	if (connection->is_writing && !connection->is_shaking &&
	    connection->taken >= connection->limits->write_size) {
		weft__connection_watch_output(connection);
		return;
	}
	connection->is_inside = true;
	weft__connection_fail(connection);
	leave(connection);
}

int
weft__connection_create(struct weft__loop *loop,
    const struct weft__connection_start *start,
    const struct weft__connection_handler *handler, void *context,
    struct weft__connection **connection_out, struct weft_error *error)
{
	struct weft__stream stream = {start->fd, start->ssl};
	struct weft__connection *connection =
	    weft__calloc(1, sizeof *connection);

	if (!connection) {
		weft__stream_close(&stream);
		if (start->admission)
			weft__admission_leave(start->admission, &start->peer);
		return weft_error_set(error, WEFT_ENOMEM, "connection");
	}
	connection->loop = loop;
	connection->handler = handler;
	connection->context = context;
	connection->limits = start->limits;
	connection->admission = start->admission;
	connection->peer = start->peer;
	connection->stream = stream;
	connection->timer.fire = on_timer;
	connection->soon.run = on_soon;
	connection->next = loop->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	connection->link = &loop->connections;
	loop->connections = connection;
	event_assign(&connection->readable, loop->base, stream.fd,
	    EV_READ | EV_PERSIST, on_readable, connection);
	event_assign(&connection->writable, loop->base, stream.fd,
	    EV_WRITE | EV_PERSIST, on_writable, connection);
	if (stream.ssl) {
		connection->is_shaking = true;
		weft__loop_set_timer(loop, &connection->timer,
		    start->limits->handshake_ms);
	}
	weft__connection_set_reading(connection, true);
	weft__connection_set_writing(
	    connection, weft__stream_begins(&connection->stream));
	*connection_out = connection;
	return 0;
}

void
weft__connection_set_handler(struct weft__connection *connection,
    const struct weft__connection_handler *handler, void *context)
{
	connection->handler = handler;
	connection->context = context;
}

void
weft__connection_set_limits(struct weft__connection *connection,
    const struct weft__connection_limits *limits)
{
	connection->limits = limits;
}

bool
weft__connection_has_ended(const struct weft__connection *connection)
{
	return connection->has_ended;
}

bool
weft__connection_is_secure(const struct weft__connection *connection)
{
	return connection->stream.ssl != NULL;
}

const struct weft__address *
weft__connection_peer(const struct weft__connection *connection)
{
	return &connection->peer;
}

void
weft__connection_break_all(struct weft__loop *loop)
{
	struct weft__connection *connection;

	while ((connection = loop->connections)) {
		connection->is_inside = true;
		weft__connection_fail(connection);
		leave(connection);
	}
}
