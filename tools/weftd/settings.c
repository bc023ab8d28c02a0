#include "tools/weftd/settings.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/definition/config_merge.h"
#include "tools/weftd/setting_table.h"

/* More than any setting may be, and exact as a double. */
#define SIZE_MOST 0x1p60

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Puts a text in place of the one before. */
static int
put_text(char **place, const char *text, struct weft_error *error)
{
	char *copy = weft__strdup(text);

	if (!copy)
		return out_of_memory(error);
	weft__free(*place);
	*place = copy;
	return 0;
}

static int
put_path(const struct settings *settings, char **place, const char *text,
    struct weft_error *error)
{
	char path[PATH_MAX];
	int size;

	if (text[0] == '/')
		return put_text(place, text, error);
	size = snprintf(path, sizeof path, "%s/%s", settings->directory, text);
	if (size < 0 || (size_t)size >= sizeof path)
		return weft_error_set(
		    error, WEFT_ECONFIG, "%s: the path is too long", text);
	return put_text(place, path, error);
}

/* The number before a unit: "1.5", "256"; below 0: none is there. */
static double
parse_number(const char **text)
{
	double number = 0, place = 1;

	if (!isdigit((unsigned char)**text))
		return -1;
	for (; isdigit((unsigned char)**text); ++*text)
		number = number * 10 + (**text - '0');
	if (**text == '.' && isdigit((unsigned char)(*text)[1]))
		for (++*text; isdigit((unsigned char)**text); ++*text)
			number += (**text - '0') * (place /= 10);
	return number;
}

/* A number with a unit, as LoopBack takes it: "100kb", "1.5 MB", "512". */
static bool
parse_size(const char *text, int64_t *size)
{
	static const char *const units[] = {"", "kb", "mb", "gb", "tb"};
	double number = parse_number(&text);

	text += strspn(text, " ");
	if (strcasecmp(text, "b") == 0)
		text = "";
	for (unsigned i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcasecmp(text, units[i]) != 0)
			continue;
		number *= (double)(INT64_C(1) << (10 * i));
		*size = (int64_t)(number < SIZE_MOST ? number : SIZE_MOST);
		return number >= 0;
	}
	return false;
}

static bool
in_range(const struct setting *setting, int64_t number)
{
	return number >= setting->least && number <= setting->most;
}

static int
refuse(const struct setting *setting, const json_t *value,
    struct weft_error *error)
{
	char expected[160];

	setting_describe(setting, expected, sizeof expected);
	return weft__config_refuse(
	    error, value, expected, "%s: %s", setting->file, setting->key);
}

static void
free_list(struct setting_list *list)
{
	for (size_t i = 0; i < list->length; i++)
		weft__free((char *)list->items[i]);
	weft__free(list->items);
}

/* Whether a text is of the form that the setting has. */
static bool
fits(const struct setting *setting, const char *text)
{
	return text && (!setting->form || setting->form->fits(text));
}

static int
put_list(const struct setting *setting, struct setting_list *list,
    const json_t *value, struct weft_error *error)
{
	size_t count = json_array_size(value);
	const char **items;
	bool is_copied = true;

	if (!json_is_array(value))
		return refuse(setting, value, error);
	for (size_t i = 0; i < count; i++)
		if (!fits(setting,
			json_string_value(json_array_get(value, i))))
			return refuse(
			    setting, json_array_get(value, i), error);
	items = weft__calloc(count + 1, sizeof *items);
	for (size_t i = 0; items && i < count; i++) {
		items[i] = weft__strdup(
		    json_string_value(json_array_get(value, i)));
		is_copied &= items[i] != NULL;
	}
	free_list(list);
	*list = (struct setting_list){items, items ? count : 0};
	return items && is_copied ? 0 : out_of_memory(error);
}

static bool
find_word(const struct setting *setting, const char *text, int64_t *index)
{
	for (*index = 0; setting->words[*index]; ++*index)
		if (text && strcmp(setting->words[*index], text) == 0)
			return true;
	return false;
}

/* Puts a number, a flag, a size or a word; false if the value is none. */
static bool
put_number(const struct setting *setting, const json_t *value, int64_t *place)
{
	const char *text = json_string_value(value);

	switch (setting->kind) {
	case SETTING_FLAG:
		*place = json_is_true(value);
		return json_is_boolean(value);
	case SETTING_WORD:
		return find_word(setting, text, place);
	default:
		break;
	}
	if (setting->kind == SETTING_SIZE && text)
		return parse_size(text, place) && in_range(setting, *place);
	if (setting->kind == SETTING_PORT && text) {
		*place = strtol(text, NULL, 10);
		return setting_is_port(text);
	}
	*place = json_integer_value(value);
	return json_is_integer(value) && in_range(setting, *place);
}

static int
put(struct settings *settings, const struct setting *setting,
    const json_t *value, struct weft_error *error)
{
	void *place = (char *)settings + setting->offset;
	const char *text = json_string_value(value);

	switch (setting->kind) {
	case SETTING_TEXT:
		return fits(setting, text) ? put_text(place, text, error)
					   : refuse(setting, value, error);
	case SETTING_PATH:
		return text ? put_path(settings, place, text, error)
			    : refuse(setting, value, error);
	case SETTING_LIST:
		return put_list(setting, place, value, error);
	default:
		return put_number(setting, value, place)
		    ? 0
		    : refuse(setting, value, error);
	}
}

/* Whether a value stands where an object should, and means nothing else:
 * LoopBack takes false and null in its own file for "not set". */
static bool
is_in_the_way(const struct setting *setting, const json_t *value)
{
	if (!value || json_is_object(value))
		return false;
	return strcmp(setting->file, CONFIG_JSON) != 0 ||
	       !(json_is_false(value) || json_is_null(value));
}

/* Of LoopBack's own file, too. */
static bool
is_unset(const struct setting *setting, const json_t *value)
{
	return json_is_null(value) && strcmp(setting->file, CONFIG_JSON) == 0;
}

/* The value at a key with dots; NULL: none. */
static int
look_up(const struct setting *setting, const json_t *object,
    const json_t **value, struct weft_error *error)
{
	const char *key = setting->key;
	char part[64];
	size_t size;

	*value = object;
	for (; *value && *key; key += size + (key[size] == '.')) {
		if (is_in_the_way(setting, *value))
			return weft__config_refuse(error, *value, "an object",
			    "%s: %.*s", setting->file,
			    (int)(key - setting->key) - 1, setting->key);
		size = strcspn(key, ".");
		snprintf(part, sizeof part, "%.*s", (int)size, key);
		*value = json_object_get(*value, part);
	}
	return 0;
}

static int
set_defaults(struct settings *settings, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; !code && i < setting_count; i++) {
		json_t *value;

		if (!setting_table[i].otherwise)
			continue;
		value = json_loads(
		    setting_table[i].otherwise, JSON_DECODE_ANY, NULL);
		code = value ? put(settings, &setting_table[i], value, error)
			     : out_of_memory(error);
		json_decref(value);
	}
	return code;
}

/* Whether 'key' is one of weftd.json's, or leads to some. */
static bool
is_known(const char *key)
{
	size_t size = strlen(key);

	for (size_t i = 0; i < setting_count; i++) {
		const char *known = setting_table[i].key;

		if (strcmp(setting_table[i].file, WEFTD_JSON) == 0 &&
		    strncmp(known, key, size) == 0 &&
		    (known[size] == '\0' || known[size] == '.'))
			return true;
	}
	return false;
}

static int
refuse_name(const char *key, const char *name, struct weft_error *error)
{
	return weft_error_set(error, WEFT_ECONFIG,
	    WEFTD_JSON ": there is no setting %s%s", key,
	    strchr(name, '.') ? ": a dot stands for an object in another"
			      : "");
}

/* Refuses keys of weftd.json that nobody would look at. */
static int
refuse_unknown(const json_t *object, const char *prefix,
    struct weft_error *error)
{
	const char *name;
	json_t *value;
	int code = 0;

	json_object_foreach((json_t *)object, name, value) {
		char key[128];

		snprintf(key, sizeof key, "%s%s%s", prefix, *prefix ? "." : "",
		    name);
		if (strchr(name, '.') || !is_known(key))
			return refuse_name(key, name, error);
		if (json_is_object(value))
			code = refuse_unknown(value, key, error);
		if (code)
			return code;
	}
	return 0;
}

static int
take_file(struct settings *settings, const char *file, const json_t *object,
    struct weft_error *error)
{
	int code = 0;

	if (strcmp(file, WEFTD_JSON) == 0)
		code = refuse_unknown(object, "", error);
	for (size_t i = 0; !code && i < setting_count; i++) {
		const json_t *value;

		if (strcmp(setting_table[i].file, file) != 0)
			continue;
		code = look_up(&setting_table[i], object, &value, error);
		if (!code && value && !is_unset(&setting_table[i], value))
			code = put(settings, &setting_table[i], value, error);
	}
	return code;
}

/* LoopBack's file, with those that say otherwise. */
static int
read_config(struct settings *settings, struct weft_error *error)
{
	json_t *object = NULL;
	int code = weft__config_read_merged(
	    settings->directory, "config", &object, error);

	if (!code)
		code = take_file(settings, CONFIG_JSON, object, error);
	json_decref(object);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

static int
read_weftd(struct settings *settings, struct weft_error *error)
{
	const char *file = WEFTD_JSON;
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	json_t *object = NULL;
	char path[PATH_MAX];
	int code;

	snprintf(path, sizeof path, "%s/%s", settings->directory, file);
	code = weft__config_read(path, &text, error);
	if (!code) {
		code = weft__config_parse(
		    weft_buf_slice(&text), &object, error);
		if (code && error)
			weft_error_wrap(error, "%s", file);
	}
	if (!code)
		code = take_file(settings, file, object, error);
	json_decref(object);
	weft_buf_fini(&text);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

/* What two settings say of each other. */
static int
check_together(const struct settings *settings, struct weft_error *error)
{
	const struct setting_list *origins = &settings->cors_origins;

	if (!settings->tls_certificate != !settings->tls_key)
		return weft_error_set(error, WEFT_ECONFIG,
		    WEFTD_JSON ": tls: certificate and key belong together");
	for (size_t i = 0; i < origins->length; i++)
		if (settings->cors_credentials &&
		    strcmp(origins->items[i], "*") == 0)
			return weft_error_set(error, WEFT_ECONFIG,
			    WEFTD_JSON ": cors: with credentials, origins "
			    "\"*\" would let every page act for its visitor; "
			    "list the origins");
	return 0;
}

static int
read_all(struct settings *settings, struct weft_error *error)
{
	struct stat status;
	int code;

	if (stat(settings->directory, &status) ||
	    !S_ISDIR(status.st_mode))
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: there is no such directory", settings->directory);
	code = set_defaults(settings, error);
	if (!code)
		code = read_config(settings, error);
	if (!code)
		code = read_weftd(settings, error);
	return code ? code : check_together(settings, error);
}

int
settings_read(struct settings *settings, const char *directory,
    struct weft_error *error)
{
	int code;

	*settings = (struct settings){.directory = weft__strdup(directory)};
	if (!settings->directory)
		return out_of_memory(error);
	code = read_all(settings, error);
	if (code && error)
		weft_error_wrap(error, "%s", directory);
	return code;
}

void
settings_fini(struct settings *settings)
{
	for (size_t i = 0; i < setting_count; i++) {
		void *place = (char *)settings + setting_table[i].offset;

		if (setting_table[i].kind == SETTING_LIST)
			free_list(place);
		else if (setting_table[i].kind == SETTING_TEXT ||
		    setting_table[i].kind == SETTING_PATH)
			weft__free(*(char **)place);
	}
	weft__free(settings->directory);
	*settings = (struct settings){.directory = NULL};
}
