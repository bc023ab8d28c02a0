/*
 * Queries as parametrised SQL.
 *
 * Each record that a statement gives has passed weft_matches(), which is the
 * meaning of a where (models/filter.h).  Before it stands what the generated
 * columns and the id can tell by an index: a condition that every matching
 * record fulfils, and perhaps some others too.  For that it matters that
 * json_extract (SQLite 3.40) cuts strings at NUL, gives true as 1 and arrays
 * as text, and that SQLite orders numbers before texts:
 *  - a bound without NUL compares with a cut string as with the whole one, or
 *    as equal: so >= and <= are used for > and <;
 *  - a value of another kind can only be let through, never kept out.
 */
#define _GNU_SOURCE /* memmem */

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/connectors/sqlite_private.h"

/* A statement that is being written: its text, and what is bound. */
struct writing {
	const struct sqlite_model *model;
	struct weft_buf sql;
	struct weft__json_value *values; /* bound in order, from ?1 */
	struct weft_buf *lists;          /* JSON arrays among them */
	size_t length, capacity;
	size_t lists_length, lists_capacity;
	int code;
};

static void
append(struct writing *writing, const char *text)
{
	if (!writing->code)
		writing->code = weft_buf_append(&writing->sql, text,
		    strlen(text));
}

/* Writes a parameter that will be bound to the value. */
static void
append_parameter(struct writing *writing, struct weft__json_value value)
{
	if (writing->code)
		return;
	if (!weft__grow(&writing->values, &writing->capacity,
		writing->length + 1, sizeof *writing->values)) {
		writing->code = WEFT_ENOMEM;
		return;
	}
	writing->values[writing->length++] = value;
	writing->code = weft_buf_printf(&writing->sql, "?%zu",
	    writing->length);
}

/* The generated column of a path, or NULL. */
static const char *
column_of(const struct sqlite_model *model, const struct weft__where *where)
{
	if (where->path_length != 1)
		return NULL;
	for (size_t i = 0; i < model->length; i++)
		if (weft_slice_equal(where->path[0],
			weft_slice(model->columns[i].property)))
			return model->columns[i].quoted;
	return NULL;
}

static bool
has_nul(struct weft_slice token)
{
	return memmem(token.data, token.size, "\\u0000", 6) != NULL;
}

/* Whether a column can be compared with the value at all. */
static bool
is_comparable(const struct weft__json_value *value)
{
	switch (value->type) {
	case WEFT__JSON_FALSE:
	case WEFT__JSON_TRUE:
	case WEFT__JSON_NUMBER:
		return true;
	case WEFT__JSON_STRING:
		return !has_nul(value->token);
	default:
		return false;
	}
}

static bool
are_comparable(const struct weft__where *where)
{
	for (size_t i = 0; i < where->length; i++)
		if (!is_comparable(&where->values[i]))
			return false;
	return where->length > 0;
}

static void
append_comparison(struct writing *writing, const char *column,
    const char *operator, struct weft__json_value value)
{
	append(writing, column);
	append(writing, operator);
	append_parameter(writing, value);
}

/* "column IN (...)": the values travel as one JSON array, so that there is no
 * limit on how many there are. */
static void
append_list(struct writing *writing, const char *column,
    const struct weft__where *where)
{
	struct weft_buf list = WEFT_BUF_INIT(2 * WEFT_LIMIT_FILTER_SIZE);
	int code = weft_buf_append(&list, "[", 1);

	for (size_t i = 0; !code && i < where->length; i++) {
		if (i)
			code = weft_buf_append(&list, ",", 1);
		if (!code)
			code = weft_buf_append_slice(&list,
			    where->values[i].token);
	}
	if (!code)
		code = weft_buf_append(&list, "]", 1);
	if (!code && !weft__grow(&writing->lists, &writing->lists_capacity,
			 writing->lists_length + 1, sizeof *writing->lists))
		code = WEFT_ENOMEM;
	if (code) {
		weft_buf_fini(&list);
		writing->code = code;
		return;
	}
	writing->lists[writing->lists_length++] = list;
	append(writing, column);
	append(writing, " IN (SELECT value FROM json_each(");
	append_parameter(writing, (struct weft__json_value){
	    WEFT__JSON_ARRAY, weft_buf_slice(&list)});
	append(writing, "))");
}

static void append_narrowing(
    struct writing *writing, const struct weft__where *where);

/* SQLite refuses expressions of more than 1,000 levels, and a long chain is
 * that deep.  Of an AND the first few will do; an OR must have all. */
#define MAX_OPERANDS 50

static void
append_operands(struct writing *writing, const struct weft__where *where,
    const char *between)
{
	append(writing, "(");
	for (size_t i = 0; i < where->operands_length && i < MAX_OPERANDS;
	     i++) {
		if (i)
			append(writing, between);
		append_narrowing(writing, where->operands[i]);
	}
	append(writing, ")");
}

/* A comparison of a column with values that can be compared. */
static void
append_leaf(struct writing *writing, const char *column,
    const struct weft__where *where)
{
	switch (where->op) {
	case WEFT__WHERE_EQ:
		append_comparison(writing, column, " = ", where->values[0]);
		break;
	case WEFT__WHERE_GT:
	case WEFT__WHERE_GTE:
		append_comparison(writing, column, " >= ", where->values[0]);
		break;
	case WEFT__WHERE_LT:
	case WEFT__WHERE_LTE:
		append_comparison(writing, column, " <= ", where->values[0]);
		break;
	case WEFT__WHERE_BETWEEN:
		append_comparison(writing, column, " BETWEEN ",
		    where->values[0]);
		append(writing, " AND ");
		append_parameter(writing, where->values[1]);
		break;
	case WEFT__WHERE_INQ:
		append_list(writing, column, where);
		break;
	default:
		append(writing, "1");
	}
}

/* A condition that every record that matches fulfils. */
static void
append_narrowing(struct writing *writing, const struct weft__where *where)
{
	const char *column = where->by_id ? "weft_id"
					  : column_of(writing->model, where);

	if (where->op == WEFT__WHERE_AND && where->operands_length)
		append_operands(writing, where, " AND ");
	else if (where->op == WEFT__WHERE_OR && where->operands_length &&
	    where->operands_length <= MAX_OPERANDS)
		append_operands(writing, where, " OR ");
	else if (column && are_comparable(where))
		append_leaf(writing, column, where);
	else
		append(writing, "1");
}

static bool
is_ordered(const struct weft_query *query)
{
	return query->orders_length > 0 || query->near;
}

static void
write_statement(struct writing *writing, const struct weft_query *query,
    bool count)
{
	append(writing, count ? "SELECT count(*)"
			      : "SELECT weft_rowid, weft_id, weft_body, "
				"weft_hidden, weft_track");
	append(writing, " FROM ");
	append(writing, writing->model->quoted);
	if (query->where) {
		append(writing, " WHERE ");
		append_narrowing(writing, query->where);
		append(writing, " AND weft_matches(weft_body, :where)");
	}
	if (count)
		return;
	append(writing, " ORDER BY ");
	if (is_ordered(query))
		append(writing, "weft_sort_key(weft_body, :query), ");
	append(writing, "weft_id LIMIT :limit OFFSET :skip");
}

/* Binds a string's meaning, a number, or the text of an array. */
static int
bind_value(sqlite3_stmt *statement, int at, struct weft__json_value value)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	int code = 0;

	switch (value.type) {
	case WEFT__JSON_FALSE:
	case WEFT__JSON_TRUE:
		sqlite3_bind_int(statement, at, value.type == WEFT__JSON_TRUE);
		break;
	case WEFT__JSON_NUMBER:
		sqlite3_bind_double(statement, at,
		    weft__json_read_number(value.token));
		break;
	case WEFT__JSON_ARRAY:
		sqlite3_bind_text64(statement, at, value.token.data,
		    value.token.size, SQLITE_TRANSIENT, SQLITE_UTF8);
		break;
	default:
		code = weft__json_read_string(value.token, &text);
		if (!code)
			sqlite3_bind_text64(statement, at,
			    weft_buf_slice(&text).data, text.size,
			    SQLITE_TRANSIENT, SQLITE_UTF8);
	}
	weft_buf_fini(&text);
	return code;
}

/* Binds a named parameter to a pointer that the functions know. */
static void
bind_pointer(sqlite3_stmt *statement, const char *name, const void *pointer,
    const char *type)
{
	int at = sqlite3_bind_parameter_index(statement, name);

	if (at)
		sqlite3_bind_pointer(statement, at, (void *)pointer, type,
		    NULL);
}

static void
bind_count(sqlite3_stmt *statement, const char *name, uint64_t count)
{
	int at = sqlite3_bind_parameter_index(statement, name);

	if (at)
		weft__sqlite_bind_number(statement, at, count);
}

static int
bind_all(struct writing *writing, const struct weft_query *query,
    sqlite3_stmt *statement)
{
	int code = 0;

	for (size_t i = 0; !code && i < writing->length; i++)
		code = bind_value(statement, (int)i + 1, writing->values[i]);
	bind_pointer(statement, ":where", query->where, WEFT__SQLITE_WHERE);
	bind_pointer(statement, ":query", query, WEFT__SQLITE_QUERY);
	bind_count(statement, ":limit", query->limit);
	bind_count(statement, ":skip", query->skip);
	return code;
}

static void
free_writing(struct writing *writing)
{
	for (size_t i = 0; i < writing->lists_length; i++)
		weft_buf_fini(&writing->lists[i]);
	weft__free(writing->lists);
	weft__free(writing->values);
	weft_buf_fini(&writing->sql);
}

int
weft__sqlite_query_prepare(struct sqlite_session *session,
    const struct sqlite_model *model, const struct weft_query *query,
    bool count, sqlite3_stmt **statement, struct weft_error *error)
{
	struct writing writing = {.model = model};
	int code;

	*statement = NULL;
	weft_buf_init(&writing.sql, WEFT_LIMIT_FILTER_SIZE);
	write_statement(&writing, query, count);
	code = writing.code;
	if (!code)
		code = weft__sqlite_prepare(session, writing.sql.data,
		    statement, error);
	else
		weft_error_set(error, code, "query: %s",
		    weft_error_text(code));
	if (!code) {
		code = bind_all(&writing, query, *statement);
		if (code)
			weft_error_set(error, code, "query: %s",
			    weft_error_text(code));
	}
	if (code) {
		sqlite3_finalize(*statement);
		*statement = NULL;
	}
	free_writing(&writing);
	return code;
}
