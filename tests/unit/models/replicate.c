/*
 * Tests of <weft/replicate.h>: real databases of each kind replicated with
 * each other, in both directions.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/repl/source.h"
#include "models/transaction.h"
#include "tests/lib/meter.h"
#include "tests/lib/pair.h"

#define SQLITE_BARE \
	"{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\"," \
	"\"store\":false}"

/* Each test runs between each of these. */
static const struct kinds {
	const char *a;
	const char *b;
} all_kinds[] = {
    {FIXTURE_MEMORY, FIXTURE_MEMORY},
    {FIXTURE_SQLITE, FIXTURE_SQLITE},
    {FIXTURE_MEMORY_STORE, FIXTURE_SQLITE},
    {FIXTURE_SQLITE, FIXTURE_MEMORY},
};

static void
open_pair(struct pair *pair, void **state)
{
	const struct kinds *kinds = *state;

	pair_open(pair, kinds->a, kinds->b);
}

static bool
have_stores(void **state)
{
	const struct kinds *kinds = *state;

	return strcmp(kinds->a, FIXTURE_MEMORY) != 0 &&
	    strcmp(kinds->b, FIXTURE_MEMORY) != 0;
}

/* Replicates and asserts the counts. */
static void
replicate(struct party *source, struct party *target, uint64_t changes,
    uint64_t applied)
{
	struct weft_replication_result result;

	party_replicate(source, target, NULL, &result);
	assert_int_equal(result.length, 0);
	assert_int_equal(result.refused, 0);
	assert_int_equal(result.changes, changes);
	assert_int_equal(result.applied, applied);
	weft_replication_result_fini(&result);
}

static void
put_many(struct party *party, const char *prefix, int count)
{
	char id[32];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "%s%d", prefix, i);
		party_put(party, id, "x");
	}
}

static void
replicate__brings_everything_over_then_nothing(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	open_pair(&pair, state);
	put_many(&pair.a, "r", 25);
	party_delete(&pair.a, "r3");
	party_replicate(&pair.a, &pair.b, NULL, &result);
	assert_int_equal(result.changes, 24);
	assert_int_equal(result.applied, 24);
	assert_int_equal(result.attempts, 2);
	assert_int_equal(result.roots,
	    have_stores(state) ? WEFT_ROOTS_EQUAL : WEFT_ROOTS_UNKNOWN);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 24);
	replicate(&pair.a, &pair.b, 0, 0);
	pair_close(&pair);
}

static void
replicate__carries_each_kind_of_change(void **state)
{
	struct pair pair;

	open_pair(&pair, state);
	party_put(&pair.a, "kept", "1");
	party_put(&pair.a, "changed", "1");
	party_put(&pair.a, "gone", "1");
	replicate(&pair.a, &pair.b, 3, 3);
	party_put(&pair.a, "changed", "2");
	party_delete(&pair.a, "gone");
	party_put(&pair.a, "new", "1");
	replicate(&pair.a, &pair.b, 3, 3);
	pair_assert_same(&pair, 3);
	party_put(&pair.a, "gone", "2");    /* comes back */
	party_put(&pair.a, "changed", "1"); /* goes back */
	replicate(&pair.a, &pair.b, 2, 2);
	pair_assert_same(&pair, 4);
	assert_string_equal(party_title(&pair.b, "gone"), "2");
	pair_close(&pair);
}

/* A record changed in many checkpoints since: LoopBack's one prev is not
 * enough to see that the target is just behind. */
static void
replicate__carries_several_changes_at_once(void **state)
{
	struct pair pair;

	open_pair(&pair, state);
	party_put(&pair.a, "a", "1");
	replicate(&pair.a, &pair.b, 1, 1);
	for (int i = 2; i < 9; i++) {
		party_put(&pair.a, "a", (const char[]){(char)('0' + i), 0});
		fixture_checkpoint(&pair.a.fixture);
	}
	fixture_checkpoint(&pair.b.fixture);
	replicate(&pair.a, &pair.b, 1, 1);
	assert_string_equal(party_title(&pair.b, "a"), "8");
	pair_close(&pair);
}

/* LoopBack's documentation: push, then pull, again and again. */
static void
replicate__push_then_pull_converges_without_conflicts(void **state)
{
	struct pair pair;

	open_pair(&pair, state);
	party_put(&pair.a, "a", "1");
	party_put(&pair.b, "b", "1");
	for (int i = 2; i < 9; i++) {
		const char title[] = {(char)('0' + i), 0};

		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		/* The server changes what was just pushed, twice. */
		party_put(&pair.b, "a", "s");
		fixture_checkpoint(&pair.b.fixture);
		party_put(&pair.b, "a", title);
		assert_int_equal(party_sync(&pair.b, &pair.a), 0);
		pair_assert_same(&pair, 2);
		party_put(&pair.a, "b", title);
	}
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	pair_assert_same(&pair, 2);
	replicate(&pair.b, &pair.a, 1, 0);
	replicate(&pair.a, &pair.b, 0, 0);
	replicate(&pair.b, &pair.a, 0, 0);
	pair_close(&pair);
}

static void
replicate__works_with_any_chunk_size(void **state)
{
	static const size_t sizes[] = {1, 2, 1000, 1000000};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct weft_replication how = WEFT_REPLICATION_INIT;
		struct weft_replication_result result;
		struct pair pair;

		open_pair(&pair, state);
		how.chunk_size = sizes[i];
		put_many(&pair.a, "r", 5);
		party_replicate(&pair.a, &pair.b, &how, &result);
		weft_replication_result_fini(&result);
		for (int j = 0; j < 4; j++) /* LoopBack's defect A */
			party_delete(
			    &pair.a, (const char[]){'r', (char)('0' + j), 0});
		party_replicate(&pair.a, &pair.b, &how, &result);
		assert_int_equal(result.applied, 4);
		weft_replication_result_fini(&result);
		pair_assert_same(&pair, 1);
		pair_close(&pair);
	}
}

static void
replicate__three_in_a_ring_converge(void **state)
{
	const struct kinds *kinds = *state;
	struct party ring[3];

	for (int i = 0; i < 3; i++)
		party_open(&ring[i], i % 2 ? kinds->b : kinds->a);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3; i++) {
			char id[32];

			snprintf(id, sizeof id, "r%d-%d", round, i);
			party_put(&ring[i], id, "1");
			party_put(&ring[i], "shared",
			    (const char[]){(char)('a' + round), 0});
			for (int j = 0; j < 3; j++)
				assert_int_equal(
				    party_sync(&ring[j], &ring[(j + 1) % 3]),
				    0);
		}
	}
	for (int j = 0; j < 4; j++)
		assert_int_equal(
		    party_sync(&ring[j % 3], &ring[(j + 1) % 3]), 0);
	for (int i = 0; i < 3; i++) {
		struct weft_buf first = party_dump(&ring[0]);
		struct weft_buf dump = party_dump(&ring[i]);

		assert_string_equal(first.data, dump.data);
		weft_buf_fini(&first);
		weft_buf_fini(&dump);
	}
	for (int i = 0; i < 3; i++)
		party_close(&ring[i]);
}

static void
replicate__sends_only_what_the_filter_matches(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	open_pair(&pair, state);
	how.filter = weft_slice("{\"where\":{\"title\":\"x\"}}");
	party_put(&pair.a, "a", "x");
	party_put(&pair.a, "b", "y");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	assert_int_equal(result.roots, WEFT_ROOTS_UNKNOWN);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "a"), "x");
	assert_string_equal(party_title(&pair.b, "b"), "-");
	/* Another filter has a position of its own. */
	how.filter = weft_slice("{\"where\":{\"title\":\"y\"}}");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 2);
	/* The same filter, spelt in another way, has not. */
	how.filter = weft_slice(" { \"where\" : {\"title\" : \"y\"} } ");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.changes, 0);
	weft_replication_result_fini(&result);
	/* What leaves the filter is not sent as a deletion. */
	party_put(&pair.a, "a", "z");
	how.filter = weft_slice("{\"where\":{\"title\":\"x\"}}");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 0);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "a"), "x");
	pair_close(&pair);
}

static void
replicate__refuses_what_makes_no_sense(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct weft_error error;
	struct pair pair;

	open_pair(&pair, state);
	how.source = pair.a.source;
	assert_int_equal(weft_replicate(&how, &result, &error), WEFT_EINVAL);
	how.target = pair.a.source;
	assert_int_equal(weft_replicate(&how, &result, &error), WEFT_EINVAL);
	assert_non_null(strstr(error.text, "same database"));
	how.target = pair.b.source;
	how.source_model = "Nothing";
	assert_int_equal(weft_replicate(&how, &result, &error), WEFT_EINVAL);
	assert_non_null(strstr(error.text, "the source has no model Nothing"));
	how.source_model = "Todo";
	how.target_model = "Nothing";
	assert_int_equal(weft_replicate(&how, &result, &error), WEFT_EINVAL);
	assert_non_null(strstr(error.text, "the target has no model Nothing"));
	how.target_model = NULL;
	how.since_source = -3;
	assert_int_equal(weft_replicate(&how, &result, &error), WEFT_EINVAL);
	how.since_source = WEFT_SINCE_ALL;
	how.filter = weft_slice("{\"where\":");
	assert_int_not_equal(weft_replicate(&how, &result, &error), 0);
	how.filter = weft_slice(NULL);
	how.policy = WEFT_RESOLVE_MANUAL;
	assert_int_equal(weft_replicate(&how, &result, &error), WEFT_EINVAL);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

static void
replicate__takes_all_shared_models_if_none_is_named(void **state)
{
	static const char other[] =
	    "{\"name\":\"Other\",\"trackChanges\":true,"
	    "\"properties\":{\"id\":{\"type\":\"string\",\"id\":true}}}";
	static const char lone[] =
	    "{\"name\":\"Lone\",\"trackChanges\":true,"
	    "\"properties\":{\"id\":{\"type\":\"string\",\"id\":true}}}";
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct weft_model *model;
	struct party *parties[2];
	struct pair pair;
	bool found;

	open_pair(&pair, state);
	parties[0] = &pair.a;
	parties[1] = &pair.b;
	for (int i = 1; i >= 0; i--)
		fixture_ok(&parties[i]->fixture,
		    weft_registry_define(parties[i]->fixture.registry,
			parties[i]->fixture.datasource, weft_slice(other),
			&model, &parties[i]->fixture.error));
	fixture_ok(&pair.a.fixture,
	    weft_record_create(model, NULL, weft_slice("{\"id\":\"o\"}"), NULL,
		&pair.a.fixture.error));
	fixture_ok(&pair.a.fixture,
	    weft_registry_define(pair.a.fixture.registry,
		pair.a.fixture.datasource, weft_slice(lone), NULL,
		&pair.a.fixture.error));
	party_put(&pair.a, "a", "1");
	how.source = pair.a.source;
	how.target = pair.b.source;
	fixture_ok(&pair.a.fixture,
	    weft_replicate(&how, &result, &pair.a.fixture.error));
	assert_int_equal(result.applied, 2);
	weft_replication_result_fini(&result);
	fixture_ok(&pair.b.fixture,
	    weft_record_exists(
		weft_registry_find_model(pair.b.fixture.registry, "Other"),
		NULL, weft_slice("o"), &found, &pair.b.fixture.error));
	assert_true(found);
	pair_close(&pair);
}

/*
 * Positions
 */

static void
replicate__goes_on_where_it_left_off_after_reopening(void **state)
{
	struct pair pair;

	pair_open(&pair, FIXTURE_SQLITE, FIXTURE_SQLITE);
	put_many(&pair.a, "r", 10);
	replicate(&pair.a, &pair.b, 10, 10);
	party_reopen(&pair.a, FIXTURE_SQLITE);
	party_reopen(&pair.b, FIXTURE_SQLITE);
	replicate(&pair.a, &pair.b, 0, 0);
	party_put(&pair.a, "r1", "y");
	replicate(&pair.a, &pair.b, 1, 1);
	pair_close(&pair);
}

static void
replicate__starts_anew_when_told_to(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	open_pair(&pair, state);
	put_many(&pair.a, "r", 10);
	replicate(&pair.a, &pair.b, 10, 10);
	how.since_source = WEFT_SINCE_ALL;
	how.since_target = WEFT_SINCE_ALL;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.changes, 10);
	assert_int_equal(result.applied, 0);
	assert_int_equal(result.unchanged, 0); /* diff knows it already */
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

/* A 'since' beyond what is remembered passes changes over: it must not be
 * remembered. */
static void
replicate__does_not_remember_a_since_that_passes_changes_over(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	open_pair(&pair, state);
	party_put(&pair.a, "a", "1");
	how.since_source = (int64_t)fixture_checkpoint(&pair.a.fixture);
	party_put(&pair.a, "b", "1");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	pair_assert_same(&pair, 2);
	pair_close(&pair);
}

/* Closes the database, copies a file of it, and opens it again. */
static void
copy_database(
    struct party *party, const char *settings, const char *from, const char *to)
{
	char path[128];
	static char bytes[1 << 20];
	FILE *file;
	size_t size;

	weft_source_destroy(party->source);
	party->source = NULL;
	weft_registry_destroy(party->fixture.registry);
	party->fixture.registry = NULL;
	snprintf(path, sizeof path, "%s/%s", party->fixture.directory, from);
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(bytes, 1, sizeof bytes, file);
	assert_true(size > 0 && size < sizeof bytes);
	fclose(file);
	snprintf(path, sizeof path, "%s/%s", party->fixture.directory, to);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
	party_reopen(party, settings);
}

static void
back_up(struct party *party, const char *settings)
{
	copy_database(party, settings, "db.sqlite", "backup");
}

static void
restore(struct party *party, const char *settings)
{
	copy_database(party, settings, "backup", "db.sqlite");
}

/*
 * A restored database goes on counting checkpoints from where it was: the
 * other side's position then lies beyond it, or worse, is passed again by
 * other changes.
 */
static void
check_restored_source(const char *settings)
{
	struct pair pair;

	pair_open(&pair, settings, settings);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	back_up(&pair.a, settings);
	party_put(&pair.a, "lost", "1");
	for (int i = 0; i < 5; i++)
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	restore(&pair.a, settings);
	party_put(&pair.a, "after", "1");
	for (int i = 0; i < 20; i++)
		fixture_checkpoint(&pair.a.fixture);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "after"), "1");
	/* And what it lost comes back from the other side. */
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	pair_assert_same(&pair, 3);
	pair_close(&pair);
}

static void
replicate__loses_nothing_when_a_source_was_restored(void **state)
{
	check_restored_source(FIXTURE_SQLITE);
}

static void
replicate__loses_nothing_when_a_source_without_store_was_restored(void **state)
{
	check_restored_source(SQLITE_BARE);
}

static void
check_restored_target(const char *settings)
{
	struct pair pair;

	pair_open(&pair, settings, settings);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	back_up(&pair.b, settings);
	party_put(&pair.a, "b", "1");
	party_put(&pair.a, "a", "2");
	for (int i = 0; i < 5; i++)
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	restore(&pair.b, settings);
	assert_string_equal(party_title(&pair.b, "b"), "-");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	pair_assert_same(&pair, 2);
	pair_close(&pair);
}

static void
replicate__loses_nothing_when_a_target_was_restored(void **state)
{
	check_restored_target(FIXTURE_SQLITE);
}

static void
replicate__loses_nothing_when_a_target_without_store_was_restored(void **state)
{
	check_restored_target(SQLITE_BARE);
}

/*
 * Cost: what did not change is not looked at
 */

static void
replicate__looks_at_nothing_when_nothing_changed(void **state)
{
	struct pair pair;
	uint64_t calls[2];

	for (int many = 0; many < 2; many++) {
		open_pair(&pair, state);
		put_many(&pair.a, "r", many ? 300 : 3);
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		meter_install(pair.a.fixture.datasource);
		replicate(&pair.a, &pair.b, 0, 0);
		assert_int_equal(meter.reads + meter.seen + meter.writes, 0);
		calls[many] = meter.calls;
		pair_close(&pair);
	}
	assert_int_equal(calls[0], calls[1]);
}

static void
replicate__looks_at_one_record_when_one_changed(void **state)
{
	struct pair pair;

	open_pair(&pair, state);
	put_many(&pair.a, "r", 300);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_put(&pair.a, "r7", "y");
	meter_install(pair.a.fixture.datasource);
	replicate(&pair.a, &pair.b, 1, 1);
	/* Its row, for the list and the store; its record, for both and the
	 * update. */
	assert_true(meter.reads + meter.seen <= 8);
	pair_close(&pair);
}

/*
 * Failures: whatever stops a replication, the same call goes on from there
 */

static void
replicate__goes_on_after_any_failure_of_the_target(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	uint64_t fail_at = 1;
	int code;

	do {
		struct pair pair;

		open_pair(&pair, state);
		put_many(&pair.a, "r", 5);
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		put_many(&pair.a, "s", 7);
		party_delete(&pair.a, "r1");
		party_put(&pair.a, "r2", "y");
		meter_install(pair.b.fixture.datasource);
		meter.fail_at = fail_at;
		how.source = pair.a.source;
		how.target = pair.b.source;
		how.chunk_size = 3;
		code = weft_replicate(&how, &result, &pair.a.fixture.error);
		weft_replication_result_fini(&result);
		if (code) {
			assert_int_equal(code, WEFT_EIO);
			assert_non_null(strstr(
			    pair.a.fixture.error.text, "the meter says no"));
		}
		meter.fail_at = 0;
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		pair_assert_same(&pair, 11);
		replicate(&pair.a, &pair.b, 0, 0);
		pair_close(&pair);
		fail_at += 5;
	} while (code);
	assert_true(fail_at > 20);
}

static void
replicate__goes_on_after_any_failure_of_the_source(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	uint64_t fail_at = 1;
	int code;

	do {
		struct pair pair;

		open_pair(&pair, state);
		put_many(&pair.a, "r", 8);
		party_delete(&pair.a, "r1");
		meter_install(pair.a.fixture.datasource);
		meter.fail_at = fail_at;
		how.source = pair.a.source;
		how.target = pair.b.source;
		how.chunk_size = 3;
		code = weft_replicate(&how, &result, &pair.a.fixture.error);
		weft_replication_result_fini(&result);
		meter.fail_at = 0;
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		pair_assert_same(&pair, 7);
		pair_close(&pair);
		fail_at += 3;
	} while (code);
	assert_true(fail_at > 10);
}

struct stopping {
	uint64_t at; /* applied updates */
	uint64_t told;
};

static int
stop_at(const struct weft_replication_progress *progress, void *context)
{
	struct stopping *stopping = context;

	stopping->told++;
	assert_string_equal(progress->model, "Todo");
	return progress->applied >= stopping->at;
}

static void
replicate__stops_when_progress_says_so_and_goes_on_later(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct stopping stopping = {.at = 0};
	struct pair pair;

	open_pair(&pair, state);
	put_many(&pair.a, "r", 50);
	how.source = pair.a.source;
	how.target = pair.b.source;
	how.chunk_size = 5;
	how.progress = stop_at;
	how.progress_context = &stopping;
	assert_int_equal(weft_replicate(&how, &result, &pair.a.fixture.error),
	    WEFT_ECANCELED);
	assert_true(result.applied < 50);
	weft_replication_result_fini(&result);
	assert_int_equal(stopping.told, 1);
	stopping.at = 1000;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_true(stopping.told >= 2);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 50);
	pair_close(&pair);
}

static int
refuse_no(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	if (*(const bool *)context &&
	    weft_slice_equal(event->id, weft_slice("no")))
		return weft_error_set(error, WEFT_EHOOK, "no is no id");
	return 0;
}

static void
note_refused(const char *model, struct weft_slice id,
    const struct weft_error *why, void *context)
{
	snprintf(context, 400, "%s %.*s: %s", model, (int)id.size, id.data,
	    why->text);
}

/* What the target refuses is sent again next time: it may take it then. */
static void
replicate__reports_what_is_refused_and_sends_it_again(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	char refused[400] = "";
	bool strict = true;
	struct pair pair;

	open_pair(&pair, state);
	fixture_ok(&pair.b.fixture,
	    weft_model_add_hook(pair.b.fixture.model, WEFT_HOOK_BEFORE_SAVE,
		refuse_no, &strict, &pair.b.fixture.error));
	party_put(&pair.a, "yes", "1");
	party_put(&pair.a, "no", "1");
	how.refused = note_refused;
	how.refused_context = refused;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	assert_int_equal(result.refused, 1);
	assert_string_equal(refused, "Todo no: no is no id");
	weft_replication_result_fini(&result);
	strict = false;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	assert_int_equal(result.refused, 0);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 2);
	replicate(&pair.a, &pair.b, 0, 0);
	pair_close(&pair);
}

#define BETWEEN_EACH(test) \
	{#test " (memory, memory)", test, NULL, NULL, (void *)&all_kinds[0]}, \
	    {#test " (sqlite, sqlite)", test, NULL, NULL, \
		(void *)&all_kinds[1]}, \
	    {#test " (memory with store, sqlite)", test, NULL, NULL, \
		(void *)&all_kinds[2]}, \
	{ \
#test " (sqlite, memory)", test, NULL, NULL, \
		    (void *)&all_kinds[3] \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BETWEEN_EACH(replicate__brings_everything_over_then_nothing),
	    BETWEEN_EACH(replicate__carries_each_kind_of_change),
	    BETWEEN_EACH(replicate__carries_several_changes_at_once),
	    BETWEEN_EACH(replicate__push_then_pull_converges_without_conflicts),
	    BETWEEN_EACH(replicate__works_with_any_chunk_size),
	    BETWEEN_EACH(replicate__three_in_a_ring_converge),
	    BETWEEN_EACH(replicate__sends_only_what_the_filter_matches),
	    BETWEEN_EACH(replicate__refuses_what_makes_no_sense),
	    BETWEEN_EACH(replicate__takes_all_shared_models_if_none_is_named),
	    cmocka_unit_test(
		replicate__goes_on_where_it_left_off_after_reopening),
	    BETWEEN_EACH(replicate__starts_anew_when_told_to),
	    BETWEEN_EACH(
		replicate__does_not_remember_a_since_that_passes_changes_over),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_source_was_restored),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_source_without_store_was_restored),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_target_was_restored),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_target_without_store_was_restored),
	    BETWEEN_EACH(replicate__looks_at_nothing_when_nothing_changed),
	    BETWEEN_EACH(replicate__looks_at_one_record_when_one_changed),
	    BETWEEN_EACH(replicate__goes_on_after_any_failure_of_the_target),
	    BETWEEN_EACH(replicate__goes_on_after_any_failure_of_the_source),
	    BETWEEN_EACH(
		replicate__stops_when_progress_says_so_and_goes_on_later),
	    BETWEEN_EACH(replicate__reports_what_is_refused_and_sends_it_again),
	};

	return cmocka_run_group_tests_name("replicate", tests, NULL, NULL);
}
