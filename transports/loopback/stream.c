#define _GNU_SOURCE /* memmem */
/*
 * A change stream is read from the journal in steps: on its loop it is woken,
 * by what was written or by room for more; a worker then reads some rows; back
 * on the loop they are sent.
 *
 * It lives until its client has left or it has ended, no step is under way,
 * and no wake is still to come.
 */
#include "transports/loopback/stream.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "models/record/record.h"
#include "transports/loopback/event.h"
#include "transports/loopback/stream_options.h"
#include "transports/watch.h"

/* Journal rows read at a time, and about the bytes of one step. */
#define STEP_ROWS 32
#define STEP_SIZE (256 * 1024)

struct weft__rest_stream {
	struct weft__watcher watcher; /* the first member */
	struct weft__job job;
	struct weft__timer heartbeat;
	struct weft__rest *rest;
	const struct weft__rest_model *model;
	struct weft__principal *principal;
	struct weft__loop *loop;
	struct weft__http_response *response; /* NULL: over */
	struct weft__rest_stream_options options;
	struct weft_buf where; /* of the feed: what the principal may see */
	struct weft__live live;
	struct weft__filter fields;
	struct weft__rest_format format;
	atomic_bool is_gone; /* so is the client */
	bool is_busy;   /* a step is under way */
	bool is_wanted; /* there may be more to read */
	bool is_posted; /* left the watch, but a wake still comes */
	/* Of the step. */
	struct weft_buf out;
	size_t looked;
	int code;
	struct weft_error error;
};

/*
 * Opening, on a worker
 */

static int
take_fields(struct weft__rest_stream *stream, struct weft_error *error)
{
	struct weft_buf filter = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft_slice fields = stream->options.fields;
	int code = 0;

	if (fields.data)
		code = weft_buf_printf(&filter, "{\"fields\":%.*s}",
		    (int)fields.size, fields.data);
	if (code)
		weft_error_set(
		    error, code, "fields: %s", weft_error_text(code));
	else
		code = weft__record_parse_filter(stream->model->model,
		    filter.size ? weft_buf_slice(&filter)
				: weft_slice_of(NULL, 0),
		    &stream->fields, error);
	weft_buf_fini(&filter);
	return code;
}

static bool
is_event_stream(const struct weft__rest_call *call,
    const struct weft__http_request *request)
{
	static const char type[] = "text/event-stream";
	struct weft_slice accept = weft__http_header(request, "Accept");
	struct weft_slice format = weft__rest_node_text(
	    weft__rest_query_find(&call->query, "_format"));

	return weft_slice_equal(format, weft_slice("event-stream")) ||
	       (accept.size && memmem(accept.data, accept.size, type,
				   sizeof type - 1));
}

static void
make_format(struct weft__rest_stream *stream,
    const struct weft__rest_call *call,
    const struct weft__http_request *request)
{
	struct weft__rest_format *format = &stream->format;
	struct weft_datasource *datasource = stream->model->model->datasource;
	const struct weft_clock *clock = datasource->clock;
	unsigned char random[(sizeof format->id - 1) / 2 + 1];

	format->is_lines = !is_event_stream(call, request);
	format->definition = stream->model->definition;
	format->fields = &stream->fields;
	memcpy(format->epoch, datasource->epoch, sizeof format->epoch - 1);
	clock->random(clock->context, random, sizeof random);
	for (size_t i = 0; i + 1 < sizeof format->id; i++)
		format->id[i] = "0123456789abcdef"[
		    random[i / 2] >> (i % 2 * 4) & 15];
}

/* The where clause of what the principal may see. */
static int
narrow(const struct weft__rest_stream *stream,
    const struct weft__principal *principal, struct weft_buf *where,
    struct weft_error *error)
{
	struct weft_slice given = stream->options.where;
	int code;

	if (stream->rest->access)
		return weft__view_where(principal, stream->model->model,
		    given, where, error);
	code = given.data ? weft_buf_append_slice(where, given) : 0;
	return code ? weft_error_set(error, code, "where: %s",
			  weft_error_text(code))
		    : 0;
}

static int
open_feed(struct weft__rest_stream *stream, struct weft__rest_call *call,
    const struct weft__http_request *request)
{
	struct weft_slice id = weft__http_header(request, "Last-Event-ID");
	bool is_foreign;
	uint64_t position =
	    weft__rest_format_position(&stream->format, id, &is_foreign);
	int code = take_fields(stream, &call->error);

	if (!code)
		code = narrow(stream, stream->principal, &stream->where,
		    &call->error);
	if (!code)
		code = weft__live_open(&stream->live, stream->model->model,
		    stream->where.size ? weft_buf_slice(&stream->where)
				       : weft_slice_of(NULL, 0),
		    is_foreign ? WEFT__LIVE_NOW : position, &call->error);
	stream->live.has_gap |= is_foreign;
	return code;
}

static int
prepare(struct weft__rest_stream *stream, struct weft__rest_call *call,
    const struct weft__http_request *request)
{
	int code = weft__rest_stream_options_take(&stream->options, call);

	if (!code)
		code = open_feed(stream, call, request);
	if (!code)
		code = weft__rest_format_begin(&stream->format, &stream->out);
	if (!code && stream->live.has_gap)
		code = weft__rest_format_reset(
		    &stream->format, stream->live.position, &stream->out);
	return code && !call->error.code ? weft__rest_no_memory(call) : code;
}

static void
destroy(struct weft__rest_stream *stream)
{
	weft__live_close(&stream->live);
	weft__filter_fini(&stream->fields);
	weft__rest_stream_options_fini(&stream->options);
	weft_buf_fini(&stream->where);
	weft_buf_fini(&stream->out);
	weft__principal_release(stream->principal);
	weft__free(stream);
}

int
weft__rest_stream_open(struct weft__rest_call *call,
    const struct weft__http_request *request,
    struct weft__rest_stream **stream)
{
	struct weft__rest_stream *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return weft__rest_no_memory(call);
	made->rest = call->rest;
	made->model = call->model;
	made->principal = weft__principal_keep(call->principal);
	weft_buf_init(&made->where, 2 * WEFT_LIMIT_FILTER_SIZE);
	weft_buf_init(&made->out, STEP_SIZE + 8 * WEFT_LIMIT_RECORD_SIZE);
	make_format(made, call, request);
	code = prepare(made, call, request);
	if (code)
		destroy(made);
	else
		*stream = made;
	return code;
}

/*
 * One step, on a worker
 */

static int
send_event(const struct weft__live_event *event, void *context)
{
	struct weft__rest_stream *stream = context;
	int code;

	if (stream->out.size >= STEP_SIZE)
		return WEFT_ECANCELED; /* comes with the next step */
	code = weft__rest_format_event(&stream->format, event, &stream->out);
	if (code)
		return weft_error_set(&stream->error, code, "change stream: %s",
		    weft_error_text(code));
	return 0;
}

/* Reads on by another where clause: what it shows that was hidden before, and
 * the other way round, is for the client to find out. */
static int
take_where(struct weft__rest_stream *stream, struct weft_slice where)
{
	uint64_t position = stream->live.position;
	int code;

	if (stream->format.is_lines)
		return weft_error_set(&stream->error, WEFT_EDENIED,
		    "Authorization Required");
	weft__live_close(&stream->live);
	code = weft__live_open(&stream->live, stream->model->model, where,
	    position, &stream->error);
	if (!code && weft__rest_format_reset(
			 &stream->format, stream->live.position, &stream->out))
		code = weft_error_set(
		    &stream->error, WEFT_ENOMEM, "out of memory");
	return code;
}

/* What the principal may see may be another than it was: his roles are. */
static int
check_where(
    struct weft__rest_stream *stream, const struct weft__principal *principal)
{
	struct weft_buf where = WEFT_BUF_INIT(2 * WEFT_LIMIT_FILTER_SIZE);
	int code = narrow(stream, principal, &where, &stream->error);

	if (!code && !weft_slice_equal(weft_buf_slice(&where),
			 weft_buf_slice(&stream->where))) {
		code = take_where(stream, weft_buf_slice(&where));
		weft_buf_fini(&stream->where);
		stream->where = where;
		return code;
	}
	weft_buf_fini(&where);
	return code;
}

/* The rights of the moment: they may end or change while the stream goes
 * on. */
static int
check_rights(struct weft__rest_stream *stream)
{
	struct weft__access *access = stream->rest->access;
	const struct weft__access_request request = {
	    .model = stream->model->model, .method = "createChangeStream"};
	struct weft__principal *principal = NULL;
	struct weft_slice token = weft__principal_token(stream->principal);
	int code = 0;

	if (!access)
		return 0;
	if (token.data)
		code = weft__access_authenticate(
		    access, token, &principal, NULL, &stream->error);
	if (!code)
		code = weft__access_check(
		    access, principal, &request, NULL, &stream->error);
	if (!code)
		code = check_where(stream, principal);
	weft__principal_release(principal);
	return code;
}

static struct weft__rest_stream *
stream_of(struct weft__job *job)
{
	return (struct weft__rest_stream *)((char *)job -
	    offsetof(struct weft__rest_stream, job));
}

static void
work_step(struct weft__job *job)
{
	struct weft__rest_stream *stream = stream_of(job);
	struct weft__patience patience = {
	    .until_ms = weft__patience_now_ms() +
		atomic_load(&stream->rest->request_ms),
	    .is_gone = &stream->is_gone,
	    .is_ending = &stream->rest->is_ending,
	};
	const struct weft__patience *before = weft__patience_set(&patience);
	int code = check_rights(stream);

	stream->looked = 0;
	while (!code && stream->out.size < STEP_SIZE) {
		code = weft__live_read(&stream->live, STEP_ROWS, send_event,
		    stream, &stream->looked, &stream->error);
		if (stream->looked < STEP_ROWS)
			break;
	}
	if (code == WEFT_ECANCELED && !weft__patience_check_now()) {
		stream->looked = STEP_ROWS; /* it was enough */
		code = 0;
	}
	weft__patience_set(before);
	stream->code = code;
}

/*
 * On the loop
 */

static void
free_if_over(struct weft__rest_stream *stream)
{
	if (!stream->response && !stream->is_busy && !stream->is_posted)
		destroy(stream);
}

static void done_step(struct weft__job *job);

/* Reads on, if there is reason to. */
static void
step(struct weft__rest_stream *stream)
{
	if (!stream->response || stream->is_busy || !stream->is_wanted ||
	    weft__http_is_full(stream->response))
		return;
	stream->is_busy = true;
	stream->is_wanted = false;
	stream->job.work = work_step;
	stream->job.done = done_step;
	weft__workers_run(
	    stream->rest->options.workers, stream->loop, &stream->job);
}

static void
send_out(struct weft__rest_stream *stream)
{
	if (stream->out.size)
		weft__http_write(
		    stream->response, stream->out.data, stream->out.size);
	weft_buf_clear(&stream->out);
}

/* The last word, and the end. */
static void
end(struct weft__rest_stream *stream, const struct weft_error *error)
{
	if (error && weft_error_class(error->code) != WEFT_CLASS_REFUSE)
		weft__log(WEFT_LOG_ERROR, "loopback", "change stream of %s: %s",
		    stream->model->definition->name, error->text);
	weft__loop_clear_timer(stream->loop, &stream->heartbeat);
	if (!weft__rest_format_end(&stream->format, error, &stream->out))
		send_out(stream);
	weft__http_end(stream->response); /* may free the stream */
}

static void
done_step(struct weft__job *job)
{
	struct weft__rest_stream *stream = stream_of(job);

	stream->is_busy = false;
	if (!stream->response) {
		free_if_over(stream);
		return;
	}
	send_out(stream);
	if (stream->code) {
		end(stream, &stream->error);
		return;
	}
	stream->is_wanted |= stream->looked == STEP_ROWS;
	step(stream);
}

static void
on_wake(struct weft__watcher *watcher)
{
	struct weft__rest_stream *stream =
	    (struct weft__rest_stream *)watcher;

	stream->is_posted = false;
	stream->is_wanted = true;
	step(stream);
	free_if_over(stream);
}

static void
on_room(struct weft__http_response *response, void *context)
{
	(void)response;
	step(context);
}

static void
on_heartbeat(struct weft__timer *timer)
{
	struct weft__rest_stream *stream =
	    (struct weft__rest_stream *)((char *)timer -
		offsetof(struct weft__rest_stream, heartbeat));

	if (!stream->is_busy && !weft__http_is_full(stream->response) &&
	    !weft__rest_format_heartbeat(&stream->format, &stream->out))
		send_out(stream);
	weft__loop_set_timer(stream->loop, timer,
	    stream->rest->options.heartbeat_ms);
}

static void
on_over(void *context)
{
	struct weft__rest_stream *stream = context;

	stream->response = NULL;
	atomic_store(&stream->is_gone, true);
	weft__loop_clear_timer(stream->loop, &stream->heartbeat);
	stream->is_posted =
	    !weft__watch_remove(stream->rest->watch, &stream->watcher);
	free_if_over(stream);
}

static void
on_notice(struct weft__http_response *response,
    enum weft__http_notice notice, void *context)
{
	struct weft__rest_stream *stream = context;

	(void)response;
	if (notice == WEFT__HTTP_DRAIN && stream->is_busy)
		weft__http_end(stream->response); /* 'out' is the worker's */
	else if (notice == WEFT__HTTP_DRAIN)
		end(stream, NULL);
}

static void
set_headers(struct weft__rest_stream *stream)
{
	static const char *const events[][2] = {
	    {"Content-Type", "text/event-stream"},
	    {"Cache-Control", "no-cache, no-transform"},
	    {"Content-Encoding", "x-no-compression"}};
	static const char *const lines[][2] = {
	    {"Content-Type", "application/json; boundary=NL"}};
	const char *const(*headers)[2] =
	    stream->format.is_lines ? lines : events;
	size_t count = stream->format.is_lines ? 1 : 3;

	for (size_t i = 0; i < count; i++)
		(void)weft__http_set_header(stream->response, headers[i][0],
		    weft_slice(headers[i][1]));
}

void
weft__rest_stream_start(struct weft__rest_stream *stream,
    struct weft__http_response *response)
{
	const struct weft__http_stream http = {
	    .more = on_room, .over = on_over, .context = stream};

	stream->response = response;
	stream->loop = weft__http_loop(response);
	stream->watcher = (struct weft__watcher){
	    .datasource = stream->model->model->datasource,
	    .loop = stream->loop,
	    .wake = on_wake};
	stream->heartbeat.fire = on_heartbeat;
	set_headers(stream);
	weft__http_stream(response, 200, &http);
	weft__http_watch(response, on_notice, stream);
	send_out(stream);
	weft__loop_set_timer(stream->loop, &stream->heartbeat,
	    stream->rest->options.heartbeat_ms);
	weft__watch_add(
	    stream->rest->watch, &stream->watcher, stream->live.position);
}
