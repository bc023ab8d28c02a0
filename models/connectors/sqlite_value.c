/*
 * The SQLite connector: kept states of records, and named values.
 */
#include "models/connectors/sqlite_private.h"

int
weft__sqlite_pending_put(struct weft_connector_session *base, int model,
    struct weft_slice id, uint64_t seq, struct weft_slice body,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_PENDING_PUT, 0, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, (uint64_t)model);
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
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	bool row = false;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_PENDING_GET, 0, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, (uint64_t)model);
	weft__sqlite_bind_text(statement, 2, id);
	weft__sqlite_bind_number(statement, 3, as_of);
	code = weft__sqlite_next(session, statement, &row, error);
	if (code || !row)
		return code ? code : WEFT_ENOTFOUND;
	*seq = (uint64_t)sqlite3_column_int64(statement, 0);
	*body = weft__sqlite_column(statement, 1);
	return 0;
}

int
weft__sqlite_pending_prune(struct weft_connector_session *base,
    uint64_t upto, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_PENDING_PRUNE, 0, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, upto);
	return weft__sqlite_run(session, statement, error);
}

/* Hands out the state in the statement's row. */
static int
hand_out_state(struct weft__sqlite_session *session, sqlite3_stmt *statement,
    weft_connector_pending_fn *each, void *context)
{
	struct weft__sqlite *sqlite = session->sqlite;
	sqlite3_int64 model = sqlite3_column_int64(statement, 0);
	bool is_known;

	pthread_mutex_lock(&sqlite->mutex);
	is_known = model >= 0 &&
	    model < (sqlite3_int64)sqlite->models_length;
	pthread_mutex_unlock(&sqlite->mutex);
	return each(is_known ? (int)model : -1,
	    weft__sqlite_column(statement, 1),
	    (uint64_t)sqlite3_column_int64(statement, 2),
	    weft__sqlite_column(statement, 3), context);
}

int
weft__sqlite_pending_each(struct weft_connector_session *base,
    weft_connector_pending_fn *each, void *context, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	bool row;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_PENDING_EACH, 0, &statement, error);

	if (code)
		return code;
	do {
		code = weft__sqlite_next(session, statement, &row, error);
		if (!code && row)
			code = hand_out_state(
			    session, statement, each, context);
	} while (!code && row);
	sqlite3_reset(statement);
	return code;
}

int
weft__sqlite_meta_get(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice *value,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	bool row = false;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_META_GET, 0, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_text(statement, 1, name);
	code = weft__sqlite_next(session, statement, &row, error);
	if (code || !row)
		return code ? code : WEFT_ENOTFOUND;
	*value = weft__sqlite_column(statement, 0);
	return 0;
}

int
weft__sqlite_meta_put(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice value,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	int code = weft__sqlite_prepare(session,
	    value.data ? WEFT__SQLITE_META_PUT : WEFT__SQLITE_META_DELETE, 0,
	    &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_text(statement, 1, name);
	if (value.data)
		weft__sqlite_bind_blob(statement, 2, value);
	return weft__sqlite_run(session, statement, error);
}

static bool
has_prefix(struct weft_slice name, struct weft_slice prefix)
{
	return name.size >= prefix.size &&
	    memcmp(name.data, prefix.data, prefix.size) == 0;
}

int
weft__sqlite_meta_from(struct weft_connector_session *base,
    struct weft_slice prefix, struct weft_slice from,
    weft_connector_meta_fn *each, void *context, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct weft_slice name;
	sqlite3_stmt *statement;
	bool row;
	int code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_META_EACH, 0, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_text(statement, 1, from);
	while (!code) {
		code = weft__sqlite_next(session, statement, &row, error);
		if (code || !row)
			break;
		name = weft__sqlite_column(statement, 0);
		if (!has_prefix(name, prefix))
			break;
		code = each(name, weft__sqlite_column(statement, 1), context);
	}
	sqlite3_reset(statement);
	return code;
}

int
weft__sqlite_meta_each(struct weft_connector_session *base,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *error)
{
	return weft__sqlite_meta_from(
	    base, prefix, prefix, each, context, error);
}
