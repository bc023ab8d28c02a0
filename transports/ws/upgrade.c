/*
 * The server's side of the opening handshake (RFC 6455, 4.2).
 */
#include <stdio.h>

#include "transports/http/head.h"
#include "transports/ws/client.h"
#include "transports/ws/handshake.h"
#include "transports/ws/list.h"
#include "transports/ws/ws_private.h"

/* Bytes of the answer about extensions. */
#define EXTENSION_SIZE 256

/* What was agreed on, and what is answered if nothing was. */
struct upgrade {
	const struct weft__http_request *request;
	const struct weft__ws_settings *settings;
	struct weft_slice key;
	const char *protocol; /* NULL: none */
	struct weft__ws_deflate deflate;
	struct weft_buf extension;
	struct weft__http_refusal refusal;
};

static bool
refuse(struct upgrade *upgrade, int status, const char *text)
{
	return weft__http_refuse(&upgrade->refusal, status, text);
}

static struct weft__ws_list
list_of(const struct weft__http_request *request, const char *name)
{
	return weft__ws_list(request->headers, request->header_count, name);
}

static struct weft_slice
only(const struct weft__http_request *request, const char *name)
{
	return weft__ws_only(request->headers, request->header_count, name);
}

/* Whether the request asks for a WebSocket (it may do so badly). */
static bool
is_upgrade(const struct weft__http_request *request)
{
	return weft__ws_list_has(list_of(request, "upgrade"), "websocket");
}

struct weft_slice
weft__ws_offered(
    const struct weft__http_request *request, const char *prefix)
{
	struct weft__ws_list list = list_of(request, "sec-websocket-protocol");
	struct weft_slice offered;
	size_t size = strlen(prefix);

	while (weft__ws_list_next(&list, &offered))
		if (offered.size >= size &&
		    memcmp(offered.data, prefix, size) == 0)
			return offered;
	return (struct weft_slice){NULL, 0};
}

/* Whether it is a request that may be upgraded at all. */
static bool
check_request(struct upgrade *upgrade)
{
	const struct weft__http_request *request = upgrade->request;

	if (request->method != WEFT__HTTP_GET || request->is_head)
		return refuse(upgrade, 405, "a WebSocket begins with GET");
	if (!is_upgrade(request))
		return refuse(upgrade, 426, "this is for WebSockets");
	if (request->is_http_1_0)
		return refuse(upgrade, 400, "HTTP/1.1 is needed");
	if (!weft__ws_list_has(list_of(request, "connection"), "upgrade"))
		return refuse(upgrade, 400, "Connection must have Upgrade");
	if (request->body_size ||
	    weft__http_header(request, "transfer-encoding").data)
		return refuse(upgrade, 400, "a body is not expected");
	return true;
}

static bool
check_version(struct upgrade *upgrade)
{
	struct weft_slice version =
	    only(upgrade->request, "sec-websocket-version");

	if (!weft_slice_equal(version, weft_slice("13")))
		return refuse(upgrade, 426, "WebSocket version 13 is needed");
	return true;
}

static bool
check_key(struct upgrade *upgrade)
{
	upgrade->key = only(upgrade->request, "sec-websocket-key");
	if (!weft__ws_is_key(upgrade->key))
		return refuse(upgrade, 400, "bad Sec-WebSocket-Key");
	return true;
}

/* Whether the origin is that of the host that the request was sent to. */
static bool
is_own_origin(
    const struct weft__http_request *request, struct weft_slice origin)
{
	struct weft_slice host = only(request, "host");
	struct weft_slice scheme =
	    weft_slice(request->is_secure ? "https://" : "http://");

	return host.data && origin.size == scheme.size + host.size &&
	    memcmp(origin.data, scheme.data, scheme.size) == 0 &&
	    memcmp(origin.data + scheme.size, host.data, host.size) == 0;
}

static bool
is_listed_origin(const char *const *listed, struct weft_slice origin)
{
	for (; listed && *listed; listed++)
		if (strcmp(*listed, "*") == 0 ||
		    weft_slice_equal(origin, weft_slice(*listed)))
			return true;
	return false;
}

/* Browsers say which page connects; that must be one of those we know. */
static bool
check_origin(struct upgrade *upgrade)
{
	const struct weft__ws_settings *settings = upgrade->settings;
	struct weft_slice origin = only(upgrade->request, "origin");

	if (!weft__http_header(upgrade->request, "origin").data) {
		if (settings->needs_origin)
			return refuse(upgrade, 403, "an Origin is needed");
		return true;
	}
	if (origin.data &&
	    (is_listed_origin(settings->origins, origin) ||
	        (settings->allows_own_origin &&
	            is_own_origin(upgrade->request, origin))))
		return true;
	return refuse(upgrade, 403, "this Origin may not connect");
}

/* What is offered must be tokens; the first of ours that is there is it. */
static bool
choose_protocol(struct upgrade *upgrade)
{
	const char *const *ours = upgrade->settings->protocols;
	struct weft__ws_list list =
	    list_of(upgrade->request, "sec-websocket-protocol");
	struct weft__ws_list offered = list;
	struct weft_slice token;

	while (weft__ws_list_next(&list, &token))
		if (!weft__ws_is_token(token))
			return refuse(
			    upgrade, 400, "bad Sec-WebSocket-Protocol");
	if (!ours)
		return true;
	for (; *ours; ours++)
		for (list = offered; weft__ws_list_next(&list, &token);)
			if (weft_slice_equal(token, weft_slice(*ours))) {
				upgrade->protocol = *ours;
				return true;
			}
	return refuse(upgrade, 400, "no subprotocol that is known here");
}

/* Extensions are offers: the first one that can be accepted is. */
static bool
choose_extension(struct upgrade *upgrade)
{
	struct weft__ws_list list =
	    list_of(upgrade->request, "sec-websocket-extensions");
	struct weft_slice offer, rest, name, value;

	while (weft__ws_list_next(&list, &offer)) {
		for (rest = offer; rest.size;)
			if (!weft__ws_parameter(&rest, &name, &value))
				return refuse(upgrade, 400,
				    "bad Sec-WebSocket-Extensions");
		if (upgrade->settings->has_deflate && !upgrade->deflate.is_on)
			weft__ws_deflate_accept(
			    &upgrade->deflate, offer, &upgrade->extension);
	}
	return true;
}

static void
answer_refusal(struct upgrade *upgrade, struct weft__http_response *response)
{
	char body[256];
	int status = upgrade->refusal.status, code = 0;

	if (status == 426) {
		code = weft__http_set_header(
		    response, "Upgrade", weft_slice("websocket"));
		if (!code)
			code = weft__http_set_header(response,
			    "Sec-WebSocket-Version", weft_slice("13"));
	} else if (status == 405) {
		code = weft__http_set_header(
		    response, "Allow", weft_slice("GET"));
	}
	snprintf(body, sizeof body,
	    "{\"error\":{\"statusCode\":%d,\"name\":\"Error\","
	    "\"message\":\"%s\"}}",
	    status, upgrade->refusal.text);
	weft__http_respond(
	    response, code ? 500 : status, weft_slice(code ? "" : body));
}

static int
set_headers(const struct upgrade *upgrade, struct weft__http_response *response)
{
	char accept[WEFT__WS_ACCEPT_SIZE];
	int code;

	weft__ws_accept(upgrade->key, accept);
	code = weft__http_set_header(
	    response, "Upgrade", weft_slice("websocket"));
	if (!code)
		code = weft__http_set_header(
		    response, "Connection", weft_slice("Upgrade"));
	if (!code)
		code = weft__http_set_header(response, "Sec-WebSocket-Accept",
		    weft_slice(accept));
	if (!code && upgrade->protocol)
		code = weft__http_set_header(response,
		    "Sec-WebSocket-Protocol", weft_slice(upgrade->protocol));
	if (!code && upgrade->deflate.is_on)
		code = weft__http_set_header(response,
		    "Sec-WebSocket-Extensions",
		    weft_buf_slice(&upgrade->extension));
	return code;
}

/* Answers 101; NULL if that cannot be, or nobody is there any more. */
static struct weft__ws *
answer_upgrade(struct upgrade *upgrade, struct weft__http_response *response,
    const struct weft__ws_handler *handler, void *context)
{
	struct weft__ws *ws = weft__ws_create(weft__http_loop(response),
	    upgrade->settings, handler, context, true);
	struct weft__connection *net;

	if (!ws || set_headers(upgrade, response)) {
		if (ws)
			weft__ws_discard(ws);
		weft__http_respond(response, 500, weft_slice(""));
		return NULL;
	}
	ws->deflate = upgrade->deflate;
	net = weft__http_upgrade(response, &weft__ws_net_handler, ws);
	if (!net) {
		weft__ws_discard(ws);
		return NULL;
	}
	weft__ws_begin(ws, net);
	return ws;
}

struct weft__ws *
weft__ws_upgrade(const struct weft__http_request *request,
    struct weft__http_response *response,
    const struct weft__ws_settings *settings,
    const struct weft__ws_handler *handler, void *context,
    const char **protocol)
{
	struct upgrade upgrade = {.request = request,
	    .settings = settings,
	    .extension = WEFT_BUF_INIT(EXTENSION_SIZE)};
	struct weft__ws *ws = NULL;

	if (check_request(&upgrade) && check_version(&upgrade) &&
	    check_key(&upgrade) && check_origin(&upgrade) &&
	    choose_protocol(&upgrade) && choose_extension(&upgrade))
		ws = answer_upgrade(&upgrade, response, handler, context);
	else
		answer_refusal(&upgrade, response);
	weft_buf_fini(&upgrade.extension);
	if (protocol)
		*protocol = ws ? upgrade.protocol : NULL;
	return ws;
}
