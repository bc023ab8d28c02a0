/*
 * The SQL functions by which a query is answered: they are those of
 * models/query/filter.h, so that SQLite's own ideas of JSON, true and numbers
 * have no say in what matches.
 */
#include "core/base/patience.h"
#include "models/connectors/sqlite_private.h"
#include "models/query/filter.h"

/* The query and the body that a function was given; false: it was not. */
static bool
read_arguments(sqlite3_context *context, sqlite3_value **arguments,
    const struct weft_query **query, struct weft_slice *body)
{
	const char *text = (const char *)sqlite3_value_text(arguments[0]);

	*query = sqlite3_value_pointer(arguments[1], WEFT__SQLITE_QUERY);
	*body = weft_slice_of(
	    text, (size_t)sqlite3_value_bytes(arguments[0]));
	if (*query && text)
		return true;
	sqlite3_result_null(context);
	return false;
}

/* Remembers why the function failed: SQLite only says that it did. */
static void
fail(sqlite3_context *context, int code)
{
	struct weft__sqlite_session *session = sqlite3_user_data(context);

	session->function_code = code;
	sqlite3_result_error(context, weft_error_text(code), -1);
}

static void
matches(sqlite3_context *context, int count, sqlite3_value **arguments)
{
	const struct weft_query *query;
	struct weft_slice body;
	bool answer = false;
	int code;

	if (!read_arguments(context, arguments, &query, &body))
		return;
	code = weft__patience_check();
	if (!code)
		code = weft__where_matches(query->where, body, &answer);
	if (code)
		fail(context, code);
	else
		sqlite3_result_int(context, answer);
}

static void
order(sqlite3_context *context, int count, sqlite3_value **arguments)
{
	struct weft__sqlite_session *session = sqlite3_user_data(context);
	const struct weft_query *query;
	struct weft_slice body;
	int code;

	if (!read_arguments(context, arguments, &query, &body))
		return;
	weft_buf_clear(&session->key);
	code = weft__query_sort_key(query, body, &session->key);
	if (code)
		fail(context, code);
	else
		sqlite3_result_blob64(context, session->key.data,
		    session->key.size, SQLITE_TRANSIENT);
}

int
weft__sqlite_add_functions(
    struct weft__sqlite_session *session, struct weft_error *error)
{
	const int flags =
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
	int code = sqlite3_create_function(session->db, "weft_matches", 2,
	    flags, session, matches, NULL, NULL);

	if (!code)
		code = sqlite3_create_function(session->db, "weft_order", 2,
		    flags, session, order, NULL, NULL);
	return code ? weft__sqlite_error(
			  session->db, code, session->sqlite->path, error) : 0;
}
