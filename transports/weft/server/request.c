/*
 * Requests: the queue, and what each does on a worker.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/model.h"
#include "models/tracking/live.h"
#include "transports/weft/server/session_private.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/*
 * Answers
 */

int
weft__repl_answer(struct weft__repl_request *request,
    const struct weft__repl_message *message)
{
	int code = weft__repl_message_write(message, &request->answer);

	request->is_binary = message->is_binary;
	return code ? weft_error_set(&request->error, code, "answer: %s",
			  weft_error_text(code))
		    : 0;
}

int
weft__repl_note_floor(struct weft__repl_request *request,
    struct weft_datasource *datasource)
{
	request->told = datasource;
	return weft__live_tip(datasource, &request->floor, &request->error);
}

/* What the streams send from now on must be as new as the answer. */
static void
raise_floors(const struct weft__repl_request *request)
{
	struct weft__repl_stream *stream = request->session->streams;

	for (; stream; stream = stream->next)
		if (stream->channel->datasource == request->told &&
		    stream->floor < request->floor)
			stream->floor = request->floor;
}

/*
 * models
 */

/* Appends the model's members.  What is as usual is left out: that one may do
 * what one likes, and the epoch of the model before. */
static int
write_model(struct weft_buf *json, const struct weft_model *model, bool reads,
    bool writes, const char *epoch)
{
	const struct weft__definition *definition = model->definition;
	const char *own = model->datasource->epoch;
	int code = weft__json_write_string(weft_slice(definition->name), json);

	if (!code)
		code = weft_buf_printf(json, ",\"id\":\"%.*s\"%s%s",
		    (int)definition->id->name.size, definition->id->name.data,
		    reads ? "" : ",\"read\":false",
		    writes ? "" : ",\"write\":false");
	if (!code && strcmp(own, epoch) != 0)
		code = weft_buf_printf(json, ",\"epoch\":\"%s\"", own);
	return code ? code : weft_buf_append(json, "}", 1);
}

/* Adds a model with which one may do something; '*epoch' is the last one. */
static int
add_model(struct weft__repl_request *request, struct weft_model *model,
    const char **epoch, struct weft_buf *json)
{
	bool reads = !weft__repl_may(request, model, false, NULL);
	bool writes = !weft__repl_may(request, model, true, NULL);
	int code;

	if (!reads && !writes)
		return 0;
	code = weft_buf_append_slice(
	    json, weft_slice(json->size > 1 ? ",{\"model\":" : "{\"model\":"));
	if (!code)
		code = write_model(json, model, reads, writes, *epoch);
	*epoch = model->datasource->epoch;
	return code;
}

static int
do_models(struct weft__repl_request *request)
{
	struct weft_registry *registry =
	    request->session->hub->options.registry;
	struct weft_buf json = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE);
	struct weft__repl_message answer;
	struct weft_model *model;
	const char *epoch = "";
	int code = weft_buf_append(&json, "[", 1);

	for (size_t i = 0;
	     !code && (model = weft_registry_model_at(registry, i)); i++)
		if (weft_model_is_tracked(model))
			code = add_model(request, model, &epoch, &json);
	if (!code)
		code = weft_buf_append(&json, "]", 1);
	weft__repl_begin_answer(request, WEFT__REPL_MODELS, &answer);
	answer.models = weft_buf_slice(&json);
	if (code)
		out_of_memory(&request->error);
	else
		code = weft__repl_answer(request, &answer);
	weft_buf_fini(&json);
	return code;
}

/*
 * The queue
 */

void
weft__repl_patience_init(struct weft__patience *patience,
    const struct weft__repl_session *session)
{
	const struct weft__repl_hub *hub = session->hub;

	atomic_init(&patience->until_ms,
	    weft__patience_now_ms() + atomic_load(&hub->request_ms));
	patience->is_gone = &session->is_gone;
	patience->is_ending = &hub->is_ending;
}

/* Does what the request asks. */
static int
call(struct weft__repl_request *request)
{
	static int (*const table[])(struct weft__repl_request *) = {
	    [WEFT__REPL_AUTH] = weft__repl_do_auth,
	    [WEFT__REPL_MODELS] = do_models,
	    [WEFT__REPL_OPEN] = weft__repl_do_open,
	    [WEFT__REPL_PUSH] = weft__repl_do_push,
	    [WEFT__REPL_GET] = weft__repl_do_get,
	    [WEFT__REPL_ASK] = weft__repl_do_ask,
	};
	int code = 0;

	if (request->is_check)
		return weft__repl_do_check(request);
	if (request->message.type != WEFT__REPL_AUTH)
		code = weft__repl_authenticate(
		    request, request->session->token);
	return code ? code : table[request->message.type](request);
}

static void
work(struct weft__job *job)
{
	struct weft__repl_request *request = (struct weft__repl_request *)job;
	const struct weft__patience *before;
	struct weft__patience patience;

	weft__repl_patience_init(&patience, request->session);
	before = weft__patience_set(&patience);
	request->code = call(request);
	weft__patience_set(before);
}

static void
destroy(struct weft__repl_request *request)
{
	weft__repl_message_fini(&request->message);
	weft_buf_fini(&request->bytes);
	weft_buf_fini(&request->answer);
	weft__principal_release(request->principal);
	weft__repl_batch_drop(request->batch);
	weft__repl_channel_drop(request->channel);
	weft__free(request->models);
	weft__free(request->allowed);
	weft__free(request);
}

static void
tell_failure(struct weft__repl_request *request)
{
	struct weft__repl_session *session = request->session;
	bool is_lost = request->close_code == WEFT__REPL_UNAUTHORIZED;

	weft__repl_send_error(session, request->message.n,
	    is_lost ? "unauthorized" : weft__repl_word(request->code),
	    &request->error);
	if (request->close_code)
		weft__repl_close(
		    session, request->close_code, request->error.text);
	session->is_checking = session->is_checking && !request->is_check;
}

static void
tell(struct weft__repl_request *request)
{
	struct weft__repl_session *session = request->session;

	if (request->code) {
		tell_failure(request);
		return;
	}
	if (request->message.type == WEFT__REPL_AUTH)
		weft__repl_done_auth(request);
	if (request->is_check)
		weft__repl_done_check(request);
	else if (request->has_stream)
		weft__repl_stream_start(request);
	else if (!session->is_closed)
		session->port->send(session->context, request->is_binary,
		    weft_buf_slice(&request->answer));
	raise_floors(request);
}

static void
done(struct weft__job *job)
{
	struct weft__repl_request *request = (struct weft__repl_request *)job;
	struct weft__repl_session *session = request->session;

	session->is_busy = false;
	session->first = request->next;
	if (!session->first)
		session->last = &session->first;
	session->requests--;
	session->pushed -= request->size;
	if (!session->is_over)
		tell(request);
	destroy(request);
	if (session->is_over) {
		weft__repl_session_settle(session);
		return;
	}
	weft__repl_close_if_drained(session);
	weft__repl_request_next(session);
}

void
weft__repl_request_next(struct weft__repl_session *session)
{
	struct weft__repl_request *request = session->first;

	if (!request || session->is_busy || session->is_over ||
	    session->is_closed)
		return;
	session->is_busy = true;
	request->job.work = work;
	request->job.done = done;
	session->port->run(session->context, &request->job);
}

static struct weft__repl_request *
add(struct weft__repl_session *session)
{
	struct weft__repl_request *request = weft__calloc(1, sizeof *request);

	if (!request) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return NULL;
	}
	request->session = session;
	weft_buf_init(&request->answer, WEFT__REPL_MESSAGE_SIZE);
	*session->last = request;
	session->last = &request->next;
	session->requests++;
	return request;
}

void
weft__repl_request_add(struct weft__repl_session *session,
    struct weft__repl_message *message, struct weft_buf *bytes, size_t size)
{
	struct weft__repl_request *request = add(session);

	if (!request)
		return;
	request->message = *message;
	request->bytes = *bytes;
	request->size = size;
	session->pushed += size;
	weft__repl_message_init(message, WEFT__REPL_UNKNOWN);
	weft_buf_init(bytes, 0);
	weft__repl_request_next(session);
}

void
weft__repl_request_check(struct weft__repl_session *session)
{
	struct weft__repl_request *request = add(session);
	const struct weft__repl_stream *stream;

	if (!request)
		return;
	request->is_check = true;
	session->is_checking = true;
	request->models = weft__calloc(
	    session->streams_length + 1, sizeof *request->models);
	request->allowed = weft__calloc(
	    session->streams_length + 1, sizeof *request->allowed);
	if (!request->models || !request->allowed) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return;
	}
	for (stream = session->streams; stream; stream = stream->next)
		request->models[request->models_length++] =
		    stream->channel->model;
	weft__repl_request_next(session);
}

void
weft__repl_requests_drop(struct weft__repl_session *session)
{
	struct weft__repl_request **link =
	    session->is_busy ? &session->first->next : &session->first;

	while (*link) {
		struct weft__repl_request *request = *link;

		*link = request->next;
		session->requests--;
		session->pushed -= request->size;
		destroy(request);
	}
	session->last = link;
}
