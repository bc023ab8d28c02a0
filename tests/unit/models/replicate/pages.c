/* Tests of models/replicate/found.c and earlier.c: conflicts by the page. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/limits.h"
#include "models/replicate/conflict.h"
#include "models/source/local.h"
#include "tests/lib/pair.h"

#define MANY (2 * WEFT_LIMIT_PAGE_CHANGES + 500)

/* Records r0, r1, ... that both sides have made, differently. */
static void
fork_many(struct pair *pair, int count)
{
	char id[20];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "r%d", i);
		party_put(&pair->a, id, "s");
		party_put(&pair->b, id, "t");
	}
}

static int
count_id(struct weft_slice id, void *context)
{
	(void)id;
	++*(unsigned *)context;
	return 0;
}

static unsigned
count_kept(struct pair *pair)
{
	const struct weft__parties parties = {
	    pair->a.source, pair->b.source, "Todo", "Todo"};
	unsigned count = 0;

	fixture_ok(&pair->a.fixture,
	    weft__kept_each(
		&parties, count_id, &count, &pair->a.fixture.error));
	return count;
}

static void
count_conflict(struct weft_conflict *conflict, void *context)
{
	assert_int_equal(weft_conflict_type(conflict), WEFT_CONFLICT_UNKNOWN);
	++*(unsigned *)context;
}

static void
replicate__tells_of_more_conflicts_than_a_page(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;
	unsigned told;

	(void)state;
	pair_open(&pair, FIXTURE_MEMORY, FIXTURE_MEMORY);
	fork_many(&pair, MANY);
	how.conflict = count_conflict;
	how.conflict_context = &told;
	for (int i = 0; i < 2; i++) {
		told = 0;
		party_replicate(&pair.a, &pair.b, &how, &result);
		assert_int_equal(told, MANY);
		assert_int_equal(result.unresolved, MANY);
		assert_int_equal(result.length, 0);
		assert_null(result.conflicts);
		assert_int_equal(count_kept(&pair), MANY);
		weft_replication_result_fini(&result);
	}
	assert_int_equal(party_sync(&pair.a, &pair.b), MANY);
	pair_close(&pair);
}

static void
replicate__resolves_more_conflicts_than_a_page(void **state)
{
	static const struct {
		enum weft_resolution policy;
		const char *title;
	} cases[] = {{WEFT_RESOLVE_SOURCE, "s"}, {WEFT_RESOLVE_TARGET, "t"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft_replication how = WEFT_REPLICATION_INIT;
		struct weft_replication_result result;
		struct pair pair;

		pair_open(&pair, FIXTURE_MEMORY, FIXTURE_MEMORY);
		fork_many(&pair, MANY);
		assert_int_equal(party_sync(&pair.a, &pair.b), MANY);
		how.policy = cases[i].policy;
		party_replicate(&pair.a, &pair.b, &how, &result);
		assert_int_equal(result.resolved, MANY);
		assert_int_equal(result.unresolved, 0);
		weft_replication_result_fini(&result);
		assert_int_equal(count_kept(&pair), 0);
		assert_string_equal(
		    party_title(&pair.b, "r2400"), cases[i].title);
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		assert_int_equal(party_sync(&pair.b, &pair.a), 0);
		pair_assert_same(&pair, MANY);
		pair_close(&pair);
	}
}

/* Those that were settled otherwise are not kept any more, the others are. */
static void
replicate__forgets_a_page_of_what_was_settled(void **state)
{
	const int settled = WEFT_LIMIT_PAGE_CHANGES + 100;
	struct pair pair;
	char id[20];

	(void)state;
	pair_open(&pair, FIXTURE_MEMORY, FIXTURE_MEMORY);
	fork_many(&pair, MANY);
	assert_int_equal(party_sync(&pair.a, &pair.b), MANY);
	for (int i = 0; i < settled; i++) {
		snprintf(id, sizeof id, "r%d", i);
		party_put(&pair.b, id, "s");
	}
	assert_int_equal(
	    party_sync(&pair.a, &pair.b), MANY - (size_t)settled);
	/* At most a few that the set of those found does not tell apart. */
	assert_in_range(count_kept(&pair), MANY - settled, MANY - settled + 3);
	pair_close(&pair);
}

static enum weft_resolution
answer(struct weft_conflict *conflict, struct weft_buf *data, void *context)
{
	const bool bad = weft_slice_equal(
	    weft_conflict_model_id(conflict), weft_slice("r1"));

	(void)context;
	if (bad && weft_buf_append_slice(data, weft_slice("{\"id\":\"wrong\"}")))
		return WEFT_RESOLVE_ASK;
	return bad ? WEFT_RESOLVE_MANUAL : WEFT_RESOLVE_TARGET;
}

static void
note_refused(const char *model, struct weft_slice id,
    const struct weft_error *why, void *context)
{
	assert_string_equal(model, "Todo");
	assert_string_equal(id.data, "r1");
	assert_true(why->code);
	++*(unsigned *)context;
}

static void
replicate__resolves_the_others_beside_one_that_fails(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	unsigned refused = 0;
	struct pair pair;

	pair_open_state(&pair, state);
	fork_many(&pair, 3);
	how.resolver = answer;
	how.refused = note_refused;
	how.refused_context = &refused;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.resolved, 2);
	assert_int_equal(result.length, 1);
	assert_int_equal(refused, 1);
	weft_replication_result_fini(&result);
	assert_int_equal(count_kept(&pair), 1);
	assert_string_equal(party_title(&pair.a, "r0"), "t");
	assert_string_equal(party_title(&pair.a, "r1"), "s");
	assert_string_equal(party_title(&pair.a, "r2"), "t");
	pair_close(&pair);
}

struct late {
	struct pair *pair;
	unsigned asked; /* about r0 */
};

/* Somebody writes r0 while the resolver is asked about another one. */
static enum weft_resolution
answer_late(struct weft_conflict *conflict, struct weft_buf *data,
    void *context)
{
	struct late *late = context;
	struct weft_slice id = weft_conflict_model_id(conflict);

	(void)data;
	if (weft_slice_equal(id, weft_slice("r0")) && late->asked++)
		return WEFT_RESOLVE_ASK;
	if (weft_slice_equal(id, weft_slice("r2")))
		party_put(&late->pair->a, "r0", "n");
	return WEFT_RESOLVE_TARGET;
}

static void
replicate__does_not_resolve_over_what_changed_meanwhile(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;
	struct late late = {&pair, 0};

	pair_open_state(&pair, state);
	fork_many(&pair, 3);
	how.resolver = answer_late;
	how.resolver_context = &late;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(late.asked, 2);
	assert_int_equal(result.resolved, 2);
	assert_int_equal(result.length, 1);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.a, "r0"), "n");
	assert_string_equal(party_title(&pair.b, "r0"), "t");
	assert_string_equal(party_title(&pair.a, "r1"), "t");
	pair_close(&pair);
}

/* The source that replicates with a server, and that server. */
static struct weft_source *own;
static struct weft__source_ops server;
static const struct weft__source_ops *behind;

static int
find_at_server(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_buf *body, struct weft_error *error)
{
	assert_null(weft__source_local(own)->transaction);
	return behind->find(source, model, id, body, error);
}

static int
history_at_server(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	assert_null(weft__source_local(own)->transaction);
	return behind->history(source, model, id, list, error);
}

/* Other writers would wait for the network, too. */
static void
replicate__asks_a_server_in_no_transaction(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	pair_open_state(&pair, state);
	fork_many(&pair, 3);
	own = pair.a.source;
	behind = pair.b.source->ops;
	server = *behind;
	server.is_remote = true;
	server.find = find_at_server;
	server.history = history_at_server;
	pair.b.source->ops = &server;
	how.policy = WEFT_RESOLVE_TARGET;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.resolved, 3);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.a, "r0"), "t");
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replicate__tells_of_more_conflicts_than_a_page),
	    cmocka_unit_test(replicate__resolves_more_conflicts_than_a_page),
	    cmocka_unit_test(replicate__forgets_a_page_of_what_was_settled),
	    BETWEEN_EACH(replicate__resolves_the_others_beside_one_that_fails),
	    BETWEEN_EACH(
		replicate__does_not_resolve_over_what_changed_meanwhile),
	    BETWEEN_EACH(replicate__asks_a_server_in_no_transaction),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
