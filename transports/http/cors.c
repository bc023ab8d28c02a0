/*
 * Cross-origin requests: which pages of other sites a browser lets read our
 * answers.  Origins are compared whole; "*" stands for any.
 */
#include "transports/http/exchange.h"

#define METHODS "GET, HEAD, POST, PUT, PATCH, DELETE"

/* Seconds for which a browser remembers what it was allowed. */
#define MAX_AGE "600"

/* What was configured for this origin, or NULL. */
static const char *
allowed(const struct weft__http_config *config, struct weft_slice origin)
{
	const char *const *each = config->cors_origins;

	for (; *each; each++)
		if (strcmp(*each, "*") == 0 ||
		    weft_slice_equal(weft_slice(*each), origin))
			return *each;
	return NULL;
}

int
weft__http_add_cors(
    const struct weft__http_response *response, struct weft_buf *out)
{
	const struct weft__http_config *config = response->thread->config;
	struct weft_slice origin;
	const char *entry;
	int code;

	if (!config->cors_origins)
		return 0;
	code = weft_buf_append_slice(out, weft_slice("Vary: Origin\r\n"));
	origin = weft__http_header(&response->request, "origin");
	entry = origin.data ? allowed(config, origin) : NULL;
	if (code || !entry)
		return code;
	if (strcmp(entry, "*") == 0)
		origin = weft_slice("*");
	code = weft_buf_printf(out, "Access-Control-Allow-Origin: %.*s\r\n",
	    (int)origin.size, origin.data);
	if (!code && response->etag_at)
		code = weft_buf_append_slice(
		    out, weft_slice("Access-Control-Expose-Headers: ETag\r\n"));
	if (!code && config->has_cors_credentials)
		code = weft_buf_append_slice(out,
		    weft_slice("Access-Control-Allow-Credentials: true\r\n"));
	return code;
}

bool
weft__http_is_preflight(const struct weft__http_response *response)
{
	const struct weft__http_request *request = &response->request;

	return response->thread->config->cors_origins &&
	    request->method == WEFT__HTTP_OPTIONS &&
	    weft__http_header(request, "origin").data &&
	    weft__http_header(request, "access-control-request-method").data;
}

void
weft__http_answer_preflight(struct weft__http_response *response)
{
	const struct weft__http_request *request = &response->request;
	struct weft_slice origin = weft__http_header(request, "origin");
	struct weft_slice headers =
	    weft__http_header(request, "access-control-request-headers");

	/* An origin that is not allowed is told nothing. */
	if (allowed(response->thread->config, origin)) {
		(void)weft__http_set_header(response,
		    "Access-Control-Allow-Methods", weft_slice(METHODS));
		(void)weft__http_set_header(
		    response, "Access-Control-Max-Age", weft_slice(MAX_AGE));
		if (headers.size)
			(void)weft__http_set_header(response,
			    "Access-Control-Allow-Headers", headers);
	}
	weft__http_respond(response, 204, (struct weft_slice){NULL, 0});
}
