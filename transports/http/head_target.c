/*
 * The target of a request: path and query, and the path's segments.
 */
#include "core/base/json.h"
#include "transports/http/head.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at 'text' stands for; negative: it is none. */
static int
unescape(const char *text, size_t size)
{
	int high, low;

	if (size < 3)
		return -1;
	high = hex_value(text[1]);
	low = hex_value(text[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool
is_utf8(struct weft_slice text)
{
	const char *end = text.data + text.size;
	uint32_t character;
	size_t size;

	for (const char *at = text.data; at < end; at += size) {
		size = weft__json_decode_utf8(at, end, &character);
		if (!size)
			return false;
	}
	return true;
}

/* Decodes a segment to '*out', which is moved on. */
static bool
decode(struct weft_slice text, char **out, struct weft_slice *segment)
{
	char *start = *out;
	int byte;

	for (size_t i = 0; i < text.size; i++) {
		byte = (unsigned char)text.data[i];
		if (byte == '%') {
			byte = unescape(text.data + i, text.size - i);
			if (byte <= 0)
				return false;
			i += 2;
		}
		*(*out)++ = (char)byte;
	}
	*segment = weft_slice_of(start, (size_t)(*out - start));
	return is_utf8(*segment);
}

/* The path's segments; one slash at the end adds none. */
static bool
split(struct weft__http_head *head, struct weft_slice path)
{
	struct weft__http_request *request = head->request;
	char *out = head->decoded;
	const char *slash;
	size_t size;

	while (path.size > 1) {
		path.data++; /* the slash */
		path.size--;
		slash = memchr(path.data, '/', path.size);
		size = slash ? (size_t)(slash - path.data) : path.size;
		if (!decode(weft_slice_of(path.data, size), &out,
			&head->segments[request->segment_count++]))
			return false;
		path.data += size;
		path.size -= size;
	}
	request->segments = head->segments;
	return true;
}

/* Whether a NUL is hidden in it. */
static bool
has_nul(struct weft_slice text)
{
	for (size_t i = 0; i + 2 < text.size; i++)
		if (memcmp(text.data + i, "%00", 3) == 0)
			return true;
	return false;
}

/* Takes "http://host" off; framing has compared the host. */
static struct weft_slice
without_authority(struct weft_slice target)
{
	const char *slash;

	if (!target.size || *target.data == '/' || *target.data == '*')
		return target;
	slash = memchr(target.data, '/', target.size);
	slash = memchr(slash + 2, '/',
	    target.size - (size_t)(slash + 2 - target.data));
	if (!slash)
		return weft_slice("/");
	return weft_slice_of(
	    slash, target.size - (size_t)(slash - target.data));
}

bool
weft__http_head_target(
    struct weft__http_head *head, struct weft__http_refusal *refusal)
{
	struct weft__http_request *request = head->request;
	struct weft_slice target = without_authority(head->target);
	const char *mark;

	if (has_nul(target) || memchr(target.data, '#', target.size))
		return weft__http_refuse(refusal, 400, "malformed target");
	mark = memchr(target.data, '?', target.size);
	request->path = target;
	request->query = (struct weft_slice){NULL, 0};
	if (mark) {
		request->path.size = (size_t)(mark - target.data);
		request->query = weft_slice_of(
		    mark + 1, target.size - request->path.size - 1);
	}
	if (request->path.size == 1 && *request->path.data == '*')
		return request->method == WEFT__HTTP_OPTIONS ||
		    weft__http_refuse(refusal, 400, "malformed target");
	if (!request->path.size || *request->path.data != '/' ||
	    !split(head, request->path))
		return weft__http_refuse(refusal, 400, "malformed target");
	return true;
}
