#include "transports/http/chunked.h"

#include "core/base/limits.h"

enum state {
	SIZE,         /* digits */
	EXTENSION,    /* after the digits, up to CR */
	SIZE_FEED,    /* LF after the size */
	DATA,         /* bytes of the chunk */
	DATA_RETURN,  /* CR after them */
	DATA_FEED,    /* LF after that */
	TRAILER,      /* at the beginning of a line after the last chunk */
	TRAILER_LINE, /* in such a line */
	TRAILER_FEED, /* LF at the end of one */
	LAST_FEED,    /* LF of the empty line at the very end */
	END,
	BAD
};

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A character where digits of the size are. */
static int
after_size(struct weft__http_chunks *chunks, char c)
{
	int digit = hex_value(c);

	if (digit >= 0) {
		if (++chunks->digit_count > 15)
			return BAD;
		chunks->left = chunks->left * 16 + (uint64_t)digit;
		return SIZE;
	}
	if (!chunks->digit_count)
		return BAD;
	if (c == '\r')
		return SIZE_FEED;
	return c == ';' ? EXTENSION : BAD;
}

/* A character of what is dropped; 'end' follows a CR. */
static int
dropped(struct weft__http_chunks *chunks, char c, size_t limit, int state,
    int end)
{
	if (c == '\r')
		return end;
	if (++chunks->line_size > limit || c == '\n' || c == '\0')
		return BAD;
	return state;
}

static int
feed(char c, int next)
{
	return c == '\n' ? next : BAD;
}

/* The state after one character that is not of the body. */
static int
next_state(struct weft__http_chunks *chunks, char c)
{
	switch ((enum state)chunks->state) {
	case SIZE:
		return after_size(chunks, c);
	case EXTENSION:
		return dropped(chunks, c, WEFT_LIMIT_HTTP_EXTENSION, EXTENSION,
		    SIZE_FEED);
	case SIZE_FEED:
		chunks->digit_count = 0;
		chunks->line_size = 0;
		return feed(c, chunks->left ? DATA : TRAILER);
	case DATA_RETURN:
		return c == '\r' ? DATA_FEED : BAD;
	case DATA_FEED:
		return feed(c, SIZE);
	case TRAILER:
		return dropped(chunks, c, WEFT_LIMIT_HTTP_TRAILER,
		    TRAILER_LINE, LAST_FEED);
	case TRAILER_LINE:
		return dropped(chunks, c, WEFT_LIMIT_HTTP_TRAILER,
		    TRAILER_LINE, TRAILER_FEED);
	case TRAILER_FEED:
		return feed(c, TRAILER);
	case LAST_FEED:
		return feed(c, END);
	default:
		return BAD;
	}
}

/* Takes what is there of the chunk. */
static void
take_data(struct weft__http_chunks *chunks, struct weft_slice *input,
    struct weft_slice *data)
{
	size_t size = input->size;

	if (size > chunks->left)
		size = (size_t)chunks->left;
	*data = weft_slice_of(input->data, size);
	input->data += size;
	input->size -= size;
	chunks->left -= size;
	if (!chunks->left)
		chunks->state = DATA_RETURN;
}

enum weft__http_chunks_result
weft__http_chunks_next(struct weft__http_chunks *chunks,
    struct weft_slice *input, struct weft_slice *data)
{
	int state;

	while (input->size) {
		if (chunks->state == DATA) {
			take_data(chunks, input, data);
			return WEFT__CHUNKS_DATA;
		}
		state = next_state(chunks, *input->data);
		if (state == BAD)
			return WEFT__CHUNKS_BAD;
		chunks->state = (unsigned char)state;
		input->data++;
		input->size--;
		if (state == END)
			return WEFT__CHUNKS_END;
	}
	return WEFT__CHUNKS_WAIT;
}
