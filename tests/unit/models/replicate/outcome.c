/* Tests of models/replicate/outcome.c and pending.c: how the last replication
 * with each peer ended, and what there is to do since. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "models/replicate/outcome.h"
#include "models/transaction.h"
#include "tests/lib/pair.h"

struct look {
	unsigned count;
	struct weft__outcome last;
	struct weft__pending pending;
};

static int
note(const struct weft__outcome *outcome, const struct weft__pending *pending,
    void *context)
{
	struct look *look = context;

	look->count++;
	look->last = *outcome;
	look->pending = *pending;
	return 0;
}

static struct look
look_at(struct party *party)
{
	struct fixture *fixture = &party->fixture;
	struct look look = {.count = 0};

	fixture_ok(fixture, weft__outcome_each(fixture->datasource, note,
	    &look, &fixture->error));
	return look;
}

/* Keeps that a replication with the peer has ended, by an error or well. */
static void
keep(struct party *party, struct party *peer, const char *error)
{
	struct fixture *fixture = &party->fixture;
	struct weft__outcome outcome = {
	    .peer = "b.example", .sends = true, .conflicts = 2, .refused = 1};

	snprintf(outcome.error, sizeof outcome.error, "%s", error);
	if (peer)
		snprintf(outcome.epoch, sizeof outcome.epoch, "%s",
		    peer->source->ops->epoch(peer->source));
	fixture_ok(fixture, weft__outcome_keep(fixture->datasource, &outcome,
	    &fixture->error));
}

static void
outcome_keep__is_told_with_its_time(void **state)
{
	struct party party;
	struct look look;

	party_open_state(&party, state);
	assert_int_equal(look_at(&party).count, 0);
	keep(&party, NULL, "");
	look = look_at(&party);
	assert_int_equal(look.count, 1);
	assert_string_equal(look.last.peer, "b.example");
	assert_string_equal(look.last.epoch, "");
	assert_string_equal(look.last.error, "");
	assert_true(look.last.sends);
	assert_false(look.last.receives);
	assert_int_equal(look.last.conflicts, 2);
	assert_int_equal(look.last.refused, 1);
	assert_int_equal(look.last.ended_ms, party.fixture.now_ms);
	assert_int_equal(look.last.success_ms, party.fixture.now_ms);
	assert_false(look.pending.has_sent);
	assert_false(look.pending.knows_to_send);
	assert_int_equal(look.pending.received_to, 0);
	party_close(&party);
}

static void
outcome_keep__knows_the_success_before_a_failure(void **state)
{
	struct pair pair;
	struct look look;
	uint64_t success_ms;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "0");
	party_sync(&pair.a, &pair.b);
	keep(&pair.a, &pair.b, "");
	success_ms = pair.a.fixture.now_ms;
	pair.a.fixture.now_ms += 1000;
	keep(&pair.a, NULL, "cut off: \"\xff\"");
	look = look_at(&pair.a);
	assert_int_equal(look.count, 1);
	assert_string_equal(look.last.error, "not told in UTF-8");
	assert_int_equal(look.last.success_ms, success_ms);
	assert_int_equal(look.last.ended_ms, success_ms + 1000);
	assert_true(look.pending.knows_to_send);
	pair_close(&pair);
}

static void
pending__counts_writes_that_are_not_the_peers(void **state)
{
	struct pair pair;
	struct look look;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "0");
	party_sync(&pair.a, &pair.b);
	keep(&pair.a, &pair.b, "");
	look = look_at(&pair.a);
	assert_true(look.pending.knows_to_send);
	assert_int_equal(look.pending.to_send, 0);
	assert_int_equal(look.pending.received_to, 0);
	party_put(&pair.a, "a", "1");
	party_put(&pair.b, "b", "0");
	party_sync(&pair.b, &pair.a);
	party_delete(&pair.a, "a");
	look = look_at(&pair.a);
	assert_int_equal(look.pending.to_send, 2);
	assert_true(look.pending.received_to > 0);
	party_sync(&pair.a, &pair.b);
	assert_int_equal(look_at(&pair.a).pending.to_send, 0);
	pair_close(&pair);
}

static void
pending__is_nothing_where_nothing_was_ever_written(void **state)
{
	struct pair pair;
	struct look look;

	pair_open_state(&pair, state);
	party_sync(&pair.a, &pair.b);
	keep(&pair.a, &pair.b, "");
	look = look_at(&pair.a);
	assert_true(look.pending.knows_to_send);
	assert_int_equal(look.pending.to_send, 0);
	pair_close(&pair);
}

static int
prune(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;

	(void)context;
	return session->ops->journal_prune(session, 3, error);
}

static void
pending__is_not_known_beyond_the_journal(void **state)
{
	struct fixture *fixture;
	struct pair pair;

	pair_open_state(&pair, state);
	fixture = &pair.a.fixture;
	party_put(&pair.a, "a", "0");
	party_sync(&pair.a, &pair.b);
	keep(&pair.a, &pair.b, "");
	party_put_many(&pair.a, "r", 4);
	assert_int_equal(look_at(&pair.a).pending.to_send, 4);
	fixture_ok(fixture, weft_datasource_transaction(
	    fixture->datasource, prune, NULL, &fixture->error));
	assert_true(look_at(&pair.a).pending.has_sent);
	assert_false(look_at(&pair.a).pending.knows_to_send);
	pair_close(&pair);
}

/* The last value whose name begins so. */
struct spoiled {
	char name[300];
};

static int
take_name(struct weft_slice name, struct weft_slice value, void *context)
{
	struct spoiled *spoiled = context;

	(void)value;
	snprintf(spoiled->name, sizeof spoiled->name, "%.*s", (int)name.size,
	    name.data);
	return 0;
}

static void
spoil(struct party *party, const char *prefix)
{
	struct fixture *fixture = &party->fixture;
	struct spoiled spoiled = {.name = ""};

	fixture_ok(fixture, weft__datasource_meta_each(fixture->datasource,
	    weft_slice(prefix), take_name, &spoiled, &fixture->error));
	fixture_ok(fixture, weft__datasource_meta_put(fixture->datasource,
	    weft_slice(spoiled.name), weft_slice("{"), &fixture->error));
}

static void
outcome_each__passes_over_what_is_damaged(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "0");
	party_sync(&pair.a, &pair.b);
	keep(&pair.a, &pair.b, "");
	spoil(&pair.a, "sent/");
	assert_int_equal(look_at(&pair.a).count, 1);
	assert_false(look_at(&pair.a).pending.has_sent);
	spoil(&pair.a, "replicated/");
	assert_int_equal(look_at(&pair.a).count, 0);
	keep(&pair.a, &pair.b, "");
	assert_int_equal(look_at(&pair.a).count, 1);
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(outcome_keep__is_told_with_its_time),
	    BETWEEN_EACH(outcome_keep__knows_the_success_before_a_failure),
	    BETWEEN_EACH(pending__counts_writes_that_are_not_the_peers),
	    BETWEEN_EACH(pending__is_nothing_where_nothing_was_ever_written),
	    BETWEEN_EACH(pending__is_not_known_beyond_the_journal),
	    BETWEEN_EACH(outcome_each__passes_over_what_is_damaged),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
