/*
 * The SQLite connector: journal rows on their way.  The rows of a transaction
 * are collected and written a batch at a time by one statement, because to
 * start and to end a statement costs SQLite more than to append a row.
 *
 * The rows that wait are always those since the last mark, so that an undo
 * just drops them.
 */
#include "models/connectors/sqlite_private.h"

#define COLUMNS 9

/* "INSERT ... VALUES (?1, .., ?9), (?10, ..), ..." for a full batch. */
static int
prepare_many(struct weft__sqlite_session *session, struct weft_error *error)
{
	struct weft_buf sql =
	    WEFT_BUF_INIT(WEFT__SQLITE_BATCH * COLUMNS * 8 + 256);
	int code = weft_buf_printf(&sql, "INSERT INTO weft_journal (seq, "
	    "model, id, rev, op, checkpoint, time, origin, user) VALUES ");

	for (int row = 0; !code && row < WEFT__SQLITE_BATCH; row++)
		for (int i = 1; !code && i <= COLUMNS; i++)
			code = weft_buf_printf(&sql, "%s?%d%s",
			    i == 1 ? row ? ", (" : "(" : ", ",
			    row * COLUMNS + i, i == COLUMNS ? ")" : "");
	if (code)
		weft__sqlite_no_memory(error);
	else
		code = weft__sqlite_prepare_text(
		    session, sql.data, &session->journal_many, error);
	weft_buf_fini(&sql);
	return code;
}

static void
bind_row(sqlite3_stmt *statement, int at, const struct weft__sqlite_row *entry)
{
	const struct weft_connector_journal_row *row = &entry->row;

	weft__sqlite_bind_number(statement, at + 1, row->seq);
	weft__sqlite_bind_number(statement, at + 2, (uint64_t)row->model);
	weft__sqlite_bind_text(statement, at + 3, row->id);
	if (entry->is_hex) /* a revision of 40 hex digits takes 20 bytes */
		weft__sqlite_bind_blob(statement, at + 4,
		    weft_slice_of((const char *)entry->rev.bytes,
			WEFT__OID_SIZE));
	else
		weft__sqlite_bind_text(statement, at + 4, row->rev);
	weft__sqlite_bind_text(statement, at + 5, weft_slice_of(&row->op, 1));
	weft__sqlite_bind_number(statement, at + 6, row->checkpoint);
	weft__sqlite_bind_number(statement, at + 7, row->time_ms);
	weft__sqlite_bind_text(statement, at + 8, row->origin);
	weft__sqlite_bind_text(statement, at + 9, row->user);
}

static int
write_full(struct weft__sqlite_session *session, struct weft_error *error)
{
	int code = session->journal_many ? 0 : prepare_many(session, error);

	if (code)
		return code;
	for (int i = 0; i < WEFT__SQLITE_BATCH; i++)
		bind_row(session->journal_many, i * COLUMNS,
		    &session->batch[i]);
	return weft__sqlite_run(session, session->journal_many, error);
}

static int
write_each(struct weft__sqlite_session *session, struct weft_error *error)
{
	for (size_t i = 0; i < session->batch_length; i++) {
		sqlite3_stmt *statement;
		int code = weft__sqlite_prepare(session,
		    WEFT__SQLITE_JOURNAL_APPEND, 0, &statement, error);

		if (code)
			return code;
		bind_row(statement, 0, &session->batch[i]);
		code = weft__sqlite_run(session, statement, error);
		if (code)
			return code;
	}
	return 0;
}

int
weft__sqlite_batch_flush(
    struct weft__sqlite_session *session, struct weft_error *error)
{
	int code;

	if (!session->batch_length)
		return 0;
	code = weft__sqlite_check_active(session, error);
	if (!code && session->batch_length == WEFT__SQLITE_BATCH)
		code = write_full(session, error);
	else if (!code)
		code = write_each(session, error);
	weft__sqlite_batch_drop(session);
	return code;
}

void
weft__sqlite_batch_drop(struct weft__sqlite_session *session)
{
	session->batch_length = 0;
	weft__arena_clear(&session->row_texts);
}

/* Copies the row and what it points to. */
static int
copy_row(struct weft__sqlite_session *session,
    const struct weft_connector_journal_row *row,
    struct weft__sqlite_row *entry)
{
	struct weft__arena *texts = &session->row_texts;
	int code;

	entry->row = *row;
	entry->is_hex = weft__oid_parse(row->rev, &entry->rev);
	code = weft__arena_copy(texts, row->id, &entry->row.id);
	if (!code && !entry->is_hex)
		code = weft__arena_copy(texts, row->rev, &entry->row.rev);
	if (!code)
		code = weft__arena_copy(texts, row->origin,
		    &entry->row.origin);
	if (!code)
		code = weft__arena_copy(texts, row->user, &entry->row.user);
	return code;
}

int
weft__sqlite_journal_append(struct weft_connector_session *base,
    const struct weft_connector_journal_row *row, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	int code = copy_row(session, row,
	    &session->batch[session->batch_length]);

	if (code)
		return weft__sqlite_no_memory(error);
	if (++session->batch_length < WEFT__SQLITE_BATCH)
		return 0;
	return weft__sqlite_batch_flush(session, error);
}
