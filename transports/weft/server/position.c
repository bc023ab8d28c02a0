#include "transports/weft/server/position.h"

#include "core/base/base64.h"
#include "core/repl/wire.h"

/* Bytes of the hashes of epoch and scope, and of the check of it all. */
#define MARK_SIZE 4

/* Of both, and four numbers. */
#define BYTES_SIZE (3 * MARK_SIZE + 4 * 10)

struct marks {
	struct weft__oid epoch, scope;
};

/* A text and its end, so that two texts are not one. */
static void
add_text(struct weft__sha1_stream *stream, struct weft_slice text)
{
	const char mark = text.data ? '=' : '-';

	weft__sha1_add(stream, &mark, 1);
	weft__sha1_add(stream, text.data, text.size);
	weft__sha1_add(stream, "", 1);
}

static void
hash(const struct weft__repl_scope *scope, struct marks *marks)
{
	struct weft__sha1_stream stream;

	weft__sha1(scope->epoch.data, scope->epoch.size, &marks->epoch);
	weft__sha1_start(&stream);
	add_text(&stream, scope->model);
	add_text(&stream, scope->view);
	add_text(&stream, scope->filter);
	weft__sha1_finish(&stream, &marks->scope);
}

/* Appends a check of what is there. */
static int
put_check(struct weft_buf *bytes)
{
	struct weft__oid check;

	weft__sha1(bytes->data, bytes->size, &check);
	return weft_buf_append(bytes, check.bytes, MARK_SIZE);
}

static int
put(const struct marks *marks, const struct weft__place *place,
    struct weft_buf *bytes)
{
	int code = weft_buf_append(bytes, marks->epoch.bytes, MARK_SIZE);

	if (!code)
		code = weft_buf_append(bytes, marks->scope.bytes, MARK_SIZE);
	if (!code)
		code = weft__wire_put_number(bytes, place->since);
	if (!code)
		code = weft__wire_put_number(bytes, place->phase);
	if (!code)
		code = weft__wire_put_number(bytes, place->position);
	if (!code)
		code = weft__wire_put_number(bytes, place->bound);
	return code ? code : put_check(bytes);
}

void
weft__repl_position_write(const struct weft__repl_scope *scope,
    const struct weft__place *place, char text[WEFT__REPL_POSITION_SIZE])
{
	struct weft_buf bytes = WEFT_BUF_INIT(BYTES_SIZE);
	struct weft_buf out = WEFT_BUF_INIT(WEFT__REPL_POSITION_SIZE - 1);
	struct marks marks;

	hash(scope, &marks);
	*text = '\0'; /* out of memory: one that reads as bad */
	if (!put(&marks, place, &bytes) &&
	    !weft__base64_encode(weft_buf_slice(&bytes), &out))
		memcpy(text, out.data, out.size + 1);
	weft_buf_fini(&bytes);
	weft_buf_fini(&out);
}

static bool
take_place(struct weft__wire *wire, struct weft__place *place)
{
	return weft__wire_number(wire, &place->since) &&
	       weft__wire_number(wire, &place->phase) &&
	       weft__wire_number(wire, &place->position) &&
	       weft__wire_number(wire, &place->bound) && !wire->size;
}

static const char *
take(const struct marks *marks, struct weft_slice bytes,
    struct weft__place *place)
{
	struct weft__wire wire = weft__wire_of(bytes);
	unsigned char epoch[MARK_SIZE], scope[MARK_SIZE];
	struct weft__oid check;

	if (bytes.size < 3 * MARK_SIZE)
		return "bad";
	wire.size -= MARK_SIZE;
	weft__sha1(bytes.data, wire.size, &check);
	if (memcmp(bytes.data + wire.size, check.bytes, MARK_SIZE) != 0 ||
	    !weft__wire_bytes(&wire, epoch, MARK_SIZE) ||
	    !weft__wire_bytes(&wire, scope, MARK_SIZE) ||
	    !take_place(&wire, place))
		return "bad";
	if (memcmp(epoch, marks->epoch.bytes, MARK_SIZE) != 0)
		return "epoch";
	return memcmp(scope, marks->scope.bytes, MARK_SIZE) != 0 ? "other"
								  : NULL;
}

const char *
weft__repl_position_read(const struct weft__repl_scope *scope,
    struct weft_slice text, struct weft__place *place)
{
	struct weft_buf bytes = WEFT_BUF_INIT(WEFT__REPL_POSITION_SIZE);
	const char *reason = "bad";
	struct marks marks;

	hash(scope, &marks);
	if (text.size < WEFT__REPL_POSITION_SIZE &&
	    !weft__base64_decode(text, &bytes))
		reason = take(&marks, weft_buf_slice(&bytes), place);
	weft_buf_fini(&bytes);
	return reason;
}
