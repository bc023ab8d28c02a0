/*
 * Who the client is, and what he may do: asked when he comes, with each
 * request, and again when rights have changed.
 */
#include "core/base/alloc.h"
#include "models/model.h"
#include "transports/weft/server/session_private.h"

int
weft__repl_authenticate(struct weft__repl_request *request,
    struct weft_slice token)
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

int
weft__repl_may(const struct weft__repl_request *request,
    struct weft_model *model, bool writes, struct weft_error *error)
{
	static const char *const reading[] = {"changes", "createUpdates"};
	static const char *const writing[] = {"bulkUpdate"};
	const char *const *methods = writes ? writing : reading;
	struct weft__access *access = request->session->hub->options.access;
	int code = 0;

	if (access && !weft__access_is_public(access, model))
		return weft_error_set(error, WEFT_EDENIED,
		    "%s is not public", weft_model_name(model));
	for (size_t i = 0; access && !code && i < (writes ? 1 : 2); i++) {
		const struct weft__access_request asked = {
		    .model = model, .method = methods[i]};

		code = weft__access_check(
		    access, request->principal, &asked, NULL, error);
	}
	return code;
}

/* The same of what is wanted: refusals are counted. */
static int
check_right(const struct weft__repl_request *request,
    struct weft_model *model, bool writes, struct weft_error *error)
{
	int code = weft__repl_may(request, model, writes, error);

	if (code == WEFT_EDENIED)
		atomic_fetch_add(&request->session->hub->counts.denied, 1);
	return code;
}

/*
 * Whether there is anything here that the client may do.  If not the
 * connection ends: somebody has no business here, and who has not said who he
 * is has to.
 */
static int
check_anything(struct weft__repl_request *request)
{
	struct weft_registry *registry =
	    request->session->hub->options.registry;
	struct weft_model *model;
	int code = 0;

	for (size_t i = 0; (model = weft_registry_model_at(registry, i)); i++) {
		if (!weft_model_is_tracked(model))
			continue;
		code = weft__repl_may(request, model, false, &request->error);
		if (code == WEFT_EDENIED)
			code = weft__repl_may(
			    request, model, true, &request->error);
		if (code != WEFT_EDENIED)
			return code;
	}
	if (!code)
		return 0;
	request->close_code = request->principal ? WEFT__REPL_FORBIDDEN
	                                         : WEFT__REPL_UNAUTHORIZED;
	return weft_error_set(&request->error, code, request->principal
		? "this user may do nothing here"
		: "nobody may do anything here without a token");
}

int
weft__repl_find_model(const struct weft__repl_request *request,
    struct weft_slice name, bool writes, struct weft_model **model,
    struct weft_error *error)
{
	struct weft_registry *registry =
	    request->session->hub->options.registry;
	struct weft_model *found;

	for (size_t i = 0; (found = weft_registry_model_at(registry, i)); i++) {
		if (!weft_slice_equal(
			name, weft_slice(weft_model_name(found))) ||
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
 * auth
 */

int
weft__repl_do_auth(struct weft__repl_request *request)
{
	const struct weft__repl_session *session = request->session;
	struct weft__repl_message answer;
	struct weft_slice user;
	int code = weft__repl_authenticate(
	    request, request->message.token);

	if (code)
		return code;
	user = weft__principal_user_id(request->principal);
	if (session->is_known &&
	    !weft_slice_equal(
		user, weft__principal_user_id(session->principal)))
		return weft_error_set(&request->error, WEFT_EDENIED,
		    "the token is another user's");
	code = check_anything(request);
	if (code)
		return code;
	weft__repl_begin_answer(request, WEFT__REPL_WELCOME, &answer);
	answer.expires = weft__principal_expires_ms(request->principal);
	if (answer.expires == UINT64_MAX)
		answer.expires = 0;
	if (user.data && !weft__json_plain_string(user, &answer.user))
		answer.user = user; /* a number */
	return weft__repl_answer(request, &answer);
}

void
weft__repl_done_auth(struct weft__repl_request *request)
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
	if (!session->is_known)
		session->port->welcome(session->context);
	session->is_known = true;
}

/*
 * Looks at rights
 */

int
weft__repl_do_check(struct weft__repl_request *request)
{
	bool is_allowed = false;
	int code = weft__repl_authenticate(request, request->session->token);

	for (size_t i = 0; !code && i < request->models_length; i++) {
		int right = check_right(
		    request, request->models[i], false, &request->error);

		request->allowed[i] = !right;
		is_allowed = is_allowed || !right;
		if (right && right != WEFT_EDENIED)
			code = right;
	}
	return code || is_allowed ? code : check_anything(request);
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

void
weft__repl_done_check(struct weft__repl_request *request)
{
	struct weft__repl_session *session = request->session;
	struct weft__repl_stream *stream, *next;
	struct weft_error why;

	session->is_checking = false;
	weft__principal_release(session->principal);
	session->principal = weft__principal_keep(request->principal);
	session->version = request->version;
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
