#include "transports/ws/deflate.h"

#include <zlib.h>

#include "core/base/alloc.h"
#include "transports/http/head.h"
#include "transports/ws/list.h"

/* zlib's windows; it has none of 2^8 bytes for what is compressed bare. */
#define MOST_BITS 15
#define LEAST_BITS 9

/* Bytes that are inflated or compressed at a time. */
#define STEP 16384

/* The end of what is compressed: left out by who sends, put back by who
 * reads. */
#define TAIL_SIZE 4
static const unsigned char tail[TAIL_SIZE] = {0, 0, 0xff, 0xff};

/* What parameters there were. */
enum {
	SERVER_NO_TAKEOVER = 1,
	CLIENT_NO_TAKEOVER = 2,
	SERVER_BITS = 4,
	CLIENT_BITS = 8
};

/* The value of a window parameter, 8 to 15 without leading zero; else 0. */
static unsigned
window_bits(struct weft_slice value)
{
	unsigned bits = 0;

	for (size_t i = 0; i < value.size && i < 3; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return 0;
		bits = bits * 10 + (unsigned)(value.data[i] - '0');
	}
	if (bits < 8 || bits > MOST_BITS || value.size != (bits < 10 ? 1 : 2))
		return 0;
	return bits;
}

struct parameters {
	unsigned seen;        /* of the flags above */
	unsigned server_bits; /* MOST_BITS if nothing was said */
};

/* Which parameter it is, with a value that it may have; 0: none. */
static unsigned
which_parameter(struct weft_slice name, struct weft_slice value)
{
	static const struct {
		const char *name;
		unsigned flag;
	} known[] = {{"server_no_context_takeover", SERVER_NO_TAKEOVER},
	    {"client_no_context_takeover", CLIENT_NO_TAKEOVER},
	    {"server_max_window_bits", SERVER_BITS},
	    {"client_max_window_bits", CLIENT_BITS}};
	unsigned flag = 0, may_be;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (weft__http_same(name, known[i].name))
			flag = known[i].flag;
	if (value.data)
		may_be = window_bits(value) ? SERVER_BITS | CLIENT_BITS : 0;
	else
		may_be = SERVER_NO_TAKEOVER | CLIENT_NO_TAKEOVER | CLIENT_BITS;
	return flag & may_be;
}

/* Notes one parameter; false if it is unknown, wrong or there twice. */
static bool
note(struct parameters *parameters, struct weft_slice name,
    struct weft_slice value)
{
	unsigned flag = which_parameter(name, value);

	if (!flag || parameters->seen & flag)
		return false;
	parameters->seen |= flag;
	if (flag == SERVER_BITS)
		parameters->server_bits = window_bits(value);
	return true;
}

/* Reads an offer or answer; false if it is not one of this extension. */
static bool
read_parameters(struct parameters *parameters, struct weft_slice text)
{
	struct weft_slice name, value;

	*parameters = (struct parameters){0, MOST_BITS};
	if (!weft__ws_parameter(&text, &name, &value) || value.data ||
	    !weft__http_same(name, "permessage-deflate"))
		return false;
	while (text.size)
		if (!weft__ws_parameter(&text, &name, &value) ||
		    !note(parameters, name, value))
			return false;
	return true;
}

bool
weft__ws_deflate_accept(struct weft__ws_deflate *agreed,
    struct weft_slice offer, struct weft_buf *answer)
{
	struct parameters parameters;
	size_t before = answer->size;
	int code;

	if (!read_parameters(&parameters, offer) ||
	    parameters.server_bits < LEAST_BITS)
		return false;
	code = weft_buf_append_slice(
	    answer, weft_slice(WEFT__WS_DEFLATE_OFFER));
	if (!code && parameters.seen & SERVER_BITS)
		code = weft_buf_printf(answer, "; server_max_window_bits=%u",
		    parameters.server_bits);
	if (code) {
		answer->size = before;
		return false;
	}
	agreed->is_on = true;
	agreed->window_bits = (unsigned char)parameters.server_bits;
	return true;
}

bool
weft__ws_deflate_agree(
    struct weft__ws_deflate *agreed, struct weft_slice answer)
{
	struct parameters parameters;

	/* A window for us was not offered, so none may be asked for. */
	if (!read_parameters(&parameters, answer) ||
	    !(parameters.seen & SERVER_NO_TAKEOVER) ||
	    parameters.seen & CLIENT_BITS)
		return false;
	agreed->is_on = true;
	agreed->window_bits = MOST_BITS;
	return true;
}

static void *
take_memory(void *context, unsigned count, unsigned size)
{
	return weft__malloc((size_t)count * size);
}

static void
give_back(void *context, void *memory)
{
	weft__free(memory);
}

/* Room for a step at the end of 'out'.  Returns 0 or WEFT_ENOMEM. */
static int
make_room(z_stream *stream, struct weft_buf *out)
{
	if (weft_buf_reserve(out, STEP))
		return WEFT_ENOMEM;
	stream->next_out = (unsigned char *)out->data + out->size;
	stream->avail_out = STEP;
	return 0;
}

int
weft__ws_compress(const struct weft__ws_deflate *agreed,
    struct weft_slice message, struct weft_buf *out)
{
	z_stream stream = {.zalloc = take_memory, .zfree = give_back};
	int code;

	if (deflateInit2(&stream, 1, Z_DEFLATED, -agreed->window_bits,
		8, Z_DEFAULT_STRATEGY) != Z_OK)
		return WEFT_ENOMEM;
	stream.next_in = (unsigned char *)message.data;
	stream.avail_in = (unsigned)message.size;
	do {
		code = make_room(&stream, out);
		if (code)
			break;
		deflate(&stream, Z_SYNC_FLUSH);
		out->size += STEP - stream.avail_out;
	} while (!stream.avail_out);
	deflateEnd(&stream);
	if (!code)
		out->size -= TAIL_SIZE;
	return code;
}

/* Inflates what is in the stream's input, to its end. */
static int
inflate_input(z_stream *stream, size_t limit, struct weft_buf *out)
{
	int result, code;

	do {
		code = make_room(stream, out);
		if (code)
			return code;
		result = inflate(stream, Z_SYNC_FLUSH);
		out->size += STEP - stream->avail_out;
		if (out->size > limit)
			return WEFT_ELIMIT;
		/* A block that says that it is the last may not be it. */
		if (result == Z_STREAM_END)
			result = inflateReset(stream);
		if (result == Z_MEM_ERROR)
			return WEFT_ENOMEM;
		if (result != Z_OK && result != Z_BUF_ERROR)
			return WEFT_EINVAL;
	} while (stream->avail_in || !stream->avail_out);
	return 0;
}

int
weft__ws_inflate(
    struct weft_slice compressed, size_t limit, struct weft_buf *out)
{
	z_stream stream = {.zalloc = take_memory, .zfree = give_back};
	int code;

	if (inflateInit2(&stream, -MOST_BITS) != Z_OK)
		return WEFT_ENOMEM;
	stream.next_in = (unsigned char *)compressed.data;
	stream.avail_in = (unsigned)compressed.size;
	code = inflate_input(&stream, limit, out);
	stream.next_in = (unsigned char *)tail;
	stream.avail_in = TAIL_SIZE;
	if (!code)
		code = inflate_input(&stream, limit, out);
	inflateEnd(&stream);
	return code;
}
