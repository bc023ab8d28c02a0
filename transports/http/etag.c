/*
 * Entity tags: what a client has already need not be sent again.
 */
#include "transports/http/exchange.h"

bool
weft__http_is_known(
    const struct weft__http_request *request, const char *etag)
{
	struct weft_slice tag = weft_slice(etag + strcspn(etag, "\""));
	struct weft_slice list = weft__http_header(request, "if-none-match");
	const char *end, *quote, *close;

	if (!list.size)
		return false;
	if (weft_slice_equal(list, weft_slice("*")))
		return true;
	end = list.data + list.size;
	/* W/ before the quotes does not matter here. */
	for (const char *at = list.data; at < end; at = close + 1) {
		quote = memchr(at, '"', (size_t)(end - at));
		close = quote ? memchr(quote + 1, '"',
				    (size_t)(end - quote - 1))
			      : NULL;
		if (!close)
			return false;
		if (weft_slice_equal(tag,
			weft_slice_of(quote, (size_t)(close + 1 - quote))))
			return true;
	}
	return false;
}

bool
weft__http_weaken_etag(struct weft__http_response *response)
{
	struct weft_buf *lines = &response->headers;
	size_t at = response->etag_at;

	if (!at || lines->data[at] != '"')
		return true;
	if (weft_buf_append(lines, "W/", 2))
		return false;
	memmove(lines->data + at + 2, lines->data + at, lines->size - at - 2);
	memcpy(lines->data + at, "W/", 2);
	return true;
}
