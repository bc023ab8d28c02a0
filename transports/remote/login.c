/*
 * Logging in: as the user that the URL names, and again when the token that
 * he got does not hold any more.
 */
#include "transports/remote/remote_private.h"

static int
put_member(struct weft_buf *json, const char *before, const char *name,
    const char *text)
{
	int code = weft_buf_printf(json, "%s\"%s\":", before, name);

	return code ? code : weft__json_write_string(weft_slice(text), json);
}

/* {"email" or "username", "password"}; weft_buf does not wipe what it frees,
 * so neither do we pretend to. */
static int
write_credentials(const struct weft__address *address, struct weft_buf *json)
{
	const char *name = strchr(address->user, '@') ? "email" : "username";
	int code = put_member(json, "{", name, address->user);

	if (!code)
		code = put_member(json, ",", "password", address->password);
	return code ? code : weft_buf_append(json, "}", 1);
}

/* Uses the token that the answer is. */
static int
take_token(struct weft__remote *remote,
    const struct weft__client_request *request,
    const struct weft__client_answer *answer, struct weft_error *error)
{
	struct weft__json json;
	struct weft__json_value id;
	struct weft_slice token;
	int code;

	weft__json_init(&json);
	code = weft__json_scan(&json, answer->bytes.data, answer->bytes.size,
	    &weft__json_record_limits, error);
	id = weft__json_find(&json, weft_slice("id"));
	if (!code && (id.type != WEFT__JSON_STRING ||
			 !weft__json_plain_string(id.token, &token)))
		code = weft_error_set(error, WEFT_EINVAL, "no access token");
	code = code ? weft__remote_nonsense(remote, request, error)
		    : weft__client_set_token(remote->client, token, error);
	weft__json_fini(&json);
	return code;
}

/* Asks for a token, without the old one, and uses it. */
static int
ask(struct weft__remote *remote, struct weft__client_request *request,
    struct weft_error *error)
{
	struct weft__client_answer answer;
	int code =
	    weft__client_set_token(remote->client, weft_slice(""), error);

	if (code)
		return code;
	code = weft__client_ask(remote->client, request, &answer, error);
	if (!code && answer.status != 200)
		code = weft__remote_failure(
		    remote, request, NULL, &answer, error);
	if (!code)
		code = take_token(remote, request, &answer, error);
	weft__client_answer_fini(&answer);
	return code;
}

/* Called within other requests: their scratch memory is not ours. */
int
weft__remote_login(struct weft__remote *remote, struct weft_error *error)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	struct weft_buf path = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	struct weft__client_request request = {
	    .method = "POST", .limit = WEFT_LIMIT_CONFIG_SIZE};
	int code = write_credentials(&remote->address, &json);

	remote->token_works = false;
	if (!code)
		code = weft_buf_printf(&path, "%s/login", remote->users);
	request.path = path.data;
	request.body = weft_buf_slice(&json);
	code = code ? weft_error_set(error, WEFT_EINVAL,
			  "user and password are not UTF-8, or too long")
		    : ask(remote, &request, error);
	weft_buf_fini(&path);
	weft_buf_fini(&json);
	return code;
}

bool
weft__remote_may_log_in_again(const struct weft__remote *remote)
{
	return remote->status == 401 && remote->address.user &&
	       remote->token_works;
}
