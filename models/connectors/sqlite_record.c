/*
 * The SQLite connector: records and tombstones.  Each has a row number, in the
 * order of arrival, by which it is scanned.
 */
#include "models/connectors/sqlite_private.h"

/* Columns of the scans. */
enum { ROWID, ID, TRACK, BODY, HIDDEN };

/* Prepares a statement whose first parameter is the id. */
static int
prepare_by_id(struct weft__sqlite_session *session,
    enum weft__sqlite_statement kind, int model, struct weft_slice id,
    sqlite3_stmt **statement, struct weft_error *error)
{
	int code =
	    weft__sqlite_prepare(session, kind, model, statement, error);

	if (!code)
		weft__sqlite_bind_text(*statement, 1, id);
	return code;
}

/* Runs such a statement that has no other parameter. */
static int
run_by_id(struct weft__sqlite_session *session,
    enum weft__sqlite_statement kind, int model, struct weft_slice id,
    struct weft_error *error)
{
	sqlite3_stmt *statement;
	int code =
	    prepare_by_id(session, kind, model, id, &statement, error);

	return code ? code : weft__sqlite_run(session, statement, error);
}

static int
get_live(struct weft__sqlite_session *session, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	sqlite3_stmt *statement;
	bool row = false;
	int code = prepare_by_id(
	    session, WEFT__SQLITE_GET, model, id, &statement, error);

	if (!code)
		code = weft__sqlite_next(session, statement, &row, error);
	if (code || !row)
		return code ? code : WEFT_ENOTFOUND;
	record->id = id;
	record->body = weft__sqlite_column(statement, 0);
	record->hidden = weft__sqlite_column(statement, 1);
	record->track = weft__sqlite_column(statement, 2);
	return 0;
}

/* Asks once in a transaction whether the model has tombstones at all. */
static int
look_for_tombstones(struct weft__sqlite_session *session,
    struct weft__sqlite_use *use, int model, struct weft_error *error)
{
	sqlite3_stmt *statement;
	bool row = false;
	int code;

	if (use->tombstones != WEFT__SQLITE_TOMBSTONES_UNKNOWN)
		return 0;
	code = weft__sqlite_prepare(
	    session, WEFT__SQLITE_TOMBSTONE_ANY, model, &statement, error);
	if (!code)
		code = weft__sqlite_next(session, statement, &row, error);
	if (code)
		return code;
	sqlite3_reset(statement);
	use->tombstones = row ? WEFT__SQLITE_TOMBSTONES_SOME
			      : WEFT__SQLITE_TOMBSTONES_NONE;
	return 0;
}

int
weft__sqlite_get_tombstone(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct weft__sqlite_use *use = weft__sqlite_use(session, model);
	sqlite3_stmt *statement;
	bool row = false;
	int code;

	if (!use)
		return weft__sqlite_no_memory(error);
	code = look_for_tombstones(session, use, model, error);
	if (code || use->tombstones == WEFT__SQLITE_TOMBSTONES_NONE)
		return code ? code : WEFT_ENOTFOUND;
	code = prepare_by_id(session, WEFT__SQLITE_TOMBSTONE_GET, model, id,
	    &statement, error);
	if (!code)
		code = weft__sqlite_next(session, statement, &row, error);
	if (code || !row)
		return code ? code : WEFT_ENOTFOUND;
	*record = (struct weft_connector_record){
	    .id = id, .track = weft__sqlite_column(statement, 0)};
	return 0;
}

int
weft__sqlite_get(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	int code = get_live(
	    weft__sqlite_session(base), model, id, record, error);

	if (code == WEFT_ENOTFOUND)
		code = weft__sqlite_get_tombstone(
		    base, model, id, record, error);
	return code;
}

/* Prepares a statement that writes all of a record. */
static int
prepare_write(struct weft__sqlite_session *session,
    enum weft__sqlite_statement kind, int model,
    const struct weft_connector_record *record, sqlite3_stmt **statement,
    struct weft_error *error)
{
	int code = prepare_by_id(
	    session, kind, model, record->id, statement, error);

	if (!code) {
		weft__sqlite_bind_text(*statement, 2, record->body);
		weft__sqlite_bind_text(*statement, 3, record->hidden);
		weft__sqlite_bind_blob(*statement, 4, record->track);
	}
	return code;
}

int
weft__sqlite_insert(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, bool had_tombstone,
    struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	int code = prepare_write(session, WEFT__SQLITE_INSERT, model, record,
	    &statement, error);

	if (code)
		return code;
	code = sqlite3_step(statement);
	sqlite3_reset(statement);
	if (code == SQLITE_CONSTRAINT_UNIQUE)
		return WEFT_EEXISTS;
	if (code != SQLITE_DONE)
		return weft__sqlite_error(
		    session->db, code, session->sqlite->path, error);
	if (!had_tombstone)
		return 0;
	return run_by_id(session, WEFT__SQLITE_TOMBSTONE_DELETE, model,
	    record->id, error);
}

int
weft__sqlite_update(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	sqlite3_stmt *statement;
	int code = prepare_write(session, WEFT__SQLITE_UPDATE, model, record,
	    &statement, error);

	if (!code)
		code = weft__sqlite_run(session, statement, error);
	if (!code && sqlite3_changes(session->db) == 0)
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "no record '%.*s' to update", (int)record->id.size,
		    record->id.data);
	return code;
}

static int
put_tombstone(struct weft__sqlite_session *session, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *error)
{
	struct weft__sqlite_use *use = weft__sqlite_use(session, model);
	sqlite3_stmt *statement;
	int code = prepare_by_id(session, WEFT__SQLITE_TOMBSTONE_PUT, model,
	    id, &statement, error);

	if (code)
		return code;
	use->tombstones = WEFT__SQLITE_TOMBSTONES_SOME;
	weft__sqlite_bind_blob(statement, 2, track);
	return weft__sqlite_run(session, statement, error);
}

int
weft__sqlite_bury(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	int code =
	    run_by_id(session, WEFT__SQLITE_DELETE, model, id, error);

	if (!code && track.data)
		code = put_tombstone(session, model, id, track, error);
	return code;
}

int
weft__sqlite_forget(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_error *error)
{
	return run_by_id(weft__sqlite_session(base),
	    WEFT__SQLITE_TOMBSTONE_DELETE, model, id, error);
}

static void
read_scanned(sqlite3_stmt *statement, bool tombstones,
    struct weft_connector_record *record)
{
	*record = (struct weft_connector_record){
	    .id = weft__sqlite_column(statement, ID),
	    .track = weft__sqlite_column(statement, TRACK)};
	if (!tombstones) {
		record->body = weft__sqlite_column(statement, BODY);
		record->hidden = weft__sqlite_column(statement, HIDDEN);
	}
}

int
weft__sqlite_scan(struct weft_connector_session *base, int model,
    bool tombstones, uint64_t *position, size_t limit,
    weft_connector_record_fn *each, void *context, struct weft_error *error)
{
	struct weft__sqlite_session *session = weft__sqlite_session(base);
	struct weft_connector_record record;
	sqlite3_stmt *statement;
	bool row = true;
	int code = weft__sqlite_prepare(session,
	    tombstones ? WEFT__SQLITE_TOMBSTONE_SCAN : WEFT__SQLITE_SCAN,
	    model, &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, *position);
	weft__sqlite_bind_number(statement, 2, limit);
	while (!code && row) {
		code = weft__sqlite_next(session, statement, &row, error);
		if (code || !row)
			break;
		*position = (uint64_t)sqlite3_column_int64(statement, ROWID);
		read_scanned(statement, tombstones, &record);
		code = each(&record, context);
	}
	sqlite3_reset(statement);
	return code;
}
