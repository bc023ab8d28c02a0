/*
 * Any bytes as an HTTP request: the same is read whole and byte by byte, what
 * is accepted has the shape that handlers rely on, and a body in chunks is
 * decoded to the same bytes however it is cut.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "tests/lib/fuzz.h"
#include "transports/http/chunked.h"
#include "transports/http/head.h"

/* Looks at a head of which 'step' bytes more come at a time. */
static bool
scan_by(struct weft__http_lines *lines, const char *data, size_t size,
    size_t step, struct weft__http_refusal *refusal)
{
	*lines = (struct weft__http_lines){0};
	for (size_t there = 0; there < size && !lines->is_complete;) {
		there = step < size - there ? there + step : size;
		if (!weft__http_lines_scan(lines, data, there, refusal))
			return false;
	}
	return true;
}

/* What a handler may take for granted. */
static void
check(const struct weft__http_head *head, const char *data, size_t size)
{
	const struct weft__http_request *request = head->request;

	assert(request->header_count <= WEFT_LIMIT_HTTP_HEADERS);
	assert(!head->is_chunked || !head->content_length);
	assert(request->path.size > 0);
	assert(!memchr(request->path.data, '?', request->path.size));
	for (size_t i = 0; i < request->header_count; i++) {
		struct weft_slice name = request->headers[i].name;
		struct weft_slice value = request->headers[i].value;

		assert(name.size && !memchr(name.data, ' ', name.size));
		assert(!memchr(value.data, '\n', value.size));
		assert(!memchr(value.data, '\0', value.size));
	}
	for (size_t i = 0; i < request->segment_count; i++)
		assert(!memchr(request->segments[i].data, '\0',
		    request->segments[i].size));
}

static bool
parse(const struct weft__http_lines *lines, const char *data,
    struct weft__http_head *head)
{
	static struct weft__http_request request;
	static struct weft__http_header headers[WEFT_LIMIT_HTTP_HEADERS + 8];
	static struct weft_slice segments[WEFT_LIMIT_HTTP_LINE + 1];
	static char decoded[WEFT_LIMIT_HTTP_LINE];
	struct weft__http_refusal refusal;

	assert(lines->line_count <= WEFT_LIMIT_HTTP_HEADERS + 1);
	request = (struct weft__http_request){0};
	*head = (struct weft__http_head){.request = &request,
	    .headers = headers,
	    .segments = segments,
	    .decoded = decoded};
	if (!weft__http_head_parse(head, data, lines->scanned, &refusal)) {
		assert(refusal.status >= 400 && refusal.text);
		return false;
	}
	assert(request.segment_count <= lines->slash_count + 1);
	check(head, data, lines->scanned);
	return true;
}

/* Decodes chunks that come 'step' bytes at a time; the body's size. */
static size_t
decode_by(const char *data, size_t size, size_t step, char *body,
    enum weft__http_chunks_result *result)
{
	struct weft__http_chunks chunks = {0};
	struct weft_slice input, part;
	size_t used = 0;

	*result = WEFT__CHUNKS_WAIT;
	for (size_t at = 0; at < size && *result == WEFT__CHUNKS_WAIT;) {
		input = weft_slice_of(
		    data + at, step < size - at ? step : size - at);
		at += input.size;
		while ((*result = weft__http_chunks_next(&chunks, &input,
			    &part)) == WEFT__CHUNKS_DATA) {
			memcpy(body + used, part.data, part.size);
			used += part.size;
		}
	}
	return used;
}

static void
decode(const char *data, size_t size)
{
	enum weft__http_chunks_result one_result, other_result;
	char *one = malloc(size + 1), *other = malloc(size + 1);
	size_t used = decode_by(data, size, size, one, &one_result);

	assert(decode_by(data, size, 1, other, &other_result) == used);
	assert(one_result == other_result);
	assert(memcmp(one, other, used) == 0);
	free(one);
	free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *data = (const char *)bytes;
	struct weft__http_lines one, other;
	struct weft__http_refusal one_refusal, other_refusal;
	struct weft__http_head head;
	bool is_good = scan_by(&one, data, size, size + 1, &one_refusal);

	if (size <= WEFT_LIMIT_HTTP_LINE) {
		assert(scan_by(&other, data, size, 1, &other_refusal) ==
		    is_good);
		assert(!is_good || (one.scanned == other.scanned &&
		    one.line_count == other.line_count &&
		    one.slash_count == other.slash_count));
	}
	if (!is_good || !one.is_complete || !parse(&one, data, &head))
		return 0;
	if (head.is_chunked)
		decode(data + one.scanned, size - one.scanned);
	return 0;
}
