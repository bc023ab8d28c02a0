#include "models/definition/config.h"

#include <errno.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/limits.h"

static int
read_open_file(FILE *file, const char *path, struct weft_buf *text,
    struct weft_error *error)
{
	char block[8192];
	size_t size, total = 0;

	while ((size = fread(block, 1, sizeof block, file)) > 0) {
		total += size;
		if (total > WEFT_LIMIT_CONFIG_SIZE)
			return weft_error_set(error, WEFT_ECONFIG,
			    "%s: over %u bytes", path, WEFT_LIMIT_CONFIG_SIZE);
		if (weft_buf_append(text, block, size))
			return weft_error_set(error, WEFT_ENOMEM,
			    "%s: out of memory", path);
	}
	if (ferror(file))
		return weft_error_set(error, WEFT_EIO, "%s: %s", path,
		    strerror(errno));
	return 0;
}

int
weft__config_read(
    const char *path, struct weft_buf *text, struct weft_error *error)
{
	FILE *file = fopen(path, "re");
	int code = WEFT_EIO;

	if (!file && errno == ENOENT)
		code = WEFT_ENOTFOUND;
	else if (!file && errno == EACCES)
		code = WEFT_EREADONLY;
	if (!file)
		return weft_error_set(
		    error, code, "%s: %s", path, strerror(errno));
	code = read_open_file(file, path, text, error);
	fclose(file);
	return code;
}

int
weft__config_parse(
    struct weft_slice text, json_t **object, struct weft_error *error)
{
	struct weft_slice json = weft__json_skip_mark(text);
	json_error_t why;
	json_t *parsed = json_loadb(json.data ? json.data : "", json.size,
	    JSON_REJECT_DUPLICATES, &why);

	if (!parsed && json_error_code(&why) == json_error_out_of_memory)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (!parsed)
		return weft_error_set(error, WEFT_ECONFIG,
		    "line %d, column %d: %s", why.line, why.column, why.text);
	if (!json_is_object(parsed)) {
		json_decref(parsed);
		return weft_error_set(error, WEFT_ECONFIG,
		    "line 1, column 1: expected a JSON object");
	}
	*object = parsed;
	return 0;
}

int
weft__config_write(const json_t *value, struct weft_buf *text)
{
	const size_t flags = JSON_ENCODE_ANY | JSON_COMPACT;
	size_t size = json_dumpb(value, NULL, 0, flags);
	int code;

	if (!size)
		return WEFT_ENOMEM;
	code = weft_buf_reserve(text, size);
	if (code)
		return code;
	json_dumpb(value, text->data + text->size, size, flags);
	text->size += size;
	text->data[text->size] = '\0';
	return 0;
}

int
weft__config_refuse(struct weft_error *error, const json_t *value,
    const char *expected, const char *where, ...)
{
	struct weft_buf shown = WEFT_BUF_INIT(2 * WEFT_LIMIT_CONFIG_SIZE);
	char place[160];
	va_list arguments;

	va_start(arguments, where);
	vsnprintf(place, sizeof place, where, arguments);
	va_end(arguments);
	if (!value || weft__config_write(value, &shown))
		weft_error_set(error, WEFT_ECONFIG,
		    "%s: expected %s, got nothing", place, expected);
	else
		weft_error_set(error, WEFT_ECONFIG,
		    "%s: expected %s, got %.40s%s", place, expected,
		    shown.data, shown.size > 40 ? "..." : "");
	weft_buf_fini(&shown);
	return WEFT_ECONFIG;
}

int
weft__config_read_count(const json_t *value, const char *key, size_t *count,
    struct weft_error *error)
{
	json_int_t number = json_integer_value(value);

	if (!value)
		return 0;
	if (!json_is_integer(value))
		return weft__config_refuse(
		    error, value, "a whole number", "%s", key);
	*count = number > 0 ? (size_t)number : 0;
	return 0;
}

int
weft__config_check_name(const char *name, struct weft_error *error)
{
	size_t size = strlen(name);

	if (!size)
		return weft_error_set(error, WEFT_ECONFIG,
		    "name: expected a name, got \"\"");
	if (size > WEFT_LIMIT_NAME_SIZE)
		return weft_error_set(error, WEFT_ECONFIG,
		    "name: %zu bytes, the limit is %d", size,
		    WEFT_LIMIT_NAME_SIZE);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return weft_error_set(error, WEFT_ECONFIG,
			    "name: has a control character at byte %zu", i);
	if (*name == '.' || strchr(name, '/'))
		return weft_error_set(error, WEFT_ECONFIG, "name: \"%s\" "
		    "begins with \".\" or has a \"/\": it names a file, too",
		    name);
	return 0;
}
