/*
 * The inside of a connection, which its three files share: connection.c has
 * its life and its events, the others what they do with bytes.
 */
#ifndef TRANSPORTS_NET_CONNECTION_PRIVATE_H
#define TRANSPORTS_NET_CONNECTION_PRIVATE_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "transports/net/connection.h"
#include "transports/net/stream.h"

struct weft__connection {
	struct weft__loop *loop;
	const struct weft__connection_handler *handler;
	void *context;
	const struct weft__connection_limits *limits;
	struct weft__admission *admission;
	struct weft__connection *next; /* of the loop, until it is closed */
	struct weft__connection **link;
	struct weft__stream stream;
	struct event readable;
	struct event writable;
	struct weft__task soon;   /* does what is owed, see below */
	struct weft__timer timer; /* handshake, then write, then linger */
	struct evbuffer *output;  /* NULL until there is some */
	char *pending;            /* shown, not consumed; NULL: none */
	size_t pending_size;
	size_t pending_capacity;
	size_t taken;   /* bytes that went since the write timer was set */
	size_t dropped; /* bytes while lingering */
	struct weft__address peer;
	bool is_reading;     /* 'readable' is added */
	bool is_writing;     /* 'writable' is added */
	bool is_inside;      /* an event is being handled: send at its end */
	bool is_held;        /* the owner will add more */
	bool is_shaking;     /* the handshake is not done */
	bool is_soon;        /* 'soon' is deferred */
	bool has_more;       /* TLS may hold input that epoll does not see */
	bool is_resumed;     /* 'received' is owed */
	bool is_asked;       /* 'drained' is owed */
	bool has_ended;      /* the peer sends no more */
	bool is_broken;      /* 'closed' is owed */
	bool is_lingering;   /* ours is sent and shut */
	bool is_closed;      /* to be freed when the event is handled */
};

/* connection.c: ends it from our side; in the frame of an event only (I1). */
void weft__connection_fail(struct weft__connection *connection);

/* Has what is owed done in a turn of its own. */
void weft__connection_defer(struct weft__connection *connection);

/* Waits for input or output of the socket, or does not. */
void weft__connection_set_reading(
    struct weft__connection *connection, bool is_reading);
void weft__connection_set_writing(
    struct weft__connection *connection, bool is_writing);

/* connection_input.c: reads what is there and shows it to the owner. */
void weft__connection_read(struct weft__connection *connection);

/* Shows what is left; reads on if that made room. */
void weft__connection_show_again(struct weft__connection *connection);

/* connection_output.c: sends what the socket takes; calls no handler. */
void weft__connection_flush(struct weft__connection *connection);

/* The peer has 'write_ms' from now to take 'write_size' bytes. */
void weft__connection_watch_output(struct weft__connection *connection);

/* Calls 'drained' if it is owed and due. */
void weft__connection_tell_drained(struct weft__connection *connection);

#endif
