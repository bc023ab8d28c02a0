/*
 * Repairing by the store: a record or tombstone that the store alone still has
 * comes back, and one that the store has otherwise is listed anew.
 *
 * The store is read through a handle of its own, so that nobody waits for it
 * while records are written.  What it has is compared with records whose last
 * change it must have; whatever was written since is newer than it.
 */
#include "models/store/repair.h"

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "core/store/history.h"
#include "models/store/verify.h"
#include "models/tracking/rectify.h"

/* A walk over the database's records, or the store's. */
struct pass {
	struct weft_model *model;
	struct weft_slice name; /* the model's */
	struct weft__store *store;
	struct weft__store_commit tip;
	bool is_current;   /* the store has every write */
	bool tombstones;
	uint64_t position; /* in the database */
	bool end;
	struct weft__arena arena; /* owns the ids */
	struct weft_slice ids[WEFT_LIMIT_PAGE_CHANGES];
	size_t length;
	uint64_t found;
	struct weft_buf body, kept;
	struct weft__json json;
	struct weft__track track;
	struct weft_connector_session *session;
	struct weft_error *error;
};

static int
note(struct pass *pass, struct weft_slice id)
{
	int code =
	    weft__arena_copy(&pass->arena, id, &pass->ids[pass->length]);

	if (code)
		return weft_error_set(pass->error, code, "out of memory");
	pass->length++;
	return 0;
}

static void
forget_notes(struct pass *pass)
{
	pass->length = 0;
	weft__arena_clear(&pass->arena);
}

/* Notes a record that is none any more: nobody has edited it to that. */
static int
note_broken(struct pass *pass, const struct weft_connector_record *record)
{
	const char *fault = NULL;
	int code = record->body.data
	    ? weft__check_object(
	          &pass->json, record->body, &fault, pass->error)
	    : 0;

	return code || !fault ? code : note(pass, record->id);
}

/* Notes a record that the store must have, and has otherwise.  What cannot
 * be read there is not to be mended by writing more. */
static int
compare_record(const struct weft_connector_record *record, void *context)
{
	struct pass *pass = context;
	const char *fault;
	int code;

	if (!record->track.data ||
	    weft__track_decode(record->track, &pass->track, NULL) ||
	    pass->track.seq > pass->tip.seq)
		return 0;
	if (weft__track_differs(&pass->track, record->body))
		return note_broken(pass, record);
	code = weft__stored_fault(pass->store, &pass->tip.oid, pass->name,
	    record->id, record->body, &fault, pass->error);
	if (code == WEFT_EDAMAGED)
		return 0;
	return code || !fault ? code : note(pass, record->id);
}

static int
compare_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	uint64_t before = pass->position;
	int code;

	forget_notes(pass);
	pass->error = error;
	code = transaction->session->ops->scan(transaction->session,
	    pass->model->index, pass->tombstones, &pass->position,
	    WEFT_LIMIT_PAGE_CHANGES, compare_record, pass, error);
	pass->end = pass->position == before;
	return code;
}

/* Gives a record that was noted as broken the body that its changes say, if the
 * store has that; all else of it stays. */
static int
restore_body(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, const struct weft__track *track, uint64_t *found,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record record;
	struct weft__store_record stored;
	int index = pass->model->index;
	int code;

	weft_buf_clear(&pass->body);
	weft_buf_clear(&pass->kept);
	if (weft__store_get(pass->store, &pass->tip.oid, pass->name, id,
	        &stored, &pass->body, NULL) ||
	    stored.deleted ||
	    weft__track_differs(track, weft_buf_slice(&pass->body)))
		return 0;
	code = session->ops->get(session, index, id, &record, error);
	if (code)
		return code;
	/* What the session lent is about to go. */
	code = weft_buf_append_slice(&pass->kept, record.track);
	if (!code && record.hidden.data)
		code = weft_buf_append_slice(&pass->kept, record.hidden);
	if (code)
		return weft_error_set(error, code, "out of memory");
	record.id = id;
	record.body = weft_buf_slice(&pass->body);
	record.track.data = pass->kept.data;
	if (record.hidden.data)
		record.hidden.data = pass->kept.data + record.track.size;
	++*found;
	return weft__repair_replace(
	    session, index, id, &record, error);
}

/* Lists what was noted anew, unless it was written meanwhile. */
static int
list_noted(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	uint64_t found = pass->found;
	struct weft__current current;
	int code = 0;

	for (size_t i = 0; i < pass->length && !code; i++) {
		code = weft__tracker_load(transaction, pass->model,
		    pass->ids[i], &current, error);
		if (code || !current.has_row || !current.has_track ||
		    current.track.seq > pass->tip.seq)
			continue;
		if (weft__track_differs(&current.track, current.body)) {
			code = restore_body(transaction, pass, pass->ids[i],
			    &current.track, &found, error);
			continue;
		}
		found++;
		code = weft__tracker_list_anew(transaction, pass->model,
		    pass->ids[i], &current, error);
	}
	if (!code)
		pass->found = found;
	return code;
}

/* Records or tombstones of the database against the store. */
static int
compare_part(struct pass *pass, bool tombstones, struct weft_error *error)
{
	struct weft_datasource *datasource = pass->model->datasource;
	int code = 0;

	pass->tombstones = tombstones;
	pass->position = 0;
	pass->end = false;
	while (!code && !pass->end) {
		code = weft__datasource_read(
		    datasource, compare_page, pass, error);
		if (!code && pass->length)
			code = weft_datasource_transaction(
			    datasource, list_noted, pass, error);
	}
	return code;
}

/* Leaves of what was noted only what the database does not know. */
static int
keep_missing(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct pass *pass = context;
	struct weft_connector_record record;
	size_t kept = 0;
	int code = 0;

	for (size_t i = 0; i < pass->length; i++) {
		code = session->ops->get(session, pass->model->index,
		    pass->ids[i], &record, error);
		if (code && code != WEFT_ENOTFOUND)
			return code;
		if (code)
			pass->ids[kept++] = pass->ids[i];
	}
	pass->length = kept;
	return 0;
}

/* Writes the record that the store has. */
static int
restore_record(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, struct weft_error *error)
{
	struct weft__json *json = &transaction->json;
	struct weft__current current = {.exists = false};
	struct weft__write write = {.id = id};
	int code = weft__json_scan(json, pass->body.data, pass->body.size,
	    &weft__json_record_limits, error);

	if (!code && json->type != WEFT__JSON_OBJECT)
		code = weft_error_set(
		    error, WEFT_EJSON, "the body is not a JSON object");
	if (code)
		return code;
	weft__track_init(&current.track);
	write.body = weft_buf_slice(&json->text);
	return weft__tracker_write(
	    transaction, pass->model, &write, &current, NULL, error);
}

/* The blob that the record was before the tombstone that is in the tip; zero:
 * the history does not tell. */
static int
find_last_blob(struct pass *pass, struct weft_slice id,
    struct weft__oid *blob, struct weft_error *error)
{
	struct weft__store_history *history;
	struct weft__store_state state = {.deleted = true};
	bool found = false;
	int code = weft__store_history_open(pass->store, &pass->tip.oid,
	    pass->name, id, &history, error);

	memset(blob, 0, sizeof *blob);
	if (code)
		return code;
	while (!code && !(found && !state.deleted) &&
	       !weft__store_history_ended(history))
		code = weft__store_history_next(
		    history, &state, &found, error);
	if (!code && found && !state.deleted)
		*blob = state.blob;
	weft__store_history_close(history);
	return code;
}

/* Deletes anew what the store has a tombstone of.  With the revision that the
 * record had the deletion is no conflict for a peer that has that, too. */
static int
restore_tombstone(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, struct weft_error *error)
{
	struct weft__oid hash, blob;
	struct weft__rev rev;
	int code = find_last_blob(pass, id, &blob, error);

	weft_buf_clear(&pass->body);
	if (!code && !weft__oid_is_zero(&blob))
		code = weft__store_read_blob(
		    pass->store, &blob, &pass->body, error);
	if (code == WEFT_ENOMEM)
		return code;
	if (code || weft__oid_is_zero(&blob))
		return weft__repair_tombstone(
		    transaction, pass->model, id, NULL, NULL, error);
	weft__sha1(pass->body.data, pass->body.size, &hash);
	weft__oid_format(&hash, rev.text);
	rev.size = WEFT__OID_HEX;
	return weft__repair_tombstone(
	    transaction, pass->model, id, &rev, &blob, error);
}

static int
restore_state(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, struct weft_error *error)
{
	struct weft__store_record stored;
	int code;

	weft_buf_clear(&pass->body);
	code = weft__store_get(pass->store, &pass->tip.oid, pass->name, id,
	    &stored, &pass->body, error);
	if (code)
		return code;
	return (stored.deleted ? restore_tombstone : restore_record)(
	    transaction, pass, id, error);
}

/* Whether it says that the store's copy is no good, and not the database. */
static bool
is_unfit(int code)
{
	return code == WEFT_EDAMAGED || code == WEFT_ENOTFOUND ||
	    code == WEFT_EJSON || code == WEFT_ELIMIT;
}

/* Gives back one record that the database still does not know. */
static int
restore_one(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, uint64_t *found, struct weft_error *error)
{
	struct weft__current current;
	struct weft_error why;
	int code = weft__tracker_load(
	    transaction, pass->model, id, &current, error);

	if (code || current.has_row)
		return code;
	/* A trace: it was dropped, which the store may not know yet. */
	if (current.has_track && !pass->is_current)
		return 0;
	if (current.has_track)
		code = weft__tracker_list_anew(
		    transaction, pass->model, id, &current, &why);
	else
		code = restore_state(transaction, pass, id, &why);
	if (is_unfit(code)) {
		weft__log(WEFT_LOG_WARNING, "store",
		    "%s \"%.*s\" cannot be restored from the store: %s",
		    weft_model_name(pass->model), (int)id.size, id.data,
		    why.text);
		return 0;
	}
	if (code)
		return weft_error_set(error, code, "%s", why.text);
	++*found;
	weft__log(WEFT_LOG_INFO, "store", "%s \"%.*s\": restored",
	    weft_model_name(pass->model), (int)id.size, id.data);
	return 0;
}

static int
restore_noted(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	uint64_t found = pass->found;
	int code = 0;

	for (size_t i = 0; i < pass->length && !code; i++)
		code = restore_one(
		    transaction, pass, pass->ids[i], &found, error);
	if (!code)
		pass->found = found;
	return code;
}

/* Restores what the database lacks of the entries that were noted. */
static int
restore_page(struct pass *pass, struct weft_error *error)
{
	struct weft_datasource *datasource = pass->model->datasource;
	int code =
	    weft__datasource_read(datasource, keep_missing, pass, error);

	if (!code && pass->length)
		code = weft_datasource_transaction(
		    datasource, restore_noted, pass, error);
	forget_notes(pass);
	return code;
}

static int
note_entry(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct pass *pass = context;
	int code = note(pass, id);

	return code || pass->length < WEFT_LIMIT_PAGE_CHANGES
	    ? code
	    : restore_page(pass, pass->error);
}

/* A part of the store against the database, as far as it can be read. */
static int
restore_part(struct pass *pass, enum weft__store_part part,
    struct weft_error *error)
{
	int code;

	forget_notes(pass);
	pass->error = error;
	code = weft__store_walk(pass->store, &pass->tip.oid, part, pass->name,
	    note_entry, pass, error);
	if (code && code != WEFT_EDAMAGED)
		return code;
	return restore_page(pass, error);
}

/* Whether the store is of this database's life, and has every write. */
static int
look_at_counters(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	int code = weft__transaction_read_counters(transaction, error);

	pass->is_current = pass->tip.seq == transaction->counters.seq;
	return code;
}

static int
run(struct pass *pass, struct weft_error *error)
{
	struct weft_datasource *datasource = pass->model->datasource;
	struct weft__store_tip tip;
	int code = weft__store_tip(pass->store, &tip, error);

	if (code == WEFT_EDAMAGED)
		return 0; /* there is nothing to go by */
	if (code || !tip.exists ||
	    strcmp(tip.commit.epoch, datasource->epoch) != 0)
		return code;
	pass->tip = tip.commit;
	code =
	    weft__datasource_read(datasource, look_at_counters, pass, error);
	if (!code)
		code = restore_part(pass, WEFT__STORE_LIVE, error);
	if (!code)
		code = restore_part(pass, WEFT__STORE_DELETED, error);
	if (!code)
		code = compare_part(pass, false, error);
	return code ? code : compare_part(pass, true, error);
}

int
weft__repair_by_store(
    struct weft_model *model, uint64_t *count, struct weft_error *error)
{
	struct weft__store *store = model->datasource->store;
	struct pass *pass;
	int code;

	if (!store)
		return 0;
	pass = weft__calloc(1, sizeof *pass);
	if (!pass)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	pass->model = model;
	pass->name = weft_slice(model->definition->name);
	weft_buf_init(&pass->body, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&pass->kept, 2 * WEFT_LIMIT_RECORD_SIZE);
	weft__json_init(&pass->json);
	code = weft__store_open(weft__store_path(store),
	    weft__store_source(store), WEFT__STORE_READ, &pass->store, error);
	if (!code)
		code = run(pass, error);
	*count += pass->found;
	weft__store_close(pass->store);
	weft_buf_fini(&pass->body);
	weft_buf_fini(&pass->kept);
	weft__json_fini(&pass->json);
	weft__arena_fini(&pass->arena);
	weft__free(pass);
	return code;
}
