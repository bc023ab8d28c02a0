/*
 * Connections, prepared statements, transactions.
 */
#include <errno.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "models/connectors/sqlite_private.h"
#include "models/connectors/sqlite_session.h"

/* How long a commit of another process is waited for. */
#define BUSY_TIMEOUT_MS 2000

static const char *const statement_texts[SQL_STATEMENTS] = {
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_SNAPSHOT] = "SELECT 1 FROM weft_meta LIMIT 1",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_MARK] = "SAVEPOINT mark",
    [SQL_UNDO] = "ROLLBACK TO mark",
    [SQL_KEEP] = "RELEASE mark",
    [SQL_TOMBSTONE_ANY] =
	"SELECT 1 FROM weft_tombstones WHERE model = ?1 LIMIT 1",
    [SQL_TOMBSTONE_GET] =
	"SELECT track FROM weft_tombstones WHERE model = ?1 AND id = ?2",
    [SQL_TOMBSTONE_PUT] =
	"INSERT INTO weft_tombstones (model, id, track) VALUES (?1, ?2, ?3) "
	"ON CONFLICT (model, id) DO UPDATE SET track = excluded.track",
    [SQL_TOMBSTONE_DELETE] =
	"DELETE FROM weft_tombstones WHERE model = ?1 AND id = ?2",
    [SQL_TOMBSTONE_SCAN] =
	"SELECT rowid, id, NULL, NULL, track FROM weft_tombstones "
	"WHERE model = ?3 AND rowid > ?1 ORDER BY rowid LIMIT ?2",
    [SQL_JOURNAL_APPEND] =
	"INSERT INTO weft_journal (seq, model, id, rev, op, checkpoint, time, "
	"origin, user) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_JOURNAL_READ] =
	"SELECT seq, model, id, rev, op, checkpoint, time, origin, user "
	"FROM weft_journal WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
    [SQL_JOURNAL_READ_MODEL] =
	"SELECT seq, model, id, rev, op, checkpoint, time, origin, user "
	"FROM weft_journal WHERE seq > ?1 AND seq <= ?2 AND model = ?4 "
	"ORDER BY seq LIMIT ?3",
    [SQL_JOURNAL_AT] =
	"SELECT seq, checkpoint FROM weft_journal WHERE seq >= ?1 "
	"ORDER BY seq LIMIT 1",
    [SQL_JOURNAL_RANGE] =
	"SELECT (SELECT min(seq) FROM weft_journal), "
	"(SELECT max(seq) FROM weft_journal)",
    [SQL_JOURNAL_PRUNE] = "DELETE FROM weft_journal WHERE seq <= ?1",
    [SQL_PENDING_PUT] =
	"INSERT OR REPLACE INTO weft_pending (model, id, seq, body) "
	"VALUES (?1, ?2, ?3, ?4)",
    [SQL_PENDING_GET] =
	"SELECT seq, body FROM weft_pending WHERE model = ?1 AND id = ?2 "
	"AND seq <= ?3 ORDER BY seq DESC LIMIT 1",
    [SQL_PENDING_PRUNE] = "DELETE FROM weft_pending WHERE seq <= ?1",
    [SQL_META_GET] = "SELECT value FROM weft_meta WHERE name = ?1",
    [SQL_META_PUT] =
	"INSERT OR REPLACE INTO weft_meta (name, value) VALUES (?1, ?2)",
    [SQL_META_DELETE] = "DELETE FROM weft_meta WHERE name = ?1",
    [SQL_META_EACH] =
	"SELECT name, value FROM weft_meta WHERE name >= ?1 ORDER BY name",
};

/* %s is the model's table, quoted. */
static const char *const model_texts[SQL_MODEL_STATEMENTS] = {
    [SQL_GET] =
	"SELECT weft_body, weft_hidden, weft_track FROM %s WHERE weft_id = ?1",
    [SQL_INSERT] =
	"INSERT INTO %s (weft_id, weft_body, weft_hidden, weft_track) "
	"VALUES (?1, ?2, ?3, ?4)",
    [SQL_UPDATE] =
	"UPDATE %s SET weft_body = ?2, weft_hidden = ?3, weft_track = ?4 "
	"WHERE weft_id = ?1",
    [SQL_DELETE] = "DELETE FROM %s WHERE weft_id = ?1",
    [SQL_SCAN] =
	"SELECT weft_rowid, weft_id, weft_body, weft_hidden, weft_track "
	"FROM %s WHERE weft_rowid > ?1 ORDER BY weft_rowid LIMIT ?2",
};

/* Our code for SQLite's, so that a caller knows whom to ask. */
static int
code_of(int sqlite_code)
{
	switch (sqlite_code & 0xff) {
	case SQLITE_NOMEM:
		return WEFT_ENOMEM;
	case SQLITE_FULL:
		return WEFT_ENOSPACE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return WEFT_ELOCKED;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return WEFT_EREADONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return WEFT_EDAMAGED;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return WEFT_EIO;
	case SQLITE_TOOBIG:
		return WEFT_ELIMIT;
	default:
		return WEFT_EDATABASE;
	}
}

int
weft__sqlite_failed(sqlite3 *db, const char *doing, struct weft_error *error)
{
	int system = sqlite3_system_errno(db);
	int code = code_of(sqlite3_extended_errcode(db));

	if (code == WEFT_EIO && (system == ENOSPC || system == EDQUOT ||
				    system == EFBIG))
		code = WEFT_ENOSPACE;
	if (code == WEFT_EIO && (system == EROFS || system == EACCES))
		code = WEFT_EREADONLY;
	return weft_error_set(error, code, "%s: %s%s", doing,
	    sqlite3_errmsg(db), code == WEFT_ELOCKED
		? " (another process is writing)" : "");
}

/* "file:" and the path with what a URI must not hold escaped. */
static int
write_uri(const char *path, bool immutable, struct weft_buf *uri)
{
	int code = weft_buf_printf(uri, "file:");

	for (; !code && *path; path++) {
		if (*path == '?' || *path == '#' || *path == '%')
			code = weft_buf_printf(uri, "%%%02X", *path);
		else
			code = weft_buf_append(uri, path, 1);
	}
	if (!code && immutable)
		code = weft_buf_printf(uri, "?immutable=1");
	return code;
}

static int
configure(sqlite3 *db, bool writing, struct weft_error *error)
{
	/* FULL: a commit is on disk before it is answered.  NORMAL would lose
	 * the last ones with the power. */
	const char *text = writing
	    ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	      "PRAGMA cache_size = -16384"
	    : "PRAGMA query_only = ON";

	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	if (weft__sqlite_functions_register(db) != SQLITE_OK ||
	    sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		return weft__sqlite_failed(db, "open the database", error);
	return 0;
}

int
weft__sqlite_connect(const struct sqlite_connector *connector, bool writing,
    sqlite3 **db, struct weft_error *error)
{
	struct weft_buf uri = WEFT_BUF_INIT(16384);
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
	int code = write_uri(connector->path, connector->immutable, &uri);

	*db = NULL;
	if (writing)
		flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	else
		flags |= connector->read_only ? SQLITE_OPEN_READONLY
					      : SQLITE_OPEN_READWRITE;
	if (code) {
		weft_buf_fini(&uri);
		return weft_error_set(error, code, "%s: %s", connector->path,
		    weft_error_text(code));
	}
	code = sqlite3_open_v2(uri.data, db, flags, WEFT__SQLITE_VFS);
	weft_buf_fini(&uri);
	if (!*db)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (code != SQLITE_OK)
		code = weft__sqlite_failed(*db, connector->path, error);
	else
		code = configure(*db, writing, error);
	if (code) {
		sqlite3_close(*db);
		*db = NULL;
	}
	return code;
}

int
weft__sqlite_session_open(struct weft_connector *base, bool writing,
    struct weft_connector_session **session, struct weft_error *error)
{
	struct sqlite_connector *connector = (struct sqlite_connector *)base;
	struct sqlite_session *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->base.ops = base->ops;
	made->connector = connector;
	made->writing = writing;
	code = weft__sqlite_connect(connector, writing, &made->db, error);
	if (code) {
		weft__free(made);
		return code;
	}
	*session = &made->base;
	return 0;
}

void
weft__sqlite_session_close(struct weft_connector_session *base)
{
	struct sqlite_session *session = (struct sqlite_session *)base;

	for (int i = 0; i < SQL_STATEMENTS; i++)
		sqlite3_finalize(session->statements[i]);
	for (size_t i = 0; i < session->models_length; i++)
		for (int j = 0; j < SQL_MODEL_STATEMENTS; j++)
			sqlite3_finalize(session->models[i].statements[j]);
	sqlite3_close(session->db);
	weft__free(session->models);
	weft__free(session);
}

void
weft__sqlite_settle(struct sqlite_session *session)
{
	if (session->lent) {
		sqlite3_reset(session->lent);
		session->lent = NULL;
	}
}

int
weft__sqlite_prepare(struct sqlite_session *session, const char *sql,
    sqlite3_stmt **statement, struct weft_error *error)
{
	if (sqlite3_prepare_v3(session->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
		statement, NULL) != SQLITE_OK)
		return weft__sqlite_failed(session->db, "prepare", error);
	return 0;
}

int
weft__sqlite_statement(struct sqlite_session *session,
    enum sqlite_statement which, sqlite3_stmt **statement,
    struct weft_error *error)
{
	sqlite3_stmt **kept = &session->statements[which];

	weft__sqlite_settle(session);
	if (!*kept) {
		int code = weft__sqlite_prepare(session,
		    statement_texts[which], kept, error);

		if (code)
			return code;
	}
	*statement = *kept;
	return 0;
}

const struct sqlite_model *
weft__sqlite_model(const struct sqlite_session *session, int model)
{
	struct sqlite_connector *connector = session->connector;
	const struct sqlite_model *found = NULL;

	pthread_mutex_lock(&connector->mutex);
	if (model >= 0 && (size_t)model < connector->models_length)
		found = connector->models[model];
	pthread_mutex_unlock(&connector->mutex);
	return found;
}

/* What this session has for the model; NULL: out of memory. */
static struct sqlite_session_model *
session_model(struct sqlite_session *session, int model)
{
	size_t needed = (size_t)model + 1;

	if (needed > session->models_length) {
		size_t before = session->models_length;

		if (!weft__grow(&session->models, &session->models_capacity,
			needed, sizeof *session->models))
			return NULL;
		memset(session->models + before, 0,
		    (needed - before) * sizeof *session->models);
		for (size_t i = before; i < needed; i++)
			session->models[i].tombstones = -1;
		session->models_length = needed;
	}
	return &session->models[model];
}

static int
prepare_for_model(struct sqlite_session *session, int index,
    const char *text, sqlite3_stmt **statement, struct weft_error *error)
{
	const struct sqlite_model *model = weft__sqlite_model(session, index);
	struct weft_buf sql = WEFT_BUF_INIT(4096);
	const char *table = strstr(text, "%s");
	int code;

	if (!model)
		return weft_error_set(error, WEFT_EINVAL,
		    "model %d is not defined", index);
	code = weft_buf_append(&sql, text, (size_t)(table - text));
	if (!code)
		code = weft_buf_append(&sql, model->quoted,
		    strlen(model->quoted));
	if (!code)
		code = weft_buf_append(&sql, table + 2, strlen(table + 2));
	if (!code)
		code = weft__sqlite_prepare(session, sql.data, statement,
		    error);
	weft_buf_fini(&sql);
	return code;
}

int
weft__sqlite_model_statement(struct sqlite_session *session, int model,
    enum sqlite_model_statement which, sqlite3_stmt **statement,
    struct weft_error *error)
{
	struct sqlite_session_model *own = session_model(session, model);
	int code = 0;

	weft__sqlite_settle(session);
	if (!own)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (!own->statements[which])
		code = prepare_for_model(session, model, model_texts[which],
		    &own->statements[which], error);
	*statement = own->statements[which];
	return code;
}

int
weft__sqlite_step(struct sqlite_session *session, sqlite3_stmt *statement,
    bool *row, struct weft_error *error)
{
	int code = sqlite3_step(statement);

	*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return 0;
	code = weft__sqlite_failed(session->db, "read", error);
	sqlite3_reset(statement);
	return code;
}

int
weft__sqlite_run(struct sqlite_session *session, sqlite3_stmt *statement,
    struct weft_error *error)
{
	int code = sqlite3_step(statement);

	if (code != SQLITE_DONE && code != SQLITE_ROW)
		code = weft__sqlite_failed(session->db, "write", error);
	else
		code = 0;
	sqlite3_reset(statement);
	return code;
}

void
weft__sqlite_bind_text(sqlite3_stmt *statement, int at, struct weft_slice text)
{
	if (text.data)
		sqlite3_bind_text64(statement, at, text.data, text.size,
		    SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(statement, at);
}

void
weft__sqlite_bind_blob(sqlite3_stmt *statement, int at,
    struct weft_slice bytes)
{
	if (bytes.data)
		sqlite3_bind_blob64(statement, at, bytes.data, bytes.size,
		    SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, at);
}

void
weft__sqlite_bind_number(sqlite3_stmt *statement, int at, uint64_t number)
{
	if (number > INT64_MAX)
		number = INT64_MAX;
	sqlite3_bind_int64(statement, at, (sqlite3_int64)number);
}

struct weft_slice
weft__sqlite_column(sqlite3_stmt *statement, int at)
{
	const void *data;

	if (sqlite3_column_type(statement, at) == SQLITE_NULL)
		return weft_slice_of(NULL, 0);
	/* _blob() of a text gives its UTF-8 bytes; NULL for none of them. */
	data = sqlite3_column_blob(statement, at);
	return weft_slice_of(data ? data : "",
	    (size_t)sqlite3_column_bytes(statement, at));
}

/* Runs one of the statements without parameters. */
static int
run_plain(struct sqlite_session *session, enum sqlite_statement which,
    struct weft_error *error)
{
	sqlite3_stmt *statement;
	int code = weft__sqlite_statement(session, which, &statement, error);

	return code ? code : weft__sqlite_run(session, statement, error);
}

int
weft__sqlite_begin(struct weft_connector_session *base,
    struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	int code;

	for (size_t i = 0; i < session->models_length; i++)
		session->models[i].tombstones = -1;
	if (session->writing)
		return run_plain(session, SQL_BEGIN_WRITE, error);
	code = run_plain(session, SQL_BEGIN_READ, error);
	if (code)
		return code;
	/* A reader's state is fixed by its first read, so read now. */
	code = run_plain(session, SQL_SNAPSHOT, error);
	if (code)
		weft__sqlite_rollback(base);
	return code;
}

int
weft__sqlite_commit(struct weft_connector_session *base,
    struct weft_error *error)
{
	return run_plain((struct sqlite_session *)base, SQL_COMMIT, error);
}

void
weft__sqlite_rollback(struct weft_connector_session *base)
{
	struct sqlite_session *session = (struct sqlite_session *)base;

	weft__sqlite_settle(session);
	/* Some failures roll back by themselves. */
	if (!sqlite3_get_autocommit(session->db) &&
	    run_plain(session, SQL_ROLLBACK, NULL) != 0)
		sqlite3_exec(session->db, "ROLLBACK", NULL, NULL, NULL);
}

int
weft__sqlite_mark(struct weft_connector_session *base,
    struct weft_error *error)
{
	return run_plain((struct sqlite_session *)base, SQL_MARK, error);
}

int
weft__sqlite_undo(struct weft_connector_session *base,
    struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	int code = run_plain(session, SQL_UNDO, error);

	for (size_t i = 0; i < session->models_length; i++)
		session->models[i].tombstones = -1;
	return code ? code : run_plain(session, SQL_KEEP, error);
}

int
weft__sqlite_keep(struct weft_connector_session *base,
    struct weft_error *error)
{
	return run_plain((struct sqlite_session *)base, SQL_KEEP, error);
}
