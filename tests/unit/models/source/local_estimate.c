/* Tests of the source's estimate of its changes. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "tests/lib/pair.h"

static uint64_t
estimate(struct party *party, int64_t since)
{
	uint64_t count = 99;

	fixture_ok(&party->fixture, party->source->ops->estimate(party->source,
					"Todo", since, &count,
					&party->fixture.error));
	return count;
}

static void
estimate__of_everything_is_the_number_of_records(void **state)
{
	struct party party;

	party_open(&party, FIXTURE_SQLITE);
	assert_int_equal(estimate(&party, -1), 0);
	party_put(&party, "1", "a");
	party_put(&party, "1", "b");
	party_put(&party, "2", "a");
	assert_int_equal(estimate(&party, -1), 2);
	party_close(&party);
}

static void
estimate__since_a_checkpoint_is_the_number_of_writes(void **state)
{
	struct party party;
	uint64_t checkpoint;

	party_open(&party, FIXTURE_SQLITE);
	party_put(&party, "1", "a");
	checkpoint = fixture_checkpoint(&party.fixture);
	assert_int_equal(estimate(&party, (int64_t)checkpoint), 0);
	party_put(&party, "2", "a");
	party_put(&party, "2", "b");
	assert_int_equal(estimate(&party, (int64_t)checkpoint), 2);
	assert_int_equal(estimate(&party, 0), 3);
	party_close(&party);
}

static void
estimate__of_a_model_that_is_not_there(void **state)
{
	struct party party;
	uint64_t count;

	party_open(&party, FIXTURE_MEMORY);
	assert_int_equal(party.source->ops->estimate(party.source, "Nothing",
			     -1, &count, &party.fixture.error),
	    WEFT_ENOTFOUND);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(estimate__of_everything_is_the_number_of_records),
	    cmocka_unit_test(
		estimate__since_a_checkpoint_is_the_number_of_writes),
	    cmocka_unit_test(estimate__of_a_model_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
