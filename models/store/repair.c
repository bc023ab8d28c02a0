#include "models/store/repair.h"

#include "core/base/limits.h"
#include "models/store/verify.h"
#include "models/tracking/rectify.h"

/* Stands for what a deleted record was, when nobody knows any more. */
#define LOST_REV "lost"

int
weft__transaction_journal_floor(struct weft_transaction *transaction,
    uint64_t *floor, struct weft_error *error)
{
	int code = transaction->writing
	    ? 0
	    : weft__transaction_read_counters(transaction, error);

	return code ? code
	            : weft__journal_floor(transaction->session,
	                &transaction->counters, floor, error);
}

int
weft__repair_suspect(struct weft_connector_session *session,
    const struct weft_model *model,
    const struct weft_connector_record *record, uint64_t floor,
    struct weft__track *track, bool *suspect, struct weft_error *error)
{
	bool found = true;
	int code = 0;

	*suspect = weft__track_decode(record->track, track, NULL) != 0;
	if (!*suspect && track->seq > floor)
		code = weft__journal_has(
		    session, model, record->id, track, &found, error);
	if (!found)
		*suspect = true;
	return code;
}

/* Stores the record without a track row: then it looks like one that was
 * written behind our back. */
static int
drop_track(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record bare = *record;
	struct weft_buf body = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	int code = weft_buf_append_slice(&body, record->body);

	/* What the session lent is about to go. */
	if (!code && record->hidden.data)
		code = weft_buf_append_slice(&body, record->hidden);
	if (code) {
		weft_error_set(error, code, "record \"%.*s\": %s",
		    (int)record->id.size, record->id.data,
		    weft_error_text(code));
	} else {
		bare.body.data = body.data;
		if (record->hidden.data)
			bare.hidden.data = body.data + record->body.size;
		bare.track = weft_slice_of(NULL, 0);
		code = session->ops->update(
		    session, model->index, &bare, error);
	}
	weft_buf_fini(&body);
	return code;
}

int
weft__repair_tombstone(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id,
    const struct weft__rev *rev, const struct weft__oid *blob,
    struct weft_error *error)
{
	struct weft__current current = {.has_row = true, .has_track = true};
	struct weft__write deletion = {.id = id};
	struct weft__rev lost;
	struct weft__track_write written = {
	    .rev = rev ? rev : &lost, .blob = blob};

	if (!weft__rev_parse(weft_slice(LOST_REV), &lost))
		return WEFT_EINVAL;
	weft__track_init(&current.track);
	weft__track_apply(&current.track, &written);
	return weft__tracker_write(
	    transaction, model, &deletion, &current, NULL, error);
}

/* Makes a track row that cannot be read anew. */
static int
mend_track(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft_connector_record *record, uint64_t *found,
    struct weft_error *error)
{
	struct weft_slice id = record->id;
	int code;

	if (record->body.data) {
		code = drop_track(transaction, model, record, error);
		return code ? code
		            : weft__rectify(
		                transaction, model, id, found, error);
	}
	++*found;
	return weft__repair_tombstone(
	    transaction, model, id, NULL, NULL, error);
}

/* The highest numbers seen. */
struct highest {
	struct weft__track track;
	uint64_t seq, checkpoint;
	size_t seen;
};

static int
note_numbers(const struct weft_connector_record *record, void *context)
{
	struct highest *highest = context;

	highest->seen++;
	if (!record->track.data ||
	    weft__track_decode(record->track, &highest->track, NULL))
		return 0;
	if (highest->track.seq > highest->seq)
		highest->seq = highest->track.seq;
	if (highest->track.checkpoint > highest->checkpoint)
		highest->checkpoint = highest->track.checkpoint;
	return 0;
}

static int
find_highest(struct weft_transaction *transaction,
    const struct weft_model *model, bool tombstones, struct highest *highest,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t position = 0;
	int code;

	do {
		highest->seen = 0;
		code = session->ops->scan(session, model->index, tombstones,
		    &position, WEFT_LIMIT_PAGE_CHANGES, note_numbers, highest,
		    error);
	} while (!code && highest->seen);
	return code;
}

static int
raise_counters(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct weft_datasource *datasource = context;
	struct highest highest = {.seq = 0};
	int code = 0;

	for (size_t i = 0; !code && i < datasource->models_length; i++) {
		const struct weft_model *model = datasource->models[i];

		if (!model->tracked)
			continue;
		code = find_highest(
		    transaction, model, false, &highest, error);
		if (!code)
			code = find_highest(
			    transaction, model, true, &highest, error);
	}
	return code ? code
	            : weft__transaction_jump(transaction, highest.seq,
	                highest.checkpoint, error);
}

int
weft__repair_counters(
    struct weft_datasource *datasource, struct weft_error *error)
{
	return weft_datasource_transaction(
	    datasource, raise_counters, datasource, error);
}

/* Lists a change that the journal lacks anew. */
static int
mend_journal(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, uint64_t *found, struct weft_error *error)
{
	struct weft__current current;
	uint64_t floor;
	bool listed = true;
	int code = weft__tracker_load(transaction, model, id, &current, error);

	if (!code)
		code = weft__transaction_journal_floor(
		    transaction, &floor, error);
	if (code || !current.has_track || current.track.seq <= floor)
		return code;
	code = weft__journal_has(transaction->session, model, id,
	    &current.track, &listed, error);
	if (code || listed)
		return code;
	++*found;
	return weft__tracker_touch(transaction, model, id, error);
}

int
weft__repair(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, uint64_t *found, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record record;
	struct weft__track track;
	uint64_t before = *found;
	int code = session->ops->get(session, model->index, id, &record, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	record.id = id;
	if (record.track.data &&
	    weft__track_decode(record.track, &track, NULL))
		return mend_track(transaction, model, &record, found, error);
	code = weft__rectify(transaction, model, id, found, error);
	return code || *found != before
	    ? code
	    : mend_journal(transaction, model, id, found, error);
}
