/*
 * The write-ahead log.  A commit appends to it and waits for the disk once.
 * What it has is moved into the database's file later, by settle(), so that
 * who commits does not wait for that; only where nobody calls settle() he does
 * it himself now and then.
 */
#include "core/base/limits.h"
#include "models/connectors/sqlite_private.h"

/* Fewer are not worth two waits for the disk: pages that are written again
 * are moved once. */
#define SETTLED_PAGES 1000

/* After a commit, of which the log has so many pages. */
static int
on_commit(void *context, sqlite3 *db, const char *name, int pages)
{
	struct weft__sqlite *sqlite = context;

	if (pages >= WEFT_LIMIT_LOG_PAGES) {
		/* It is committed: what fails here is tried again. */
		sqlite3_wal_checkpoint(db, name);
		pages = 0;
	}
	atomic_store(&sqlite->log_pages, pages);
	return SQLITE_OK;
}

void
weft__sqlite_log_watch(struct weft__sqlite *sqlite, sqlite3 *db)
{
	sqlite3_wal_hook(db, on_commit, sqlite);
}

int
weft__sqlite_settle(
    struct weft_connector *connector, struct weft_error *error)
{
	struct weft__sqlite *sqlite = (struct weft__sqlite *)connector;
	int code;

	if (atomic_load(&sqlite->log_pages) < SETTLED_PAGES)
		return 0;
	atomic_store(&sqlite->log_pages, 0);
	pthread_mutex_lock(&sqlite->mutex);
	code = sqlite3_wal_checkpoint_v2(
	    sqlite->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (code == SQLITE_BUSY)
		code = 0; /* somebody else does it */
	if (code)
		code = weft__sqlite_error(
		    sqlite->db, code, sqlite->path, error);
	pthread_mutex_unlock(&sqlite->mutex);
	return code;
}

int
weft__sqlite_set_sync(struct weft_connector_session *base, bool waits,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	int code;

	if (session->is_lazy == !waits)
		return 0;
	code = weft__sqlite_execute(session->db,
	    waits ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
	    session->sqlite->path, error);
	if (!code)
		session->is_lazy = !waits;
	return code;
}

/* The log tells a connection whether it was written to by another one. */
int
weft__sqlite_others(struct weft_connector_session *base, uint64_t *number,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	bool row = false;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_DATA_VERSION, 0, &statement, error);

	if (!code)
		code = weft__sqlite_next(session, statement, &row, error);
	if (code || !row)
		return code;
	*number = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return 0;
}
