/*
 * From bytes to messages (RFC 6455, sections 5 and 8): frames are put
 * together, unmasked, inflated, and held to the rules and limits.  No I/O.
 *
 * I1  Nothing is kept of a control frame or of a header: they are taken when
 *     they are whole.
 * I2  Between two messages, after weft__ws_reader_rest(), it owns no memory.
 */
#ifndef TRANSPORTS_WS_READER_H
#define TRANSPORTS_WS_READER_H

#include <weft/buf.h>

#include "transports/ws/frame.h"
#include "transports/ws/utf8.h"
#include "transports/ws/ws.h"

/* What was found in the input. */
enum weft__ws_found {
	WEFT__WS_FOUND_NOTHING, /* more bytes are needed */
	WEFT__WS_FOUND_MESSAGE,
	WEFT__WS_FOUND_PING,
	WEFT__WS_FOUND_PONG,
	WEFT__WS_FOUND_CLOSE,
	WEFT__WS_FOUND_FAULT /* 'code' and 'data' say why; read no further */
};

struct weft__ws_item {
	enum weft__ws_kind kind; /* of a message */
	/* Of a message; of a ping or pong; the reason of a close or fault.
	 * Valid until the next call. */
	struct weft_slice data;
	unsigned code;           /* of a close or fault */
	char control[WEFT__WS_CONTROL_SIZE]; /* where 'data' may point */
};

struct weft__ws_reader {
	struct weft_buf message;  /* what is there of it */
	uint64_t left;            /* bytes of its frame that are to come */
	size_t message_size;      /* at most */
	unsigned fragments;       /* of the message, so far */
	unsigned fragment_limit;
	struct weft__utf8 text;
	unsigned char mask[4];
	unsigned char mask_at;    /* 0..3 */
	unsigned char kind;       /* of the message under way; 0: none */
	bool is_server;           /* what comes is masked */
	bool has_deflate;         /* messages may be compressed */
	bool is_in_frame;
	bool is_final;            /* the frame is its message's last */
	bool is_compressed;       /* the message is */
};

/* Makes a reader with the limits of the settings.  Owns no memory yet. */
void weft__ws_reader_init(struct weft__ws_reader *reader,
    const struct weft__ws_settings *settings, bool is_server,
    bool has_deflate);

/* Frees what it holds of a message. */
void weft__ws_reader_fini(struct weft__ws_reader *reader);

/* Frees what the last message took, unless one is under way. */
void weft__ws_reader_rest(struct weft__ws_reader *reader);

/* Takes from the front of 'input' what makes up the next item. */
enum weft__ws_found weft__ws_reader_next(struct weft__ws_reader *reader,
    struct weft_slice *input, struct weft__ws_item *item);

#endif
