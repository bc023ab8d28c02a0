/*
 * ws-echo: a server of our WebSockets, on one thread, which sends back each
 * message; prints where it listens, and ends with its input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "transports/http/server.h"
#include "transports/ws/ws.h"

static struct weft__ws_settings settings;

struct guest {
	struct weft__ws *ws;
};

static void
message(void *context, enum weft__ws_kind kind, struct weft_slice data)
{
	struct guest *guest = context;

	weft__ws_send(guest->ws, kind, data);
}

static void
closed(void *context, const struct weft__ws_end *end)
{
	free(context);
}

static const struct weft__ws_handler handler = {
    .message = message, .closed = closed};

static void
upgrade(struct weft__http_request *request,
    struct weft__http_response *response, void *context)
{
	struct guest *guest = calloc(1, sizeof *guest);

	guest->ws = weft__ws_upgrade(
	    request, response, &settings, &handler, guest, NULL);
	if (!guest->ws)
		free(guest);
}

int
main(void)
{
	static const struct weft__http_handler http = {.head = upgrade};
	struct weft__http_config config;
	struct weft__http_server *server;
	uint16_t port;
	char byte;

	weft__ws_settings_init(&settings);
	weft__http_config_init(&config);
	config.thread_count = 1;
	if (weft__http_server_create(&config, &http, &server, NULL) ||
	    weft__http_server_listen(
	        server, "127.0.0.1", 0, NULL, &port, NULL) ||
	    weft__http_server_start(server, NULL))
		return 1;
	printf("listening http://127.0.0.1:%u/\n", port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	weft__http_server_destroy(server);
	return 0;
}
