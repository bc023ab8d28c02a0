/*
 * Users and their passwords.
 */
#include <stdio.h>

#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/access/access_private.h"
#include "models/access/password.h"
#include "models/definition/config.h"

const char weft__user_origin[] = "weft:access";

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Stores a new hash; the hooks look away. */
static int
store_hash(const struct weft__access_model *entry, struct weft_slice id,
    const char *hash, struct weft_error *error)
{
	const struct weft_call call = {
	    .origin = weft_slice(weft__user_origin)};
	char data[WEFT__PASSWORD_HASH_SIZE + 32];

	snprintf(data, sizeof data, "{\"password\":\"%s\"}", hash);
	return weft_record_patch(
	    entry->model, &call, id, weft_slice(data), NULL, error);
}

int
weft__user_store_password(struct weft__access *access,
    const struct weft__access_model *entry, struct weft_slice id,
    struct weft_slice password, struct weft_error *error)
{
	char hash[WEFT__PASSWORD_HASH_SIZE];
	int code = weft__password_hash(password, &access->options.cost,
	    access->clock, hash, error);

	return code ? code : store_hash(entry, id, hash, error);
}

void
weft__user_rehash(struct weft__access *access,
    const struct weft__access_model *entry, const json_t *user,
    struct weft_slice password)
{
	char id[WEFT__LOOKUP_ID_SIZE];
	struct weft_error error;

	if (!weft__lookup_id_text(
		json_object_get(user, weft_model_id_name(entry->model)), id))
		return;
	if (weft__user_store_password(
		access, entry, weft_slice(id), password, &error))
		weft__log(WEFT_LOG_WARNING, "access",
		    "%s %s: the password's old hash was kept: %s",
		    weft_model_name(entry->model), id, error.text);
}

/*
 * Creating.
 */

struct creation {
	struct weft_model *model;
	struct weft_call call;
	struct weft_slice data;
	struct weft_buf *record;
};

static int
create(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct creation *creation = context;

	creation->call.transaction = transaction;
	return weft_record_create(creation->model, &creation->call,
	    creation->data, creation->record, error);
}

/* What a user cannot say of himself; and the password as its hash, so that
 * no transaction waits for one. */
static int
prepare_one(struct weft__access *access, json_t *user,
    struct weft__refusal *refusal, struct weft_error *error)
{
	struct weft_slice password = weft__lookup_text(user, "password");
	char hash[WEFT__PASSWORD_HASH_SIZE];
	int code;

	if (json_is_true(json_object_get(user, "emailVerified")))
		json_object_set_new(user, "emailVerified", json_false());
	if (!password.data || weft__password_is_hash(password))
		return 0;
	code = weft__password_check(password, refusal, error);
	if (!code)
		code = weft__password_hash(password, &access->options.cost,
		    access->clock, hash, error);
	if (!code && json_object_set_new(user, "password", json_string(hash)))
		code = out_of_memory(error);
	return code;
}

/* Writes the data anew with what prepare_one() has changed. */
static int
prepare(struct weft__access *access, struct weft_slice data,
    struct weft_buf *prepared, struct weft__refusal *refusal,
    struct weft_error *error)
{
	json_t *user;
	int code = weft__lookup_parse(data, &user, error);

	if (code)
		return code;
	code = prepare_one(access, user, refusal, error);
	if (!code && weft__config_write(user, prepared))
		code = out_of_memory(error);
	json_decref(user);
	return code;
}

int
weft__user_create(struct weft__access *access, struct weft_model *model,
    const struct weft_call *call, struct weft_slice data,
    struct weft_buf *record, struct weft__refusal *refusal,
    struct weft_error *error)
{
	struct weft_buf prepared = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct creation creation = {.model = model, .record = record};
	int code = prepare(access, data, &prepared, refusal, error);

	if (call)
		creation.call = *call;
	creation.data = weft_buf_slice(&prepared);
	if (!code && creation.call.transaction)
		code = create(creation.call.transaction, &creation, error);
	else if (!code)
		code = weft_datasource_transaction(
		    weft_model_datasource(model), create, &creation, error);
	weft_buf_fini(&prepared);
	return code;
}

/*
 * Changing a password.
 */

struct changing {
	struct weft__access *access;
	const struct weft__access_model *entry;
	struct weft__principal *principal;
	struct weft__refusal *refusal;
	struct weft_error *error;
	json_t *user;
};

/* Reads the user whom the token belongs to. */
static int
find_user(struct changing *changing)
{
	const struct weft__principal *principal = changing->principal;
	const char *model = weft_model_name(changing->entry->model);
	const char *id = principal ? principal->user_id.data : "undefined";
	int code = 0;

	if (principal && changing->access->has_many_user_models &&
	    !weft_slice_equal(principal->type, weft_slice(model)))
		return weft__refuse(changing->refusal, 403, NULL,
		    changing->error, WEFT_EDENIED, "Access Denied");
	if (principal)
		code = weft__lookup_id(changing->entry->model,
		    principal->user_id, &changing->user, changing->error);
	if (code || changing->user)
		return code;
	return weft__refuse(changing->refusal, 401, "USER_NOT_FOUND",
	    changing->error, WEFT_EDENIED, "User %s not found", id);
}

/* Compares the old password, with a limit on how often that may fail. */
static int
check_old(struct changing *changing, struct weft_slice password)
{
	struct weft__access *access = changing->access;
	char text[WEFT__LOOKUP_ID_SIZE + WEFT_LIMIT_NAME_SIZE + 16];
	struct weft_slice hash, key;
	bool matches = false, outdated;
	uint64_t wait;
	int code;

	snprintf(text, sizeof text, "password:%s:%s",
	    weft_model_name(changing->entry->model),
	    changing->principal->user_id.data);
	key = weft_slice(text);
	wait = weft__guard_begin(&access->guard, key,
	    WEFT_LIMIT_LOGIN_ACCOUNT, weft__access_now_ms(access));
	code = weft__refuse_attempt(changing->refusal, wait, changing->error);
	if (code)
		return code;
	hash = weft__lookup_text(changing->user, "password");
	if (password.size)
		code = weft__password_verify(password, hash,
		    &access->options.cost, &matches, &outdated,
		    changing->error);
	if (code)
		return code;
	if (!matches)
		return weft__refuse(changing->refusal, 400,
		    "INVALID_PASSWORD", changing->error, WEFT_EINVAL,
		    "Invalid current password");
	weft__guard_forget(&access->guard, key);
	return 0;
}

/* Stores the new password; all tokens end but 'but'. */
static int
set_new(struct changing *changing, struct weft_slice password,
    struct weft_slice but)
{
	int code = weft__password_check(
	    password, changing->refusal, changing->error);

	if (!code)
		code = weft__user_store_password(changing->access,
		    changing->entry, changing->principal->user_id, password,
		    changing->error);
	if (!code)
		code = weft__token_delete_all(changing->access,
		    changing->entry, changing->principal->user_id, NULL,
		    but, changing->error);
	return code;
}

int
weft__user_change_password(struct weft__access *access,
    struct weft_model *model, struct weft__principal *principal,
    struct weft_slice old_password, struct weft_slice new_password,
    struct weft__refusal *refusal, struct weft_error *error)
{
	struct changing changing = {access, weft__access_find(access, model),
	    principal, refusal, error, NULL};
	int code = find_user(&changing);

	if (!code)
		code = check_old(&changing, old_password);
	if (!code)
		code = set_new(&changing, new_password, principal->token);
	json_decref(changing.user);
	return code;
}

int
weft__user_set_password(struct weft__access *access,
    struct weft_model *model, struct weft__principal *principal,
    struct weft_slice new_password, struct weft__refusal *refusal,
    struct weft_error *error)
{
	struct changing changing = {access, weft__access_find(access, model),
	    principal, refusal, error, NULL};
	int code = find_user(&changing);

	if (!code)
		code = set_new(&changing, new_password, weft_slice(NULL));
	json_decref(changing.user);
	return code;
}

/*
 * Resetting a password.
 */

/* The first user with this email (in the realm, if it has a value), or NULL;
 * '*user' is the caller's. */
static int
find_email(const struct weft__access_model *entry, struct weft_slice email,
    struct weft_slice realm, json_t **user, struct weft_error *error)
{
	json_t *where = json_object();
	json_t *value = entry->user.case_sensitive_email
			    ? json_stringn(email.data, email.size)
			    : weft__lookup_lower(email);

	if (json_object_set_new(where, "email", value) ||
	    (realm.data && json_object_set_new(where, "realm",
			       json_stringn(realm.data, realm.size)))) {
		json_decref(where);
		return out_of_memory(error);
	}
	return weft__lookup_first(entry->model, NULL, where, user, error);
}

/* The record as everybody may see it. */
static int
read_shown(const struct weft__access_model *entry, const json_t *user,
    struct weft_buf *record, struct weft_error *error)
{
	char id[WEFT__LOOKUP_ID_SIZE];

	weft__lookup_id_text(
	    json_object_get(user, weft_model_id_name(entry->model)), id);
	return weft_record_find_by_id(entry->model, NULL, weft_slice(id),
	    weft_slice(NULL), record, error);
}

static int
send_token(struct weft__access *access,
    const struct weft__access_model *entry, const json_t *user,
    struct weft_slice email, struct weft_error *error)
{
	struct weft_buf token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf shown = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	json_t *record = NULL;
	int code = weft__token_create(access, entry, user,
	    entry->user.reset_ttl_s, "reset-password", &token, error);

	if (!code)
		code = weft__lookup_parse(
		    weft_buf_slice(&token), &record, error);
	if (!code)
		code = read_shown(entry, user, &shown, error);
	if (!code)
		access->options.reset(entry->model, weft_buf_slice(&shown),
		    email, weft__lookup_text(record, "id"),
		    access->options.reset_context);
	json_decref(record);
	weft_buf_fini(&token);
	weft_buf_fini(&shown);
	return code;
}

/* Somebody may be asked to wait before a user gets yet another mail. */
static int
limit_resets(struct weft__access *access,
    const struct weft__access_model *entry, struct weft_slice email,
    struct weft_slice address, struct weft__refusal *refusal,
    struct weft_error *error)
{
	uint64_t now_ms = weft__access_now_ms(access), wait;
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = weft_buf_printf(&key, "reset-address:%.*s",
	    (int)address.size, address.data ? address.data : "");

	if (code)
		return out_of_memory(error);
	wait = weft__guard_begin(&access->guard, weft_buf_slice(&key),
	    WEFT_LIMIT_LOGIN_ADDRESS, now_ms);
	weft_buf_clear(&key);
	if (!wait && !weft_buf_printf(&key, "reset:%s:%.*s",
	    weft_model_name(entry->model), (int)email.size, email.data))
		wait = weft__guard_begin(&access->guard,
		    weft_buf_slice(&key), WEFT_LIMIT_LOGIN_ACCOUNT, now_ms);
	weft_buf_fini(&key);
	return weft__refuse_attempt(refusal, wait, error);
}

static int
reset(struct weft__access *access, const struct weft__access_model *entry,
    const json_t *body, struct weft_slice address,
    struct weft__refusal *refusal, struct weft_error *error)
{
	struct weft_slice email = weft__lookup_text(body, "email");
	struct weft_slice realm = weft__lookup_text(body, "realm");
	json_t *user = NULL;
	int code;

	if (!access->options.reset)
		return weft__refuse(refusal, 501, "NOT_IMPLEMENTED", error,
		    WEFT_EUNSUPPORTED,
		    "This server has no way to send a token to reset a "
		    "password.");
	if (!email.data)
		return weft__refuse(refusal, 400, "EMAIL_REQUIRED", error,
		    WEFT_EINVAL, "Email is required");
	code = limit_resets(access, entry, email, address, refusal, error);
	if (code)
		return code;
	code = find_email(entry, email, realm, &user, error);
	if (!code && user &&
	    (!entry->user.email_verification_required ||
		json_is_true(json_object_get(user, "emailVerified"))))
		code = send_token(access, entry, user, email, error);
	json_decref(user);
	return code;
}

int
weft__user_reset_password(struct weft__access *access,
    struct weft_model *model, struct weft_slice options,
    struct weft_slice address, struct weft__refusal *refusal,
    struct weft_error *error)
{
	json_t *body;
	int code = weft__lookup_parse(options, &body, error);

	if (code)
		return code;
	code = reset(access, weft__access_find(access, model), body, address,
	    refusal, error);
	json_decref(body);
	return code;
}
