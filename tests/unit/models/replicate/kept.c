/* Tests of models/replicate/kept.c: conflicts that nobody has resolved yet. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/pair.h"

struct kept {
	unsigned count;
	char last[2000];
};

static int
note_kept(struct weft_slice json, void *context)
{
	struct kept *kept = context;

	kept->count++;
	snprintf(
	    kept->last, sizeof kept->last, "%.*s", (int)json.size, json.data);
	return 0;
}

static unsigned
count_kept(struct party *party)
{
	struct kept kept = {.count = 0};

	fixture_ok(&party->fixture,
	    weft_conflict_each_kept(
		party->source, note_kept, &kept, &party->fixture.error));
	return kept.count;
}

static void
conflict_each_kept__tells_all_of_a_conflict(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct kept kept = {.count = 0};
	struct pair pair;

	pair_open_fork(&pair, state, BOTH_UPDATED);
	how.peer = "b.example";
	party_replicate(&pair.a, &pair.b, &how, &result);
	weft_replication_result_fini(&result);
	fixture_ok(&pair.a.fixture,
	    weft_conflict_each_kept(
		pair.a.source, note_kept, &kept, &pair.a.fixture.error));
	assert_int_equal(kept.count, 1);
	assert_non_null(strstr(kept.last, "\"model\":\"Todo\""));
	assert_non_null(strstr(kept.last, "\"modelId\":\"a\""));
	assert_non_null(strstr(kept.last, "\"type\":\"update\""));
	assert_non_null(strstr(kept.last, "\"peer\":\"b.example\""));
	assert_non_null(
	    strstr(kept.last, "\"source\":{\"id\":\"a\",\"title\":\"s\"}"));
	assert_non_null(
	    strstr(kept.last, "\"target\":{\"id\":\"a\",\"title\":\"t\"}"));
	if (pair_has_a_store(state))
		assert_non_null(strstr(
		    kept.last, "\"base\":{\"id\":\"a\",\"title\":\"0\"}"));
	else
		assert_non_null(strstr(kept.last, "\"base\":null"));
	assert_non_null(strstr(kept.last, "\"sourceChange\":{"));
	assert_non_null(strstr(kept.last, "\"targetChange\":{"));
	pair_close(&pair);
}

static void
conflict_open_kept__resolves_one_after_reopening(void **state)
{
	struct weft_conflict *conflict;
	struct pair pair;

	pair_open(&pair, FIXTURE_SQLITE, FIXTURE_SQLITE);
	pair_fork(&pair, BOTH_UPDATED);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	party_reopen(&pair.a, FIXTURE_SQLITE);
	party_reopen(&pair.b, FIXTURE_SQLITE);
	assert_int_equal(count_kept(&pair.a), 1);
	assert_int_equal(
	    weft_conflict_open_kept(pair.a.source, pair.b.source, "Todo",
		weft_slice("z"), &conflict, &pair.a.fixture.error),
	    WEFT_ENOTFOUND);
	fixture_ok(&pair.a.fixture,
	    weft_conflict_open_kept(pair.a.source, pair.b.source, "Todo",
		weft_slice("a"), &conflict, &pair.a.fixture.error));
	assert_int_equal(weft_conflict_type(conflict), WEFT_CONFLICT_UPDATE);
	fixture_ok(&pair.a.fixture,
	    weft_conflict_resolve_using_source(
		conflict, &pair.a.fixture.error));
	weft_conflict_destroy(conflict);
	assert_int_equal(count_kept(&pair.a), 0);
	pair_converge(&pair, "s");
	pair_close(&pair);
}

static void
conflict_each_kept__forgets_what_is_none_any_more(void **state)
{
	struct pair pair;

	pair_open_fork(&pair, state, BOTH_UPDATED);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_int_equal(count_kept(&pair.a), 1);
	assert_int_equal(count_kept(&pair.b), 0);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_int_equal(count_kept(&pair.a), 1);
	/* Somebody at the target does by hand what the source did. */
	party_put(&pair.b, "a", "s");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_int_equal(count_kept(&pair.a), 0);
	pair_close(&pair);
}

/* The target goes back to what both had: then the source's change, which is
 * older than any position by now, applies after all. */
static void
conflict_each_kept__applies_what_becomes_possible(void **state)
{
	struct pair pair;

	pair_open_fork(&pair, state, BOTH_UPDATED);
	for (int i = 0; i < 3; i++)
		assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	party_put(&pair.b, "a", "0");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "s");
	assert_int_equal(count_kept(&pair.a), 0);
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BETWEEN_EACH(conflict_each_kept__tells_all_of_a_conflict),
	    cmocka_unit_test(conflict_open_kept__resolves_one_after_reopening),
	    BETWEEN_EACH(conflict_each_kept__forgets_what_is_none_any_more),
	    BETWEEN_EACH(conflict_each_kept__applies_what_becomes_possible),
	};

	return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
