/*
 * What the two files of messages share.
 */
#ifndef TRANSPORTS_WEFT_WIRE_MESSAGE_PRIVATE_H
#define TRANSPORTS_WEFT_WIRE_MESSAGE_PRIVATE_H

#include "core/base/base64.h"
#include "transports/weft/wire/message.h"

/* message_binary.c: as weft__repl_message_read() and _write(). */
WEFT_MUST_CHECK int weft__repl_read_binary(struct weft__repl_message *message,
    struct weft_slice bytes, struct weft_error *error);
WEFT_MUST_CHECK int weft__repl_write_binary(
    const struct weft__repl_message *message, struct weft_buf *out);

#endif
