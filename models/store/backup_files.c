#include "models/store/backup_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/store/file.h"
#include "models/definition/config.h"

#define MODEL_CONFIG "model-config.json"
#define MODELS "models"

static int
too_long(const char *path, struct weft_error *error)
{
	return weft_error_set(
	    error, WEFT_ELIMIT, "%s: the path is too long", path);
}

int
weft__backup_sync(const char *path, struct weft_error *error)
{
	struct weft__directory directory;
	int code = weft__directory_open(&directory, path, error);

	if (code)
		return code;
	code = weft__directory_sync(&directory, MODELS, error);
	if (!code)
		code = weft__directory_sync(&directory, ".", error);
	weft__directory_close(&directory);
	return code;
}

int
weft__backup_make_folders(
    const char *path, const char *name, struct weft_error *error)
{
	struct weft__directory directory;
	char folder[WEFT_LIMIT_PATH_SIZE];
	int code = weft__directory_open(&directory, path, error);

	if (code)
		return code;
	for (const char *end = strchr(name, '/'); !code && end;
	     end = strchr(end + 1, '/')) {
		if (end - name >= WEFT_LIMIT_PATH_SIZE) {
			code = too_long(name, error);
			break;
		}
		snprintf(folder, sizeof folder, "%.*s", (int)(end - name),
		    name);
		code = weft__directory_make(&directory, folder, error);
	}
	weft__directory_close(&directory);
	return code;
}

/* Copies one file to a name below the target. */
static int
copy_file(const char *path, const struct weft__directory *target,
    const char *name, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	int code = weft__config_read(path, &text, error);

	if (!code)
		code = weft__file_put(
		    target, name, weft_buf_slice(&text), true, error);
	weft_buf_fini(&text);
	return code;
}

static int
copy_entry(const char *folder, const char *entry,
    const struct weft__directory *target, const char *prefix,
    struct weft_error *error)
{
	char path[WEFT_LIMIT_PATH_SIZE], name[WEFT_LIMIT_PATH_SIZE];

	if (snprintf(path, sizeof path, "%s/%s", folder, entry) >=
		WEFT_LIMIT_PATH_SIZE ||
	    snprintf(name, sizeof name, "%s%s", prefix, entry) >=
		WEFT_LIMIT_PATH_SIZE)
		return too_long(folder, error);
	return copy_file(path, target, name, error);
}

static bool
is_json_name(const char *name)
{
	size_t size = strlen(name);

	return size > 5 && name[0] != '.' &&
	    strcmp(name + size - 5, ".json") == 0;
}

/* Copies the JSON files of a folder, but 'except', under names that begin
 * with 'prefix'.  A folder that is missing has none. */
static int
copy_folder(const char *folder, const char *except,
    const struct weft__directory *target, const char *prefix,
    struct weft_error *error)
{
	const struct dirent *entry;
	DIR *list = opendir(folder);
	int code = 0;

	if (!list && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!list)
		return weft_error_set(error, WEFT_EIO, "%s: %s", folder,
		    strerror(errno));
	while (!code && (entry = readdir(list)))
		if (is_json_name(entry->d_name) &&
		    strcmp(entry->d_name, except) != 0)
			code = copy_entry(folder, entry->d_name, target,
			    prefix, error);
	closedir(list);
	return code;
}

/* Copies the model files of one of the folders; those of the first keep their
 * names, others get a number in front, as two may have the same. */
static int
copy_source(const char *directory, const char *source, size_t number,
    const struct weft__directory *target, struct weft_error *error)
{
	char folder[WEFT_LIMIT_PATH_SIZE], prefix[40];

	if (snprintf(folder, sizeof folder, "%s%s%s",
		source[0] == '/' ? "" : directory,
		source[0] == '/' ? "" : "/", source) >= WEFT_LIMIT_PATH_SIZE)
		return too_long(source, error);
	if (number)
		snprintf(prefix, sizeof prefix, MODELS "/%zu-", number);
	else
		snprintf(prefix, sizeof prefix, MODELS "/");
	return copy_folder(folder, "", target, prefix, error);
}

static int
copy_models(const char *directory, const json_t *root,
    const struct weft__directory *target, struct weft_error *error)
{
	const json_t *sources =
	    json_object_get(json_object_get(root, "_meta"), "sources");
	const json_t *source;
	size_t i;
	int code = weft__directory_make(target, MODELS, error);

	if (!code && !sources)
		code = copy_source(directory, MODELS, 0, target, error);
	json_array_foreach (sources, i, source) {
		if (!code && json_is_string(source))
			code = copy_source(directory,
			    json_string_value(source), i, target, error);
	}
	return code;
}

/* Writes model-config.json, with models/ as its only folder. */
static int
write_model_config(json_t *root, const struct weft__directory *target,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(2 * WEFT_LIMIT_CONFIG_SIZE);
	json_t *meta = json_object_get(root, "_meta");
	int code = 0;

	if (!meta) {
		meta = json_object();
		if (json_object_set_new(root, "_meta", meta))
			code = WEFT_ENOMEM;
	}
	if (!code && json_object_set_new(meta, "sources",
			 json_pack("[s]", "./" MODELS)))
		code = WEFT_ENOMEM;
	if (!code)
		code = weft__config_write(root, &text);
	if (code)
		weft_error_set(error, code, MODEL_CONFIG ": %s",
		    weft_error_text(code));
	else
		code = weft__file_put(target, MODEL_CONFIG,
		    weft_buf_slice(&text), true, error);
	weft_buf_fini(&text);
	return code;
}

static int
copy_model_config(const char *directory, const struct weft__directory *target,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	char path[WEFT_LIMIT_PATH_SIZE];
	json_t *root = NULL;
	int code;

	if (snprintf(path, sizeof path, "%s/" MODEL_CONFIG, directory) >=
	    WEFT_LIMIT_PATH_SIZE)
		return too_long(directory, error);
	code = weft__config_read(path, &text, error);
	if (!code)
		code = weft__config_parse(weft_buf_slice(&text), &root, error);
	if (!code)
		code = copy_models(directory, root, target, error);
	if (!code)
		code = write_model_config(root, target, error);
	json_decref(root);
	weft_buf_fini(&text);
	return code;
}

int
weft__backup_copy_files(
    const char *directory, const char *target, struct weft_error *error)
{
	struct weft__directory opened;
	int code = weft__directory_open(&opened, target, error);

	if (code)
		return code;
	code = copy_folder(directory, MODEL_CONFIG, &opened, "", error);
	if (!code)
		code = copy_model_config(directory, &opened, error);
	weft__directory_close(&opened);
	return code;
}
