/* Journal, kept states and named values, in any connector. */
#include "tests/unit/models/connectors/conformance.h"

#include <stdio.h>
#include <stdlib.h>

static void
append(struct db *db, uint64_t seq, int model, const char *id,
    uint64_t checkpoint)
{
	struct weft_connector_journal_row row = {.seq = seq,
	    .model = model,
	    .id = weft_slice(id),
	    .op = 'd',
	    .checkpoint = checkpoint};

	db_ok(db, conformance_ops->journal_append(
		      db->writer, &row, &db->error));
}

static int
collect_row(const struct weft_connector_journal_row *row, void *buf)
{
	return weft_buf_printf(buf, "%d:%.*s ", (int)row->seq,
	    (int)row->id.size, row->id.data);
}

static void
reads(struct db *db, int model, uint64_t after, uint64_t upto, size_t limit,
    const char *expected)
{
	struct weft_buf buf = WEFT_BUF_INIT(1000);

	db_ok(db, conformance_ops->journal_read(db->writer, model, after,
		      upto, limit, collect_row, &buf, &db->error));
	assert_string_equal(buf.data ? buf.data : "", expected);
	weft_buf_fini(&buf);
}

static void
range_is(struct db *db, uint64_t first, uint64_t last)
{
	uint64_t low = 7, high = 7;

	db_ok(db, conformance_ops->journal_range(
		      db->writer, &low, &high, &db->error));
	assert_int_equal(low, first);
	assert_int_equal(high, last);
}

static void
seeks(struct db *db, uint64_t checkpoint, uint64_t expected)
{
	uint64_t seq = 77;

	db_ok(db, conformance_ops->journal_seek(
		      db->writer, checkpoint, &seq, &db->error));
	assert_int_equal(seq, expected);
}

static int
check_row(const struct weft_connector_journal_row *row, void *context)
{
	const struct weft_connector_journal_row *expected = context;

	assert_int_equal(row->seq, expected->seq);
	assert_int_equal(row->model, expected->model);
	assert_true(weft_slice_equal(row->id, expected->id));
	assert_true(weft_slice_equal(row->rev, expected->rev));
	assert_int_equal(row->op, expected->op);
	assert_int_equal(row->checkpoint, expected->checkpoint);
	assert_int_equal(row->time_ms, expected->time_ms);
	assert_true(weft_slice_equal(row->origin, expected->origin));
	assert_true(weft_slice_equal(row->user, expected->user));
	return 0;
}

static void
journal_append__keeps_all_columns(void **state)
{
	struct db *db = *state;
	struct weft_connector_journal_row rows[] = {
	    {1, db->todo, weft_slice("a"),
		weft_slice("0123456789abcdef0123456789abcdef01234567"), 'c',
		5, 1600000000000, weft_slice("peer"), weft_slice("user")},
	    {2, db->other, weft_slice(""), weft_slice("1-x"), 'u', 5, 0,
		weft_slice(NULL), weft_slice("")},
	    {9000000000, db->todo, weft_slice("\xf0\x9f\x98\x80"),
		weft_slice(NULL), 'd', 6, 1, weft_slice(""),
		weft_slice(NULL)},
	    /* not of the form that is stored short */
	    {9000000001, db->todo, weft_slice("b"),
		weft_slice("0123456789ABCDEF0123456789ABCDEF01234567"), 'u',
		6, 1, weft_slice(NULL), weft_slice(NULL)},
	};

	db_begin(db);
	for (size_t i = 0; i < 4; i++)
		db_ok(db, conformance_ops->journal_append(
			      db->writer, &rows[i], &db->error));
	db_commit(db);
	db_begin(db);
	for (size_t i = 0; i < 4; i++)
		db_ok(db, conformance_ops->journal_read(db->writer, -1,
			      rows[i].seq - 1, rows[i].seq, 1, check_row,
			      &rows[i], &db->error));
	db_commit(db);
}

/* A row of this number; what rows share changes now and then. */
struct numbered_row {
	struct weft_connector_journal_row row;
	char id[24];
};

static void
make_row(const struct db *db, uint64_t seq, struct numbered_row *made)
{
	snprintf(made->id, sizeof made->id, "r%d", (int)seq);
	made->row = (struct weft_connector_journal_row){.seq = seq,
	    .model = seq / 110 % 2 ? db->other : db->todo,
	    .id = weft_slice(made->id),
	    .rev = weft_slice(seq % 5 ? "1-x"
			: "0123456789abcdef0123456789abcdef01234567"),
	    .op = seq % 3 ? 'c' : 'u',
	    .checkpoint = seq / 165,
	    .time_ms = seq / 275,
	    .origin = weft_slice(seq / 385 % 2 ? "peer" : NULL),
	    .user = weft_slice(seq / 495 % 2 ? "user" : NULL)};
}

static void
append_rows(struct db *db, uint64_t first, uint64_t last)
{
	struct numbered_row made;

	for (uint64_t seq = first; seq <= last; seq++) {
		make_row(db, seq, &made);
		db_ok(db, conformance_ops->journal_append(
			      db->writer, &made.row, &db->error));
	}
}

static void
rows_are(struct db *db, uint64_t first, uint64_t last)
{
	struct numbered_row made;

	range_is(db, first, last);
	for (uint64_t seq = first; seq <= last; seq++) {
		make_row(db, seq, &made);
		db_ok(db, conformance_ops->journal_read(db->writer, -1,
			      seq - 1, seq, 1, check_row, &made.row,
			      &db->error));
	}
}

/* Enough rows for any batch. */
static void
journal_append__keeps_numbers_of_many_rows(void **state)
{
	struct db *db = *state;

	db_begin(db);
	append_rows(db, 1, 400);
	rows_are(db, 1, 400);
	append_rows(db, 401, 450);
	db_commit(db);
	db_begin(db);
	append_rows(db, 451, 600); /* with nothing asked before */
	rows_are(db, 1, 600);
	append_rows(db, 5001, 5040); /* over a gap */
	append_rows(db, 5041, 5080);
	range_is(db, 1, 5080);
	db_ok(db, conformance_ops->journal_prune(
		      db->writer, 600, &db->error));
	rows_are(db, 5001, 5080);
	db_commit(db);
}

/* What is no longer there leaves its number free, but none of the rows that
 * follow takes it. */
static void
journal_append__keeps_numbers_behind_lost_rows(void **state)
{
	struct db *db = *state;

	db_begin(db);
	append_rows(db, 1, 64);
	conformance_ops->rollback(db->writer);
	db_begin(db);
	append_rows(db, 65, 128);
	rows_are(db, 65, 128);
	db_ok(db, conformance_ops->mark(db->writer, &db->error));
	append_rows(db, 129, 192);
	range_is(db, 65, 192);
	db_ok(db, conformance_ops->undo(db->writer, &db->error));
	append_rows(db, 193, 256);
	range_is(db, 65, 256);
	db_ok(db, conformance_ops->journal_prune(
		      db->writer, 192, &db->error));
	rows_are(db, 193, 256);
	db_ok(db, conformance_ops->journal_prune(
		      db->writer, 256, &db->error));
	append_rows(db, 257, 320);
	rows_are(db, 257, 320);
	db_commit(db);
}

static void
journal_read__gives_a_range_of_a_model_or_of_all(void **state)
{
	struct db *db = *state;

	db_begin(db);
	reads(db, -1, 0, UINT64_MAX, 9, "");
	append(db, 1, db->todo, "a", 1);
	append(db, 2, db->other, "b", 1);
	append(db, 4, db->todo, "c", 1);
	append(db, 5, db->todo, "d", 1);
	reads(db, -1, 0, UINT64_MAX, 9, "1:a 2:b 4:c 5:d ");
	reads(db, -1, 1, 4, 9, "2:b 4:c ");
	reads(db, -1, 2, 3, 9, "");
	reads(db, -1, 0, UINT64_MAX, 2, "1:a 2:b ");
	reads(db, db->todo, 0, UINT64_MAX, 2, "1:a 4:c ");
	reads(db, db->other, 0, UINT64_MAX, 9, "2:b ");
	reads(db, -1, 5, UINT64_MAX, 9, "");
	db_commit(db);
}

static void
journal_range__is_zero_without_rows(void **state)
{
	struct db *db = *state;

	db_begin(db);
	range_is(db, 0, 0);
	seeks(db, 1, 1);
	append(db, 3, db->todo, "a", 1);
	range_is(db, 3, 3);
	append(db, 8, db->todo, "b", 1);
	range_is(db, 3, 8);
	db_commit(db);
}

static void
journal_seek__finds_the_first_of_a_checkpoint(void **state)
{
	struct db *db = *state;

	db_begin(db);
	append(db, 10, db->todo, "a", 2);
	append(db, 11, db->todo, "b", 2);
	append(db, 20, db->todo, "c", 3);
	append(db, 1000, db->todo, "d", 7);
	append(db, 1001, db->todo, "e", 7);
	seeks(db, 0, 10);
	seeks(db, 2, 10);
	seeks(db, 3, 20);
	seeks(db, 4, 1000);
	seeks(db, 7, 1000);
	seeks(db, 8, 1002);
	db_commit(db);
}

/* Against a walk, for gaps of many sizes. */
static void
journal_seek__agrees_with_a_walk(void **state)
{
	struct db *db = *state;
	uint64_t seqs[60], checkpoints[60], seq = 0, checkpoint = 1;

	db_begin(db);
	for (size_t i = 0; i < 60; i++) {
		seq += 1 + i * i % 17;
		checkpoint += i % 4 == 0 ? i % 3 : 0;
		seqs[i] = seq;
		checkpoints[i] = checkpoint;
		append(db, seq, db->todo, "x", checkpoint);
	}
	for (uint64_t wanted = 0; wanted < checkpoint + 2; wanted++) {
		size_t i = 0;

		while (i < 60 && checkpoints[i] < wanted)
			i++;
		seeks(db, wanted, i < 60 ? seqs[i] : seqs[59] + 1);
	}
	db_commit(db);
}

static void
journal_prune__drops_the_first_rows(void **state)
{
	struct db *db = *state;

	db_begin(db);
	for (uint64_t seq = 1; seq <= 5; seq++)
		append(db, seq, db->todo, "a", seq);
	db_ok(db, conformance_ops->journal_prune(db->writer, 0, &db->error));
	range_is(db, 1, 5);
	db_ok(db, conformance_ops->journal_prune(db->writer, 3, &db->error));
	range_is(db, 4, 5);
	seeks(db, 1, 4);
	reads(db, -1, 0, UINT64_MAX, 9, "4:a 5:a ");
	db_ok(db, conformance_ops->journal_prune(db->writer, 9, &db->error));
	range_is(db, 0, 0);
	db_commit(db);
}

static int
stop_row(const struct weft_connector_journal_row *row, void *context)
{
	return 6;
}

static void
journal_read__stops_when_told(void **state)
{
	struct db *db = *state;

	db_begin(db);
	append(db, 1, db->todo, "a", 1);
	assert_int_equal(conformance_ops->journal_read(db->writer, -1, 0,
			     UINT64_MAX, 9, stop_row, NULL, &db->error),
	    6);
	db_commit(db);
}

static void
keeps(struct db *db, int model, const char *id, uint64_t as_of,
    uint64_t expected_seq, const char *expected)
{
	struct weft_slice body = {"unset", 5};
	uint64_t seq = 0;
	int code = conformance_ops->pending_get(
	    db->writer, model, weft_slice(id), as_of, &seq, &body, &db->error);

	if (!expected_seq) {
		assert_int_equal(code, WEFT_ENOTFOUND);
		return;
	}
	db_ok(db, code);
	assert_int_equal(seq, expected_seq);
	assert_true(weft_slice_equal(body, weft_slice(expected)));
}

static void
keep(struct db *db, int model, const char *id, uint64_t seq, const char *body)
{
	db_ok(db, conformance_ops->pending_put(db->writer, model,
		      weft_slice(id), seq, weft_slice(body), &db->error));
}

static void
pending_get__gives_the_state_as_of_a_seq(void **state)
{
	struct db *db = *state;

	db_begin(db);
	keep(db, db->todo, "a", 3, "{\"n\":3}");
	keep(db, db->todo, "a", 300, NULL);
	keep(db, db->todo, "a", 7, "{\"n\":7}");
	keep(db, db->todo, "ab", 4, "{}");
	keep(db, db->other, "a", 5, "{\"other\":1}");
	keeps(db, db->todo, "a", 2, 0, NULL);
	keeps(db, db->todo, "a", 3, 3, "{\"n\":3}");
	keeps(db, db->todo, "a", 6, 3, "{\"n\":3}");
	keeps(db, db->todo, "a", 299, 7, "{\"n\":7}");
	keeps(db, db->todo, "a", UINT64_MAX, 300, NULL);
	keeps(db, db->todo, "ab", 9, 4, "{}");
	keeps(db, db->todo, "b", 9, 0, NULL);
	keeps(db, db->other, "a", 9, 5, "{\"other\":1}");
	keeps(db, db->other, "ab", 9, 0, NULL);
	db_commit(db);
}

static void
pending_prune__drops_states_of_all_models(void **state)
{
	struct db *db = *state;

	db_begin(db);
	keep(db, db->todo, "a", 3, "{}");
	keep(db, db->todo, "a", 5, "{}");
	keep(db, db->other, "a", 4, "{}");
	keep(db, db->other, "b", 6, "{}");
	db_ok(db, conformance_ops->pending_prune(db->writer, 4, &db->error));
	keeps(db, db->todo, "a", 4, 0, NULL);
	keeps(db, db->todo, "a", 9, 5, "{}");
	keeps(db, db->other, "a", 9, 0, NULL);
	keeps(db, db->other, "b", 9, 6, "{}");
	db_commit(db);
}

/* What get() handed out can be kept at once. */
static void
pending_put__takes_what_get_handed_out(void **state)
{
	struct db *db = *state;
	struct weft_connector_record record;

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_ok(db, conformance_ops->get(db->writer, db->todo, weft_slice("a"),
		      &record, &db->error));
	db_ok(db, conformance_ops->pending_put(db->writer, db->todo,
		      record.id, 1, record.body, &db->error));
	keeps(db, db->todo, "a", 9, 1, "{\"n\":1}");
	db_commit(db);
}

static void
put(struct db *db, const char *name, const char *value)
{
	db_ok(db, conformance_ops->meta_put(db->writer, weft_slice(name),
		      weft_slice(value), &db->error));
}

static void
is(struct db *db, const char *name, const char *expected)
{
	struct weft_slice value;
	int code = conformance_ops->meta_get(
	    db->writer, weft_slice(name), &value, &db->error);

	if (!expected) {
		assert_int_equal(code, WEFT_ENOTFOUND);
		return;
	}
	db_ok(db, code);
	assert_true(weft_slice_equal(value, weft_slice(expected)));
}

static void
meta_put__sets_replaces_and_removes(void **state)
{
	struct db *db = *state;

	db_begin(db);
	is(db, "a", NULL);
	put(db, "a", "1");
	put(db, "A", "2");
	put(db, "empty", "");
	is(db, "a", "1");
	is(db, "A", "2");
	is(db, "empty", "");
	put(db, "a", "3");
	is(db, "a", "3");
	put(db, "a", NULL);
	is(db, "a", NULL);
	put(db, "a", NULL);
	db_commit(db);
	db_begin(db);
	is(db, "A", "2");
	db_commit(db);
}

static void
meta_put__keeps_any_bytes(void **state)
{
	struct weft_slice bytes = weft_slice_of("\0a\xff", 3), value;
	struct db *db = *state;

	db_begin(db);
	db_ok(db, conformance_ops->meta_put(
		      db->writer, weft_slice("x"), bytes, &db->error));
	db_ok(db, conformance_ops->meta_get(
		      db->writer, weft_slice("x"), &value, &db->error));
	assert_true(weft_slice_equal(value, bytes));
	db_commit(db);
}

static int
collect_meta(struct weft_slice name, struct weft_slice value, void *buf)
{
	return weft_buf_printf(buf, "%.*s=%.*s ", (int)name.size, name.data,
	    (int)value.size, value.data);
}

static void
meta_each__gives_a_prefix_in_order(void **state)
{
	static const struct {
		const char *prefix;
		const char *expected;
	} rows[] = {
	    {"peer:", "peer:=0 peer:a=1 peer:b=2 "},
	    {"peer:a", "peer:a=1 "},
	    {"", "a=9 peer:=0 peer:a=1 peer:b=2 peer;=8 \xff=7 "},
	    {"x", ""},
	    {"\xff", "\xff=7 "},
	};
	struct weft_buf buf = WEFT_BUF_INIT(1000);
	struct db *db = *state;

	db_begin(db);
	put(db, "peer:b", "2");
	put(db, "\xff", "7");
	put(db, "a", "9");
	put(db, "peer:", "0");
	put(db, "peer;", "8");
	put(db, "peer:a", "1");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		weft_buf_clear(&buf);
		db_ok(db, conformance_ops->meta_each(db->writer,
			      weft_slice(rows[i].prefix), collect_meta, &buf,
			      &db->error));
		assert_string_equal(
		    buf.data ? buf.data : "", rows[i].expected);
	}
	weft_buf_fini(&buf);
	db_commit(db);
}

#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, db_setup, db_teardown)

static const struct CMUnitTest tests[] = {
    CASE(journal_append__keeps_all_columns),
    CASE(journal_append__keeps_numbers_of_many_rows),
    CASE(journal_append__keeps_numbers_behind_lost_rows),
    CASE(journal_read__gives_a_range_of_a_model_or_of_all),
    CASE(journal_range__is_zero_without_rows),
    CASE(journal_seek__finds_the_first_of_a_checkpoint),
    CASE(journal_seek__agrees_with_a_walk),
    CASE(journal_prune__drops_the_first_rows),
    CASE(journal_read__stops_when_told),
    CASE(pending_get__gives_the_state_as_of_a_seq),
    CASE(pending_prune__drops_states_of_all_models),
    CASE(pending_put__takes_what_get_handed_out),
    CASE(meta_put__sets_replaces_and_removes),
    CASE(meta_put__keeps_any_bytes),
    CASE(meta_each__gives_a_prefix_in_order),
};
const struct CMUnitTest *const conformance_log_tests = tests;
const size_t conformance_log_tests_length = sizeof tests / sizeof *tests;
