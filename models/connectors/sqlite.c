/*
 * The SQLite connector: one file per source, in WAL mode, each commit synced.
 *
 * Each model has a table of its name: weft_id, weft_body (canonical JSON),
 * weft_hidden, weft_track, and a generated column for each declared property,
 * so that plain SQL can read and index it.  A program that writes by plain SQL
 * gives weft_id and weft_body; rectify finds such writes.  The tables that
 * belong to no model begin with weft_.
 */
#include <jansson.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "models/connectors/connectors.h"
#include "models/connectors/sqlite_private.h"
#include "models/connectors/sqlite_vfs.h"

/* How long to wait for another process that writes. */
#define BUSY_TIMEOUT_MS 500

/* What a connection keeps of the file in memory, in KiB: the writing one
 * comes back to the inner pages of its trees again and again. */
#define PRAGMAS "PRAGMA synchronous=FULL; PRAGMA cache_size=-4096;"

/* A file name as the path of a URI. */
static int
append_uri(struct weft_buf *uri, const char *path)
{
	int code = weft_buf_printf(uri, "file:");

	for (; !code && *path; path++)
		code = *path == '?' || *path == '#' || *path == '%'
		    ? weft_buf_printf(uri, "%%%02X", (unsigned char)*path)
		    : weft_buf_append(uri, path, 1);
	return code ? code : weft_buf_printf(uri, "?immutable=1");
}

static int
open_handle(struct weft__sqlite *sqlite, sqlite3 **db)
{
	struct weft_buf uri = WEFT_BUF_INIT(4 * strlen(sqlite->path) + 64);
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
	    SQLITE_OPEN_PRIVATECACHE;
	int code;

	if (!sqlite->immutable)
		return sqlite3_open_v2(sqlite->path, db,
		    flags | (sqlite->read_only
			    ? SQLITE_OPEN_READONLY
			    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE),
		    WEFT__SQLITE_VFS);
	*db = NULL;
	if (append_uri(&uri, sqlite->path))
		code = SQLITE_NOMEM;
	else
		code = sqlite3_open_v2(uri.data, db,
		    flags | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
		    WEFT__SQLITE_VFS);
	weft_buf_fini(&uri);
	return code;
}

int
weft__sqlite_connect(
    struct weft__sqlite *sqlite, sqlite3 **db, struct weft_error *error)
{
	int sqlite_code = open_handle(sqlite, db), code;

	if (sqlite_code) {
		code = weft__sqlite_error(
		    *db, sqlite_code, sqlite->path, error);
		sqlite3_close(*db);
		*db = NULL;
		return code;
	}
	sqlite3_busy_timeout(*db, BUSY_TIMEOUT_MS);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	code = weft__sqlite_execute(*db, PRAGMAS, sqlite->path, error);
	if (code) {
		sqlite3_close(*db);
		*db = NULL;
	}
	return code;
}

/* The database's path out of the settings. */
static int
read_settings(struct weft__sqlite *sqlite, struct weft_slice text,
    const char *directory, struct weft_error *error)
{
	json_t *settings = json_loadb(text.data, text.size, 0, NULL);
	const char *file =
	    json_string_value(json_object_get(settings, "file"));
	struct weft_buf path = WEFT_BUF_INIT(SIZE_MAX - 1);
	int code = 0;

	if (!json_is_object(settings))
		code = weft_error_set(error, WEFT_ECONFIG,
		    "settings: expected a JSON object");
	else if (!file || !*file)
		code = weft_error_set(error, WEFT_ECONFIG,
		    "file: expected the name of the database's file");
	else if (weft_buf_printf(&path, "%s%s%s",
		     *file == '/' ? "" : directory, *file == '/' ? "" : "/",
		     file))
		code = weft__sqlite_no_memory(error);
	json_decref(settings);
	if (code)
		weft_buf_fini(&path);
	sqlite->path = path.data;
	return code;
}

/* Whether there is a write-ahead log, as far as can be seen. */
static bool
has_log(const struct weft__sqlite *sqlite)
{
	struct weft_buf path = WEFT_BUF_INIT(strlen(sqlite->path) + 8);
	bool found = weft_buf_printf(&path, "%s-wal", sqlite->path) != 0 ||
	    access(path.data, F_OK) == 0;

	weft_buf_fini(&path);
	return found;
}

/* Connects, and sees what the file is. */
static int
open_file(struct weft__sqlite *sqlite, struct weft_error *error)
{
	int code = weft__sqlite_connect(sqlite, &sqlite->db, error);

	if (!code && !sqlite->read_only &&
	    sqlite3_db_readonly(sqlite->db, "main") == 1)
		code = weft_error_set(error, WEFT_EREADONLY,
		    "%s: no permission to write", sqlite->path);
	if (!code)
		code = weft__sqlite_schema_open(sqlite, error);
	return code;
}

/*
 * A reader needs a file of locks beside the database.  Where none can be made
 * nobody writes either, so that it can do without, unless a log is left whose
 * content only a lock file makes safe to read.
 */
static int
open_without_locks(struct weft__sqlite *sqlite, struct weft_error *error)
{
	if (has_log(sqlite))
		return weft_error_set(error, WEFT_EREADONLY,
		    "%s: has a write-ahead log, which cannot be read without "
		    "permission to write in the directory", sqlite->path);
	sqlite3_close(sqlite->db);
	sqlite->db = NULL;
	weft__sqlite_models_free(sqlite);
	sqlite->immutable = true;
	return open_file(sqlite, error);
}

/* Whether opening for reading failed by what lies beside the file. */
static bool
needs_no_locks(const struct weft__sqlite *sqlite, int code)
{
	return sqlite->read_only &&
	    (code == WEFT_EREADONLY || code == WEFT_EIO) &&
	    access(sqlite->path, R_OK) == 0;
}

static void
sqlite_close(struct weft_connector *connector)
{
	struct weft__sqlite *sqlite = (struct weft__sqlite *)connector;

	if (!sqlite)
		return;
	sqlite3_close(sqlite->db);
	weft__sqlite_models_free(sqlite);
	pthread_mutex_destroy(&sqlite->mutex);
	weft__free(sqlite->path);
	weft__free(sqlite);
}

static int
sqlite_open(struct weft_slice settings, const char *directory,
    bool read_only, struct weft_connector **connector,
    struct weft_error *error)
{
	struct weft__sqlite *sqlite;
	int code = weft__sqlite_vfs_register();

	if (code)
		return weft__sqlite_error(NULL, code, "sqlite", error);
	sqlite = weft__calloc(1, sizeof *sqlite);
	if (!sqlite)
		return weft__sqlite_no_memory(error);
	sqlite->base.ops = &weft__connector_sqlite;
	sqlite->read_only = read_only;
	pthread_mutex_init(&sqlite->mutex, NULL);
	code = read_settings(sqlite, settings, directory, error);
	if (!code && read_only && access(sqlite->path, F_OK) != 0)
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: there is no such file", sqlite->path);
	if (!code) {
		code = open_file(sqlite, error);
		if (needs_no_locks(sqlite, code))
			code = open_without_locks(sqlite, error);
	}
	if (code) {
		sqlite_close(&sqlite->base);
		return code;
	}
	*connector = &sqlite->base;
	return 0;
}

const struct weft_connector_ops weft__connector_sqlite = {
    .version = 1,
    .name = "sqlite3",
    .durable = true,
    .open = sqlite_open,
    .close = sqlite_close,
    .define = weft__sqlite_define,
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
    .meta_from = weft__sqlite_meta_from,
    .backup = weft__sqlite_backup,
    .settle = weft__sqlite_settle,
    .set_sync = weft__sqlite_set_sync,
    .check = weft__sqlite_check,
    .mend = weft__sqlite_mend,
    .pending_each = weft__sqlite_pending_each,
    .journal_mend = weft__sqlite_journal_mend,
    .others = weft__sqlite_others,
};
