/*
 * The SQLite connector: values into statements, and out of rows.
 */
#include "models/connectors/sqlite_private.h"

void
weft__sqlite_bind_text(
    sqlite3_stmt *statement, int index, struct weft_slice text)
{
	sqlite3_bind_text64(statement, index, text.data, text.size,
	    SQLITE_STATIC, SQLITE_UTF8);
}

void
weft__sqlite_bind_blob(
    sqlite3_stmt *statement, int index, struct weft_slice bytes)
{
	sqlite3_bind_blob64(
	    statement, index, bytes.data, bytes.size, SQLITE_STATIC);
}

void
weft__sqlite_bind_number(
    sqlite3_stmt *statement, int index, uint64_t number)
{
	sqlite3_bind_int64(statement, index,
	    number > INT64_MAX ? INT64_MAX : (sqlite3_int64)number);
}

/* An empty blob has no pointer, but is a value. */
struct weft_slice
weft__sqlite_column(sqlite3_stmt *statement, int index)
{
	const char *data = NULL;

	switch (sqlite3_column_type(statement, index)) {
	case SQLITE_NULL:
		return weft_slice_of(NULL, 0);
	case SQLITE_BLOB:
		data = sqlite3_column_blob(statement, index);
		break;
	default:
		data = (const char *)sqlite3_column_text(statement, index);
		break;
	}
	return weft_slice_of(data ? data : "",
	    (size_t)sqlite3_column_bytes(statement, index));
}
