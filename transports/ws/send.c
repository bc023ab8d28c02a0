/*
 * What goes: frames with their headers, and messages compressed where that
 * was agreed on.  A server's payload is sent as it is, a client's is masked
 * with random bytes first.
 */
#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "transports/ws/shared_frame.h"
#include "transports/ws/ws_private.h"

/* A smaller payload is copied: that is less work than to hand it over. */
#define COPIED_SIZE 4096

/* Writes the header of a frame, and chooses its mask. */
static size_t
write_header(const struct weft__ws *ws, struct weft__ws_header *header,
    char out[WEFT__WS_HEADER_SIZE])
{
	header->is_final = true;
	header->is_masked = !ws->is_server;
	if (header->is_masked)
		weft__clock_random(ws->loop->clock, header->mask,
		    sizeof header->mask);
	return weft__ws_header_write(header, out);
}

static void
free_given(const void *data, size_t size, void *context)
{
	weft__free(context);
}

/* Sends the payload masked; 'frame' has room for it and for the header. */
static size_t
mask_frame(const struct weft__ws *ws, struct weft__ws_header *header,
    struct weft_slice payload, char *frame)
{
	size_t size = write_header(ws, header, frame);

	weft__ws_mask(
	    frame + size, payload.data, payload.size, header->mask, 0);
	return size + payload.size;
}

static void
send_masked(struct weft__ws *ws, struct weft__ws_header *header,
    struct weft_slice payload)
{
	char small[COPIED_SIZE + WEFT__WS_HEADER_SIZE];
	char *frame = small;
	size_t size;

	if (payload.size > COPIED_SIZE)
		frame = weft__malloc(payload.size + WEFT__WS_HEADER_SIZE);
	if (!frame) {
		weft__connection_break(ws->net);
		return;
	}
	size = mask_frame(ws, header, payload, frame);
	if (frame == small)
		weft__connection_send(ws->net, frame, size);
	else
		weft__connection_send_shared(
		    ws->net, frame, size, free_given, frame);
}

static void
send_plain(struct weft__ws *ws, struct weft__ws_header *header,
    struct weft_slice payload)
{
	char bytes[WEFT__WS_HEADER_SIZE];
	size_t size = write_header(ws, header, bytes);

	weft__connection_hold(ws->net);
	weft__connection_send(ws->net, bytes, size);
	if (payload.size)
		weft__connection_send(ws->net, payload.data, payload.size);
	weft__connection_release(ws->net);
}

void
weft__ws_send_bytes(struct weft__ws *ws, enum weft__ws_opcode opcode,
    bool is_compressed, struct weft_slice payload)
{
	struct weft__ws_header header = {.size = payload.size,
	    .opcode = (unsigned char)opcode,
	    .is_compressed = is_compressed};

	if (ws->is_server)
		send_plain(ws, &header, payload);
	else
		send_masked(ws, &header, payload);
}

/* Sends a payload that is given. */
static void
give_bytes(struct weft__ws *ws, enum weft__ws_opcode opcode,
    bool is_compressed, struct weft_buf *payload)
{
	struct weft__ws_header header = {.size = payload->size,
	    .opcode = (unsigned char)opcode,
	    .is_compressed = is_compressed};
	char bytes[WEFT__WS_HEADER_SIZE];
	size_t size;

	if (payload->size <= COPIED_SIZE) {
		weft__ws_send_bytes(
		    ws, opcode, is_compressed, weft_buf_slice(payload));
		return;
	}
	size = write_header(ws, &header, bytes);
	if (header.is_masked)
		weft__ws_mask(payload->data, payload->data, payload->size,
		    header.mask, 0);
	weft__connection_hold(ws->net);
	weft__connection_send(ws->net, bytes, size);
	weft__connection_send_shared(ws->net, payload->data, payload->size,
	    free_given, payload->data);
	weft__connection_release(ws->net);
	payload->data = NULL;
}

/*
 * Sends the message compressed, if that was agreed on and makes it smaller.
 * Returns whether it did.
 */
static bool
send_compressed(
    struct weft__ws *ws, enum weft__ws_kind kind, struct weft_slice data)
{
	struct weft_buf out = WEFT_BUF_INIT(SIZE_MAX / 2);
	bool is_smaller;

	if (!ws->deflate.is_on || data.size < ws->settings->deflate_from)
		return false;
	is_smaller = weft__ws_compress(&ws->deflate, data, &out) == 0 &&
	    out.size < data.size;
	if (is_smaller)
		give_bytes(ws, (enum weft__ws_opcode)kind, true, &out);
	weft_buf_fini(&out);
	return is_smaller;
}

void
weft__ws_send(
    struct weft__ws *ws, enum weft__ws_kind kind, struct weft_slice data)
{
	if (ws->state != WEFT__WS_OPEN || send_compressed(ws, kind, data))
		return;
	weft__ws_send_bytes(ws, (enum weft__ws_opcode)kind, false, data);
}

void
weft__ws_give(
    struct weft__ws *ws, enum weft__ws_kind kind, struct weft_buf *data)
{
	if (ws->state == WEFT__WS_OPEN &&
	    !send_compressed(ws, kind, weft_buf_slice(data)))
		give_bytes(ws, (enum weft__ws_opcode)kind, false, data);
	weft_buf_fini(data);
}

void
weft__ws_send_close(struct weft__ws *ws, int code, struct weft_slice reason)
{
	char payload[WEFT__WS_CONTROL_SIZE];
	size_t size = 0;

	if (code != WEFT__WS_NO_CODE && code != WEFT__WS_BROKEN) {
		payload[0] = (char)((unsigned)code >> 8);
		payload[1] = (char)code;
		size = 2;
	}
	/* Not in the middle of a character. */
	if (reason.size > WEFT__WS_REASON_SIZE) {
		reason.size = WEFT__WS_REASON_SIZE;
		while ((reason.data[reason.size] & 0xc0) == 0x80)
			reason.size--;
	}
	if (size && reason.size) {
		memcpy(payload + size, reason.data, reason.size);
		size += reason.size;
	}
	weft__ws_send_bytes(ws, WEFT__WS_OP_CLOSE, false,
	    weft_slice_of(payload, size));
}

void
weft__ws_send_frame(struct weft__ws *ws, struct weft__ws_frame *frame)
{
	struct weft_slice bytes;

	if (ws->state != WEFT__WS_OPEN)
		return;
	if (!ws->is_server) {
		weft__ws_send_bytes(ws, (enum weft__ws_opcode)frame->kind,
		    false, weft__ws_frame_payload(frame));
		return;
	}
	bytes = weft__ws_frame_bytes(frame);
	weft__ws_frame_keep(frame);
	weft__connection_send_shared(ws->net, bytes.data, bytes.size,
	    weft__ws_frame_sent, frame);
}
