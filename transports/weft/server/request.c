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
 * Rights
 */

/* Finds out who has the token; no token: nobody in particular. */
static int
authenticate(struct weft__repl_request *request, struct weft_slice token)
{
	struct weft__access *access = request->session->hub->options.access;
	int code = 0;

	if (!access)
		return 0;
	request->version = weft__access_version(access);
	if (!token.size)
		return 0;
	code = weft__access_authenticate(
	    access, token, &request->principal, NULL, &request->error);
	if (!code && !request->principal)
		code = weft_error_set(&request->error, WEFT_EDENIED,
		    "there is no such token");
	if (code == WEFT_EDENIED)
		request->close_code = WEFT__REPL_UNAUTHORIZED;
	return code;
}

/* Whether the principal may call what a client does with the model. */
static int
check_right(const struct weft__repl_request *request,
    struct weft_model *model, bool writes, struct weft_error *error)
{
	static const char *const reading[] = {"changes", "createUpdates"};
	static const char *const writing[] = {"bulkUpdate"};
	const char *const *methods = writes ? writing : reading;
	struct weft__access *access = request->session->hub->options.access;
	int code = 0;

	for (size_t i = 0; access && !code && i < (writes ? 1 : 2); i++) {
		const struct weft__access_request asked = {
		    .model = model, .method = methods[i]};

		code = weft__access_check(
		    access, request->principal, &asked, NULL, error);
	}
	if (code == WEFT_EDENIED)
		atomic_fetch_add(&request->session->hub->counts.denied, 1);
	return code;
}

int
weft__repl_find_model(const struct weft__repl_request *request,
    struct weft_slice name, bool writes, struct weft_model **model,
    struct weft_error *error)
{
	struct weft_registry *registry = request->session->hub->options.registry;
	struct weft_model *found;

	for (size_t i = 0; (found = weft_registry_model_at(registry, i)); i++) {
		if (!weft_slice_equal(name, weft_slice(weft_model_name(found))) ||
		    !weft_model_is_tracked(found))
			continue;
		*model = found;
		return check_right(request, found, writes, error);
	}
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "there is no model %.*s that tracks changes",
	    name.size > 100 ? 100 : (int)name.size, name.data);
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
 * auth
 */

static int
do_auth(struct weft__repl_request *request)
{
	const struct weft__repl_session *session = request->session;
	struct weft__repl_message answer;
	struct weft_slice user;
	int code = authenticate(request, request->message.token);

	if (code)
		return code;
	user = weft__principal_user_id(request->principal);
	if (session->is_known &&
	    !weft_slice_equal(
		user, weft__principal_user_id(session->principal)))
		return weft_error_set(&request->error, WEFT_EDENIED,
		    "the token is another user's");
	weft__repl_begin_answer(request, WEFT__REPL_WELCOME, &answer);
	answer.expires = weft__principal_expires_ms(request->principal);
	if (answer.expires == UINT64_MAX)
		answer.expires = 0;
	if (user.data && !weft__json_plain_string(user, &answer.user))
		answer.user = user; /* a number */
	return weft__repl_answer(request, &answer);
}

/* The client is who he says. */
static void
done_auth(struct weft__repl_request *request)
{
	struct weft__repl_session *session = request->session;
	struct weft_slice token = request->message.token;
	char *copy = token.size ? weft__strndup(token.data, token.size) : NULL;

	if (token.size && !copy) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return;
	}
	weft__free((char *)session->token.data);
	session->token = weft_slice_of(copy, token.size);
	weft__principal_release(session->principal);
	session->principal = weft__principal_keep(request->principal);
	session->version = request->version;
	session->checked_ms = session->now_ms;
	if (!session->is_known)
		session->port->welcome(session->context);
	session->is_known = true;
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
	bool reads = !check_right(request, model, false, NULL);
	bool writes = !check_right(request, model, true, NULL);
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
	struct weft_registry *registry = request->session->hub->options.registry;
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
 * Looks at rights
 */

static int
do_check(struct weft__repl_request *request)
{
	int code = authenticate(request, request->session->token);

	for (size_t i = 0; !code && i < request->models_length; i++) {
		int right = check_right(
		    request, request->models[i], false, &request->error);

		request->allowed[i] = !right;
		if (right && right != WEFT_EDENIED)
			code = right;
	}
	return code;
}

static bool
is_allowed(const struct weft__repl_request *request,
    const struct weft_model *model)
{
	for (size_t i = 0; i < request->models_length; i++)
		if (request->models[i] == model)
			return request->allowed[i];
	return true; /* opened meanwhile, and asked for then */
}

static void
done_check(struct weft__repl_request *request)
{
	struct weft__repl_session *session = request->session;
	struct weft__repl_stream *stream, *next;
	struct weft_error why;

	session->is_checking = false;
	weft__principal_release(session->principal);
	session->principal = weft__principal_keep(request->principal);
	session->version = request->version;
	session->checked_ms = session->now_ms;
	weft_error_set(&why, WEFT_EDENIED, "no longer allowed");
	for (stream = session->streams; stream; stream = next) {
		next = stream->next;
		if (!is_allowed(request, stream->channel->model))
			weft__repl_stream_close(stream, &why);
		else if (stream->channel->is_guarded)
			stream->have = 0; /* his groups may be others */
	}
	weft__repl_session_drained(session);
}

/*
 * The queue
 */

static void
work(struct weft__job *job)
{
	static int (*const table[])(struct weft__repl_request *) = {
	    [WEFT__REPL_AUTH] = do_auth,
	    [WEFT__REPL_MODELS] = do_models,
	    [WEFT__REPL_OPEN] = weft__repl_do_open,
	    [WEFT__REPL_PUSH] = weft__repl_do_push,
	    [WEFT__REPL_GET] = weft__repl_do_get,
	    [WEFT__REPL_ASK] = weft__repl_do_ask,
	};
	struct weft__repl_request *request = (struct weft__repl_request *)job;

	if (request->is_check) {
		request->code = do_check(request);
		return;
	}
	if (request->message.type != WEFT__REPL_AUTH)
		request->code = authenticate(request, request->session->token);
	if (!request->code)
		request->code = table[request->message.type](request);
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
		done_auth(request);
	if (request->is_check)
		done_check(request);
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
