/*
 * Sessions: each has a connection of its own, and prepares a statement once.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/patience.h"
#include "models/connectors/connectors.h"
#include "models/connectors/sqlite_private.h"
#include "models/query/filter.h"

/* What a mark is called; marks of one name nest. */
#define MARK "weft_mark"

/* Instructions of SQLite's machine between two looks at the time. */
#define PROGRESS_STEPS 1000

/* With 4 MB an index of 100,000 random ids does not fit, and every insert
 * reads pages back. */
#define WRITER_PRAGMAS "PRAGMA cache_size=-16384"

/* Those of a model have the quoted name of its table for each %w. */
static const char *const sql[] = {
    [WEFT__SQLITE_GET] =
	"SELECT weft_body, weft_hidden, weft_track FROM \"%w\""
	" WHERE weft_id = ?1",
    [WEFT__SQLITE_INSERT] =
	"INSERT INTO \"%w\"(weft_id, weft_body, weft_hidden, weft_track)"
	" VALUES(?1, ?2, ?3, ?4)",
    [WEFT__SQLITE_UPDATE] =
	"UPDATE \"%w\" SET weft_body = ?2, weft_hidden = ?3,"
	" weft_track = ?4 WHERE weft_id = ?1",
    [WEFT__SQLITE_DELETE] = "DELETE FROM \"%w\" WHERE weft_id = ?1",
    [WEFT__SQLITE_SCAN] =
	"SELECT weft_rowid, weft_id, weft_track, weft_body, weft_hidden"
	" FROM \"%w\" WHERE weft_rowid > ?1 ORDER BY weft_rowid LIMIT ?2",
    [WEFT__SQLITE_TOMBSTONE_GET] =
	"SELECT weft_track FROM \"weft_tombstones_%w\" WHERE weft_id = ?1",
    [WEFT__SQLITE_TOMBSTONE_ANY] =
	"SELECT 1 FROM \"weft_tombstones_%w\" LIMIT 1",
    [WEFT__SQLITE_TOMBSTONE_PUT] =
	"INSERT INTO \"weft_tombstones_%w\"(weft_id, weft_track)"
	" VALUES(?1, ?2) ON CONFLICT(weft_id)"
	" DO UPDATE SET weft_track = excluded.weft_track",
    [WEFT__SQLITE_TOMBSTONE_DELETE] =
	"DELETE FROM \"weft_tombstones_%w\" WHERE weft_id = ?1",
    [WEFT__SQLITE_TOMBSTONE_SCAN] =
	"SELECT weft_rowid, weft_id, weft_track FROM \"weft_tombstones_%w\""
	" WHERE weft_rowid > ?1 ORDER BY weft_rowid LIMIT ?2",
    [WEFT__SQLITE_BEGIN] = "BEGIN",
    [WEFT__SQLITE_BEGIN_IMMEDIATE] = "BEGIN IMMEDIATE",
    [WEFT__SQLITE_TAKE_SNAPSHOT] = "SELECT number FROM weft_models LIMIT 1",
    [WEFT__SQLITE_COMMIT] = "COMMIT",
    [WEFT__SQLITE_ROLLBACK] = "ROLLBACK",
    [WEFT__SQLITE_MARK] = "SAVEPOINT " MARK,
    [WEFT__SQLITE_UNDO] = "ROLLBACK TO " MARK,
    [WEFT__SQLITE_KEEP] = "RELEASE " MARK,
    [WEFT__SQLITE_JOURNAL_APPEND] =
	"INSERT INTO weft_journal(model, checkpoint, time, origin, user,"
	" id, rev, op, seq) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [WEFT__SQLITE_JOURNAL_READ] =
	"SELECT seq, model, id, rev, op, checkpoint, time, origin, user"
	" FROM weft_journal WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
    [WEFT__SQLITE_JOURNAL_SEEK] =
	"SELECT seq, checkpoint FROM weft_journal WHERE seq >= ?1"
	" ORDER BY seq LIMIT 1",
    [WEFT__SQLITE_JOURNAL_RANGE] =
	"SELECT (SELECT min(seq) FROM weft_journal),"
	" (SELECT max(seq) FROM weft_journal)",
    [WEFT__SQLITE_JOURNAL_PRUNE] = "DELETE FROM weft_journal WHERE seq <= ?1",
    [WEFT__SQLITE_JOURNAL_MEND] =
	"UPDATE weft_journal SET op = ?2, checkpoint = ?3, time = ?4"
	" WHERE seq = ?1",
    [WEFT__SQLITE_PENDING_PUT] =
	"INSERT OR REPLACE INTO weft_pending(model, id, seq, body)"
	" VALUES(?1, ?2, ?3, ?4)",
    [WEFT__SQLITE_PENDING_GET] =
	"SELECT seq, body FROM weft_pending WHERE model = ?1 AND id = ?2"
	" AND seq <= ?3 ORDER BY seq DESC LIMIT 1",
    [WEFT__SQLITE_PENDING_PRUNE] = "DELETE FROM weft_pending WHERE seq <= ?1",
    [WEFT__SQLITE_PENDING_EACH] =
	"SELECT model, id, seq, body FROM weft_pending",
    [WEFT__SQLITE_META_GET] = "SELECT value FROM weft_meta WHERE name = ?1",
    [WEFT__SQLITE_META_PUT] =
	"INSERT INTO weft_meta(name, value) VALUES(?1, ?2)"
	" ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    [WEFT__SQLITE_META_DELETE] = "DELETE FROM weft_meta WHERE name = ?1",
    [WEFT__SQLITE_META_EACH] =
	"SELECT name, value FROM weft_meta WHERE name >= ?1 ORDER BY name",
    [WEFT__SQLITE_DATA_VERSION] = "PRAGMA data_version",
};

struct weft__sqlite_session *
weft__sqlite_session(struct weft_connector_session *session)
{
	return (struct weft__sqlite_session *)session;
}

/* Takes the one right to write. */
static int
take_writing(struct weft__sqlite *sqlite, struct weft_error *error)
{
	bool is_taken;

	if (sqlite->read_only)
		return weft_error_set(error, WEFT_EREADONLY,
		    "%s: open for reading only", sqlite->path);
	pthread_mutex_lock(&sqlite->mutex);
	is_taken = sqlite->is_writing;
	sqlite->is_writing = true;
	pthread_mutex_unlock(&sqlite->mutex);
	if (is_taken)
		return weft_error_set(error, WEFT_ELOCKED,
		    "%s: there is a writing session already", sqlite->path);
	return 0;
}

static void
give_writing(struct weft__sqlite *sqlite)
{
	pthread_mutex_lock(&sqlite->mutex);
	sqlite->is_writing = false;
	pthread_mutex_unlock(&sqlite->mutex);
}

static void
free_session(struct weft__sqlite_session *session)
{
	for (size_t i = 0; i < WEFT__SQLITE_STATEMENTS; i++)
		sqlite3_finalize(session->statements[i]);
	for (size_t i = 0; i < session->uses_length; i++)
		for (size_t j = 0; j < WEFT__SQLITE_MODEL_STATEMENTS; j++)
			sqlite3_finalize(session->uses[i].statements[j]);
	weft__sqlite_queries_fini(session);
	sqlite3_finalize(session->journal_full);
	weft__arena_fini(&session->batch.texts);
	sqlite3_close(session->db);
	weft__free(session->uses);
	weft_buf_fini(&session->key);
	weft__free(session);
}

/* A query may give no record for long.  Only of readers: what interrupts a
 * writer ends the transaction of others with it. */
static int
progress(void *context)
{
	struct weft__sqlite_session *session = context;
	int code = weft__patience_check_now();

	if (code)
		session->function_code = code;
	return code != 0;
}

static int
make_session(struct weft__sqlite *sqlite, bool writing,
    struct weft__sqlite_session **session, struct weft_error *error)
{
	struct weft__sqlite_session *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return weft__sqlite_no_memory(error);
	made->base.ops = &weft__connector_sqlite;
	made->sqlite = sqlite;
	made->is_writing = writing;
	weft_buf_init(&made->key, 2 * (size_t)WEFT_LIMIT_RECORD_SIZE);
	code = weft__sqlite_connect(sqlite, &made->db, error);
	if (!code)
		code = weft__sqlite_add_functions(made, error);
	if (!code)
		code = weft__sqlite_execute(made->db,
		    writing ? WRITER_PRAGMAS : "PRAGMA query_only=ON",
		    sqlite->path, error);
	if (code) {
		free_session(made);
		return code;
	}
	if (writing)
		weft__sqlite_log_watch(sqlite, made->db);
	else
		sqlite3_progress_handler(
		    made->db, PROGRESS_STEPS, progress, made);
	*session = made;
	return 0;
}

int
weft__sqlite_session_open(struct weft_connector *connector, bool writing,
    struct weft_connector_session **session, struct weft_error *error)
{
	struct weft__sqlite *sqlite = (struct weft__sqlite *)connector;
	struct weft__sqlite_session *made = NULL;
	int code = writing ? take_writing(sqlite, error) : 0;

	if (code)
		return code;
	code = make_session(sqlite, writing, &made, error);
	if (!code)
		*session = &made->base;
	else if (writing)
		give_writing(sqlite);
	return code;
}

void
weft__sqlite_session_close(struct weft_connector_session *base)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct weft__sqlite *sqlite;
	bool was_writing;

	if (!session)
		return;
	weft__sqlite_rollback(base);
	sqlite = session->sqlite;
	was_writing = session->is_writing;
	free_session(session);
	if (was_writing)
		give_writing(sqlite);
}

struct weft__sqlite_use *
weft__sqlite_use(struct weft__sqlite_session *session, int model)
{
	struct weft__sqlite *sqlite = session->sqlite;
	size_t index = (size_t)model, known = session->uses_length;

	if (index < known && session->uses[index].model)
		return &session->uses[index];
	if (!weft__grow(&session->uses, &session->uses_capacity, index + 1,
		sizeof *session->uses))
		return NULL;
	if (index >= known) {
		memset(session->uses + known, 0,
		    (index + 1 - known) * sizeof *session->uses);
		session->uses_length = index + 1;
	}
	pthread_mutex_lock(&sqlite->mutex);
	session->uses[index].model = sqlite->models[index];
	pthread_mutex_unlock(&sqlite->mutex);
	return &session->uses[index];
}

/* Prepares the statement of 'kind' where its pointer is kept. */
static int
prepare_at(struct weft__sqlite_session *session, const char *text,
    sqlite3_stmt **place)
{
	return sqlite3_prepare_v3(session->db, text, -1,
	    SQLITE_PREPARE_PERSISTENT, place, NULL);
}

static int
prepare_for_model(struct weft__sqlite_session *session,
    const struct weft__sqlite_use *use, enum weft__sqlite_statement kind,
    sqlite3_stmt **place)
{
	char *text = sqlite3_mprintf(sql[kind], use->model->name);
	int code = text ? prepare_at(session, text, place) : SQLITE_NOMEM;

	sqlite3_free(text);
	return code;
}

/* The statement, whatever the state of the transaction. */
static int
prepare(struct weft__sqlite_session *session,
    enum weft__sqlite_statement kind, int model, sqlite3_stmt **statement,
    struct weft_error *error)
{
	struct weft__sqlite_use *use = NULL;
	sqlite3_stmt **place = &session->statements[kind];
	int code = 0;

	if (kind < WEFT__SQLITE_MODEL_STATEMENTS) {
		use = weft__sqlite_use(session, model);
		if (!use)
			return weft__sqlite_no_memory(error);
		place = &use->statements[kind];
	}
	if (*place)
		sqlite3_reset(*place);
	else if (use)
		code = prepare_for_model(session, use, kind, place);
	else
		code = prepare_at(session, sql[kind], place);
	*statement = *place;
	return code ? weft__sqlite_error(
			  session->db, code, session->sqlite->path, error) : 0;
}

int
weft__sqlite_check_active(
    struct weft__sqlite_session *session, struct weft_error *error)
{
	if (!session->is_active || !sqlite3_get_autocommit(session->db))
		return 0;
	return weft_error_set(error, WEFT_EDATABASE,
	    "%s: the transaction ended with an earlier failure",
	    session->sqlite->path);
}

int
weft__sqlite_prepare(struct weft__sqlite_session *session,
    enum weft__sqlite_statement kind, int model, sqlite3_stmt **statement,
    struct weft_error *error)
{
	int code = weft__sqlite_check_active(session, error);

	return code ? code
		    : prepare(session, kind, model, statement, error);
}

int
weft__sqlite_prepare_text(struct weft__sqlite_session *session,
    const char *text, sqlite3_stmt **statement, struct weft_error *error)
{
	int code = prepare_at(session, text, statement);

	return code ? weft__sqlite_error(
			  session->db, code, session->sqlite->path, error) : 0;
}

/* Resets, and sets the error of the step before. */
static int
report(struct weft__sqlite_session *session, sqlite3_stmt *statement,
    int sqlite_code, struct weft_error *error)
{
	int code = session->function_code;

	session->function_code = 0;
	if (code)
		code = weft__query_fail(code, error);
	else
		code = weft__sqlite_error(session->db, sqlite_code,
		    session->sqlite->path, error);
	sqlite3_reset(statement);
	return code;
}

int
weft__sqlite_run(struct weft__sqlite_session *session,
    sqlite3_stmt *statement, struct weft_error *error)
{
	int code = sqlite3_step(statement);

	if (code != SQLITE_DONE)
		return report(session, statement, code, error);
	sqlite3_reset(statement);
	return 0;
}

int
weft__sqlite_next(struct weft__sqlite_session *session,
    sqlite3_stmt *statement, bool *row, struct weft_error *error)
{
	int code = sqlite3_step(statement);

	*row = code == SQLITE_ROW;
	if (*row)
		return 0;
	if (code != SQLITE_DONE)
		return report(session, statement, code, error);
	sqlite3_reset(statement);
	return 0;
}

/* Runs a statement without parameters and rows. */
static int
run_simple(struct weft__sqlite_session *session,
    enum weft__sqlite_statement kind, struct weft_error *error)
{
	sqlite3_stmt *statement;
	int code = weft__sqlite_prepare(session, kind, 0, &statement, error);

	return code ? code : weft__sqlite_run(session, statement, error);
}

/* Ends what rows are still handed out. */
static void
reset_all(struct weft__sqlite_session *session)
{
	sqlite3_stmt *statement = NULL;

	while ((statement = sqlite3_next_stmt(session->db, statement)))
		if (sqlite3_stmt_busy(statement))
			sqlite3_reset(statement);
}

static void
forget_tombstones(struct weft__sqlite_session *session)
{
	for (size_t i = 0; i < session->uses_length; i++)
		session->uses[i].tombstones = WEFT__SQLITE_TOMBSTONES_UNKNOWN;
}

/* A reading transaction sees the state of its first reading: reads. */
static int
take_snapshot(
    struct weft__sqlite_session *session, struct weft_error *error)
{
	sqlite3_stmt *statement;
	bool row;
	int code = weft__sqlite_prepare(session, WEFT__SQLITE_TAKE_SNAPSHOT,
	    0, &statement, error);

	if (!code)
		code = weft__sqlite_next(session, statement, &row, error);
	if (!code)
		sqlite3_reset(statement);
	return code;
}

int
weft__sqlite_begin(
    struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	int code = run_simple(session,
	    session->is_writing ? WEFT__SQLITE_BEGIN_IMMEDIATE
				: WEFT__SQLITE_BEGIN, error);

	if (!code && !session->is_writing)
		code = take_snapshot(session, error);
	forget_tombstones(session);
	session->next_seq = 0;
	session->is_active = !code;
	if (code)
		weft__sqlite_rollback(base);
	return code;
}

int
weft__sqlite_commit(
    struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	int code;

	reset_all(session);
	code = weft__sqlite_batch_flush(session, error);
	if (!code)
		code = run_simple(session, WEFT__SQLITE_COMMIT, error);
	if (!code)
		session->is_active = false;
	return code;
}

void
weft__sqlite_rollback(struct weft_connector_session *base)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;

	reset_all(session);
	weft__sqlite_batch_drop(session);
	session->is_active = false;
	session->function_code = 0;
	/* A failure may have ended the transaction already. */
	if (!sqlite3_get_autocommit(session->db) &&
	    prepare(session, WEFT__SQLITE_ROLLBACK, 0, &statement, NULL) == 0)
		weft__sqlite_run(session, statement, NULL);
}

int
weft__sqlite_mark(
    struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	int code = weft__sqlite_batch_flush(session, error);

	return code ? code : run_simple(session, WEFT__SQLITE_MARK, error);
}

int
weft__sqlite_undo(
    struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	int code;

	reset_all(session);
	weft__sqlite_batch_drop(session);
	forget_tombstones(session);
	session->next_seq = 0;
	code = run_simple(session, WEFT__SQLITE_UNDO, error);
	if (!code)
		code = run_simple(session, WEFT__SQLITE_KEEP, error);
	return code;
}

int
weft__sqlite_keep(
    struct weft_connector_session *base, struct weft_error *error)
{
	return run_simple(
	    weft__sqlite_session(base), WEFT__SQLITE_KEEP, error);
}
