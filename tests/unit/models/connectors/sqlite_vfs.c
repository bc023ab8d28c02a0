/* Tests of models/connectors/sqlite_vfs.c, and of what the connector makes of
 * a disk that fails: each call once, and a disk that is full. */
#include "tests/unit/models/connectors/conformance.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/connectors/connectors.h"
#include "models/connectors/sqlite_vfs.h"

/* What the workload has been told, and what must be true therefore. */
struct witness {
	int acknowledged; /* commits that returned 0 */
	int code;         /* of the first call that failed */
};

#define COMMITS 4
#define RECORDS 40

/* Transaction 'number' writes its number into each record; enough of them to
 * need several pages. */
static int
write_transaction(struct db *db, int number)
{
	const struct weft_connector_ops *ops = conformance_ops;
	char id[20], body[400];
	int code = ops->begin(db->writer, &db->error);

	for (int i = 0; !code && i < RECORDS; i++) {
		struct weft_connector_record record = {
		    .track = weft_slice("t")};

		snprintf(id, sizeof id, "%d", i);
		snprintf(body, sizeof body, "{\"n\":%d,\"s\":\"%0300d\"}",
		    number, i);
		record.id = weft_slice(id);
		record.body = weft_slice(body);
		code = number == 1
		    ? ops->insert(db->writer, db->todo, &record, false,
			  &db->error)
		    : ops->update(
			  db->writer, db->todo, &record, &db->error);
	}
	if (!code)
		code = ops->commit(db->writer, &db->error);
	if (code)
		ops->rollback(db->writer);
	return code;
}

/* Opens, writes and closes; stops at the first failure. */
static int
open_parts(struct db *db)
{
	struct weft_connector_model todo = {.name = "Todo", .tracked = true};
	const struct weft_connector_ops *ops = conformance_ops;
	int code = ops->open(weft_slice(conformance_settings), db->directory,
	    false, &db->connector, &db->error);

	if (!code)
		code = ops->define(db->connector, &todo, &db->error);
	if (!code)
		code = ops->session_open(
		    db->connector, true, &db->writer, &db->error);
	db->todo = todo.index;
	return code;
}

static void
close_parts(struct db *db)
{
	conformance_ops->session_close(db->writer);
	if (db->connector)
		conformance_ops->close(db->connector);
	db->writer = NULL;
	db->connector = NULL;
}

/* The number that all records hold, as 'session' sees them; 0 if there are
 * none; -1 if they differ. */
static int
read_number(struct db *db, struct weft_connector_session *session)
{
	struct weft_connector_record record;
	int number = 0;
	char id[20];

	for (int i = 0; i < RECORDS; i++) {
		int code, found = 0;

		snprintf(id, sizeof id, "%d", i);
		code = conformance_ops->get(session, db->todo,
		    weft_slice(id), &record, &db->error);
		if (code && code != WEFT_ENOTFOUND)
			db_ok(db, code);
		if (!code)
			found = record.body.data[5] - '0';
		if (i == 0)
			number = found;
		if (found != number)
			return -1;
	}
	return number;
}

/* The state that a session sees, with no faults any more. */
static int
read_state(struct db *db)
{
	int number;

	db_ok(db, conformance_ops->begin(db->writer, &db->error));
	number = read_number(db, db->writer);
	conformance_ops->rollback(db->writer);
	return number;
}

static struct witness
work(struct db *db)
{
	struct witness witness = {0};

	witness.code = open_parts(db);
	while (!witness.code && witness.acknowledged < COMMITS) {
		witness.code =
		    write_transaction(db, witness.acknowledged + 1);
		witness.acknowledged += !witness.code;
	}
	return witness;
}

static void
check_integrity(struct db *db)
{
	sqlite3_stmt *statement;
	char path[128];
	sqlite3 *plain;

	snprintf(path, sizeof path, "%s/db.sqlite", db->directory);
	assert_int_equal(sqlite3_open(path, &plain), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(plain, "PRAGMA integrity_check",
	    -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal(
	    (const char *)sqlite3_column_text(statement, 0), "ok");
	sqlite3_finalize(statement);
	sqlite3_close(plain);
}

/* The code must be one that says what happened. */
static void
check_code(int code, enum weft__sqlite_fault fault)
{
	if (fault == WEFT__SQLITE_FAULT_FULL)
		assert_int_equal(code, WEFT_ENOSPACE);
	else
		assert_true(code == WEFT_EIO || code == WEFT_EDATABASE ||
		    code == WEFT_EDAMAGED || code == WEFT_ELOCKED);
}

/* Works with the call after 'successes' ones failing; whether one did. */
static bool
fail_once(uint64_t successes, enum weft__sqlite_fault fault, bool for_ever)
{
	struct db *db = db_make();
	struct witness witness;
	bool has_failed;
	void *state = db;

	weft__sqlite_fail_after(successes, fault, for_ever);
	witness = work(db);
	has_failed = weft__sqlite_has_failed();
	weft__sqlite_fail_never();
	if (witness.code)
		check_code(witness.code, fault);
	else
		assert_int_equal(witness.acknowledged, COMMITS);
	/* here and now, and after another start */
	if (db->writer)
		assert_int_equal(read_state(db), witness.acknowledged);
	close_parts(db);
	check_integrity(db);
	db_ok(db, open_parts(db));
	assert_int_equal(read_state(db), witness.acknowledged);
	if (witness.acknowledged)
		db_ok(db, write_transaction(db, 9));
	close_parts(db);
	db_teardown(&state);
	return has_failed;
}

static void
sqlite__keeps_what_was_acknowledged_when_a_call_fails(void **state)
{
	uint64_t calls = 0;

	while (fail_once(calls, WEFT__SQLITE_FAULT_ERROR, false))
		calls++;
	assert_true(calls > 100);
}

static void
sqlite__keeps_what_was_acknowledged_when_the_disk_fails(void **state)
{
	uint64_t calls = 0;

	while (fail_once(calls, WEFT__SQLITE_FAULT_ERROR, true))
		calls += 7;
}

static void
sqlite__keeps_what_was_acknowledged_when_the_disk_is_full(void **state)
{
	uint64_t calls = 0;

	while (fail_once(calls, WEFT__SQLITE_FAULT_FULL, true))
		calls++;
	assert_true(calls > 20);
}

/* Inserts more than the cache holds, so that it is written before commit;
 * returns the first failure. */
static int
insert_large_records(struct db *db)
{
	const size_t size = 3000000;
	char *body = malloc(size + 1), id[20];
	int code = 0;

	assert_non_null(body);
	memset(body, 'x', size);
	memcpy(body, "{\"s\":\"", 6);
	memcpy(body + size - 2, "\"}", 3);
	for (int i = 0; !code && i < 20; i++) {
		struct weft_connector_record record = {
		    .body = weft_slice(body)};

		snprintf(id, sizeof id, "%d", i);
		record.id = weft_slice(id);
		code = conformance_ops->insert(
		    db->writer, db->todo, &record, false, &db->error);
	}
	free(body);
	return code;
}

/* More rows than are written at a time; returns the last answer. */
static int
append_rows(struct db *db, uint64_t first)
{
	int code = 0;

	for (uint64_t seq = first; seq < first + 50; seq++) {
		struct weft_connector_journal_row row = {.seq = seq,
		    .model = db->todo,
		    .id = weft_slice("x"),
		    .op = 'd'};

		code = conformance_ops->journal_append(
		    db->writer, &row, &db->error);
	}
	return code;
}

/* After a failure that ends a transaction, what follows must not run outside
 * of one, where each statement would be a transaction of its own. */
static void
sqlite__runs_nothing_outside_of_a_transaction(void **state)
{
	struct weft_connector_record record = {
	    .id = weft_slice("later"), .body = weft_slice("{}")};
	struct db *db = *state;
	uint64_t first, last;

	db_begin(db); /* so that all statements are there */
	db_ok(db, append_rows(db, 1));
	db_commit(db);
	db_begin(db);
	weft__sqlite_fail_after(0, WEFT__SQLITE_FAULT_FULL, false);
	assert_int_equal(insert_large_records(db), WEFT_ENOSPACE);
	weft__sqlite_fail_never();
	assert_int_equal(conformance_ops->insert(db->writer, db->todo,
			     &record, false, &db->error),
	    WEFT_EDATABASE);
	append_rows(db, 100);
	assert_int_not_equal(
	    conformance_ops->commit(db->writer, &db->error), 0);
	conformance_ops->rollback(db->writer);
	db_begin(db);
	db_has(db, db->writer, "later", NULL);
	db_has(db, db->writer, "0", NULL);
	db_ok(db, conformance_ops->journal_range(
		      db->writer, &first, &last, &db->error));
	assert_int_equal(last, 50);
	db_commit(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		sqlite__keeps_what_was_acknowledged_when_a_call_fails),
	    cmocka_unit_test(
		sqlite__keeps_what_was_acknowledged_when_the_disk_fails),
	    cmocka_unit_test(
		sqlite__keeps_what_was_acknowledged_when_the_disk_is_full),
	    cmocka_unit_test_setup_teardown(
		sqlite__runs_nothing_outside_of_a_transaction, db_setup,
		db_teardown),
	};

	conformance_ops = &weft__connector_sqlite;
	conformance_settings = "{\"file\":\"db.sqlite\"}";
	return cmocka_run_group_tests_name("sqlite_vfs", tests, NULL, NULL);
}
