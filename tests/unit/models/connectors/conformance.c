#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/unit/models/connectors/conformance.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"

const struct weft_connector_ops *conformance_ops;
const char *conformance_settings;

void
db_assert_ok(struct db *db, int code, const char *file, int line)
{
	if (code) {
		print_error("%s: %s\n", weft_error_name(code), db->error.text);
		_fail(file, line);
	}
}

/* The models of the tests: one with properties of every type, and another. */
static void
define_models(struct db *db)
{
	static const struct weft_connector_property properties[] = {
	    {"any", WEFT_TYPE_ANY, true},
	    {"plain", WEFT_TYPE_ANY, false},
	    {"flag", WEFT_TYPE_BOOLEAN, false},
	    {"name", WEFT_TYPE_STRING, true},
	    {"number", WEFT_TYPE_NUMBER, true},
	    {"date", WEFT_TYPE_DATE, true},
	};
	struct weft_connector_model todo = {.name = "Todo",
	    .properties = properties,
	    .length = sizeof properties / sizeof *properties,
	    .tracked = true};
	struct weft_connector_model other = {.name = "Other"};

	db_ok(db, conformance_ops->define(db->connector, &todo, &db->error));
	db_ok(db, conformance_ops->define(db->connector, &other, &db->error));
	db->todo = todo.index;
	db->other = other.index;
}

void
db_open(struct db *db)
{
	db_ok(db, conformance_ops->open(weft_slice(conformance_settings),
		      db->directory, false, &db->connector, &db->error));
	define_models(db);
	db_ok(db, conformance_ops->session_open(
		      db->connector, true, &db->writer, &db->error));
	db_ok(db, conformance_ops->session_open(
		      db->connector, false, &db->reader, &db->error));
}

void
db_close(struct db *db)
{
	conformance_ops->session_close(db->reader);
	conformance_ops->session_close(db->writer);
	conformance_ops->close(db->connector);
	db->reader = db->writer = NULL;
	db->connector = NULL;
}

struct db *
db_make(void)
{
	/* in memory if there is such a place: each commit is synced */
	static const char *const places[] = {"/dev/shm", "/tmp"};
	struct db *db = calloc(1, sizeof *db);

	assert_non_null(db);
	for (size_t i = 0; i < 2; i++) {
		snprintf(db->directory, sizeof db->directory,
		    "%s/weft-XXXXXX", places[i]);
		if (mkdtemp(db->directory))
			return db;
	}
	fail_msg("no place for a directory");
	return NULL;
}

int
db_setup(void **state)
{
	struct db *db = db_make();

	db_open(db);
	*state = db;
	return 0;
}

static int
remove_entry(
    const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	return remove(path);
}

int
db_teardown(void **state)
{
	struct db *db = *state;

	if (db->connector)
		db_close(db);
	nftw(db->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(db);
	return 0;
}

void
db_begin(struct db *db)
{
	db_ok(db, conformance_ops->begin(db->writer, &db->error));
}

void
db_commit(struct db *db)
{
	db_ok(db, conformance_ops->commit(db->writer, &db->error));
}

/* A record with this body, and a track row that says the same. */
static struct weft_connector_record
make_record(const char *id, const char *body)
{
	return (struct weft_connector_record){.id = weft_slice(id),
	    .body = weft_slice(body),
	    .track = weft_slice(body)};
}

void
db_insert(struct db *db, const char *id, const char *body)
{
	struct weft_connector_record record = make_record(id, body);

	db_ok(db, conformance_ops->insert(
		      db->writer, db->todo, &record, false, &db->error));
}

void
db_update(struct db *db, const char *id, const char *body)
{
	struct weft_connector_record record = make_record(id, body);

	db_ok(db, conformance_ops->update(
		      db->writer, db->todo, &record, &db->error));
}

void
db_has(struct db *db, struct weft_connector_session *session, const char *id,
    const char *body)
{
	struct weft_connector_record record;
	int code = conformance_ops->get(
	    session, db->todo, weft_slice(id), &record, &db->error);

	if (!body) {
		assert_int_equal(code, WEFT_ENOTFOUND);
		return;
	}
	db_ok(db, code);
	assert_true(weft_slice_equal(record.id, weft_slice(id)));
	if (!*body)
		assert_null(record.body.data);
	else
		assert_true(weft_slice_equal(record.body, weft_slice(body)));
}

int
db_collect_record(const struct weft_connector_record *record, void *buf)
{
	return weft_buf_printf(buf, "%.*s=%.*s ", (int)record->id.size,
	    record->id.data, (int)record->body.size,
	    record->body.data ? record->body.data : "");
}

static void
transaction_commit__makes_all_visible(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_has(db, db->writer, "a", "{\"n\":1}");
	db_commit(db);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	db_has(db, db->reader, "a", "{\"n\":1}");
	db_ok(db, conformance_ops->commit(db->reader, &db->error));
}

static void
transaction_rollback__leaves_nothing(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_commit(db);
	db_begin(db);
	db_update(db, "a", "{\"n\":2}");
	db_insert(db, "b", "{}");
	conformance_ops->rollback(db->writer);
	db_begin(db);
	db_has(db, db->writer, "a", "{\"n\":1}");
	db_has(db, db->writer, "b", NULL);
	db_commit(db);
}

static void
transaction_begin__shows_readers_one_state(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_insert(db, "a", "{\"n\":1}");
	db_commit(db);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	db_begin(db);
	db_update(db, "a", "{\"n\":2}");
	db_insert(db, "b", "{}");
	db_has(db, db->reader, "a", "{\"n\":1}");
	db_commit(db);
	db_has(db, db->reader, "a", "{\"n\":1}");
	db_has(db, db->reader, "b", NULL);
	conformance_ops->rollback(db->reader);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	db_has(db, db->reader, "a", "{\"n\":2}");
	db_has(db, db->reader, "b", "{}");
	conformance_ops->rollback(db->reader);
}

/* The state is that of begin(), not of the first reading. */
static void
transaction_begin__fixes_the_state_at_once(void **state)
{
	struct db *db = *state;

	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	db_begin(db);
	db_insert(db, "a", "{}");
	db_commit(db);
	db_has(db, db->reader, "a", NULL);
	conformance_ops->rollback(db->reader);
}

static void
transaction_mark__nests(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_insert(db, "a", "{}");
	db_ok(db, conformance_ops->mark(db->writer, &db->error));
	db_insert(db, "b", "{}");
	db_ok(db, conformance_ops->mark(db->writer, &db->error));
	db_insert(db, "c", "{}");
	db_ok(db, conformance_ops->undo(db->writer, &db->error));
	db_has(db, db->writer, "b", "{}");
	db_has(db, db->writer, "c", NULL);
	db_ok(db, conformance_ops->mark(db->writer, &db->error));
	db_insert(db, "d", "{}");
	db_ok(db, conformance_ops->keep(db->writer, &db->error));
	db_has(db, db->writer, "d", "{}");
	db_ok(db, conformance_ops->undo(db->writer, &db->error));
	db_has(db, db->writer, "a", "{}");
	db_has(db, db->writer, "b", NULL);
	db_has(db, db->writer, "d", NULL);
	db_commit(db);
	db_begin(db);
	db_has(db, db->writer, "a", "{}");
	db_has(db, db->writer, "b", NULL);
	db_commit(db);
}

static void
transaction_rollback__drops_marks(void **state)
{
	struct db *db = *state;

	db_begin(db);
	db_ok(db, conformance_ops->mark(db->writer, &db->error));
	db_insert(db, "a", "{}");
	conformance_ops->rollback(db->writer);
	db_begin(db);
	db_insert(db, "a", "{}");
	db_commit(db);
}

int
db_change_all(struct db *db)
{
	struct weft_connector_record record = {.id = weft_slice("new"),
	    .body = weft_slice("{\"n\":2}"),
	    .track = weft_slice("track")};
	struct weft_connector_journal_row row = {
	    .seq = 1, .id = record.id, .op = 'c'};
	const struct weft_connector_ops *ops = conformance_ops;
	struct weft_connector_session *session = db->writer;
	int code = ops->begin(session, &db->error);

	if (!code)
		code = ops->mark(session, &db->error);
	if (!code)
		code = ops->insert(
		    session, db->todo, &record, true, &db->error);
	if (!code)
		code = ops->update(session, db->todo, &record, &db->error);
	if (!code)
		code = ops->bury(session, db->todo, weft_slice("old"),
		    record.track, &db->error);
	if (!code)
		code = ops->journal_append(session, &row, &db->error);
	if (!code)
		code = ops->pending_put(session, db->todo, record.id, 1,
		    record.body, &db->error);
	if (!code)
		code = ops->meta_put(
		    session, record.id, record.body, &db->error);
	if (!code)
		code = ops->keep(session, &db->error);
	if (!code)
		code = ops->commit(session, &db->error);
	if (code)
		ops->rollback(session);
	return code;
}

/* Any allocation may fail: then all is as before. */
static void
transaction__keeps_its_state_when_memory_fails(void **state)
{
	struct db *db = *state;
	int code;

	db_begin(db);
	db_insert(db, "old", "{\"n\":1}");
	db_commit(db);
	for (uint64_t i = 0;; i++) {
		weft__alloc_fail_after(i, false);
		code = db_change_all(db);
		weft__alloc_fail_never();
		if (!code)
			break;
		assert_int_equal(code, WEFT_ENOMEM);
		db_begin(db);
		db_has(db, db->writer, "old", "{\"n\":1}");
		db_has(db, db->writer, "new", NULL);
		db_commit(db);
	}
	db_begin(db);
	db_has(db, db->writer, "old", "");
	db_has(db, db->writer, "new", "{\"n\":2}");
	db_commit(db);
}

static void
session_open__gives_one_writing_session(void **state)
{
	struct db *db = *state;
	struct weft_connector_session *session = NULL;

	assert_int_equal(conformance_ops->session_open(db->connector, true,
			     &session, &db->error),
	    WEFT_ELOCKED);
	assert_null(session);
	conformance_ops->session_close(db->writer);
	db_ok(db, conformance_ops->session_open(
		      db->connector, true, &db->writer, &db->error));
}

static void
define__gives_a_model_one_index(void **state)
{
	struct db *db = *state;
	struct weft_connector_model again = {.name = "Todo"};
	struct weft_connector_model third = {.name = "Third"};

	assert_int_not_equal(db->todo, db->other);
	db_ok(db,
	    conformance_ops->define(db->connector, &again, &db->error));
	assert_int_equal(again.index, db->todo);
	db_ok(db,
	    conformance_ops->define(db->connector, &third, &db->error));
	assert_int_not_equal(third.index, db->todo);
	assert_int_not_equal(third.index, db->other);
}

static void
open__refuses_settings_that_are_no_object(void **state)
{
	struct db *db = *state;
	struct weft_connector *connector = NULL;

	assert_int_equal(conformance_ops->open(weft_slice("[1]"),
			     db->directory, false, &connector, &db->error),
	    WEFT_ECONFIG);
	assert_null(connector);
}

#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, db_setup, db_teardown)

static const struct CMUnitTest transaction_tests[] = {
    CASE(transaction_commit__makes_all_visible),
    CASE(transaction_rollback__leaves_nothing),
    CASE(transaction_begin__shows_readers_one_state),
    CASE(transaction_begin__fixes_the_state_at_once),
    CASE(transaction_mark__nests),
    CASE(transaction_rollback__drops_marks),
    CASE(transaction__keeps_its_state_when_memory_fails),
    CASE(session_open__gives_one_writing_session),
    CASE(define__gives_a_model_one_index),
    CASE(open__refuses_settings_that_are_no_object),
};
const struct CMUnitTest *const conformance_transaction_tests =
    transaction_tests;
const size_t conformance_transaction_tests_length =
    sizeof transaction_tests / sizeof *transaction_tests;

/* The parts as one list, which cmocka runs as one group. */
int
conformance_run(const char *name, const struct weft_connector_ops *ops,
    const char *settings, const struct CMUnitTest *own, size_t own_length)
{
	const struct {
		const struct CMUnitTest *tests;
		size_t length;
	} parts[] = {
	    {transaction_tests, conformance_transaction_tests_length},
	    {conformance_record_tests, conformance_record_tests_length},
	    {conformance_log_tests, conformance_log_tests_length},
	    {conformance_thread_tests, conformance_thread_tests_length},
	    {query_cases_tests, query_cases_tests_length},
	    {own, own_length},
	};
	struct CMUnitTest all[200];
	size_t length = 0;

	conformance_ops = ops;
	conformance_settings = settings;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (length + parts[i].length > sizeof all / sizeof *all)
			abort();
		if (parts[i].length)
			memcpy(all + length, parts[i].tests,
			    parts[i].length * sizeof *all);
		length += parts[i].length;
	}
	return _cmocka_run_group_tests(name, all, length, NULL, NULL);
}
