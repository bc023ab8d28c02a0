/*
 * Bodies of messages, compressed each on its own: no memory is kept between
 * two of them, and one that is packed once is sent to many.
 */
#include <libdeflate.h>
#include <zstd.h>

#include "transports/weft/wire/message.h"

/* Smaller bodies are not worth it: to begin takes some 50 us. */
#define LEAST_SIZE 1024

#define ZSTD_LEVEL 1
#define DEFLATE_LEVEL 1

/* An unpacked body: this, or so many times as much as it was packed. */
#define FREE_SIZE (1024u * 1024)
#define MOST_TIMES 100

static const char *const packings[] = {
    [WEFT__REPL_ZSTD] = "zstd", [WEFT__REPL_DEFLATE] = "deflate"};

enum weft__repl_packing
weft__repl_packing_of(struct weft_slice name)
{
	for (unsigned i = 1; i < sizeof packings / sizeof *packings; i++)
		if (weft_slice_equal(name, weft_slice(packings[i])))
			return (enum weft__repl_packing)i;
	return WEFT__REPL_PLAIN;
}

enum weft__repl_packing
weft__repl_choose_packing(struct weft_slice list)
{
	enum weft__repl_packing packing = WEFT__REPL_PLAIN;
	struct weft__json_value element;
	struct weft_slice name;
	size_t offset = 0;

	if (!list.data || weft__json_token_type(list) != WEFT__JSON_ARRAY)
		return WEFT__REPL_PLAIN;
	while (!packing && weft__json_element(list, &offset, &element))
		if (element.type == WEFT__JSON_STRING &&
		    weft__json_plain_string(element.token, &name))
			packing = weft__repl_packing_of(name);
	return packing;
}

const char *
weft__repl_packing_name(enum weft__repl_packing packing)
{
	return packings[packing];
}

/* Whether a body of so many bytes may stand for so many. */
static bool
may_become(size_t packed, uint64_t size)
{
	return size <= FREE_SIZE || size / MOST_TIMES <= packed;
}

/* Packs into 'room' bytes.  Returns how many it took; 0: it does not fit. */
static size_t
pack_zstd(struct weft_slice bytes, char *out, size_t room)
{
	size_t size =
	    ZSTD_compress(out, room, bytes.data, bytes.size, ZSTD_LEVEL);

	return ZSTD_isError(size) ? 0 : size;
}

static size_t
pack_deflate(struct weft_slice bytes, char *out, size_t room)
{
	struct libdeflate_compressor *compressor =
	    libdeflate_alloc_compressor(DEFLATE_LEVEL);
	size_t size = 0;

	if (compressor)
		size = libdeflate_deflate_compress(
		    compressor, bytes.data, bytes.size, out, room);
	libdeflate_free_compressor(compressor);
	return size;
}

int
weft__repl_pack(enum weft__repl_packing packing, struct weft_slice bytes,
    struct weft_buf *out, bool *is_packed)
{
	size_t size, room = bytes.size - bytes.size / 8;
	int code;

	*is_packed = false;
	if (packing == WEFT__REPL_PLAIN || bytes.size < LEAST_SIZE)
		return 0;
	code = weft_buf_reserve(out, room);
	if (code)
		return code;
	size = packing == WEFT__REPL_ZSTD
	    ? pack_zstd(bytes, out->data + out->size, room)
	    : pack_deflate(bytes, out->data + out->size, room);
	/* What the other side would refuse goes as it is. */
	*is_packed = size > 0 && may_become(size, bytes.size);
	if (*is_packed)
		out->size += size;
	out->data[out->size] = '\0';
	return 0;
}

static bool
unpack_zstd(struct weft_slice body, char *out, size_t size)
{
	return ZSTD_decompress(out, size, body.data, body.size) == size;
}

static bool
unpack_deflate(struct weft_slice body, char *out, size_t size)
{
	struct libdeflate_decompressor *decompressor =
	    libdeflate_alloc_decompressor();
	size_t got = 0;
	bool is_good = decompressor &&
		       libdeflate_deflate_decompress(decompressor, body.data,
			   body.size, out, size, &got) == LIBDEFLATE_SUCCESS;

	libdeflate_free_decompressor(decompressor);
	return is_good && got == size;
}

int
weft__repl_message_unpack(struct weft__repl_message *message,
    enum weft__repl_packing packing, size_t limit, struct weft_error *error)
{
	const struct weft_slice body = message->body;
	struct weft_buf *out = &message->unpacked;
	size_t size = (size_t)message->unpacked_size;
	bool is_good;
	int code;

	if (!message->is_packed)
		return 0;
	if (message->unpacked_size > limit ||
	    !may_become(body.size, message->unpacked_size))
		return weft_error_set(
		    error, WEFT_ELIMIT, "a message unpacks to too much");
	if (packing == WEFT__REPL_PLAIN)
		return weft_error_set(error, WEFT_EINVAL,
		    "no compression was agreed on");
	weft_buf_init(out, limit);
	code = weft_buf_reserve(out, size ? size : 1);
	if (code)
		return weft_error_set(
		    error, code, "%s", weft_error_text(code));
	is_good = packing == WEFT__REPL_ZSTD
	    ? unpack_zstd(body, out->data, size)
	    : unpack_deflate(body, out->data, size);
	if (!is_good)
		return weft_error_set(
		    error, WEFT_EINVAL, "a message cannot be unpacked");
	out->size = size;
	out->data[size] = '\0';
	message->body = weft_buf_slice(out);
	message->is_packed = false;
	return 0;
}
