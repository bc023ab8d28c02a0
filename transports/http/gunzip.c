#include "transports/http/gunzip.h"

#include <zlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

/* Bytes that come out at a time. */
#define PART 16384

/* Bytes that may come out whatever went in. */
#define FREE (1024u * 1024)

struct weft__http_gunzip {
	z_stream stream;
	bool is_whole;
};

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
weft__http_gunzip_begin(struct weft__http_response *response)
{
	struct weft__http_thread *thread = response->thread;
	struct weft__http_gunzip *gunzip;

	if (thread->gunzip_count >= WEFT_LIMIT_HTTP_GUNZIPS)
		return false;
	gunzip = weft__calloc(1, sizeof *gunzip);
	if (!gunzip)
		return false;
	gunzip->stream.zalloc = allocate;
	gunzip->stream.zfree = release;
	/* 15 + 16: the largest window, gzip's frame alone. */
	if (inflateInit2(&gunzip->stream, 15 + 16) != Z_OK) {
		weft__free(gunzip);
		return false;
	}
	response->gunzip = gunzip;
	thread->gunzip_count++;
	return true;
}

/* Whether so much came out of so little that it is meant to do harm. */
static bool
is_bomb(const z_stream *stream)
{
	return stream->total_out > FREE &&
	    stream->total_out / WEFT_LIMIT_HTTP_INFLATION > stream->total_in;
}

/* Goes on until the part is full, or the input is used up. */
static int
inflate_part(struct weft__http_gunzip *gunzip, struct weft_error *error)
{
	z_stream *stream = &gunzip->stream;
	int result = gunzip->is_whole ? Z_DATA_ERROR
				      : inflate(stream, Z_NO_FLUSH);

	gunzip->is_whole = result == Z_STREAM_END;
	if (result == Z_MEM_ERROR)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (result == Z_OK || result == Z_BUF_ERROR ||
	    (result == Z_STREAM_END && !stream->avail_in))
		return 0;
	return weft_error_set(error, WEFT_EINVAL, "the body is not gzip");
}

int
weft__http_gunzip_add(struct weft__http_response *response,
    struct weft_slice bytes, struct weft_error *error)
{
	struct weft__http_gunzip *gunzip = response->gunzip;
	z_stream *stream = &gunzip->stream;
	char part[PART];
	int code;

	stream->next_in = (void *)(uintptr_t)bytes.data;
	stream->avail_in = (uInt)bytes.size;
	do {
		stream->next_out = (void *)part;
		stream->avail_out = PART;
		code = inflate_part(gunzip, error);
		if (!code && is_bomb(stream))
			code = weft_error_set(error, WEFT_ELIMIT, "inflation");
		if (!code)
			code = weft__http_body_append(&response->body,
			    weft_slice_of(part, PART - stream->avail_out),
			    error);
	} while (!code && stream->avail_out == 0 && !gunzip->is_whole);
	return code;
}

bool
weft__http_gunzip_is_whole(const struct weft__http_gunzip *gunzip)
{
	return gunzip->is_whole;
}

void
weft__http_gunzip_end(struct weft__http_response *response)
{
	if (!response->gunzip)
		return;
	inflateEnd(&response->gunzip->stream);
	weft__free(response->gunzip);
	response->gunzip = NULL;
	response->thread->gunzip_count--;
}
