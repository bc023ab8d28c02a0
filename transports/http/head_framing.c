#define _GNU_SOURCE /* memmem */
/*
 * The headers that say where a message ends and what becomes of its
 * connection.  Whatever two readers could take in two ways is refused.
 */
#include <strings.h>

#include "transports/http/head.h"

bool
weft__http_same(struct weft_slice slice, const char *text)
{
	size_t size = strlen(text);

	return slice.data && slice.size == size &&
	    strncasecmp(slice.data, text, size) == 0;
}

/* The headers that count here, as far as they were seen. */
struct seen {
	struct weft_slice host;
	struct weft_slice content_length;
	struct weft_slice transfer_encoding;
};

/* Keeps the value of a header that may come once only. */
static bool
keep_once(struct weft_slice *kept, struct weft_slice value)
{
	if (kept->data)
		return false;
	*kept = value;
	return true;
}

/* Calls 'word' a part of a list between commas; the rest is left in '*list'. */
static struct weft_slice
next_word(struct weft_slice *list)
{
	const char *comma = memchr(list->data, ',', list->size);
	size_t size = comma ? (size_t)(comma - list->data) : list->size;
	struct weft_slice word = {list->data, size};

	list->data += size + (comma != NULL);
	list->size -= size + (comma != NULL);
	while (word.size && (*word.data == ' ' || *word.data == '\t')) {
		word.data++;
		word.size--;
	}
	while (word.size && (word.data[word.size - 1] == ' ' ||
	    word.data[word.size - 1] == '\t'))
		word.size--;
	return word;
}

static void
read_connection(struct weft__http_head *head, struct weft_slice list)
{
	struct weft_slice word;

	while (list.size) {
		word = next_word(&list);
		if (weft__http_same(word, "close"))
			head->wants_close = true;
		else if (weft__http_same(word, "keep-alive"))
			head->wants_keep_alive = true;
	}
}

/* Looks at one header. */
static bool
see(struct weft__http_head *head, const struct weft__http_header *header,
    struct seen *seen, struct weft__http_refusal *refusal)
{
	struct weft_slice name = header->name;

	if (weft__http_same(name, "host")) {
		if (!keep_once(&seen->host, header->value))
			return weft__http_refuse(refusal, 400, "two Hosts");
	} else if (weft__http_same(name, "content-length")) {
		if (!keep_once(&seen->content_length, header->value))
			return weft__http_refuse(
			    refusal, 400, "two Content-Lengths");
	} else if (weft__http_same(name, "transfer-encoding")) {
		if (!keep_once(&seen->transfer_encoding, header->value))
			return weft__http_refuse(
			    refusal, 501, "only chunked is decoded");
	} else if (weft__http_same(name, "connection")) {
		read_connection(head, header->value);
	} else if (weft__http_same(name, "expect")) {
		if (!weft__http_same(header->value, "100-continue"))
			return weft__http_refuse(
			    refusal, 417, "only 100-continue is expected");
		head->expects_continue = !head->is_http_1_0;
	}
	return true;
}

/* Digits only, and less than 2^60. */
static bool
read_length(struct weft_slice text, uint64_t *length)
{
	uint64_t value = 0;

	if (!text.size || text.size > 18)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text.data[i] - '0');
	}
	*length = value;
	return true;
}

static bool
is_host(struct weft_slice host)
{
	for (size_t i = 0; i < host.size; i++)
		if (host.data[i] <= ' ' || host.data[i] > '~' ||
		    strchr("/@?#,\\", host.data[i]))
			return false;
	return true;
}

/* An absolute target must name the host that the header names. */
static bool
agrees_with_host(struct weft_slice target, struct weft_slice host)
{
	const char *authority, *end;
	size_t size;

	if (!target.size || *target.data == '/' || *target.data == '*')
		return true;
	authority = memmem(target.data, target.size, "://", 3);
	if (!authority)
		return false;
	authority += 3;
	size = (size_t)(target.data + target.size - authority);
	end = memchr(authority, '/', size);
	if (end)
		size = (size_t)(end - authority);
	return size == host.size &&
	    strncasecmp(authority, host.data, size) == 0;
}

static bool
check_host(const struct weft__http_head *head, struct weft_slice host,
    struct weft__http_refusal *refusal)
{
	if (!host.data && !head->is_http_1_0)
		return weft__http_refuse(refusal, 400, "no Host");
	if (host.data && !is_host(host))
		return weft__http_refuse(refusal, 400, "malformed Host");
	if (host.data && !agrees_with_host(head->target, host))
		return weft__http_refuse(
		    refusal, 400, "target and Host differ");
	return true;
}

static bool
check_length(struct weft__http_head *head, const struct seen *seen,
    struct weft__http_refusal *refusal)
{
	if (seen->content_length.data &&
	    !read_length(seen->content_length, &head->content_length))
		return weft__http_refuse(
		    refusal, 400, "malformed Content-Length");
	if (!seen->transfer_encoding.data)
		return true;
	if (seen->content_length.data)
		return weft__http_refuse(refusal, 400,
		    "both Content-Length and Transfer-Encoding");
	if (head->is_http_1_0)
		return weft__http_refuse(
		    refusal, 400, "Transfer-Encoding in HTTP/1.0");
	if (!weft__http_same(seen->transfer_encoding, "chunked"))
		return weft__http_refuse(
		    refusal, 501, "only chunked is decoded");
	head->is_chunked = true;
	return true;
}

bool
weft__http_head_framing(
    struct weft__http_head *head, struct weft__http_refusal *refusal)
{
	const struct weft__http_request *request = head->request;
	struct seen seen = {{NULL, 0}, {NULL, 0}, {NULL, 0}};

	for (size_t i = 0; i < request->header_count; i++)
		if (!see(head, &head->headers[i], &seen, refusal))
			return false;
	return check_host(head, seen.host, refusal) &&
	    check_length(head, &seen, refusal);
}
