/*
 * Who a request is from when it comes through proxies: X-Forwarded-For, in
 * which each proxy has appended the address that it saw.  It is believed as
 * far as it was written by proxies that the configuration names.
 */
#include "transports/http/exchange.h"

static bool
is_proxy(const struct weft__http_active *active,
    const struct weft__address *address)
{
	for (size_t i = 0; i < active->proxy_count; i++)
		if (weft__network_has(&active->proxies[i], address))
			return true;
	return false;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the last part of a list off, without the spaces around it. */
static struct weft_slice
cut_last(struct weft_slice *list)
{
	size_t end = list->size, begin;

	while (end && is_space(list->data[end - 1]))
		end--;
	for (begin = end; begin && list->data[begin - 1] != ','; begin--)
		;
	list->size = begin ? begin - 1 : 0;
	while (begin < end && is_space(list->data[begin]))
		begin++;
	return weft_slice_of(list->data + begin, end - begin);
}

void
weft__http_find_client(struct weft__http_response *response)
{
	const struct weft__http_request *request = &response->request;
	const struct weft__http_active *active = response->thread->active;
	struct weft__address *peer = &response->peer, before;

	for (size_t i = request->header_count; i-- > 0;) {
		struct weft_slice list = request->headers[i].value;

		if (!weft__http_same(
			request->headers[i].name, "x-forwarded-for"))
			continue;
		while (list.size && is_proxy(active, peer)) {
			if (!weft__address_read(cut_last(&list), &before))
				return;
			*peer = before;
		}
	}
}
