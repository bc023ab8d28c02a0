/*
 * The tables of a weft database.
 *
 * Each model has a table of its name: weft_id, weft_body (the visible part,
 * canonical JSON), weft_hidden, weft_track, and for each declared property a
 * virtual generated column of its name, so that plain SQL reads and indexes
 * it.  Everything else is in tables whose names begin with weft_.
 */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/connectors/sqlite_private.h"

#define APPLICATION_ID 0x77656674 /* "weft" */
#define SCHEMA_VERSION 1

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE weft_models ("
    " model INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE COLLATE NOCASE);"
    "CREATE TABLE weft_meta ("
    " name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE weft_journal ("
    " seq INTEGER PRIMARY KEY, model INTEGER NOT NULL, id TEXT NOT NULL,"
    " rev, op TEXT NOT NULL, checkpoint INTEGER NOT NULL,"
    " time INTEGER NOT NULL, origin TEXT, user TEXT);"
    "CREATE TABLE weft_tombstones ("
    " model INTEGER NOT NULL, id TEXT NOT NULL, track BLOB,"
    " PRIMARY KEY (model, id));"
    "CREATE INDEX weft_tombstones_model ON weft_tombstones (model);"
    "CREATE TABLE weft_pending ("
    " model INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,"
    " body TEXT, PRIMARY KEY (model, id, seq)) WITHOUT ROWID;"
    "PRAGMA application_id = 0x77656674;"
    "PRAGMA user_version = 1;"
    "COMMIT";

/*
 * Somebody who deletes a record by plain SQL would take its track row along;
 * this saves it as a tombstone, where rectifying finds it.  Our own deletions
 * have written theirs by then.  There is none for INSERT OR REPLACE: a
 * trigger on inserts costs each of them more than the change tracking does.
 */
static const char trigger_text[] =
    "CREATE TRIGGER IF NOT EXISTS %s AFTER DELETE ON %s "
    "WHEN OLD.weft_track IS NOT NULL BEGIN "
    "INSERT OR IGNORE INTO weft_tombstones (model, id, track) "
    "VALUES (%d, OLD.weft_id, OLD.weft_track); END";

static int
run(sqlite3 *db, const char *sql, const char *doing, struct weft_error *error)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return weft__sqlite_failed(db, doing, error);
}

static int
read_number(sqlite3 *db, const char *sql, sqlite3_int64 *number,
    struct weft_error *error)
{
	sqlite3_stmt *statement;
	int code;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return weft__sqlite_failed(db, "read the schema", error);
	code = sqlite3_step(statement);
	*number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	code = code == SQLITE_ROW || code == SQLITE_DONE
	    ? 0 : weft__sqlite_failed(db, "read the schema", error);
	sqlite3_finalize(statement);
	return code;
}

/* What the file says of itself. */
struct marks {
	sqlite3_int64 application;
	sqlite3_int64 version;
	sqlite3_int64 tables;
};

static int
read_marks(sqlite3 *db, struct marks *marks, struct weft_error *error)
{
	int code = read_number(db, "PRAGMA application_id",
	    &marks->application, error);

	if (!code)
		code = read_number(db, "PRAGMA user_version", &marks->version,
		    error);
	if (!code)
		code = read_number(db, "SELECT count(*) FROM sqlite_schema",
		    &marks->tables, error);
	return code;
}

int
weft__sqlite_schema_open(sqlite3 *db, bool read_only, struct weft_error *error)
{
	struct marks marks;
	int code = read_marks(db, &marks, error);

	if (code)
		return code;
	if (marks.application == APPLICATION_ID)
		return marks.version <= SCHEMA_VERSION ? 0
		    : weft_error_set(error, WEFT_EUNSUPPORTED,
			  "made by a newer weft (schema %lld, here %d)",
			  (long long)marks.version, SCHEMA_VERSION);
	if (marks.tables || marks.application || read_only)
		return weft_error_set(error, WEFT_ECONFIG,
		    "not a database of weft");
	code = run(db, schema, "make the tables", error);
	if (code)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/* A copy of the name as an SQL identifier. */
static char *
quote(const char *prefix, const char *name)
{
	struct weft_buf text = WEFT_BUF_INIT(4 * WEFT_LIMIT_NAME_SIZE + 1024);
	int code = weft_buf_printf(&text, "\"%s", prefix);

	for (; !code && *name; name++) {
		if (*name == '"')
			code = weft_buf_append(&text, "\"", 1);
		if (!code)
			code = weft_buf_append(&text, name, 1);
	}
	if (!code)
		code = weft_buf_append(&text, "\"", 1);
	if (code)
		weft_buf_fini(&text);
	return text.data;
}

/* Whether a property can be a column: its name stands in a JSON path and must
 * not be one of ours. */
static bool
can_be_column(const char *name)
{
	if (!*name || sqlite3_strnicmp(name, "weft_", 5) == 0)
		return false;
	return !strpbrk(name, "\"\\");
}

static bool
column_exists(sqlite3 *db, const struct sqlite_model *model, const char *name)
{
	sqlite3_stmt *statement;
	bool found;

	if (sqlite3_prepare_v2(db, "SELECT 1 FROM pragma_table_xinfo(?1) "
		"WHERE name = ?2 COLLATE NOCASE", -1, &statement, NULL) !=
	    SQLITE_OK)
		return false;
	sqlite3_bind_text(statement, 1, model->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
	found = sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_finalize(statement);
	return found;
}

/* Adds the generated column, and its index if the definition wants one. */
static int
add_column(sqlite3 *db, const struct sqlite_model *model,
    const struct weft_connector_property *property, const char *quoted,
    struct weft_error *error)
{
	char *sql = NULL, *index;
	char name[3 * WEFT_LIMIT_NAME_SIZE];
	int code = 0;

	if (!column_exists(db, model, property->name)) {
		sql = sqlite3_mprintf("ALTER TABLE %s ADD COLUMN %s "
		    "GENERATED ALWAYS AS (json_extract(weft_body, "
		    "'$.\"%q\"')) VIRTUAL", model->quoted, quoted,
		    property->name);
		code = sql ? run(db, sql, "add a column", error)
			   : WEFT_ENOMEM;
		sqlite3_free(sql);
	}
	if (code || !property->indexed)
		return code;
	snprintf(name, sizeof name, "%s_%s", model->name, property->name);
	index = quote("weft_", name);
	sql = index ? sqlite3_mprintf("CREATE INDEX IF NOT EXISTS %s ON %s "
			  "(%s)", index, model->quoted, quoted)
		    : NULL;
	code = sql ? run(db, sql, "add an index", error) : WEFT_ENOMEM;
	sqlite3_free(sql);
	weft__free(index);
	return code;
}

static bool
has_column(const struct sqlite_model *model, const char *name)
{
	for (size_t i = 0; i < model->length; i++)
		if (model->columns[i].quoted &&
		    sqlite3_stricmp(model->columns[i].property, name) == 0)
			return true;
	return false;
}

static int
define_column(sqlite3 *db, struct sqlite_model *model,
    const struct weft_connector_property *property, bool read_only,
    struct weft_error *error)
{
	struct sqlite_column *column = &model->columns[model->length];
	bool usable = can_be_column(property->name) &&
	    !has_column(model, property->name);

	*column = (struct sqlite_column){.type = property->type};
	column->property = weft__strdup(property->name);
	if (!column->property)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	model->length++;
	if (!usable)
		weft__log(WEFT_LOG_INFO, "sqlite", "model %s: property %s is "
		    "no column of its own", model->name, property->name);
	if (!usable || (read_only && !column_exists(db, model,
					 property->name)))
		return 0;
	column->quoted = quote("", property->name);
	if (!column->quoted)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (read_only)
		return 0;
	return add_column(db, model, property, column->quoted, error);
}

/* The number of the model, giving it one if it is new. */
static int
number_model(sqlite3 *db, struct sqlite_model *model, bool read_only,
    struct weft_error *error)
{
	char *sql = sqlite3_mprintf("SELECT model FROM weft_models "
	    "WHERE name = %Q COLLATE BINARY", model->name);
	sqlite3_int64 number = 0;
	int code = sql ? read_number(db, sql, &number, error) : WEFT_ENOMEM;

	if (!code && !number && !read_only) {
		char *insert = sqlite3_mprintf("INSERT INTO weft_models (name)"
		    " VALUES (%Q)", model->name);

		code = insert ? run(db, insert, "number the model (is there "
				    "one whose name differs by case?)", error)
			      : WEFT_ENOMEM;
		sqlite3_free(insert);
		if (!code)
			code = read_number(db, sql, &number, error);
	}
	sqlite3_free(sql);
	if (!code && !number)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "the database has no such model");
	model->index = (int)number;
	return code;
}

static int
make_table(sqlite3 *db, const struct sqlite_model *model,
    struct weft_error *error)
{
	char *sql = sqlite3_mprintf("CREATE TABLE IF NOT EXISTS %s ("
	    "weft_rowid INTEGER PRIMARY KEY, weft_id TEXT NOT NULL UNIQUE, "
	    "weft_body TEXT NOT NULL, weft_hidden TEXT, weft_track BLOB)",
	    model->quoted);
	int code = sql ? run(db, sql, "make the table", error) : WEFT_ENOMEM;

	sqlite3_free(sql);
	return code;
}

/* The trigger of a tracked model; one that is not must not pay for it. */
static int
make_trigger(sqlite3 *db, const struct sqlite_model *model, bool tracked,
    struct weft_error *error)
{
	char *name = quote("weft_deleted_", model->name);
	char *sql = NULL;
	int code = WEFT_ENOMEM;

	if (name && tracked)
		sql = sqlite3_mprintf(trigger_text, name, model->quoted,
		    model->index);
	else if (name)
		sql = sqlite3_mprintf("DROP TRIGGER IF EXISTS %s", name);
	if (sql)
		code = run(db, sql, "make the trigger", error);
	sqlite3_free(sql);
	weft__free(name);
	return code;
}

static int
define(sqlite3 *db, const struct weft_connector_model *described,
    struct sqlite_model *model, bool read_only, struct weft_error *error)
{
	int code = number_model(db, model, read_only, error);

	if (!code && !read_only)
		code = make_table(db, model, error);
	for (size_t i = 0; !code && i < described->length; i++)
		code = define_column(db, model, &described->properties[i],
		    read_only, error);
	if (!code && !read_only)
		code = make_trigger(db, model, described->tracked, error);
	return code;
}

int
weft__sqlite_schema_define(sqlite3 *db,
    const struct weft_connector_model *described, struct sqlite_model *model,
    bool read_only, struct weft_error *error)
{
	int code;

	if (sqlite3_strnicmp(described->name, "weft_", 5) == 0 ||
	    sqlite3_strnicmp(described->name, "sqlite_", 7) == 0)
		return weft_error_set(error, WEFT_ECONFIG,
		    "names that begin with weft_ or sqlite_ are taken");
	model->name = weft__strdup(described->name);
	model->quoted = quote("", described->name);
	model->columns = weft__calloc(described->length,
	    sizeof *model->columns);
	if (!model->name || !model->quoted || !model->columns)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = run(db, read_only ? "BEGIN" : "BEGIN IMMEDIATE", "begin",
	    error);
	if (!code)
		code = define(db, described, model, read_only, error);
	if (!code)
		code = run(db, "COMMIT", "commit", error);
	if (code)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}
