#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/ws.h"
#include "tests/lib/ws_text.h"

/* One client of the server. */
struct guest {
	struct ws_server *server;
	struct weft__ws *ws;
	unsigned floods; /* yet to come */
};

static char flood[65536];

/* Sends as long as there is room, and waits to be told of more. */
static void
pour(struct guest *guest)
{
	while (!weft__ws_is_full(guest->ws))
		weft__ws_send(guest->ws, WEFT__WS_BINARY,
		    weft_slice_of(flood, sizeof flood));
	if (guest->floods--)
		weft__ws_ask(guest->ws);
}

static bool
is(struct weft_slice data, const char *text)
{
	return weft_slice_equal(data, weft_slice(text));
}

static void
message(void *context, enum weft__ws_kind kind, struct weft_slice data)
{
	struct guest *guest = context;
	struct ws_server *server = guest->server;

	server->messages++;
	if (is(data, WS_CLOSE)) {
		weft__ws_close(guest->ws, 4001, weft_slice("as you wish"));
		server->closed++;
		free(guest);
	} else if (is(data, WS_BREAK)) {
		weft__ws_break(guest->ws);
	} else if (is(data, WS_FLOOD)) {
		guest->floods = 1;
		pour(guest);
	} else if (is(data, WS_HOLD)) {
		server->held = guest->ws;
		weft__ws_pause(guest->ws);
	} else {
		weft__ws_send(guest->ws, kind, data);
	}
}

static void
drained(void *context)
{
	pour(context);
}

static void
closed(void *context, const struct weft__ws_end *end)
{
	struct guest *guest = context;
	struct ws_server *server = guest->server;

	snprintf(server->reason, sizeof server->reason, "%.*s",
	    (int)end->reason.size, end->reason.data);
	server->code = end->code;
	server->closed++;
	free(guest);
}

static const struct weft__ws_handler guest_handler = {
    .message = message, .drained = drained, .closed = closed};

static void
head(struct weft__http_request *request, struct weft__http_response *response,
    void *context)
{
	struct ws_server *server = context;
	struct guest *guest;

	if (weft_slice_equal(request->path, weft_slice("/settled"))) {
		weft__http_respond(response, 200, weft_slice("{}"));
		return;
	}
	guest = calloc(1, sizeof *guest);
	guest->server = server;
	guest->ws = weft__ws_upgrade(request, response, &server->settings,
	    &guest_handler, guest, &server->protocol);
	if (guest->ws)
		server->opened++;
	else
		free(guest);
}

void
ws_init(struct ws_server *server)
{
	*server = (struct ws_server){.protocol = NULL};
	http_init(&server->http);
	weft__ws_settings_init(&server->settings);
}

void
ws_start(struct ws_server *server, struct weft__tls *tls)
{
	const struct weft__http_handler handler = {
	    .head = head, .context = server};

	http_start(&server->http, &handler, tls);
}

void
ws_stop(struct ws_server *server)
{
	http_stop(&server->http);
}

static void
let_go(struct weft__task *task)
{
	struct ws_server *server = (void *)((char *)task -
	    offsetof(struct ws_server, let_go));

	weft__ws_resume(server->held);
}

void
ws_let_go(struct ws_server *server)
{
	server->let_go.run = let_go;
	weft__loop_post(weft__ws_loop(server->held), &server->let_go);
}

void
ws_request(const char *more, char *text, size_t size)
{
	snprintf(text, size,
	    "GET /socket HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
	    more);
}

int
ws_connect(const struct ws_server *server, const char *more)
{
	char text[4096];
	int fd = http_connect(&server->http);

	ws_request(more, text, sizeof text);
	http_send(fd, text);
	if (http_receive_head(fd, text, sizeof text) == 101)
		return fd;
	close(fd);
	return -1;
}

void
ws_send(int fd, const char *frames)
{
	struct weft_buf bytes = WEFT_BUF_INIT(SIZE_MAX / 2);

	ws_frames(frames, &bytes);
	http_send_bytes(fd, bytes.data, bytes.size);
	weft_buf_fini(&bytes);
}

static bool
read_all(int fd, void *data, size_t size)
{
	return size == 0 ||
	    recv(fd, data, size, MSG_WAITALL) == (ssize_t)size;
}

/* The payload's size, from the header's second byte on. */
static bool
read_size(int fd, uint64_t *size)
{
	unsigned char bytes[8];
	unsigned count;

	if (!read_all(fd, bytes, 1))
		return false;
	assert_true(bytes[0] < 128); /* a server does not mask */
	*size = bytes[0];
	if (*size < 126)
		return true;
	count = *size == 126 ? 2 : 8;
	*size = 0;
	if (!read_all(fd, bytes, count))
		return false;
	for (unsigned i = 0; i < count; i++)
		*size = *size << 8 | bytes[i];
	return true;
}

static void
note(unsigned first, struct weft_slice payload, struct weft_buf *out)
{
	char text[200];
	unsigned code = WEFT__WS_NO_CODE;

	switch (first) {
	case 0x81:
		ws_found("text", payload, out);
		return;
	case 0x82:
		ws_found("binary", payload, out);
		return;
	case 0x89:
		ws_found("ping", payload, out);
		return;
	case 0x8a:
		ws_found("pong", payload, out);
		return;
	case 0x88:
		if (payload.size)
			code = (unsigned)(unsigned char)payload.data[0] << 8 |
			    (unsigned char)payload.data[1];
		snprintf(text, sizeof text, "%u:%.*s", code,
		    payload.size ? (int)payload.size - 2 : 0,
		    payload.data + 2);
		ws_found("close", weft_slice(text), out);
		return;
	default:
		snprintf(text, sizeof text, "%02x", first);
		ws_found(text, payload, out);
	}
}

bool
ws_receive(int fd, unsigned count, struct weft_buf *out)
{
	uint64_t size;
	unsigned char first;
	char *payload;

	while (count-- > 0) {
		if (!read_all(fd, &first, 1) || !read_size(fd, &size))
			return false;
		payload = malloc((size_t)size + 1);
		assert_true(read_all(fd, payload, (size_t)size));
		note(first, weft_slice_of(payload, (size_t)size), out);
		free(payload);
	}
	return true;
}
