#include "models/definition/base_model.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/access/builtin.h"
#include "models/definition/config.h"

/* More bases than this are a circle. */
#define BASES 16

static void
destroy_file(void *value)
{
	struct weft__model_file *file = value;

	if (!file)
		return;
	json_decref(file->root);
	weft__free(file->path);
	weft__free(file);
}

void
weft__model_files_fini(struct weft__model_files *files)
{
	weft__map_fini(&files->by_name, destroy_file);
}

const struct weft__model_file *
weft__model_files_find(
    const struct weft__model_files *files, const char *name)
{
	return weft__map_find(&files->by_name, weft_slice(name));
}

static int
read_file(struct weft__model_file *file, const char *path,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	int code = weft__config_read(path, &text, error);

	if (!code) {
		code = weft__config_parse(weft_buf_slice(&text), &file->root,
		    error);
		if (code)
			weft_error_wrap(error, "%s", path);
	}
	weft_buf_fini(&text);
	if (code)
		return code;
	file->path = weft__strdup(path);
	if (!file->path)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

static int
keep_file(struct weft__model_files *files, struct weft__model_file *file,
    struct weft_error *error)
{
	const json_t *name = json_object_get(file->root, "name");
	const struct weft__model_file *other;

	if (!json_is_string(name))
		return weft__config_refuse(error, name, "the model's name",
		    "%s: name", file->path);
	other = weft__model_files_find(files, json_string_value(name));
	if (other)
		return weft_error_set(error, WEFT_ECONFIG,
		    "%s: model %s is defined in %s too", file->path,
		    json_string_value(name), other->path);
	if (weft__map_put(&files->by_name,
		weft_slice(json_string_value(name)), file))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

int
weft__model_files_add(struct weft__model_files *files, const char *path,
    struct weft_error *error)
{
	struct weft__model_file *file = weft__calloc(1, sizeof *file);
	int code;

	if (!file)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = read_file(file, path, error);
	if (!code)
		code = keep_file(files, file, error);
	if (code)
		destroy_file(file);
	return code;
}

static int
add_builtin(struct weft__model_files *files, const char *name,
    struct weft_error *error)
{
	struct weft__model_file *file = weft__calloc(1, sizeof *file);
	int code;

	if (!file)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = weft__config_parse(weft_slice(weft__builtin_definition(name)),
	    &file->root, error);
	if (!code) {
		file->path = weft__strdup("(built-in model)");
		if (!file->path ||
		    weft__map_put(&files->by_name, weft_slice(name), file))
			code = weft_error_set(error, WEFT_ENOMEM,
			    "out of memory");
	}
	if (code)
		destroy_file(file);
	return code;
}

int
weft__model_files_add_builtins(
    struct weft__model_files *files, struct weft_error *error)
{
	const char *name;
	int code = 0;

	for (size_t i = 0; !code && (name = weft__builtin_name(i)); i++)
		if (!weft__model_files_find(files, name))
			code = add_builtin(files, name, error);
	return code;
}

/* LoopBack's own, of which only the first few may be bases without loss. */
bool
weft__is_builtin_model(const char *name)
{
	static const char *const names[] = {"Model", "DataModel",
	    "PersistedModel", "KeyValueModel", "User", "AccessToken", "ACL",
	    "RoleMapping", "Role", "Application", "Scope", "Email", "Change",
	    "Checkpoint"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool
declares_id(const json_t *properties)
{
	const char *name;
	json_t *property;

	json_object_foreach ((json_t *)properties, name, property)
		if (json_is_true(json_object_get(property, "id")) ||
		    json_is_number(json_object_get(property, "id")))
			return true;
	return false;
}

/* Adds the base's properties that the model does not declare itself. */
static int
take_properties(json_t *model, const json_t *base)
{
	json_t *own = json_object_get(model, "properties"), *property;
	json_t *theirs = json_object_get(base, "properties");
	bool has_id = declares_id(own);
	const char *name;

	if (!own) {
		own = json_object();
		if (json_object_set_new(model, "properties", own))
			return WEFT_ENOMEM;
	}
	json_object_foreach (theirs, name, property) {
		const json_t *id = json_object_get(property, "id");

		if (json_object_get(own, name) ||
		    (has_id && id && !json_is_false(id)))
			continue;
		if (json_object_set(own, name, property))
			return WEFT_ENOMEM;
	}
	return 0;
}

static bool
is_own_key(const char *key)
{
	return strcmp(key, "name") == 0 || strcmp(key, "plural") == 0 ||
	       strcmp(key, "http") == 0 || strcmp(key, "base") == 0 ||
	       strcmp(key, "properties") == 0 || strcmp(key, "_bases") == 0;
}

/* Lists that a model has in addition to its base's. */
static bool
is_added_up(const char *key)
{
	return strcmp(key, "acls") == 0 || strcmp(key, "hidden") == 0 ||
	       strcmp(key, "protected") == 0;
}

/* Appends the base's elements. */
static int
add_up(json_t *own, const json_t *theirs)
{
	const json_t *element;
	size_t i;

	json_array_foreach (theirs, i, element)
		if (json_array_append(own, (json_t *)element))
			return WEFT_ENOMEM;
	return 0;
}

/* Adds a setting of the base to the model's, which may have it in "options",
 * as older LoopBack does. */
static int
take_setting(json_t *model, const char *key, json_t *value)
{
	json_t *own = json_object_get(model, key);

	if (!own)
		own = json_object_get(json_object_get(model, "options"), key);
	if (!own)
		return json_object_set_new(model, key, json_deep_copy(value));
	if (json_is_array(own) && json_is_array(value) && is_added_up(key))
		return add_up(own, value);
	if (json_is_object(own) && json_is_object(value) &&
	    (strcmp(key, "options") == 0 || strcmp(key, "relations") == 0))
		return json_object_update_missing(own, value);
	return 0;
}

/*
 * Adds the base's settings that the model does not have itself; rules, hidden
 * properties and relations of both count.
 */
static int
take_settings(json_t *model, const json_t *base)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)base, key, value)
		if (!is_own_key(key) && take_setting(model, key, value))
			return WEFT_ENOMEM;
	return 0;
}

/* Adds the base's name to the list of the model's bases. */
static int
note_base(json_t *model, const json_t *base)
{
	json_t *bases = json_object_get(model, "_bases");

	if (!bases) {
		bases = json_array();
		if (json_object_set_new(model, "_bases", bases))
			return WEFT_ENOMEM;
	}
	return json_array_append(bases, json_object_get(base, "name"));
}

/* The file of the model's base; NULL if LoopBack brings it along. */
static int
find_base(const struct weft__model_files *files, const json_t *model,
    const struct weft__model_file **base, struct weft_error *error)
{
	const json_t *value = json_object_get(model, "base");
	const char *name = json_string_value(value);

	*base = NULL;
	if (!value || json_is_null(value))
		return 0;
	if (name)
		*base = weft__model_files_find(files, name);
	if (*base)
		return 0;
	if (!name || !weft__is_builtin_model(name))
		return weft__config_refuse(error, value,
		    "a model that a file defines", "base");
	if (!strstr(name, "Model"))
		weft__log(WEFT_LOG_WARNING, "models",
		    "model %s: the properties of its base %s are not known",
		    json_string_value(json_object_get(model, "name")), name);
	return 0;
}

static int
take_from_bases(const struct weft__model_files *files,
    const json_t *original, json_t *model, struct weft_error *error)
{
	const struct weft__model_file *base;
	const json_t *link = original;

	for (size_t i = 0; i < BASES; i++) {
		int code = find_base(files, link, &base, error);

		if (code || !base)
			return code;
		if (take_properties(model, base->root) ||
		    take_settings(model, base->root) ||
		    note_base(model, base->root))
			return weft_error_set(error, WEFT_ENOMEM,
			    "out of memory");
		link = base->root;
	}
	return weft_error_set(error, WEFT_ECONFIG,
	    "base: the base models go round in a circle");
}

int
weft__model_files_write(const struct weft__model_files *files,
    const struct weft__model_file *file, const json_t *overrides,
    struct weft_buf *text, struct weft_error *error)
{
	json_t *model;
	int code;

	if (overrides && !json_is_object(overrides))
		return weft__config_refuse(error, overrides, "an object",
		    "options in model-config.json");
	model = json_deep_copy(file->root);
	if (!model || (overrides &&
	    json_object_update(model, (json_t *)overrides))) {
		json_decref(model);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	code = take_from_bases(files, file->root, model, error);
	if (!code && weft__config_write(model, text))
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	json_decref(model);
	return code;
}
