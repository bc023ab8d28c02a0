/*
 * Power losses while checkpoints are given out, most of which do not wait for
 * the disk: after any loss each number that is given out is above all that
 * were, and no acknowledged record is missing.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>

#include "models/reserve.h"
#include "tests/lib/disk_log.h"
#include "tests/lib/fixture.h"
#include "tests/lib/power_loss.h"
#include "tests/lib/random.h"

#define STEPS 120
#define LOSSES 150

/* Marks in the log, each with a number added. */
enum mark { GIVEN = 10000, WRITTEN = 20000 };

static struct disk_log logged;

/* Checkpoints, and now and then a record. */
static void
record(void)
{
	struct fixture fixture;
	char json[32];

	fixture_open(&fixture, FIXTURE_SQLITE);
	disk_log_start(fixture.directory);
	for (int i = 1; i <= STEPS; i++) {
		disk_log_mark(GIVEN + (int)fixture_checkpoint(&fixture));
		if (i % 7)
			continue;
		snprintf(json, sizeof json, "{\"id\":\"%d\"}", i / 7);
		fixture_put(&fixture, json);
		disk_log_mark(WRITTEN + i / 7);
	}
	logged = disk_log_stop();
	fixture_close(&fixture);
}

/* What was promised when the machine failed. */
struct promise {
	uint64_t given, written;
};

static struct promise
promise_at(size_t prefix)
{
	struct promise promise = {1, 0};

	for (size_t i = 0; i < prefix; i++) {
		int mark = logged.ops[i].type == DISK_MARK
		    ? logged.ops[i].mark : 0;

		if (mark > WRITTEN)
			promise.written = (uint64_t)mark - WRITTEN;
		else if (mark > GIVEN)
			promise.given = (uint64_t)mark - GIVEN;
	}
	return promise;
}

/* Whether it holds after one loss, when the machine is up again. */
static bool
survives(uint64_t seed)
{
	struct random random = {seed};
	size_t prefix = logged.base +
	    (size_t)random_below(&random, logged.count - logged.base + 1);
	struct promise promise = promise_at(prefix);
	struct fixture fixture;
	uint64_t records = 0;
	bool holds;

	fixture_open(&fixture, FIXTURE_MEMORY); /* for its directory */
	power_loss_make(&logged, prefix, random_next(&random), NULL,
	    fixture.directory);
	weft__reserve_set_boot("the next life");
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	holds = fixture_checkpoint(&fixture) > promise.given;
	fixture_ok(&fixture, weft_record_count(fixture.model, NULL,
		weft_slice_of(NULL, 0), &records, &fixture.error));
	holds = holds && records >= promise.written;
	weft__reserve_set_boot(NULL);
	fixture_close(&fixture);
	return holds;
}

static void
power__gives_out_no_checkpoint_again(void **state)
{
	uint64_t seed = 1;
	bool one = random_seed_given(&seed);

	record();
	for (uint64_t i = 0; i < (one ? 1 : LOSSES); i++)
		if (!survives(seed + i))
			fail_msg("WEFT_SEED=%" PRIu64, seed + i);
	disk_log_free(&logged);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(power__gives_out_no_checkpoint_again),
	};

	/* Losses leave what is worth a warning. */
	weft_log_set(NULL, WEFT_LOG_ERROR, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
