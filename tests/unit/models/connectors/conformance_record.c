/* Records and tombstones, in any connector. */
#include "tests/unit/models/connectors/conformance.h"

#include <stdio.h>
#include <stdlib.h>

static void
record_insert__keeps_all_parts(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record = {.id = weft_slice("x"),
	    .body = weft_slice("{\"a\":\"\\u0000\xf0\x9f\x98\x80\"}"),
	    .hidden = weft_slice("{\"secret\":1}"),
	    .track = weft_slice_of("\0\1\2\xff", 4)};
	struct weft_connector_record found;

	db_begin(db);
	db_ok(db, conformance_ops->insert(
		      db->writer, db->todo, &record, false, &db->error));
	db_commit(db);
	db_begin(db);
	db_ok(db, conformance_ops->get(db->writer, db->todo,
		      weft_slice("x"), &found, &db->error));
	assert_true(weft_slice_equal(found.id, record.id));
	assert_true(weft_slice_equal(found.body, record.body));
	assert_true(weft_slice_equal(found.hidden, record.hidden));
	assert_true(weft_slice_equal(found.track, record.track));
	db_commit(db);
}

static void
record_insert__keeps_no_value_as_such(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record = {
	    .id = weft_slice("x"), .body = weft_slice("{}")};
	struct weft_connector_record found;

	db_begin(db);
	db_ok(db, conformance_ops->insert(
		      db->writer, db->todo, &record, false, &db->error));
	db_ok(db, conformance_ops->get(db->writer, db->todo,
		      weft_slice("x"), &found, &db->error));
	assert_null(found.hidden.data);
	assert_null(found.track.data);
	db_commit(db);
}

static void
record_insert__refuses_an_id_that_is_there(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record = {
	    .id = weft_slice("a"), .body = weft_slice("{\"n\":2}")};

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db->error.code = 77;
	assert_int_equal(conformance_ops->insert(db->writer, db->todo,
			     &record, false, &db->error),
	    WEFT_EEXISTS);
	assert_int_equal(db->error.code, 77);
	db_has(db, db->writer, "a", "{\"n\":1}");
	db_insert(db, "b", "{}");
	db_commit(db);
	db_begin(db);
	db_has(db, db->writer, "a", "{\"n\":1}");
	db_has(db, db->writer, "b", "{}");
	db_commit(db);
}

static void
record_insert__keeps_models_and_cases_apart(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record = {
	    .id = weft_slice("a"), .body = weft_slice("{\"other\":1}")};

	db_begin(db);
	db_insert(db, "a", "{}");
	db_insert(db, "A", "{\"upper\":1}");
	db_ok(db, conformance_ops->insert(
		      db->writer, db->other, &record, false, &db->error));
	db_has(db, db->writer, "a", "{}");
	db_has(db, db->writer, "A", "{\"upper\":1}");
	db_commit(db);
}

static void
record_insert__takes_ids_of_all_kinds(void **state)
{
	static const char *const ids[] = {"", " ", "0", "1", "1.0", "01",
	    "\xf0\x9f\x98\x80", "\xc3\xa9", "e\xcc\x81", "'; DROP TABLE x; --",
	    "%", "_", "a\nb", "null"};
	const size_t length = sizeof ids / sizeof *ids;
	struct db *db = *state;
	char body[40];

	db_begin(db);
	for (size_t i = 0; i < length; i++) {
		snprintf(body, sizeof body, "{\"n\":%zu}", i);
		db_insert(db, ids[i], body);
	}
	for (size_t i = 0; i < length; i++) {
		snprintf(body, sizeof body, "{\"n\":%zu}", i);
		db_has(db, db->writer, ids[i], body);
	}
	db_commit(db);
}

static void
record_insert__takes_large_bodies(void **state)
{
	const size_t size = 3 * 1024 * 1024;
	struct db *db = *state;
	struct weft_connector_record found;
	char *body = malloc(size + 1);

	assert_non_null(body);
	memset(body, 'x', size);
	memcpy(body, "{\"a\":\"", 6);
	memcpy(body + size - 2, "\"}", 3);
	db_begin(db);
	db_insert(db, "large", body);
	db_commit(db);
	db_begin(db);
	db_ok(db, conformance_ops->get(db->writer, db->todo,
		      weft_slice("large"), &found, &db->error));
	assert_true(weft_slice_equal(found.body, weft_slice(body)));
	db_commit(db);
	free(body);
}

static void
record_update__replaces_all_parts(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record = {
	    .id = weft_slice("a"), .body = weft_slice("{\"n\":2}")};
	struct weft_connector_record found;

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_insert(db, "b", "{\"n\":1}");
	db_ok(db, conformance_ops->update(
		      db->writer, db->todo, &record, &db->error));
	db_ok(db, conformance_ops->get(db->writer, db->todo,
		      weft_slice("a"), &found, &db->error));
	assert_true(weft_slice_equal(found.body, record.body));
	assert_null(found.track.data);
	db_has(db, db->writer, "b", "{\"n\":1}");
	db_commit(db);
}

/* What get() handed out may be the next call's input. */
static void
record_update__takes_what_get_handed_out(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record;

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_ok(db, conformance_ops->get(db->writer, db->todo,
		      weft_slice("a"), &record, &db->error));
	record.hidden = record.body;
	db_ok(db, conformance_ops->update(
		      db->writer, db->todo, &record, &db->error));
	db_has(db, db->writer, "a", "{\"n\":1}");
	db_ok(db, conformance_ops->get(db->writer, db->todo,
		      weft_slice("a"), &record, &db->error));
	db_ok(db, conformance_ops->bury(db->writer, db->todo, record.id,
		      record.track, &db->error));
	db_has(db, db->writer, "a", "");
	db_commit(db);
}

static void
has_tombstone(struct db *db, const char *id, const char *track)
{
	struct weft_connector_record found;
	int code = conformance_ops->get_tombstone(
	    db->writer, db->todo, weft_slice(id), &found, &db->error);

	if (!track) {
		assert_int_equal(code, WEFT_ENOTFOUND);
		return;
	}
	db_ok(db, code);
	assert_null(found.body.data);
	assert_true(weft_slice_equal(found.id, weft_slice(id)));
	assert_true(weft_slice_equal(found.track, weft_slice(track)));
}

static void
bury(struct db *db, const char *id, const char *track)
{
	db_ok(db, conformance_ops->bury(db->writer, db->todo, weft_slice(id),
		      weft_slice(track), &db->error));
}

static void
record_bury__leaves_a_tombstone(void **state)
{
	struct db *db = *state;

	db_begin(db);
	has_tombstone(db, "a", NULL);
	db_insert(db, "a", "{}");
	has_tombstone(db, "a", NULL);
	bury(db, "a", "gone");
	db_has(db, db->writer, "a", "");
	has_tombstone(db, "a", "gone");
	has_tombstone(db, "b", NULL);
	db_commit(db);
	db_begin(db);
	has_tombstone(db, "a", "gone");
	db_commit(db);
}

static void
record_bury__without_track_leaves_nothing(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_insert(db, "a", "{}");
	bury(db, "a", NULL);
	db_has(db, db->writer, "a", NULL);
	bury(db, "never was", NULL);
	db_commit(db);
}

static void
record_bury__replaces_a_tombstone(void **state)
{
	struct db *db = *state;

	db_begin(db);
	bury(db, "a", "one");
	has_tombstone(db, "a", "one");
	bury(db, "a", "two");
	has_tombstone(db, "a", "two");
	db_commit(db);
}

static void
record_insert__takes_the_place_of_a_tombstone(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record = {
	    .id = weft_slice("a"), .body = weft_slice("{\"n\":2}")};

	db_begin(db);
	db_insert(db, "a", "{}");
	bury(db, "a", "gone");
	db_ok(db, conformance_ops->insert(
		      db->writer, db->todo, &record, true, &db->error));
	db_has(db, db->writer, "a", "{\"n\":2}");
	has_tombstone(db, "a", NULL);
	db_commit(db);
}

static void
record_forget__drops_a_tombstone(void **state)
{
	struct db *db = *state;

	db_begin(db);
	bury(db, "a", "one");
	bury(db, "b", "two");
	db_ok(db, conformance_ops->forget(
		      db->writer, db->todo, weft_slice("a"), &db->error));
	has_tombstone(db, "a", NULL);
	has_tombstone(db, "b", "two");
	db_ok(db, conformance_ops->forget(
		      db->writer, db->todo, weft_slice("x"), &db->error));
	db_commit(db);
}

/* Whether there are tombstones is remembered: not beyond an undo. */
static void
record_bury__is_undone_with_its_mark(void **state)
{
	struct db *db = *state;

	db_begin(db);
	has_tombstone(db, "a", NULL);
	db_ok(db, conformance_ops->mark(db->writer, &db->error));
	bury(db, "a", "one");
	has_tombstone(db, "a", "one");
	db_ok(db, conformance_ops->undo(db->writer, &db->error));
	has_tombstone(db, "a", NULL);
	bury(db, "a", "two");
	conformance_ops->rollback(db->writer);
	db_begin(db);
	has_tombstone(db, "a", NULL);
	db_commit(db);
}

/* One page of a scan, as text. */
static void
scan(struct db *db, bool tombstones, uint64_t *position, size_t limit,
    const char *expected)
{
	struct weft_buf buf = WEFT_BUF_INIT(1000);

	db_ok(db, conformance_ops->scan(db->writer, db->todo, tombstones,
		      position, limit, db_collect_record, &buf, &db->error));
	assert_string_equal(buf.data ? buf.data : "", expected);
	weft_buf_fini(&buf);
}

static void
record_scan__gives_pages_in_a_stable_order(void **state)
{
	struct db *db = *state;
	uint64_t position = 0;

	db_begin(db);
	db_insert(db, "c", "1");
	db_insert(db, "a", "2");
	db_insert(db, "b", "3");
	scan(db, false, &position, 2, "c=1 a=2 ");
	scan(db, false, &position, 2, "b=3 ");
	scan(db, false, &position, 2, "");
	position = 0;
	scan(db, false, &position, 0, "");
	scan(db, false, &position, 100, "c=1 a=2 b=3 ");
	db_commit(db);
}

/* What stays is seen exactly once, whatever else changes between pages. */
static void
record_scan__is_stable_under_change(void **state)
{
	struct db *db = *state;
	uint64_t position = 0;

	db_begin(db);
	db_insert(db, "a", "1");
	db_insert(db, "b", "2");
	db_insert(db, "c", "3");
	db_insert(db, "d", "4");
	scan(db, false, &position, 2, "a=1 b=2 ");
	bury(db, "a", "x");
	db_update(db, "b", "22");
	db_update(db, "d", "44");
	db_insert(db, "0", "5");
	scan(db, false, &position, 1, "c=3 ");
	bury(db, "c", "x");
	scan(db, false, &position, 9, "d=44 0=5 ");
	db_commit(db);
}

static void
record_scan__gives_tombstones_of_their_own(void **state)
{
	struct db *db = *state;
	uint64_t position = 0;

	db_begin(db);
	db_insert(db, "live", "1");
	bury(db, "b", "x");
	bury(db, "a", "y");
	bury(db, "c", "z");
	scan(db, true, &position, 2, "b= a= ");
	bury(db, "b", "xx");
	scan(db, true, &position, 2, "c= ");
	scan(db, true, &position, 2, "");
	position = 0;
	scan(db, false, &position, 9, "live=1 ");
	db_commit(db);
}

static int
stop(const struct weft_connector_record *record, void *context)
{
	++*(int *)context;
	return 5;
}

static void
record_scan__stops_when_told(void **state)
{
	struct db *db = *state;
	uint64_t position = 0;
	int calls = 0;

	db_begin(db);
	db_insert(db, "a", "1");
	db_insert(db, "b", "2");
	assert_int_equal(conformance_ops->scan(db->writer, db->todo, false,
			     &position, 9, stop, &calls, &db->error),
	    5);
	assert_int_equal(calls, 1);
	db_insert(db, "c", "3");
	scan(db, false, &position, 9, "b=2 c=3 ");
	db_commit(db);
}

struct nested {
	struct db *db;
	int calls;
};

static int
read_in_between(const struct weft_connector_record *record, void *context)
{
	struct nested *nested = context;
	struct weft_slice value;

	db_has(nested->db, nested->db->writer, "b", "{}");
	assert_int_equal(conformance_ops->meta_get(nested->db->writer,
	    weft_slice("none"), &value, &nested->db->error), WEFT_ENOTFOUND);
	assert_int_equal(record->body.size, 2);
	nested->calls++;
	return 0;
}

static void
record_scan__lets_the_callback_read(void **state)
{
	struct db *db = *state;
	struct nested nested = {db, 0};
	uint64_t position = 0;

	db_begin(db);
	db_insert(db, "a", "{}");
	db_insert(db, "b", "{}");
	db_insert(db, "c", "{}");
	db_ok(db, conformance_ops->scan(db->writer, db->todo, false,
		      &position, 9, read_in_between, &nested, &db->error));
	assert_int_equal(nested.calls, 3);
	db_commit(db);
}

#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, db_setup, db_teardown)

static const struct CMUnitTest tests[] = {
    CASE(record_insert__keeps_all_parts),
    CASE(record_insert__keeps_no_value_as_such),
    CASE(record_insert__refuses_an_id_that_is_there),
    CASE(record_insert__keeps_models_and_cases_apart),
    CASE(record_insert__takes_ids_of_all_kinds),
    CASE(record_insert__takes_large_bodies),
    CASE(record_update__replaces_all_parts),
    CASE(record_update__takes_what_get_handed_out),
    CASE(record_bury__leaves_a_tombstone),
    CASE(record_bury__without_track_leaves_nothing),
    CASE(record_bury__replaces_a_tombstone),
    CASE(record_insert__takes_the_place_of_a_tombstone),
    CASE(record_forget__drops_a_tombstone),
    CASE(record_bury__is_undone_with_its_mark),
    CASE(record_scan__gives_pages_in_a_stable_order),
    CASE(record_scan__is_stable_under_change),
    CASE(record_scan__gives_tombstones_of_their_own),
    CASE(record_scan__stops_when_told),
    CASE(record_scan__lets_the_callback_read),
};
const struct CMUnitTest *const conformance_record_tests = tests;
const size_t conformance_record_tests_length = sizeof tests / sizeof *tests;
