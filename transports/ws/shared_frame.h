/*
 * The inside of a frame for many.
 */
#ifndef TRANSPORTS_WS_SHARED_FRAME_H
#define TRANSPORTS_WS_SHARED_FRAME_H

#include <stdatomic.h>

#include "transports/ws/frame.h"
#include "transports/ws/ws.h"

struct weft__ws_frame {
	atomic_uint count; /* of those who hold it */
	enum weft__ws_kind kind;
	size_t header_size;
	size_t size;       /* header and payload */
	char bytes[];
};

/* All of it, as a server sends it. */
static inline struct weft_slice
weft__ws_frame_bytes(const struct weft__ws_frame *frame)
{
	return weft_slice_of(frame->bytes, frame->size);
}

/* What it carries. */
static inline struct weft_slice
weft__ws_frame_payload(const struct weft__ws_frame *frame)
{
	return weft_slice_of(frame->bytes + frame->header_size,
	    frame->size - frame->header_size);
}

/* Drops the count of a connection that has sent it; 'context' is the frame. */
void weft__ws_frame_sent(const void *data, size_t size, void *context);

#endif
