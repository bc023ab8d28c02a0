/*
 * The life of a WebSocket.
 *
 *   OPENING -> OPEN -> CLOSING -> OVER     any state may go to OVER
 *
 * I1  The handler is called in OPENING (to say that it failed) and OPEN only.
 * I2  It is freed at the end of the callback in which it came to OVER, or at
 *     once outside of one.
 */
#include "transports/ws/ws.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "transports/ws/client.h"
#include "transports/ws/ws_private.h"

void
weft__ws_settings_init(struct weft__ws_settings *settings)
{
	*settings = (struct weft__ws_settings){
	    .connection = {.input = 65536,
	        .output_high = 4 * 1024 * 1024,
	        .output_low = 1024 * 1024,
	        .handshake_ms = 10000,
	        .write_ms = 60000,
	        .write_size = 60 * 1024,
	        .linger_ms = 1000,
	        .linger_size = 1024 * 1024},
	    .message_size = WEFT_LIMIT_WS_MESSAGE,
	    .fragments = WEFT_LIMIT_WS_FRAGMENTS,
	    .controls = WEFT_LIMIT_WS_CONTROLS,
	    .ping_ms = 30000,
	    .pings = 2,
	    .close_ms = 5000,
	    .open_ms = 30000,
	    .allows_own_origin = true,
	    .deflate_from = 1024};
}

void
weft__ws_leave(struct weft__ws *ws)
{
	ws->is_inside = false;
	if (ws->state == WEFT__WS_OVER)
		weft__ws_discard(ws);
}

/* Frees it unless something still runs in it. */
static void
release(struct weft__ws *ws)
{
	if (!ws->is_inside)
		weft__ws_leave(ws);
}

void
weft__ws_discard(struct weft__ws *ws)
{
	weft__loop_clear_timer(ws->loop, &ws->timer);
	weft__ws_opening_destroy(ws->opening);
	weft__ws_reader_fini(&ws->reader);
	weft__free(ws);
}

void
weft__ws_end(struct weft__ws *ws, const struct weft__ws_end *end)
{
	const struct weft__ws_handler *handler = ws->handler;
	bool is_owned = ws->state < WEFT__WS_CLOSING;

	if (ws->state == WEFT__WS_OVER)
		return;
	ws->state = WEFT__WS_OVER;
	weft__loop_clear_timer(ws->loop, &ws->timer);
	if (ws->net)
		weft__connection_finish(ws->net);
	ws->net = NULL;
	if (is_owned)
		handler->closed(ws->context, end);
	release(ws);
}

/* It ends without a close of the peer's; 'reason' is for our own side. */
static void
end_broken(struct weft__ws *ws, const char *reason)
{
	const struct weft__ws_end end = {
	    .code = WEFT__WS_BROKEN, .reason = weft_slice(reason)};

	weft__ws_end(ws, &end);
}

/* A close came, or something for which we close. */
static void
end_with(struct weft__ws *ws, const struct weft__ws_item *item)
{
	const struct weft__ws_end end = {
	    .code = (int)item->code, .reason = item->data};

	if (ws->state == WEFT__WS_OPEN)
		weft__ws_send_close(ws, end.code, end.reason);
	weft__ws_end(ws, &end);
}

/* Counts a ping or pong; false if there were too many in this second. */
static bool
count_control(struct weft__ws *ws)
{
	uint64_t second = weft__loop_now_ms(ws->loop) / 1000;

	if (ws->second != second)
		ws->controls = 0;
	ws->second = second;
	return ++ws->controls <= ws->settings->controls;
}

static void
take_control(struct weft__ws *ws, enum weft__ws_found found,
    struct weft__ws_item *item)
{
	if (!count_control(ws)) {
		item->code = WEFT__WS_POLICY;
		item->data = weft_slice("too many pings");
		end_with(ws, item);
	} else if (found == WEFT__WS_FOUND_PING &&
	    ws->state == WEFT__WS_OPEN) {
		weft__ws_send_bytes(ws, WEFT__WS_OP_PONG, false, item->data);
	}
}

/* Takes one item; false if there is none any more. */
static bool
take_next(struct weft__ws *ws, struct weft_slice *input)
{
	struct weft__ws_item item;
	enum weft__ws_found found =
	    weft__ws_reader_next(&ws->reader, input, &item);

	switch (found) {
	case WEFT__WS_FOUND_NOTHING:
		return false;
	case WEFT__WS_FOUND_MESSAGE:
		if (ws->state == WEFT__WS_OPEN)
			ws->handler->message(
			    ws->context, item.kind, item.data);
		return true;
	case WEFT__WS_FOUND_PING:
	case WEFT__WS_FOUND_PONG:
		take_control(ws, found, &item);
		return true;
	default:
		end_with(ws, &item);
		return false;
	}
}

/*
 * Whether more may be taken: not while the owner wants none, and not while
 * the peer does not take what it gets for it.
 */
static bool
may_take(struct weft__ws *ws)
{
	if (ws->state == WEFT__WS_CLOSING)
		return true;
	if (ws->state != WEFT__WS_OPEN || ws->is_paused)
		return false;
	if (!weft__connection_is_full(ws->net))
		return true;
	weft__connection_ask(ws->net);
	return false;
}

static size_t
received(void *context, const char *data, size_t size)
{
	struct weft__ws *ws = context;
	struct weft_slice input = {data, size};

	ws->is_heard |= size > 0;
	ws->is_inside = true;
	while (may_take(ws) && take_next(ws, &input))
		;
	weft__ws_reader_rest(&ws->reader);
	weft__ws_leave(ws);
	return size - input.size;
}

static void
ended(void *context)
{
	struct weft__ws *ws = context;

	ws->is_inside = true;
	end_broken(ws, "the peer left without a close");
	weft__ws_leave(ws);
}

static void
drained(void *context)
{
	struct weft__ws *ws = context;

	ws->is_inside = true;
	if (ws->is_asked && ws->state == WEFT__WS_OPEN) {
		ws->is_asked = false;
		ws->handler->drained(ws->context);
	}
	if (ws->state != WEFT__WS_OVER && weft__connection_has_input(ws->net))
		weft__connection_resume(ws->net);
	weft__ws_leave(ws);
}

static void
closed(void *context)
{
	struct weft__ws *ws = context;

	ws->net = NULL;
	ws->is_inside = true;
	end_broken(ws, "the connection broke");
	weft__ws_leave(ws);
}

const struct weft__connection_handler weft__ws_net_handler = {
    received, ended, drained, closed};

/* Some time has passed: pings a peer that was silent, gives up a dead one. */
static void
look_alive(struct weft__ws *ws)
{
	bool is_listening =
	    !ws->is_paused && !weft__connection_is_full(ws->net);

	if (ws->is_heard || !is_listening) {
		ws->pings = 0;
	} else if (ws->pings++ >= ws->settings->pings) {
		weft__connection_close(ws->net);
		ws->net = NULL;
		end_broken(ws, "the peer does not answer");
		return;
	} else {
		weft__ws_send_bytes(
		    ws, WEFT__WS_OP_PING, false, weft_slice(""));
	}
	ws->is_heard = false;
	weft__loop_set_timer(ws->loop, &ws->timer, ws->settings->ping_ms);
}

static void
on_timer(struct weft__timer *timer)
{
	struct weft__ws *ws =
	    (void *)((char *)timer - offsetof(struct weft__ws, timer));

	if (ws->state == WEFT__WS_OPEN)
		look_alive(ws);
	else
		end_broken(ws, "timed out");
}

struct weft__ws *
weft__ws_create(struct weft__loop *loop,
    const struct weft__ws_settings *settings,
    const struct weft__ws_handler *handler, void *context, bool is_server)
{
	struct weft__ws *ws = weft__calloc(1, sizeof *ws);

	if (!ws)
		return NULL;
	ws->loop = loop;
	ws->settings = settings;
	ws->handler = handler;
	ws->context = context;
	ws->is_server = is_server;
	ws->timer.fire = on_timer;
	return ws;
}

void
weft__ws_begin(struct weft__ws *ws, struct weft__connection *net)
{
	ws->net = net;
	ws->state = WEFT__WS_OPEN;
	weft__connection_set_limits(net, &ws->settings->connection);
	weft__ws_reader_init(
	    &ws->reader, ws->settings, ws->is_server, ws->deflate.is_on);
	weft__loop_set_timer(ws->loop, &ws->timer, ws->settings->ping_ms);
}

void
weft__ws_close(struct weft__ws *ws, int code, struct weft_slice reason)
{
	if (ws->state == WEFT__WS_OPEN) {
		weft__ws_send_close(ws, code, reason);
		ws->state = WEFT__WS_CLOSING;
		weft__loop_set_timer(
		    ws->loop, &ws->timer, ws->settings->close_ms);
		weft__connection_resume(ws->net);
	} else if (ws->state == WEFT__WS_OPENING) {
		ws->state = WEFT__WS_OVER;
		if (ws->net)
			weft__connection_close(ws->net);
		ws->net = NULL;
		release(ws);
	}
}

void
weft__ws_break(struct weft__ws *ws)
{
	if (ws->net)
		weft__connection_break(ws->net);
	else
		weft__loop_set_timer(ws->loop, &ws->timer, 0);
}

void
weft__ws_set_message_size(struct weft__ws *ws, size_t size)
{
	ws->reader.message_size = size;
}

bool
weft__ws_is_full(const struct weft__ws *ws)
{
	return ws->net && weft__connection_is_full(ws->net);
}

void
weft__ws_ask(struct weft__ws *ws)
{
	ws->is_asked = true;
	if (ws->net)
		weft__connection_ask(ws->net);
}

void
weft__ws_pause(struct weft__ws *ws)
{
	ws->is_paused = true;
}

void
weft__ws_resume(struct weft__ws *ws)
{
	ws->is_paused = false;
	if (ws->state == WEFT__WS_OPEN)
		weft__connection_resume(ws->net);
}

struct weft__loop *
weft__ws_loop(const struct weft__ws *ws)
{
	return ws->loop;
}
