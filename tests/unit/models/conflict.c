/*
 * Tests of <weft/conflict.h>: each kind of conflict, resolved in each way,
 * and that both sides are the same afterwards (LoopBack 3 replication, 3.7).
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "tests/lib/pair.h"

static const struct kinds {
	const char *a;
	const char *b;
} all_kinds[] = {
    {FIXTURE_MEMORY, FIXTURE_MEMORY},
    {FIXTURE_SQLITE, FIXTURE_SQLITE},
    {FIXTURE_SQLITE, FIXTURE_MEMORY_STORE},
    {FIXTURE_MEMORY, FIXTURE_SQLITE},
};

static bool
have_stores(void **state)
{
	const struct kinds *kinds = *state;

	return strcmp(kinds->a, FIXTURE_MEMORY) != 0 ||
	    strcmp(kinds->b, FIXTURE_MEMORY) != 0;
}

/* How record "a" came to be in conflict. */
enum origin {
	BOTH_UPDATED,
	SOURCE_DELETED,
	TARGET_DELETED,
	BOTH_CREATED,
	ORIGINS
};

/* Brings "a" into that conflict: titles 0, then s at the source, t at the
 * target. */
static void
fork(struct pair *pair, enum origin origin)
{
	if (origin != BOTH_CREATED) {
		party_put(&pair->a, "a", "0");
		assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	}
	fixture_checkpoint(&pair->a.fixture);
	fixture_checkpoint(&pair->b.fixture);
	if (origin == SOURCE_DELETED)
		party_delete(&pair->a, "a");
	else
		party_put(&pair->a, "a", "s");
	if (origin == TARGET_DELETED)
		party_delete(&pair->b, "a");
	else
		party_put(&pair->b, "a", "t");
}

static void
open_fork(struct pair *pair, void **state, enum origin origin)
{
	const struct kinds *kinds = *state;

	pair_open(pair, kinds->a, kinds->b);
	fork(pair, origin);
}

/* Replicates; there must be the one conflict. */
static struct weft_conflict *
find_conflict(struct pair *pair, struct weft_replication_result *result)
{
	party_replicate(&pair->a, &pair->b, NULL, result);
	assert_int_equal(result->length, 1);
	assert_string_equal(weft_conflict_model(*result->conflicts), "Todo");
	assert_true(weft_slice_equal(
	    weft_conflict_model_id(*result->conflicts), weft_slice("a")));
	return *result->conflicts;
}

/* Both ways, until nothing moves; then both are the same. */
static void
converge(struct pair *pair, const char *title)
{
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	assert_int_equal(party_sync(&pair->b, &pair->a), 0);
	assert_string_equal(party_title(&pair->a, "a"), title);
	assert_string_equal(party_title(&pair->b, "a"), title);
	pair_assert_same(pair, strcmp(title, "-") != 0);
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
}

static const enum weft_conflict_type types[ORIGINS] = {
    [BOTH_UPDATED] = WEFT_CONFLICT_UPDATE,
    [SOURCE_DELETED] = WEFT_CONFLICT_DELETE,
    [TARGET_DELETED] = WEFT_CONFLICT_DELETE,
    [BOTH_CREATED] = WEFT_CONFLICT_UNKNOWN,
};

static void
conflict_models__shows_both_sides_and_the_base(void **state)
{
	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_buf source = WEFT_BUF_INIT(1000);
		struct weft_buf target = WEFT_BUF_INIT(1000);
		struct weft_buf base = WEFT_BUF_INIT(1000);
		struct weft_conflict_presence present;
		struct weft_replication_result result;
		struct weft_change changes[2];
		struct weft_conflict *conflict;
		struct pair pair;

		open_fork(&pair, state, origin);
		conflict = find_conflict(&pair, &result);
		assert_int_equal(weft_conflict_type(conflict), types[origin]);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_models(conflict, &source, &target, &base,
			&present, &pair.a.fixture.error));
		assert_int_equal(present.source, origin != SOURCE_DELETED);
		assert_int_equal(present.target, origin != TARGET_DELETED);
		if (present.source)
			assert_string_equal(
			    source.data, "{\"id\":\"a\",\"title\":\"s\"}");
		if (present.target)
			assert_string_equal(
			    target.data, "{\"id\":\"a\",\"title\":\"t\"}");
		assert_int_equal(
		    present.base, origin != BOTH_CREATED && have_stores(state));
		if (present.base)
			assert_string_equal(
			    base.data, "{\"id\":\"a\",\"title\":\"0\"}");
		weft_conflict_changes(conflict, &changes[0], &changes[1]);
		if (present.source)
			assert_string_equal(
			    changes[0].rev.data, title_rev("a", "s"));
		else
			assert_null(changes[0].rev.data);
		if (origin != BOTH_CREATED)
			assert_string_equal(
			    changes[1].prev.data, title_rev("a", "0"));
		weft_replication_result_fini(&result);
		weft_buf_fini(&source);
		weft_buf_fini(&target);
		weft_buf_fini(&base);
		pair_close(&pair);
	}
}

/* Until it is resolved a conflict changes nothing, and is found again. */
static void
conflict__stays_until_it_is_resolved(void **state)
{
	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct pair pair;

		open_fork(&pair, state, origin);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(party_sync(&pair.a, &pair.b), 1);
			assert_string_equal(party_title(&pair.a, "a"),
			    origin == SOURCE_DELETED ? "-" : "s");
			assert_string_equal(party_title(&pair.b, "a"),
			    origin == TARGET_DELETED ? "-" : "t");
		}
		pair_close(&pair);
	}
}

static void
conflict_resolve_using_source__makes_the_source_win(void **state)
{
	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_using_source(
			find_conflict(&pair, &result), &pair.a.fixture.error));
		weft_replication_result_fini(&result);
		converge(&pair, origin == SOURCE_DELETED ? "-" : "s");
		pair_close(&pair);
	}
}

static void
conflict_resolve_using_target__makes_the_target_win(void **state)
{
	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_using_target(
			find_conflict(&pair, &result), &pair.a.fixture.error));
		weft_replication_result_fini(&result);
		assert_string_equal(party_title(&pair.a, "a"),
		    origin == TARGET_DELETED ? "-" : "t");
		converge(&pair, origin == TARGET_DELETED ? "-" : "t");
		pair_close(&pair);
	}
}

/* LoopBack's own client loses the record if the source's was deleted. */
static void
conflict_resolve_manually__writes_the_given_record(void **state)
{
	const struct weft_slice data =
	    weft_slice("{\"title\":\"m\",\"id\":\"a\"}");

	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_manually(
			find_conflict(&pair, &result), data,
			&pair.a.fixture.error));
		weft_replication_result_fini(&result);
		converge(&pair, "m");
		pair_close(&pair);
	}
}

static void
conflict_resolve_manually__deletes_without_a_record(void **state)
{
	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_manually(
			find_conflict(&pair, &result), weft_slice(NULL),
			&pair.a.fixture.error));
		weft_replication_result_fini(&result);
		converge(&pair, "-");
		pair_close(&pair);
	}
}

static void
conflict_resolve_manually__resolves_nothing_with_bad_data(void **state)
{
	struct weft_replication_result result;
	struct weft_conflict *conflict;
	struct pair pair;

	open_fork(&pair, state, BOTH_UPDATED);
	conflict = find_conflict(&pair, &result);
	assert_int_equal(weft_conflict_resolve_manually(conflict,
			     weft_slice("{\"title\":"), &pair.a.fixture.error),
	    WEFT_EJSON);
	assert_int_equal(
	    weft_conflict_resolve_manually(
		conflict, weft_slice("{\"id\":\"b\"}"), &pair.a.fixture.error),
	    WEFT_EINVAL);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.a, "a"), "s");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	pair_close(&pair);
}

/* For one-way pulls: the client, here the target, takes the other's. */
static void
conflict_swap_parties__resolves_at_the_other_side(void **state)
{
	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct weft_conflict *swapped;
		struct pair pair;

		open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_swap_parties(find_conflict(&pair, &result),
			&swapped, &pair.a.fixture.error));
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_using_target(
			swapped, &pair.a.fixture.error));
		weft_conflict_destroy(swapped);
		weft_replication_result_fini(&result);
		/* Only what comes from the source; nothing was sent back. */
		assert_string_equal(party_title(&pair.b, "a"),
		    origin == SOURCE_DELETED ? "-" : "s");
		converge(&pair, origin == SOURCE_DELETED ? "-" : "s");
		pair_close(&pair);
	}
}

/* What the target wrote after the maker of the decision looked is not
 * overwritten. */
static void
conflict_resolve__does_not_overwrite_what_came_later(void **state)
{
	struct weft_replication_result result;
	struct weft_buf target = WEFT_BUF_INIT(1000);
	struct weft_conflict *conflict;
	struct pair pair;

	open_fork(&pair, state, BOTH_UPDATED);
	conflict = find_conflict(&pair, &result);
	party_put(&pair.b, "a", "u");
	fixture_ok(&pair.a.fixture,
	    weft_conflict_resolve(conflict, &pair.a.fixture.error));
	weft_replication_result_fini(&result);
	conflict = find_conflict(&pair, &result);
	/* Having looked at it, it is. */
	fixture_ok(&pair.a.fixture,
	    weft_conflict_models(
		conflict, NULL, &target, NULL, NULL, &pair.a.fixture.error));
	assert_string_equal(target.data, "{\"id\":\"a\",\"title\":\"u\"}");
	fixture_ok(&pair.a.fixture,
	    weft_conflict_resolve(conflict, &pair.a.fixture.error));
	weft_replication_result_fini(&result);
	converge(&pair, "s");
	weft_buf_fini(&target);
	pair_close(&pair);
}

/* The source goes on writing while the conflict is open: still a conflict,
 * as the target's change was never seen there. */
static void
conflict__is_not_forgotten_when_the_source_goes_on(void **state)
{
	struct pair pair;

	open_fork(&pair, state, BOTH_UPDATED);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	for (int i = 0; i < 3; i++) {
		party_put(&pair.a, "a", (const char[]){(char)('1' + i), 0});
		party_put(&pair.a, "other", "x");
		assert_int_equal(party_sync(&pair.a, &pair.b), 1);
		assert_string_equal(party_title(&pair.b, "a"), "t");
		assert_string_equal(party_title(&pair.b, "other"), "x");
	}
	pair_close(&pair);
}

/*
 * Policies and resolvers
 */

static void
sync_with_policy(struct pair *pair, enum weft_resolution policy,
    uint64_t resolved, size_t left)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;

	how.policy = policy;
	party_replicate(&pair->a, &pair->b, &how, &result);
	assert_int_equal(result.resolved, resolved);
	assert_int_equal(result.length, left);
	weft_replication_result_fini(&result);
}

static void
replicate__lets_a_side_win_by_policy(void **state)
{
	for (enum origin origin = 0; origin < ORIGINS; origin++) {
		struct pair pair;

		open_fork(&pair, state, origin);
		sync_with_policy(&pair, WEFT_RESOLVE_SOURCE, 1, 0);
		assert_string_equal(party_title(&pair.b, "a"),
		    origin == SOURCE_DELETED ? "-" : "s");
		converge(&pair, origin == SOURCE_DELETED ? "-" : "s");
		pair_close(&pair);
		open_fork(&pair, state, origin);
		sync_with_policy(&pair, WEFT_RESOLVE_TARGET, 1, 0);
		converge(&pair, origin == TARGET_DELETED ? "-" : "t");
		pair_close(&pair);
	}
}

static void
put_json(struct party *party, const char *json)
{
	fixture_put(&party->fixture, json);
}

static void
replicate__lets_the_newest_win_by_policy(void **state)
{
	static const struct {
		const char *source, *target, *winner;
	} cases[] = {
	    {"2026-01-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z", "s"},
	    {"2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z", "t"},
	};
	const struct kinds *kinds = *state;
	char json[200];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair pair;

		pair_open(&pair, kinds->a, kinds->b);
		snprintf(json, sizeof json,
		    "{\"id\":\"a\",\"title\":\"s\",\"updatedAt\":\"%s\"}",
		    cases[i].source);
		put_json(&pair.a, json);
		snprintf(json, sizeof json,
		    "{\"id\":\"a\",\"title\":\"t\",\"updatedAt\":\"%s\"}",
		    cases[i].target);
		put_json(&pair.b, json);
		sync_with_policy(&pair, WEFT_RESOLVE_NEWEST, 1, 0);
		converge(&pair, cases[i].winner);
		pair_close(&pair);
	}
}

static void
replicate__merges_by_policy_what_does_not_clash(void **state)
{
	const struct kinds *kinds = *state;
	struct weft_buf dump;
	struct pair pair;

	if (!have_stores(state))
		return; /* without one there is no base to merge on */
	pair_open(&pair, kinds->a, kinds->b);
	put_json(&pair.a, "{\"id\":\"a\",\"title\":\"0\",\"rank\":1}");
	put_json(&pair.a, "{\"id\":\"b\",\"title\":\"0\",\"rank\":1}");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	put_json(&pair.a, "{\"id\":\"a\",\"title\":\"s\",\"rank\":1}");
	put_json(&pair.b, "{\"id\":\"a\",\"title\":\"0\",\"rank\":2}");
	put_json(&pair.a, "{\"id\":\"b\",\"title\":\"s\",\"rank\":1}");
	put_json(&pair.b, "{\"id\":\"b\",\"title\":\"t\",\"rank\":1}");
	sync_with_policy(&pair, WEFT_RESOLVE_MERGE, 1, 1);
	dump = party_dump(&pair.b);
	assert_string_equal(dump.data,
	    "{\"id\":\"a\",\"rank\":2,\"title\":\"s\"}\n"
	    "{\"id\":\"b\",\"rank\":1,\"title\":\"t\"}\n");
	weft_buf_fini(&dump);
	pair_close(&pair);
}

struct answering {
	enum weft_resolution answer;
	const char *data;
	unsigned asked;
};

static enum weft_resolution
answer(struct weft_conflict *conflict, struct weft_buf *data, void *context)
{
	struct answering *answering = context;
	struct weft_buf source = WEFT_BUF_INIT(1000);
	struct weft_conflict_presence present;

	answering->asked++;
	assert_int_equal(
	    weft_conflict_models(conflict, &source, NULL, NULL, &present, NULL),
	    0);
	weft_buf_fini(&source);
	if (answering->data)
		assert_int_equal(
		    weft_buf_append_slice(data, weft_slice(answering->data)),
		    0);
	return answering->answer;
}

static void
replicate__does_what_the_resolver_answers(void **state)
{
	static const struct {
		struct answering answering;
		const char *title; /* NULL: the conflict stays */
	} cases[] = {
	    {{WEFT_RESOLVE_ASK, NULL, 0}, NULL},
	    {{WEFT_RESOLVE_SOURCE, NULL, 0}, "s"},
	    {{WEFT_RESOLVE_TARGET, NULL, 0}, "t"},
	    {{WEFT_RESOLVE_MANUAL, NULL, 0}, "-"},
	    {{WEFT_RESOLVE_MANUAL, "{\"id\":\"a\",\"title\":\"m\"}", 0}, "m"},
	    {{WEFT_RESOLVE_MANUAL, "{\"id\":\"wrong\"}", 0}, NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft_replication how = WEFT_REPLICATION_INIT;
		struct answering answering = cases[i].answering;
		struct weft_replication_result result;
		struct pair pair;

		open_fork(&pair, state, BOTH_UPDATED);
		how.resolver = answer;
		how.resolver_context = &answering;
		party_replicate(&pair.a, &pair.b, &how, &result);
		assert_int_equal(answering.asked, 1);
		assert_int_equal(result.length, !cases[i].title);
		assert_int_equal(result.resolved, !!cases[i].title);
		weft_replication_result_fini(&result);
		if (cases[i].title)
			converge(&pair, cases[i].title);
		else
			assert_string_equal(party_title(&pair.b, "a"), "t");
		pair_close(&pair);
	}
}

/*
 * Kept conflicts
 */

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

	open_fork(&pair, state, BOTH_UPDATED);
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
	if (have_stores(state))
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
	fork(&pair, BOTH_UPDATED);
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
	converge(&pair, "s");
	pair_close(&pair);
}

static void
conflict_each_kept__forgets_what_is_none_any_more(void **state)
{
	struct pair pair;

	open_fork(&pair, state, BOTH_UPDATED);
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

	open_fork(&pair, state, BOTH_UPDATED);
	for (int i = 0; i < 3; i++)
		assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	party_put(&pair.b, "a", "0");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "s");
	assert_int_equal(count_kept(&pair.a), 0);
	pair_close(&pair);
}

#define BETWEEN_EACH(test) \
	{#test " (memory, memory)", test, NULL, NULL, (void *)&all_kinds[0]}, \
	    {#test " (sqlite, sqlite)", test, NULL, NULL, \
		(void *)&all_kinds[1]}, \
	    {#test " (sqlite, memory with store)", test, NULL, NULL, \
		(void *)&all_kinds[2]}, \
	{ \
#test " (memory, sqlite)", test, NULL, NULL, \
		    (void *)&all_kinds[3] \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BETWEEN_EACH(conflict_models__shows_both_sides_and_the_base),
	    BETWEEN_EACH(conflict__stays_until_it_is_resolved),
	    BETWEEN_EACH(conflict_resolve_using_source__makes_the_source_win),
	    BETWEEN_EACH(conflict_resolve_using_target__makes_the_target_win),
	    BETWEEN_EACH(conflict_resolve_manually__writes_the_given_record),
	    BETWEEN_EACH(conflict_resolve_manually__deletes_without_a_record),
	    BETWEEN_EACH(
		conflict_resolve_manually__resolves_nothing_with_bad_data),
	    BETWEEN_EACH(conflict_swap_parties__resolves_at_the_other_side),
	    BETWEEN_EACH(conflict_resolve__does_not_overwrite_what_came_later),
	    BETWEEN_EACH(conflict__is_not_forgotten_when_the_source_goes_on),
	    BETWEEN_EACH(replicate__lets_a_side_win_by_policy),
	    BETWEEN_EACH(replicate__lets_the_newest_win_by_policy),
	    BETWEEN_EACH(replicate__merges_by_policy_what_does_not_clash),
	    BETWEEN_EACH(replicate__does_what_the_resolver_answers),
	    BETWEEN_EACH(conflict_each_kept__tells_all_of_a_conflict),
	    cmocka_unit_test(conflict_open_kept__resolves_one_after_reopening),
	    BETWEEN_EACH(conflict_each_kept__forgets_what_is_none_any_more),
	    BETWEEN_EACH(conflict_each_kept__applies_what_becomes_possible),
	};

	return cmocka_run_group_tests_name("conflict", tests, NULL, NULL);
}
