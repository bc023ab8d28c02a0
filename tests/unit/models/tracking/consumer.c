/* Tests of models/tracking/consumer.c. */
#include "tests/lib/test.h"

#include "models/datasource.h"
#include "models/tracking/consumer.h"
#include "tests/lib/pair.h"

static int
count_consumer(const struct weft_consumer *consumer, void *context)
{
	struct weft_consumer *last = context;

	*last = *consumer;
	return 0;
}

static int
find_lowest(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	return weft__consumer_lowest(transaction, context, error);
}

static uint64_t
lowest(struct party *party)
{
	uint64_t position = 0;

	fixture_ok(&party->fixture,
	    weft__datasource_read(party->fixture.datasource, find_lowest,
		&position, &party->fixture.error));
	return position;
}

static void
consumer_lowest__is_where_pruning_stops(void **state)
{
	struct party party;

	party_open_state(&party, state);
	assert_true(lowest(&party) == UINT64_MAX);
	fixture_ok(&party.fixture,
	    weft_consumer_set(
		party.fixture.datasource, "a", "", 7, &party.fixture.error));
	fixture_ok(&party.fixture,
	    weft_consumer_set(
		party.fixture.datasource, "b", "", 5, &party.fixture.error));
	assert_int_equal(lowest(&party), 5);
	party_close(&party);
}

static void
consumer_set__remembers_how_far_somebody_is(void **state)
{
	struct weft_consumer last = {.name = ""};
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "a", "2");
	party_put(&party, "a", "3");
	fixture_ok(&party.fixture,
	    weft_consumer_set(party.fixture.datasource, "mirror", "J \"X\"", 1,
		&party.fixture.error));
	fixture_ok(&party.fixture,
	    weft_consumer_each(party.fixture.datasource, count_consumer, &last,
		&party.fixture.error));
	assert_string_equal(last.name, "mirror");
	assert_string_equal(last.owner, "J \"X\"");
	assert_int_equal(last.position, 1);
	assert_int_equal(last.pending, 2);
	assert_int_equal(last.last_seen_ms, party.fixture.now_ms);
	fixture_ok(&party.fixture,
	    weft_consumer_remove(
		party.fixture.datasource, "mirror", &party.fixture.error));
	assert_int_equal(weft_consumer_remove(party.fixture.datasource,
			     "mirror", &party.fixture.error),
	    WEFT_ENOTFOUND);
	assert_int_equal(weft_consumer_set(party.fixture.datasource, "", "", 1,
			     &party.fixture.error),
	    WEFT_EINVAL);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(consumer_lowest__is_where_pruning_stops),
	    ON_EACH(consumer_set__remembers_how_far_somebody_is),
	};

	return cmocka_run_group_tests_name("consumer", tests, NULL, NULL);
}
