/*
 * The SQL functions that queries use.  They decide what matches and in which
 * order by the same code as every other connector (models/filter.h); what
 * they decide on reaches them as a bound pointer, never as text.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/connectors/sqlite_private.h"

static struct weft_slice
body_of(sqlite3_value *value)
{
	const void *data = sqlite3_value_blob(value);

	return weft_slice_of(data ? data : "",
	    (size_t)sqlite3_value_bytes(value));
}

static void
fail(sqlite3_context *context, int code)
{
	if (code == WEFT_ENOMEM) {
		sqlite3_result_error_nomem(context);
		return;
	}
	sqlite3_result_error(context,
	    "a regular expression took too many steps", -1);
	sqlite3_result_error_code(context, SQLITE_TOOBIG);
}

/* weft_matches(body, where): 1 or 0. */
static void
matches(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct weft__where *where = sqlite3_value_pointer(values[1],
	    WEFT__SQLITE_WHERE);
	bool matching = false;
	int code = weft__where_matches(where, body_of(values[0]), &matching);

	if (code)
		fail(context, code);
	else
		sqlite3_result_int(context, matching);
}

/* weft_sort_key(body, query): a blob. */
static void
sort_key(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct weft_query *query = sqlite3_value_pointer(values[1],
	    WEFT__SQLITE_QUERY);
	struct weft_buf *key = sqlite3_user_data(context);
	int code;

	weft_buf_clear(key);
	code = weft__query_sort_key(query, body_of(values[0]), key);
	if (code)
		fail(context, code);
	else
		sqlite3_result_blob64(context, key->data, key->size,
		    SQLITE_TRANSIENT);
}

static void
destroy_key(void *key)
{
	weft_buf_fini(key);
	weft__free(key);
}

int
weft__sqlite_functions_register(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC |
	    SQLITE_DIRECTONLY;
	struct weft_buf *key = weft__calloc(1, sizeof *key);
	int code;

	if (!key)
		return SQLITE_NOMEM;
	weft_buf_init(key, 2 * WEFT_LIMIT_RECORD_SIZE);
	code = sqlite3_create_function_v2(db, "weft_sort_key", 2, flags, key,
	    sort_key, NULL, NULL, destroy_key);
	if (code == SQLITE_OK)
		code = sqlite3_create_function_v2(db, "weft_matches", 2, flags,
		    NULL, matches, NULL, NULL, NULL);
	return code;
}
