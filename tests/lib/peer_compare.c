#include "tests/lib/peer_compare.h"

#include <stdio.h>

#include "tests/lib/record_set.h"

/* The peer's records as a set. */
static void
make_set(struct peer *peer, struct record_set *set)
{
	char id[32];

	record_set_init(set);
	for (int i = 0; i < PEER_COMPARE_MORE; i++) {
		snprintf(id, sizeof id, "more-%d", i);
		record_set_put(set, id, 0);
	}
	for (size_t i = 0; i < peer->length; i++) {
		const struct peer_record *record = &peer->records[i];
		struct weft__oid blob;

		if (!*record->body)
			continue;
		weft__object_id(
		    "blob", record->body, strlen(record->body), &blob);
		record_set_put(set, record->id, 0);
		record_set_find(set, record->id)->blob = blob;
	}
}

static bool
has_hash(const char *id, uint64_t hash)
{
	struct weft__oid oid;

	weft__sha1(id, strlen(id), &oid);
	return weft__oid_prefix(&oid) == hash;
}

/* What is known of the record with this hash: the change, with its id unless
 * it is a trace.  Static until the next call. */
static bool
find_change(struct peer *peer, uint64_t hash, struct weft_change *change)
{
	static struct weft__track recalled;

	for (size_t i = 0; i < peer->length; i++) {
		const struct peer_record *record = &peer->records[i];

		if (!has_hash(record->id, hash) ||
		    record->track.tree.current < 0)
			continue;
		weft__track_change(&record->track, weft_slice(NULL),
		    weft_slice(record->id), change);
		return true;
	}
	for (size_t i = 0; i < peer->traces_length; i++) {
		const char *id = peer->traces[i].id;

		if (!has_hash(id, hash))
			continue;
		weft__track_change(peer_track(peer, id, &recalled),
		    weft_slice(NULL), weft_slice(NULL), change);
		return true;
	}
	return false;
}

/* The changes of the peer's records, live or deleted. */
static int
tell_changes(struct peer *peer, const struct weft__question *question,
    struct weft_buf *answer)
{
	struct weft__wire hashes = question->rest;
	uint64_t hash;
	int code = 0;

	for (size_t i = 0; !code && weft__wire_fixed(&hashes, 8, &hash); i++) {
		const bool knows_id = weft__question_knows(question, i);
		struct weft_change change = {.checkpoint = 0};
		bool found = find_change(peer, hash, &change) &&
		    (knows_id || change.model_id.data);

		if (peer->forgetful)
			change.generation = 0;
		code = found ? weft__tell_change(
			answer, &change, !knows_id, false) :
		    weft__tell_no_change(answer);
	}
	return code;
}

int
peer_compare_answer(struct weft_source *source, const char *model,
    struct weft_slice bytes, struct weft_buf *answer, struct weft_error *error)
{
	struct peer *peer = (struct peer *)source;
	struct weft__question question;
	struct record_set set;
	int code = weft__question_parse(bytes, &question, error);

	if (!code && peer->before)
		code = peer->before(peer, PEER_CHANGES, 0, peer->context);
	if (code)
		return weft_error_set(error, code, "%s: compare", peer->name);
	if (question.ask == WEFT__ASK_CHANGES)
		return tell_changes(peer, &question, answer);
	make_set(peer, &set);
	code = set.source.ops->reconcile(
	    &set.source, model, bytes, answer, error);
	record_set_fini(&set);
	return code;
}

static int
begin(struct peer_compare *compare, struct weft_error *error)
{
	compare->due = false;
	compare->done = true;
	weft__reconcile_init(&compare->reconcile, &compare->options);
	return weft__reconcile_run(
	    &compare->reconcile, compare->parties, error);
}

static int
give(struct peer_compare *compare, size_t limit, struct weft_change_list *list)
{
	const struct weft_change_list *read = &compare->reconcile.changes;
	int code = 0;

	while (!code && compare->given < read->length && list->length < limit) {
		struct weft_change change = read->changes[compare->given++];

		change.model = weft_slice(compare->parties[0].model);
		code = weft_change_list_append(list, &change);
	}
	return code;
}

int
peer_compare_changes(struct peer_compare *compare, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list, bool *taken,
    struct weft_error *error)
{
	int code = compare->due ? begin(compare, error) : 0;

	*taken = compare->done && !code &&
	    compare->reconcile.outcome != WEFT__RECONCILE_UNABLE;
	if (!*taken)
		return code;
	code = give(compare, limit, list);
	while (!code && list->length < limit &&
	    weft__reconcile_read(&compare->reconcile)) {
		compare->given = 0;
		code = weft__reconcile_run(
		    &compare->reconcile, compare->parties, error);
		if (!code)
			code = give(compare, limit, list);
	}
	token->end = list->length < limit;
	return code;
}

void
peer_compare_fini(struct peer_compare *compare)
{
	if (compare->done)
		weft__reconcile_fini(&compare->reconcile);
	*compare = (struct peer_compare){.due = false};
}
