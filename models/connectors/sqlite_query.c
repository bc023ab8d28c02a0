/*
 * The SQLite connector: finding by a query.
 *
 *   SELECT ... FROM model
 *   WHERE <conditions that an index serves> AND weft_matches(weft_body, query)
 *   ORDER BY weft_order(weft_body, query), weft_id LIMIT ... OFFSET ...
 *
 * The functions decide (sqlite_functions.c); the conditions only spare them
 * records that cannot match (sqlite_narrow.c).  Statements are kept by their
 * text, which says only what kinds of conditions there are.
 */
#include "core/base/alloc.h"
#include "models/connectors/sqlite_private.h"
#include "models/query/filter.h"

/* Statements kept in a session; when there are more all are dropped. */
#define QUERIES_MAX 64

/* Bytes of a statement: conditions are limited in number. */
#define SQL_SIZE (1024 * 1024)

/* Parameters: those of the conditions follow. */
enum { QUERY = 1, LIMIT, OFFSET, FIRST_OPERAND };

/* A query on its way to SQLite. */
struct compiled {
	struct weft__sqlite_narrow narrow;
	struct weft_buf sql;
	sqlite3_stmt *statement;
};

static void
finalize(void *statement)
{
	sqlite3_finalize(statement);
}

void
weft__sqlite_queries_fini(struct weft__sqlite_session *session)
{
	weft__map_fini(&session->queries, finalize);
}

int
weft__sqlite_append_identifier(struct weft_buf *sql, const char *name)
{
	char *quoted = sqlite3_mprintf("\"%w\"", name);
	int code = quoted ? weft_buf_printf(sql, "%s", quoted) : WEFT_ENOMEM;

	sqlite3_free(quoted);
	return code;
}

/* FROM and WHERE, which find and count share. */
static int
append_source(struct compiled *compiled, const struct weft_query *query)
{
	int code = weft__sqlite_append_identifier(
	    &compiled->sql, compiled->narrow.model->name);

	if (!code)
		code = weft_buf_printf(&compiled->sql, " WHERE 1");
	if (code || !query->where)
		return code;
	code = weft__sqlite_narrow_where(&compiled->narrow, query->where);
	if (!code)
		code = weft_buf_printf(&compiled->sql,
		    " AND weft_matches(weft_body, ?%d)", QUERY);
	return code;
}

static int
append_find(struct compiled *compiled, const struct weft_query *query)
{
	int code = weft_buf_printf(&compiled->sql,
	    "SELECT weft_id, weft_body, weft_hidden, weft_track FROM ");

	if (!code)
		code = append_source(compiled, query);
	if (!code)
		code = weft_buf_printf(&compiled->sql, " ORDER BY ");
	if (!code && (query->orders_length || query->near))
		code = weft_buf_printf(&compiled->sql,
		    "weft_order(weft_body, ?%d), ", QUERY);
	if (!code)
		code = weft_buf_printf(&compiled->sql,
		    "weft_id LIMIT ?%d OFFSET ?%d", LIMIT, OFFSET);
	return code;
}

static int
append_count(struct compiled *compiled, const struct weft_query *query)
{
	int code =
	    weft_buf_printf(&compiled->sql, "SELECT count(*) FROM ");

	return code ? code : append_source(compiled, query);
}

/* Prepares a statement and keeps it; or the one that is kept. */
static int
prepare_query(struct weft__sqlite_session *session, struct weft_slice sql,
    sqlite3_stmt **statement, struct weft_error *error)
{
	int code;

	*statement = weft__map_find(&session->queries, sql);
	if (*statement) {
		sqlite3_reset(*statement);
		return 0;
	}
	if (weft__map_count(&session->queries) >= QUERIES_MAX)
		weft__sqlite_queries_fini(session);
	code = sqlite3_prepare_v3(session->db, sql.data, (int)sql.size,
	    SQLITE_PREPARE_PERSISTENT, statement, NULL);
	if (code)
		return weft__sqlite_error(
		    session->db, code, session->sqlite->path, error);
	if (weft__map_put(&session->queries, sql, *statement) == 0)
		return 0;
	sqlite3_finalize(*statement);
	*statement = NULL;
	return weft__sqlite_no_memory(error);
}

static void
bind(struct compiled *compiled, const struct weft_query *query)
{
	sqlite3_stmt *statement = compiled->statement;

	/* The query is only looked at. */
	sqlite3_bind_pointer(
	    statement, QUERY, (void *)query, WEFT__SQLITE_QUERY, NULL);
	if (sqlite3_bind_parameter_count(statement) >= LIMIT) {
		weft__sqlite_bind_number(statement, LIMIT, query->limit);
		weft__sqlite_bind_number(statement, OFFSET, query->skip);
	}
	weft__sqlite_narrow_bind(&compiled->narrow, statement);
}

static int
compile(struct weft__sqlite_session *session, int model,
    const struct weft_query *query, struct compiled *compiled,
    int (*append)(struct compiled *, const struct weft_query *),
    struct weft_error *error)
{
	struct weft__sqlite_use *use = weft__sqlite_use(session, model);
	int code;

	if (!use)
		return weft__sqlite_no_memory(error);
	compiled->narrow.model = use->model;
	compiled->narrow.sql = &compiled->sql;
	compiled->narrow.first = FIRST_OPERAND;
	code = append(compiled, query);
	if (code)
		return weft__sqlite_no_memory(error);
	code = prepare_query(session, weft_buf_slice(&compiled->sql),
	    &compiled->statement, error);
	if (!code)
		bind(compiled, query);
	return code;
}

static void
init(struct compiled *compiled)
{
	memset(compiled, 0, sizeof *compiled);
	weft_buf_init(&compiled->sql, SQL_SIZE);
	weft_buf_init(&compiled->narrow.texts, SIZE_MAX - 1);
}

static void
fini(struct compiled *compiled)
{
	if (compiled->statement)
		sqlite3_reset(compiled->statement);
	weft_buf_fini(&compiled->sql);
	weft_buf_fini(&compiled->narrow.texts);
}

static int
give_all(struct weft__sqlite_session *session, sqlite3_stmt *statement,
    weft_connector_record_fn *each, void *context, struct weft_error *error)
{
	struct weft_connector_record record;
	bool row;
	int code;

	for (;;) {
		code = weft__sqlite_next(session, statement, &row, error);
		if (code || !row)
			return code;
		record.id = weft__sqlite_column(statement, 0);
		record.body = weft__sqlite_column(statement, 1);
		record.hidden = weft__sqlite_column(statement, 2);
		record.track = weft__sqlite_column(statement, 3);
		code = each(&record, context);
		if (code)
			return code;
	}
}

int
weft__sqlite_find(struct weft_connector_session *base, int model,
    const struct weft_query *query, weft_connector_record_fn *each,
    void *context, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct compiled compiled;
	int code;

	init(&compiled);
	code = compile(
	    session, model, query, &compiled, append_find, error);
	if (!code)
		code = give_all(
		    session, compiled.statement, each, context, error);
	fini(&compiled);
	return code;
}

int
weft__sqlite_count(struct weft_connector_session *base, int model,
    const struct weft_query *query, uint64_t *count,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct compiled compiled;
	bool row = false;
	int code;

	init(&compiled);
	code = compile(
	    session, model, query, &compiled, append_count, error);
	if (!code)
		code = weft__sqlite_next(
		    session, compiled.statement, &row, error);
	if (!code)
		*count = (uint64_t)sqlite3_column_int64(
		    compiled.statement, 0);
	fini(&compiled);
	return code;
}
