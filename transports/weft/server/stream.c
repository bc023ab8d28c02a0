/*
 * Streams: each reads when there is something new and room for it, and sends
 * what it has read.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "transports/weft/server/session_private.h"

/* A read under way. */
struct weft__repl_reading {
	struct weft__job job; /* first */
	struct weft__repl_stream *stream;
	struct weft__principal *principal;
	uint64_t wanted, floor; /* the stream's, when it began */
	struct weft__repl_batch *batch;
	char root[WEFT__OID_HEX + 1];
	int code;
	struct weft_error error;
};

struct weft__repl_stream *
weft__repl_stream_find(const struct weft__repl_session *session, uint64_t s)
{
	struct weft__repl_stream *stream = session->streams;

	while (stream && stream->channel->id != s)
		stream = stream->next;
	return stream;
}

static void
destroy(struct weft__repl_stream *stream)
{
	weft__repl_channel_drop(stream->channel);
	weft__free(stream->sizes);
	weft__free(stream);
}

/* Takes it out of the session; it goes with its read, if there is one. */
static void
remove_stream(struct weft__repl_stream *stream)
{
	struct weft__repl_session *session = stream->session;
	struct weft__repl_stream **link = &session->streams;

	while (*link != stream)
		link = &(*link)->next;
	*link = stream->next;
	session->streams_length--;
	atomic_fetch_sub(&session->hub->counts.streams, 1);
	stream->is_over = true;
	if (!stream->reading)
		destroy(stream);
}

void
weft__repl_stream_close(
    struct weft__repl_stream *stream, const struct weft_error *why)
{
	struct weft__repl_session *session = stream->session;
	struct weft_buf error = WEFT_BUF_INIT(4096);
	struct weft__repl_message closed, inner;

	if (why) {
		weft__repl_error_init(
		    &inner, weft__repl_word(why->code), why);
		weft__repl_message_init(&closed, WEFT__REPL_CLOSED);
		closed.s = stream->channel->id;
		if (!weft__repl_message_write(&inner, &error))
			closed.error = weft_buf_slice(&error);
		weft__repl_send(session, &closed);
	}
	weft_buf_fini(&error);
	remove_stream(stream);
}

/*
 * The window
 */

static bool
is_window_full(const struct weft__repl_stream *stream)
{
	return (stream->unacked &&
		   stream->unacked >= stream->session->window_size) ||
	       stream->sizes_length >= WEFT_LIMIT_REPL_UNACKED;
}

static bool
note_sent(struct weft__repl_stream *stream, size_t size)
{
	if (!weft__grow(&stream->sizes, &stream->sizes_capacity,
		stream->sizes_length + 1, sizeof *stream->sizes))
		return false;
	stream->sizes[stream->sizes_length++] = (uint32_t)size;
	stream->unacked += size;
	stream->sent++;
	if (is_window_full(stream) && !stream->stalled_ms)
		stream->stalled_ms = stream->session->now_ms + 1;
	return true;
}

bool
weft__repl_stream_ack(struct weft__repl_stream *stream, uint64_t batches)
{
	uint64_t before = stream->sent - stream->sizes_length;
	size_t count;

	if (batches > stream->sent)
		return false;
	if (batches <= before)
		return true;
	count = (size_t)(batches - before);
	for (size_t i = 0; i < count; i++)
		stream->unacked -= stream->sizes[i];
	stream->sizes_length -= count;
	memmove(stream->sizes, stream->sizes + count,
	    stream->sizes_length * sizeof *stream->sizes);
	if (!stream->sizes_length) { /* an idle client costs little */
		weft__free(stream->sizes);
		stream->sizes = NULL;
		stream->sizes_capacity = 0;
	}
	stream->stalled_ms =
	    is_window_full(stream) ? stream->session->now_ms + 1 : 0;
	weft__repl_stream_step(stream);
	return true;
}

/*
 * Sending
 */

/* Says that all up to the place was sent. */
static void
send_caught(struct weft__repl_stream *stream, const char *root)
{
	const struct weft__repl_scope scope =
	    weft__repl_channel_scope(stream->channel);
	char position[WEFT__REPL_POSITION_SIZE];
	struct weft__repl_message message;

	weft__repl_message_init(&message, WEFT__REPL_CAUGHT);
	message.s = stream->channel->id;
	weft__repl_position_write(&scope, &stream->place, position);
	message.position = weft_slice(position);
	if (*root)
		message.root = weft_slice(root);
	weft__repl_send(stream->session, &message);
	stream->is_moved = false;
	stream->told_ms = stream->session->now_ms;
}

/* The stream has come to the end for the first time.  False: it is over. */
static bool
take_end(struct weft__repl_stream *stream, const char *root, bool is_told)
{
	stream->is_caught = true;
	if (!is_told)
		send_caught(stream, root);
	if (stream->is_live)
		return true;
	remove_stream(stream);
	return false;
}

static bool
send_frame(struct weft__repl_stream *stream,
    const struct weft__repl_batch *batch)
{
	struct weft__repl_session *session = stream->session;
	struct weft__repl_counts *counts = &session->hub->counts;
	struct weft_error why;

	if (batch->size > session->message_size) {
		weft_error_set(&why, WEFT_ELIMIT,
		    "a record does not fit into a message");
		weft__repl_stream_close(stream, &why);
		return false;
	}
	if (!note_sent(stream, batch->size)) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return false;
	}
	stream->is_moved = false;
	stream->told_ms = session->now_ms;
	atomic_fetch_add(&counts->batches, 1);
	atomic_fetch_add(&counts->updates, batch->length);
	atomic_fetch_add(&counts->bytes, batch->size);
	session->port->send_frame(session->context, batch->frame);
	return true;
}

/*
 * Sends what was read.  'root' is that of the end, or empty.  False: the
 * stream is over.
 */
static bool
deliver(struct weft__repl_stream *stream,
    const struct weft__repl_batch *batch, const char *root, bool is_told)
{
	const struct weft__place *to = &batch->to;

	if (stream->session->is_closed)
		return false;
	if (memcmp(&stream->place, to, sizeof *to) != 0)
		stream->is_moved = true;
	stream->place = *to;
	stream->has_more = !batch->is_end;
	if (batch->is_end)
		stream->have = batch->upto;
	if (batch->frame &&
	    !weft__repl_batch_is_own(batch, stream->session->node) &&
	    !send_frame(stream, batch))
		return false;
	if (batch->is_end && !stream->is_caught)
		return take_end(stream, root, is_told);
	return true;
}

/*
 * Reading
 */

static void
work_read(struct weft__job *job)
{
	struct weft__repl_reading *reading = (struct weft__repl_reading *)job;
	struct weft__repl_stream *stream = reading->stream;
	const struct weft__repl_read read = {
	    .principal = reading->principal,
	    .origin = stream->session->node,
	    .from = stream->place,
	    .wanted = reading->wanted,
	    .floor = reading->floor,
	};

	const struct weft__patience *before;
	struct weft__patience patience;

	weft__repl_patience_init(&patience, stream->session);
	before = weft__patience_set(&patience);
	reading->code = weft__repl_channel_read(
	    stream->channel, &read, &reading->batch, &reading->error);
	if (!reading->code && reading->batch->is_end && stream->needs_root &&
	    !stream->is_caught)
		reading->code = weft__repl_read_root(
		    stream->channel, reading->root, &reading->error);
	weft__patience_set(before);
}

/* What was read is older than what the client was told meanwhile. */
static void
read_again(struct weft__repl_stream *stream)
{
	stream->has_more = true;
	weft__repl_stream_step(stream);
}

static void
done_read(struct weft__job *job)
{
	struct weft__repl_reading *reading = (struct weft__repl_reading *)job;
	struct weft__repl_stream *stream = reading->stream;
	struct weft__repl_session *session = stream->session;

	stream->reading = NULL;
	session->readings--;
	if (stream->is_over)
		destroy(stream);
	else if (reading->code)
		weft__repl_stream_close(stream, &reading->error);
	else if (reading->batch->seen < stream->floor)
		read_again(stream);
	else if (deliver(stream, reading->batch, reading->root, false))
		weft__repl_stream_step(stream);
	weft__repl_batch_drop(reading->batch);
	weft__principal_release(reading->principal);
	weft__free(reading);
	weft__repl_session_settle(session);
}

static void
start_reading(struct weft__repl_stream *stream)
{
	struct weft__repl_session *session = stream->session;
	struct weft__repl_reading *reading =
	    weft__calloc(1, sizeof *reading);

	if (!reading) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return;
	}
	reading->stream = stream;
	reading->wanted = stream->wanted;
	reading->floor = stream->floor;
	reading->principal = weft__principal_keep(session->principal);
	reading->job.work = work_read;
	reading->job.done = done_read;
	stream->reading = reading;
	session->readings++;
	session->port->run(session->context, &reading->job);
}

/* What somebody else has read from the same place; NULL: nothing. */
static struct weft__repl_batch *
find_read(struct weft__repl_stream *stream)
{
	const struct weft__repl_read read = {
	    .origin = stream->session->node,
	    .from = stream->place,
	    .wanted = stream->wanted,
	    .floor = stream->floor,
	};

	if (stream->needs_root && !stream->is_caught)
		return NULL; /* the root is read with it */
	return weft__repl_channel_find(stream->channel, &read);
}

static bool
may_send(struct weft__repl_stream *stream)
{
	struct weft__repl_session *session = stream->session;

	return !stream->reading && !stream->is_over && !session->is_closed &&
	       !session->is_over && !session->is_draining &&
	       !is_window_full(stream) &&
	       (stream->has_more || stream->have < stream->wanted) &&
	       !session->port->is_full(session->context) &&
	       weft__repl_is_checked(session);
}

void
weft__repl_stream_step(struct weft__repl_stream *stream)
{
	bool goes_on = true;

	while (goes_on && may_send(stream)) {
		struct weft__repl_batch *batch = find_read(stream);

		if (!batch) {
			start_reading(stream);
			return;
		}
		goes_on = deliver(stream, batch, "", false);
		weft__repl_batch_drop(batch);
	}
}

/*
 * Life
 */

/* Whether the request's stream can be one of the session. */
static int
check_room(struct weft__repl_request *request)
{
	const struct weft__repl_session *session = request->session;

	if (session->streams_length >= WEFT_LIMIT_REPL_STREAMS)
		return weft_error_set(&request->error, WEFT_ELIMIT,
		    "there are %d streams", WEFT_LIMIT_REPL_STREAMS);
	if (weft__repl_stream_find(session, request->channel->id))
		return weft_error_set(&request->error, WEFT_EINVAL,
		    "this stream is open already");
	return 0;
}

static struct weft__repl_stream *
make(struct weft__repl_request *request)
{
	struct weft__repl_session *session = request->session;
	struct weft__repl_stream *stream = weft__calloc(1, sizeof *stream);

	if (!stream)
		return NULL;
	stream->session = session;
	stream->channel = request->channel;
	request->channel = NULL;
	stream->is_live = !request->message.not_live;
	stream->needs_root = request->message.needs_root;
	stream->place = request->batch->from;
	stream->told_ms = session->now_ms;
	stream->next = session->streams;
	session->streams = stream;
	session->streams_length++;
	atomic_fetch_add(&session->hub->counts.streams, 1);
	return stream;
}

void
weft__repl_stream_start(struct weft__repl_request *request)
{
	struct weft__repl_session *session = request->session;
	struct weft__repl_stream *stream;
	bool is_told = request->batch->is_end && !request->batch->frame;
	int code = check_room(request);

	if (code) {
		weft__repl_send_error(session, request->message.n,
		    weft__repl_word(code), &request->error);
		return;
	}
	if (session->is_closed)
		return;
	stream = make(request);
	if (!stream) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return;
	}
	session->port->send(session->context, request->is_binary,
	    weft_buf_slice(&request->answer));
	stream->wanted = session->port->tip(
	    session->context, stream->channel->datasource);
	if (stream->needs_root && !is_told) {
		stream->has_more = true; /* read again, with the root */
		weft__repl_stream_step(stream);
	} else if (deliver(stream, request->batch, "", is_told)) {
		weft__repl_stream_step(stream);
	}
}

void
weft__repl_stream_tick(struct weft__repl_stream *stream)
{
	struct weft__repl_session *session = stream->session;
	const struct weft__repl_options *options = &session->hub->options;

	if (stream->stalled_ms &&
	    session->now_ms >= stream->stalled_ms + options->wait_ms) {
		atomic_fetch_add(&session->hub->counts.timeouts, 1);
		weft__repl_close(session, WEFT__REPL_TIMEOUT,
		    "batches were not acknowledged in time");
		return;
	}
	if (stream->is_caught && stream->is_moved && !stream->reading &&
	    session->now_ms - stream->told_ms >= options->idle_ms)
		send_caught(stream, "");
}
