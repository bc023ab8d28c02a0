/* Tests of dropping tombstones: which ones go, and what is left of them in
 * database and store. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <weft/source.h>
#include <weft/store.h>
#include <weft/verify.h>

#include "core/base/alloc.h"
#include "core/store/store.h"
#include "models/store/forget.h"
#include "models/tracking/live.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"
#include "tests/lib/pair.h"

#define DAY_MS 86400000

/* Both kinds of database, with stores. */
static const struct pair_kinds kinds[] = {
    {FIXTURE_MEMORY_STORE, FIXTURE_SQLITE},
    {FIXTURE_SQLITE, FIXTURE_MEMORY_STORE},
};

#define BOTH_WAYS(test) \
	{#test " (memory)", test, NULL, NULL, (void *)&kinds[0]}, \
	{#test " (sqlite)", test, NULL, NULL, (void *)&kinds[1]}

static const char *const store_kinds[] = {
    FIXTURE_MEMORY_STORE, FIXTURE_SQLITE};

#define ON_EACH_STORE(test) \
	{#test " (memory)", test, NULL, NULL, (void *)&store_kinds[0]}, \
	{#test " (sqlite)", test, NULL, NULL, (void *)&store_kinds[1]}

static void
project(struct party *party)
{
	fixture_ok(&party->fixture,
	    weft_datasource_project(
		party->fixture.datasource, &party->fixture.error));
}

/* Compacts by the rule (days -1: none); returns how many tombstones went. */
static int
compact(struct party *party, bool heard, int64_t days)
{
	struct weft_compaction compaction = WEFT_COMPACTION_INIT;
	struct weft_compaction_result result;

	compaction.drop_heard = heard;
	compaction.tombstone_days = days;
	fixture_ok(&party->fixture,
	    weft_store_compact(party->fixture.datasource, &compaction,
		&result, &party->fixture.error));
	return (int)result.tombstones;
}

/* A record that came and went, in the store. */
static void
put_and_delete(struct party *party, const char *id)
{
	party_put(party, id, "x");
	party_delete(party, id);
	project(party);
}

static int
count_entry(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	(void)id;
	(void)blob;
	++*(int *)context;
	return 0;
}

/* How many tombstones the newest commit has. */
static int
count_stored(struct party *party)
{
	struct weft__store *store = party->fixture.datasource->store;
	int count = 0;

	fixture_ok(&party->fixture,
	    weft__store_walk(store, NULL, WEFT__STORE_DELETED,
		weft_slice("Todo"), count_entry, &count,
		&party->fixture.error));
	return count;
}

static int
fail_on_problem(const struct weft_problem *problem, void *context)
{
	fail_msg("%s", problem->text);
	return 0;
}

static void
assert_sound(struct party *party)
{
	struct fixture *fixture = &party->fixture;

	fixture_ok(fixture, weft_model_verify(fixture->model,
				fail_on_problem, NULL, NULL, NULL,
				&fixture->error));
	fixture_ok(fixture, weft_store_verify(fixture->datasource, true,
				fail_on_problem, NULL, NULL, NULL,
				&fixture->error));
}

static void
forget__waits_until_all_peers_have_heard(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	party_put(&pair.a, "b", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_delete(&pair.a, "a");
	assert_int_equal(compact(&pair.a, true, -1), 0);
	assert_int_equal(count_stored(&pair.a), 1);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_int_equal(compact(&pair.a, true, -1), 1);
	assert_int_equal(count_stored(&pair.a), 0);
	assert_int_equal(compact(&pair.a, true, -1), 0);
	assert_sound(&pair.a);
	pair_assert_same(&pair, 1);
	party_carry(&pair.a, &pair.b, 0, 0);
	party_carry(&pair.b, &pair.a, 0, 0);
	pair_close(&pair);
}

/* Nobody has heard of anything if there is nobody. */
static void
forget__needs_somebody_to_have_heard(void **state)
{
	struct party party;

	party_open_state(&party, state);
	put_and_delete(&party, "a");
	assert_int_equal(compact(&party, true, -1), 0);
	party_close(&party);
}

static void
forget__waits_for_each_consumer(void **state)
{
	struct fixture *fixture;
	struct party party;

	party_open_state(&party, state);
	fixture = &party.fixture;
	put_and_delete(&party, "a"); /* 1, 2 */
	fixture_ok(fixture, weft_consumer_set(fixture->datasource, "slow",
				"owner", 1, &fixture->error));
	fixture_ok(fixture, weft_consumer_set(fixture->datasource, "fast",
				"owner", 2, &fixture->error));
	assert_int_equal(compact(&party, true, -1), 0);
	fixture_ok(fixture, weft_consumer_set(fixture->datasource, "slow",
				"owner", 2, &fixture->error));
	assert_int_equal(compact(&party, true, -1), 1);
	party_close(&party);
}

static void
forget__drops_what_is_old_whoever_has_heard(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	party_put(&pair.a, "b", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_delete(&pair.a, "a");
	project(&pair.a);
	pair.a.fixture.now_ms += 10 * (uint64_t)DAY_MS;
	party_delete(&pair.a, "b");
	assert_int_equal(compact(&pair.a, false, 11), 0);
	assert_int_equal(compact(&pair.a, false, 10), 1);
	assert_int_equal(compact(&pair.a, false, 10), 0);
	assert_int_equal(count_stored(&pair.a), 1);
	pair.a.fixture.now_ms += 10 * (uint64_t)DAY_MS;
	assert_int_equal(compact(&pair.a, false, 10), 1);
	assert_sound(&pair.a);
	pair_close(&pair);
}

/* The history that knows how old a tombstone is may be gone before it. */
static void
forget__knows_ages_although_history_is_cut(void **state)
{
	struct weft_compaction compaction = WEFT_COMPACTION_INIT;
	struct weft_compaction_result result;
	struct fixture *fixture;
	struct party party;
	uint64_t dropped = 0;

	party_open_state(&party, state);
	fixture = &party.fixture;
	put_and_delete(&party, "a");
	compaction.keep_days = 1;
	compaction.tombstone_days = 30;
	for (int day = 0; day < 32; day++) {
		assert_int_equal(dropped, 0);
		fixture_put(fixture, "{\"id\":\"b\",\"title\":\"x\"}");
		fixture_delete(fixture, "b");
		fixture_ok(fixture,
		    weft_store_compact(fixture->datasource, &compaction,
			&result, &fixture->error));
		dropped += result.tombstones;
		fixture->now_ms += DAY_MS;
	}
	assert_int_equal(dropped, 1);
	party_close(&party);
}

static void
forget__takes_its_rule_from_the_settings(void **state)
{
	static const char settings[] =
	    "{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\","
	    "\"tombstoneDays\":0,\"dropHeardTombstones\":false}";
	struct weft_compaction_result result;
	struct party party;

	party_open(&party, FIXTURE_SQLITE);
	put_and_delete(&party, "a");
	fixture_ok(&party.fixture,
	    weft_store_compact(party.fixture.datasource, NULL, &result,
		&party.fixture.error));
	assert_int_equal(result.tombstones, 0);
	party_reopen(&party, settings);
	fixture_ok(&party.fixture,
	    weft_store_compact(party.fixture.datasource, NULL, &result,
		&party.fixture.error));
	assert_int_equal(result.tombstones, 1);
	party_close(&party);
}

static void
assert_refused(const char *settings, const char *what)
{
	struct weft_datasource *datasource;
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_MEMORY);
	assert_int_equal(
	    weft_registry_add_datasource(fixture.registry, "other",
		weft_slice(settings), fixture.directory, &datasource,
		&fixture.error),
	    WEFT_ECONFIG);
	assert_non_null(strstr(fixture.error.text, what));
	fixture_close(&fixture);
}

static void
forget__refuses_settings_that_are_none(void **state)
{
	assert_refused("{\"connector\":\"memory\",\"tombstoneDays\":-1}",
	    "tombstoneDays: expected a number of days");
	assert_refused(
	    "{\"connector\":\"memory\",\"dropHeardTombstones\":1}",
	    "dropHeardTombstones: expected true or false");
}

/* The database's own conflict, which nobody has settled. */
static void
forget__keeps_what_is_in_conflict(void **state)
{
	struct pair pair;

	pair_open_fork(&pair, state, SOURCE_DELETED);
	put_and_delete(&pair.a, "other");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_int_equal(compact(&pair.a, false, 0), 1);
	assert_int_equal(count_stored(&pair.a), 1);
	assert_string_equal(party_change(&pair.a, "a"), "null 0 4");
	pair_close(&pair);
}

static void
forget__keeps_what_users_are_to_hear_of(void **state)
{
	static const char definition[] =
	    "{\"name\":\"Own\",\"trackChanges\":true,"
	    "\"visibleTo\":{\"property\":\"owner\"},\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"id\":true},"
	    "\"owner\":\"string\"}}";
	struct weft_model *model;
	struct fixture *fixture;
	struct party party;

	party_open_state(&party, state);
	fixture = &party.fixture;
	fixture_ok(fixture,
	    weft_registry_define(fixture->registry, fixture->datasource,
		weft_slice(definition), &model, &fixture->error));
	fixture_ok(fixture, weft_record_create(model, NULL,
				weft_slice("{\"id\":\"a\",\"owner\":\"u\"}"),
				NULL, &fixture->error));
	fixture_ok(fixture, weft_record_delete_by_id(model, NULL,
				weft_slice("a"), NULL, &fixture->error));
	assert_int_equal(compact(&party, false, 0), 0);
	party_close(&party);
}

/* A peer's revision may be any text; what a trace cannot keep stays. */
static void
forget__keeps_what_a_trace_cannot_stand_for(void **state)
{
	struct party party;

	party_open_state(&party, state);
	put_and_delete(&party, "a");
	fixture_ok(&party.fixture,
	    weft_source_update_last_change(party.source, "Todo",
		weft_slice("a"), weft_slice("1-abc"), &party.fixture.error));
	assert_int_equal(compact(&party, false, 0), 0);
	assert_int_equal(count_stored(&party), 1);
	party_close(&party);
}

/* Asserts that nothing is known of a record but the trace of a deletion. */
static int
find_trace(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct party *party = context;
	struct weft__track track;
	int code = weft__trace_find(transaction, party->fixture.model,
	    weft_slice("a"), &track, error);

	return code == WEFT_ENOTFOUND ? 1 : code;
}

static bool
has_trace(struct party *party)
{
	int code = weft__datasource_read(party->fixture.datasource, find_trace,
	    party, &party->fixture.error);

	assert_true(code >= 0);
	return !code;
}

static void
forget__leaves_a_trace_until_the_record_is_made_anew(void **state)
{
	struct party party;

	party_open_state(&party, state);
	put_and_delete(&party, "a");
	assert_false(has_trace(&party));
	assert_int_equal(compact(&party, false, 0), 1);
	assert_true(has_trace(&party));
	assert_string_equal(party_title(&party, "a"), "-");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "a", "2");
	assert_false(has_trace(&party));
	assert_string_equal(party_title(&party, "a"), "2");
	assert_string_equal(party_change(&party, "a"), "2 null 2");
	project(&party);
	assert_sound(&party);
	/* And again, over the first one. */
	party_delete(&party, "a");
	assert_int_equal(compact(&party, false, 0), 1);
	assert_true(has_trace(&party));
	fixture_ok(&party.fixture,
	    weft_record_create(party.fixture.model, NULL,
		weft_slice("{\"id\":\"a\",\"title\":\"3\"}"), NULL,
		&party.fixture.error));
	assert_false(has_trace(&party));
	project(&party);
	assert_sound(&party);
	party_close(&party);
}

static void
forget__leaves_history_and_root_as_they_are(void **state)
{
	struct weft__store_record record;
	struct weft__oid before, after;
	struct weft__store_tip tip;
	struct weft__store *store;
	struct fixture *fixture;
	struct party party;

	party_open_state(&party, state);
	fixture = &party.fixture;
	store = fixture->datasource->store;
	party_put(&party, "b", "1");
	put_and_delete(&party, "a");
	fixture_ok(fixture, weft__store_tip(store, &tip, &fixture->error));
	fixture_ok(fixture, weft__store_root(store, weft_slice("Todo"),
				&before, &fixture->error));
	assert_int_equal(compact(&party, false, 0), 1);
	fixture_ok(fixture, weft__store_root(store, weft_slice("Todo"),
				&after, &fixture->error));
	assert_true(weft__oid_equal(&before, &after));
	assert_int_equal(weft__store_get(store, NULL, weft_slice("Todo"),
			     weft_slice("a"), &record, NULL,
			     &fixture->error), WEFT_ENOTFOUND);
	fixture_ok(fixture, weft__store_get(store, &tip.commit.oid,
				weft_slice("Todo"), weft_slice("a"), &record,
				NULL, &fixture->error));
	assert_true(record.deleted);
	party_close(&party);
}

/* Every page is a transaction; here there are three. */
static void
forget__works_page_by_page(void **state)
{
	enum { COUNT = 2 * WEFT_LIMIT_PAGE_CHANGES + 10 };
	struct fixture *fixture;
	struct party party;

	party_open_state(&party, state);
	fixture = &party.fixture;
	party_put_many(&party, "r", COUNT);
	party_put(&party, "a", "kept");
	fixture_ok(fixture, weft_record_delete_all(fixture->model, NULL,
				weft_slice("{\"title\":\"x\"}"), NULL,
				&fixture->error));
	assert_int_equal(compact(&party, false, 0), COUNT);
	assert_int_equal(count_stored(&party), 0);
	assert_sound(&party);
	party_close(&party);
}

static void
copy_all(struct fixture *fixture, const char *to)
{
	char command[256];

	snprintf(command, sizeof command,
	    "cd %s && mkdir -p %s && cp -r db.* %s", fixture->directory, to,
	    to);
	assert_int_equal(system(command), 0);
}

static void
copy_file(struct fixture *fixture, const char *from, const char *to)
{
	char command[256];

	snprintf(command, sizeof command, "cd %s && cp %s %s",
	    fixture->directory, from, to);
	assert_int_equal(system(command), 0);
}

/* Whoever dies after the tombstones went and before the store knows: the next
 * projection gives the same commit, also after the record was made anew. */
static void
forget__is_projected_the_same_after_a_crash(void **state)
{
	static const char again[] = "{\"connector\":\"sqlite3\","
				    "\"file\":\"copy/db.sqlite\"}";
	const struct weft__forget_rule rule = {false, 0};
	struct weft_datasource_status first, second;
	struct fixture *fixture;
	struct party party;
	uint64_t dropped;

	party_open(&party, FIXTURE_SQLITE);
	fixture = &party.fixture;
	party_put(&party, "b", "1");
	put_and_delete(&party, "c");
	put_and_delete(&party, "a");
	fixture_ok(fixture, weft__forget_tombstones(fixture->datasource,
				&rule, &dropped, &fixture->error));
	assert_int_equal(dropped, 2);
	party_put(&party, "a", "2");
	copy_all(fixture, "copy");
	project(&party);
	fixture_ok(fixture, weft_datasource_get_status(fixture->datasource,
				&first, &fixture->error));
	assert_sound(&party);
	party_reopen(&party, again);
	project(&party);
	fixture_ok(fixture, weft_datasource_get_status(fixture->datasource,
				&second, &fixture->error));
	assert_string_equal(first.commit, second.commit);
	assert_int_equal(count_stored(&party), 0);
	assert_sound(&party);
	party_close(&party);
}

/* Whoever dies after a commit, before the database knows of it, leaves states
 * that were kept for the store: they are nothing of a record that is gone. */
static void
forget__brings_nothing_back_that_was_kept_for_the_store(void **state)
{
	const struct weft__forget_rule rule = {false, 0};
	struct fixture *fixture;
	struct party party;
	uint64_t dropped;

	party_open(&party, FIXTURE_SQLITE);
	fixture = &party.fixture;
	party_put(&party, "a", "1");
	party_delete(&party, "a");
	party_reopen(&party, FIXTURE_SQLITE);
	copy_file(fixture, "db.sqlite", "before");
	project(&party);
	party_reopen(&party, FIXTURE_MEMORY);
	copy_file(fixture, "before", "db.sqlite");
	party_reopen(&party, FIXTURE_SQLITE);
	fixture_ok(fixture, weft__forget_tombstones(fixture->datasource,
				&rule, &dropped, &fixture->error));
	assert_int_equal(dropped, 1);
	project(&party);
	assert_sound(&party);
	assert_int_equal(count_stored(&party), 0);
	party_close(&party);
}

/* A model is sound at each moment, and only what the store has may go. */
static void
forget__drops_only_what_is_projected(void **state)
{
	const struct weft__forget_rule rule = {true, -1};
	struct fixture *fixture;
	struct party party;
	uint64_t dropped;

	party_open_state(&party, state);
	fixture = &party.fixture;
	fixture_ok(fixture, weft_consumer_set(fixture->datasource, "c",
				"owner", 100, &fixture->error));
	put_and_delete(&party, "a");
	party_put(&party, "b", "1");
	party_delete(&party, "b");
	fixture_ok(fixture, weft__forget_tombstones(fixture->datasource,
				&rule, &dropped, &fixture->error));
	assert_int_equal(dropped, 1);
	assert_true(has_trace(&party));
	assert_sound(&party);
	project(&party);
	assert_sound(&party);
	assert_int_equal(count_stored(&party), 1);
	party_close(&party);
}

static int
count_event(const struct weft__live_event *event, void *context)
{
	++*(int *)context;
	return 0;
}

static void
forget__is_no_news_for_a_live_feed(void **state)
{
	struct weft__live live;
	struct fixture *fixture;
	struct party party;
	size_t looked;
	int events = 0;

	party_open_state(&party, state);
	fixture = &party.fixture;
	put_and_delete(&party, "a");
	fixture_ok(fixture, weft__live_open(&live, fixture->model,
				weft_slice(NULL), WEFT__LIVE_NOW,
				&fixture->error));
	assert_int_equal(compact(&party, false, 0), 1);
	fixture_ok(fixture, weft__live_read(&live, 100, count_event, &events,
				&looked, &fixture->error));
	assert_int_equal(looked, 1);
	assert_int_equal(events, 0);
	weft__live_close(&live);
	party_close(&party);
}

/* Whatever fails, each tombstone is there or has a trace. */
static void
forget__survives_each_failed_allocation(void **state)
{
	const struct weft__forget_rule rule = {true, 0};
	struct fixture *fixture;
	struct party party;
	int code = WEFT_ENOMEM;

	party_open_state(&party, state);
	fixture = &party.fixture;
	put_and_delete(&party, "a");
	for (uint64_t i = 0; code; i++) {
		uint64_t dropped;

		assert_true(i < 100000);
		assert_false(has_trace(&party));
		weft__alloc_fail_after(i, false);
		code = weft__forget_tombstones(fixture->datasource, &rule,
		    &dropped, &fixture->error);
		weft__alloc_fail_never();
		assert_true(!code || code == WEFT_ENOMEM);
	}
	assert_true(has_trace(&party));
	project(&party);
	assert_sound(&party);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH_WAYS(forget__waits_until_all_peers_have_heard),
	    ON_EACH_STORE(forget__needs_somebody_to_have_heard),
	    ON_EACH_STORE(forget__waits_for_each_consumer),
	    BOTH_WAYS(forget__drops_what_is_old_whoever_has_heard),
	    ON_EACH_STORE(forget__knows_ages_although_history_is_cut),
	    cmocka_unit_test(forget__takes_its_rule_from_the_settings),
	    cmocka_unit_test(forget__refuses_settings_that_are_none),
	    BOTH_WAYS(forget__keeps_what_is_in_conflict),
	    ON_EACH_STORE(forget__keeps_what_users_are_to_hear_of),
	    ON_EACH_STORE(forget__keeps_what_a_trace_cannot_stand_for),
	    ON_EACH_STORE(
		forget__leaves_a_trace_until_the_record_is_made_anew),
	    ON_EACH_STORE(forget__leaves_history_and_root_as_they_are),
	    ON_EACH_STORE(forget__works_page_by_page),
	    cmocka_unit_test(
		forget__brings_nothing_back_that_was_kept_for_the_store),
	    cmocka_unit_test(forget__is_projected_the_same_after_a_crash),
	    ON_EACH_STORE(forget__drops_only_what_is_projected),
	    ON_EACH_STORE(forget__is_no_news_for_a_live_feed),
	    ON_EACH_STORE(forget__survives_each_failed_allocation),
	};

	return cmocka_run_group_tests_name("forget", tests, NULL, NULL);
}
