/*
 * What holds however a user's record is written: by REST, by replication, by
 * the program itself.
 *
 *   before save    the email is one, and nobody else's, and neither is the
 *                  username; a password is stored as its hash
 *   after save     with another email or password all tokens end
 *   after delete   with its user each token ends
 *
 * and what is cached of tokens, roles and rules is read again after they were
 * written.
 */
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/access/access_private.h"
#include "models/access/password.h"
#include "models/definition/config.h"

/* Bytes of a value in LoopBack's texts, and those of a longer one's ends; with
 * the quotes. */
#define SHOWN_SIZE 34
#define SHOWN_BEGIN 26
#define SHOWN_END 4

/* A user that is about to be saved. */
struct saving {
	struct weft__access_model *entry;
	const struct weft_hook_event *event;
	json_t *user;
	json_t *stored; /* as it is now, or NULL */
	bool is_changed; /* 'user' is not what came in */
	struct weft_buf text, codes, messages; /* what is amiss */
	struct weft_error *error;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static bool
is_own_write(const struct weft_hook_event *event)
{
	return event->call && event->call->origin.data == weft__user_origin;
}

/* Sets a property of the user. */
static int
set(struct saving *saving, const char *key, json_t *value)
{
	saving->is_changed = true;
	if (json_object_set_new(saving->user, key, value))
		return out_of_memory(saving->error);
	return 0;
}

/* Appends a value as LoopBack shows it: not the middle of a long one. */
static int
show_value(struct saving *saving, struct weft_slice value)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = weft__json_write_string(value, &json), size = SHOWN_BEGIN;
	const char *end;

	if (!code && json.size > SHOWN_SIZE) {
		/* Not within a character. */
		while (size > 0 && (json.data[size] & 0xc0) == 0x80)
			size--;
		end = json.data + json.size - SHOWN_END;
		while ((*end & 0xc0) == 0x80)
			end++;
		code = weft_buf_printf(
		    &saving->text, "%.*s...%s", size, json.data, end);
	} else if (!code) {
		code = weft_buf_append_slice(
		    &saving->text, weft_buf_slice(&json));
	}
	weft_buf_fini(&json);
	return code;
}

/* Appends what LoopBack says of a property whose value is text. */
static int
complain(struct saving *saving, const char *key, const char *code,
    const char *message)
{
	struct weft_slice value = weft__lookup_text(saving->user, key);
	const char *comma = saving->codes.size ? "," : "";

	if (weft_buf_printf(&saving->text, "%s`%s` %s (value: ",
		saving->text.size ? "; " : "", key, message) ||
	    show_value(saving, value) ||
	    weft_buf_append(&saving->text, ")", 1) ||
	    weft_buf_printf(&saving->codes, "%s\"%s\":[\"%s\"]", comma, key,
		code) ||
	    weft_buf_printf(&saving->messages, "%s\"%s\":[\"%s\"]", comma,
		key, message))
		return out_of_memory(saving->error);
	return 0;
}

static int
lower_email(struct saving *saving)
{
	json_t *email = json_object_get(saving->user, "email"), *lower;

	if (!json_is_string(email))
		return 0;
	lower = weft__lookup_lower(weft__lookup_text(saving->user, "email"));
	if (!lower || !json_equal(email, lower))
		return set(saving, "email", lower);
	json_decref(lower);
	return 0;
}

/* Whether another user has the same value of a property. */
static int
is_taken(struct saving *saving, const char *key, bool *taken)
{
	const struct weft__access_model *entry = saving->entry;
	struct weft_slice value = weft__lookup_text(saving->user, key);
	struct weft_slice realm = weft__lookup_text(saving->user, "realm");
	json_t *where = json_pack("{s:s%, s:{s:s%}}", key, value.data,
	    value.size, weft_model_id_name(entry->model), "neq",
	    saving->event->id.data, saving->event->id.size);
	json_t *other;
	int code;

	*taken = false;
	if (!value.size) {
		json_decref(where);
		return 0;
	}
	if (where && entry->user.realm_required && realm.data)
		json_object_set_new(where, "realm",
		    json_stringn(realm.data, realm.size));
	code = weft__lookup_first(entry->model, saving->event->call, where,
	    &other, saving->error);
	*taken = !code && other;
	json_decref(other);
	return code;
}

static bool
has_changed(const struct saving *saving, const char *key)
{
	return !saving->stored ||
	       !json_equal(json_object_get(saving->user, key),
		   json_object_get(saving->stored, key));
}

/* Refuses a value that another user has. */
static int
check_unique(struct saving *saving, const char *key, const char *message)
{
	bool taken;
	int code = is_taken(saving, key, &taken);

	if (code || !taken)
		return code;
	return complain(saving, key, "uniqueness", message);
}

static int
check_email(struct saving *saving)
{
	struct weft_slice email;
	int code = 0;

	if (!saving->entry->user.case_sensitive_email)
		code = lower_email(saving);
	email = weft__lookup_text(saving->user, "email");
	if (code || !email.size || !has_changed(saving, "email"))
		return code;
	if (!weft__email_is_valid(email))
		return complain(
		    saving, "email", "custom.email", "is invalid");
	return check_unique(saving, "email", "Email already exists");
}

/* Users that were imported may have what is not allowed: it is looked at when
 * it changes. */
static int
check_names(struct saving *saving)
{
	int code = check_email(saving);

	if (code || !has_changed(saving, "username"))
		return code;
	return check_unique(saving, "username", "User already exists");
}

static int
check_password(struct saving *saving)
{
	struct weft_slice password =
	    weft__lookup_text(saving->user, "password");
	struct weft__access *access = saving->entry->access;
	char hash[WEFT__PASSWORD_HASH_SIZE];
	int code;

	if (!password.data || !has_changed(saving, "password"))
		return 0;
	if (saving->stored && saving->entry->user.reject_password_changes)
		return weft_error_set(saving->error, WEFT_EDENIED,
		    "Changing user password via patch/replace API is not "
		    "allowed. Use changePassword() or setPassword() instead.");
	if (weft__password_is_hash(password))
		return 0;
	code = weft__password_check(password, NULL, saving->error);
	if (!code)
		code = weft__password_hash(password, &access->options.cost,
		    access->clock, hash, saving->error);
	return code ? code : set(saving, "password", json_string(hash));
}

/* With another address the user has to prove that it is his. */
static int
check_verified(struct saving *saving)
{
	if (!saving->stored || !has_changed(saving, "email") ||
	    !saving->entry->user.email_verification_required)
		return 0;
	return set(saving, "emailVerified", json_false());
}

static int
refuse(struct saving *saving)
{
	const char *model = weft_model_name(saving->entry->model);
	struct weft_buf *details =
	    saving->event->call ? saving->event->call->details : NULL;

	if (!saving->text.size)
		return 0;
	if (details && weft_buf_printf(details,
	    "{\"context\":\"%s\",\"codes\":{%s},\"messages\":{%s}}", model,
	    saving->codes.data, saving->messages.data))
		return out_of_memory(saving->error);
	return weft_error_set(saving->error, WEFT_EVALIDATION,
	    "The `%s` instance is not valid. Details: %s.", model,
	    saving->text.data);
}

/* What is as it is now need not be looked at again. */
static int
read_stored(struct saving *saving)
{
	json_t *where;

	if (saving->event->is_new)
		return 0;
	where = json_pack("{s:s%}", weft_model_id_name(saving->entry->model),
	    saving->event->id.data, saving->event->id.size);
	return weft__lookup_first(saving->entry->model, saving->event->call,
	    where, &saving->stored, saving->error);
}

/* Ends all tokens of a user. */
static int
end_tokens(const struct weft__access_model *entry,
    const struct weft_hook_event *event)
{
	struct weft_error error;

	if (weft__token_delete_all(entry->access, entry, event->id,
		event->call, weft_slice(NULL), &error))
		weft__log(WEFT_LOG_ERROR, "access",
		    "the tokens of %s %.*s live on: %s",
		    weft_model_name(entry->model), (int)event->id.size,
		    event->id.data, error.text);
	return 0;
}

/* Tokens are to end if this save succeeds; see after_save(). */
static int
note_change(struct saving *saving)
{
	if (!saving->stored || (!has_changed(saving, "email") &&
	    !has_changed(saving, "password")))
		return 0;
	if (weft__changed_users_add(saving->entry, saving->event->id))
		return end_tokens(saving->entry, saving->event);
	return 0;
}

static int
check(struct saving *saving)
{
	int code = read_stored(saving);

	if (!code)
		code = check_names(saving);
	if (!code)
		code = refuse(saving);
	if (!code)
		code = check_password(saving);
	if (!code)
		code = check_verified(saving);
	if (!code)
		code = note_change(saving);
	if (!code && saving->is_changed)
		code = weft__config_write(
		    saving->user, saving->event->replacement);
	return code;
}

static int
before_save(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct saving saving = {
	    .entry = context,
	    .event = event,
	    .text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .codes = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .messages = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .error = error,
	};
	int code;

	if (is_own_write(event))
		return 0;
	code = weft__lookup_parse(event->record, &saving.user, error);
	if (!code)
		code = check(&saving);
	json_decref(saving.user);
	json_decref(saving.stored);
	weft_buf_fini(&saving.text);
	weft_buf_fini(&saving.codes);
	weft_buf_fini(&saving.messages);
	return code;
}

static int
after_save(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct weft__access_model *entry = context;

	if (is_own_write(event) ||
	    !weft__changed_users_remove(entry, event->id))
		return 0;
	return end_tokens(entry, event);
}

static int
after_delete(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	return end_tokens(context, event);
}

/* Within a transaction of the caller's what is read until its commit is old. */
static void
note_transaction(
    struct weft__access *access, const struct weft_hook_event *event)
{
	if (event->call && event->call->transaction)
		atomic_store(&access->is_unsettled, true);
}

/* What was cached of a token, or of roles and rules, may not be true now; of a
 * new token there is nothing. */
static int
forget_token(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct weft__access_model *entry = context;

	if (event->is_new)
		return 0;
	weft__principal_forget(entry->access, event->id);
	note_transaction(entry->access, event);
	return 0;
}

static int
renew(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct weft__access_model *entry = context;

	weft__access_renew(entry->access);
	note_transaction(entry->access, event);
	return 0;
}

/* Adds a hook after saving and deleting. */
static int
add_after(struct weft__access_model *entry, weft_hook_fn *hook,
    struct weft_error *error)
{
	int code = weft_model_add_hook(
	    entry->model, WEFT_HOOK_AFTER_SAVE, hook, entry, error);

	return code ? code : weft_model_add_hook(entry->model,
				 WEFT_HOOK_AFTER_DELETE, hook, entry, error);
}

int
weft__user_hooks_add(
    struct weft__access_model *entry, struct weft_error *error)
{
	const struct weft__access *access = entry->access;
	struct weft_model *model = entry->model;
	int code = 0;

	if (model == access->tokens)
		return add_after(entry, forget_token, error);
	if (model == access->roles || model == access->mappings ||
	    model == access->acls)
		return add_after(entry, renew, error);
	if (!entry->is_user)
		return 0;
	code = weft_model_add_hook(
	    model, WEFT_HOOK_BEFORE_SAVE, before_save, entry, error);
	if (!code)
		code = weft_model_add_hook(
		    model, WEFT_HOOK_AFTER_SAVE, after_save, entry, error);
	if (!code)
		code = weft_model_add_hook(model, WEFT_HOOK_AFTER_DELETE,
		    after_delete, entry, error);
	return code;
}
