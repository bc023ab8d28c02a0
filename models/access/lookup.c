#include "models/access/lookup.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/definition/config.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

int
weft__lookup_parse(struct weft_slice text, json_t **record,
    struct weft_error *error)
{
	json_error_t why;

	*record = json_loadb(text.data ? text.data : "", text.size,
	    JSON_ALLOW_NUL, &why);
	if (*record && json_is_object(*record))
		return 0;
	if (!*record && json_error_code(&why) == json_error_out_of_memory)
		return out_of_memory(error);
	if (*record)
		weft_error_set(error, WEFT_EJSON, "expected an object");
	else
		weft_error_set(error, WEFT_EJSON, "%s", why.text);
	json_decref(*record);
	*record = NULL;
	return WEFT_EJSON;
}

/* A walk over records. */
struct walk {
	weft__lookup_fn *each;
	void *context;
	struct weft_error *error;
};

static int
hand_on(struct weft_slice text, void *context)
{
	struct walk *walk = context;
	json_t *record;
	int code = weft__lookup_parse(text, &record, walk->error);

	if (code)
		return code;
	code = walk->each(record, walk->context, walk->error);
	json_decref(record);
	return code;
}

static int
write_filter(json_t *where, size_t limit, struct weft_buf *text,
    struct weft_error *error)
{
	json_t *filter = json_pack("{s:o*, s:I}", "where", where, "limit",
	    (json_int_t)limit);
	int code = filter ? weft__config_write(filter, text) : WEFT_ENOMEM;

	json_decref(filter);
	return code ? weft_error_set(error, code, "%s", weft_error_text(code))
		    : 0;
}

int
weft__lookup_each(struct weft_model *model, const struct weft_call *call,
    json_t *where, bool has_where, size_t limit, weft__lookup_fn *each,
    void *context, struct weft_error *error)
{
	struct weft_buf filter = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft_call hidden = {.with_hidden = true};
	struct walk walk = {each, context, error};
	int code;

	if (has_where && !where)
		return out_of_memory(error);
	if (call)
		hidden.transaction = call->transaction;
	code = write_filter(where, limit, &filter, error);
	if (!code)
		code = weft_record_find(model, &hidden,
		    weft_buf_slice(&filter), hand_on, &walk, error);
	weft_buf_fini(&filter);
	return code;
}

static int
keep(const json_t *record, void *context, struct weft_error *error)
{
	*(json_t **)context = json_incref((json_t *)record);
	return 0;
}

int
weft__lookup_first(struct weft_model *model, const struct weft_call *call,
    json_t *where, json_t **record, struct weft_error *error)
{
	*record = NULL;
	return weft__lookup_each(model, call, where, true, 1, keep, record,
	    error);
}

int
weft__lookup_id(struct weft_model *model, struct weft_slice id,
    json_t **record, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	const struct weft_call call = {.with_hidden = true};
	int code = weft_record_find_by_id(model, &call, id, weft_slice(NULL),
	    &text, error);

	*record = NULL;
	if (!code)
		code = weft__lookup_parse(weft_buf_slice(&text), record,
		    error);
	weft_buf_fini(&text);
	/* What cannot be an id is not one of a record. */
	if (code == WEFT_ENOTFOUND || code == WEFT_EINVAL ||
	    code == WEFT_ELIMIT)
		return 0;
	return code;
}

bool
weft__lookup_id_text(const json_t *value, char text[WEFT__LOOKUP_ID_SIZE])
{
	struct weft_slice slice;

	text[0] = '\0';
	if (json_is_integer(value)) {
		snprintf(text, WEFT__LOOKUP_ID_SIZE, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
		return true;
	}
	if (!json_is_string(value))
		return false;
	slice = weft_slice_of(
	    json_string_value(value), json_string_length(value));
	if (!slice.size || slice.size >= WEFT__LOOKUP_ID_SIZE ||
	    memchr(slice.data, '\0', slice.size))
		return false;
	memcpy(text, slice.data, slice.size);
	text[slice.size] = '\0';
	return true;
}

const json_t *
weft__lookup_given(const json_t *value)
{
	if (!value || json_is_null(value) || json_is_false(value) ||
	    (json_is_string(value) && json_string_length(value) == 0) ||
	    (json_is_number(value) && json_number_value(value) == 0))
		return NULL;
	return value;
}

struct weft_slice
weft__lookup_text(const json_t *record, const char *key)
{
	const json_t *value = json_object_get(record, key);

	if (!json_is_string(value))
		return weft_slice(NULL);
	return weft_slice_of(
	    json_string_value(value), json_string_length(value));
}

json_t *
weft__lookup_lower(struct weft_slice text)
{
	char *bytes = weft__strndup(text.data, text.size);
	json_t *value;

	for (size_t i = 0; bytes && i < text.size; i++)
		bytes[i] = (char)tolower((unsigned char)bytes[i]);
	value = bytes ? json_stringn(bytes, text.size) : NULL;
	weft__free(bytes);
	return value;
}

json_t *
weft__lookup_spellings(struct weft_slice id)
{
	json_t *list = json_pack("[s%]", id.data, id.size);
	char text[24], *end;
	long long number;

	if (!list || !id.size || id.size >= sizeof text)
		return list;
	memcpy(text, id.data, id.size);
	text[id.size] = '\0';
	number = strtoll(text, &end, 10);
	if (!*end && json_array_append_new(list, json_integer(number))) {
		json_decref(list);
		return NULL;
	}
	return list;
}
