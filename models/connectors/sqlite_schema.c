/*
 * The tables that belong to no model: made in an empty file, checked in one
 * that is not.
 */
#include "models/connectors/sqlite_private.h"

/* "weft" in the file's header, and the version of its tables. */
#define APPLICATION_ID 0x77656674
#define SCHEMA_VERSION 1
/* No weft will be so new: beyond it the header is damaged. */
#define LAST_VERSION 99
#define STRING(value) STRING_OF(value)
#define STRING_OF(value) #value

const char weft__sqlite_tables[] =
    "PRAGMA application_id=" STRING(APPLICATION_ID) ";"
    "PRAGMA user_version=" STRING(SCHEMA_VERSION) ";"
    "CREATE TABLE weft_models("
    " number INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE COLLATE NOCASE);"
    "CREATE TABLE weft_journal("
    " seq INTEGER PRIMARY KEY,"
    " model INTEGER NOT NULL,"
    " id TEXT NOT NULL,"
    " rev," /* 20 bytes of a SHA-1, or text; NULL: deleted */
    " op TEXT NOT NULL,"
    " checkpoint INTEGER NOT NULL,"
    " time INTEGER NOT NULL," /* ms since 1970 */
    " origin TEXT,"
    " user TEXT);"
    "CREATE TABLE weft_pending("
    " model INTEGER NOT NULL,"
    " id TEXT NOT NULL,"
    " seq INTEGER NOT NULL,"
    " body TEXT,"
    " PRIMARY KEY(model, id, seq)) WITHOUT ROWID;"
    "CREATE TABLE weft_meta("
    " name TEXT PRIMARY KEY,"
    " value BLOB NOT NULL) WITHOUT ROWID;";

int
weft__sqlite_execute(sqlite3 *db, const char *sql, const char *doing,
    struct weft_error *error)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return code ? weft__sqlite_error(db, code, doing, error) : 0;
}

/* The number that a statement gives; 0 if it gives no row. */
static int
read_number(struct weft__sqlite *sqlite, const char *sql, int *number,
    struct weft_error *error)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(sqlite->db, sql, -1, &statement, NULL);

	*number = 0;
	if (!code) {
		if (sqlite3_step(statement) == SQLITE_ROW)
			*number = sqlite3_column_int(statement, 0);
		code = sqlite3_finalize(statement);
	}
	return code ? weft__sqlite_error(
			  sqlite->db, code, sqlite->path, error) : 0;
}

static int
check_version(const struct weft__sqlite *sqlite, int version,
    struct weft_error *error)
{
	if (version == SCHEMA_VERSION)
		return 0;
	if (version < SCHEMA_VERSION || version > LAST_VERSION)
		return weft_error_set(error, WEFT_EDAMAGED,
		    "%s: damaged: its header says tables of version %d, which "
		    "no weft has written (this one: %d)",
		    sqlite->path, version, SCHEMA_VERSION);
	return weft_error_set(error, WEFT_EUNSUPPORTED,
	    "%s: written by a newer weft (tables of version %d, "
	    "this one knows %d)",
	    sqlite->path, version, SCHEMA_VERSION);
}

/* Whether the file is ours, in a version that we know. */
static int
check_file(struct weft__sqlite *sqlite, bool *is_empty,
    struct weft_error *error)
{
	int application_id, version, objects;
	int code = read_number(
	    sqlite, "PRAGMA application_id", &application_id, error);

	if (!code)
		code = read_number(
		    sqlite, "PRAGMA user_version", &version, error);
	if (!code)
		code = read_number(sqlite,
		    "SELECT count(*) FROM sqlite_schema", &objects, error);
	if (code)
		return code;
	*is_empty = application_id == 0 && version == 0 && objects == 0;
	if (!*is_empty && application_id != APPLICATION_ID)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "%s: a SQLite database of another program",
		    sqlite->path);
	return *is_empty ? 0 : check_version(sqlite, version, error);
}

int
weft__sqlite_run_transaction(struct weft__sqlite *sqlite,
    int (*change)(struct weft__sqlite *sqlite, void *context,
	struct weft_error *error),
    void *context, struct weft_error *error)
{
	int code = weft__sqlite_execute(
	    sqlite->db, "BEGIN IMMEDIATE", sqlite->path, error);

	if (code)
		return code;
	code = change(sqlite, context, error);
	if (!code)
		code = weft__sqlite_execute(
		    sqlite->db, "COMMIT", sqlite->path, error);
	if (code)
		sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/* Another process may have been faster. */
static int
create_tables(
    struct weft__sqlite *sqlite, void *context, struct weft_error *error)
{
	bool is_empty;
	int code = check_file(sqlite, &is_empty, error);

	if (code || !is_empty)
		return code;
	return weft__sqlite_execute(
	    sqlite->db, weft__sqlite_tables, sqlite->path, error);
}

/* A file system without shared memory has no WAL mode. */
static int
turn_wal_on(struct weft__sqlite *sqlite, struct weft_error *error)
{
	sqlite3_stmt *statement = NULL;
	bool is_on = false;
	int code = sqlite3_prepare_v2(sqlite->db, "PRAGMA journal_mode=WAL",
	    -1, &statement, NULL);

	if (!code) {
		if (sqlite3_step(statement) == SQLITE_ROW)
			is_on = sqlite3_stricmp((const char *)
			    sqlite3_column_text(statement, 0), "wal") == 0;
		code = sqlite3_finalize(statement);
	}
	if (code)
		return weft__sqlite_error(
		    sqlite->db, code, sqlite->path, error);
	if (!is_on)
		return weft_error_set(error, WEFT_EDATABASE,
		    "%s: the file system allows no write-ahead log",
		    sqlite->path);
	return 0;
}

/* Models get their numbers in order, so that a number is an index. */
static int
load_models(struct weft__sqlite *sqlite, struct weft_error *error)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(sqlite->db,
	    "SELECT name FROM weft_models ORDER BY number", -1, &statement,
	    NULL);
	bool failed = false;

	while (!code && !failed && sqlite3_step(statement) == SQLITE_ROW)
		failed = !weft__sqlite_model_add(sqlite,
		    (const char *)sqlite3_column_text(statement, 0));
	if (!code)
		code = sqlite3_finalize(statement);
	if (code)
		return weft__sqlite_error(
		    sqlite->db, code, sqlite->path, error);
	return failed ? weft__sqlite_no_memory(error) : 0;
}

int
weft__sqlite_schema_open(
    struct weft__sqlite *sqlite, struct weft_error *error)
{
	bool is_empty;
	int code = check_file(sqlite, &is_empty, error);

	if (!code && is_empty && sqlite->read_only)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "%s: an empty file, not a database", sqlite->path);
	if (!code && !sqlite->read_only)
		code = turn_wal_on(sqlite, error);
	if (!code && is_empty)
		code = weft__sqlite_run_transaction(
		    sqlite, create_tables, NULL, error);
	return code ? code : load_models(sqlite, error);
}
