#include "models/tracking/tracker.h"

#include "core/base/hash.h"
#include "models/tracking/permit.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"
#include "models/visible/visible.h"

/* The names that content gives: LoopBack's revision and the store's blob. */
struct names {
	struct weft__oid blob;
	struct weft__rev rev; /* the body's SHA-1 in hex */
};

/* Whether the update tells the body's SHA-1. */
static bool
is_hashed(struct weft_slice body, const struct weft_update *update)
{
	return update && update->has_hashed &&
	       update->data.data == body.data &&
	       update->data.size == body.size;
}

void
weft__body_hash(struct weft_slice body, const struct weft_update *update,
    struct weft__body_hashes *hashes)
{
	weft__object_id("blob", body.data, body.size, &hashes->blob);
	if (!is_hashed(body, update) ||
	    !weft__oid_parse(update->change.rev, &hashes->rev))
		weft__sha1(body.data, body.size, &hashes->rev);
}

static void
name_body(const struct weft__write *write, struct names *names)
{
	struct weft__body_hashes made;
	const struct weft__body_hashes *hashes = write->hashes;

	if (!hashes) {
		weft__body_hash(write->body, write->update, &made);
		hashes = &made;
	}
	names->blob = hashes->blob;
	weft__oid_format(&hashes->rev, names->rev.text);
	names->rev.size = WEFT__OID_HEX;
}

/* Copies what the session lent, as it is about to be asked other things. */
static int
keep_record(struct weft_transaction *transaction,
    const struct weft_connector_record *record,
    struct weft__current *current)
{
	struct weft_buf *kept = &transaction->old_body;
	int code;

	weft_buf_clear(kept);
	code = weft_buf_reserve(kept, record->body.size + record->hidden.size);
	if (code)
		return code;
	current->body = record->body;
	if (record->body.data) {
		code = weft_buf_append_slice(kept, record->body);
		current->body.data = kept->data;
	}
	current->hidden = record->hidden;
	if (!code && record->hidden.data) {
		current->hidden.data = kept->data + kept->size;
		code = weft_buf_append_slice(kept, record->hidden);
	}
	return code;
}

static int
load_record(struct weft_transaction *transaction,
    const struct weft_connector_record *record,
    struct weft__current *current, struct weft_error *error)
{
	int code;

	current->has_row = true;
	current->exists = record->body.data != NULL;
	current->has_track = record->track.data != NULL;
	code = keep_record(transaction, record, current);
	if (code)
		return weft_error_set(error, code, "record %.*s: %s",
		    (int)record->id.size, record->id.data,
		    weft_error_text(code));
	if (current->has_track)
		code = weft__track_decode(record->track, &current->track,
		    error);
	return code;
}

static void
init_current(struct weft__current *current)
{
	current->exists = current->has_row = current->has_track = false;
	current->is_trace = false;
	current->body = weft_slice_of(NULL, 0);
	current->hidden = weft_slice_of(NULL, 0);
	weft__track_init(&current->track);
}

/* What is known of a record that is not there; maybe nothing. */
static int
load_trace(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft__current *current,
    struct weft_error *error)
{
	int code = model->tracked ? weft__trace_find(transaction, model, id,
				  &current->track, error) : WEFT_ENOTFOUND;

	current->is_trace = current->has_track = !code;
	return code == WEFT_ENOTFOUND ? 0 : code;
}

int
weft__tracker_load(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id,
    struct weft__current *current, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record record;
	int code;

	init_current(current);
	code = session->ops->get(session, model->index, id, &record, error);
	if (code == WEFT_ENOTFOUND)
		return load_trace(transaction, model, id, current, error);
	return code ? code : load_record(transaction, &record, current, error);
}

/* K2: the store must be able to build the state as of any journal row, here
 * that of 'seq', which wrote the body that is about to go. */
static int
keep_pending(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, const struct weft__current *current, uint64_t seq,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;

	if (!transaction->datasource->store || !current->has_track)
		return 0;
	if (seq <= transaction->counters.projected)
		return 0;
	return session->ops->pending_put(session, model->index, id, seq,
	    current->body, error);
}

/* Writes the record as 'write' says, with this encoded track row. */
static int
put_record(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft__write *write, const struct weft__current *current,
    struct weft_slice track, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	const struct weft_connector_ops *ops = session->ops;
	struct weft_connector_record record = {
	    write->id, write->body, write->hidden, track};

	if (!write->body.data)
		return ops->bury(session, model->index, write->id, track,
		    error);
	if (write->keep_hidden)
		record.hidden = current->hidden;
	if (current->exists)
		return ops->update(session, model->index, &record, error);
	return ops->insert(session, model->index, &record, current->has_row,
	    error);
}

static int
append_journal(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft__write *write,
    const struct weft__track *track, char op, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_journal_row row = {
	    .seq = track->seq,
	    .model = model->index,
	    .id = write->id,
	    .rev = weft__rev_slice(&track->rev),
	    .op = op,
	    .checkpoint = track->checkpoint,
	    .time_ms = transaction->now_ms,
	    .origin = write->origin,
	    .user = write->user,
	};

	transaction->counters.seq = track->seq;
	return session->ops->journal_append(session, &row, error);
}

static int
encode_track(struct weft_transaction *transaction,
    const struct weft__track *track, struct weft_slice *encoded,
    struct weft_error *error)
{
	int code;

	weft_buf_clear(&transaction->scratch);
	code = weft__track_encode(track, &transaction->scratch);
	*encoded = weft_buf_slice(&transaction->scratch);
	return code ? weft_error_set(error, code, "encode the track row: %s",
			  weft_error_text(code))
		    : 0;
}

/* The write that the track row is told of; 'names' gets the body's names. */
static struct weft__track_write
describe_write(const struct weft_transaction *transaction,
    const struct weft__write *write, struct names *names)
{
	struct weft__track_write told = {
	    .checkpoint = transaction->counters.checkpoint,
	    .seq = transaction->counters.seq + 1,
	};

	if (write->update) {
		told.replicated = true;
		told.generation = write->update->change.generation;
		told.history = write->update->history;
	}
	if (write->body.data) {
		name_body(write, names);
		told.rev = &names->rev;
		told.blob = &names->blob;
	}
	return told;
}

/* A write of the visible part changes nothing, but it may hide other values:
 * they have no revision (DESIGN: they enter neither store nor wire). */
static int
write_hidden(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft__write *write, const struct weft__current *current,
    bool *changed, struct weft_error *error)
{
	struct weft_slice track;
	int code;

	if (!write->body.data || write->keep_hidden ||
	    weft_slice_equal(write->hidden, current->hidden))
		return 0;
	*changed = true;
	code = encode_track(transaction, &current->track, &track, error);
	return code ? code : put_record(transaction, model, write, current,
				 track, error);
}

static char
journal_op(const struct weft__write *write, const struct weft__current *current)
{
	if (!write->body.data)
		return 'd';
	return current->exists ? 'u' : 'c';
}

/* Writes record, track row and journal row of a state that has moved on from
 * that of 'old'. */
static int
put_tracked(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft__write *write, const struct weft__current *current,
    const struct weft__visible_old *old, char op, struct weft_error *error)
{
	struct weft_slice track;
	int code = keep_pending(transaction, model, write->id, current,
	    old->seq, error);

	if (!code)
		code = encode_track(transaction, &current->track, &track,
		    error);
	/* First what may find that there is such a record: who inserts goes on
	 * in the transaction then, with nothing of his written. */
	if (!code)
		code = put_record(transaction, model, write, current, track,
		    error);
	if (!code && weft__visible_is_on(model->definition))
		code = weft__visible_write(transaction, model, write->id,
		    write->body, current->track.seq, old, error);
	if (!code && current->is_trace)
		code = weft__trace_erase(
		    transaction, model, write->id, error);
	return code ? code : append_journal(transaction, model, write,
				 &current->track, op, error);
}

static int
write_tracked(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft__write *write, struct weft__current *current,
    bool *changed, struct weft_error *error)
{
	struct names names;
	struct weft__track_write told = describe_write(transaction, write,
	    &names);
	const struct weft__visible_old old = {
	    current->track.seq, current->track.rev};

	if (!weft__track_apply(&current->track, &told))
		return write_hidden(transaction, model, write, current,
		    changed, error);
	*changed = true;
	return put_tracked(transaction, model, write, current, &old,
	    journal_op(write, current), error);
}

/* K3. */
static int
write_untracked(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft__write *write,
    const struct weft__current *current, bool *changed,
    struct weft_error *error)
{
	if (!write->body.data && !current->exists)
		return 0;
	*changed = true;
	return put_record(transaction, model, write, current,
	    weft_slice_of(NULL, 0), error);
}

int
weft__tracker_write(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft__write *write,
    struct weft__current *current, bool *changed, struct weft_error *error)
{
	bool written = false;
	int code = weft__write_permit(
	    transaction, model, write, current, error);

	if (code)
		return code;
	if (model->tracked)
		code = write_tracked(transaction, model, write, current,
		    &written, error);
	else
		code = write_untracked(transaction, model, write, current,
		    &written, error);
	if (changed)
		*changed = written;
	return code;
}

int
weft__tracker_insert(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft__write *write,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record tombstone;
	struct weft__current current;
	int code;

	init_current(&current);
	code = session->ops->get_tombstone(session, model->index, write->id,
	    &tombstone, error);
	if (!code)
		code = load_record(transaction, &tombstone, &current, error);
	else if (code == WEFT_ENOTFOUND)
		code = load_trace(
		    transaction, model, write->id, &current, error);
	/* A peer's update may be of before the deletion. */
	if (!code && write->update && current.has_track)
		code = WEFT_EEXISTS;
	if (!code)
		code = weft__tracker_write(transaction, model, write, &current,
		    NULL, error);
	if (code == WEFT_EEXISTS)
		weft_error_set(error, code, "Duplicate entry for %s.%.*s",
		    weft_model_name(model),
		    (int)model->definition->id->name.size,
		    model->definition->id->name.data);
	return code;
}

int
weft__tracker_list_anew(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id,
    struct weft__current *current, struct weft_error *error)
{
	struct weft__write write = {
	    .id = id, .body = current->body, .hidden = current->hidden};
	const struct weft__visible_old old = {
	    current->track.seq, current->track.rev};

	current->track.seq = transaction->counters.seq + 1;
	current->track.checkpoint = transaction->counters.checkpoint;
	return put_tracked(transaction, model, &write, current, &old,
	    current->exists ? 'u' : 'd', error);
}

int
weft__tracker_touch(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id, struct weft_error *error)
{
	struct weft__current current;
	int code = weft__tracker_load(transaction, model, id, &current, error);

	if (code || !current.has_track)
		return code;
	return weft__tracker_list_anew(
	    transaction, model, id, &current, error);
}

int
weft__tracker_set_prev(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id, struct weft_slice prev,
    uint32_t generation, struct weft_slice history, struct weft_error *error)
{
	struct weft__current current;
	int code = weft__tracker_load(transaction, model, id, &current, error);

	if (code)
		return code;
	if (!current.has_track)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "No change record found for %s with id %.*s",
		    weft_model_name(model), (int)id.size, id.data);
	if (!weft__track_rebase(
		&current.track, prev, true, generation, history))
		return weft_error_set(error, WEFT_EINVAL,
		    "%.*s is not a revision", (int)prev.size, prev.data);
	return weft__tracker_list_anew(
	    transaction, model, id, &current, error);
}
