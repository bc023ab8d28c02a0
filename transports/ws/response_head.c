#include "transports/ws/response_head.h"

#include "transports/ws/list.h"

/* Takes a line from the front of 'text'; false if it has bytes that no line
 * may have. */
static bool
take_line(struct weft_slice *text, struct weft_slice *line)
{
	const char *end = memchr(text->data, '\r', text->size);

	*line = weft_slice_of(text->data, (size_t)(end - text->data));
	text->size -= line->size + 2;
	text->data = end + 2;
	for (size_t i = 0; i < line->size; i++)
		if (((unsigned char)line->data[i] < ' ' &&
			line->data[i] != '\t') ||
		    line->data[i] == 0x7f)
			return false;
	return end[1] == '\n';
}

static bool
begins_with(struct weft_slice line, const char *text)
{
	const size_t size = strlen(text);

	return line.size >= size && memcmp(line.data, text, size) == 0;
}

/* One that speaks HTTP/1.0 may say no. */
static bool
has_version(struct weft_slice line)
{
	return begins_with(line, "HTTP/1.1 ") ||
	       (begins_with(line, "HTTP/1.0 ") &&
		   !begins_with(line, "HTTP/1.0 101"));
}

/* "HTTP/1.1 101 Switching Protocols" */
static bool
read_status(struct weft_slice line, int *status)
{
	static const size_t size = sizeof "HTTP/1.1 " - 1;
	const char *digits = line.data + size;

	if (line.size < size + 3 || !has_version(line))
		return false;
	*status = 0;
	for (int i = 0; i < 3; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		*status = *status * 10 + digits[i] - '0';
	}
	return line.size == size + 3 || digits[3] == ' ';
}

static bool
read_header(struct weft_slice line, struct weft__http_header *header)
{
	const char *colon = memchr(line.data, ':', line.size);

	if (!colon)
		return false;
	header->name =
	    weft_slice_of(line.data, (size_t)(colon - line.data));
	header->value = weft__ws_trim(weft_slice_of(
	    colon + 1, line.size - header->name.size - 1));
	return weft__ws_is_token(header->name);
}

/* The size of the head with its empty line, or 0. */
static size_t
find_end(const char *data, size_t size)
{
	for (size_t at = 0; size - at >= 4; at++) {
		const char *next = memchr(data + at, '\r', size - at - 3);

		if (!next)
			return 0;
		at = (size_t)(next - data);
		if (memcmp(next, "\r\n\r\n", 4) == 0)
			return at + 4;
	}
	return 0;
}

int
weft__ws_response_head_read(
    struct weft__ws_response_head *head, const char *data, size_t size)
{
	struct weft_slice text = {data, 0}, line;

	head->size = size < 4 ? 0 : find_end(data, size);
	head->count = 0;
	if (!head->size)
		return size < WEFT__WS_RESPONSE_SIZE ? 0 : -1;
	text.size = head->size - 2;
	if (!take_line(&text, &line) || !read_status(line, &head->status))
		return -1;
	while (text.size) {
		if (head->count == WEFT__WS_RESPONSE_HEADERS ||
		    !take_line(&text, &line) ||
		    !read_header(line, &head->headers[head->count++]))
			return -1;
	}
	return 1;
}
