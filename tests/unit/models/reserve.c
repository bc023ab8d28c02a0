/* Tests of models/reserve.h: checkpoints that do not wait for the disk. */
#include "tests/lib/test.h"

#include <unistd.h>

#include "models/datasource.h"
#include "models/reserve.h"
#include "tests/lib/fixture.h"

static int syncs;

/* In the place of the C library's: SQLite waits for the disk by it. */
__attribute__((visibility("default"))) int
fdatasync(int fd)
{
	syncs++;
	return 0;
}

static uint64_t
current(struct fixture *fixture)
{
	uint64_t checkpoint;

	fixture_ok(fixture, weft_datasource_current_checkpoint(
		fixture->datasource, &checkpoint, &fixture->error));
	return checkpoint;
}

static void
checkpoint__counts_by_one(void **state)
{
	static const char *const settings[] = {FIXTURE_MEMORY, FIXTURE_SQLITE};
	struct fixture fixture;

	for (size_t i = 0; i < 2; i++) {
		fixture_open(&fixture, settings[i]);
		for (uint64_t number = 2; number < 2500; number++)
			assert_int_equal(
			    fixture_checkpoint(&fixture), number);
		assert_int_equal(current(&fixture), 2499);
		fixture_close(&fixture);
	}
}

static void
checkpoint__waits_for_the_disk_once_in_a_thousand(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_checkpoint(&fixture);
	syncs = 0;
	for (int i = 0; i < 1000; i++)
		fixture_checkpoint(&fixture);
	assert_int_equal(syncs, 0);
	fixture_checkpoint(&fixture);
	assert_int_equal(syncs, 1);
	fixture_close(&fixture);
}

static void
write__waits_for_the_disk_after_a_checkpoint(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_checkpoint(&fixture);
	fixture_checkpoint(&fixture);
	syncs = 0;
	fixture_put(&fixture, "{\"id\":\"a\"}");
	assert_int_equal(syncs, 1);
	fixture_close(&fixture);
}

static void
checkpoint__goes_on_as_it_was_when_the_process_ends(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_checkpoint(&fixture);
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	assert_int_equal(fixture_checkpoint(&fixture), 3);
	fixture_close(&fixture);
}

/* What was given out then may have been lost. */
static void
checkpoint__goes_on_above_all_when_the_machine_has_ended(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	assert_int_equal(fixture_checkpoint(&fixture), 2);
	weft__reserve_set_boot("another life");
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	assert_int_equal(current(&fixture), 1002);
	assert_int_equal(fixture_checkpoint(&fixture), 1003);
	weft__reserve_set_boot("a third");
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	assert_int_equal(fixture_checkpoint(&fixture), 2004);
	weft__reserve_set_boot(NULL);
	fixture_close(&fixture);
}

/* Where the machine has no boot id each one waits. */
static void
checkpoint__waits_where_no_loss_would_be_seen(void **state)
{
	struct fixture fixture;

	weft__reserve_set_boot("");
	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_checkpoint(&fixture);
	syncs = 0;
	fixture_checkpoint(&fixture);
	fixture_checkpoint(&fixture);
	assert_int_equal(syncs, 2);
	weft__reserve_set_boot(NULL);
	fixture_close(&fixture);
}

static void
reserved__is_checked_when_it_is_read(void **state)
{
	static const char *const damaged[] = {"x", "12", "99999999999999999 a"};
	struct fixture fixture;
	uint64_t checkpoint;

	fixture_open(&fixture, FIXTURE_SQLITE);
	for (size_t i = 0; i < 3; i++) {
		fixture_ok(&fixture, weft__datasource_meta_put(
			fixture.datasource, weft_slice("counter/reserved"),
			weft_slice(damaged[i]), &fixture.error));
		assert_int_equal(weft_datasource_checkpoint(fixture.datasource,
		    &checkpoint, &fixture.error), WEFT_EDAMAGED);
	}
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(checkpoint__counts_by_one),
	    cmocka_unit_test(
		checkpoint__waits_for_the_disk_once_in_a_thousand),
	    cmocka_unit_test(write__waits_for_the_disk_after_a_checkpoint),
	    cmocka_unit_test(
		checkpoint__goes_on_as_it_was_when_the_process_ends),
	    cmocka_unit_test(
		checkpoint__goes_on_above_all_when_the_machine_has_ended),
	    cmocka_unit_test(checkpoint__waits_where_no_loss_would_be_seen),
	    cmocka_unit_test(reserved__is_checked_when_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
