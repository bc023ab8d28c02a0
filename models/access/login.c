/*
 * Login and logout.
 */
#include "core/base/limits.h"
#include "models/access/access_private.h"
#include "models/access/password.h"
#include "models/definition/config.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

struct login {
	struct weft__access *access;
	const struct weft__access_model *entry;
	const json_t *body;
	struct weft__refusal *refusal;
	struct weft_error *error;
	json_t *where; /* which user */
	struct weft_slice name; /* email or username, as it was given */
	double ttl_s; /* that is asked for; 0: none */
};

/* Whether LoopBack takes a member of the body for given. */
static const json_t *
given(const json_t *body, const char *key)
{
	return weft__lookup_given(json_object_get(body, key));
}

static int
refuse_input(struct login *login, const char *word, const char *text)
{
	return weft__refuse(
	    login->refusal, 400, word, login->error, WEFT_EINVAL, "%s", text);
}

/* Takes the realm before the delimiter off the name. */
static struct weft_slice
split_realm(struct weft_slice *name, const char *delimiter)
{
	struct weft_slice realm = {NULL, 0};
	const char *end = delimiter ? strstr(name->data, delimiter) : NULL;
	size_t size;

	if (!end)
		return realm;
	realm = weft_slice_of(name->data, (size_t)(end - name->data));
	size = realm.size + strlen(delimiter);
	*name = weft_slice_of(name->data + size, name->size - size);
	return realm;
}

static int
read_realm(struct login *login)
{
	const struct weft__user_settings *settings = &login->entry->user;
	const json_t *value = given(login->body, "realm");
	struct weft_slice realm =
	    split_realm(&login->name, settings->realm_delimiter);

	if (!settings->realm_required)
		return 0;
	if (!realm.size && !value)
		return refuse_input(
		    login, "REALM_REQUIRED", "realm is required");
	if (!realm.size && !json_is_string(value))
		return refuse_input(login, "INVALID_REALM", "Invalid realm");
	if (!realm.size)
		realm = weft__lookup_text(login->body, "realm");
	if (json_object_set_new(login->where, "realm",
		json_stringn(realm.data, realm.size)))
		return out_of_memory(login->error);
	return 0;
}

/* A name that is no text, or none. */
static int
refuse_name(struct login *login, const char *key, bool by_email)
{
	if (!given(login->body, key) || login->name.data)
		return refuse_input(login, "USERNAME_EMAIL_REQUIRED",
		    "username or email is required");
	return by_email
	    ? refuse_input(login, "INVALID_EMAIL", "Invalid email")
	    : refuse_input(login, "INVALID_USERNAME", "Invalid username");
}

/* Reads which user it is from the body. */
static int
read_name(struct login *login)
{
	bool by_email = given(login->body, "email");
	const char *key = by_email ? "email" : "username";
	json_t *value;
	int code = 0;

	login->name = weft__lookup_text(login->body, key);
	if (login->name.data)
		code = read_realm(login);
	if (code)
		return code;
	if (!login->name.size)
		return refuse_name(login, key, by_email);
	value = by_email && !login->entry->user.case_sensitive_email
		    ? weft__lookup_lower(login->name)
		    : json_stringn(login->name.data, login->name.size);
	if (json_object_set_new(login->where, key, value))
		return out_of_memory(login->error);
	return 0;
}

static int
fail(struct login *login)
{
	return weft__refuse(login->refusal, 401, "LOGIN_FAILED",
	    login->error, WEFT_EDENIED, "login failed");
}

/* For time's sake: somebody who is not there takes as long as a wrong
 * password. */
static int
hash_in_vain(struct login *login, struct weft_slice password)
{
	char hash[WEFT__PASSWORD_HASH_SIZE];

	return weft__password_hash(password, &login->access->options.cost,
	    login->access->clock, hash, login->error);
}

static int
check_password(struct login *login, const json_t *user)
{
	struct weft_slice password =
	    weft__lookup_text(login->body, "password");
	struct weft_slice hash = weft__lookup_text(user, "password");
	bool matches = false, outdated = false;
	int code;

	if (!password.size || password.size > WEFT_LIMIT_RECORD_SIZE)
		return fail(login);
	if (!weft__password_is_hash(hash))
		code = hash_in_vain(login, password);
	else
		code = weft__password_verify(password, hash,
		    &login->access->options.cost, &matches, &outdated,
		    login->error);
	if (!code && matches && outdated)
		weft__user_rehash(login->access, login->entry, user, password);
	if (code)
		return code;
	return matches ? 0 : fail(login);
}

static int
check_verified(struct login *login, const json_t *user)
{
	struct weft_buf *details =
	    login->refusal ? login->refusal->details : NULL;
	json_t *detail;

	if (!login->entry->user.email_verification_required ||
	    json_is_true(json_object_get(user, "emailVerified")))
		return 0;
	detail = json_pack("{s:O}", "userId",
	    json_object_get(user, weft_model_id_name(login->entry->model)));
	if (details && detail && weft__config_write(detail, details))
		weft_buf_clear(details);
	json_decref(detail);
	return weft__refuse(login->refusal, 401,
	    "LOGIN_FAILED_EMAIL_NOT_VERIFIED", login->error, WEFT_EDENIED,
	    "login failed as the email has not been verified");
}

/* The keys that failures are counted under. */
struct keys {
	struct weft_buf account, address;
};

static int
begin_attempt(struct login *login, struct weft_slice address,
    struct keys *keys)
{
	uint64_t now_ms = weft__access_now_ms(login->access), wait, other;
	json_t *name = weft__lookup_lower(login->name);
	int code = name ? weft_buf_printf(&keys->account, "account:%s:%s",
		weft_model_name(login->entry->model),
		json_string_value(name)) : WEFT_ENOMEM;

	json_decref(name);
	if (!code)
		code = weft_buf_printf(&keys->address, "address:%.*s",
		    (int)address.size, address.data ? address.data : "");
	if (code)
		return out_of_memory(login->error);
	wait = weft__guard_begin(&login->access->guard,
	    weft_buf_slice(&keys->address), WEFT_LIMIT_LOGIN_ADDRESS, now_ms);
	other = wait ? 0
		     : weft__guard_begin(&login->access->guard,
			   weft_buf_slice(&keys->account),
			   WEFT_LIMIT_LOGIN_ACCOUNT, now_ms);
	return weft__refuse_attempt(
	    login->refusal, wait ? wait : other, login->error);
}

static void
end_attempt(struct login *login, const struct keys *keys)
{
	/* Of the address only this attempt: with an account of his own
	 * somebody could try those of others for ever. */
	weft__guard_undo(
	    &login->access->guard, weft_buf_slice(&keys->address));
	weft__guard_forget(
	    &login->access->guard, weft_buf_slice(&keys->account));
}

static int
try_user(struct login *login, struct weft_slice address, json_t **user)
{
	struct keys keys = {WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE)};
	int code = begin_attempt(login, address, &keys);

	if (!code)
		code = weft__lookup_first(login->entry->model, NULL,
		    json_incref(login->where), user, login->error);
	if (!code)
		code = check_password(login, *user);
	if (!code)
		end_attempt(login, &keys);
	weft_buf_fini(&keys.account);
	weft_buf_fini(&keys.address);
	return code;
}

static int
read_ttl(struct login *login)
{
	const json_t *value = given(login->body, "ttl");

	return !value || weft__token_read_ttl(value, &login->ttl_s)
	    ? 0
	    : refuse_input(login, "INVALID_TTL", "Invalid ttl");
}

/* Appends the token with its user as a member. */
static int
join_user(struct login *login, const json_t *user, struct weft_slice token,
    struct weft_buf *out)
{
	struct weft_buf shown = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	char id[WEFT__LOOKUP_ID_SIZE];
	int code;

	weft__lookup_id_text(
	    json_object_get(user, weft_model_id_name(login->entry->model)),
	    id);
	/* Read again: what is hidden stays so. */
	code = weft_record_find_by_id(login->entry->model, NULL,
	    weft_slice(id), weft_slice(NULL), &shown, login->error);
	if (!code && weft_buf_printf(out, "%.*s,\"user\":%s}",
	    (int)token.size - 1, token.data, shown.data))
		code = out_of_memory(login->error);
	weft_buf_fini(&shown);
	return code;
}

static int
give_token(struct login *login, const json_t *user, bool include_user,
    struct weft_buf *out)
{
	struct weft_buf token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = weft__token_create(login->access, login->entry, user,
	    login->ttl_s, NULL, &token, login->error);

	if (!code && include_user)
		code = join_user(login, user, weft_buf_slice(&token), out);
	else if (!code && weft_buf_append_slice(out, weft_buf_slice(&token)))
		code = out_of_memory(login->error);
	weft_buf_fini(&token);
	return code;
}

static int
log_in(struct login *login, struct weft_slice address, bool include_user,
    struct weft_buf *token)
{
	json_t *user = NULL;
	int code;

	login->where = json_object();
	if (!login->where)
		return out_of_memory(login->error);
	code = read_name(login);
	if (!code)
		code = read_ttl(login);
	if (!code)
		code = try_user(login, address, &user);
	if (!code)
		code = check_verified(login, user);
	if (!code)
		code = give_token(login, user, include_user, token);
	json_decref(user);
	json_decref(login->where);
	return code;
}

int
weft__user_login(struct weft__access *access, struct weft_model *model,
    struct weft_slice credentials, struct weft_slice address,
    bool include_user, struct weft_buf *token,
    struct weft__refusal *refusal, struct weft_error *error)
{
	struct login login = {
	    .access = access,
	    .entry = weft__access_find(access, model),
	    .refusal = refusal,
	    .error = error,
	};
	json_t *body;
	int code = weft__lookup_parse(credentials, &body, error);

	if (code)
		return code;
	login.body = body;
	code = log_in(&login, address, include_user, token);
	json_decref(body);
	return code;
}

int
weft__user_logout(struct weft__access *access,
    struct weft__principal *principal, struct weft__refusal *refusal,
    struct weft_error *error)
{
	uint64_t count;
	int code;

	if (!principal)
		return weft__refuse(refusal, 401, NULL, error, WEFT_EDENIED,
		    "accessToken is required to logout");
	code = weft_record_delete_by_id(
	    access->tokens, NULL, principal->token, &count, error);
	if (!code && !count)
		return weft__refuse(refusal, 401, NULL, error, WEFT_EDENIED,
		    "Could not find accessToken");
	return code;
}
