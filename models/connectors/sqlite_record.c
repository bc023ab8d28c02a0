/*
 * Records and tombstones.
 */
#include <stdio.h>

#include "models/connectors/sqlite_private.h"

/* Whether the model has any tombstone, asked once in a transaction. */
static int
has_tombstones(struct sqlite_session *session, int model, bool *any,
    struct weft_error *error)
{
	struct sqlite_session_model *own;
	sqlite3_stmt *statement;
	int code = 0;

	/* A statement of the model makes sure that there is room for it. */
	code = weft__sqlite_model_statement(session, model, SQL_GET,
	    &statement, error);
	if (code)
		return code;
	own = &session->models[model];
	if (own->tombstones < 0) {
		code = weft__sqlite_statement(session, SQL_TOMBSTONE_ANY,
		    &statement, error);
		if (code)
			return code;
		sqlite3_bind_int(statement, 1, model);
		code = weft__sqlite_step(session, statement, any, error);
		sqlite3_reset(statement);
		if (!code)
			own->tombstones = *any;
	}
	*any = own->tombstones == 1;
	return code;
}

int
weft__sqlite_get_tombstone(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row;
	int code = has_tombstones(session, model, &row, error);

	if (code)
		return code;
	if (!row)
		return WEFT_ENOTFOUND;
	code = weft__sqlite_statement(session, SQL_TOMBSTONE_GET,
	    &statement, error);
	if (code)
		return code;
	sqlite3_bind_int(statement, 1, model);
	weft__sqlite_bind_text(statement, 2, id);
	code = weft__sqlite_step(session, statement, &row, error);
	if (code)
		return code;
	if (!row) {
		sqlite3_reset(statement);
		return WEFT_ENOTFOUND;
	}
	*record = (struct weft_connector_record){
	    .id = id, .track = weft__sqlite_column(statement, 0)};
	session->lent = statement;
	return 0;
}

int
weft__sqlite_get(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row;
	int code = weft__sqlite_model_statement(session, model, SQL_GET,
	    &statement, error);

	if (code)
		return code;
	weft__sqlite_bind_text(statement, 1, id);
	code = weft__sqlite_step(session, statement, &row, error);
	if (code)
		return code;
	if (!row) {
		sqlite3_reset(statement);
		return weft__sqlite_get_tombstone(base, model, id, record,
		    error);
	}
	*record = (struct weft_connector_record){
	    .id = id,
	    .body = weft__sqlite_column(statement, 0),
	    .hidden = weft__sqlite_column(statement, 1),
	    .track = weft__sqlite_column(statement, 2),
	};
	session->lent = statement;
	return 0;
}

static void
bind_record(sqlite3_stmt *statement, const struct weft_connector_record *record)
{
	weft__sqlite_bind_text(statement, 1, record->id);
	weft__sqlite_bind_text(statement, 2, record->body);
	weft__sqlite_bind_text(statement, 3, record->hidden);
	weft__sqlite_bind_blob(statement, 4, record->track);
}

int
weft__sqlite_insert(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, bool had_tombstone,
    struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code = weft__sqlite_model_statement(session, model, SQL_INSERT,
	    &statement, error);

	if (code)
		return code;
	bind_record(statement, record);
	code = sqlite3_step(statement);
	if (code == SQLITE_CONSTRAINT_UNIQUE) {
		sqlite3_reset(statement);
		return WEFT_EEXISTS;
	}
	if (code != SQLITE_DONE)
		code = weft__sqlite_failed(session->db, "insert", error);
	else
		code = 0;
	sqlite3_reset(statement);
	if (!code && had_tombstone)
		code = weft__sqlite_forget(base, model, record->id, error);
	return code;
}

int
weft__sqlite_update(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code = weft__sqlite_model_statement(session, model, SQL_UPDATE,
	    &statement, error);

	if (code)
		return code;
	bind_record(statement, record);
	return weft__sqlite_run(session, statement, error);
}

/* The tombstone goes first: the trigger that saves track rows from foreign
 * deletions sees it and does nothing. */
int
weft__sqlite_bury(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code;

	if (track.data) {
		code = weft__sqlite_statement(session, SQL_TOMBSTONE_PUT,
		    &statement, error);
		if (code)
			return code;
		sqlite3_bind_int(statement, 1, model);
		weft__sqlite_bind_text(statement, 2, id);
		weft__sqlite_bind_blob(statement, 3, track);
		code = weft__sqlite_run(session, statement, error);
		if (code)
			return code;
	}
	code = weft__sqlite_model_statement(session, model, SQL_DELETE,
	    &statement, error);
	if (code)
		return code;
	if (track.data)
		session->models[model].tombstones = 1;
	weft__sqlite_bind_text(statement, 1, id);
	return weft__sqlite_run(session, statement, error);
}

int
weft__sqlite_forget(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code = weft__sqlite_statement(session, SQL_TOMBSTONE_DELETE,
	    &statement, error);

	if (code)
		return code;
	sqlite3_bind_int(statement, 1, model);
	weft__sqlite_bind_text(statement, 2, id);
	return weft__sqlite_run(session, statement, error);
}

/* Hands on rows of rowid, id, body, hidden, track. */
static int
each_record(struct sqlite_session *session, sqlite3_stmt *statement,
    uint64_t *position, weft_connector_record_fn *each, void *context,
    struct weft_error *error)
{
	for (;;) {
		struct weft_connector_record record;
		bool row;
		int code = weft__sqlite_step(session, statement, &row, error);

		if (code || !row)
			return code;
		record.id = weft__sqlite_column(statement, 1);
		record.body = weft__sqlite_column(statement, 2);
		record.hidden = weft__sqlite_column(statement, 3);
		record.track = weft__sqlite_column(statement, 4);
		code = each(&record, context);
		if (code)
			return code;
		if (position)
			*position = (uint64_t)sqlite3_column_int64(statement,
			    0);
	}
}

int
weft__sqlite_scan(struct weft_connector_session *base, int model,
    bool tombstones, uint64_t *position, size_t limit,
    weft_connector_record_fn *each, void *context, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code;

	if (tombstones)
		code = weft__sqlite_statement(session, SQL_TOMBSTONE_SCAN,
		    &statement, error);
	else
		code = weft__sqlite_model_statement(session, model,
		    SQL_SCAN, &statement, error);
	if (code)
		return code;
	weft__sqlite_bind_number(statement, 1, *position);
	weft__sqlite_bind_number(statement, 2, limit);
	if (tombstones)
		sqlite3_bind_int(statement, 3, model);
	code = each_record(session, statement, position, each, context, error);
	sqlite3_reset(statement);
	return code;
}

/* The prepared query of a model that must be defined. */
static int
prepare_query(struct sqlite_session *session, int index,
    const struct weft_query *query, bool count, sqlite3_stmt **statement,
    struct weft_error *error)
{
	const struct sqlite_model *model = weft__sqlite_model(session, index);

	weft__sqlite_settle(session);
	if (!model)
		return weft_error_set(error, WEFT_EINVAL,
		    "model %d is not defined", index);
	return weft__sqlite_query_prepare(session, model, query, count,
	    statement, error);
}

int
weft__sqlite_find(struct weft_connector_session *base, int model,
    const struct weft_query *query, weft_connector_record_fn *each,
    void *context, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	int code = prepare_query(session, model, query, false, &statement,
	    error);

	if (code)
		return code;
	code = each_record(session, statement, NULL, each, context, error);
	sqlite3_finalize(statement);
	return code;
}

int
weft__sqlite_count(struct weft_connector_session *base, int model,
    const struct weft_query *query, uint64_t *count, struct weft_error *error)
{
	struct sqlite_session *session = (struct sqlite_session *)base;
	sqlite3_stmt *statement;
	bool row;
	int code = prepare_query(session, model, query, true, &statement,
	    error);

	if (code)
		return code;
	code = weft__sqlite_step(session, statement, &row, error);
	if (!code)
		*count = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code;
}
