#include "core/base/alloc.h"
#include "transports/weft/client/peer.h"

/* Forgets the batches that nobody has taken. */
static void
clear(struct weft__peer_stream *stream)
{
	struct weft__peer_message *batch;

	while ((batch = stream->first)) {
		stream->first = batch->next;
		weft__peer_message_destroy(batch);
	}
	stream->last = &stream->first;
}

static void
destroy(struct weft__peer_stream *stream)
{
	clear(stream);
	weft_buf_fini(&stream->filter);
	weft_buf_fini(&stream->position);
	weft_buf_fini(&stream->given);
	weft_buf_fini(&stream->told);
	weft__free(stream->model);
	weft__free(stream);
}

void
weft__peer_streams_destroy(struct weft__peer *peer)
{
	struct weft__peer_stream *stream;

	while ((stream = peer->streams)) {
		peer->streams = stream->next;
		destroy(stream);
	}
}

void
weft__peer_streams_lost(struct weft__peer *peer)
{
	struct weft__peer_stream *stream;

	for (stream = peer->streams; stream; stream = stream->next) {
		stream->s = 0;
		stream->is_caught = false;
	}
}

struct weft__peer_stream *
weft__peer_stream(
    struct weft__peer *peer, const char *model, struct weft_slice filter)
{
	struct weft__peer_stream *stream;
	struct weft_slice wanted = {
	    filter.data ? filter.data : "", filter.size};

	for (stream = peer->streams; stream; stream = stream->next)
		if (strcmp(stream->model, model) == 0 &&
		    weft_slice_equal(weft_buf_slice(&stream->filter), wanted))
			return stream;
	stream = weft__calloc(1, sizeof *stream);
	if (!stream)
		return NULL;
	stream->last = &stream->first;
	weft_buf_init(&stream->filter, SIZE_MAX / 2);
	weft_buf_init(&stream->position, SIZE_MAX / 2);
	weft_buf_init(&stream->given, SIZE_MAX / 2);
	weft_buf_init(&stream->told, SIZE_MAX / 2);
	stream->model = weft__strdup(model);
	if (!stream->model || weft_buf_append_slice(&stream->filter, wanted)) {
		destroy(stream);
		return NULL;
	}
	stream->next = peer->streams;
	peer->streams = stream;
	return stream;
}

static int
set_position(struct weft__peer_stream *stream, struct weft_slice position)
{
	weft_buf_clear(&stream->position);
	return position.size
	    ? weft_buf_append_slice(&stream->position, position)
	    : 0;
}

/* Has the server end the stream. */
static void
end_stream(struct weft__peer *peer, struct weft__peer_stream *stream)
{
	struct weft__repl_message message;

	weft__repl_message_init(&message, WEFT__REPL_CLOSE);
	message.s = stream->s;
	if (stream->s && weft__peer_tell(peer, &message))
		weft__ws_break(peer->ws);
	stream->s = 0;
	stream->is_caught = false;
}

int
weft__peer_stream_set(struct weft__peer *peer,
    struct weft__peer_stream *stream, struct weft_slice position)
{
	if (peer->ws)
		end_stream(peer, stream);
	clear(stream);
	weft_buf_clear(&stream->given);
	if (position.size && weft_buf_append_slice(&stream->given, position))
		return WEFT_ENOMEM;
	return set_position(stream, position);
}

/* It was closed by the server, with or without an error. */
static void
take_closed(struct weft__peer_stream *stream, struct weft_slice error)
{
	struct weft__json_value word = {.type = WEFT__JSON_ABSENT};
	struct weft_slice text = {"internal", 8};

	if (error.data)
		word = weft__json_step(
		    weft__json_value_of(error), weft_slice("code"));
	if (word.type == WEFT__JSON_STRING)
		weft__json_plain_string(word.token, &text);
	stream->s = 0;
	stream->code = weft_error_set(&stream->error, weft__repl_code(text),
	    "%s: the server ended the stream: %.*s", stream->model,
	    (int)text.size, text.data);
}

static struct weft__peer_stream *
find(struct weft__peer *peer, uint64_t s)
{
	struct weft__peer_stream *stream = peer->streams;

	while (stream && (!s || stream->s != s))
		stream = stream->next;
	return stream;
}

/* What is not told before caught is counted down when the batch is read. */
static void
note_left(struct weft__peer_stream *stream, uint64_t left)
{
	if (left || stream->is_caught)
		stream->left = left;
}

int
weft__peer_stream_take(
    struct weft__peer *peer, struct weft__peer_message *message)
{
	const struct weft__repl_message *content = &message->message;
	struct weft__peer_stream *stream = find(peer, content->s);
	int code = 0;

	if (stream && content->position.size)
		code = set_position(stream, content->position);
	if (stream && content->type == WEFT__REPL_BATCH && !code) {
		note_left(stream, content->left);
		*stream->last = message;
		stream->last = &message->next;
		return 0;
	}
	if (stream && content->type == WEFT__REPL_CAUGHT) {
		stream->is_caught = true;
		stream->left = 0;
		if (!stream->is_live)
			stream->s = 0;
	} else if (stream) {
		take_closed(stream, content->error);
	}
	weft__peer_message_destroy(message);
	return code;
}

bool
weft__peer_stream_has_batch(const struct weft__peer_stream *stream)
{
	return stream->first != NULL;
}

int
weft__peer_stream_opened(
    struct weft__peer_stream *stream, const struct weft__repl_message *opened)
{
	stream->s = opened->caught && !stream->is_live ? 0 : opened->s;
	stream->openings++;
	stream->taken = stream->acked = 0;
	stream->code = 0;
	stream->left = opened->pending;
	stream->is_caught = opened->caught;
	return opened->position.size ? set_position(stream, opened->position)
	                             : 0;
}

static int
open_stream(struct weft__peer *peer, struct weft__peer_stream *stream,
    struct weft_error *error)
{
	struct weft__repl_message request;
	const struct weft__repl_message *answer;
	int code;

	weft__repl_message_init(&request, WEFT__REPL_OPEN);
	request.model = weft_slice(stream->model);
	if (stream->filter.size)
		request.filter = weft_buf_slice(&stream->filter);
	if (stream->position.size)
		request.position = weft_buf_slice(&stream->position);
	request.not_live = !stream->is_live;
	peer->opening = stream;
	code = weft__peer_ask(peer, &request, &answer, error);
	if (!code && answer->type == WEFT__REPL_RESET) {
		/* It tells everything; perhaps of another database. */
		peer->version++;
		weft_buf_clear(&stream->position);
		request.position = (struct weft_slice){NULL, 0};
		code = weft__peer_ask(peer, &request, &answer, error);
	}
	peer->opening = NULL;
	if (!code && answer->type != WEFT__REPL_OPENED)
		code = weft_error_set(error, WEFT_ENETWORK,
		    "%s: no answer to open", peer->url);
	return code;
}

void
weft__peer_stream_ack(struct weft__peer *peer,
    struct weft__peer_stream *stream, uint64_t opening, uint64_t batches)
{
	struct weft__repl_message ack;

	if (!stream->s || opening != stream->openings ||
	    batches <= stream->acked)
		return;
	weft__repl_message_init(&ack, WEFT__REPL_ACK);
	ack.s = stream->s;
	ack.batches = stream->acked = batches;
	if (weft__peer_tell(peer, &ack))
		weft__ws_break(peer->ws);
}

/* Whether there is a batch, or there will be none. */
static bool
is_told(void *context)
{
	const struct weft__peer_stream *stream = context;

	return stream->first || stream->is_caught || stream->code;
}

/* Has a stream that the server could not go on with opened again. */
static void
forgive(struct weft__peer_stream *stream)
{
	if (stream->code != WEFT_EGONE)
		return;
	stream->code = 0;
	stream->is_caught = false;
}

/* One try to get a batch.  A connection that broke is made anew, and the
 * stream goes on where it was; so does one whose place the server has not kept:
 * it resets that when it is opened. */
static int
wait_for_batch(struct weft__peer *peer, struct weft__peer_stream *stream,
    struct weft_error *error)
{
	int code = stream->s ? 0 : open_stream(peer, stream, error);

	if (!code)
		code = weft__peer_wait(peer, is_told, stream, error);
	if ((code == WEFT_ENETWORK || code == WEFT_ETIMEOUT) &&
	    peer->state != WEFT__PEER_READY)
		code = weft__peer_connect(peer, error);
	return code;
}

int
weft__peer_stream_next(struct weft__peer *peer,
    struct weft__peer_stream *stream, struct weft__peer_message **batch,
    struct weft_error *error)
{
	int code = 0;

	*batch = NULL;
	forgive(stream);
	while (!code && !is_told(stream)) {
		/* The server may be waiting for room in the window. */
		weft__peer_stream_ack(
		    peer, stream, stream->openings, stream->taken);
		code = wait_for_batch(peer, stream, error);
		forgive(stream);
	}
	if (code)
		return code;
	*batch = stream->first;
	if (*batch) {
		stream->first = (*batch)->next;
		if (!stream->first)
			stream->last = &stream->first;
		stream->taken++;
		return 0;
	}
	if (stream->code) {
		code = weft_error_set(
		    error, stream->code, "%s", stream->error.text);
		stream->code = 0;
	}
	return code;
}
