/*
 * The SQLite connector: settings, opening and closing, defining models.
 */
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/connectors/connectors.h"
#include "models/connectors/sqlite_private.h"
#include "models/connectors/sqlite_session.h"

static void
destroy_model(struct sqlite_model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->length; i++) {
		weft__free(model->columns[i].property);
		weft__free(model->columns[i].quoted);
	}
	weft__free(model->columns);
	weft__free(model->quoted);
	weft__free(model->name);
	weft__free(model);
}

static void
sqlite_close(struct weft_connector *base)
{
	struct sqlite_connector *connector = (struct sqlite_connector *)base;

	for (size_t i = 0; i < connector->models_length; i++)
		destroy_model(connector->models[i]);
	weft__free(connector->models);
	pthread_mutex_destroy(&connector->mutex);
	weft__free(connector->path);
	weft__free(connector);
}

/* The path of the setting "file". */
static int
read_path(struct weft_slice settings, const char *directory, char **path,
    struct weft_error *error)
{
	json_t *parsed = json_loadb(settings.data, settings.size, 0, NULL);
	const char *file = json_string_value(json_object_get(parsed, "file"));
	struct weft_buf text = WEFT_BUF_INIT(4096);
	int code;

	if (!file || !*file) {
		json_decref(parsed);
		return weft_error_set(error, WEFT_ECONFIG,
		    "file: expected the name of a database file");
	}
	if (*file == '/' || !directory)
		code = weft_buf_printf(&text, "%s", file);
	else
		code = weft_buf_printf(&text, "%s/%s", directory, file);
	json_decref(parsed);
	if (code) {
		weft_buf_fini(&text);
		return weft_error_set(error, code, "file: %s",
		    weft_error_text(code));
	}
	*path = text.data;
	return 0;
}

/* Whether nobody can be writing, and SQLite could not keep its own files
 * beside the database: then it must be told, or it cannot even read. */
static bool
is_immutable(const char *path)
{
	struct weft_buf name = WEFT_BUF_INIT(4096);
	const char *slash = strrchr(path, '/');
	bool immutable = false;

	if (weft_buf_printf(&name, "%.*s", slash ? (int)(slash - path + 1) : 1,
		slash ? path : ".") == 0)
		immutable = access(name.data, W_OK) != 0;
	weft_buf_clear(&name);
	if (immutable && weft_buf_printf(&name, "%s-wal", path) == 0)
		immutable = access(name.data, F_OK) != 0;
	weft_buf_fini(&name);
	return immutable;
}

/* Opens the file once, to make or check its tables. */
static int
open_database(struct sqlite_connector *connector, struct weft_error *error)
{
	sqlite3 *db;
	int code;

	if (weft__sqlite_vfs_register() != SQLITE_OK)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (connector->read_only && access(connector->path, F_OK) != 0)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "there is no database %s", connector->path);
	connector->immutable = connector->read_only &&
	    is_immutable(connector->path);
	code = weft__sqlite_connect(connector, !connector->read_only, &db,
	    error);
	if (code)
		return code;
	code = weft__sqlite_schema_open(db, connector->read_only, error);
	sqlite3_close(db);
	return code;
}

static int
sqlite_open(struct weft_slice settings, const char *directory, bool read_only,
    struct weft_connector **connector, struct weft_error *error)
{
	struct sqlite_connector *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->base.ops = &weft__connector_sqlite;
	made->read_only = read_only;
	pthread_mutex_init(&made->mutex, NULL);
	code = read_path(settings, directory, &made->path, error);
	if (!code) {
		code = open_database(made, error);
		if (code && error)
			weft_error_wrap(error, "%s", made->path);
	}
	if (code) {
		sqlite_close(&made->base);
		return code;
	}
	*connector = &made->base;
	return 0;
}

/* Puts the model where its index says; an earlier definition goes. */
static int
keep_model(struct sqlite_connector *connector, struct sqlite_model *model)
{
	size_t needed = (size_t)model->index + 1;

	if (!weft__grow(&connector->models, &connector->models_capacity,
		needed, sizeof *connector->models))
		return WEFT_ENOMEM;
	while (connector->models_length < needed)
		connector->models[connector->models_length++] = NULL;
	destroy_model(connector->models[model->index]);
	connector->models[model->index] = model;
	return 0;
}

static int
sqlite_define(struct weft_connector *base,
    struct weft_connector_model *described, struct weft_error *error)
{
	struct sqlite_connector *connector = (struct sqlite_connector *)base;
	struct sqlite_model *model = weft__calloc(1, sizeof *model);
	sqlite3 *db;
	int code;

	if (!model)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = weft__sqlite_connect(connector, !connector->read_only, &db,
	    error);
	if (code) {
		destroy_model(model);
		return code;
	}
	code = weft__sqlite_schema_define(db, described, model,
	    connector->read_only, error);
	sqlite3_close(db);
	pthread_mutex_lock(&connector->mutex);
	if (!code)
		code = keep_model(connector, model);
	pthread_mutex_unlock(&connector->mutex);
	if (code) {
		destroy_model(model);
		if (error)
			weft_error_wrap(error, "model %s", described->name);
		return code;
	}
	described->index = model->index;
	return 0;
}

const struct weft_connector_ops weft__connector_sqlite = {
    .version = 1,
    .name = "sqlite3",
    .durable = true,
    .open = sqlite_open,
    .close = sqlite_close,
    .define = sqlite_define,
    .session_open = weft__sqlite_session_open,
    .session_close = weft__sqlite_session_close,
    .begin = weft__sqlite_begin,
    .commit = weft__sqlite_commit,
    .rollback = weft__sqlite_rollback,
    .mark = weft__sqlite_mark,
    .undo = weft__sqlite_undo,
    .keep = weft__sqlite_keep,
    .get = weft__sqlite_get,
    .get_tombstone = weft__sqlite_get_tombstone,
    .insert = weft__sqlite_insert,
    .update = weft__sqlite_update,
    .bury = weft__sqlite_bury,
    .forget = weft__sqlite_forget,
    .find = weft__sqlite_find,
    .count = weft__sqlite_count,
    .scan = weft__sqlite_scan,
    .journal_append = weft__sqlite_journal_append,
    .journal_read = weft__sqlite_journal_read,
    .journal_seek = weft__sqlite_journal_seek,
    .journal_range = weft__sqlite_journal_range,
    .journal_prune = weft__sqlite_journal_prune,
    .pending_put = weft__sqlite_pending_put,
    .pending_get = weft__sqlite_pending_get,
    .pending_prune = weft__sqlite_pending_prune,
    .meta_get = weft__sqlite_meta_get,
    .meta_put = weft__sqlite_meta_put,
    .meta_each = weft__sqlite_meta_each,
};
