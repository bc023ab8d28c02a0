#include "transports/ws/reader.h"

#include "transports/ws/deflate.h"

void
weft__ws_reader_init(struct weft__ws_reader *reader,
    const struct weft__ws_settings *settings, bool is_server, bool has_deflate)
{
	*reader = (struct weft__ws_reader){
	    .message_size = settings->message_size,
	    .fragment_limit = settings->fragments,
	    .is_server = is_server,
	    .has_deflate = has_deflate};
	weft_buf_init(&reader->message, SIZE_MAX / 2);
}

void
weft__ws_reader_fini(struct weft__ws_reader *reader)
{
	weft_buf_fini(&reader->message);
}

void
weft__ws_reader_rest(struct weft__ws_reader *reader)
{
	if (!reader->kind)
		weft_buf_fini(&reader->message);
}

static enum weft__ws_found
fault(struct weft__ws_item *item, unsigned code, const char *reason)
{
	item->code = code;
	item->data = weft_slice(reason);
	return WEFT__WS_FOUND_FAULT;
}

static enum weft__ws_found
breach(struct weft__ws_item *item, const char *reason)
{
	return fault(item, WEFT__WS_PROTOCOL_ERROR, reason);
}

/* A close: no payload, or a code and a reason. */
static enum weft__ws_found
read_close(struct weft__ws_item *item)
{
	struct weft__utf8 utf8 = {0};
	struct weft_slice data = item->data;

	item->code = WEFT__WS_NO_CODE;
	if (!data.size)
		return WEFT__WS_FOUND_CLOSE;
	if (data.size == 1)
		return breach(item, "half a close code");
	item->code = (unsigned)(unsigned char)data.data[0] << 8 |
	    (unsigned char)data.data[1];
	item->data = weft_slice_of(data.data + 2, data.size - 2);
	if (!weft__ws_is_code(item->code))
		return breach(item, "no such close code");
	if (!weft__utf8_add(&utf8, item->data) || !weft__utf8_is_whole(&utf8))
		return fault(item, WEFT__WS_BAD_DATA, "reason is not UTF-8");
	return WEFT__WS_FOUND_CLOSE;
}

/* A control frame, which is taken whole. */
static enum weft__ws_found
read_control(const struct weft__ws_header *header, size_t header_size,
    struct weft_slice *input, struct weft__ws_item *item)
{
	size_t size = (size_t)header->size;

	if (input->size - header_size < size)
		return WEFT__WS_FOUND_NOTHING;
	if (header->is_masked)
		weft__ws_mask(item->control, input->data + header_size, size,
		    header->mask, 0);
	else
		memcpy(item->control, input->data + header_size, size);
	item->data = weft_slice_of(item->control, size);
	input->data += header_size + size;
	input->size -= header_size + size;
	if (header->opcode == WEFT__WS_OP_CLOSE)
		return read_close(item);
	return header->opcode == WEFT__WS_OP_PING ? WEFT__WS_FOUND_PING
	                                          : WEFT__WS_FOUND_PONG;
}

static bool
begins_message(const struct weft__ws_header *header)
{
	return header->opcode == WEFT__WS_OP_TEXT ||
	    header->opcode == WEFT__WS_OP_BINARY;
}

/* What is wrong with this frame here, or NULL. */
static const char *
misplaced(const struct weft__ws_reader *reader,
    const struct weft__ws_header *header)
{
	bool begins = begins_message(header);

	if (header->is_masked != reader->is_server)
		return reader->is_server ? "not masked" : "masked";
	if (header->is_compressed && (!reader->has_deflate || !begins))
		return "reserved bit";
	if (header->opcode == WEFT__WS_OP_MORE && !reader->kind)
		return "nothing to go on with";
	return begins && reader->kind ? "a message within a message" : NULL;
}

/* A frame of a message begins. */
static enum weft__ws_found
begin_frame(struct weft__ws_reader *reader,
    const struct weft__ws_header *header, struct weft__ws_item *item)
{
	if (header->opcode != WEFT__WS_OP_MORE) {
		weft_buf_clear(&reader->message);
		reader->kind = header->opcode;
		reader->is_compressed = header->is_compressed;
		reader->fragments = 0;
		reader->text = (struct weft__utf8){0};
	}
	if (header->size > reader->message_size - reader->message.size)
		return fault(item, WEFT__WS_TOO_BIG, "message too big");
	if (++reader->fragments > reader->fragment_limit)
		return fault(item, WEFT__WS_POLICY, "too many fragments");
	reader->left = header->size;
	reader->is_final = header->is_final;
	reader->is_in_frame = true;
	memcpy(reader->mask, header->mask, sizeof reader->mask);
	reader->mask_at = 0;
	return WEFT__WS_FOUND_MESSAGE;
}

/* Inflates the message in 'data' into the reader's buffer. */
static enum weft__ws_found
inflate_message(struct weft__ws_reader *reader, struct weft__ws_item *item)
{
	struct weft_buf whole = WEFT_BUF_INIT(SIZE_MAX / 2);
	int code = weft__ws_inflate(item->data, reader->message_size, &whole);

	weft_buf_fini(&reader->message);
	reader->message = whole;
	item->data = weft_buf_slice(&whole);
	if (code == WEFT_ELIMIT)
		return fault(item, WEFT__WS_TOO_BIG, "message too big");
	if (code == WEFT_ENOMEM)
		return fault(item, WEFT__WS_FAILURE, "out of memory");
	if (code)
		return fault(item, WEFT__WS_BAD_DATA, "cannot be inflated");
	return WEFT__WS_FOUND_MESSAGE;
}

static enum weft__ws_found
not_text(struct weft__ws_item *item)
{
	return fault(item, WEFT__WS_BAD_DATA, "text is not UTF-8");
}

/* The message in item->data is complete, as it came. */
static enum weft__ws_found
end_message(struct weft__ws_reader *reader, struct weft__ws_item *item)
{
	enum weft__ws_found found = WEFT__WS_FOUND_MESSAGE;
	bool is_text = reader->kind == WEFT__WS_TEXT;

	item->kind = reader->kind;
	reader->kind = 0;
	if (reader->is_compressed) {
		found = inflate_message(reader, item);
		if (found == WEFT__WS_FOUND_MESSAGE && is_text &&
		    !weft__utf8_add(&reader->text, item->data))
			return not_text(item);
	}
	if (found == WEFT__WS_FOUND_MESSAGE && is_text &&
	    !weft__utf8_is_whole(&reader->text))
		return not_text(item);
	return found;
}

/* Whether what comes can be checked as text right away. */
static bool
is_plain_text(const struct weft__ws_reader *reader)
{
	return reader->kind == WEFT__WS_TEXT && !reader->is_compressed;
}

/* A whole message that lies in the input as it is: no copy. */
static enum weft__ws_found
take_whole(struct weft__ws_reader *reader, struct weft_slice *input,
    struct weft__ws_item *item)
{
	item->data = weft_slice_of(input->data, (size_t)reader->left);
	input->data += reader->left;
	input->size -= (size_t)reader->left;
	reader->is_in_frame = false;
	if (is_plain_text(reader) && !weft__utf8_add(&reader->text, item->data))
		return not_text(item);
	return end_message(reader, item);
}

/* Appends what is there of the frame; its text is checked as it comes. */
static enum weft__ws_found
take_part(struct weft__ws_reader *reader, struct weft_slice *input,
    struct weft__ws_item *item)
{
	struct weft_buf *message = &reader->message;
	size_t size = input->size < reader->left ? input->size
	                                         : (size_t)reader->left;
	char *to;

	if (weft_buf_reserve(message, size))
		return fault(item, WEFT__WS_FAILURE, "out of memory");
	to = message->data + message->size;
	if (reader->is_server)
		weft__ws_mask(
		    to, input->data, size, reader->mask, reader->mask_at);
	else
		memcpy(to, input->data, size);
	message->size += size;
	reader->mask_at = (unsigned char)((reader->mask_at + size) % 4);
	reader->left -= size;
	input->data += size;
	input->size -= size;
	if (is_plain_text(reader) &&
	    !weft__utf8_add(&reader->text, weft_slice_of(to, size)))
		return not_text(item);
	return WEFT__WS_FOUND_NOTHING;
}

/* The payload of the frame under way. */
static enum weft__ws_found
read_payload(struct weft__ws_reader *reader, struct weft_slice *input,
    struct weft__ws_item *item)
{
	enum weft__ws_found found;

	if (!reader->is_server && reader->is_final &&
	    !reader->message.size && input->size >= reader->left)
		return take_whole(reader, input, item);
	found = take_part(reader, input, item);
	if (found != WEFT__WS_FOUND_NOTHING || reader->left)
		return found;
	reader->is_in_frame = false;
	if (!reader->is_final)
		return WEFT__WS_FOUND_NOTHING;
	item->data = weft_buf_slice(&reader->message);
	return end_message(reader, item);
}

/* A frame's header, and all of it if it is a control frame. */
static enum weft__ws_found
read_header(struct weft__ws_reader *reader, struct weft_slice *input,
    struct weft__ws_item *item)
{
	struct weft__ws_header header;
	int size = weft__ws_header_read(&header, input->data, input->size);
	const char *wrong;

	if (!size)
		return WEFT__WS_FOUND_NOTHING;
	if (size < 0)
		return breach(item, "bad frame");
	wrong = misplaced(reader, &header);
	if (wrong)
		return breach(item, wrong);
	if (header.opcode >= WEFT__WS_OP_CLOSE)
		return read_control(&header, (size_t)size, input, item);
	input->data += size;
	input->size -= (size_t)size;
	return begin_frame(reader, &header, item);
}

enum weft__ws_found
weft__ws_reader_next(struct weft__ws_reader *reader, struct weft_slice *input,
    struct weft__ws_item *item)
{
	enum weft__ws_found found;

	do {
		if (!reader->is_in_frame) {
			found = read_header(reader, input, item);
			if (!reader->is_in_frame ||
			    found != WEFT__WS_FOUND_MESSAGE)
				return found;
		}
		found = read_payload(reader, input, item);
	} while (found == WEFT__WS_FOUND_NOTHING && !reader->is_in_frame);
	return found;
}
