/*
 * The SQLite connector: journal rows on their way.  Rows of one kind that
 * follow one another are collected and written a batch at a time by one
 * statement: to start and to end a statement costs SQLite more than to append
 * a row, and what they share is bound once.
 *
 * The rows that wait are always those since the last mark, so that an undo
 * just drops them.
 */
#include "models/connectors/sqlite_private.h"

/* Parameters: those that the rows share, those of each row, and seq. */
enum { MODEL = 1, CHECKPOINT, TIME, ORIGIN, USER, SHARED = USER };
enum { ID = 1, REV, OP, OWN = OP };
enum { SEQ = SHARED + OWN + 1 }; /* of WEFT__SQLITE_JOURNAL_APPEND */

/*
 * "INSERT ... VALUES (?1, .., ?5, ?6, ?7, ?8), (?1, .., ?5, ?9, ..), ..." for
 * a full batch.  Without a seq SQLite takes the next one, and has no need to
 * look whether there is such a row: that is a fifth of what a row costs.  OR
 * FAIL saves it from keeping pages as they were before the statement: whoever
 * fails to append undoes more than that.
 */
static int
prepare_full(struct weft__sqlite_session *session, struct weft_error *error)
{
	struct weft_buf sql = WEFT_BUF_INIT(WEFT__SQLITE_BATCH * 64 + 256);
	int code = weft_buf_printf(&sql, "INSERT OR FAIL INTO weft_journal("
	    "model, checkpoint, time, origin, user, id, rev, op) VALUES ");

	for (int row = 0; !code && row < WEFT__SQLITE_BATCH; row++) {
		int before = SHARED + row * OWN;

		code = weft_buf_printf(&sql,
		    "%s(?1, ?2, ?3, ?4, ?5, ?%d, ?%d, ?%d)", row ? ", " : "",
		    before + ID, before + REV, before + OP);
	}
	if (code)
		weft__sqlite_no_memory(error);
	else
		code = weft__sqlite_prepare_text(
		    session, sql.data, &session->journal_full, error);
	weft_buf_fini(&sql);
	return code;
}

static void
bind_shared(sqlite3_stmt *statement,
    const struct weft_connector_journal_row *first)
{
	weft__sqlite_bind_number(statement, MODEL, (uint64_t)first->model);
	weft__sqlite_bind_number(statement, CHECKPOINT, first->checkpoint);
	weft__sqlite_bind_number(statement, TIME, first->time_ms);
	weft__sqlite_bind_text(statement, ORIGIN, first->origin);
	weft__sqlite_bind_text(statement, USER, first->user);
}

static void
bind_row(sqlite3_stmt *statement, int before,
    const struct weft__sqlite_row *row)
{
	weft__sqlite_bind_text(statement, before + ID, row->id);
	if (row->is_hex) /* a revision of 40 hex digits takes 20 bytes */
		weft__sqlite_bind_blob(statement, before + REV,
		    weft_slice_of((const char *)row->oid.bytes,
			WEFT__OID_SIZE));
	else
		weft__sqlite_bind_text(statement, before + REV, row->rev);
	weft__sqlite_bind_text(
	    statement, before + OP, weft_slice_of(&row->op, 1));
}

static int
write_full(struct weft__sqlite_session *session, struct weft_error *error)
{
	const struct weft__sqlite_batch *batch = &session->batch;
	int code = session->journal_full ? 0 : prepare_full(session, error);

	if (code)
		return code;
	bind_shared(session->journal_full, &batch->first);
	for (int i = 0; i < WEFT__SQLITE_BATCH; i++)
		bind_row(session->journal_full, SHARED + i * OWN,
		    &batch->rows[i]);
	return weft__sqlite_run(session, session->journal_full, error);
}

static int
write_each(struct weft__sqlite_session *session, struct weft_error *error)
{
	const struct weft__sqlite_batch *batch = &session->batch;
	sqlite3_stmt *statement;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_JOURNAL_APPEND, 0, &statement, error);

	if (code)
		return code;
	bind_shared(statement, &batch->first);
	for (size_t i = 0; !code && i < batch->length; i++) {
		bind_row(statement, SHARED, &batch->rows[i]);
		weft__sqlite_bind_number(
		    statement, SEQ, batch->first.seq + i);
		code = weft__sqlite_run(session, statement, error);
	}
	return code;
}

int
weft__sqlite_batch_flush(
    struct weft__sqlite_session *session, struct weft_error *error)
{
	const struct weft__sqlite_batch *batch = &session->batch;
	const uint64_t seq = batch->first.seq, next = seq + batch->length;
	int code;

	if (!batch->length)
		return 0;
	code = weft__sqlite_check_active(session, error);
	if (!code && batch->length == WEFT__SQLITE_BATCH &&
	    seq == session->next_seq)
		code = write_full(session, error);
	else if (!code)
		code = write_each(session, error);
	session->next_seq = code ? 0 : next;
	weft__sqlite_batch_drop(session);
	return code;
}

void
weft__sqlite_batch_drop(struct weft__sqlite_session *session)
{
	session->batch.length = 0;
	weft__arena_clear(&session->batch.texts);
}

/* Whether the row may wait with those that do. */
static bool
fits(const struct weft__sqlite_batch *batch,
    const struct weft_connector_journal_row *row)
{
	const struct weft_connector_journal_row *first = &batch->first;

	return row->seq == first->seq + batch->length &&
	    row->model == first->model &&
	    row->checkpoint == first->checkpoint &&
	    row->time_ms == first->time_ms &&
	    weft_slice_equal(row->origin, first->origin) &&
	    weft_slice_equal(row->user, first->user);
}

/* Copies what a batch that begins with this row shares. */
static int
copy_shared(struct weft__sqlite_batch *batch,
    const struct weft_connector_journal_row *row)
{
	int code;

	batch->first = *row;
	code = weft__arena_copy(
	    &batch->texts, row->origin, &batch->first.origin);
	return code ? code : weft__arena_copy(
		&batch->texts, row->user, &batch->first.user);
}

/* Copies the row and what it points to. */
static int
copy_row(struct weft__sqlite_batch *batch,
    const struct weft_connector_journal_row *row)
{
	struct weft__sqlite_row *copy = &batch->rows[batch->length];
	int code = batch->length ? 0 : copy_shared(batch, row);

	copy->op = row->op;
	copy->is_hex = weft__oid_parse(row->rev, &copy->oid);
	if (!code)
		code = weft__arena_copy(&batch->texts, row->id, &copy->id);
	if (!code && !copy->is_hex)
		code = weft__arena_copy(&batch->texts, row->rev, &copy->rev);
	return code;
}

int
weft__sqlite_journal_append(struct weft_connector_session *base,
    const struct weft_connector_journal_row *row, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct weft__sqlite_batch *batch = &session->batch;
	int code = 0;

	if (batch->length && !fits(batch, row))
		code = weft__sqlite_batch_flush(session, error);
	if (code)
		return code;
	if (copy_row(batch, row))
		return weft__sqlite_no_memory(error);
	if (++batch->length < WEFT__SQLITE_BATCH)
		return 0;
	return weft__sqlite_batch_flush(session, error);
}
