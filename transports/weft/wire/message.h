/*
 * The messages of weft.repl.v1 (docs/protocols/weft-repl-v1.md), of both
 * sides: read from bytes, and written.  Pure code, for any bytes.
 */
#ifndef TRANSPORTS_WEFT_WIRE_MESSAGE_H
#define TRANSPORTS_WEFT_WIRE_MESSAGE_H

#include <weft/buf.h>
#include <weft/error.h>

#include "core/base/arena.h"
#include "core/base/json.h"

/* The subprotocol. */
#define WEFT__REPL_PROTOCOL "weft.repl.v1"

/* The most that any message may have, and any before it is known from whom. */
#define WEFT__REPL_MESSAGE_SIZE (17u * 1024 * 1024)
#define WEFT__REPL_FIRST_SIZE 4096

/* What a message is; some types have a request's and an answer's form. */
enum weft__repl_type {
	WEFT__REPL_UNKNOWN,
	WEFT__REPL_HELLO,
	WEFT__REPL_AUTH,
	WEFT__REPL_WELCOME,
	WEFT__REPL_MODELS,
	WEFT__REPL_OPEN,
	WEFT__REPL_OPENED,
	WEFT__REPL_RESET,
	WEFT__REPL_BATCH,
	WEFT__REPL_ACK,
	WEFT__REPL_CAUGHT,
	WEFT__REPL_CLOSE,
	WEFT__REPL_CLOSED,
	WEFT__REPL_PUSH,
	WEFT__REPL_PUSHED,
	WEFT__REPL_GET,
	WEFT__REPL_GOT,
	WEFT__REPL_ASK,
	WEFT__REPL_ANSWER,
	WEFT__REPL_PING,
	WEFT__REPL_PONG,
	WEFT__REPL_GOAWAY,
	WEFT__REPL_ERROR
};

/*
 * A message.  Members that its type does not have are zero; those that it has
 * and that are absent are zero too, or no value.  Texts are decoded; "JSON" is
 * a canonical token.  All are borrowed: of a message that was read from it.
 */
struct weft__repl_message {
	enum weft__repl_type type;
	bool is_binary;
	bool is_optional; /* of an unknown type: to be ignored */
	uint64_t n, s;

	/* hello */
	struct weft_slice node, agent;
	struct weft_slice compress; /* JSON: a list of texts, or a text */
	bool binary;
	uint64_t message, window, batch, wait;

	/* auth, welcome */
	struct weft_slice token, user;
	uint64_t expires;

	/* models and streams */
	struct weft_slice models;  /* JSON: a list */
	struct weft_slice model;
	struct weft_slice filter;  /* JSON */
	struct weft_slice position;
	bool not_live, needs_root; /* open: "live":false, "root":true */
	struct weft_slice epoch, root, reason;
	uint64_t pending, left, batches;
	bool caught;

	/*
	 * The updates or parts of batch, push and got: bytes of update.h, in
	 * the form of the message; packed if 'is_packed'.  The bytes of a
	 * question or answer.
	 */
	struct weft_slice body;
	bool is_packed;
	uint64_t unpacked_size;

	/* get */
	struct weft_slice ids; /* JSON: a list of texts */
	struct weft_slice rev;

	/* pushed */
	uint64_t applied, unchanged;
	struct weft_slice others; /* JSON: a list */

	struct weft_slice data; /* ping, pong: JSON */

	/* goaway, error, closed */
	uint64_t after;
	struct weft_slice code, text;
	bool retry;
	struct weft_slice error; /* closed: JSON */

	/* Private: what the slices of a message that was read point into. */
	struct weft__json json;
	struct weft__arena arena;
	struct weft_buf unpacked;
};

/* An empty message of this type, to be written; nothing to free. */
void weft__repl_message_init(
    struct weft__repl_message *message, enum weft__repl_type type);

/*
 * Reads a message.  '*message' is to be freed by _fini(), also after a failure;
 * the bytes must live as long.
 * Returns 0 (also for an unknown type: see is_optional); WEFT_EINVAL,
 * WEFT_EJSON, WEFT_ELIMIT: it is malformed; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__repl_message_read(
    struct weft__repl_message *message, bool is_binary,
    struct weft_slice bytes, struct weft_error *error);
void weft__repl_message_fini(struct weft__repl_message *message);

/*
 * Appends the message, in the form that is_binary says.  What is in 'body' is
 * written as it is; 'json' and what follows is not looked at.
 * Returns 0; WEFT_EJSON (a text is no UTF-8); WEFT_ELIMIT; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__repl_message_write(
    const struct weft__repl_message *message, struct weft_buf *out);

/* How a body is compressed. */
enum weft__repl_packing {
	WEFT__REPL_PLAIN,
	WEFT__REPL_ZSTD,
	WEFT__REPL_DEFLATE
};

/* The packing of this name; PLAIN if there is none. */
enum weft__repl_packing weft__repl_packing_of(struct weft_slice name);
/* The first of a JSON list of names that there is; PLAIN if there is none. */
enum weft__repl_packing weft__repl_choose_packing(struct weft_slice list);
/* Its name; static; NULL for PLAIN. */
const char *weft__repl_packing_name(enum weft__repl_packing packing);

/*
 * Appends the packed bytes if that is worth it; '*is_packed' says so.
 * Returns 0; WEFT_ENOMEM; WEFT_ELIMIT.
 */
WEFT_MUST_CHECK int weft__repl_pack(enum weft__repl_packing packing,
    struct weft_slice bytes, struct weft_buf *out, bool *is_packed);

/*
 * Makes 'body' the unpacked bytes, at most 'limit'; a body that is not packed
 * stays as it is.  WEFT_EINVAL: not packed so; WEFT_ELIMIT: too much.
 */
WEFT_MUST_CHECK int weft__repl_message_unpack(
    struct weft__repl_message *message, enum weft__repl_packing packing,
    size_t limit, struct weft_error *error);

/* The word of an error's code, as the messages have it; static. */
const char *weft__repl_word(int code);
/* And back: WEFT_E..., WEFT_EIO for a word that is not known. */
int weft__repl_code(struct weft_slice word);

/* Close codes of our own; others are those of WebSocket. */
enum weft__repl_close {
	WEFT__REPL_MALFORMED = 4400,
	WEFT__REPL_UNAUTHORIZED = 4401,
	WEFT__REPL_FORBIDDEN = 4403,
	WEFT__REPL_TIMEOUT = 4408,
	WEFT__REPL_TOO_MUCH = 4429
};

#endif
