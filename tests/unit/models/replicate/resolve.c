/* Tests of models/replicate/resolve.c: policies and resolvers. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/pair.h"

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
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		sync_with_policy(&pair, WEFT_RESOLVE_SOURCE, 1, 0);
		assert_string_equal(party_title(&pair.b, "a"),
		    origin == SOURCE_DELETED ? "-" : "s");
		pair_converge(&pair, origin == SOURCE_DELETED ? "-" : "s");
		pair_close(&pair);
		pair_open_fork(&pair, state, origin);
		sync_with_policy(&pair, WEFT_RESOLVE_TARGET, 1, 0);
		pair_converge(&pair, origin == TARGET_DELETED ? "-" : "t");
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
	const struct pair_kinds *kinds = *state;
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
		pair_converge(&pair, cases[i].winner);
		pair_close(&pair);
	}
}

static void
replicate__merges_by_policy_what_does_not_clash(void **state)
{
	const struct pair_kinds *kinds = *state;
	struct weft_buf dump;
	struct pair pair;

	if (!pair_has_a_store(state))
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

		pair_open_fork(&pair, state, BOTH_UPDATED);
		how.resolver = answer;
		how.resolver_context = &answering;
		party_replicate(&pair.a, &pair.b, &how, &result);
		assert_int_equal(answering.asked, 1);
		assert_int_equal(result.length, !cases[i].title);
		assert_int_equal(result.resolved, !!cases[i].title);
		weft_replication_result_fini(&result);
		if (cases[i].title)
			pair_converge(&pair, cases[i].title);
		else
			assert_string_equal(party_title(&pair.b, "a"), "t");
		pair_close(&pair);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BETWEEN_EACH(replicate__lets_a_side_win_by_policy),
	    BETWEEN_EACH(replicate__lets_the_newest_win_by_policy),
	    BETWEEN_EACH(replicate__merges_by_policy_what_does_not_clash),
	    BETWEEN_EACH(replicate__does_what_the_resolver_answers),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
