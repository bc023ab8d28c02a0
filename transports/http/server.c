#include "transports/http/server.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "transports/http/exchange.h"
#include "transports/net/admission.h"
#include "transports/net/listener.h"
#include "transports/net/tls.h"

/* Bytes of a head, or of a part of a body that is compressed. */
#define SCRATCH_SIZE 131072

/* A socket that one thread listens on. */
struct weft__http_listening {
	struct weft__http_listening *next;
	struct weft__http_thread *thread;
	struct weft__listener *listener;
	struct weft__tls *tls; /* NULL: plain */
};

struct weft__http_server {
	struct weft__http_active *active; /* and those before it */
	struct weft__http_handler handler;
	struct weft__admission *admission;
	struct weft__http_thread *threads;
	unsigned thread_count;
	unsigned running_count;
	atomic_bool is_draining;
};

static int
create_thread(struct weft__http_server *server,
    struct weft__http_thread *thread, struct weft_error *error)
{
	unsigned char random[4];

	thread->server = server;
	thread->active = server->active;
	thread->config = &server->active->config;
	thread->handler = &server->handler;
	weft_buf_init(&thread->scratch, SCRATCH_SIZE);
	weft__clock_random(&weft__clock_system, random, sizeof random);
	snprintf(thread->id_prefix, sizeof thread->id_prefix,
	    "%02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
	return weft__loop_create(
	    thread->config->ticks, thread->config->clock, &thread->loop, error);
}

/* How many threads there are to be. */
static unsigned
count_threads(const struct weft__http_config *config)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned count = config->thread_count;

	if (!count)
		count = cores > 0 ? (unsigned)cores : 1;
	return count < WEFT_LIMIT_HTTP_THREADS ? count
					       : WEFT_LIMIT_HTTP_THREADS;
}

/* Makes what the server owns. */
static int
create_parts(struct weft__http_server *server, struct weft_error *error)
{
	int code = 0;

	const struct weft__http_config *config = &server->active->config;

	server->thread_count = count_threads(config);
	server->admission = weft__admission_create(
	    config->connection_count, config->connections_of_address);
	server->threads =
	    weft__calloc(server->thread_count, sizeof *server->threads);
	if (!server->admission || !server->threads)
		return weft_error_set(error, WEFT_ENOMEM, "HTTP server");
	for (unsigned i = 0; !code && i < server->thread_count; i++)
		code = create_thread(server, &server->threads[i], error);
	return code;
}

int
weft__http_server_create(const struct weft__http_config *config,
    const struct weft__http_handler *handler,
    struct weft__http_server **server_out, struct weft_error *error)
{
	struct weft__http_server *server = weft__calloc(1, sizeof *server);
	int code;

	*server_out = NULL;
	if (!server)
		return weft_error_set(error, WEFT_ENOMEM, "HTTP server");
	server->handler = *handler;
	code = weft__http_active_create(config, 0, &server->active, error);
	if (!code)
		code = create_parts(server, error);
	if (code) {
		weft__http_server_destroy(server);
		return code;
	}
	*server_out = server;
	return 0;
}

/* What a client is told that cannot be served now. */
static const char *
words(enum weft__admission_answer answer)
{
	if (answer == WEFT__REFUSED_ADDRESS)
		return "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n"
		       "Connection: close\r\nContent-Length: 0\r\n\r\n";
	return "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
	       "Connection: close\r\nContent-Length: 0\r\n\r\n";
}

/* Says that and closes.  Best effort: what matters is to be quick. */
static void
turn_away(int fd, const char *text)
{
	send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	close(fd);
}

static void
accepted(int fd, const struct weft__address *peer, void *context)
{
	struct weft__http_listening *listening = context;
	struct weft__http_thread *thread = listening->thread;
	struct weft__http_server *server = thread->server;
	enum weft__admission_answer answer =
	    weft__admission_enter(server->admission, peer);
	struct weft__connection_start start = {.fd = fd,
	    .peer = *peer,
	    .admission = server->admission,
	    .limits = &thread->config->connection};

	if (answer != WEFT__ADMITTED) {
		turn_away(fd, listening->tls ? "" : words(answer));
		return;
	}
	if (listening->tls)
		start.ssl = weft__tls_accept(listening->tls, fd);
	if (listening->tls && !start.ssl) {
		turn_away(fd, "");
		weft__admission_leave(server->admission, peer);
		return;
	}
	weft__http_connection_start(thread, &start);
}

static void
on_switch(struct weft__task *task)
{
	struct weft__http_switch *one = (void *)((char *)task -
	    offsetof(struct weft__http_switch, task));

	one->thread->active = one->active;
	one->thread->config = &one->active->config;
}

int
weft__http_server_prepare(const struct weft__http_server *server,
    const struct weft__http_config *config, struct weft__http_active **fresh,
    struct weft_error *error)
{
	*fresh = NULL;
	return weft__http_active_create(
	    config, server->thread_count, fresh, error);
}

void
weft__http_server_take(
    struct weft__http_server *server, struct weft__http_active *fresh)
{
	struct weft__http_switch *one;

	fresh->before = server->active;
	server->active = fresh;
	weft__admission_limit(server->admission,
	    fresh->config.connection_count,
	    fresh->config.connections_of_address);
	for (unsigned i = 0; i < server->thread_count; i++) {
		one = &fresh->switches[i];
		one->task.run = on_switch;
		one->thread = &server->threads[i];
		one->active = fresh;
		weft__loop_post(one->thread->loop, &one->task);
	}
}

/* Has one thread listen on the socket, which is given. */
static int
listen_on_thread(struct weft__http_thread *thread, int fd,
    struct weft__tls *tls, struct weft_error *error)
{
	struct weft__http_listening *listening =
	    weft__calloc(1, sizeof *listening);
	int code;

	if (!listening) {
		close(fd);
		return weft_error_set(error, WEFT_ENOMEM, "HTTP server");
	}
	listening->thread = thread;
	listening->tls = tls;
	code = weft__listener_create(thread->loop, fd, accepted, listening,
	    &listening->listener, error);
	if (code) {
		weft__free(listening);
		return code;
	}
	listening->next = thread->listenings;
	thread->listenings = listening;
	return 0;
}

int
weft__http_server_listen(struct weft__http_server *server, const char *host,
    uint16_t port, struct weft__tls *tls, uint16_t *bound_port,
    struct weft_error *error)
{
	uint16_t bound = port;
	int fd, code = 0;

	/* The first one finds the port, the others share it. */
	for (unsigned i = 0; !code && i < server->thread_count; i++) {
		code = weft__listen(host, bound, &fd, &bound, error);
		if (!code)
			code = listen_on_thread(
			    &server->threads[i], fd, tls, error);
	}
	if (!code)
		*bound_port = bound;
	return code;
}

static void
stop_listening(struct weft__http_thread *thread)
{
	struct weft__http_listening *listening;

	while ((listening = thread->listenings)) {
		thread->listenings = listening->next;
		weft__listener_destroy(listening->listener);
		weft__free(listening);
	}
}

static void
on_drain(struct weft__task *task)
{
	struct weft__http_thread *thread = (void *)((char *)task -
	    offsetof(struct weft__http_thread, drain));
	struct weft__http_connection *connection, *next;

	thread->is_draining = true;
	stop_listening(thread);
	/*
	 * A handler that is told of one may answer others as well: none is
	 * closed before all were told.
	 */
	for (connection = thread->connections; connection;
	     connection = connection->next)
		connection->is_inside = true;
	for (connection = thread->connections; connection;
	     connection = connection->next)
		weft__http_connection_drain(connection);
	for (connection = thread->connections; connection; connection = next) {
		next = connection->next;
		connection->is_inside = false;
		weft__http_connection_settle(connection);
	}
}

void
weft__http_server_drain(struct weft__http_server *server)
{
	if (atomic_exchange(&server->is_draining, true))
		return;
	for (unsigned i = 0; i < server->thread_count; i++) {
		server->threads[i].drain.run = on_drain;
		weft__loop_post(
		    server->threads[i].loop, &server->threads[i].drain);
	}
}

static void *
run_thread(void *context)
{
	struct weft__http_thread *thread = context;

	weft__loop_run(thread->loop);
	stop_listening(thread);
	weft__connection_break_all(thread->loop);
	return NULL;
}

int
weft__http_server_start(
    struct weft__http_server *server, struct weft_error *error)
{
	struct weft__http_thread *thread;
	int code;

	for (unsigned i = 0; i < server->thread_count; i++) {
		thread = &server->threads[i];
		code = pthread_create(
		    &thread->thread, NULL, run_thread, thread);
		if (code)
			return weft_error_set(error, WEFT_EIO,
			    "HTTP server: thread: %s", strerror(code));
		server->running_count++;
	}
	return 0;
}

size_t
weft__http_server_connections(struct weft__http_server *server)
{
	return weft__admission_count(server->admission);
}

void
weft__http_server_destroy(struct weft__http_server *server)
{
	if (!server)
		return;
	for (unsigned i = 0; i < server->running_count; i++)
		weft__loop_stop(server->threads[i].loop);
	for (unsigned i = 0; i < server->running_count; i++)
		pthread_join(server->threads[i].thread, NULL);
	for (unsigned i = 0; server->threads && i < server->thread_count;
	     i++) {
		stop_listening(&server->threads[i]);
		weft__loop_destroy(server->threads[i].loop);
		weft_buf_fini(&server->threads[i].scratch);
	}
	weft__admission_destroy(server->admission);
	weft__free(server->threads);
	weft__http_active_destroy(server->active);
	weft__free(server);
}
