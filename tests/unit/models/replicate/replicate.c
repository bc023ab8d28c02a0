/*
 * Tests of <weft/replicate.h>: real databases of each kind replicated with
 * each other, in both directions.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "tests/lib/pair.h"

static void
replicate__brings_everything_over_then_nothing(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	pair_open_state(&pair, state);
	party_put_many(&pair.a, "r", 25);
	party_delete(&pair.a, "r3");
	party_replicate(&pair.a, &pair.b, NULL, &result);
	assert_int_equal(result.changes, 24);
	assert_int_equal(result.applied, 24);
	assert_int_equal(result.attempts, 2);
	assert_int_equal(result.roots,
	    pair_has_stores(state) ? WEFT_ROOTS_EQUAL : WEFT_ROOTS_UNKNOWN);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 24);
	party_carry(&pair.a, &pair.b, 0, 0);
	pair_close(&pair);
}

static void
replicate__carries_each_kind_of_change(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "kept", "1");
	party_put(&pair.a, "changed", "1");
	party_put(&pair.a, "gone", "1");
	party_carry(&pair.a, &pair.b, 3, 3);
	party_put(&pair.a, "changed", "2");
	party_delete(&pair.a, "gone");
	party_put(&pair.a, "new", "1");
	party_carry(&pair.a, &pair.b, 3, 3);
	pair_assert_same(&pair, 3);
	party_put(&pair.a, "gone", "2");    /* comes back */
	party_put(&pair.a, "changed", "1"); /* goes back */
	party_carry(&pair.a, &pair.b, 2, 2);
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

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	party_carry(&pair.a, &pair.b, 1, 1);
	for (int i = 2; i < 9; i++) {
		party_put(&pair.a, "a", (const char[]){(char)('0' + i), 0});
		fixture_checkpoint(&pair.a.fixture);
	}
	fixture_checkpoint(&pair.b.fixture);
	party_carry(&pair.a, &pair.b, 1, 1);
	assert_string_equal(party_title(&pair.b, "a"), "8");
	pair_close(&pair);
}

/* LoopBack's documentation: push, then pull, again and again. */
static void
replicate__push_then_pull_converges_without_conflicts(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
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
	party_carry(&pair.b, &pair.a, 1, 0);
	party_carry(&pair.a, &pair.b, 0, 0);
	party_carry(&pair.b, &pair.a, 0, 0);
	pair_close(&pair);
}

/* The longest lists that a target was given, and how many there were. */
static struct {
	const struct weft__source_ops *real;
	size_t longest_diff, longest_update, diffs, updates;
} counted;

static void
count(size_t length, size_t *longest, size_t *calls)
{
	if (length > *longest)
		*longest = length;
	++*calls;
}

static int
counting_diff(struct weft_source *source, const char *model, int64_t since,
    const struct weft_change *changes, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	count(length, &counted.longest_diff, &counted.diffs);
	return counted.real->diff(
	    source, model, since, changes, length, diff, error);
}

static int
counting_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	count(parts->length, &counted.longest_update, &counted.updates);
	return counted.real->bulk_update(
	    source, parts, length, options, error);
}

/* Replicates ten records of a model with these settings, and counts. */
static void
replicate_counted(void **state, const char *settings, size_t chunk_size)
{
	static struct weft__source_ops ops;
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;
	char json[200];

	pair_open_state(&pair, state);
	snprintf(json, sizeof json,
	    "{\"name\":\"Small\",\"trackChanges\":true%s}", settings);
	for (int i = 0; i < 2; i++) {
		struct fixture *fixture = i ? &pair.b.fixture : &pair.a.fixture;

		fixture_ok(fixture,
		    weft_registry_define(fixture->registry, fixture->datasource,
			weft_slice(json), &fixture->model, &fixture->error));
	}
	party_put_many(&pair.a, "r", 10);
	ops = *pair.b.source->ops;
	memset(&counted, 0, sizeof counted);
	counted.real = pair.b.source->ops;
	ops.diff = counting_diff;
	ops.bulk_update = counting_update;
	pair.b.source->ops = &ops;
	how.source_model = "Small";
	how.chunk_size = chunk_size;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 10);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

static void
assert_pages(size_t longest, size_t pages)
{
	assert_int_equal(counted.longest_diff, longest);
	assert_int_equal(counted.longest_update, longest);
	assert_int_equal(counted.diffs, pages);
	assert_int_equal(counted.updates, pages);
}

/* LoopBack's setting of the source's model. */
static void
replicate__sends_pages_of_the_models_replication_chunk_size(void **state)
{
	replicate_counted(state, "", 0);
	assert_pages(10, 1);
	replicate_counted(state, ",\"replicationChunkSize\":4", 0);
	assert_pages(4, 3); /* 4, 4, 2 */
	replicate_counted(state, ",\"replicationChunkSize\":4", 3);
	assert_pages(3, 4);
	replicate_counted(state, ",\"replicationChunkSize\":4", 7);
	assert_pages(4, 3);
	replicate_counted(
	    state, ",\"options\":{\"replicationChunkSize\":5}", 0);
	assert_pages(5, 2);
	replicate_counted(state, ",\"replicationChunkSize\":-1", 0);
	assert_pages(10, 1);
	replicate_counted(state, ",\"replicationChunkSize\":100000", 0);
	assert_pages(10, 1);
}

static void
replicate__works_with_any_chunk_size(void **state)
{
	static const size_t sizes[] = {1, 2, 1000, 1000000};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct weft_replication how = WEFT_REPLICATION_INIT;
		struct weft_replication_result result;
		struct pair pair;

		pair_open_state(&pair, state);
		how.chunk_size = sizes[i];
		party_put_many(&pair.a, "r", 5);
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
	const struct pair_kinds *kinds = *state;
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

	pair_open_state(&pair, state);
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

/* A strict replication looks at everything, and finds nothing to do where
 * both sides are the same. */
static void
replicate__compares_everything_when_strict(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	pair_open_state(&pair, state);
	party_put_many(&pair.a, "r", 5);
	party_carry(&pair.a, &pair.b, 5, 5);
	how.strict = true;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.changes, 5);
	assert_int_equal(result.applied, 0);
	assert_int_equal(result.length, 0);
	weft_replication_result_fini(&result);
	/* The target goes back to old content: its own change, or is it just
	 * behind?  In doubt that is a conflict, if strict. */
	party_put(&pair.a, "r1", "y");
	fixture_checkpoint(&pair.a.fixture);
	party_put(&pair.a, "r1", "z");
	party_carry(&pair.a, &pair.b, 1, 1);
	party_put(&pair.b, "r1", "x");
	party_carry(&pair.a, &pair.b, 0, 0);
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 0);
	assert_int_equal(result.length, 1);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "r1"), "x");
	pair_close(&pair);
}

static void
replicate__refuses_what_makes_no_sense(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct weft_error error;
	struct pair pair;

	pair_open_state(&pair, state);
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

	pair_open_state(&pair, state);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BETWEEN_EACH(replicate__brings_everything_over_then_nothing),
	    BETWEEN_EACH(replicate__carries_each_kind_of_change),
	    BETWEEN_EACH(replicate__carries_several_changes_at_once),
	    BETWEEN_EACH(replicate__push_then_pull_converges_without_conflicts),
	    BETWEEN_EACH(
		replicate__sends_pages_of_the_models_replication_chunk_size),
	    BETWEEN_EACH(replicate__works_with_any_chunk_size),
	    BETWEEN_EACH(replicate__three_in_a_ring_converge),
	    BETWEEN_EACH(replicate__sends_only_what_the_filter_matches),
	    BETWEEN_EACH(replicate__compares_everything_when_strict),
	    BETWEEN_EACH(replicate__refuses_what_makes_no_sense),
	    BETWEEN_EACH(replicate__takes_all_shared_models_if_none_is_named),
	};

	return cmocka_run_group_tests_name("replicate", tests, NULL, NULL);
}
