/* Tests of weft_model_verify(): it sees what was changed behind our back, and
 * nothing else. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <weft/store.h>
#include <weft/verify.h>

#include "tests/lib/fixture.h"

struct problems {
	char text[512]; /* of the last one */
	char id[64];
	enum weft_problem_kind kind;
	int count;
	int result;
};

static int
note_problem(const struct weft_problem *problem, void *context)
{
	struct problems *problems = context;

	assert_true(weft_slice_equal(problem->model, weft_slice("Todo")));
	snprintf(problems->text, sizeof problems->text, "%s", problem->text);
	snprintf(problems->id, sizeof problems->id, "%.*s",
	    (int)problem->id.size, problem->id.data);
	problems->kind = problem->kind;
	problems->count++;
	return problems->result;
}

static struct problems
verify(struct fixture *fixture)
{
	struct problems problems = {.count = 0};
	uint64_t count;

	fixture_ok(fixture, weft_model_verify(fixture->model,
				note_problem, NULL,
				&problems, &count, &fixture->error));
	assert_int_equal(count, problems.count);
	return problems;
}

static void
project(struct fixture *fixture)
{
	fixture_ok(fixture, weft_datasource_project(fixture->datasource,
				&fixture->error));
}

/* Edits the database as somebody who does not know of weft would. */
static void
edit(struct fixture *fixture, const char *sql)
{
	char command[512];

	snprintf(command, sizeof command, "sqlite3 %s/db.sqlite \"%s\"",
	    fixture->directory, sql);
	assert_int_equal(system(command), 0);
}

static void
fill(struct fixture *fixture)
{
	fixture_open(fixture, FIXTURE_SQLITE);
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"one\"}");
	fixture_put(fixture, "{\"id\":\"b\",\"title\":\"two\"}");
	fixture_put(fixture, "{\"id\":\"c\"}");
	fixture_delete(fixture, "c");
}

static void
verify__finds_nothing_in_a_good_model(void **state)
{
	struct fixture fixture;

	fill(&fixture);
	assert_int_equal(verify(&fixture).count, 0);
	project(&fixture);
	assert_int_equal(verify(&fixture).count, 0);
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"three\"}");
	assert_int_equal(verify(&fixture).count, 0);
	fixture_close(&fixture);
}

static void
verify__finds_nothing_in_memory(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_MEMORY);
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"one\"}");
	assert_int_equal(verify(&fixture).count, 0);
	fixture_close(&fixture);
}

static void
verify__names_a_record_that_was_edited(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	edit(&fixture, "update Todo set "
	    "weft_body='{\\\"id\\\":\\\"a\\\"}' where weft_id='a'");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.text, "Todo \"a\": not the revision that "
	    "its changes say: run rectify");
	fixture_close(&fixture);
}

static void
verify__compares_with_the_store(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	project(&fixture);
	edit(&fixture, "update Todo set "
	    "weft_body='{\\\"id\\\":\\\"a\\\"}' where weft_id='a'");
	problems = verify(&fixture);
	/* The store is not to blame. */
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.kind, WEFT_PROBLEM_RECORD);
	fixture_close(&fixture);
}

static void
repair(struct fixture *fixture, uint64_t wanted)
{
	uint64_t count;

	fixture_ok(fixture, weft_model_repair(
				fixture->model, &count, &fixture->error));
	assert_int_equal(count, wanted);
	assert_int_equal(verify(fixture).count, 0);
	project(fixture);
	assert_int_equal(verify(fixture).count, 0);
}

/* The row as it was before a later write, as a bad copy would leave it. */
static void
verify__names_a_record_that_went_back(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	edit(&fixture, "create table old as select * from Todo "
	    "where weft_id='a'");
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"newer\"}");
	project(&fixture);
	edit(&fixture, "update Todo set weft_body=(select weft_body from old),"
	    "weft_track=(select weft_track from old) where weft_id='a'");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 2);
	assert_string_equal(problems.id, "a");
	assert_string_equal(problems.text, "Todo \"a\": journal row 5: it is "
	    "later than what the record's changes say is the last one");
	fixture_close(&fixture);
}

static void
verify__names_a_change_that_the_journal_lacks(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	edit(&fixture, "delete from weft_journal where seq=2");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.kind, WEFT_PROBLEM_JOURNAL);
	assert_string_equal(problems.text,
	    "Todo \"b\": the journal has no row of its last change");
	repair(&fixture, 1);
	fixture_close(&fixture);
}

/* The last rows, too: positions that were given out are not given out again.
 */
static void
verify__names_changes_beyond_the_journals_end(void **state)
{
	struct fixture fixture;
	struct problems problems;
	struct weft_datasource_status status;

	fill(&fixture);
	edit(&fixture, "delete from weft_journal where seq>=2");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 2); /* b, and c's tombstone */
	assert_string_equal(problems.text, "Todo \"c\": its last change has "
	    "position 4, and the journal ends at 1");
	repair(&fixture, 2);
	fixture_ok(&fixture, weft_datasource_get_status(fixture.datasource,
				 &status, &fixture.error));
	assert_int_equal(status.seq, 6);
	fixture_close(&fixture);
}

static void
verify__names_a_journal_row_that_is_not_so(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	edit(&fixture, "update weft_journal set rev='other' where seq=1");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.text, "Todo \"a\": journal row 1: its "
	    "revision is not the one that the record's changes say");
	fixture_close(&fixture);
}

static void
repair__gives_damaged_track_rows_anew(void **state)
{
	struct fixture fixture;

	fill(&fixture);
	project(&fixture);
	edit(&fixture, "update Todo set weft_track=x'ff00' where weft_id='b';"
	    "update weft_tombstones_Todo set weft_track=x'ff00'");
	assert_int_equal(verify(&fixture).count, 2);
	repair(&fixture, 2);
	fixture_close(&fixture);
}

static void
verify__names_what_the_store_has_alone(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	project(&fixture);
	edit(&fixture, "delete from Todo;"
	    "delete from weft_tombstones_Todo");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 3);
	assert_int_equal(problems.kind, WEFT_PROBLEM_RECORD);
	fixture_close(&fixture);
}

static void
assert_record(struct fixture *fixture, const char *id, const char *wanted)
{
	struct weft_buf record = WEFT_BUF_INIT(1000);

	fixture_ok(fixture, weft_record_find_by_id(fixture->model, NULL,
				weft_slice(id), weft_slice_of(NULL, 0),
				&record, &fixture->error));
	assert_string_equal(record.data, wanted);
	weft_buf_fini(&record);
}

static void
repair__restores_what_the_store_has_alone(void **state)
{
	struct fixture fixture;

	fill(&fixture);
	project(&fixture);
	edit(&fixture, "delete from Todo where weft_id='b';"
	    "delete from weft_tombstones_Todo");
	assert_int_equal(verify(&fixture).count, 2);
	repair(&fixture, 2);
	assert_record(&fixture, "b", "{\"id\":\"b\",\"title\":\"two\"}");
	fixture_close(&fixture);
}

/* As if a write had been taken back, record and journal alike. */
static void
repair__lists_what_the_store_has_otherwise(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	edit(&fixture, "create table old as select * from Todo "
	    "where weft_id='a'");
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"newer\"}");
	fixture_put(&fixture, "{\"id\":\"b\",\"title\":\"newer\"}");
	project(&fixture);
	edit(&fixture, "update Todo set weft_body=(select weft_body from old),"
	    "weft_track=(select weft_track from old) where weft_id='a';"
	    "delete from weft_journal where seq=5");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.kind, WEFT_PROBLEM_RECORD);
	assert_string_equal(
	    problems.text, "Todo \"a\": another state than in the store");
	repair(&fixture, 1);
	assert_record(&fixture, "a", "{\"id\":\"a\",\"title\":\"one\"}");
	fixture_close(&fixture);
}

static void
verify__misses_a_record_that_was_removed(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	project(&fixture);
	edit(&fixture, "delete from Todo where weft_id='b'");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.text,
	    "Todo \"b\": deleted behind weft's back: run rectify");
	fixture_close(&fixture);
}

static void
verify__names_a_record_without_changes(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	edit(&fixture, "update Todo set weft_track=null where weft_id='a'");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.text,
	    "Todo \"a\": written behind weft's back: run rectify");
	fixture_close(&fixture);
}

static void
verify__names_a_damaged_track_row(void **state)
{
	struct fixture fixture;
	struct problems problems;

	fill(&fixture);
	edit(&fixture, "update Todo set weft_track=x'ff00' where weft_id='b'");
	problems = verify(&fixture);
	assert_int_equal(problems.count, 1);
	assert_non_null(strstr(problems.text, "Todo \"b\": "));
	fixture_close(&fixture);
}

static void
verify__ends_when_it_is_told_to(void **state)
{
	struct fixture fixture;
	struct problems problems = {.result = 7};

	fill(&fixture);
	edit(&fixture, "update Todo set weft_track=null");
	assert_int_equal(weft_model_verify(fixture.model, note_problem, NULL,
			     &problems, NULL, &fixture.error), 7);
	assert_int_equal(problems.count, 1);
	fixture_close(&fixture);
}

struct progress {
	uint64_t done, total;
	int calls;
	int result;
};

static int
fail_on_problem(const struct weft_problem *problem, void *context)
{
	fail_msg("%s", problem->text);
	return 0;
}

static int
note_progress(uint64_t done, uint64_t total, void *context)
{
	struct progress *progress = context;

	assert_true(done >= progress->done);
	progress->done = done;
	progress->total = total;
	progress->calls++;
	return progress->result;
}

/* A record is checked as such, in the journal, and in the store. */
static void
verify__tells_how_far_it_is(void **state)
{
	struct fixture fixture;
	struct progress progress = {.result = 0};
	char record[64];

	fixture_open(&fixture, FIXTURE_SQLITE);
	for (int i = 0; i < 1100; i++) {
		snprintf(record, sizeof record, "{\"id\":\"r%d\"}", i);
		fixture_put(&fixture, record);
	}
	project(&fixture);
	fixture_ok(&fixture, weft_store_verify(fixture.datasource, true,
				 fail_on_problem, note_progress, &progress,
				 NULL, &fixture.error));
	assert_true(progress.calls > 2);
	assert_true(progress.done > 1000);
	assert_true(progress.done <= progress.total);
	progress = (struct progress){.result = 0};
	fixture_ok(&fixture, weft_model_verify(fixture.model,
				 fail_on_problem, note_progress, &progress,
				 NULL, &fixture.error));
	assert_int_equal(progress.total, 3300);
	assert_int_equal(progress.done, 3000);
	progress = (struct progress){.result = 7};
	assert_int_equal(weft_model_verify(fixture.model, fail_on_problem,
			     note_progress, &progress, NULL, &fixture.error),
	    7);
	assert_int_equal(progress.calls, 1);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verify__finds_nothing_in_a_good_model),
	    cmocka_unit_test(verify__finds_nothing_in_memory),
	    cmocka_unit_test(verify__names_a_record_that_was_edited),
	    cmocka_unit_test(verify__compares_with_the_store),
	    cmocka_unit_test(verify__misses_a_record_that_was_removed),
	    cmocka_unit_test(verify__names_a_record_without_changes),
	    cmocka_unit_test(verify__names_a_damaged_track_row),
	    cmocka_unit_test(verify__names_a_record_that_went_back),
	    cmocka_unit_test(verify__names_a_change_that_the_journal_lacks),
	    cmocka_unit_test(verify__names_changes_beyond_the_journals_end),
	    cmocka_unit_test(verify__names_a_journal_row_that_is_not_so),
	    cmocka_unit_test(verify__names_what_the_store_has_alone),
	    cmocka_unit_test(repair__restores_what_the_store_has_alone),
	    cmocka_unit_test(repair__lists_what_the_store_has_otherwise),
	    cmocka_unit_test(repair__gives_damaged_track_rows_anew),
	    cmocka_unit_test(verify__ends_when_it_is_told_to),
	    cmocka_unit_test(verify__tells_how_far_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
