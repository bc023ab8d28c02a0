/* Tests of models/connectors/sqlite_check.c. */
#include "tests/unit/models/connectors/conformance.h"

#include <sqlite3.h>
#include <stdio.h>

#include "models/connectors/connectors.h"

#define SETTINGS "{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\"}"

struct findings {
	char first[256];
	int count;
	int result;
};

static int
note_finding(struct weft_slice text, void *context)
{
	struct findings *findings = context;

	if (!findings->count++)
		snprintf(findings->first, sizeof findings->first, "%.*s",
		    (int)text.size, text.data);
	return findings->result;
}

static struct findings
check(struct db *db)
{
	struct findings findings = {.count = 0};

	db_ok(db, db->connector->ops->check(
		      db->connector, note_finding, &findings, &db->error));
	return findings;
}

/* Does to an index what SQLite does not let anybody do. */
static void
damage_index(struct db *db, const char *index, const char *sql)
{
	char path[128];
	sqlite3_stmt *statement;
	sqlite3 *plain;
	int root;

	snprintf(path, sizeof path, "%s/db.sqlite", db->directory);
	assert_int_equal(sqlite3_open(path, &plain), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(plain, "SELECT rootpage FROM "
			     "sqlite_schema WHERE name = ?1", -1, &statement,
			     NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, index, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	root = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_test_control(
	    SQLITE_TESTCTRL_IMPOSTER, plain, "main", 1, root);
	assert_int_equal(sqlite3_exec(plain, "CREATE TABLE ids(id, number, "
			     "PRIMARY KEY(id, number)) WITHOUT ROWID",
			     NULL, NULL, NULL), SQLITE_OK);
	sqlite3_test_control(SQLITE_TESTCTRL_IMPOSTER, plain, "main", 0, 0);
	assert_int_equal(
	    sqlite3_exec(plain, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(plain);
}

static void
fill(struct db *db)
{
	db_begin(db);
	db_insert(db, "a", "{\"id\":\"a\"}");
	db_insert(db, "b", "{\"id\":\"b\"}");
	db_commit(db);
}

static void
check__finds_nothing_in_a_sound_file(void **state)
{
	struct db *db = *state;
	struct weft_connector *reader = NULL;
	struct findings findings = {.count = 0};
	bool mended;

	fill(db);
	assert_int_equal(check(db).count, 0);
	db_begin(db); /* beside a writer */
	db_insert(db, "c", "{\"id\":\"c\"}");
	assert_int_equal(check(db).count, 0);
	db_commit(db);
	db_ok(db, weft__connector_sqlite.open(weft_slice(SETTINGS),
		      db->directory, true, &reader, &db->error));
	db_ok(db, reader->ops->check(
		      reader, note_finding, &findings, &db->error));
	assert_int_equal(findings.count, 0);
	reader->ops->close(reader);
	db_ok(db, db->connector->ops->mend(db->connector, &mended,
		      &db->error));
	assert_true(mended);
}

static void
check__finds_what_an_index_lacks(void **state)
{
	struct db *db = *state;
	struct findings findings = {.result = 7};
	bool mended;

	fill(db);
	damage_index(db, "sqlite_autoindex_Todo_1",
	    "DELETE FROM ids WHERE id = 'a'");
	assert_int_equal(check(db).count, 2);
	assert_string_equal(check(db).first,
	    "row 1 missing from index sqlite_autoindex_Todo_1");
	assert_int_equal(db->connector->ops->check(db->connector,
			     note_finding, &findings, &db->error), 7);
	assert_int_equal(findings.count, 1);
	db_ok(db, db->connector->ops->mend(db->connector, &mended,
		      &db->error));
	assert_true(mended);
	assert_int_equal(check(db).count, 0);
}

/* Two records have one id by now: no index can be made of them. */
static void
mend__changes_nothing_if_it_does_not_help(void **state)
{
	struct db *db = *state;
	bool mended;

	fill(db);
	damage_index(db, "sqlite_autoindex_Todo_1",
	    "DELETE FROM ids WHERE id = 'a'");
	db_begin(db);
	db_insert(db, "a", "{\"id\":\"a\"}");
	db_commit(db);
	db_ok(db, db->connector->ops->mend(db->connector, &mended,
		      &db->error));
	assert_false(mended);
	assert_true(check(db).count > 0);
}

static void
mend__waits_for_no_writer(void **state)
{
	struct db *db = *state;
	bool mended;

	db_begin(db);
	db_insert(db, "a", "{\"id\":\"a\"}");
	assert_int_equal(db->connector->ops->mend(db->connector, &mended,
			     &db->error), WEFT_ELOCKED);
	assert_false(mended);
	db_commit(db);
}

int
main(void)
{
#define check_test(test) \
	cmocka_unit_test_setup_teardown(test, db_setup, db_teardown)
	const struct CMUnitTest tests[] = {
	    check_test(check__finds_nothing_in_a_sound_file),
	    check_test(check__finds_what_an_index_lacks),
	    check_test(mend__changes_nothing_if_it_does_not_help),
	    check_test(mend__waits_for_no_writer),
	};

	conformance_ops = &weft__connector_sqlite;
	conformance_settings = SETTINGS;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
