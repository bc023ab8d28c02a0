/*
 * Looking whether SQLite's file is sound, and making its indexes anew.
 *
 * SQLite's findings do not tell whether a table is at fault, which cannot be
 * made again, or an index, which can.  So mending tries: all indexes are
 * written anew, and that counts only if nothing is found afterwards.
 */
#include "models/connectors/sqlite_private.h"

/* SQLite's name for the database, a line before the findings in its pages. */
#define HEADING "***"

struct look {
	struct weft__sqlite *sqlite;
	sqlite3 *db;
	weft_connector_finding_fn *each;
	void *context;
	uint64_t findings;
};

/* Several findings may come as the lines of one text. */
static int
tell_lines(struct look *look, struct weft_slice text)
{
	int code = 0;

	while (!code && text.size) {
		const char *end = memchr(text.data, '\n', text.size);
		struct weft_slice line = text;

		if (end)
			line.size = (size_t)(end - text.data);
		text.data += line.size + (end != NULL);
		text.size -= line.size + (end != NULL);
		if (!line.size || strncmp(line.data, HEADING,
				      sizeof HEADING - 1) == 0)
			continue;
		look->findings++;
		code = look->each(line, look->context);
	}
	return code;
}

/* That it cannot be read any further is a finding, too, unless it is for
 * another reason than what the file holds. */
static int
tell_failure(struct look *look, int sqlite_code, struct weft_error *error)
{
	struct weft_error why;
	int code = weft__sqlite_error(
	    look->db, sqlite_code, look->sqlite->path, &why);

	if (code == WEFT_EDAMAGED || code == WEFT_EDATABASE)
		return tell_lines(look, weft_slice(sqlite3_errmsg(look->db)));
	return weft_error_set(error, code, "%s", why.text);
}

/*
 * SQLite takes a declaration as it is found, even if the key of a table is
 * none any more: then rows are there, and scans do not see them.
 */
static int
look_at_declarations(struct look *look, struct weft_error *error)
{
	sqlite3_stmt *statement = NULL;
	int code = 0, sqlite_code = sqlite3_prepare_v2(look->db,
	    "SELECT 'table ' || name || ' is not declared as it was made'"
	    " FROM sqlite_schema WHERE type = 'table' AND 0 = CASE"
	    " WHEN name IN ('weft_models', 'weft_journal', 'weft_pending',"
	    "  'weft_meta') THEN instr(?1, sql || ';')"
	    " WHEN name IN (SELECT name FROM weft_models)"
	    "  THEN instr(sql, ?2)"
	    " WHEN name IN (SELECT 'weft_tombstones_' || name"
	    "  FROM weft_models) THEN instr(sql, ?3) ELSE 1 END",
	    -1, &statement, NULL);

	if (!sqlite_code) {
		sqlite3_bind_text(statement, 1, weft__sqlite_tables, -1,
		    SQLITE_STATIC);
		sqlite3_bind_text(statement, 2,
		    "(" WEFT__SQLITE_RECORD_COLUMNS, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 3,
		    "(" WEFT__SQLITE_TOMBSTONE_COLUMNS, -1, SQLITE_STATIC);
		sqlite_code = sqlite3_step(statement);
	}
	while (!code && sqlite_code == SQLITE_ROW) {
		code = tell_lines(look, weft__sqlite_column(statement, 0));
		if (!code)
			sqlite_code = sqlite3_step(statement);
	}
	if (!code && sqlite_code != SQLITE_DONE)
		code = tell_failure(look, sqlite_code, error);
	sqlite3_finalize(statement);
	return code;
}

static int
look_for_damage(struct look *look, struct weft_error *error)
{
	sqlite3_stmt *statement = NULL;
	int code = 0, sqlite_code = sqlite3_prepare_v2(look->db,
	                  "PRAGMA integrity_check", -1, &statement, NULL);

	if (!sqlite_code)
		sqlite_code = sqlite3_step(statement);
	while (!code && sqlite_code == SQLITE_ROW) {
		struct weft_slice text = weft__sqlite_column(statement, 0);

		if (!weft_slice_equal(text, weft_slice("ok")))
			code = tell_lines(look, text);
		if (!code)
			sqlite_code = sqlite3_step(statement);
	}
	if (!code && sqlite_code != SQLITE_DONE)
		code = tell_failure(look, sqlite_code, error);
	sqlite3_finalize(statement);
	return code ? code : look_at_declarations(look, error);
}

int
weft__sqlite_check(struct weft_connector *connector,
    weft_connector_finding_fn *each, void *context, struct weft_error *error)
{
	struct weft__sqlite *sqlite = (struct weft__sqlite *)connector;
	struct look look = {.sqlite = sqlite, .each = each,
	    .context = context};
	int code = weft__sqlite_connect(sqlite, &look.db, error);

	if (code)
		return code;
	code = look_for_damage(&look, error);
	sqlite3_close(look.db);
	return code;
}

static int
pass_over(struct weft_slice text, void *context)
{
	return 0;
}

/* Within a transaction: writes the indexes, and looks at the result.  What
 * fails by what the tables hold (two records of one id, say) is no help. */
static int
make_indexes(struct look *look, bool *mended, struct weft_error *error)
{
	int code = 0,
	    sqlite_code = sqlite3_exec(look->db, "REINDEX", NULL, NULL, NULL);

	if (!sqlite_code)
		code = look_for_damage(look, error);
	else if ((sqlite_code & 0xff) == SQLITE_CONSTRAINT)
		look->findings++;
	else
		code = tell_failure(look, sqlite_code, error);
	*mended = !code && !look->findings;
	return code;
}

int
weft__sqlite_mend(
    struct weft_connector *connector, bool *mended, struct weft_error *error)
{
	struct weft__sqlite *sqlite = (struct weft__sqlite *)connector;
	struct look look = {.sqlite = sqlite, .each = pass_over};
	int code = weft__sqlite_connect(sqlite, &look.db, error);

	*mended = false;
	if (code)
		return code;
	code = weft__sqlite_execute(
	    look.db, "BEGIN IMMEDIATE", sqlite->path, error);
	if (!code)
		code = make_indexes(&look, mended, error);
	if (!code && *mended)
		code = weft__sqlite_execute(
		    look.db, "COMMIT", sqlite->path, error);
	if (code)
		*mended = false;
	/* What was not committed goes with the connection. */
	sqlite3_close(look.db);
	return code;
}
