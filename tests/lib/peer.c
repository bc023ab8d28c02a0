#include "tests/lib/peer.h"

#include <stdio.h>

#include "core/repl/bulk.h"
#include "core/repl/diff.h"

static struct peer *
get_peer(struct weft_source *source)
{
	return (struct peer *)source;
}

static struct weft_slice
model_name(void)
{
	return weft_slice("Item");
}

struct peer_record *
peer_find(struct peer *peer, const char *id)
{
	for (size_t i = 0; i < peer->length; i++)
		if (strcmp(peer->records[i].id, id) == 0)
			return &peer->records[i];
	return NULL;
}

/* The id with a NUL: static until the next call. */
static const char *
text_of(struct weft_slice id)
{
	static char text[PEER_TEXT];

	assert_true(id.size < sizeof text);
	snprintf(text, sizeof text, "%.*s", (int)id.size, id.data);
	return text;
}

/* As peer_find() for text without a NUL. */
static struct peer_record *
find(struct peer *peer, struct weft_slice id)
{
	return peer_find(peer, text_of(id));
}

static struct peer_trace *
find_trace(struct peer *peer, struct weft_slice id)
{
	for (size_t i = 0; i < peer->traces_length; i++)
		if (weft_slice_equal(weft_slice(peer->traces[i].id), id))
			return &peer->traces[i];
	return NULL;
}

static void
recall(const struct peer *peer, struct peer_trace *trace,
    struct weft__track *track)
{
	weft__trace_recall(&trace->trace, peer->horizon - 1, track);
}

const struct weft__track *
peer_track(struct peer *peer, const char *id, struct weft__track *recalled)
{
	struct peer_record *record = peer_find(peer, id);
	struct peer_trace *trace = find_trace(peer, weft_slice(id));

	if (record || !trace)
		return record ? &record->track : NULL;
	recall(peer, trace, recalled);
	return recalled;
}

void
peer_drop(struct peer *peer, const char *id)
{
	struct peer_record *record = peer_find(peer, id);
	struct peer_trace made;

	if (!record || *record->body ||
	    !weft__trace_of(&record->track, &made.trace))
		return;
	snprintf(made.id, sizeof made.id, "%s", id);
	peer->traces[peer->traces_length++] = made;
	if (record->track.checkpoint >= peer->horizon)
		peer->horizon = record->track.checkpoint + 1;
	*record = peer->records[--peer->length];
}

static struct peer_record *
find_or_add(struct peer *peer, struct weft_slice id)
{
	struct peer_record *record = find(peer, id);
	struct peer_trace *trace;

	if (record)
		return record;
	assert_true(peer->length < PEER_RECORDS && id.size < PEER_TEXT);
	record = &peer->records[peer->length++];
	snprintf(record->id, sizeof record->id, "%.*s", (int)id.size, id.data);
	record->body[0] = '\0';
	weft__track_init(&record->track);
	trace = find_trace(peer, id);
	if (trace) {
		recall(peer, trace, &record->track);
		*trace = peer->traces[--peer->traces_length];
	}
	return record;
}

/* Makes a tombstone of a trace again, which the change has mentioned. */
static void
revive(struct peer *peer, const struct weft_change *change)
{
	struct peer_record *record = find_or_add(peer, change->model_id);

	weft__trace_learn(&record->track, change);
	record->track.checkpoint = peer->checkpoint;
	record->track.seq = ++peer->seq;
	peer->revived++;
}

const char *
peer_get(struct peer *peer, const char *id)
{
	struct peer_record *record = peer_find(peer, id);

	return record ? record->body : "";
}

const char *
peer_rev(const char *body)
{
	static char text[WEFT__OID_HEX + 1];
	struct weft__oid oid;

	if (!*body)
		return "";
	weft__sha1(body, strlen(body), &oid);
	weft__oid_format(&oid, text);
	return text;
}

/* Writes the body (no value: a deletion) and its track row: for a peer's
 * update, or for a user (NULL). */
static bool
write_record(struct peer *peer, struct peer_record *record,
    struct weft_slice body, const struct weft_update *update)
{
	struct weft__track_write write = {
	    .checkpoint = peer->checkpoint,
	    .seq = peer->seq + 1,
	    .replicated = update != NULL,
	    .history = update ? update->history : weft_slice(NULL),
	    .generation = update ? update->change.generation : 0,
	};
	struct weft__oid hash, blob;
	struct weft__rev rev;

	if (body.data) {
		weft__sha1(body.data, body.size, &hash);
		weft__object_id("blob", body.data, body.size, &blob);
		rev.size = WEFT__OID_HEX;
		weft__oid_format(&hash, rev.text);
		write.rev = &rev;
		write.hash = &hash;
		write.blob = &blob;
	}
	if (!weft__track_apply(&record->track, &write))
		return false;
	assert_true(body.size < sizeof record->body);
	snprintf(record->body, sizeof record->body, "%.*s", (int)body.size,
	    body.data ? body.data : "");
	peer->seq++;
	return true;
}

bool
peer_put(struct peer *peer, const char *id, const char *body)
{
	return write_record(peer, find_or_add(peer, weft_slice(id)),
	    weft_slice(*body ? body : NULL), NULL);
}

void
peer_rebase(struct peer *peer, const char *id, const char *prev,
    uint32_t generation, struct weft_slice history)
{
	struct weft__track *track = &find_or_add(peer, weft_slice(id))->track;

	assert_true(weft__track_rebase(
	    track, weft_slice(*prev ? prev : NULL), true, generation,
	    history));
	track->checkpoint = peer->checkpoint;
	track->seq = ++peer->seq;
}

void
peer_assert_row(const struct peer_record *record)
{
	const struct weft__track *track = &record->track;
	struct weft_buf row = WEFT_BUF_INIT(4096), again = WEFT_BUF_INIT(4096);
	struct weft__track copy;

	assert_int_equal(weft__track_encode(track, &row), 0);
	assert_int_equal(
	    weft__track_decode(weft_buf_slice(&row), &copy, NULL), 0);
	assert_int_equal(weft__track_encode(&copy, &again), 0);
	assert_true(weft_slice_equal(
	    weft_buf_slice(&row), weft_buf_slice(&again)));
	assert_true(weft__rev_equal(&copy.rev, &track->rev));
	weft_buf_fini(&row);
	weft_buf_fini(&again);
}

/* Counts the call, and lets the test have its say. */
static int
begin(struct peer *peer, enum peer_call call, size_t length,
    struct weft_error *error)
{
	unsigned index = peer->calls[call]++;
	int code = 0;

	if (length > peer->longest[call])
		peer->longest[call] = length;
	if (peer->before)
		code = peer->before(peer, call, index, peer->context);
	if (code)
		weft_error_set(error, code, "%s: call %d.%u", peer->name,
		    (int)call, index);
	return code;
}

static const char *
peer_epoch(struct weft_source *source)
{
	return get_peer(source)->name;
}

static int
peer_checkpoint(
    struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	struct peer *peer = get_peer(source);
	int code = begin(peer, PEER_CHECKPOINT, 0, error);

	if (!code)
		*seq = ++peer->checkpoint;
	return code;
}

static int
peer_current_checkpoint(
    struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	*seq = get_peer(source)->checkpoint;
	return 0;
}

/* The record with the lowest sequence above 'seq', or NULL. */
static struct peer_record *
next_by_seq(struct peer *peer, uint64_t seq)
{
	struct peer_record *next = NULL;

	for (size_t i = 0; i < peer->length; i++) {
		struct peer_record *record = &peer->records[i];

		if (record->track.seq > seq &&
		    (!next || record->track.seq < next->track.seq))
			next = record;
	}
	return next;
}

/* In the order of the journal: what changes meanwhile comes up again. */
static int
peer_changes(struct weft_source *source, const char *model, int64_t since,
    struct weft_slice filter, size_t limit, struct weft__page_token *token,
    struct weft_change_list *list, struct weft_error *error)
{
	struct peer *peer = get_peer(source);
	int code = begin(peer, PEER_CHANGES, limit, error);
	struct peer_record *record;
	struct weft_change change;

	if (code)
		return code;
	while ((record = next_by_seq(peer, token->position))) {
		if (!limit--)
			return 0;
		token->position = record->track.seq;
		if (since >= 0 && record->track.checkpoint < (uint64_t)since) {
			limit++;
			continue;
		}
		weft__track_change(&record->track, model_name(),
		    weft_slice(record->id), &change);
		if (peer->forgetful)
			change.generation = 0;
		if ((code = weft_change_list_append(list, &change)))
			return code;
	}
	token->end = true;
	return 0;
}

/* Compares one change with the record, or with what a trace recalls. */
static int
diff_one(struct peer *peer, const struct weft_change *change, int64_t since,
    struct weft__diff *diff)
{
	const bool is_trace = find_trace(peer, change->model_id) != NULL;
	enum weft__diff_outcome outcome;
	struct weft__track recalled;
	const struct weft__track *track =
	    peer_track(peer, text_of(change->model_id), &recalled);
	struct weft_change out;
	int code = 0;

	outcome = (is_trace ? weft__diff_trace : weft__diff_change)(
	    change, track, since, model_name(), &out);
	if (outcome == WEFT__DIFF_DELTA)
		code = weft_change_list_append(&diff->deltas, &out);
	else if (outcome == WEFT__DIFF_CONFLICT)
		code = weft_change_list_append(&diff->conflicts, &out);
	if (is_trace && change->rev.data)
		revive(peer, change);
	return code;
}

static int
peer_diff(struct weft_source *source, const char *model, int64_t since,
    const struct weft_change *changes, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	struct peer *peer = get_peer(source);
	int code = begin(peer, PEER_DIFF, length, error);

	for (size_t i = 0; i < length && !code; i++)
		code = diff_one(peer, &changes[i], since, diff);
	return code;
}

static int
peer_relate(struct weft_source *source, const char *model,
    const struct weft_change *changes, size_t length,
    enum weft__relation *relations, struct weft_error *error)
{
	struct peer *peer = get_peer(source);
	int code = begin(peer, PEER_RELATE, length, error);

	for (size_t i = 0; i < length && !code; i++) {
		const struct weft_change *change = &changes[i];
		const bool is_trace = find_trace(peer, change->model_id);
		struct weft__track recalled;

		relations[i] =
		    (is_trace ? weft__diff_relate_trace : weft__diff_relate)(
			change, peer_track(
			    peer, text_of(change->model_id), &recalled));
	}
	return code;
}

static int
peer_create_updates(struct weft_source *source, const char *model,
    const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	struct peer *peer = get_peer(source);
	int code = begin(peer, PEER_CREATE_UPDATES, length, error);

	for (size_t i = 0; i < length && !code; i++) {
		struct peer_record *record = find(peer, deltas[i].model_id);
		struct weft__track recalled;
		const struct weft__track *track = peer_track(
		    peer, text_of(deltas[i].model_id), &recalled);
		struct weft_buf history = WEFT_BUF_INIT(8192);
		struct weft_update update = {
		    .type = weft_change_type(&deltas[i]),
		    .change = deltas[i],
		};

		if (update.type != WEFT_CHANGE_DELETE) {
			if (!record || !*record->body)
				continue;
			update.data = weft_slice(record->body);
		}
		if (track && !peer->forgetful)
			code = weft__track_history(track, &history);
		if (history.size)
			update.history = weft_buf_slice(&history);
		if (!code)
			code = weft_update_list_append(list, &update);
		weft_buf_fini(&history);
	}
	return code;
}

/* As models/source/local_bulk.c decides. */
static enum weft__bulk_action
decide(struct peer *peer, const struct weft_update *update)
{
	const struct weft_change *change = &update->change;
	struct weft__track recalled;
	const struct weft__track *track =
	    peer_track(peer, text_of(change->model_id), &recalled);
	struct weft_change out;

	if (!find_trace(peer, change->model_id))
		return weft__bulk_decide(update, track);
	switch (weft__diff_trace(change, track, -1, model_name(), &out)) {
	case WEFT__DIFF_DELTA:
		return change->rev.data ? WEFT__BULK_WRITE : WEFT__BULK_LEARN;
	case WEFT__DIFF_CONFLICT:
		revive(peer, change);
		return WEFT__BULK_CONFLICT;
	case WEFT__DIFF_NOTHING:
		break;
	}
	if (change->rev.data)
		revive(peer, change);
	return WEFT__BULK_NOTHING;
}

static enum weft_outcome
apply_update(struct peer *peer, const struct weft_update *update)
{
	struct peer_record *record;
	enum weft__bulk_action action;

	if (weft_slice_equal(
		update->change.model_id, weft_slice(peer->refused)))
		return WEFT_OUTCOME_REFUSED;
	action = decide(peer, update);
	if (action == WEFT__BULK_CONFLICT)
		return WEFT_OUTCOME_CONFLICT;
	if (action == WEFT__BULK_NOTHING)
		return WEFT_OUTCOME_UNCHANGED;
	record = find_or_add(peer, update->change.model_id);
	return write_record(peer, record, update->data, update) &&
	    action != WEFT__BULK_LEARN ?
	    WEFT_OUTCOME_APPLIED : WEFT_OUTCOME_UNCHANGED;
}

static int
peer_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	struct peer *peer = get_peer(source);
	int code = begin(peer, PEER_BULK_UPDATE, parts->length, error);

	assert_int_equal(length, 1);
	for (size_t i = 0; i < parts->length && !code; i++)
		parts->outcomes[i] = apply_update(peer, &parts->updates[i]);
	return code;
}

static const struct weft__source_ops peer_ops = {
    .version = 1,
    .epoch = peer_epoch,
    .checkpoint = peer_checkpoint,
    .current_checkpoint = peer_current_checkpoint,
    .changes = peer_changes,
    .diff = peer_diff,
    .create_updates = peer_create_updates,
    .bulk_update = peer_bulk_update,
    .relate = peer_relate,
};

void
peer_init(struct peer *peer, const char *name)
{
	*peer = (struct peer){
	    .source = {&peer_ops},
	    .name = name,
	    .checkpoint = 1,
	};
}
