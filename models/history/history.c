/*
 * The history of a record: first its states that the store does not have yet,
 * from the database, then those of the store.
 *
 * Between two calls writes and projections go on.  So each step looks for the
 * newest state that is older than what was given already, wherever it is now:
 * a state that moved from the database to the store meanwhile is found there.
 */
#include <weft/history.h>

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/history.h"
#include "models/record/prepare.h"
#include "models/tracking/tracker.h"
#include "models/transaction.h"

/* The user and origin of a write whose journal row is among this many are
 * looked for in the journal, if it still has them. */
#define ROWS 256

/* One state of the record. */
struct state {
	bool deleted;
	struct weft_buf record;
	struct weft__rev rev;
	uint64_t seq, checkpoint_first, checkpoint_last, time_ms;
	char commit[WEFT__OID_HEX + 1];
	struct weft_buf user, origin;
	bool has_user, has_origin;
};

struct weft_history {
	struct weft_model *model;
	struct weft_buf id;
	uint64_t below; /* states with a lower seq are yet to be given */
	struct weft__store_history *stored; /* NULL: not there yet, or none */
	bool is_stored; /* the database has no more of them */
	bool at_end;
	struct state states[3];
	struct state *given, *next, *spare; /* one of these each */
	bool begun;
	bool has_next;
};

static struct weft_slice
id_of(const struct weft_history *history)
{
	return weft_buf_slice(&history->id);
}

static struct weft_slice
model_name(const struct weft_history *history)
{
	return weft_slice(weft_model_name(history->model));
}

static int
copy(struct weft_buf *to, struct weft_slice from, struct weft_error *error)
{
	int code;

	weft_buf_clear(to);
	code = weft_buf_append_slice(to, from);
	return code ? weft_error_set(error, code, "history: %s",
			  weft_error_text(code)) : 0;
}

/*
 * From the journal
 */

/* What is looked for there. */
struct search {
	struct weft_history *history;
	struct state *state;
	struct weft_error *error;
	bool has_rev;
	struct weft__rev rev; /* of the row seen last; empty: a deletion */
};

/* Whether the row only lists the change of the one before it anew. */
static bool
is_repeated(struct search *search, struct weft_slice rev)
{
	struct weft__rev before = search->rev;
	bool had_rev = search->has_rev;

	if (!rev.data || !weft__rev_parse(rev, &search->rev))
		search->rev.size = 0;
	search->has_rev = true;
	return had_rev && weft__rev_equal(&before, &search->rev);
}

/* Takes the record's last row, but not one that repeats another. */
static int
take_row(const struct weft_connector_journal_row *row, void *context)
{
	struct search *search = context;
	struct state *state = search->state;
	int code;

	if (!weft_slice_equal(row->id, id_of(search->history)) ||
	    is_repeated(search, row->rev))
		return 0;
	state->seq = row->seq;
	state->checkpoint_first = state->checkpoint_last = row->checkpoint;
	state->time_ms = row->time_ms;
	state->has_user = row->user.data;
	state->has_origin = row->origin.data;
	code = copy(&state->user, row->user, search->error);
	return code ? code
		    : copy(&state->origin, row->origin, search->error);
}

/* Learns of the state's write from the rows after 'after'. */
static int
read_row(struct weft_transaction *transaction, struct search *search,
    uint64_t after, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;

	return session->ops->journal_read(session,
	    search->history->model->index, after, search->state->seq, ROWS,
	    take_row, search, error);
}

/*
 * From the database
 */

static void
name_record(struct state *state)
{
	struct weft__oid hash;

	weft__sha1(state->record.data, state->record.size, &hash);
	weft__oid_format(&hash, state->rev.text);
	state->rev.size = WEFT__OID_HEX;
}

/* Finds the newest state below history->below and above 'stored'. */
static int
find_unstored(struct weft_transaction *transaction, struct search *search,
    uint64_t stored, bool *found, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_history *history = search->history;
	struct state *state = search->state;
	struct weft__current current;
	struct weft_slice body;
	int code = weft__tracker_load(
	    transaction, history->model, id_of(history), &current, error);

	if (code || !current.has_track)
		return code;
	state->seq = current.track.seq;
	body = current.body;
	if (state->seq >= history->below)
		code = session->ops->pending_get(session,
		    history->model->index, id_of(history),
		    history->below - 1, &state->seq, &body, error);
	*found = !code && state->seq > stored;
	if (!*found)
		return code == WEFT_ENOTFOUND ? 0 : code;
	state->checkpoint_first = current.track.checkpoint;
	state->checkpoint_last = current.track.checkpoint;
	state->time_ms = 0;
	state->deleted = !body.data;
	return copy(&state->record, body, error);
}

static int
read_tip(const struct weft_history *history, struct weft__store_tip *tip,
    struct weft_error *error)
{
	struct weft_datasource *datasource = history->model->datasource;
	int code;

	*tip = (struct weft__store_tip){.exists = false};
	if (!datasource->store)
		return 0;
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_tip(datasource->store, tip, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}

static int
open_stored(struct weft_history *history, const struct weft__store_tip *tip,
    struct weft_error *error)
{
	struct weft_datasource *datasource = history->model->datasource;
	int code;

	history->is_stored = true;
	if (!tip->exists)
		return 0;
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_history_open(datasource->store, &tip->commit.oid,
	    model_name(history), id_of(history), &history->stored, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}

/* The next state from the database; if there is none, the store is opened.
 * The tip is read after the transaction's first look at the database, so what
 * one of them does not have the other does. */
static int
step_unstored(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct search *search = context;
	struct weft_history *history = search->history;
	struct state *state = search->state;
	struct weft__store_tip tip;
	bool found = false;
	int code = weft__transaction_read_counters(transaction, error);

	search->error = error;
	if (!code)
		code = read_tip(history, &tip, error);
	if (!code)
		code = find_unstored(transaction, search, tip.commit.seq,
		    &found, error);
	if (code)
		return code;
	if (!found)
		return open_stored(history, &tip, error);
	history->has_next = true;
	state->commit[0] = '\0';
	name_record(state);
	return read_row(transaction, search, state->seq - 1, error);
}

/*
 * From the store
 */

static int
take_stored(struct weft_history *history, struct state *state,
    const struct weft__store_state *stored, struct weft_error *error)
{
	struct weft__store *store = history->model->datasource->store;

	state->deleted = stored->deleted;
	state->seq = stored->commit.seq;
	state->checkpoint_first = stored->commit.checkpoint_first;
	state->checkpoint_last = stored->commit.checkpoint_last;
	state->time_ms = stored->commit.time_ms;
	weft__oid_format(&stored->commit.oid, state->commit);
	weft_buf_clear(&state->record);
	if (state->deleted)
		return 0;
	return weft__store_read_blob(
	    store, &stored->blob, &state->record, error);
}

struct row_search {
	struct search search;
	uint64_t after;
};

static int
read_row_again(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct row_search *row = context;

	row->search.error = error;
	return read_row(transaction, &row->search, row->after, error);
}

/* Looks through some commits; passes over what was given while it was not in
 * the store yet. */
static int
read_stored(struct weft_history *history, struct state *state,
    struct weft__store_state *stored, struct weft_error *error)
{
	struct weft_datasource *datasource = history->model->datasource;
	bool found;
	int code;

	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_history_next(
	    history->stored, stored, &found, error);
	if (!code && found && stored->commit.seq < history->below) {
		code = take_stored(history, state, stored, error);
		history->has_next = true;
	}
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}

static int
step_stored(struct weft_history *history, struct state *state,
    struct weft_error *error)
{
	struct weft_datasource *datasource = history->model->datasource;
	struct row_search row = {.search = {history, state, error}};
	struct weft__store_state stored;
	int code = 0;

	while (!code && !history->has_next &&
	    !weft__store_history_ended(history->stored))
		code = read_stored(history, state, &stored, error);
	if (code || !history->has_next)
		return code;
	name_record(state);
	row.after = stored.seq_before;
	if (stored.commit.seq - stored.seq_before > ROWS)
		return 0;
	return weft__datasource_read(
	    datasource, read_row_again, &row, error);
}

/*
 * The list
 */

/* Reads the next older state into history->next. */
static int
step(struct weft_history *history, struct weft_error *error)
{
	struct search search = {history, history->next, error};
	int code = 0;

	history->has_next = false;
	history->next->has_user = history->next->has_origin = false;
	if (!history->is_stored)
		code = weft__datasource_read(history->model->datasource,
		    step_unstored, &search, error);
	if (!code && !history->has_next && history->stored)
		code = step_stored(history, history->next, error);
	if (history->has_next)
		history->below = history->next->seq;
	return code;
}

static bool
is_same(const struct state *a, const struct state *b)
{
	return a->deleted == b->deleted &&
	    weft_slice_equal(
		weft_buf_slice(&a->record), weft_buf_slice(&b->record));
}

/* Moves on to the next state: the oldest of those that are alike, for listing
 * a change anew makes no revision. */
static int
advance(struct weft_history *history, struct weft_error *error)
{
	int code = 0;

	do {
		struct state *given = history->given;

		history->given = history->next;
		history->next = history->spare;
		history->spare = given;
		code = step(history, error);
	} while (!code && history->has_next &&
	    is_same(history->given, history->next));
	return code;
}

static struct weft_slice
value_of(const struct weft_buf *buf, bool is_there)
{
	return is_there ? weft_buf_slice(buf) : weft_slice(NULL);
}

static void
show(const struct weft_history *history, struct weft_revision *revision)
{
	const struct state *given = history->given, *older = history->next;
	bool had_record = history->has_next && !older->deleted;

	*revision = (struct weft_revision){
	    .type = given->deleted ? WEFT_CHANGE_DELETE
		: had_record	   ? WEFT_CHANGE_UPDATE
				   : WEFT_CHANGE_CREATE,
	    .record = value_of(&given->record, !given->deleted),
	    .before = value_of(&older->record, had_record),
	    .seq = given->seq,
	    .checkpoint_first = given->checkpoint_first,
	    .checkpoint_last = given->checkpoint_last,
	    .time_ms = given->time_ms,
	    .user = value_of(&given->user, given->has_user),
	    .origin = value_of(&given->origin, given->has_origin),
	};
	if (!given->deleted)
		revision->rev = weft__rev_slice(&given->rev);
	memcpy(revision->commit, given->commit, sizeof given->commit);
}

int
weft_history_next(struct weft_history *history,
    struct weft_revision *revision, bool *found, struct weft_error *error)
{
	int code = 0;

	*found = false;
	if (!history->begun)
		code = step(history, error);
	history->begun = true;
	if (code || !history->has_next)
		return code;
	code = advance(history, error);
	if (code)
		return code;
	*found = true;
	show(history, revision);
	return 0;
}

static void
init_state(struct state *state)
{
	weft_buf_init(&state->record, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&state->user, WEFT_LIMIT_CONFIG_SIZE);
	weft_buf_init(&state->origin, WEFT_LIMIT_CONFIG_SIZE);
}

int
weft_history_open(struct weft_model *model, struct weft_slice id,
    struct weft_history **history, struct weft_error *error)
{
	struct weft_history *made;
	int code = weft__check_id(id, error);

	if (code)
		return code;
	if (!model->tracked)
		return weft_error_set(error, WEFT_EINVAL,
		    "model %s is not tracked", weft_model_name(model));
	made = weft__calloc(1, sizeof *made);
	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->model = model;
	made->below = UINT64_MAX;
	for (size_t i = 0; i < 3; i++)
		init_state(&made->states[i]);
	made->given = &made->states[0];
	made->next = &made->states[1];
	made->spare = &made->states[2];
	weft_buf_init(&made->id, WEFT_LIMIT_ID_SIZE);
	code = copy(&made->id, id, error);
	if (code)
		weft_history_close(made);
	else
		*history = made;
	return code;
}

void
weft_history_close(struct weft_history *history)
{
	if (!history)
		return;
	for (size_t i = 0; i < 3; i++) {
		weft_buf_fini(&history->states[i].record);
		weft_buf_fini(&history->states[i].user);
		weft_buf_fini(&history->states[i].origin);
	}
	weft_buf_fini(&history->id);
	weft__store_history_close(history->stored);
	weft__free(history);
}
