#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/repl_server.h"

static void
take(struct weft__http_request *request, struct weft__http_response *response,
    void *context)
{
	weft__repl_server_take(context, request, response);
}

void
repl_server_init(struct repl_server *server, struct weft_registry *registry)
{
	static const char *const nobody[] = {NULL};

	memset(server, 0, sizeof *server);
	http_init(&server->http);
	weft__repl_options_init(&server->options);
	server->options.registry = registry;
	server->origins = nobody;
}

void
repl_server_start(struct repl_server *server, struct weft__tls *tls)
{
	struct weft__http_handler handler = {.head = take};

	assert_int_equal(weft__workers_create(2, &server->workers, NULL), 0);
	assert_int_equal(weft__watch_create(20, &server->watch, NULL), 0);
	server->options.workers = server->workers;
	server->options.watch = server->watch;
	assert_int_equal(weft__repl_server_create(&server->options,
			     server->origins, &server->server, NULL),
	    0);
	handler.context = server->server;
	http_start(&server->http, &handler, tls);
}

void
repl_server_stop(struct repl_server *server)
{
	weft__repl_server_stop(server->server);
	weft__workers_destroy(server->workers);
	http_stop(&server->http);
	weft__repl_server_destroy(server->server);
	weft__watch_destroy(server->watch);
}

const char *
repl_server_url(const struct repl_server *server)
{
	static char url[64];

	snprintf(url, sizeof url, "ws://127.0.0.1:%u/replicate",
	    (unsigned)server->http.port);
	return url;
}
