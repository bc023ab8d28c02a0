/*
 * Tests of models/replicate/position.c and remember.c: where a replication
 * goes on, restored backups, and that what did not change costs nothing.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/meter.h"
#include "tests/lib/pair.h"

#define SQLITE_BARE \
	"{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\"," \
	"\"store\":false}"

static void
replicate__goes_on_where_it_left_off_after_reopening(void **state)
{
	struct pair pair;

	pair_open(&pair, FIXTURE_SQLITE, FIXTURE_SQLITE);
	party_put_many(&pair.a, "r", 10);
	party_carry(&pair.a, &pair.b, 10, 10);
	party_reopen(&pair.a, FIXTURE_SQLITE);
	party_reopen(&pair.b, FIXTURE_SQLITE);
	party_carry(&pair.a, &pair.b, 0, 0);
	party_put(&pair.a, "r1", "y");
	party_carry(&pair.a, &pair.b, 1, 1);
	pair_close(&pair);
}

static void
replicate__starts_anew_when_told_to(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	pair_open_state(&pair, state);
	party_put_many(&pair.a, "r", 10);
	party_carry(&pair.a, &pair.b, 10, 10);
	how.since_source = WEFT_SINCE_ALL;
	how.since_target = WEFT_SINCE_ALL;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.changes, 10);
	assert_int_equal(result.applied, 0);
	assert_int_equal(result.unchanged, 0); /* diff knows it already */
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

/* A 'since' beyond what is remembered passes changes over: it must not be
 * remembered. */
static void
replicate__does_not_remember_a_since_that_passes_changes_over(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	pair_open_state(&pair, state);
	party_put(&pair.a, "a", "1");
	how.since_source = (int64_t)fixture_checkpoint(&pair.a.fixture);
	party_put(&pair.a, "b", "1");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	pair_assert_same(&pair, 2);
	pair_close(&pair);
}

/* Closes the database, copies a file of it, and opens it again. */
static void
copy_database(
    struct party *party, const char *settings, const char *from, const char *to)
{
	char path[128];
	static char bytes[1 << 20];
	FILE *file;
	size_t size;

	weft_source_destroy(party->source);
	party->source = NULL;
	weft_registry_destroy(party->fixture.registry);
	party->fixture.registry = NULL;
	snprintf(path, sizeof path, "%s/%s", party->fixture.directory, from);
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(bytes, 1, sizeof bytes, file);
	assert_true(size > 0 && size < sizeof bytes);
	fclose(file);
	snprintf(path, sizeof path, "%s/%s", party->fixture.directory, to);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
	party_reopen(party, settings);
}

static void
back_up(struct party *party, const char *settings)
{
	copy_database(party, settings, "db.sqlite", "backup");
}

static void
restore(struct party *party, const char *settings)
{
	copy_database(party, settings, "backup", "db.sqlite");
}

/*
 * A restored database goes on counting checkpoints from where it was: the
 * other side's position then lies beyond it, or worse, is passed again by
 * other changes.
 */
static void
check_restored_source(const char *settings)
{
	struct pair pair;

	pair_open(&pair, settings, settings);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	back_up(&pair.a, settings);
	party_put(&pair.a, "lost", "1");
	for (int i = 0; i < 5; i++)
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	restore(&pair.a, settings);
	party_put(&pair.a, "after", "1");
	for (int i = 0; i < 20; i++)
		fixture_checkpoint(&pair.a.fixture);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "after"), "1");
	/* And what it lost comes back from the other side. */
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	pair_assert_same(&pair, 3);
	pair_close(&pair);
}

static void
replicate__loses_nothing_when_a_source_was_restored(void **state)
{
	check_restored_source(FIXTURE_SQLITE);
}

static void
replicate__loses_nothing_when_a_source_without_store_was_restored(void **state)
{
	check_restored_source(SQLITE_BARE);
}

static void
check_restored_target(const char *settings)
{
	struct pair pair;

	pair_open(&pair, settings, settings);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	back_up(&pair.b, settings);
	party_put(&pair.a, "b", "1");
	party_put(&pair.a, "a", "2");
	for (int i = 0; i < 5; i++)
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	restore(&pair.b, settings);
	assert_string_equal(party_title(&pair.b, "b"), "-");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	pair_assert_same(&pair, 2);
	pair_close(&pair);
}

static void
replicate__loses_nothing_when_a_target_was_restored(void **state)
{
	check_restored_target(FIXTURE_SQLITE);
}

static void
replicate__loses_nothing_when_a_target_without_store_was_restored(void **state)
{
	check_restored_target(SQLITE_BARE);
}

/*
 * Cost: what did not change is not looked at
 */

static void
replicate__looks_at_nothing_when_nothing_changed(void **state)
{
	struct pair pair;
	uint64_t calls[2];

	for (int many = 0; many < 2; many++) {
		pair_open_state(&pair, state);
		party_put_many(&pair.a, "r", many ? 300 : 3);
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		meter_install(pair.a.fixture.datasource);
		party_carry(&pair.a, &pair.b, 0, 0);
		assert_int_equal(meter.reads + meter.seen + meter.writes, 0);
		calls[many] = meter.calls;
		pair_close(&pair);
	}
	assert_int_equal(calls[0], calls[1]);
}

static void
replicate__looks_at_one_record_when_one_changed(void **state)
{
	struct pair pair;

	pair_open_state(&pair, state);
	party_put_many(&pair.a, "r", 300);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_put(&pair.a, "r7", "y");
	meter_install(pair.a.fixture.datasource);
	party_carry(&pair.a, &pair.b, 1, 1);
	/* Its row, for the list and the store; its record, for both and the
	 * update. */
	assert_true(meter.reads + meter.seen <= 8);
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		replicate__goes_on_where_it_left_off_after_reopening),
	    BETWEEN_EACH(replicate__starts_anew_when_told_to),
	    BETWEEN_EACH(
		replicate__does_not_remember_a_since_that_passes_changes_over),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_source_was_restored),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_source_without_store_was_restored),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_target_was_restored),
	    cmocka_unit_test(
		replicate__loses_nothing_when_a_target_without_store_was_restored),
	    BETWEEN_EACH(replicate__looks_at_nothing_when_nothing_changed),
	    BETWEEN_EACH(replicate__looks_at_one_record_when_one_changed),
	};

	return cmocka_run_group_tests_name("position", tests, NULL, NULL);
}
