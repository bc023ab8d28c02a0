/*
 * The journal, pending bodies, and small named values.
 */
#include "core/base/hash.h"
#include "models/connectors/sqlite_private.h"

/* A revision of 40 hex digits takes 20 bytes, as a blob; any other is text. */
static void
bind_rev(struct sqlite_session *session, sqlite3_stmt *statement, int at,
    struct weft_slice rev)
{
	struct weft__oid *oid = &session->oid;

	if (weft__oid_parse(rev, oid))
		sqlite3_bind_blob(statement, at, oid->bytes, WEFT__OID_SIZE,
		    SQLITE_STATIC);
	else
		weft__sqlite_bind_text(statement, at, rev);
}

static struct weft_slice
read_rev(struct sqlite_session *session, sqlite3_stmt *statement, int at)
{
	struct weft_slice value = weft__sqlite_column(statement, at);
	struct weft__oid oid;

	if (sqlite3_column_type(statement, at) != SQLITE_BLOB ||
	    value.size != WEFT__OID_SIZE)
		return value;
	memcpy(oid.bytes, value.data, WEFT__OID_SIZE);
	weft__oid_format(&oid, session->rev);
	return weft_slice_of(session->rev, WEFT__OID_HEX);
}

int
weft__sqlite_journal_append(struct weft_connector_session *base,
    const struct weft_connector_journal_row *row, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code = weft__sqlite_statement(session, SQL_JOURNAL_APPEND,
	    &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, row->seq);
	sqlite3_bind_int(statement, 2, row->model);
	weft__sqlite_bind_text(statement, 3, row->id);
	bind_rev(session, statement, 4, row->rev);
	weft__sqlite_bind_text(statement, 5, weft_slice_of(&row->op, 1));
	weft__sqlite_bind_number(statement, 6, row->checkpoint);
	weft__sqlite_bind_number(statement, 7, row->time_ms);
	weft__sqlite_bind_text(statement, 8, row->origin);
	weft__sqlite_bind_text(statement, 9, row->user);
	return weft__sqlite_run(session, statement, error);
}

static void
read_row(struct sqlite_session *session, sqlite3_stmt *statement,
    struct weft_connector_journal_row *row)
{
	struct weft_slice op = weft__sqlite_column(statement, 4);

	row->seq = (uint64_t)sqlite3_column_int64(statement, 0);
	row->model = sqlite3_column_int(statement, 1);
	row->id = weft__sqlite_column(statement, 2);
	row->rev = read_rev(session, statement, 3);
	row->op = op.size ? op.data[0] : 'u';
	row->checkpoint = (uint64_t)sqlite3_column_int64(statement, 5);
	row->time_ms = (uint64_t)sqlite3_column_int64(statement, 6);
	row->origin = weft__sqlite_column(statement, 7);
	row->user = weft__sqlite_column(statement, 8);
}

int
weft__sqlite_journal_read(struct weft_connector_session *base, int model,
    uint64_t after, uint64_t upto, size_t limit,
    weft_connector_journal_fn *each, void *context, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row = true;
	int code = weft__sqlite_statement(session,
	    model < 0 ? SQL_JOURNAL_READ : SQL_JOURNAL_READ_MODEL,
	    &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, after);
	weft__sqlite_bind_number(statement, 2, upto);
	weft__sqlite_bind_number(statement, 3, limit);
	if (model >= 0)
		sqlite3_bind_int(statement, 4, model);
	while (!code && row) {
		struct weft_connector_journal_row out;

		code = weft__sqlite_step(session, statement, &row, error);
		if (code || !row)
			break;
		read_row(session, statement, &out);
		code = each(&out, context);
	}
	sqlite3_reset(statement);
	return code;
}

/* The first row at or after 'seq'; '*row' false: there is none. */
static int
journal_at(struct sqlite_session *session, uint64_t seq, uint64_t *found,
    uint64_t *checkpoint, bool *row, struct weft_error *error)
{
	sqlite3_stmt *statement;
	int code = weft__sqlite_statement(session, SQL_JOURNAL_AT,
	    &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, seq);
	code = weft__sqlite_step(session, statement, row, error);
	if (!code && *row) {
		*found = (uint64_t)sqlite3_column_int64(statement, 0);
		*checkpoint = (uint64_t)sqlite3_column_int64(statement, 1);
	}
	sqlite3_reset(statement);
	return code;
}

int
weft__sqlite_journal_seek(struct weft_connector_session *base,
    uint64_t checkpoint, uint64_t *seq, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	uint64_t low, high;
	int code = weft__sqlite_journal_range(base, &low, &high, error);

	/* Every row below low is before the checkpoint, none from high + 1
	 * on is known to be: halve what is between. */
	high++;
	if (low == 0)
		low = high;
	while (!code && low < high) {
		uint64_t middle = low + (high - low) / 2, found = 0, at = 0;
		bool row;

		code = journal_at(session, middle, &found, &at, &row, error);
		if (code)
			break;
		if (row && at < checkpoint)
			low = found + 1;
		else
			high = middle;
	}
	*seq = low;
	return code;
}

int
weft__sqlite_journal_range(struct weft_connector_session *base,
    uint64_t *first, uint64_t *last, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row;
	int code = weft__sqlite_statement(session, SQL_JOURNAL_RANGE,
	    &statement, error);

	*first = *last = 0;
	if (code)
		return code;
	code = weft__sqlite_step(session, statement, &row, error);
	if (!code && row) {
		*first = (uint64_t)sqlite3_column_int64(statement, 0);
		*last = (uint64_t)sqlite3_column_int64(statement, 1);
	}
	sqlite3_reset(statement);
	return code;
}

/* Runs a statement whose one parameter is a sequence. */
static int
run_upto(struct sqlite_session *session, enum sqlite_statement which,
    uint64_t upto, struct weft_error *error)
{
	sqlite3_stmt *statement;
	int code = weft__sqlite_statement(session, which, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, upto);
	return weft__sqlite_run(session, statement, error);
}

int
weft__sqlite_journal_prune(struct weft_connector_session *base, uint64_t upto,
    struct weft_error *error)
{
	return run_upto((struct sqlite_session *)base, SQL_JOURNAL_PRUNE,
	    upto, error);
}

int
weft__sqlite_pending_put(struct weft_connector_session *base, int model,
    struct weft_slice id, uint64_t seq, struct weft_slice body,
    struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code = weft__sqlite_statement(session, SQL_PENDING_PUT,
	    &statement, error);

	if (code)
		return code;
	sqlite3_bind_int(statement, 1, model);
	weft__sqlite_bind_text(statement, 2, id);
	weft__sqlite_bind_number(statement, 3, seq);
	weft__sqlite_bind_text(statement, 4, body);
	return weft__sqlite_run(session, statement, error);
}

int
weft__sqlite_pending_get(struct weft_connector_session *base, int model,
    struct weft_slice id, uint64_t as_of, uint64_t *seq,
    struct weft_slice *body, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row;
	int code = weft__sqlite_statement(session, SQL_PENDING_GET,
	    &statement, error);

	if (code)
		return code;
	sqlite3_bind_int(statement, 1, model);
	weft__sqlite_bind_text(statement, 2, id);
	weft__sqlite_bind_number(statement, 3, as_of);
	code = weft__sqlite_step(session, statement, &row, error);
	if (code)
		return code;
	if (!row) {
		sqlite3_reset(statement);
		return WEFT_ENOTFOUND;
	}
	*seq = (uint64_t)sqlite3_column_int64(statement, 0);
	*body = weft__sqlite_column(statement, 1);
	session->lent = statement;
	return 0;
}

int
weft__sqlite_pending_prune(struct weft_connector_session *base, uint64_t upto,
    struct weft_error *error)
{
	return run_upto((struct sqlite_session *)base, SQL_PENDING_PRUNE,
	    upto, error);
}

int
weft__sqlite_meta_get(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice *value, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row;
	int code = weft__sqlite_statement(session, SQL_META_GET, &statement,
	    error);

	if (code)
		return code;
	weft__sqlite_bind_text(statement, 1, name);
	code = weft__sqlite_step(session, statement, &row, error);
	if (code)
		return code;
	if (!row) {
		sqlite3_reset(statement);
		return WEFT_ENOTFOUND;
	}
	*value = weft__sqlite_column(statement, 0);
	session->lent = statement;
	return 0;
}

int
weft__sqlite_meta_put(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice value, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code = weft__sqlite_statement(session,
	    value.data ? SQL_META_PUT : SQL_META_DELETE, &statement,
	    error);

	if (code)
		return code;
	weft__sqlite_bind_text(statement, 1, name);
	if (value.data)
		weft__sqlite_bind_blob(statement, 2, value);
	return weft__sqlite_run(session, statement, error);
}

int
weft__sqlite_meta_each(struct weft_connector_session *base,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row = true;
	int code = weft__sqlite_statement(session, SQL_META_EACH,
	    &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_text(statement, 1, prefix);
	while (!code && row) {
		struct weft_slice name;

		code = weft__sqlite_step(session, statement, &row, error);
		if (code || !row)
			break;
		name = weft__sqlite_column(statement, 0);
		if (name.size < prefix.size ||
		    memcmp(name.data, prefix.data, prefix.size) != 0)
			break;
		code = each(name, weft__sqlite_column(statement, 1), context);
	}
	sqlite3_reset(statement);
	return code;
}
