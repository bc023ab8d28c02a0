#include "models/definition/config_merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/log.h"

#define KEY_SIZE 200

static int merge(
    json_t *into, json_t *from, const char *key, struct weft_error *error);

static bool
is_container(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

/* Whether a value of this kind may stand in place of the one before. */
static bool
fits(const json_t *before, const json_t *value)
{
	if (!before || json_is_null(before))
		return true;
	if (is_container(before))
		return json_typeof(before) == json_typeof(value);
	return !is_container(value);
}

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* One member or element; 'before' is what stands there, or NULL; if it is not
 * merged, '*is_new' says that the value takes its place. */
static int
merge_value(json_t *before, json_t *value, const char *key, bool *is_new,
    struct weft_error *error)
{
	*is_new = false;
	if (!fits(before, value))
		return weft__config_refuse(error, value,
		    "a value of the same kind as in the file before",
		    "%s", key);
	if (is_container(before))
		return merge(before, value, key, error);
	*is_new = true;
	return 0;
}

static void
append_key(char key[KEY_SIZE], const char *outer, const char *name)
{
	snprintf(key, KEY_SIZE, "%s%s%s", outer, *outer ? "." : "", name);
}

static int
merge_object(
    json_t *into, json_t *from, const char *outer, struct weft_error *error)
{
	const char *name;
	json_t *value;

	json_object_foreach (from, name, value) {
		char key[KEY_SIZE];
		bool is_new;
		int code;

		append_key(key, outer, name);
		code = merge_value(json_object_get(into, name), value, key,
		    &is_new, error);
		if (code)
			return code;
		if (is_new && json_object_set(into, name, value))
			return out_of_memory(error);
	}
	return 0;
}

static int
merge_array(
    json_t *into, json_t *from, const char *outer, struct weft_error *error)
{
	json_t *value;
	size_t i;

	if (json_array_size(into) != json_array_size(from))
		return weft_error_set(error, WEFT_ECONFIG,
		    "%s: expected an array of %zu elements as in the file "
		    "before, got %zu", outer, json_array_size(into),
		    json_array_size(from));
	json_array_foreach (from, i, value) {
		char key[KEY_SIZE], number[24];
		bool is_new;
		int code;

		snprintf(number, sizeof number, "%zu", i);
		append_key(key, outer, number);
		code = merge_value(
		    json_array_get(into, i), value, key, &is_new, error);
		if (code)
			return code;
		if (is_new && json_array_set(into, i, value))
			return out_of_memory(error);
	}
	return 0;
}

/* Both are objects, or both arrays; as deep as jansson parses. */
static int
merge(json_t *into, json_t *from, const char *key, struct weft_error *error)
{
	return json_is_object(into) ? merge_object(into, from, key, error)
				    : merge_array(into, from, key, error);
}

static int
read_file(const char *path, json_t **object, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	int code = weft__config_read(path, &text, error);

	if (!code) {
		code = weft__config_parse(
		    weft_buf_slice(&text), object, error);
		if (code)
			weft_error_wrap(error, "%s", path);
	}
	weft_buf_fini(&text);
	return code;
}

/* Applies NAME.VARIANT.json, if there is one. */
static int
apply(const char *directory, const char *name, const char *variant,
    json_t *object, struct weft_error *error)
{
	char path[WEFT_LIMIT_PATH_SIZE];
	json_t *other = NULL;
	int code;

	snprintf(path, sizeof path, "%s/%s.%s.json", directory, name, variant);
	code = read_file(path, &other, error);
	if (!code) {
		code = merge(object, other, "", error);
		if (code)
			weft_error_wrap(error, "%s", path);
	}
	json_decref(other);
	if (code && code != WEFT_ENOTFOUND)
		return code;
	snprintf(path, sizeof path, "%s/%s.%s.js", directory, name, variant);
	if (access(path, F_OK) == 0)
		weft__log(WEFT_LOG_WARNING, "models",
		    "%s: a script is not read; write JSON", path);
	return 0;
}

int
weft__config_read_merged(const char *directory, const char *name,
    json_t **object, struct weft_error *error)
{
	const char *environment = getenv("NODE_ENV");
	char path[WEFT_LIMIT_PATH_SIZE];
	json_t *merged = NULL;
	int code;

	if (!environment || !*environment)
		environment = "development";
	snprintf(path, sizeof path, "%s/%s.json", directory, name);
	code = read_file(path, &merged, error);
	if (!code)
		code = apply(directory, name, "local", merged, error);
	if (!code)
		code = apply(directory, name, environment, merged, error);
	if (code)
		json_decref(merged);
	else
		*object = merged;
	return code;
}
