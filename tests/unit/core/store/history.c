/* Tests of core/store/history.h: the states of a record, commit by commit. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/store/history.h"
#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

#define MODEL weft_slice("Todo")

static struct weft__store_history *
open_history(struct store_fixture *fixture, const char *id)
{
	struct weft__store_history *history;

	store_ok(fixture,
	    weft__store_history_open(fixture->store, NULL, MODEL,
	        weft_slice(id), &history, &fixture->error));
	return history;
}

/* Goes on to the next state. */
static bool
find_next(struct store_fixture *fixture, struct weft__store_history *history,
    struct weft__store_state *state)
{
	bool found = false;

	while (!found && !weft__store_history_ended(history))
		store_ok(fixture, weft__store_history_next(history, state,
		                      &found, &fixture->error));
	return found;
}

/* Asserts the next state: its body, "-" for a deletion, NULL for the end. */
static void
assert_next(struct store_fixture *fixture, struct weft__store_history *history,
    const char *body, uint64_t seq)
{
	struct weft_buf found = WEFT_BUF_INIT(1000);
	struct weft__store_state state;

	assert_int_equal(find_next(fixture, history, &state), body != NULL);
	if (!body)
		return;
	assert_int_equal(state.commit.seq, seq);
	assert_int_equal(state.deleted, body[0] == '-');
	if (!state.deleted) {
		store_ok(fixture, weft__store_read_blob(fixture->store,
		                      &state.blob, &found, &fixture->error));
		assert_string_equal(found.data, body);
	}
	weft_buf_fini(&found);
}

static void
history__has_each_state_once_newest_first(void **state)
{
	struct weft__store_history *history;
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Other", "a", "{\"v\":0}");
	store_project(&fixture); /* 1: no such model yet */
	store_put(&fixture, "Todo", "b", "{\"v\":0}");
	store_project(&fixture); /* 2: no such record yet */
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_project(&fixture); /* 3 */
	store_put(&fixture, "Other", "a", "{\"v\":1}");
	store_project(&fixture); /* 4: another model */
	store_put(&fixture, "Todo", "b", "{\"v\":1}");
	store_project(&fixture); /* 5: another record */
	store_put(&fixture, "Todo", "a", "{\"v\":2}");
	store_put(&fixture, "Todo", "a", "{\"v\":3}");
	store_project(&fixture); /* 7: two at once */
	store_put(&fixture, "Todo", "a", NULL);
	store_project(&fixture); /* 8 */
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_project(&fixture); /* 9: content returns */
	history = open_history(&fixture, "a");
	assert_next(&fixture, history, "{\"v\":1}", 9);
	assert_next(&fixture, history, "-", 8);
	assert_next(&fixture, history, "{\"v\":3}", 7);
	assert_next(&fixture, history, "{\"v\":1}", 3);
	assert_next(&fixture, history, NULL, 0);
	assert_next(&fixture, history, NULL, 0);
	weft__store_history_close(history);
	store_fixture_close(&fixture);
}

static void
history__tells_which_writes_a_commit_took_in(void **state)
{
	struct weft__store_history *history;
	struct weft__store_state found;
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_project(&fixture);
	store_put(&fixture, "Todo", "b", "{\"v\":1}");
	store_put(&fixture, "Todo", "a", "{\"v\":2}");
	store_project(&fixture);
	store_put(&fixture, "Todo", "b", "{\"v\":2}");
	store_project(&fixture);
	history = open_history(&fixture, "a");
	assert_true(find_next(&fixture, history, &found));
	assert_int_equal(found.commit.seq, 3);
	assert_int_equal(found.seq_before, 1);
	assert_true(find_next(&fixture, history, &found));
	assert_int_equal(found.commit.seq, 1);
	assert_int_equal(found.seq_before, 0);
	weft__store_history_close(history);
	store_fixture_close(&fixture);
}

static void
history__is_empty_without_commit_model_or_record(void **state)
{
	struct weft__store_history *history;
	struct weft__oid none = {{7}};
	struct store_fixture fixture;
	char long_name[500];

	store_fixture_open(&fixture);
	history = open_history(&fixture, "a");
	assert_next(&fixture, history, NULL, 0);
	weft__store_history_close(history);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_project(&fixture);
	history = open_history(&fixture, "b");
	assert_next(&fixture, history, NULL, 0);
	weft__store_history_close(history);
	memset(long_name, 'x', sizeof long_name);
	store_ok(&fixture,
	    weft__store_history_open(fixture.store, NULL,
	        weft_slice_of(long_name, sizeof long_name), weft_slice("a"),
	        &history, &fixture.error));
	assert_next(&fixture, history, NULL, 0);
	weft__store_history_close(history);
	assert_int_equal(
	    weft__store_history_open(fixture.store, &none, MODEL,
	        weft_slice("a"), &history, &fixture.error),
	    WEFT_ENOTFOUND);
	store_fixture_close(&fixture);
}

/* A call does not keep the store for as long as the history may be. */
static void
history__passes_so_many_commits_in_a_call(void **state)
{
	struct weft__store_history *history;
	struct weft__store_state found;
	struct store_fixture fixture;
	bool is_found = true;
	int calls = 0;
	char body[32];

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_project(&fixture);
	for (int i = 0; i < WEFT__HISTORY_STEP; i++) {
		snprintf(body, sizeof body, "{\"v\":%d}", i);
		store_put(&fixture, "Todo", "b", body);
		store_project(&fixture);
	}
	history = open_history(&fixture, "a");
	for (; !weft__store_history_ended(history); calls++)
		store_ok(&fixture, weft__store_history_next(history, &found,
		                       &is_found, &fixture.error));
	assert_int_equal(calls, 2);
	assert_true(is_found);
	assert_int_equal(found.commit.seq, 1);
	weft__store_history_close(history);
	store_fixture_close(&fixture);
}

/* A commit that the next one's state of a record is compared with. */
struct naive {
	struct store_fixture *fixture;
	struct weft_slice id;
	struct weft__oid blobs[400]; /* of each change, newest first */
	uint64_t seqs[400];
	size_t count;
	struct weft__oid blob; /* of the commit visited before */
	uint64_t seq;
};

/* Notes a state once the commit before it is seen to have another. */
static void
note(struct naive *naive, const struct weft__oid *blob, uint64_t seq)
{
	if (!weft__oid_equal(blob, &naive->blob) &&
	    !weft__oid_is_zero(&naive->blob)) {
		naive->blobs[naive->count] = naive->blob;
		naive->seqs[naive->count++] = naive->seq;
	}
	naive->blob = *blob;
	naive->seq = seq;
}

static int
look_up(const struct weft__store_commit *commit, void *context)
{
	struct naive *naive = context;
	struct weft__store_record record = {.deleted = false};
	int code = weft__store_get(naive->fixture->store, &commit->oid, MODEL,
	    naive->id, &record, NULL, NULL);

	assert_true(code == 0 || code == WEFT_ENOTFOUND);
	note(naive, &record.blob, commit->seq);
	return 0;
}

static void
assert_as_looked_up(struct store_fixture *fixture, const char *id)
{
	static const struct weft__oid nothing;
	struct weft__store_history *history = open_history(fixture, id);
	struct naive naive = {.fixture = fixture, .id = weft_slice(id)};
	struct weft__store_state state;

	store_ok(fixture, weft__store_log(fixture->store, NULL, 0, look_up,
	                      &naive, &fixture->error));
	note(&naive, &nothing, 0);
	for (size_t i = 0; i <= naive.count; i++) {
		assert_int_equal(find_next(fixture, history, &state),
		    i < naive.count);
		if (i == naive.count)
			break;
		assert_memory_equal(
		    &state.blob, &naive.blobs[i], sizeof state.blob);
		assert_int_equal(state.commit.seq, naive.seqs[i]);
	}
	weft__store_history_close(history);
}

/* Tries grow, shrink, split and merge under a record's way. */
static void
history__agrees_with_looking_up_each_commit(void **state)
{
	struct random random = {11};
	struct store_fixture fixture;
	char id[16], body[32];

	store_fixture_open(&fixture);
	for (int commit = 0; commit < 120; commit++) {
		bool shrinks = commit % 40 >= 25;

		for (int i = 0; i < 20; i++) {
			snprintf(id, sizeof id, "r%" PRIu64,
			    random_below(&random, 150));
			snprintf(body, sizeof body, "{\"v\":%" PRIu64 "}",
			    random_below(&random, 3));
			store_put(&fixture, "Todo", id,
			    shrinks ? NULL : body);
		}
		store_project(&fixture);
	}
	for (int i = 0; i < 150; i += 7) {
		snprintf(id, sizeof id, "r%d", i);
		assert_as_looked_up(&fixture, id);
	}
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(history__has_each_state_once_newest_first),
	    cmocka_unit_test(history__tells_which_writes_a_commit_took_in),
	    cmocka_unit_test(
	        history__is_empty_without_commit_model_or_record),
	    cmocka_unit_test(history__passes_so_many_commits_in_a_call),
	    cmocka_unit_test(history__agrees_with_looking_up_each_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
