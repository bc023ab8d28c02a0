#include "models/definition/config_env.h"

#include <stdio.h>
#include <stdlib.h>

#include <weft/buf.h>

#include "core/base/limits.h"

struct expansion {
	struct weft_buf path; /* of the value at hand */
	struct weft_error *error;
};

static int expand_value(
    struct expansion *expansion, json_t *value, json_t **replacement);

static bool
is_name_byte(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
	    (byte >= '0' && byte <= '9') || byte == '_';
}

/* Copies the name out of "${NAME}"; false if the text is anything else. */
static bool
read_name(const char *text, size_t size, char name[WEFT_LIMIT_NAME_SIZE + 1])
{
	if (size < 4 || size - 3 > WEFT_LIMIT_NAME_SIZE || text[0] != '$' ||
	    text[1] != '{' || text[size - 1] != '}')
		return false;
	for (size_t i = 2; i < size - 1; i++)
		if (!is_name_byte(text[i]))
			return false;
	memcpy(name, text + 2, size - 3);
	name[size - 3] = '\0';
	return true;
}

static int
expand_string(
    struct expansion *expansion, const json_t *value, json_t **replacement)
{
	char name[WEFT_LIMIT_NAME_SIZE + 1];
	const char *text;

	if (!read_name(
		json_string_value(value), json_string_length(value), name))
		return 0;
	text = getenv(name);
	if (!text)
		return weft_error_set(expansion->error, WEFT_ECONFIG,
		    "%s: the environment variable %s is not set",
		    expansion->path.data, name);
	*replacement = json_string(text);
	if (*replacement)
		return 0;
	return weft_error_set(expansion->error, WEFT_ECONFIG,
	    "%s: the environment variable %s is not UTF-8",
	    expansion->path.data, name);
}

/* Goes on to a member or element, whose path is 'size' bytes and this. */
static int
expand_part(struct expansion *expansion, size_t size, const char *name,
    json_t *value, json_t **replacement)
{
	int code;

	expansion->path.size = size;
	code = weft_buf_printf(
	    &expansion->path, "%s%s", size ? "." : "", name);
	if (code)
		return weft_error_set(expansion->error, code,
		    "a configuration's path: %s", weft_error_text(code));
	*replacement = NULL;
	return expand_value(expansion, value, replacement);
}

static int
expand_members(struct expansion *expansion, json_t *object)
{
	size_t size = expansion->path.size;
	json_t *replacement;
	int code = 0;

	for (void *at = json_object_iter(object); !code && at;
	     at = json_object_iter_next(object, at)) {
		code = expand_part(expansion, size, json_object_iter_key(at),
		    json_object_iter_value(at), &replacement);
		if (!code && replacement)
			json_object_iter_set_new(object, at, replacement);
	}
	return code;
}

static int
expand_elements(struct expansion *expansion, json_t *array)
{
	size_t size = expansion->path.size;
	json_t *replacement;
	char name[24];
	int code = 0;

	for (size_t i = 0; !code && i < json_array_size(array); i++) {
		snprintf(name, sizeof name, "%zu", i);
		code = expand_part(expansion, size, name,
		    json_array_get(array, i), &replacement);
		if (!code && replacement)
			json_array_set_new(array, i, replacement);
	}
	return code;
}

/* The depth of this recursion is limited by jansson's parser. */
static int
expand_value(
    struct expansion *expansion, json_t *value, json_t **replacement)
{
	if (json_is_string(value))
		return expand_string(expansion, value, replacement);
	if (json_is_object(value))
		return expand_members(expansion, value);
	if (json_is_array(value))
		return expand_elements(expansion, value);
	return 0;
}

int
weft__config_expand(json_t *object, struct weft_error *error)
{
	struct expansion expansion = {
	    .path = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE), .error = error};
	int code = expand_members(&expansion, object);

	weft_buf_fini(&expansion.path);
	return code;
}
