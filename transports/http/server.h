/*
 * The HTTP server: loops on threads of their own, sockets that they listen
 * on, and what all of their connections share.
 */
#ifndef TRANSPORTS_HTTP_SERVER_H
#define TRANSPORTS_HTTP_SERVER_H

#include "transports/http/http.h"
#include "transports/net/loop.h"

struct weft__http_active;
struct weft__tls;
struct weft__http_server;

/* One line of an access log.  Holds no query, header or body. */
struct weft__http_entry {
	const struct weft__address *peer;
	struct weft_slice id;     /* of the request */
	struct weft_slice method; /* empty if the request was none */
	struct weft_slice path;
	int status;
	uint64_t received;  /* bytes of the body */
	uint64_t sent;      /* bytes of the body */
	uint64_t took_us;   /* from the head's end to the answer's */
	bool is_aborted;    /* the client did not get all of it */
};

/* Everything has a default: weft__http_config_init(). */
struct weft__http_config {
	unsigned thread_count; /* 0: one for each core */

	uint64_t head_ms;       /* for a whole head */
	uint64_t idle_ms;       /* between two requests */
	uint64_t body_ms;       /* in which ... */
	size_t body_rate;       /* ... a body brings so many bytes */
	struct weft__connection_limits connection;

	size_t connection_count;         /* altogether */
	size_t connections_of_address;
	size_t requests_of_connection;   /* then it is closed */
	uint64_t body_limit;             /* where 'head' is NULL */
	size_t body_memory;              /* larger bodies go to a file ... */
	const char *folder;              /* ... without name in this folder */

	bool has_gzip;                   /* compresses where a client asks */
	const char *const *cors_origins; /* ends with NULL; "*" is any */
	bool has_cors_credentials;       /* browsers may send cookies */
	const char *const *proxies; /* whose X-Forwarded-For is believed:
	                               addresses, networks; ends with NULL */

	/* Called on the loops' threads, several at once; may be NULL. */
	void (*log)(const struct weft__http_entry *entry, void *context);
	void *log_context;

	const struct weft_clock *clock;   /* NULL: the system's */
	const struct weft__ticks *ticks;  /* NULL: the system's */
};

/* Fills in the defaults, which docs/http.md lists. */
void weft__http_config_init(struct weft__http_config *config);

/*
 * Makes a server.  'config' and 'handler' are copied, what they point at is
 * kept.  Returns 0; WEFT_ECONFIG; WEFT_ENOMEM; WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__http_server_create(
    const struct weft__http_config *config,
    const struct weft__http_handler *handler,
    struct weft__http_server **server, struct weft_error *error);

/*
 * Makes another configuration ready, for weft__http_server_take() or
 * weft__http_active_destroy().  Returns 0; WEFT_ECONFIG; WEFT_ENOMEM.
 * Thread: any.
 */
WEFT_MUST_CHECK int weft__http_server_prepare(
    const struct weft__http_server *server,
    const struct weft__http_config *config, struct weft__http_active **fresh,
    struct weft_error *error);

/* Frees a configuration, with all before it.  NULL is allowed. */
void weft__http_active_destroy(struct weft__http_active *active);

/*
 * Serves by what was made ready from here on; it is taken over.  The number of
 * threads, clocks and what is said of connections stay as they are;
 * connections that are open stay.  What the configuration points at is kept
 * until the server is destroyed.
 * Thread: any, one at a time.
 */
void weft__http_server_take(
    struct weft__http_server *server, struct weft__http_active *fresh);

/*
 * Listens on host and port, as weft__listen() says; 'tls' is kept (NULL:
 * plain).  May be called several times before the start.
 * Returns 0; WEFT_EINVAL; WEFT_EIO; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__http_server_listen(struct weft__http_server *server,
    const char *host, uint16_t port, struct weft__tls *tls,
    uint16_t *bound_port, struct weft_error *error);

/*
 * Starts the threads: requests are served from here on.
 * Returns 0; WEFT_EIO (no thread): it can then only be destroyed.
 */
WEFT_MUST_CHECK int weft__http_server_start(
    struct weft__http_server *server, struct weft_error *error);

/*
 * Begins to end: no more connections are taken, idle ones are closed, open
 * requests are still answered, streams are asked to end.  Returns at once.
 * Thread: any.
 */
void weft__http_server_drain(struct weft__http_server *server);

/* How many connections there are.  Thread: any. */
size_t weft__http_server_connections(struct weft__http_server *server);

/* Breaks what is still open, ends the threads, frees; NULL is allowed. */
void weft__http_server_destroy(struct weft__http_server *server);

#endif
