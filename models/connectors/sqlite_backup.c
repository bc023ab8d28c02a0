/*
 * Copying the database while it is written: SQLite's backup in one step reads
 * the state that its connection's transaction has, and in WAL mode no writer
 * waits for that.
 */
#include "models/connectors/sqlite_private.h"
#include "models/connectors/sqlite_vfs.h"

/* Puts a named value into the copy. */
static int
put_value(sqlite3 *db, struct weft_slice name, struct weft_slice value)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db,
	    "INSERT INTO weft_meta(name, value) VALUES(?1, ?2)"
	    " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
	    -1, &statement, NULL);

	if (!code)
		code = sqlite3_bind_text(statement, 1, name.data,
		    (int)name.size, SQLITE_STATIC);
	if (!code)
		code = sqlite3_bind_text(statement, 2, value.data,
		    (int)value.size, SQLITE_STATIC);
	if (!code)
		code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int
copy_all(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int code;

	if (!backup)
		return sqlite3_errcode(to);
	code = sqlite3_backup_step(backup, -1);
	sqlite3_backup_finish(backup);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Writes the copy; 'to' is the connection with it, to be closed in any case. */
static int
make_copy(const char *path, sqlite3 *from, struct weft_slice name,
    struct weft_slice value, sqlite3 **to)
{
	int code = sqlite3_open_v2(path, to,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE,
	    WEFT__SQLITE_VFS);

	if (!code)
		code = copy_all(from, *to);
	/* A single file, without a log beside it. */
	if (!code)
		code = sqlite3_exec(
		    *to, "PRAGMA synchronous=FULL; PRAGMA journal_mode=DELETE",
		    NULL, NULL, NULL);
	return code ? code : put_value(*to, name, value);
}

int
weft__sqlite_backup(struct weft_connector_session *base, const char *path,
    struct weft_slice name, struct weft_slice value, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3 *to = NULL;
	int code = weft__sqlite_check_active(session, error), sqlite_code;

	if (code)
		return code;
	sqlite_code = make_copy(path, session->db, name, value, &to);
	if (sqlite_code)
		code = weft__sqlite_error(to, sqlite_code, path, error);
	sqlite_code = sqlite3_close(to);
	if (!code && sqlite_code)
		code = weft__sqlite_error(NULL, sqlite_code, path, error);
	return code;
}
