/* Tests of include/weft/store.h: status, path, log and check of the store. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/fixture.h"

static struct weft_datasource_status
status_of(struct fixture *fixture)
{
	struct weft_datasource_status status;

	fixture_ok(fixture, weft_datasource_get_status(fixture->datasource,
				&status, &fixture->error));
	return status;
}

static void
project(struct fixture *fixture)
{
	fixture_ok(fixture, weft_datasource_project(fixture->datasource,
				&fixture->error));
}

static void
status__of_a_new_database(void **state)
{
	struct fixture fixture;
	struct weft_datasource_status status;

	fixture_open(&fixture, FIXTURE_SQLITE);
	status = status_of(&fixture);
	assert_int_equal(strlen(status.epoch), 36);
	assert_int_equal(status.checkpoint, 1);
	assert_int_equal(status.seq, 0);
	assert_int_equal(status.journal_first, 0);
	assert_int_equal(status.journal_last, 0);
	assert_true(status.has_store);
	assert_true(status.is_stored);
	assert_int_equal(status.stored_seq, 0);
	assert_string_equal(status.commit, "");
	fixture_close(&fixture);
}

static void
status__follows_writes_and_projection(void **state)
{
	struct fixture fixture;
	struct weft_datasource_status status;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	project(&fixture);
	fixture_checkpoint(&fixture);
	fixture_put(&fixture, "{\"id\":\"b\"}");
	status = status_of(&fixture);
	assert_int_equal(status.checkpoint, 2);
	assert_int_equal(status.seq, 2);
	assert_int_equal(status.journal_first, 1);
	assert_int_equal(status.journal_last, 2);
	assert_int_equal(status.stored_seq, 1);
	assert_false(status.is_stored);
	assert_int_equal(strlen(status.commit), 40);
	project(&fixture);
	status = status_of(&fixture);
	assert_true(status.is_stored);
	assert_int_equal(status.stored_seq, 2);
	fixture_close(&fixture);
}

static void
status__without_a_store(void **state)
{
	struct fixture fixture;
	struct weft_datasource_status status;

	fixture_open(&fixture, FIXTURE_MEMORY);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	status = status_of(&fixture);
	assert_false(status.has_store);
	assert_false(status.is_stored);
	assert_null(weft_store_path(fixture.datasource));
	fixture_close(&fixture);
}

static void
path__is_that_of_the_repository(void **state)
{
	struct fixture fixture;
	char path[128];

	fixture_open(&fixture, FIXTURE_SQLITE);
	snprintf(path, sizeof path, "%s/db.sqlite.git", fixture.directory);
	assert_string_equal(weft_store_path(fixture.datasource), path);
	fixture_close(&fixture);
}

struct commits {
	struct weft_store_commit seen[8];
	size_t length;
	size_t stop_at; /* returns 7 then */
};

static int
note_commit(const struct weft_store_commit *commit, void *context)
{
	struct commits *commits = context;

	commits->seen[commits->length++] = *commit;
	return commits->length == commits->stop_at ? 7 : 0;
}

static void
make_history(struct fixture *fixture)
{
	fixture_put(fixture, "{\"id\":\"a\"}");
	fixture_put(fixture, "{\"id\":\"b\"}");
	project(fixture);
	fixture_checkpoint(fixture);
	fixture->now_ms += 5000;
	fixture_put(fixture, "{\"id\":\"b\",\"rank\":1}");
	fixture_checkpoint(fixture);
	fixture_put(fixture, "{\"id\":\"c\"}");
	project(fixture);
}

static void
log__lists_the_newest_first(void **state)
{
	struct fixture fixture;
	struct commits commits = {.length = 0};
	struct weft_datasource_status status;

	fixture_open(&fixture, FIXTURE_SQLITE);
	make_history(&fixture);
	fixture_ok(&fixture, weft_store_log(fixture.datasource, 0,
				 note_commit, &commits, &fixture.error));
	status = status_of(&fixture);
	assert_int_equal(commits.length, 2);
	assert_string_equal(commits.seen[0].id, status.commit);
	assert_int_equal(commits.seen[0].seq, 4);
	assert_int_equal(commits.seen[0].checkpoint_first, 2);
	assert_int_equal(commits.seen[0].checkpoint_last, 3);
	assert_int_equal(commits.seen[0].changes, 2);
	assert_int_equal(commits.seen[0].time_ms, 1700000005000);
	assert_int_equal(commits.seen[1].seq, 2);
	assert_int_equal(commits.seen[1].checkpoint_first, 1);
	assert_int_equal(commits.seen[1].checkpoint_last, 1);
	fixture_close(&fixture);
}

static void
log__gives_as_many_as_asked_for(void **state)
{
	struct fixture fixture;
	struct commits commits = {.length = 0};

	fixture_open(&fixture, FIXTURE_SQLITE);
	make_history(&fixture);
	fixture_ok(&fixture, weft_store_log(fixture.datasource, 1,
				 note_commit, &commits, &fixture.error));
	assert_int_equal(commits.length, 1);
	commits = (struct commits){.stop_at = 1};
	assert_int_equal(weft_store_log(fixture.datasource, 0, note_commit,
			     &commits, &fixture.error), 7);
	fixture_close(&fixture);
}

static void
log__is_empty_without_commits(void **state)
{
	struct fixture fixture;
	struct commits commits = {.length = 0};

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_ok(&fixture, weft_store_log(fixture.datasource, 0,
				 note_commit, &commits, &fixture.error));
	fixture_close(&fixture);
	fixture_open(&fixture, FIXTURE_MEMORY);
	fixture_ok(&fixture, weft_store_log(fixture.datasource, 0,
				 note_commit, &commits, &fixture.error));
	fixture_close(&fixture);
	assert_int_equal(commits.length, 0);
}

static int
fail_on_problem(const struct weft_problem *problem, void *context)
{
	print_error("%s\n", problem->text);
	return 7;
}

static void
verify__finds_nothing_in_a_good_store(void **state)
{
	struct fixture fixture;
	uint64_t count = 9;

	fixture_open(&fixture, FIXTURE_SQLITE);
	make_history(&fixture);
	fixture_ok(&fixture, weft_store_verify(fixture.datasource, true,
				 fail_on_problem, NULL, NULL, &count,
				 &fixture.error));
	assert_int_equal(count, 0);
	fixture_close(&fixture);
	fixture_open(&fixture, FIXTURE_MEMORY);
	fixture_ok(&fixture, weft_store_verify(fixture.datasource, true,
				 fail_on_problem, NULL, NULL, NULL,
				 &fixture.error));
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(status__of_a_new_database),
	    cmocka_unit_test(status__follows_writes_and_projection),
	    cmocka_unit_test(status__without_a_store),
	    cmocka_unit_test(path__is_that_of_the_repository),
	    cmocka_unit_test(log__lists_the_newest_first),
	    cmocka_unit_test(log__gives_as_many_as_asked_for),
	    cmocka_unit_test(log__is_empty_without_commits),
	    cmocka_unit_test(verify__finds_nothing_in_a_good_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
