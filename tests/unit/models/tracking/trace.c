/* Tests of models/tracking/trace.h: a peer mentions a record whose tombstone
 * was dropped. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <weft/source.h>
#include <weft/store.h>
#include <weft/verify.h>

#include "core/base/alloc.h"
#include "core/repl/source.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"
#include "tests/lib/pair.h"

static const struct pair_kinds kinds[] = {
    {FIXTURE_MEMORY_STORE, FIXTURE_SQLITE},
    {FIXTURE_SQLITE, FIXTURE_MEMORY_STORE},
    {FIXTURE_SQLITE, FIXTURE_MEMORY}, /* no store: nothing to compare */
};

#define OF_KIND(test, number, name) \
	{#test " (" name ")", test, NULL, NULL, (void *)&kinds[number]}
#define ALL_KINDS(test) \
	OF_KIND(test, 0, "memory, sqlite"), \
	    OF_KIND(test, 1, "sqlite, memory"), \
	    OF_KIND(test, 2, "sqlite, without a store")

/* Drops all tombstones there are. */
static void
drop(struct party *party, int expected)
{
	struct weft_compaction compaction = WEFT_COMPACTION_INIT;
	struct weft_compaction_result result;

	compaction.tombstone_days = 0;
	fixture_ok(&party->fixture,
	    weft_store_compact(party->fixture.datasource, &compaction,
		&result, &party->fixture.error));
	assert_int_equal(result.tombstones, expected);
}

/* a and b have records "a" and "kept"; a has deleted "a" since, and dropped
 * the tombstone: b has not heard of it. */
static void
open_forgotten(struct pair *pair, void **state)
{
	pair_open_state(pair, state);
	party_put(&pair->a, "a", "1");
	party_put(&pair->a, "kept", "1");
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	fixture_checkpoint(&pair->a.fixture);
	fixture_checkpoint(&pair->b.fixture);
	party_delete(&pair->a, "a");
	drop(&pair->a, 1);
}

/* After one more replication either way nothing is left to be done. */
static void
assert_settled(struct pair *pair, size_t count)
{
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	assert_int_equal(party_sync(&pair->b, &pair->a), 0);
	pair_assert_same(pair, count);
	for (int i = 0; i < 2; i++) {
		party_carry(&pair->a, &pair->b, 0, 0);
		party_carry(&pair->b, &pair->a, 0, 0);
	}
}

/*
 * The peer asks
 */

static void
trace__deletes_the_record_of_an_absent_peer(void **state)
{
	struct pair pair;

	open_forgotten(&pair, state);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	assert_settled(&pair, 1);
	pair_close(&pair);
}

static void
trace__is_a_conflict_if_the_peer_has_changed_it(void **state)
{
	struct pair pair;

	open_forgotten(&pair, state);
	party_put(&pair.b, "a", "2");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_string_equal(party_title(&pair.b, "a"), "2");
	assert_string_equal(party_title(&pair.a, "a"), "-");
	assert_int_equal(party_sync(&pair.b, &pair.a), 1);
	assert_string_equal(party_title(&pair.b, "a"), "2");
	assert_string_equal(party_title(&pair.a, "a"), "-");
	pair_close(&pair);
}

static void
settle(struct party *source, struct party *target,
    enum weft_resolution policy)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;

	how.policy = policy;
	party_replicate(source, target, &how, &result);
	assert_int_equal(result.length, 0);
	assert_int_equal(result.resolved, 1);
	weft_replication_result_fini(&result);
}

static void
trace__lets_a_conflict_be_resolved_either_way(void **state)
{
	struct pair pair;

	for (int i = 0; i < 4; i++) {
		struct party *source, *target;
		const bool deleted = i == 0 || i == 3;

		open_forgotten(&pair, state);
		source = i < 2 ? &pair.a : &pair.b;
		target = i < 2 ? &pair.b : &pair.a;
		party_put(&pair.b, "a", "2");
		settle(source, target, i % 2 ? WEFT_RESOLVE_TARGET
					     : WEFT_RESOLVE_SOURCE);
		assert_int_equal(party_sync(target, source), 0);
		assert_int_equal(party_sync(source, target), 0);
		assert_string_equal(
		    party_title(&pair.a, "a"), deleted ? "-" : "2");
		assert_settled(&pair, deleted ? 1 : 2);
		pair_close(&pair);
	}
}

/* At a, a record was this, then another, then deleted, and its tombstone
 * dropped. */
static void
outlive(struct pair *pair)
{
	fixture_checkpoint(&pair->a.fixture);
	party_put(&pair->a, "a", "2");
	fixture_checkpoint(&pair->a.fixture);
	party_delete(&pair->a, "a");
	party_put(&pair->a, "kept", "1");
	drop(&pair->a, 1);
}

/* What was made from an older state than the one deleted is in doubt. */
static void
trace__is_a_conflict_for_an_older_state(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	party_put(&pair.b, "a", "1");
	outlive(&pair);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_string_equal(party_title(&pair.b, "a"), "1");
	pair_close(&pair);
}

/* But not if it came from there, and nobody has changed it since. */
static void
trace__deletes_an_older_state_that_came_from_there(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	outlive(&pair);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	pair_close(&pair);
}

/* With a filter there is nothing to compare: all changes are read. */
static void
trace__is_mentioned_before_all_changes_are_read(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	open_forgotten(&pair, state);
	how.filter = weft_slice("{\"where\":{\"title\":\"1\"}}");
	party_replicate(&pair.a, &pair.b, &how, &result);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	assert_string_equal(party_change(&pair.a, "a"), "null 1 5");
	pair_close(&pair);
}

/* A source without records is not compared, but has its traces. */
static void
trace__deletes_the_last_record(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_delete(&pair.a, "a");
	drop(&pair.a, 1);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	assert_settled(&pair, 0);
	pair_close(&pair);
}

/*
 * The peer tells
 */

static void
trace__is_not_taken_for_a_new_record(void **state)
{
	struct pair pair;

	open_forgotten(&pair, state);
	party_put(&pair.b, "new", "1");
	for (int i = 0; i < 2; i++) {
		struct weft_replication how = WEFT_REPLICATION_INIT;
		struct weft_replication_result result;

		how.since_source = WEFT_SINCE_ALL;
		party_replicate(&pair.b, &pair.a, &how, &result);
		assert_int_equal(result.length, 0);
		weft_replication_result_fini(&result);
		assert_string_equal(party_title(&pair.a, "a"), "-");
	}
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	assert_settled(&pair, 2);
	pair_close(&pair);
}

/* Replicates from a peer that never was here, and has it from another. */
static void
trace__is_known_when_a_stranger_comes(void **state)
{
	struct party stranger;
	struct pair pair;

	pair_open_state(&pair, state);
	party_open(&stranger, FIXTURE_SQLITE);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_int_equal(party_sync(&pair.b, &stranger), 0);
	fixture_checkpoint(&pair.a.fixture);
	party_delete(&pair.a, "a");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	drop(&pair.a, 1);
	if (pair_has_stores(state))
		drop(&pair.b, 1);
	assert_int_equal(party_sync(&stranger, &pair.a), 0);
	assert_string_equal(party_title(&pair.a, "a"), "-");
	assert_int_equal(party_sync(&pair.a, &stranger), 0);
	assert_string_equal(party_title(&stranger, "a"), "-");
	assert_int_equal(party_sync(&stranger, &pair.b), 0);
	assert_int_equal(party_sync(&pair.b, &stranger), 0);
	assert_settled(&pair, 0);
	party_close(&stranger);
	pair_close(&pair);
}

static void
trace__follows_a_record_that_is_made_anew(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	party_put(&pair.a, "kept", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	fixture_checkpoint(&pair.a.fixture);
	party_delete(&pair.a, "a");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	drop(&pair.a, 1);
	party_put(&pair.a, "a", "2");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "2");
	assert_settled(&pair, 2);
	pair_close(&pair);
}

/* A peer that heard of the deletion makes the record anew. */
static void
trace__takes_what_a_peer_makes_anew(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	party_put(&pair.a, "kept", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	fixture_checkpoint(&pair.a.fixture);
	party_delete(&pair.a, "a");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	drop(&pair.a, 1);
	fixture_checkpoint(&pair.b.fixture);
	party_put(&pair.b, "a", "1"); /* with the same content */
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	assert_string_equal(party_title(&pair.a, "a"), "1");
	assert_settled(&pair, 2);
	pair_close(&pair);
}

/* What is dropped while a replication runs may be missing from what it read:
 * its position counts for nothing. */
struct dropping {
	struct party *party;
	bool done;
};

static int
drop_meanwhile(
    const struct weft_replication_progress *progress, void *context)
{
	struct dropping *dropping = context;

	(void)progress;
	if (dropping->done)
		return 0;
	dropping->done = true;
	party_delete(dropping->party, "a");
	drop(dropping->party, 1);
	return 0;
}

static void
trace__is_not_missed_if_it_came_meanwhile(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct dropping dropping;
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	party_put(&pair.a, "kept", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_put(&pair.a, "kept", "2");
	dropping = (struct dropping){.party = &pair.a};
	how.progress = drop_meanwhile;
	how.progress_context = &dropping;
	party_replicate(&pair.a, &pair.b, &how, &result);
	weft_replication_result_fini(&result);
	assert_true(dropping.done);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	pair_assert_same(&pair, 1);
	pair_close(&pair);
}

/*
 * Single calls, as LoopBack's clients make them
 */

/* What diff says of a change of "a" (see peer_change()): "nothing", "delta" or
 * "conflict". */
static const char *
diff(struct party *party, const char *rev, const char *prev)
{
	struct weft_change_list change = {0}, deltas = {0}, conflicts = {0};
	const char *answer = "nothing";

	add_peer_change(&change, "a", rev, prev);
	fixture_ok(&party->fixture,
	    weft_source_diff(party->source, "Todo", 0, &change, &deltas,
		&conflicts, &party->fixture.error));
	if (deltas.length)
		answer = "delta";
	if (conflicts.length)
		answer = "conflict";
	weft_change_list_fini(&change);
	weft_change_list_fini(&deltas);
	weft_change_list_fini(&conflicts);
	return answer;
}

/* A source that has had record "a" with title 1, and has but a trace of it. */
static void
open_trace(struct party *party, void **state)
{
	const struct pair_kinds *pair = *state;

	party_open(party, pair->a);
	party_put(party, "a", "1");
	fixture_checkpoint(&party->fixture);
	party_delete(party, "a");
	drop(party, 1);
	fixture_checkpoint(&party->fixture);
	assert_string_equal(party_change(party, "a"), "null 1 2");
}

static void
trace_diff__tells_what_a_change_is(void **state)
{
	static const struct {
		const char *rev, *prev, *first, *again;
	} cases[] = {
	    {"1", "-", "nothing", "nothing"},
	    {"1", "0", "nothing", "nothing"},
	    {"2", "1", "conflict", "conflict"},
	    {"2", "-", "conflict", "conflict"},
	    {"0", "-", "conflict", "conflict"},
	    /* LoopBack's null may be any deletion.  After a conflict was shown
	     * it is this one: so LoopBack resolves it. */
	    {"1", NULL, "conflict", "delta"},
	    {"2", NULL, "conflict", "delta"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct party party;

		open_trace(&party, state);
		assert_string_equal(
		    diff(&party, cases[i].rev, cases[i].prev),
		    cases[i].first);
		assert_string_equal(party_change(&party, "a"), "null 1 3");
		assert_string_equal(
		    diff(&party, cases[i].rev, cases[i].prev),
		    cases[i].again);
		party_close(&party);
	}
}

static void
trace_diff__leaves_it_if_the_peer_deleted_the_record(void **state)
{
	struct party party;

	open_trace(&party, state);
	assert_string_equal(diff(&party, NULL, "0"), "nothing");
	assert_string_equal(party_change(&party, "a"), "null 1 2");
	party_close(&party);
}

static size_t
count_changes(struct party *party, int64_t since)
{
	struct weft_change_list list = {0};
	size_t length;

	fixture_ok(&party->fixture,
	    weft_source_changes(party->source, "Todo", since,
		weft_slice(NULL), &list, &party->fixture.error));
	length = list.length;
	for (size_t i = 0; i < length; i++) {
		assert_null(list.changes[i].rev.data);
		assert_true(weft_slice_equal(
		    list.changes[i].model_id, weft_slice("a")));
		assert_true(weft_slice_equal(list.changes[i].prev,
		    weft_slice(title_rev("a", "1"))));
	}
	weft_change_list_fini(&list);
	return length;
}

/* Who was not away for so long that the journal was pruned hears of it in the
 * usual way. */
static void
trace_changes__has_what_the_journal_still_has(void **state)
{
	struct party party;

	open_trace(&party, state);
	assert_int_equal(count_changes(&party, 1), 1);
	assert_int_equal(count_changes(&party, 2), 1);
	assert_int_equal(count_changes(&party, 3), 0);
	assert_int_equal(count_changes(&party, -1), 0);
	party_close(&party);
}

static void
trace_follow__has_what_the_journal_still_has(void **state)
{
	struct weft__follow follow = {
	    .model = "Todo", .limit = 10, .size = 1000};
	struct weft_update_list list = {0};
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	for (int i = 0; i < 2; i++) {
		weft_update_list_fini(&list);
		list = (struct weft_update_list){0};
		fixture_ok(&party.fixture,
		    party.source->ops->follow(party.source, &follow, &list,
			&party.fixture.error));
		assert_int_equal(list.length, 1);
		if (i)
			break;
		party_delete(&party, "a");
		drop(&party, 1);
	}
	assert_int_equal(list.updates->type, WEFT_CHANGE_DELETE);
	assert_true(weft_slice_equal(
	    list.updates->change.model_id, weft_slice("a")));
	weft_update_list_fini(&list);
	party_close(&party);
}

static enum weft_outcome
update(struct party *party, const char *title, const char *prev)
{
	char data[64];
	struct weft_update update = {.change = peer_change("a", title, prev)};
	struct weft_update_list list = {0};
	enum weft_outcome outcome;
	int code;

	snprintf(data, sizeof data, "{\"id\":\"a\",\"title\":\"%s\"}",
	    title ? title : "");
	update.type = weft_change_type(&update.change);
	if (title)
		update.data = weft_slice(data);
	assert_int_equal(weft_update_list_append(&list, &update), 0);
	code = weft_source_bulk_update(party->source, "Todo", &list, &outcome,
	    NULL, &party->fixture.error);
	assert_true(!code || code == WEFT_ECONFLICT);
	weft_update_list_fini(&list);
	return outcome;
}

static void
trace_bulk_update__judges_whoever_did_not_ask(void **state)
{
	const struct {
		const char *title, *prev;
		enum weft_outcome outcome;
		const char *change;
	} cases[] = {
	    {"1", "-", WEFT_OUTCOME_UNCHANGED, "null 1 3"},
	    {"1", "0", WEFT_OUTCOME_UNCHANGED, "null 1 3"},
	    {"2", "-", WEFT_OUTCOME_CONFLICT, "null 1 3"},
	    {"2", "1", WEFT_OUTCOME_CONFLICT, "null 1 3"},
	    {NULL, "1", WEFT_OUTCOME_UNCHANGED, "null 1 2"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct party party;

		open_trace(&party, state);
		assert_int_equal(
		    update(&party, cases[i].title, cases[i].prev),
		    cases[i].outcome);
		assert_string_equal(party_title(&party, "a"), "-");
		assert_string_equal(
		    party_change(&party, "a"), cases[i].change);
		party_close(&party);
	}
}

/* A source that only reads tells the same, and leaves the trace. */
static void
trace_diff__works_on_what_cannot_be_written(void **state)
{
	struct party party;

	open_trace(&party, state);
	party.fixture.datasource->read_only = true;
	assert_string_equal(diff(&party, "1", "-"), "nothing");
	assert_string_equal(party_change(&party, "a"), "null 1 2");
	party.fixture.datasource->read_only = false;
	party_close(&party);
}

static void
trace_diff__survives_each_failed_allocation(void **state)
{
	struct weft_change_list changed = {0}, deltas = {0}, conflicts = {0};
	struct party party;
	int code = WEFT_ENOMEM;

	open_trace(&party, state);
	add_peer_change(&changed, "a", "2", "1");
	for (uint64_t i = 0; code; i++) {
		assert_true(i < 10000);
		weft_change_list_fini(&conflicts);
		weft__alloc_fail_after(i, false);
		code = weft_source_diff(party.source, "Todo", 0, &changed,
		    &deltas, &conflicts, &party.fixture.error);
		weft__alloc_fail_never();
		assert_true(!code || code == WEFT_ENOMEM);
		assert_int_equal(deltas.length, 0);
	}
	assert_int_equal(conflicts.length, 1);
	assert_string_equal(party_change(&party, "a"), "null 1 3");
	weft_change_list_fini(&changed);
	weft_change_list_fini(&deltas);
	weft_change_list_fini(&conflicts);
	party_close(&party);
}

/*
 * Behind our back
 */

static void
trace__is_taken_up_by_what_plain_sql_inserts(void **state)
{
	struct party party;
	char command[256];
	uint64_t found;

	(void)state;
	party_open(&party, FIXTURE_SQLITE);
	party_put(&party, "a", "1");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "a");
	drop(&party, 1);
	fixture_checkpoint(&party.fixture);
	snprintf(command, sizeof command, "sqlite3 %s/db.sqlite \"INSERT INTO "
	    "Todo(weft_id, weft_body) VALUES('a','{\\\"id\\\":\\\"a\\\","
	    "\\\"title\\\":\\\"2\\\"}')\"", party.fixture.directory);
	assert_int_equal(system(command), 0);
	fixture_ok(&party.fixture,
	    weft_model_rectify_all_changes(party.fixture.model, &found,
		&party.fixture.error));
	assert_int_equal(found, 1);
	assert_string_equal(party_change(&party, "a"), "2 null 3");
	party_delete(&party, "a"); /* what the first deletion took away */
	assert_string_equal(party_change(&party, "a"), "null 1 3");
	party_close(&party);
}

struct told {
	int count;
	char text[256];
};

static int
note_problem(const struct weft_problem *problem, void *context)
{
	struct told *told = context;

	told->count++;
	snprintf(told->text, sizeof told->text, "%s", problem->text);
	return 0;
}

static struct told
verify(struct party *party)
{
	struct told told = {0};

	fixture_ok(&party->fixture,
	    weft_model_verify(party->fixture.model, note_problem, NULL, &told,
		NULL,
		&party->fixture.error));
	return told;
}

static void
repair(struct party *party)
{
	uint64_t count;

	fixture_ok(&party->fixture,
	    weft_model_repair(
		party->fixture.model, &count, &party->fixture.error));
	assert_int_equal(count, 1);
	assert_int_equal(verify(party).count, 0);
}

static void
put_value(struct party *party, const char *name, const char *value)
{
	fixture_ok(&party->fixture,
	    weft__datasource_meta_put(party->fixture.datasource,
		weft_slice(name), weft_slice(value), &party->fixture.error));
}

struct named {
	char text[128];
};

static int
note_name(struct weft_slice name, struct weft_slice value, void *context)
{
	struct named *named = context;

	(void)value;
	snprintf(named->text, sizeof named->text, "%.*s", (int)name.size,
	    name.data);
	return 0;
}

/* Damage is found, and mended so that nothing comes back unseen. */
static void
trace__can_be_verified_and_repaired(void **state)
{
	struct named named;
	struct party party;
	struct told told;

	open_trace(&party, state);
	assert_int_equal(verify(&party).count, 0);
	fixture_ok(&party.fixture,
	    weft__datasource_meta_each(party.fixture.datasource,
		weft_slice("trace/Todo/"), note_name, &named,
		&party.fixture.error));
	put_value(&party, named.text, "?");
	told = verify(&party);
	assert_int_equal(told.count, 1);
	assert_non_null(strstr(told.text, "the trace of a deletion"));
	repair(&party);
	assert_string_equal(diff(&party, "1", "-"), "conflict");
	party_close(&party);
}

static void
trace__needs_its_horizon(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
	    {NULL, "below is missing"},
	    {"x", "below is damaged"},
	    {"9999", "below is not reached yet"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct party party;
		struct told told;

		open_trace(&party, state);
		put_value(&party, WEFT__META_HORIZON, cases[i].value);
		told = verify(&party);
		assert_int_equal(told.count, 1);
		assert_non_null(strstr(told.text, cases[i].text));
		repair(&party);
		assert_string_equal(party_change(&party, "a"), "null 1 3");
		party_close(&party);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ALL_KINDS(trace__deletes_the_record_of_an_absent_peer),
	    ALL_KINDS(trace__is_a_conflict_if_the_peer_has_changed_it),
	    ALL_KINDS(trace__lets_a_conflict_be_resolved_either_way),
	    ALL_KINDS(trace__is_a_conflict_for_an_older_state),
	    ALL_KINDS(trace__deletes_an_older_state_that_came_from_there),
	    ALL_KINDS(trace__is_mentioned_before_all_changes_are_read),
	    ALL_KINDS(trace__deletes_the_last_record),
	    ALL_KINDS(trace__is_not_taken_for_a_new_record),
	    ALL_KINDS(trace__is_known_when_a_stranger_comes),
	    ALL_KINDS(trace__follows_a_record_that_is_made_anew),
	    ALL_KINDS(trace__takes_what_a_peer_makes_anew),
	    ALL_KINDS(trace__is_not_missed_if_it_came_meanwhile),
	    ALL_KINDS(trace_diff__tells_what_a_change_is),
	    ALL_KINDS(trace_diff__leaves_it_if_the_peer_deleted_the_record),
	    ALL_KINDS(trace_changes__has_what_the_journal_still_has),
	    ALL_KINDS(trace_follow__has_what_the_journal_still_has),
	    ALL_KINDS(trace_bulk_update__judges_whoever_did_not_ask),
	    ALL_KINDS(trace_diff__works_on_what_cannot_be_written),
	    ALL_KINDS(trace_diff__survives_each_failed_allocation),
	    cmocka_unit_test(trace__is_taken_up_by_what_plain_sql_inserts),
	    ALL_KINDS(trace__can_be_verified_and_repaired),
	    ALL_KINDS(trace__needs_its_horizon),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
