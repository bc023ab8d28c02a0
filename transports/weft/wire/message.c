/*
 * Text messages: one table says which members each type has.
 */
#include "transports/weft/wire/message_private.h"

#include <inttypes.h>

#include "core/base/limits.h"

/* Brackets of a message around a record. */
#define DEPTH (WEFT_LIMIT_JSON_DEPTH + 8)

enum kind {
	TEXT,
	NUMBER,
	FLAG,
	NO_FLAG, /* true unless it is said */
	BYTES,   /* base64 */
	JSON,    /* any value */
	LIST,
	OBJECT
};

/* A member of the messages of some types. */
struct member {
	const char *name;
	enum kind kind;
	size_t offset;
	uint32_t types;  /* that may have it */
	uint32_t needed; /* that must have it */
};

#define T(type) (UINT32_C(1) << WEFT__REPL_##type)
#define AT(member) offsetof(struct weft__repl_message, member)

static const struct member members[] = {
    /* The first: read_json() knows it. */
    {"n", NUMBER, AT(n),
	T(MODELS) | T(OPEN) | T(OPENED) | T(RESET) | T(PUSH) | T(PUSHED) |
	    T(GET) | T(GOT) | T(ASK) | T(ANSWER) | T(ERROR),
	T(MODELS) | T(OPEN) | T(OPENED) | T(RESET) | T(PUSH) | T(PUSHED) |
	    T(GET) | T(GOT) | T(ASK) | T(ANSWER)},
    {"s", NUMBER, AT(s),
	T(OPENED) | T(BATCH) | T(ACK) | T(CAUGHT) | T(CLOSE) | T(CLOSED),
	T(OPENED) | T(BATCH) | T(ACK) | T(CAUGHT) | T(CLOSE) | T(CLOSED)},
    {"node", TEXT, AT(node), T(HELLO), 0},
    {"agent", TEXT, AT(agent), T(HELLO), 0},
    {"binary", FLAG, AT(binary), T(HELLO), 0},
    {"compress", JSON, AT(compress), T(HELLO), 0},
    {"message", NUMBER, AT(message), T(HELLO), 0},
    {"window", NUMBER, AT(window), T(HELLO), 0},
    {"batch", NUMBER, AT(batch), T(HELLO), 0},
    {"wait", NUMBER, AT(wait), T(HELLO), 0},
    {"token", TEXT, AT(token), T(AUTH), 0},
    {"user", TEXT, AT(user), T(WELCOME), 0},
    {"expires", NUMBER, AT(expires), T(WELCOME), 0},
    {"models", LIST, AT(models), T(MODELS), 0},
    {"model", TEXT, AT(model), T(OPEN) | T(GET) | T(ASK),
	T(OPEN) | T(GET) | T(ASK)},
    {"filter", OBJECT, AT(filter), T(OPEN), 0},
    {"live", NO_FLAG, AT(not_live), T(OPEN), 0},
    {"root", FLAG, AT(needs_root), T(OPEN), 0},
    {"epoch", TEXT, AT(epoch), T(OPENED) | T(RESET), 0},
    {"reason", TEXT, AT(reason), T(RESET) | T(GOAWAY), 0},
    {"pending", NUMBER, AT(pending), T(OPENED), 0},
    {"caught", FLAG, AT(caught), T(OPENED), 0},
    {"position", TEXT, AT(position),
	T(OPEN) | T(OPENED) | T(BATCH) | T(CAUGHT), T(BATCH)},
    {"root", TEXT, AT(root), T(OPENED) | T(CAUGHT), 0},
    {"left", NUMBER, AT(left), T(BATCH) | T(PUSH), 0},
    {"batches", NUMBER, AT(batches), T(ACK), 0},
    {"updates", LIST, AT(body), T(BATCH) | T(GOT), T(BATCH) | T(GOT)},
    {"parts", LIST, AT(body), T(PUSH), T(PUSH)},
    {"ids", LIST, AT(ids), T(GET), T(GET)},
    {"rev", TEXT, AT(rev), T(GET), 0},
    {"question", BYTES, AT(body), T(ASK), T(ASK)},
    {"answer", BYTES, AT(body), T(ANSWER), T(ANSWER)},
    {"applied", NUMBER, AT(applied), T(PUSHED), 0},
    {"unchanged", NUMBER, AT(unchanged), T(PUSHED), 0},
    {"others", LIST, AT(others), T(PUSHED), 0},
    {"d", JSON, AT(data), T(PING) | T(PONG), 0},
    {"after", NUMBER, AT(after), T(GOAWAY) | T(ERROR), 0},
    {"code", TEXT, AT(code), T(ERROR), T(ERROR)},
    {"text", TEXT, AT(text), T(ERROR), 0},
    {"retry", FLAG, AT(retry), T(ERROR), 0},
    {"error", OBJECT, AT(error), T(CLOSED), 0},
};

#define MEMBERS (sizeof members / sizeof *members)

static const char *const names[] = {
    [WEFT__REPL_HELLO] = "hello",
    [WEFT__REPL_AUTH] = "auth",
    [WEFT__REPL_WELCOME] = "welcome",
    [WEFT__REPL_MODELS] = "models",
    [WEFT__REPL_OPEN] = "open",
    [WEFT__REPL_OPENED] = "opened",
    [WEFT__REPL_RESET] = "reset",
    [WEFT__REPL_BATCH] = "batch",
    [WEFT__REPL_ACK] = "ack",
    [WEFT__REPL_CAUGHT] = "caught",
    [WEFT__REPL_CLOSE] = "close",
    [WEFT__REPL_CLOSED] = "closed",
    [WEFT__REPL_PUSH] = "push",
    [WEFT__REPL_PUSHED] = "pushed",
    [WEFT__REPL_GET] = "get",
    [WEFT__REPL_GOT] = "got",
    [WEFT__REPL_ASK] = "ask",
    [WEFT__REPL_ANSWER] = "answer",
    [WEFT__REPL_PING] = "ping",
    [WEFT__REPL_PONG] = "pong",
    [WEFT__REPL_GOAWAY] = "goaway",
    [WEFT__REPL_ERROR] = "error",
};

void
weft__repl_message_init(
    struct weft__repl_message *message, enum weft__repl_type type)
{
	memset(message, 0, sizeof *message);
	message->type = type;
}

void
weft__repl_message_fini(struct weft__repl_message *message)
{
	weft__json_fini(&message->json);
	weft__arena_fini(&message->arena);
	weft_buf_fini(&message->unpacked);
}

/*
 * Reading
 */

static int
refuse(const struct member *member, const char *expected,
    struct weft_error *error)
{
	return weft_error_set(error, WEFT_EINVAL, "\"%s\" is not %s",
	    member->name, expected);
}

static int
read_text(struct weft__repl_message *message, const struct member *member,
    struct weft_slice token, struct weft_slice *place,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(token.size);
	int code = 0;

	if (weft__json_token_type(token) != WEFT__JSON_STRING)
		return refuse(member, "a text", error);
	if (member->kind == TEXT && weft__json_plain_string(token, place))
		return 0;
	code = weft__json_read_string(token, &text);
	if (!code)
		code = weft__arena_copy(
		    &message->arena, weft_buf_slice(&text), place);
	weft_buf_fini(&text);
	return code ? weft_error_set(error, code, "%s", weft_error_text(code))
		    : 0;
}

static int
read_bytes(struct weft__repl_message *message, const struct member *member,
    struct weft_slice token, struct weft_slice *place,
    struct weft_error *error)
{
	struct weft_buf bytes = WEFT_BUF_INIT(token.size + 4);
	int code = read_text(message, member, token, place, error);

	if (code)
		return code;
	code = weft__base64_decode(*place, &bytes);
	if (code == WEFT_EINVAL)
		refuse(member, "base64", error);
	else if (code || (code = weft__arena_copy(&message->arena,
				weft_buf_slice(&bytes), place)))
		weft_error_set(error, code, "%s", weft_error_text(code));
	weft_buf_fini(&bytes);
	return code;
}

static int
read_number(const struct member *member, struct weft__json_value value,
    uint64_t *place, struct weft_error *error)
{
	return weft__json_read_whole(value, place)
	    ? 0
	    : refuse(member, "a whole number", error);
}

static int
read_flag(const struct member *member, struct weft__json_value value,
    bool *place, struct weft_error *error)
{
	if (value.type != WEFT__JSON_TRUE && value.type != WEFT__JSON_FALSE)
		return refuse(member, "true or false", error);
	*place = (value.type == WEFT__JSON_TRUE) == (member->kind == FLAG);
	return 0;
}

static int
read_member(struct weft__repl_message *message, const struct member *member,
    struct weft__json_value value, struct weft_error *error)
{
	void *place = (char *)message + member->offset;

	switch (member->kind) {
	case TEXT:
		return read_text(message, member, value.token, place, error);
	case BYTES:
		return read_bytes(message, member, value.token, place, error);
	case NUMBER:
		if (read_number(member, value, place, error))
			return WEFT_EINVAL;
		/* 0 is no request: what has no "n". */
		return member == &members[0] && !message->n
		    ? refuse(member, "a number from 1", error)
		    : 0;
	case FLAG:
	case NO_FLAG:
		return read_flag(member, value, place, error);
	case LIST:
		if (value.type != WEFT__JSON_ARRAY)
			return refuse(member, "a list", error);
		break;
	case OBJECT:
		if (value.type != WEFT__JSON_OBJECT)
			return refuse(member, "an object", error);
		break;
	case JSON:
		break;
	}
	*(struct weft_slice *)place = value.token;
	return 0;
}

static int
read_members(struct weft__repl_message *message, struct weft_error *error)
{
	const uint32_t type = UINT32_C(1) << message->type;
	int code = 0;

	for (size_t i = 0; i < MEMBERS && !code; i++) {
		const struct member *member = &members[i];
		struct weft__json_value value;

		if (!(member->types & type))
			continue;
		value = weft__json_find(
		    &message->json, weft_slice(member->name));
		if (value.type != WEFT__JSON_ABSENT)
			code = read_member(message, member, value, error);
		else if (member->needed & type)
			code = weft_error_set(error, WEFT_EINVAL,
			    "\"%s\" is missing", member->name);
	}
	return code;
}

static int
read_type(struct weft__repl_message *message, struct weft_error *error)
{
	struct weft__json_value type =
	    weft__json_find(&message->json, weft_slice("t"));
	struct weft_slice text;

	message->is_optional =
	    weft__json_find(&message->json, weft_slice("optional")).type ==
	    WEFT__JSON_TRUE;
	if (type.type != WEFT__JSON_STRING)
		return weft_error_set(error, WEFT_EINVAL, "\"t\" is missing");
	if (!weft__json_plain_string(type.token, &text))
		return 0;
	for (size_t i = 1; i < sizeof names / sizeof *names; i++)
		if (weft_slice_equal(text, weft_slice(names[i])))
			message->type = (enum weft__repl_type)i;
	return 0;
}

static int
read_json(struct weft__repl_message *message, struct weft_slice bytes,
    struct weft_error *error)
{
	const struct weft__json_limits limits = {
	    WEFT__REPL_MESSAGE_SIZE, DEPTH, WEFT_LIMIT_JSON_KEYS};
	int code = weft__json_scan(
	    &message->json, bytes.data, bytes.size, &limits, error);

	if (code)
		return code;
	if (message->json.type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    error, WEFT_EINVAL, "a message is an object");
	code = read_type(message, error);
	if (code || message->type != WEFT__REPL_UNKNOWN)
		return code ? code : read_members(message, error);
	/* It may be a request; if "n" is something else nothing is lost. */
	(void)!read_number(&members[0],
	    weft__json_find(&message->json, weft_slice("n")), &message->n,
	    NULL);
	return 0;
}

int
weft__repl_message_read(struct weft__repl_message *message, bool is_binary,
    struct weft_slice bytes, struct weft_error *error)
{
	weft__repl_message_init(message, WEFT__REPL_UNKNOWN);
	message->is_binary = is_binary;
	weft__json_init(&message->json);
	weft_buf_init(&message->unpacked, WEFT__REPL_MESSAGE_SIZE);
	return is_binary ? weft__repl_read_binary(message, bytes, error)
			 : read_json(message, bytes, error);
}

/*
 * Writing
 */

static int
write_name(const struct member *member, struct weft_buf *out)
{
	return weft_buf_printf(out, ",\"%s\":", member->name);
}

static int
write_bytes(struct weft_slice bytes, struct weft_buf *out)
{
	int code = weft_buf_append(out, "\"", 1);

	if (!code)
		code = weft__base64_encode(bytes, out);
	return code ? code : weft_buf_append(out, "\"", 1);
}

static int
write_slice(const struct member *member, struct weft_slice value,
    struct weft_buf *out)
{
	int code = value.data ? write_name(member, out) : 0;

	if (code || !value.data)
		return code;
	if (member->kind == TEXT)
		return weft__json_write_string(value, out);
	if (member->kind == BYTES)
		return write_bytes(value, out);
	return weft_buf_append_slice(out, value);
}

static int
write_member(const struct weft__repl_message *message,
    const struct member *member, bool needed, struct weft_buf *out)
{
	const void *place = (const char *)message + member->offset;
	uint64_t number;

	switch (member->kind) {
	case NUMBER:
		number = *(const uint64_t *)place;
		return number || needed
		    ? weft_buf_printf(out, ",\"%s\":%" PRIu64, member->name,
			  number)
		    : 0;
	case FLAG:
	case NO_FLAG:
		return *(const bool *)place
		    ? weft_buf_printf(out, ",\"%s\":%s", member->name,
			  member->kind == FLAG ? "true" : "false")
		    : 0;
	default:
		return write_slice(
		    member, *(const struct weft_slice *)place, out);
	}
}

static int
write_json(const struct weft__repl_message *message, struct weft_buf *out)
{
	const uint32_t type = UINT32_C(1) << message->type;
	int code = weft_buf_printf(out, "{\"t\":\"%s\"", names[message->type]);

	for (size_t i = 0; i < MEMBERS && !code; i++)
		if (members[i].types & type)
			code = write_member(message, &members[i],
			    members[i].needed & type, out);
	return code ? code : weft_buf_append(out, "}", 1);
}

int
weft__repl_message_write(
    const struct weft__repl_message *message, struct weft_buf *out)
{
	return message->is_binary ? weft__repl_write_binary(message, out)
				  : write_json(message, out);
}

/*
 * Words
 */

static const struct {
	int code;
	const char *word;
} words[] = {
    /* The first with a word is the code that it stands for. */
    {WEFT_EINVAL, "invalid"},
    {WEFT_EJSON, "invalid"},
    {WEFT_EVALIDATION, "invalid"},
    {WEFT_EHOOK, "invalid"},
    {WEFT_EEXISTS, "invalid"},
    {WEFT_EUNSUPPORTED, "unsupported"},
    {WEFT_EDENIED, "forbidden"},
    {WEFT_ENOTFOUND, "notFound"},
    {WEFT_ELIMIT, "limit"},
    {WEFT_EGONE, "gone"},
    {WEFT_ELOCKED, "busy"},
    {WEFT_ENOMEM, "busy"},
    {WEFT_ENOSPACE, "busy"},
    {WEFT_ECANCELED, "busy"},
    {WEFT_ETIMEOUT, "timeout"},
};

const char *
weft__repl_word(int code)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].code == code)
			return words[i].word;
	return "internal";
}

int
weft__repl_code(struct weft_slice word)
{
	if (weft_slice_equal(word, weft_slice("unauthorized")))
		return WEFT_EDENIED;
	if (weft_slice_equal(word, weft_slice("malformed")))
		return WEFT_EINVAL;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (weft_slice_equal(word, weft_slice(words[i].word)))
			return words[i].code;
	return WEFT_EIO;
}
