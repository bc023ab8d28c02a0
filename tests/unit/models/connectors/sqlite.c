/* Tests of models/connectors/sqlite*.c: the suite, and what is its own. */
#include "tests/unit/models/connectors/conformance.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "models/connectors/connectors.h"

#define SETTINGS "{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\"}"

static void
write_path(const struct db *db, const char *file, char path[128])
{
	snprintf(path, 128, "%s/%s", db->directory, file);
}

/* Runs plain SQL, as another program would; the first value of its last
 * statement, as text to be freed by free(). */
static char *
run_sql(struct db *db, const char *sql)
{
	sqlite3_stmt *statement;
	const char *rest = sql;
	char path[128], *value = NULL;
	sqlite3 *plain;

	write_path(db, "db.sqlite", path);
	assert_int_equal(sqlite3_open(path, &plain), SQLITE_OK);
	while (*rest) {
		if (sqlite3_prepare_v2(plain, rest, -1, &statement, &rest))
			fail_msg("%s: %s", sql, sqlite3_errmsg(plain));
		free(value);
		value = NULL;
		if (sqlite3_step(statement) == SQLITE_ROW &&
		    sqlite3_column_text(statement, 0))
			value = strdup(
			    (const char *)sqlite3_column_text(statement, 0));
		if (sqlite3_finalize(statement))
			fail_msg("%s: %s", sql, sqlite3_errmsg(plain));
	}
	sqlite3_close(plain);
	return value;
}

static void
sql_gives(struct db *db, const char *sql, const char *expected)
{
	char *value = run_sql(db, sql);

	if (expected)
		assert_string_equal(value ? value : "NULL", expected);
	else
		assert_null(value);
	free(value);
}

static int
open_again(struct db *db, bool read_only, struct weft_connector **connector)
{
	return weft__connector_sqlite.open(weft_slice(SETTINGS),
	    db->directory, read_only, connector, &db->error);
}

static void
refuses_to_open(struct db *db, bool read_only, int code, const char *part)
{
	struct weft_connector *connector = NULL;

	assert_int_equal(open_again(db, read_only, &connector), code);
	assert_null(connector);
	if (!strstr(db->error.text, part))
		fail_msg("%s", db->error.text);
}

static void
sqlite_open__needs_the_name_of_a_file(void **state)
{
	static const char *const settings[] = {
	    "{}", "{\"file\":1}", "{\"file\":\"\"}", "{\"file\":null}"};
	struct weft_connector *connector;
	struct db *db = *state;

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(weft__connector_sqlite.open(
		    weft_slice(settings[i]), db->directory, false,
		    &connector, &db->error), WEFT_ECONFIG);
		assert_string_equal(db->error.text,
		    "file: expected the name of the database's file");
	}
}

static void
sqlite_open__takes_an_absolute_name(void **state)
{
	struct weft_connector *connector;
	struct db *db = *state;
	char settings[200];

	snprintf(settings, sizeof settings, "{\"file\":\"%s/?100%%.sqlite\"}",
	    db->directory);
	db_ok(db, weft__connector_sqlite.open(weft_slice(settings), "/nowhere",
		      false, &connector, &db->error));
	weft__connector_sqlite.close(connector);
	db_ok(db, weft__connector_sqlite.open(weft_slice(settings), "/nowhere",
		      true, &connector, &db->error));
	weft__connector_sqlite.close(connector);
}

static void
sqlite_open__says_that_there_is_no_directory(void **state)
{
	struct weft_connector *connector;
	struct db *db = *state;

	assert_int_equal(weft__connector_sqlite.open(weft_slice(SETTINGS),
	    "/tmp/no/such/directory", false, &connector, &db->error),
	    WEFT_EIO);
	assert_string_equal(db->error.text,
	    "/tmp/no/such/directory/db.sqlite: unable to open database file: "
	    "No such file or directory");
}

static void
sqlite_open__refuses_databases_that_are_not_ours(void **state)
{
	/* A bit of the version has changed. */
	static const char *const damaged[] = {"PRAGMA user_version = 0",
	    "PRAGMA user_version = 129", "PRAGMA user_version = 1073741825",
	    "PRAGMA user_version = -2147483647"};
	struct db *db = *state;
	char path[128];
	FILE *file;

	db_close(db);
	sql_gives(db, "PRAGMA user_version = 2", NULL);
	refuses_to_open(db, false, WEFT_EUNSUPPORTED, "a newer weft");
	refuses_to_open(db, true, WEFT_EUNSUPPORTED, "a newer weft");
	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		sql_gives(db, damaged[i], NULL);
		refuses_to_open(db, false, WEFT_EDAMAGED, "header says");
		refuses_to_open(db, true, WEFT_EDAMAGED, "header says");
	}
	sql_gives(db, "PRAGMA user_version = 1; PRAGMA application_id = 7",
	    NULL);
	refuses_to_open(db, false, WEFT_EUNSUPPORTED, "another program");
	sql_gives(db, "PRAGMA user_version = 0; PRAGMA application_id = 0",
	    NULL);
	refuses_to_open(db, false, WEFT_EUNSUPPORTED, "another program");
	write_path(db, "db.sqlite", path);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%2000s", "not a database at all");
	fclose(file);
	refuses_to_open(db, false, WEFT_EDAMAGED, "not a database");
}

static void
sqlite_open__for_reading_makes_nothing(void **state)
{
	struct db *db = *state;
	char path[128];

	db_close(db);
	write_path(db, "db.sqlite", path);
	assert_int_equal(unlink(path), 0);
	refuses_to_open(db, true, WEFT_ENOTFOUND, "no such file");
	assert_int_not_equal(access(path, F_OK), 0);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	refuses_to_open(db, true, WEFT_EUNSUPPORTED, "an empty file");
}

static void
sqlite_open__for_reading_refuses_to_write(void **state)
{
	struct weft_connector_model model = {.name = "Todo"};
	struct weft_connector_model third = {.name = "Third"};
	struct weft_connector_session *session;
	struct weft_connector *connector;
	struct db *db = *state;

	db_ok(db, open_again(db, true, &connector));
	db_ok(db, weft__connector_sqlite.define(
		      connector, &model, &db->error));
	assert_int_equal(model.index, db->todo);
	assert_int_equal(weft__connector_sqlite.define(
	    connector, &third, &db->error), WEFT_EREADONLY);
	assert_int_equal(weft__connector_sqlite.session_open(
	    connector, true, &session, &db->error), WEFT_EREADONLY);
	weft__connector_sqlite.close(connector);
}

/* What one process reads of a database that another one wrote; 0: all. */
static int
read_all(struct db *db)
{
	struct weft_connector_model model = {.name = "Todo"};
	struct weft_connector_session *session = NULL;
	struct weft_connector *connector = NULL;
	struct weft_connector_record record;
	const struct weft_connector_ops *ops = &weft__connector_sqlite;
	int code = open_again(db, true, &connector);

	if (!code)
		code = ops->define(connector, &model, &db->error);
	if (!code)
		code = ops->session_open(
		    connector, false, &session, &db->error);
	if (!code)
		code = ops->begin(session, &db->error);
	if (!code)
		code = ops->get(session, model.index, weft_slice("a"),
		    &record, &db->error);
	if (!code && !weft_slice_equal(record.body, weft_slice("{\"n\":1}")))
		code = WEFT_EDAMAGED;
	ops->session_close(session);
	ops->close(connector);
	return code;
}

/* Runs 'work' in another process, as another user if we are root, who may do
 * all; nothing may be open here: locks do not cross a fork. */
static int
run_apart(struct db *db, bool as_nobody, int (*work)(struct db *db))
{
	int status = 0;
	pid_t child;

	assert_null(db->connector);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (as_nobody && getuid() == 0 && setuid(65534) != 0)
			_exit(100);
		_exit(-work(db));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void
set_mode(struct db *db, const char *file, mode_t mode)
{
	char path[128];

	write_path(db, file, path);
	assert_int_equal(chmod(path, mode), 0);
}

/* Commits and ends without closing, as if it had been killed. */
static int
write_and_die(struct db *db)
{
	db_open(db);
	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_commit(db);
	return 0;
}

static void
sqlite_open__reads_in_a_directory_that_is_read_only(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_commit(db);
	db_close(db);
	set_mode(db, "db.sqlite", 0444);
	set_mode(db, ".", 0555);
	assert_int_equal(run_apart(db, true, read_all), 0);
	set_mode(db, ".", 0755);
}

/* What only the log holds must not be overlooked: without a file of locks it
 * cannot be read, and without the log it would be missing. */
static void
sqlite_open__does_not_read_past_a_log(void **state)
{
	struct db *db = *state;
	char path[128];

	db_close(db);
	assert_int_equal(run_apart(db, false, write_and_die), 0);
	write_path(db, "db.sqlite-shm", path);
	assert_int_equal(unlink(path), 0);
	set_mode(db, "db.sqlite", 0444);
	set_mode(db, "db.sqlite-wal", 0444);
	set_mode(db, ".", 0555);
	assert_int_equal(run_apart(db, true, read_all), WEFT_EREADONLY);
	set_mode(db, ".", 0777);
	assert_int_equal(run_apart(db, true, read_all), 0);
}

static void
sqlite_open__recovers_what_a_dead_process_committed(void **state)
{
	struct db *db = *state;

	db_close(db);
	assert_int_equal(run_apart(db, false, write_and_die), 0);
	db_open(db);
	db_begin(db);
	db_has(db, db->writer, "a", "{\"n\":1}");
	db_commit(db);
}

static int
open_to_write(struct db *db)
{
	struct weft_connector *connector;

	return open_again(db, false, &connector);
}

static void
sqlite_open__says_that_it_may_not_write(void **state)
{
	struct db *db = *state;

	db_close(db);
	set_mode(db, "db.sqlite", 0444);
	set_mode(db, ".", 0755);
	assert_int_equal(
	    run_apart(db, true, open_to_write), WEFT_EREADONLY);
}

static void
sqlite_begin__says_that_another_process_writes(void **state)
{
	const struct weft_connector_ops *ops = &weft__connector_sqlite;
	struct weft_connector_session *session;
	struct weft_connector *connector;
	struct db *db = *state;

	db_ok(db, open_again(db, false, &connector));
	db_ok(db, ops->session_open(connector, true, &session, &db->error));
	db_begin(db);
	db_insert(db, "a", "{}");
	assert_int_equal(ops->begin(session, &db->error), WEFT_ELOCKED);
	db_commit(db);
	db_ok(db, ops->begin(session, &db->error));
	ops->rollback(session);
	ops->session_close(session);
	ops->close(connector);
}

/* A model, with columns for what can be one. */
static void
define(struct db *db, const char *name,
    const struct weft_connector_property *properties, size_t length)
{
	struct weft_connector_model model = {
	    .name = name, .properties = properties, .length = length};

	db_ok(db, weft__connector_sqlite.define(
		      db->connector, &model, &db->error));
}

static void
sqlite_define__makes_columns_that_plain_sql_reads(void **state)
{
	static const struct weft_connector_property properties[] = {
	    {"name", WEFT_TYPE_STRING, false},
	    {"select", WEFT_TYPE_NUMBER, true},
	    {"it's", WEFT_TYPE_ANY, false},
	    {"a.b[0]", WEFT_TYPE_ANY, false},
	    {"\xc3\xa9", WEFT_TYPE_ANY, false},
	};
	struct db *db = *state;

	define(db, "Todo", properties, 5);
	db_begin(db);
	db_insert(db, "x",
	    "{\"a.b[0]\":3,\"it's\":2,\"name\":\"N\",\"select\":1,"
	    "\"\xc3\xa9\":[4]}");
	db_commit(db);
	sql_gives(db, "SELECT name FROM Todo", "N");
	sql_gives(db, "SELECT \"select\" FROM \"Todo\"", "1");
	sql_gives(db, "SELECT \"it's\" FROM Todo", "2");
	sql_gives(db, "SELECT \"a.b[0]\" FROM Todo", "3");
	sql_gives(db, "SELECT \"\xc3\xa9\" FROM Todo", "[4]");
}

static void
sqlite_define__leaves_out_what_cannot_be_a_column(void **state)
{
	static const struct weft_connector_property properties[] = {
	    {"Case", WEFT_TYPE_ANY, false},
	    {"case", WEFT_TYPE_ANY, true},
	    {"a\\\"b", WEFT_TYPE_ANY, false},
	    {"weft_id", WEFT_TYPE_ANY, false},
	    {"WEFT_x", WEFT_TYPE_ANY, false},
	    {"", WEFT_TYPE_ANY, false},
	    {"rowid", WEFT_TYPE_ANY, true},
	};
	struct db *db = *state;

	define(db, "Odd", properties, 7);
	sql_gives(db,
	    "SELECT group_concat(name) FROM pragma_table_xinfo('Odd')",
	    "weft_rowid,weft_id,weft_body,weft_hidden,weft_track,Case,rowid");
	define(db, "Odd", properties, 7);
}

static void
sqlite_define__follows_a_definition_that_changes(void **state)
{
	static const struct weft_connector_property before[] = {
	    {"a", WEFT_TYPE_ANY, true}, {"b", WEFT_TYPE_ANY, false}};
	static const struct weft_connector_property after[] = {
	    {"b", WEFT_TYPE_ANY, true}, {"c", WEFT_TYPE_ANY, false},
	    {"a", WEFT_TYPE_ANY, false}};
	struct db *db = *state;

	define(db, "Changing", before, 2);
	sql_gives(db, "INSERT INTO Changing (weft_id, weft_body)"
		      " VALUES('x', '{\"a\":1,\"b\":2,\"c\":3}')", NULL);
	sql_gives(db, "SELECT group_concat(name) FROM sqlite_schema"
		      " WHERE name LIKE 'weft_index_2%'", "weft_index_2_a");
	db_close(db);
	db_open(db);
	define(db, "Changing", after, 3);
	sql_gives(db, "SELECT a || b || c FROM Changing", "123");
	sql_gives(db, "SELECT group_concat(name) FROM sqlite_schema"
		      " WHERE name LIKE 'weft_index_2%'", "weft_index_2_b");
}

static void
sqlite_define__refuses_names_that_tables_cannot_have(void **state)
{
	static const char *const names[] = {
	    "todo", "weft_x", "WEFT_journal", "sqlite_x", ""};
	struct db *db = *state;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct weft_connector_model model = {.name = names[i]};

		assert_int_equal(weft__connector_sqlite.define(
		    db->connector, &model, &db->error), WEFT_ECONFIG);
	}
	define(db, "name of \"any\" 'kind'; --", NULL, 0);
	sql_gives(db, "SELECT count(*) FROM weft_models", "3");
}

static int
count_row(const struct weft_connector_journal_row *row, void *count)
{
	assert_int_equal(row->model, 1);
	++*(int *)count;
	return 0;
}

/* A model's number is the same next time, whichever models are defined. */
static void
sqlite_define__keeps_a_models_number(void **state)
{
	struct weft_connector_journal_row row = {.seq = 1,
	    .id = weft_slice("a"), .op = 'c'};
	struct weft_connector_model other = {.name = "Other"};
	const struct weft_connector_ops *ops = &weft__connector_sqlite;
	struct weft_connector_session *session;
	struct weft_connector *connector;
	struct db *db = *state;
	int count = 0;

	db_begin(db);
	for (row.seq = 1; row.seq <= 4; row.seq++) {
		row.model = row.seq % 2 ? db->todo : db->other;
		db_ok(db, ops->journal_append(db->writer, &row, &db->error));
	}
	db_commit(db);
	db_close(db);
	db_ok(db, open_again(db, false, &connector));
	db_ok(db, ops->define(connector, &other, &db->error));
	assert_int_equal(other.index, db->other);
	db_ok(db, ops->session_open(connector, false, &session, &db->error));
	db_ok(db, ops->begin(session, &db->error));
	/* those of Todo, which nobody has defined this time, are left out */
	db_ok(db, ops->journal_read(session, -1, 0, UINT64_MAX, 9, count_row,
		      &count, &db->error));
	assert_int_equal(count, 2);
	ops->session_close(session);
	ops->close(connector);
}

static void
sqlite_close__keeps_all_that_was_committed(void **state)
{
	struct db *db = *state;
	struct weft_slice value;

	db_begin(db);
	db_insert(db, "old", "{}");
	db_commit(db);
	assert_int_equal(db_change_all(db), 0);
	db_close(db);
	db_open(db);
	db_begin(db);
	db_has(db, db->writer, "new", "{\"n\":2}");
	db_has(db, db->writer, "old", "");
	db_ok(db, conformance_ops->meta_get(
		      db->writer, weft_slice("new"), &value, &db->error));
	db_commit(db);
	sql_gives(db, "PRAGMA integrity_check", "ok");
}

/* Programs that write by plain SQL take no track row along unseen. */
static void
sqlite_triggers__keep_track_rows_of_foreign_writes(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_insert(db, "deleted", "{\"n\":1}");
	db_insert(db, "replaced", "{\"n\":2}");
	db_insert(db, "renamed", "{\"n\":3}");
	db_insert(db, "edited", "{\"n\":4}");
	db_insert(db, "buried", "{\"n\":5}");
	db_ok(db, conformance_ops->bury(db->writer, db->todo,
		      weft_slice("buried"), weft_slice("gone"), &db->error));
	db_commit(db);
	sql_gives(db,
	    "DELETE FROM Todo WHERE weft_id = 'deleted';"
	    "REPLACE INTO Todo (weft_id, weft_body)"
	    " VALUES('replaced', '{}'), ('inserted', '{}');"
	    "UPDATE Todo SET weft_id = 'new' WHERE weft_id = 'renamed';"
	    "UPDATE Todo SET weft_body = '{}' WHERE weft_id = 'edited';",
	    NULL);
	sql_gives(db, "SELECT group_concat(weft_id || '=' || weft_track) FROM"
		      " (SELECT * FROM weft_tombstones_Todo ORDER BY 1)",
	    "buried=gone,deleted={\"n\":1},replaced={\"n\":2},"
	    "renamed={\"n\":3}");
	sql_gives(db, "SELECT group_concat(weft_id) FROM"
		      " (SELECT * FROM Todo ORDER BY weft_id)"
		      " WHERE weft_track IS NULL", "inserted,new,replaced");
}

static void
sqlite_journal__keeps_sha1_revisions_short(void **state)
{
	struct weft_connector_journal_row row = {.seq = 1,
	    .id = weft_slice("a"),
	    .rev = weft_slice("0123456789abcdef0123456789abcdef01234567"),
	    .op = 'c'};
	struct db *db = *state;

	db_begin(db);
	db_ok(db, conformance_ops->journal_append(
		      db->writer, &row, &db->error));
	db_commit(db);
	sql_gives(db, "SELECT hex(rev) || typeof(rev) FROM weft_journal",
	    "0123456789ABCDEF0123456789ABCDEF01234567blob");
}

static void
sqlite_commit__is_synced_in_wal_mode(void **state)
{
	struct db *db = *state;

	sql_gives(db, "PRAGMA journal_mode", "wal");
	sql_gives(db, "PRAGMA application_id", "2003134068");
}

static off_t
size_of(struct db *db, const char *file)
{
	struct stat status;
	char path[128];

	write_path(db, file, path);
	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

/* Inserts records of a MiB each, one in a transaction. */
static void
insert_large(struct db *db, int count)
{
	const size_t size = 1 << 20;
	char *body = malloc(size + 1), id[16];

	assert_non_null(body);
	memset(body, 'x', size);
	memcpy(body, "{\"a\":\"", 6);
	memcpy(body + size - 2, "\"}", 3);
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "%d", i);
		db_begin(db);
		db_insert(db, id, body);
		db_commit(db);
	}
	free(body);
}

static void
sqlite_settle__moves_the_log_into_the_file(void **state)
{
	struct db *db = *state;
	off_t before = size_of(db, "db.sqlite");

	insert_large(db, 6);
	assert_int_equal(size_of(db, "db.sqlite"), before);
	db_ok(db, conformance_ops->settle(db->connector, &db->error));
	assert_true(size_of(db, "db.sqlite") > 6 << 20);
	sql_gives(db, "SELECT count(*) FROM Todo", "6");
	db_ok(db, conformance_ops->settle(db->connector, &db->error));
}

/* Nobody has called settle(). */
static void
sqlite_commit__bounds_the_log(void **state)
{
	const int count = WEFT_LIMIT_LOG_PAGES / 256 + 8;
	struct db *db = *state;
	off_t before = size_of(db, "db.sqlite");

	insert_large(db, count);
	assert_true(size_of(db, "db.sqlite") > before + (32 << 20));
	assert_true(
	    size_of(db, "db.sqlite-wal") < (off_t)(count + 8) << 20);
	sql_gives(db, "SELECT count(*) = 72 FROM Todo", "1");
}

static void
connector_find__knows_the_names(void **state)
{
	assert_ptr_equal(
	    weft__connector_find("memory"), &weft__connector_memory);
	assert_ptr_equal(
	    weft__connector_find("sqlite"), &weft__connector_sqlite);
	assert_ptr_equal(
	    weft__connector_find("sqlite3"), &weft__connector_sqlite);
	assert_null(weft__connector_find("mysql"));
}

#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, db_setup, db_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(sqlite_open__needs_the_name_of_a_file),
	    CASE(sqlite_open__takes_an_absolute_name),
	    CASE(sqlite_open__says_that_there_is_no_directory),
	    CASE(sqlite_open__refuses_databases_that_are_not_ours),
	    CASE(sqlite_open__for_reading_makes_nothing),
	    CASE(sqlite_open__for_reading_refuses_to_write),
	    CASE(sqlite_open__reads_in_a_directory_that_is_read_only),
	    CASE(sqlite_open__does_not_read_past_a_log),
	    CASE(sqlite_open__recovers_what_a_dead_process_committed),
	    CASE(sqlite_open__says_that_it_may_not_write),
	    CASE(sqlite_begin__says_that_another_process_writes),
	    CASE(sqlite_define__makes_columns_that_plain_sql_reads),
	    CASE(sqlite_define__leaves_out_what_cannot_be_a_column),
	    CASE(sqlite_define__follows_a_definition_that_changes),
	    CASE(sqlite_define__refuses_names_that_tables_cannot_have),
	    CASE(sqlite_define__keeps_a_models_number),
	    CASE(sqlite_close__keeps_all_that_was_committed),
	    CASE(sqlite_triggers__keep_track_rows_of_foreign_writes),
	    CASE(sqlite_journal__keeps_sha1_revisions_short),
	    CASE(sqlite_commit__is_synced_in_wal_mode),
	    CASE(sqlite_settle__moves_the_log_into_the_file),
	    CASE(sqlite_commit__bounds_the_log),
	    cmocka_unit_test(connector_find__knows_the_names),
	};

	return conformance_run("sqlite", &weft__connector_sqlite, SETTINGS,
	    tests, sizeof tests / sizeof *tests);
}
