/* Tests of models/tracking/tracker.h: LoopBack's table of rectify, through real
 * writes (LoopBack 3 replication, section 2.2). */
#include "tests/lib/test.h"

#include <stdio.h>

#include "models/tracking/tracker.h"
#include "models/transaction.h"
#include "tests/lib/fixture.h"

/* The track row of record "a", decoded. */
struct seen {
	bool known;
	struct weft__track track;
	struct weft__counters counters;
};

static int
read_seen(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct fixture *fixture = ((void **)context)[0];
	struct seen *seen = ((void **)context)[1];
	struct weft__current current;
	int code = weft__tracker_load(transaction, fixture->model,
	    weft_slice("a"), &current, error);

	if (!code)
		code = weft__transaction_read_counters(transaction, error);
	seen->known = current.has_track;
	seen->track = current.track;
	seen->counters = transaction->counters;
	return code;
}

static struct seen
see(struct fixture *fixture)
{
	struct seen seen = {.known = false};
	void *context[] = {fixture, &seen};

	fixture_ok(fixture, weft__datasource_read(fixture->datasource,
				read_seen, context, &fixture->error));
	return seen;
}

/* Asserts what is known of record "a"; revisions are named by the title that
 * makes them: NULL for none, and prev "-" for absent. */
static void
revision_of(const char *title, char text[WEFT__OID_HEX + 1])
{
	char json[128];
	struct weft__oid oid;
	int size = snprintf(json, sizeof json, "{\"id\":\"a\",\"title\":"
	    "\"%s\"}", title);

	weft__sha1(json, (size_t)size, &oid);
	weft__oid_format(&oid, text);
}

static void
assert_rev(const struct weft__rev *rev, const char *title)
{
	char expected[WEFT__OID_HEX + 1];

	if (!title) {
		assert_int_equal(rev->size, 0);
		return;
	}
	revision_of(title, expected);
	assert_int_equal(rev->size, WEFT__OID_HEX);
	assert_string_equal(rev->text, expected);
}

static void
assert_row(struct fixture *fixture, const char *rev, const char *prev,
    uint64_t checkpoint)
{
	struct seen seen = see(fixture);
	bool absent = prev && strcmp(prev, "-") == 0;

	assert_true(seen.known);
	assert_rev(&seen.track.rev, rev);
	assert_int_equal(seen.track.has_prev, !absent);
	assert_rev(&seen.track.prev, absent ? NULL : prev);
	assert_int_equal(seen.track.checkpoint, checkpoint);
}

static void
put(struct fixture *fixture, const char *title)
{
	char json[128];

	snprintf(json, sizeof json, "{\"title\":\"%s\",\"id\":\"a\"}", title);
	fixture_put(fixture, json);
}

static void
check_rectify_table(const char *settings)
{
	struct fixture fixture;

	fixture_open(&fixture, settings);
	put(&fixture, "1"); /* create */
	assert_row(&fixture, "1", "-", 1);
	put(&fixture, "2"); /* update in the same checkpoint */
	assert_row(&fixture, "2", "-", 1);
	fixture_checkpoint(&fixture);
	put(&fixture, "3"); /* update in the next */
	assert_row(&fixture, "3", "2", 2);
	put(&fixture, "4"); /* again */
	assert_row(&fixture, "4", "2", 2);
	put(&fixture, "2"); /* back to the old content */
	assert_row(&fixture, "2", "2", 2);
	fixture_checkpoint(&fixture);
	put(&fixture, "2"); /* a write that changes nothing */
	assert_row(&fixture, "2", "2", 2);
	fixture_delete(&fixture, "a");
	assert_row(&fixture, NULL, "2", 3);
	put(&fixture, "5"); /* create again in the same checkpoint */
	assert_row(&fixture, "5", "2", 3);
	fixture_checkpoint(&fixture);
	fixture_delete(&fixture, "a");
	assert_row(&fixture, NULL, "5", 4);
	fixture_checkpoint(&fixture);
	put(&fixture, "6"); /* create again in a later one */
	assert_row(&fixture, "6", NULL, 5);
	fixture_close(&fixture);
}

static void
tracker_write__follows_loopbacks_table_in_memory(void **state)
{
	check_rectify_table(FIXTURE_MEMORY);
}

static void
tracker_write__follows_loopbacks_table_on_sqlite(void **state)
{
	check_rectify_table(FIXTURE_SQLITE);
}

static void
tracker_write__forgets_nothing_of_a_create_and_delete_in_one_checkpoint(
    void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_MEMORY);
	put(&fixture, "1");
	fixture_delete(&fixture, "a");
	assert_row(&fixture, NULL, "-", 1); /* type unknown: never listed */
	fixture_close(&fixture);
}

static void
tracker_write__deletes_an_unknown_record_without_a_trace(void **state)
{
	struct fixture fixture;
	struct seen seen;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_delete(&fixture, "a");
	seen = see(&fixture);
	assert_false(seen.known);
	assert_int_equal(seen.counters.seq, 0);
	fixture_close(&fixture);
}

static void
tracker_write__writes_nothing_when_nothing_changes(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	put(&fixture, "1");
	put(&fixture, "1");
	assert_int_equal(see(&fixture).counters.seq, 1);
	put(&fixture, "2");
	assert_int_equal(see(&fixture).counters.seq, 2);
	assert_int_equal(see(&fixture).track.tree.length, 2);
	fixture_close(&fixture);
}

static void
tracker_set_prev__lists_the_change_anew(void **state)
{
	struct fixture fixture;
	struct weft_source *source;
	struct seen seen;

	fixture_open(&fixture, FIXTURE_SQLITE);
	put(&fixture, "1");
	fixture_checkpoint(&fixture);
	fixture_ok(&fixture, weft_source_open_datasource(fixture.datasource,
				 &source, &fixture.error));
	fixture_ok(&fixture, weft_source_update_last_change(source, "Todo",
				 weft_slice("a"), weft_slice("xyz"),
				 &fixture.error));
	assert_int_equal(see(&fixture).track.checkpoint, 2);
	assert_string_equal(see(&fixture).track.prev.text, "xyz");
	seen = see(&fixture);
	assert_rev(&seen.track.rev, "1");
	assert_int_equal(weft_source_update_last_change(source, "Todo",
			     weft_slice("nobody"), weft_slice("xyz"),
			     &fixture.error), WEFT_ENOTFOUND);
	assert_string_equal(fixture.error.text,
	    "No change record found for Todo with id nobody");
	weft_source_destroy(source);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tracker_write__follows_loopbacks_table_in_memory),
	    cmocka_unit_test(tracker_write__follows_loopbacks_table_on_sqlite),
	    cmocka_unit_test(
		tracker_write__forgets_nothing_of_a_create_and_delete_in_one_checkpoint),
	    cmocka_unit_test(
		tracker_write__deletes_an_unknown_record_without_a_trace),
	    cmocka_unit_test(
		tracker_write__writes_nothing_when_nothing_changes),
	    cmocka_unit_test(tracker_set_prev__lists_the_change_anew),
	};

	return cmocka_run_group_tests_name("tracker", tests, NULL, NULL);
}
