/*
 * The client's side of the opening handshake (RFC 6455, 4.1): connects, asks
 * for the upgrade, and believes nothing in the answer that it has not asked
 * for.
 */
#include "transports/ws/client.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "transports/http/head.h"
#include "transports/net/dial.h"
#include "transports/net/tls_client.h"
#include "transports/ws/handshake.h"
#include "transports/ws/list.h"
#include "transports/ws/response_head.h"
#include "transports/ws/ws_private.h"

/* Bytes of the request. */
#define REQUEST_SIZE 16384

struct weft__ws_opening {
	struct weft__dial *dial;      /* under way, or NULL */
	struct weft__tls_client *tls; /* borrowed; NULL: plain */
	struct ssl_st *ssl;           /* the connection's */
	struct weft_buf request;
	char *host;
	char accept[WEFT__WS_ACCEPT_SIZE]; /* what the server must answer */
};

void
weft__ws_opening_destroy(struct weft__ws_opening *opening)
{
	if (!opening)
		return;
	weft__dial_cancel(opening->dial);
	weft_buf_fini(&opening->request);
	weft__free(opening->host);
	weft__free(opening);
}

/* Host, with its port where that is not the scheme's. */
static int
add_host(struct weft_buf *out, const struct weft__ws_target *target)
{
	bool is_ipv6 = strchr(target->host, ':') != NULL;
	int code = weft_buf_printf(out, is_ipv6 ? "Host: [%s]" : "Host: %s",
	    target->host);

	if (!code && target->port != (target->tls ? 443 : 80))
		code = weft_buf_printf(out, ":%u", target->port);
	return code ? code : weft_buf_append(out, "\r\n", 2);
}

static int
add_line(struct weft_buf *out, const char *name, const char *value)
{
	return value ? weft_buf_printf(out, "%s: %s\r\n", name, value) : 0;
}

static int
add_protocols(struct weft_buf *out, const char *const *protocols)
{
	int code = 0;

	for (size_t i = 0; !code && protocols && protocols[i]; i++)
		code = weft_buf_printf(out, "%s%s",
		    i ? ", " : "Sec-WebSocket-Protocol: ", protocols[i]);
	if (!code && protocols && *protocols)
		code = weft_buf_append(out, "\r\n", 2);
	return code;
}

/* Writes the request, with a new key. */
static int
write_request(struct weft__ws *ws, const struct weft__ws_target *target)
{
	struct weft__ws_opening *opening = ws->opening;
	struct weft_buf *out = &opening->request;
	unsigned char bytes[16];
	char key[WEFT__WS_KEY_SIZE];
	int code;

	weft__clock_random(ws->loop->clock, bytes, sizeof bytes);
	weft__ws_make_key(bytes, key);
	weft__ws_accept(weft_slice(key), opening->accept);
	code = weft_buf_printf(out, "GET %s HTTP/1.1\r\n", target->path);
	if (!code)
		code = add_host(out, target);
	if (!code)
		code = weft_buf_append_slice(out,
		    weft_slice("Upgrade: websocket\r\nConnection: Upgrade\r\n"
			       "Sec-WebSocket-Version: 13\r\n"));
	if (!code)
		code = add_line(out, "Sec-WebSocket-Key", key);
	if (!code)
		code = add_line(out, "Origin", target->origin);
	if (!code)
		code = add_line(out, "Authorization", target->authorization);
	if (!code)
		code = add_protocols(out, ws->settings->protocols);
	if (!code && ws->settings->has_deflate)
		code = add_line(out, "Sec-WebSocket-Extensions",
		    WEFT__WS_DEFLATE_OFFER);
	return code ? code : weft_buf_append(out, "\r\n", 2);
}

/* It will not be. */
static void
fail(struct weft__ws *ws, const struct weft__ws_end *end)
{
	if (ws->net)
		weft__connection_close(ws->net);
	ws->net = NULL;
	weft__ws_end(ws, end);
}

static void
fail_with(struct weft__ws *ws, const char *reason)
{
	const struct weft__ws_end end = {
	    .code = WEFT__WS_BROKEN, .reason = weft_slice(reason)};

	fail(ws, &end);
}

/* The answer is another one than 101. */
static void
fail_with_status(
    struct weft__ws *ws, const struct weft__ws_response_head *head)
{
	struct weft_slice retry =
	    weft__ws_only(head->headers, head->count, "retry-after");
	char reason[64];
	struct weft__ws_end end = {
	    .code = WEFT__WS_BROKEN, .status = head->status};

	snprintf(reason, sizeof reason, "the server answered %d",
	    head->status);
	end.reason = weft_slice(reason);
	/* Seconds; a date is not worth the trouble. */
	for (size_t i = 0; i < retry.size && i < 6 && retry.data[i] >= '0' &&
	     retry.data[i] <= '9'; i++)
		end.retry_ms =
		    end.retry_ms * 10 + (uint64_t)(retry.data[i] - '0') * 1000;
	fail(ws, &end);
}

/* Whether the server chose one of the subprotocols that it had to. */
static bool
check_protocol(const struct weft__ws *ws,
    const struct weft__ws_response_head *head, struct weft_slice *protocol)
{
	const char *const *ours = ws->settings->protocols;
	struct weft__ws_list list = weft__ws_list(
	    head->headers, head->count, "sec-websocket-protocol");
	struct weft_slice token;

	*protocol = (struct weft_slice){NULL, 0};
	if (!weft__ws_list_next(&list, &token))
		return !ours;
	for (; ours && *ours; ours++)
		if (weft_slice_equal(token, weft_slice(*ours)))
			*protocol = token;
	return protocol->data && !weft__ws_list_next(&list, &token);
}

/* Whether the server takes no extension but what was offered. */
static bool
check_extensions(
    struct weft__ws *ws, const struct weft__ws_response_head *head)
{
	struct weft__ws_list list = weft__ws_list(
	    head->headers, head->count, "sec-websocket-extensions");
	struct weft_slice extension;

	while (weft__ws_list_next(&list, &extension))
		if (!ws->settings->has_deflate || ws->deflate.is_on ||
		    !weft__ws_deflate_agree(&ws->deflate, extension))
			return false;
	return true;
}

/* What is wrong with the answer, or NULL. */
static const char *
wrong_answer(struct weft__ws *ws, const struct weft__ws_response_head *head,
    struct weft_slice *protocol)
{
	const struct weft__http_header *headers = head->headers;
	struct weft_slice accept =
	    weft__ws_only(headers, head->count, "sec-websocket-accept");

	if (!weft__ws_list_has(
		weft__ws_list(headers, head->count, "upgrade"), "websocket") ||
	    !weft__ws_list_has(weft__ws_list(headers, head->count,
		"connection"), "upgrade"))
		return "the server does not upgrade";
	if (!weft_slice_equal(accept, weft_slice(ws->opening->accept)))
		return "the server has not understood our key";
	if (!check_protocol(ws, head, protocol))
		return "the server speaks another subprotocol";
	if (!check_extensions(ws, head))
		return "the server uses an extension that was not offered";
	return NULL;
}

/* The answer is whole. */
static void
take_answer(struct weft__ws *ws, const struct weft__ws_response_head *head)
{
	struct weft_slice protocol;
	const char *wrong;

	if (head->status != 101) {
		fail_with_status(ws, head);
		return;
	}
	wrong = wrong_answer(ws, head, &protocol);
	if (wrong) {
		fail_with(ws, wrong);
		return;
	}
	weft__ws_opening_destroy(ws->opening);
	ws->opening = NULL;
	weft__connection_set_handler(ws->net, &weft__ws_net_handler, ws);
	weft__ws_begin(ws, ws->net);
	ws->handler->opened(ws->context, protocol);
}

static size_t
received(void *context, const char *data, size_t size)
{
	struct weft__ws *ws = context;
	struct weft__ws_response_head head;
	int result = weft__ws_response_head_read(&head, data, size);

	if (!result)
		return 0;
	ws->is_inside = true;
	if (result < 0)
		fail_with(ws, "the server does not speak HTTP");
	else
		take_answer(ws, &head);
	weft__ws_leave(ws);
	return result < 0 ? size : head.size;
}

static void
closed(void *context)
{
	struct weft__ws *ws = context;
	const char *distrust = ws->opening->ssl
	    ? weft__tls_client_distrust(ws->opening->ssl)
	    : NULL;
	char reason[200];
	struct weft__ws_end end = {.code = WEFT__WS_BROKEN,
	    .reason = weft_slice("the server closed the connection"),
	    .is_untrusted = distrust != NULL};

	if (distrust) {
		snprintf(reason, sizeof reason, "the certificate of %s: %s",
		    ws->opening->host, distrust);
		end.reason = weft_slice(reason);
	}
	ws->net = NULL;
	weft__ws_end(ws, &end);
}

static void
ended(void *context)
{
	fail_with(context, "the server closed the connection");
}

static void
drained(void *context)
{
}

static const struct weft__connection_handler opening_handler = {
    received, ended, drained, closed};

/* There is a socket: asks for the upgrade. */
static void
ask(struct weft__ws *ws, int fd, const struct weft__address *peer)
{
	struct weft__ws_opening *opening = ws->opening;
	const struct weft__connection_start start = {.fd = fd,
	    .ssl = opening->ssl,
	    .peer = *peer,
	    .limits = &ws->settings->connection};

	if (weft__connection_create(
		ws->loop, &start, &opening_handler, ws, &ws->net, NULL)) {
		ws->net = NULL;
		fail_with(ws, "out of memory");
		return;
	}
	weft__connection_send(
	    ws->net, opening->request.data, opening->request.size);
}

static void
dialed(int fd, const struct weft__address *peer,
    const struct weft_error *error, void *context)
{
	struct weft__ws *ws = context;
	struct weft__ws_opening *opening = ws->opening;

	opening->dial = NULL;
	if (fd < 0) {
		fail_with(ws, error->text);
		return;
	}
	if (opening->tls) {
		opening->ssl = weft__tls_client_connect(
		    opening->tls, fd, opening->host);
		if (!opening->ssl) {
			close(fd);
			fail_with(ws, "out of memory");
			return;
		}
	}
	ask(ws, fd, peer);
}

/* Whether it can be part of a line of the request. */
static bool
is_line(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static int
begin(struct weft__ws *ws, const struct weft__ws_target *target,
    struct weft_error *error)
{
	struct weft__ws_opening *opening = weft__calloc(1, sizeof *opening);

	ws->opening = opening;
	if (!opening)
		return weft_error_set(error, WEFT_ENOMEM, "%s", target->host);
	weft_buf_init(&opening->request, REQUEST_SIZE);
	opening->tls = target->tls;
	opening->host = weft__strdup(target->host);
	if (!opening->host)
		return weft_error_set(error, WEFT_ENOMEM, "%s", target->host);
	if (write_request(ws, target))
		return weft_error_set(error, WEFT_EINVAL,
		    "%s: the address is too long", target->host);
	return weft__dial(ws->loop, target->host, target->port, dialed, ws,
	    &opening->dial, error);
}

int
weft__ws_connect(struct weft__loop *loop, const struct weft__ws_target *target,
    const struct weft__ws_settings *settings,
    const struct weft__ws_handler *handler, void *context,
    struct weft__ws **ws_out, struct weft_error *error)
{
	struct weft__ws *ws;
	int code;

	*ws_out = NULL;
	if (!is_line(target->host) || !is_line(target->path) ||
	    strchr(target->path, ' ') || !is_line(target->origin) ||
	    !is_line(target->authorization))
		return weft_error_set(error, WEFT_EINVAL,
		    "an address must not have control characters");
	ws = weft__ws_create(loop, settings, handler, context, false);
	if (!ws)
		return weft_error_set(error, WEFT_ENOMEM, "%s", target->host);
	code = begin(ws, target, error);
	if (code) {
		weft__ws_discard(ws);
		return code;
	}
	weft__loop_set_timer(loop, &ws->timer, settings->open_ms);
	*ws_out = ws;
	return 0;
}
