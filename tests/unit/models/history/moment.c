/* Tests of weft_moment_find(): which state stands for a point. */
#include "tests/lib/test.h"

#include "tests/lib/fixture.h"

#define BEGIN UINT64_C(1700000000000)

static void
project(struct fixture *fixture)
{
	fixture_ok(fixture, weft_datasource_project(fixture->datasource,
				&fixture->error));
}

static struct weft_moment
find(struct fixture *fixture, enum weft_point_type type, uint64_t value)
{
	struct weft_point point = {type, value};
	struct weft_moment moment;

	fixture_ok(fixture, weft_moment_find(fixture->datasource, &point,
				&moment, &fixture->error));
	return moment;
}

static void
assert_past(struct fixture *fixture, enum weft_point_type type,
    uint64_t value, uint64_t seq, bool is_exact)
{
	struct weft_moment moment = find(fixture, type, value);

	assert_false(moment.is_now);
	assert_int_equal(moment.seq, seq);
	assert_int_equal(moment.is_exact, is_exact);
	assert_int_equal(strlen(moment.commit), seq ? 40 : 0);
}

static void
assert_now(struct fixture *fixture, enum weft_point_type type,
    uint64_t value, uint64_t seq)
{
	struct weft_moment moment = find(fixture, type, value);

	assert_true(moment.is_now);
	assert_true(moment.is_exact);
	assert_int_equal(moment.seq, seq);
	assert_string_equal(moment.commit, "");
}

static void
assert_gone(struct fixture *fixture, enum weft_point_type type,
    uint64_t value, int code)
{
	struct weft_point point = {type, value};
	struct weft_moment moment;

	assert_int_equal(weft_moment_find(fixture->datasource, &point,
	    &moment, &fixture->error), code);
}

/* A write at this second after BEGIN. */
static void
put(struct fixture *fixture, const char *json, uint64_t second)
{
	fixture->now_ms = BEGIN + second * 1000;
	fixture_put(fixture, json);
}

/* Checkpoint 1: seq 1; 2: seq 2 and 3 in two commits; 3 and 4: seq 4 and 5 in
 * one; 5: nothing; 6: seq 6, which the store does not have. */
static void
fill(struct fixture *fixture)
{
	put(fixture, "{\"id\":\"a\"}", 1);
	project(fixture);
	fixture_checkpoint(fixture);
	put(fixture, "{\"id\":\"b\"}", 2);
	project(fixture);
	put(fixture, "{\"id\":\"c\"}", 3);
	project(fixture);
	fixture_checkpoint(fixture);
	put(fixture, "{\"id\":\"d\"}", 4);
	fixture_checkpoint(fixture);
	put(fixture, "{\"id\":\"e\"}", 5);
	project(fixture);
	fixture_checkpoint(fixture);
	fixture_checkpoint(fixture);
	put(fixture, "{\"id\":\"f\"}", 6);
}

static void
moment__of_a_checkpoint_is_its_end(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fill(&fixture);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 0, 0, true);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 1, 1, true);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 2, 3, true);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 3, 3, false);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 4, 5, true);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 5, 5, true);
	assert_now(&fixture, WEFT_POINT_CHECKPOINT, 6, 6);
	assert_now(&fixture, WEFT_POINT_CHECKPOINT, UINT64_MAX, 6);
	assert_now(&fixture, WEFT_POINT_NOW, 0, 6);
	fixture_close(&fixture);
}

static void
moment__of_a_time_has_the_writes_made_by_then(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fill(&fixture);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN, 0, true);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN + 1000, 1, true);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN + 1999, 1, true);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN + 3000, 3, true);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN + 4000, 3, true);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN + 5999, 5, true);
	assert_now(&fixture, WEFT_POINT_TIME, BEGIN + 6000, 6);
	fixture_close(&fixture);
}

/* Nothing changes when the journal's rows are gone. */
static void
moment__needs_no_journal(void **state)
{
	static const char settings[] = "{\"connector\":\"sqlite3\","
				       "\"file\":\"db.sqlite\","
				       "\"journalRows\":0}";
	struct fixture fixture;

	fixture_open(&fixture, settings);
	fill(&fixture);
	project(&fixture);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 3, 3, false);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 5, 5, true);
	assert_now(&fixture, WEFT_POINT_CHECKPOINT, 6, 6);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN + 5999, 5, true);
	assert_now(&fixture, WEFT_POINT_TIME, BEGIN + 6000, 6);
	fixture_close(&fixture);
}

static void
moment__of_an_empty_database_is_now(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	assert_now(&fixture, WEFT_POINT_CHECKPOINT, 0, 0);
	assert_now(&fixture, WEFT_POINT_TIME, 0, 0);
	fixture_close(&fixture);
}

static void
moment__before_the_first_commit_is_the_beginning(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_checkpoint(&fixture);
	put(&fixture, "{\"id\":\"a\"}", 1);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 1, 0, true);
	project(&fixture);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 1, 0, true);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 0, 0, true);
	fixture_close(&fixture);
}

/* What was dropped is not taken for nothing. */
static void
moment__before_a_cut_is_gone(void **state)
{
	struct weft_compaction compaction = WEFT_COMPACTION_INIT;
	struct weft_compaction_result result;
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fill(&fixture);
	compaction.keep_checkpoints = 3;
	fixture_ok(&fixture, weft_store_compact(fixture.datasource,
				 &compaction, &result, &fixture.error));
	assert_int_equal(result.commits, 2);
	assert_gone(&fixture, WEFT_POINT_CHECKPOINT, 1, WEFT_EGONE);
	assert_non_null(strstr(fixture.error.text, "checkpoint 2"));
	assert_gone(&fixture, WEFT_POINT_TIME, BEGIN + 2000, WEFT_EGONE);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 2, 3, true);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 4, 5, true);
	assert_past(&fixture, WEFT_POINT_TIME, BEGIN + 5000, 5, true);
	assert_past(&fixture, WEFT_POINT_CHECKPOINT, 0, 0, true);
	fixture_close(&fixture);
}

static void
moment__without_a_store_there_is_no_past(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_MEMORY);
	put(&fixture, "{\"id\":\"a\"}", 1);
	fixture_checkpoint(&fixture);
	assert_now(&fixture, WEFT_POINT_CHECKPOINT, 1, 1);
	put(&fixture, "{\"id\":\"a\",\"title\":\"b\"}", 2);
	assert_gone(&fixture, WEFT_POINT_CHECKPOINT, 1, WEFT_EUNSUPPORTED);
	assert_now(&fixture, WEFT_POINT_CHECKPOINT, 2, 2);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(moment__of_a_checkpoint_is_its_end),
	    cmocka_unit_test(moment__of_a_time_has_the_writes_made_by_then),
	    cmocka_unit_test(moment__needs_no_journal),
	    cmocka_unit_test(moment__of_an_empty_database_is_now),
	    cmocka_unit_test(
		moment__before_the_first_commit_is_the_beginning),
	    cmocka_unit_test(moment__before_a_cut_is_gone),
	    cmocka_unit_test(moment__without_a_store_there_is_no_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
