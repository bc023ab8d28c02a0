/*
 * Tokens: made, and deleted with what they stood for.
 */
#include <math.h>

#include <openssl/crypto.h>

#include "core/base/clock.h"
#include "core/base/limits.h"
#include "models/access/access_private.h"
#include "models/definition/config.h"
#include "models/value/date.h"
#include "models/value/number.h"

/* LoopBack's tokens: 64 letters and digits. */
#define TOKEN_SIZE 64

static void
make_token(const struct weft_clock *clock, char text[TOKEN_SIZE + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789";
	const size_t count = sizeof letters - 1;
	unsigned char bytes[TOKEN_SIZE];
	size_t size = 0;

	while (size < TOKEN_SIZE) {
		weft__clock_random(clock, bytes, sizeof bytes);
		/* Bytes beyond the last full round would favour some. */
		for (size_t i = 0; i < sizeof bytes && size < TOKEN_SIZE; i++)
			if (bytes[i] < 256 / count * count)
				text[size++] = letters[bytes[i] % count];
	}
	text[TOKEN_SIZE] = '\0';
	OPENSSL_cleanse(bytes, sizeof bytes);
}

/* The record of a new token; NULL when out of memory. */
static json_t *
describe_token(struct weft__access *access,
    const struct weft__access_model *entry, json_t *user_id, double ttl_s,
    const char *scope)
{
	char id[TOKEN_SIZE + 1], created[WEFT__DATE_SIZE];
	json_t *ttl = ttl_s == (double)(json_int_t)ttl_s
			  ? json_integer((json_int_t)ttl_s)
			  : json_real(ttl_s);
	json_t *token;

	make_token(access->clock, id);
	weft__date_format((int64_t)weft__access_now_ms(access), created);
	token = json_pack("{s:s, s:o, s:s, s:O}", "id", id, "ttl", ttl,
	    "created", created, "userId", user_id);
	OPENSSL_cleanse(id, sizeof id);
	if (token && scope &&
	    json_object_set_new(token, "scopes", json_pack("[s]", scope))) {
		json_decref(token);
		return NULL;
	}
	if (token && access->has_many_user_models &&
	    json_object_set_new(token, "principalType",
		json_string(weft_model_name(entry->model)))) {
		json_decref(token);
		return NULL;
	}
	return token;
}

int
weft__token_create(struct weft__access *access,
    const struct weft__access_model *entry, const json_t *user, double ttl_s,
    const char *scope, struct weft_buf *record, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	json_t *token;
	int code;

	if (!access->tokens)
		return weft_error_set(error, WEFT_ECONFIG,
		    "there is no model AccessToken: nobody can log in");
	if (ttl_s == 0)
		ttl_s = entry->user.ttl_s;
	if (ttl_s > entry->user.max_ttl_s)
		ttl_s = entry->user.max_ttl_s;
	token = describe_token(access, entry,
	    json_object_get(user, weft_model_id_name(entry->model)), ttl_s,
	    scope);
	code = token ? weft__config_write(token, &text) : WEFT_ENOMEM;
	json_decref(token);
	if (code)
		weft_error_set(error, code, "a token: %s",
		    weft_error_text(code));
	else
		code = weft_record_create(access->tokens, NULL,
		    weft_buf_slice(&text), record, error);
	weft_buf_fini(&text);
	return code;
}

bool
weft__token_read_ttl(const json_t *value, double *seconds)
{
	double number = json_is_string(value)
	    ? weft__number_of_text(weft_slice_of(json_string_value(value),
		  json_string_length(value)))
	    : json_number_value(value);

	if (!isfinite(number) ||
	    (!json_is_number(value) && !json_is_string(value)))
		return false;
	*seconds = number;
	return true;
}

static json_t *
where_tokens(const struct weft__access *access,
    const struct weft__access_model *entry, struct weft_slice user_id,
    struct weft_slice but)
{
	json_t *where = json_pack(
	    "{s:{s:o}}", "userId", "inq", weft__lookup_spellings(user_id));

	if (where && but.data &&
	    json_object_set_new(where,
		weft_model_id_name(access->tokens),
		json_pack("{s:s%}", "neq", but.data, but.size))) {
		json_decref(where);
		return NULL;
	}
	if (where && access->has_many_user_models &&
	    json_object_set_new(where, "principalType",
		json_string(weft_model_name(entry->model)))) {
		json_decref(where);
		return NULL;
	}
	return where;
}

int
weft__token_delete_all(struct weft__access *access,
    const struct weft__access_model *entry, struct weft_slice user_id,
    const struct weft_call *call, struct weft_slice but,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft_call own = {.transaction = NULL};
	json_t *where;
	int code;

	if (!access->tokens)
		return 0;
	/* A transaction spans the models of one datasource. */
	if (call && weft_model_datasource(access->tokens) ==
			weft_model_datasource(entry->model))
		own.transaction = call->transaction;
	where = where_tokens(access, entry, user_id, but);
	code = where ? weft__config_write(where, &text) : WEFT_ENOMEM;
	json_decref(where);
	if (code)
		weft_error_set(error, code, "%s", weft_error_text(code));
	else
		code = weft_record_delete_all(access->tokens, &own,
		    weft_buf_slice(&text), NULL, error);
	weft_buf_fini(&text);
	return code;
}
