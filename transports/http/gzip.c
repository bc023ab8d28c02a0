#include "transports/http/gzip.h"

#include <zlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

/* Smaller bodies are not worth it. */
#define LEAST_BODY 1024

/* Bytes that come out at a time. */
#define PART 16384

struct weft__http_gzip {
	z_stream stream;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the first part of 'text' up to 'mark' off, without spaces around. */
static struct weft_slice
cut(struct weft_slice *text, char mark)
{
	const char *end = memchr(text->data, mark, text->size);
	size_t size = end ? (size_t)(end - text->data) : text->size;
	struct weft_slice part = {text->data, size};

	text->data += size + (end != NULL);
	text->size -= size + (end != NULL);
	while (part.size && is_space(*part.data)) {
		part.data++;
		part.size--;
	}
	while (part.size && is_space(part.data[part.size - 1]))
		part.size--;
	return part;
}

/* Whether the parameters of a coding refuse it: "q=0", "q=0.00". */
static bool
is_refused(struct weft_slice parameters)
{
	struct weft_slice value;

	while (parameters.size) {
		value = cut(&parameters, ';');
		if (!weft__http_same(cut(&value, '='), "q"))
			continue;
		for (size_t i = 0; i < value.size; i++)
			if (value.data[i] >= '1' && value.data[i] <= '9')
				return false;
		return true;
	}
	return false;
}

/* Whether this value of Accept-Encoding takes gzip. */
static bool
takes_gzip(struct weft_slice accept_encoding)
{
	struct weft_slice coding, name;
	bool takes = false;

	while (accept_encoding.size) {
		coding = cut(&accept_encoding, ',');
		if (!coding.size)
			continue;
		name = cut(&coding, ';');
		if (weft__http_same(name, "gzip"))
			return !is_refused(coding);
		if (weft__http_same(name, "*"))
			takes = !is_refused(coding);
	}
	return takes;
}

static bool
is_wanted(const struct weft__http_response *response, int64_t length)
{
	const struct weft__http_thread *thread = response->thread;

	return thread->config->has_gzip && response->connection &&
	    !response->request.is_head && response->is_text &&
	    (length < 0 || length >= LEAST_BODY) &&
	    thread->gzip_count < WEFT_LIMIT_HTTP_GZIPS &&
	    takes_gzip(weft__http_header(
	        &response->request, "accept-encoding"));
}

static void *
allocate(void *context, unsigned count, unsigned size)
{
	return weft__calloc(count, size);
}

static void
release(void *context, void *memory)
{
	weft__free(memory);
}

bool
weft__http_gzip_begin(struct weft__http_response *response, int64_t length)
{
	struct weft__http_gzip *gzip;

	if (!is_wanted(response, length))
		return false;
	gzip = weft__calloc(1, sizeof *gzip);
	if (!gzip)
		return false;
	gzip->stream.zalloc = allocate;
	gzip->stream.zfree = release;
	/* 15 + 16: the largest window, with gzip's frame. */
	if (deflateInit2(&gzip->stream, 1, Z_DEFLATED, 15 + 16, 8,
		Z_DEFAULT_STRATEGY) != Z_OK) {
		weft__free(gzip);
		return false;
	}
	if (!weft__http_weaken_etag(response)) {
		deflateEnd(&gzip->stream);
		weft__free(gzip);
		return false;
	}
	response->gzip = gzip;
	response->thread->gzip_count++;
	return true;
}

int
weft__http_gzip_add(struct weft__http_gzip *gzip, struct weft_slice bytes,
    bool is_end, struct weft_buf *out)
{
	z_stream *stream = &gzip->stream;
	int code;

	stream->next_in = (void *)(uintptr_t)bytes.data;
	stream->avail_in = (uInt)bytes.size;
	do {
		code = weft_buf_reserve(out, PART);
		if (code)
			return code;
		stream->next_out = (unsigned char *)out->data + out->size;
		stream->avail_out = PART;
		deflate(stream, is_end ? Z_FINISH : Z_NO_FLUSH);
		out->size += PART - stream->avail_out;
		out->data[out->size] = '\0';
	} while (stream->avail_out == 0);
	return 0;
}

void
weft__http_gzip_end(struct weft__http_response *response)
{
	if (!response->gzip)
		return;
	deflateEnd(&response->gzip->stream);
	weft__free(response->gzip);
	response->gzip = NULL;
	response->thread->gzip_count--;
}
