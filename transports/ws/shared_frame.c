#include "transports/ws/shared_frame.h"

#include "core/base/alloc.h"

struct weft__ws_frame *
weft__ws_frame_create(enum weft__ws_kind kind, struct weft_slice data)
{
	const struct weft__ws_header header = {.size = data.size,
	    .opcode = (unsigned char)kind,
	    .is_final = true};
	char bytes[WEFT__WS_HEADER_SIZE];
	size_t header_size = weft__ws_header_write(&header, bytes);
	struct weft__ws_frame *frame =
	    weft__malloc(sizeof *frame + header_size + data.size);

	if (!frame)
		return NULL;
	atomic_init(&frame->count, 1);
	frame->kind = kind;
	frame->header_size = header_size;
	frame->size = header_size + data.size;
	memcpy(frame->bytes, bytes, header_size);
	if (data.size)
		memcpy(frame->bytes + header_size, data.data, data.size);
	return frame;
}

void
weft__ws_frame_keep(struct weft__ws_frame *frame)
{
	atomic_fetch_add_explicit(&frame->count, 1, memory_order_relaxed);
}

void
weft__ws_frame_drop(struct weft__ws_frame *frame)
{
	if (frame &&
	    atomic_fetch_sub_explicit(
	        &frame->count, 1, memory_order_acq_rel) == 1)
		weft__free(frame);
}

void
weft__ws_frame_sent(const void *data, size_t size, void *context)
{
	weft__ws_frame_drop(context);
}
