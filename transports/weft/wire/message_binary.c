/*
 * Binary messages: a kind, flags, numbers and texts, and a body to the end.
 */
#include "core/repl/wire.h"
#include "transports/weft/wire/message_private.h"

/* From this kind on a message that is not known may be ignored. */
#define OPTIONAL 64

#define FLAG_PACKED 1

/* What stands before the body, in this order. */
enum {
	HAS_S = 1,
	HAS_N = 2,
	HAS_POSITION = 4,
	HAS_LEFT = 8,
	HAS_MODEL = 16,
	MAY_BE_PACKED = 32
};

static const struct {
	enum weft__repl_type type;
	unsigned has;
} kinds[] = {
    [1] = {WEFT__REPL_BATCH, HAS_S | HAS_POSITION | HAS_LEFT | MAY_BE_PACKED},
    [2] = {WEFT__REPL_PUSH, HAS_N | HAS_LEFT | MAY_BE_PACKED},
    [3] = {WEFT__REPL_ASK, HAS_N | HAS_MODEL},
    [4] = {WEFT__REPL_ANSWER, HAS_N},
    [5] = {WEFT__REPL_GOT, HAS_N | MAY_BE_PACKED},
};

#define KINDS (sizeof kinds / sizeof *kinds)

static bool
read_numbers(struct weft__repl_message *message, unsigned has,
    struct weft__wire *wire)
{
	return (!(has & HAS_S) || weft__wire_number(wire, &message->s)) &&
	       (!(has & HAS_N) || weft__wire_number(wire, &message->n));
}

static bool
read_head(struct weft__repl_message *message, unsigned has,
    struct weft__wire *wire)
{
	return read_numbers(message, has, wire) &&
	       (!(has & HAS_POSITION) ||
		   weft__wire_text(wire, &message->position)) &&
	       (!(has & HAS_LEFT) || weft__wire_number(wire, &message->left)) &&
	       (!(has & HAS_MODEL) || weft__wire_text(wire, &message->model)) &&
	       (!message->is_packed ||
		   weft__wire_number(wire, &message->unpacked_size));
}

int
weft__repl_read_binary(struct weft__repl_message *message,
    struct weft_slice bytes, struct weft_error *error)
{
	struct weft__wire wire = weft__wire_of(bytes);
	uint8_t kind, flags;
	unsigned has;

	if (!weft__wire_byte(&wire, &kind) || !weft__wire_byte(&wire, &flags))
		return weft_error_set(error, WEFT_EINVAL, "a binary message "
							  "is cut off");
	message->is_optional = kind >= OPTIONAL;
	if (kind >= KINDS || !kinds[kind].has)
		return 0;
	has = kinds[kind].has;
	message->type = kinds[kind].type;
	message->is_packed = has & MAY_BE_PACKED && flags & FLAG_PACKED;
	if (!read_head(message, has, &wire))
		return weft_error_set(error, WEFT_EINVAL,
		    "a binary message of kind %u is malformed", kind);
	message->body = weft_slice_of((const char *)wire.at, wire.size);
	return 0;
}

static int
put_numbers(const struct weft__repl_message *message, unsigned has,
    struct weft_buf *out)
{
	int code = 0;

	if (has & HAS_S)
		code = weft__wire_put_number(out, message->s);
	if (!code && has & HAS_N)
		code = weft__wire_put_number(out, message->n);
	return code;
}

static int
put_head(const struct weft__repl_message *message, unsigned has,
    struct weft_buf *out)
{
	int code = put_numbers(message, has, out);

	if (!code && has & HAS_POSITION)
		code = weft__wire_put_text(out, message->position);
	if (!code && has & HAS_LEFT)
		code = weft__wire_put_number(out, message->left);
	if (!code && has & HAS_MODEL)
		code = weft__wire_put_text(out, message->model);
	if (!code && message->is_packed)
		code = weft__wire_put_number(out, message->unpacked_size);
	return code;
}

int
weft__repl_write_binary(
    const struct weft__repl_message *message, struct weft_buf *out)
{
	uint8_t kind = 1;
	int code;

	while (kind < KINDS && kinds[kind].type != message->type)
		kind++;
	if (kind == KINDS)
		return WEFT_EINVAL;
	code = weft__wire_put_byte(out, kind);
	if (!code)
		code = weft__wire_put_byte(
		    out, message->is_packed ? FLAG_PACKED : 0);
	if (!code)
		code = put_head(message, kinds[kind].has, out);
	return code ? code : weft_buf_append_slice(out, message->body);
}
