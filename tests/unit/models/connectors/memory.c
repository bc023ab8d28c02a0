/* Tests of models/connectors/memory*.c: the suite, and what is its own. */
#include "tests/unit/models/connectors/conformance.h"

#include "core/base/alloc.h"
#include "models/connectors/connectors.h"

static void
memory_open__refuses_to_seem_to_keep_a_file(void **state)
{
	struct weft_connector *connector = NULL;
	struct weft_error error;

	assert_int_equal(weft__connector_memory.open(
	    weft_slice("{\"file\":\"x.json\"}"), ".", false, &connector,
	    &error), WEFT_ECONFIG);
	assert_string_equal(error.text,
	    "file: the memory connector keeps nothing; "
	    "use the connector sqlite3");
}

static void
memory_open__read_only_refuses_to_write(void **state)
{
	struct weft_connector_session *session;
	struct weft_connector *connector;
	struct weft_error error;

	assert_int_equal(weft__connector_memory.open(
	    weft_slice("{}"), ".", true, &connector, &error), 0);
	assert_int_equal(weft__connector_memory.session_open(
	    connector, true, &session, &error), WEFT_EREADONLY);
	assert_int_equal(weft__connector_memory.session_open(
	    connector, false, &session, &error), 0);
	weft__connector_memory.session_close(session);
	weft__connector_memory.close(connector);
}

/* One change of each kind, and a commit; returns the first failure. */
static int
change_all(struct db *db)
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
memory__keeps_its_state_when_memory_fails(void **state)
{
	struct db *db = *state;
	int code;

	db_begin(db);
	db_insert(db, "old", "{\"n\":1}");
	db_commit(db);
	for (uint64_t i = 0;; i++) {
		weft__alloc_fail_after(i, false);
		code = change_all(db);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_open__refuses_to_seem_to_keep_a_file),
	    cmocka_unit_test(memory_open__read_only_refuses_to_write),
	    cmocka_unit_test_setup_teardown(
		memory__keeps_its_state_when_memory_fails, db_setup,
		db_teardown),
	};

	return conformance_run("memory", &weft__connector_memory, "{}", tests,
	    sizeof tests / sizeof *tests);
}
