/*
 * The SQLite connector: the journal.
 */
#include "models/connectors/sqlite_private.h"

#include "core/base/hash.h"

/* Columns, as they are read. */
enum { SEQ, MODEL, ID, REV, OP, CHECKPOINT, TIME, ORIGIN, USER };

static uint64_t
read_number(sqlite3_stmt *statement, int index)
{
	return (uint64_t)sqlite3_column_int64(statement, index);
}

/* 'hex' is the memory of a revision that is kept as bytes. */
static void
read_row(sqlite3_stmt *statement, struct weft_connector_journal_row *row,
    char hex[WEFT__OID_HEX + 1])
{
	struct weft_slice op = weft__sqlite_column(statement, OP);
	struct weft__oid oid;

	row->seq = read_number(statement, SEQ);
	row->model = sqlite3_column_int(statement, MODEL);
	row->id = weft__sqlite_column(statement, ID);
	row->rev = weft__sqlite_column(statement, REV);
	row->op = op.size ? *op.data : '?';
	row->checkpoint = read_number(statement, CHECKPOINT);
	row->time_ms = read_number(statement, TIME);
	row->origin = weft__sqlite_column(statement, ORIGIN);
	row->user = weft__sqlite_column(statement, USER);
	if (sqlite3_column_type(statement, REV) == SQLITE_BLOB &&
	    row->rev.size == WEFT__OID_SIZE) {
		memcpy(oid.bytes, row->rev.data, WEFT__OID_SIZE);
		weft__oid_format(&oid, hex);
		row->rev = weft_slice_of(hex, WEFT__OID_HEX);
	}
}

/* Whether a row is of the model asked for; those of models that nobody has
 * defined this time are of none. */
static int
is_wanted(struct weft__sqlite_session *session, int model,
    const struct weft_connector_journal_row *row, bool *wanted,
    struct weft_error *error)
{
	struct weft__sqlite *sqlite = session->sqlite;
	struct weft__sqlite_use *use;
	bool is_known;

	*wanted = model >= 0 && row->model == model;
	if (model >= 0)
		return 0;
	pthread_mutex_lock(&sqlite->mutex);
	is_known = row->model >= 0 &&
	    (size_t)row->model < sqlite->models_length;
	pthread_mutex_unlock(&sqlite->mutex);
	if (!is_known)
		return 0;
	use = weft__sqlite_use(session, row->model);
	if (!use)
		return weft__sqlite_no_memory(error);
	*wanted = use->model->is_defined;
	return 0;
}

int
weft__sqlite_journal_read(struct weft_connector_session *base, int model,
    uint64_t after, uint64_t upto, size_t limit,
    weft_connector_journal_fn *each, void *context, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct weft_connector_journal_row journal_row;
	char hex[WEFT__OID_HEX + 1];
	sqlite3_stmt *statement;
	bool row, wanted;
	int code = weft__sqlite_batch_flush(session, error);

	if (!code)
		code = weft__sqlite_prepare(session,
		    WEFT__SQLITE_JOURNAL_READ, 0, &statement, error);
	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, after);
	weft__sqlite_bind_number(statement, 2, upto);
	while (!code && limit > 0) {
		code = weft__sqlite_next(session, statement, &row, error);
		if (code || !row)
			break;
		read_row(statement, &journal_row, hex);
		code = is_wanted(
		    session, model, &journal_row, &wanted, error);
		if (!code && wanted) {
			limit--;
			code = each(&journal_row, context);
		}
	}
	sqlite3_reset(statement);
	return code;
}

int
weft__sqlite_journal_range(struct weft_connector_session *base,
    uint64_t *first, uint64_t *last, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	bool row = false;
	int code = weft__sqlite_batch_flush(session, error);

	if (!code)
		code = weft__sqlite_prepare(session,
		    WEFT__SQLITE_JOURNAL_RANGE, 0, &statement, error);
	if (!code)
		code = weft__sqlite_next(session, statement, &row, error);
	if (code)
		return code;
	*first = read_number(statement, 0); /* 0 for NULL */
	*last = read_number(statement, 1);
	session->next_seq = *last + 1;
	sqlite3_reset(statement);
	return 0;
}

/* The first row at or after 'seq', which must be there. */
static int
read_checkpoint(struct weft__sqlite_session *session, uint64_t seq,
    uint64_t *found_seq, uint64_t *checkpoint, struct weft_error *error)
{
	sqlite3_stmt *statement;
	bool row = false;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_JOURNAL_SEEK, 0, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, seq);
	code = weft__sqlite_next(session, statement, &row, error);
	if (code)
		return code;
	*found_seq = read_number(statement, 0);
	*checkpoint = read_number(statement, 1);
	sqlite3_reset(statement);
	return 0;
}

/*
 * Checkpoints never fall along seq: halves the range until it is empty.  Mostly
 * what is asked for is near the end: so it goes back from there first, in steps
 * that double.
 */
int
weft__sqlite_journal_seek(struct weft_connector_session *base,
    uint64_t checkpoint, uint64_t *seq, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	uint64_t low, last, high, found_seq, found, step = 1;
	int code = weft__sqlite_journal_range(base, &low, &last, error);

	if (code)
		return code;
	high = last + 1;
	*seq = high;
	while (!code && last > 0 && low < high) {
		uint64_t half = (high - low) / 2;
		uint64_t middle = step && step < half ? high - step
						       : low + half;

		code = read_checkpoint(
		    session, middle, &found_seq, &found, error);
		if (!code && found < checkpoint) {
			low = found_seq + 1;
			step = 0; /* no more: it lies between */
		} else if (!code) {
			*seq = found_seq;
			high = middle;
			step *= 2;
		}
	}
	return code;
}

int
weft__sqlite_journal_prune(struct weft_connector_session *base,
    uint64_t upto, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	int code = weft__sqlite_batch_flush(session, error);

	if (!code)
		code = weft__sqlite_prepare(session,
		    WEFT__SQLITE_JOURNAL_PRUNE, 0, &statement, error);
	if (code)
		return code;
	session->next_seq = 0;
	weft__sqlite_bind_number(statement, 1, upto);
	return weft__sqlite_run(session, statement, error);
}

int
weft__sqlite_journal_mend(struct weft_connector_session *base, uint64_t seq,
    char op, uint64_t checkpoint, uint64_t time_ms, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	int code = weft__sqlite_batch_flush(session, error);

	if (!code)
		code = weft__sqlite_prepare(session,
		    WEFT__SQLITE_JOURNAL_MEND, 0, &statement, error);
	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, seq);
	weft__sqlite_bind_text(statement, 2, weft_slice_of(&op, 1));
	weft__sqlite_bind_number(statement, 3, checkpoint);
	weft__sqlite_bind_number(statement, 4, time_ms);
	return weft__sqlite_run(session, statement, error);
}
