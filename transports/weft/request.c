/*
 * Requests: the queue, and what each does on a worker.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/view.h"
#include "models/model.h"
#include "models/visible.h"
#include "transports/watch.h"
#include "transports/weft/session_private.h"
#include "transports/weft/update.h"

/* Ids in one get. */
#define GET_LENGTH 1000

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

/* An answer of this type to the request. */
static void
begin_answer(const struct weft__repl_request *request,
    enum weft__repl_type type, struct weft__repl_message *answer)
{
	weft__repl_message_init(answer, type);
	answer->n = request->message.n;
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
	begin_answer(request, WEFT__REPL_WELCOME, &answer);
	answer.user = user;
	answer.expires = weft__principal_expires_ms(request->principal);
	if (answer.expires == UINT64_MAX)
		answer.expires = 0;
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

static int
add_model(struct weft__repl_request *request, struct weft_model *model,
    struct weft_buf *json)
{
	const struct weft__definition *definition = model->definition;
	bool reads = !check_right(request, model, false, NULL);
	bool writes = !check_right(request, model, true, NULL);
	int code;

	if (!reads && !writes)
		return 0;
	code = weft_buf_append_slice(
	    json, weft_slice(json->size > 1 ? ",{\"model\":" : "{\"model\":"));
	if (!code)
		code = weft__json_write_string(
		    weft_slice(definition->name), json);
	if (!code)
		code = weft_buf_printf(json, ",\"id\":\"%.*s\"",
		    (int)definition->id->name.size, definition->id->name.data);
	return code ? code
		    : weft_buf_printf(json, ",\"read\":%s,\"write\":%s}",
			  reads ? "true" : "false", writes ? "true" : "false");
}

static int
do_models(struct weft__repl_request *request)
{
	struct weft_registry *registry = request->session->hub->options.registry;
	struct weft_buf json = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE);
	struct weft__repl_message answer;
	struct weft_model *model;
	int code = weft_buf_append(&json, "[", 1);

	for (size_t i = 0;
	     !code && (model = weft_registry_model_at(registry, i)); i++)
		if (weft_model_is_tracked(model))
			code = add_model(request, model, &json);
	if (!code)
		code = weft_buf_append(&json, "]", 1);
	begin_answer(request, WEFT__REPL_MODELS, &answer);
	answer.models = weft_buf_slice(&json);
	if (code)
		out_of_memory(&request->error);
	else
		code = weft__repl_answer(request, &answer);
	weft_buf_fini(&json);
	return code;
}

/*
 * get
 */

/* Appends the last change of each id. */
static int
find_changes(struct weft__repl_request *request, struct weft_source *source,
    const char *model, struct weft_change_list *list)
{
	struct weft_buf id = WEFT_BUF_INIT(WEFT_LIMIT_ID_SIZE * 6);
	struct weft__json_value element;
	size_t offset = 0, count = 0;
	int code = 0;

	while (!code && weft__json_element(
			    request->message.ids, &offset, &element)) {
		weft_buf_clear(&id);
		if (element.type != WEFT__JSON_STRING || ++count > GET_LENGTH ||
		    weft__json_read_string(element.token, &id))
			code = weft_error_set(&request->error, WEFT_EINVAL,
			    "ids are not at most %d texts", GET_LENGTH);
		else
			code = source->ops->last_change(source, model,
			    weft_buf_slice(&id), list, &request->error);
		if (code == WEFT_ENOTFOUND)
			code = 0;
	}
	weft_buf_fini(&id);
	return code;
}

static int
answer_updates(struct weft__repl_request *request,
    const struct weft_update *updates, size_t length)
{
	const struct weft__repl_session *session = request->session;
	struct weft_buf body = WEFT_BUF_INIT(session->message_size);
	struct weft__repl_message answer;
	int code = weft__repl_write_updates(&body, session->form.is_binary,
	    updates, length, WEFT_LIMIT_REVTREE_NODES);

	begin_answer(request, WEFT__REPL_GOT, &answer);
	answer.is_binary = session->form.is_binary;
	answer.body = weft_buf_slice(&body);
	if (code)
		weft_error_set(&request->error, code,
		    "the records do not fit into a message");
	else
		code = weft__repl_answer(request, &answer);
	weft_buf_fini(&body);
	return code;
}

static int
get_now(struct weft__repl_request *request, struct weft_source *source,
    const char *model)
{
	struct weft_change_list changes = {0};
	struct weft_update_list updates = {0};
	int code = find_changes(request, source, model, &changes);

	if (!code)
		code = source->ops->create_updates(source, model,
		    changes.changes, changes.length, &updates,
		    &request->error);
	if (!code)
		code = answer_updates(
		    request, updates.updates, updates.length);
	weft_change_list_fini(&changes);
	weft_update_list_fini(&updates);
	return code;
}

/* The one record as it was in a revision. */
static int
get_then(struct weft__repl_request *request, struct weft_source *source,
    const char *model)
{
	struct weft_buf id = WEFT_BUF_INIT(WEFT_LIMIT_ID_SIZE * 6);
	struct weft_buf body = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	struct weft__json_value first = weft__json_step(
	    weft__json_value_of(request->message.ids), weft_slice("0"));
	struct weft_update update = {
	    .type = WEFT_CHANGE_CREATE,
	    .change = {.rev = request->message.rev}};
	int code;

	if (first.type != WEFT__JSON_STRING ||
	    weft__json_read_string(first.token, &id))
		code = weft_error_set(
		    &request->error, WEFT_EINVAL, "ids is not one text");
	else
		code = source->ops->revision(source, model,
		    weft_buf_slice(&id), update.change.rev, &body,
		    &request->error);
	update.change.model_id = weft_buf_slice(&id);
	update.data = weft_buf_slice(&body);
	if (!code)
		code = answer_updates(request, &update, 1);
	weft_buf_fini(&id);
	weft_buf_fini(&body);
	return code;
}

static int
do_get(struct weft__repl_request *request)
{
	struct weft_source *source;
	struct weft_model *model;
	int code = weft__repl_find_model(request, request->message.model,
	    false, &model, &request->error);

	if (!code)
		code = weft__source_open_for(request->principal,
		    model->datasource, &source, &request->error);
	if (code)
		return code;
	code = request->message.rev.data
	    ? get_then(request, source, weft_model_name(model))
	    : get_now(request, source, weft_model_name(model));
	weft_source_destroy(source);
	return code;
}

/*
 * ask
 */

/* A source of a model that everybody sees alike. */
static int
open_whole(struct weft__repl_request *request, struct weft_model *model,
    struct weft_source **source)
{
	if (weft__visible_is_on(model->definition))
		return weft_error_set(&request->error, WEFT_EUNSUPPORTED,
		    "not all records of %s are for all",
		    weft_model_name(model));
	return weft_source_open_datasource(
	    model->datasource, source, &request->error);
}

static int
do_ask(struct weft__repl_request *request)
{
	struct weft_buf body = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE / 2);
	struct weft__repl_message answer;
	struct weft_source *source;
	struct weft_model *model;
	int code = weft__repl_find_model(request, request->message.model,
	    false, &model, &request->error);

	if (!code)
		code = open_whole(request, model, &source);
	if (code)
		return code;
	code = source->ops->reconcile(source, weft_model_name(model),
	    request->message.body, &body, &request->error);
	begin_answer(request, WEFT__REPL_ANSWER, &answer);
	answer.is_binary = request->message.is_binary;
	answer.body = weft_buf_slice(&body);
	if (!code)
		code = weft__repl_answer(request, &answer);
	weft_source_destroy(source);
	weft_buf_fini(&body);
	return code;
}

/*
 * open
 */

static int
answer_reset(struct weft__repl_request *request, const char *reason)
{
	const struct weft__repl_channel *channel = request->channel;
	struct weft__repl_message answer;

	begin_answer(request, WEFT__REPL_RESET, &answer);
	answer.reason = weft_slice(reason);
	answer.epoch = weft_slice(channel->datasource->epoch);
	atomic_fetch_add(&channel->hub->counts.resets, 1);
	return weft__repl_answer(request, &answer);
}

/* About how many changes are going to come. */
static uint64_t
estimate(struct weft__repl_request *request, const struct weft__place *from)
{
	const struct weft__repl_batch *batch = request->batch;
	struct weft_model *model = request->channel->model;
	struct weft_source *source;
	uint64_t count = batch->length + batch->left;

	if (batch->is_end || from->phase || request->channel->is_guarded ||
	    weft_source_open_datasource(model->datasource, &source, NULL))
		return count;
	if (source->ops->estimate(
		source, weft_model_name(model), -1, &count, NULL))
		count = batch->length;
	weft_source_destroy(source);
	return count;
}

int
weft__repl_read_root(const struct weft__repl_channel *channel,
    char root[WEFT__OID_HEX + 1], struct weft_error *error)
{
	struct weft_source *source;
	int code;

	*root = '\0';
	if (channel->is_guarded)
		return 0;
	code = weft_source_open_datasource(
	    channel->datasource, &source, error);
	if (code)
		return code;
	code = weft_source_root(
	    source, weft_model_name(channel->model), root, error);
	weft_source_destroy(source);
	if (code == WEFT_EUNSUPPORTED) {
		*root = '\0';
		code = 0;
	}
	return code;
}

static int
answer_opened(
    struct weft__repl_request *request, const struct weft__place *from)
{
	const struct weft__repl_channel *channel = request->channel;
	const struct weft__repl_batch *batch = request->batch;
	const struct weft__repl_scope scope =
	    weft__repl_channel_scope(channel);
	char position[WEFT__REPL_POSITION_SIZE];
	struct weft__repl_message answer;
	int code = 0;

	begin_answer(request, WEFT__REPL_OPENED, &answer);
	answer.s = channel->id;
	answer.epoch = scope.epoch;
	answer.caught = batch->is_end && !batch->frame;
	if (answer.caught) {
		weft__repl_position_write(&scope, &batch->to, position);
		answer.position = weft_slice(position);
	} else {
		answer.pending = estimate(request, from);
	}
	if (answer.caught && request->message.needs_root)
		code = weft__repl_read_root(
		    channel, request->root, &request->error);
	if (*request->root)
		answer.root = weft_slice(request->root);
	return code ? code : weft__repl_answer(request, &answer);
}

static int
open_at(struct weft__repl_request *request, const struct weft__place *from,
    bool from_now)
{
	const struct weft__repl_read read = {
	    .principal = request->principal,
	    .origin = request->session->node,
	    .from = *from,
	    .from_now = from_now,
	};
	int code = weft__repl_channel_read(
	    request->channel, &read, &request->batch, &request->error);

	if (code == WEFT_EGONE)
		return answer_reset(request, "gone");
	request->has_stream = !code;
	return code ? code : answer_opened(request, from);
}

static int
do_open(struct weft__repl_request *request)
{
	struct weft_slice position = request->message.position;
	struct weft__place from = {0};
	struct weft__repl_scope scope;
	const char *reason = NULL;
	struct weft_model *model;
	bool from_now = weft_slice_equal(position, weft_slice("now"));
	int code = weft__repl_find_model(request, request->message.model,
	    false, &model, &request->error);

	if (!code)
		code = weft__repl_channel_get(request->session->hub, model,
		    request->principal, request->message.filter,
		    &request->session->form, &request->channel,
		    &request->error);
	if (code)
		return code;
	scope = weft__repl_channel_scope(request->channel);
	if (position.data && !from_now)
		reason = weft__repl_position_read(&scope, position, &from);
	return reason ? answer_reset(request, reason)
		      : open_at(request, &from, from_now);
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

static int
do_push(struct weft__repl_request *request)
{
	return weft__repl_push(request);
}

static void
work(struct weft__job *job)
{
	static int (*const table[])(struct weft__repl_request *) = {
	    [WEFT__REPL_AUTH] = do_auth,
	    [WEFT__REPL_MODELS] = do_models,
	    [WEFT__REPL_OPEN] = do_open,
	    [WEFT__REPL_PUSH] = do_push,
	    [WEFT__REPL_GET] = do_get,
	    [WEFT__REPL_ASK] = do_ask,
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
}

static void
done(struct weft__job *job)
{
	struct weft__repl_request *request = (struct weft__repl_request *)job;
	struct weft__repl_session *session = request->session;
	struct weft__watch *watch = session->hub->options.watch;

	session->is_busy = false;
	session->first = request->next;
	if (!session->first)
		session->last = &session->first;
	session->requests--;
	session->pushed -= request->size;
	if (!session->is_over)
		tell(request);
	if (request->has_written && watch)
		weft__watch_poke(watch);
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
