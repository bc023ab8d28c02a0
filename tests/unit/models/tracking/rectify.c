/* Tests of models/tracking/rectify.c: edits made behind our back. */
#include "tests/lib/test.h"

#include <stdio.h>

#include <sqlite3.h>

#include "models/model.h"
#include "models/transaction.h"
#include "tests/lib/meter.h"
#include "tests/lib/pair.h"

/* An edit through the connector, past tracker and journal. */
struct edit {
	struct party *party;
	const char *id;
	const char *body; /* NULL: the record is removed */
};

static int
make_edit(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct edit *edit = context;
	struct weft_connector_session *session = transaction->session;
	int model = edit->party->fixture.model->index;
	struct weft_slice id = weft_slice(edit->id);
	struct weft_connector_record record;
	char track[4096];
	int code = session->ops->get(session, model, id, &record, error);

	if (code == WEFT_ENOTFOUND || (!code && !record.body.data)) {
		record = (struct weft_connector_record){
		    .id = id, .body = weft_slice(edit->body)};
		return session->ops->insert(
		    session, model, &record, false, error);
	}
	assert_int_equal(code, 0);
	assert_true(record.track.size < sizeof track);
	memcpy(track, record.track.data, record.track.size);
	record.track.data = track;
	record.body = weft_slice(edit->body);
	return session->ops->update(session, model, &record, error);
}

static void
edit(struct party *party, const char *id, const char *body)
{
	struct edit made = {party, id, body};

	fixture_ok(&party->fixture,
	    weft_datasource_transaction(party->fixture.datasource, make_edit,
		&made, &party->fixture.error));
}

static uint64_t
rectify_all(struct party *party)
{
	uint64_t found = 77;

	fixture_ok(&party->fixture,
	    weft_model_rectify_all_changes(
		party->fixture.model, &found, &party->fixture.error));
	return found;
}

static void
model_rectify_all_changes__finds_each_kind_of_edit(void **state)
{
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "same", "1");
	party_put(&party, "edited", "1");
	party_put(&party, "back", "1");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "back");
	fixture_checkpoint(&party.fixture);
	assert_int_equal(rectify_all(&party), 0);
	edit(&party, "edited", "{\"id\":\"edited\",\"title\":\"2\"}");
	edit(&party, "new", "{\"id\":\"new\",\"title\":\"3\"}");
	edit(&party, "back", "{\"id\":\"back\",\"title\":\"4\"}");
	assert_int_equal(rectify_all(&party), 3);
	assert_string_equal(party_change(&party, "same"), "1 - 1");
	assert_string_equal(party_change(&party, "edited"), "2 1 3");
	assert_string_equal(party_change(&party, "new"), "3 - 3");
	assert_string_equal(party_change(&party, "back"), "4 null 3");
	assert_int_equal(rectify_all(&party), 0);
	/* As good as any other: it can be deleted, and so on. */
	party_delete(&party, "back");
	assert_string_equal(party_title(&party, "back"), "-");
	party_close(&party);
}

static void
model_rectify_all_changes__makes_bodies_canonical(void **state)
{
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "b", "1");
	fixture_checkpoint(&party.fixture);
	/* The same content spelt in another way: no change. */
	edit(&party, "a", "{ \"title\": \"1\", \"id\": \"a\" }");
	edit(&party, "b", "{ \"title\": \"2\", \"id\": \"b\" }");
	assert_int_equal(rectify_all(&party), 2);
	assert_string_equal(party_change(&party, "a"), "1 - 1");
	assert_string_equal(party_change(&party, "b"), "2 1 2");
	body = party_dump(&party);
	assert_string_equal(body.data,
	    "{\"id\":\"a\",\"title\":\"1\"}\n{\"id\":\"b\",\"title\":\"2\"}\n");
	weft_buf_fini(&body);
	assert_int_equal(rectify_all(&party), 0);
	party_close(&party);
}

static void
note_error(struct weft_model *model, const char *operation,
    const struct weft_error *error, void *context)
{
	snprintf(context, 400, "%s %s %s", weft_model_name(model), operation,
	    error->text);
}

static void
model_rectify_all_changes__reports_what_it_cannot_record(void **state)
{
	char noted[400] = "";
	struct party party;

	party_open_state(&party, state);
	weft_model_on_change_error(party.fixture.model, note_error, noted);
	party_put(&party, "a", "1");
	edit(&party, "a", "{\"id\":\"a\",\"rank\":9007199254740993}");
	edit(&party, "b", "{\"id\":\"b\",\"title\":\"2\"}");
	assert_int_equal(rectify_all(&party), 1);
	assert_non_null(strstr(noted, "Todo rectify Todo a: "));
	assert_string_equal(party_change(&party, "a"), "1 - 1");
	assert_string_equal(party_change(&party, "b"), "2 - 1");
	party_close(&party);
}

static void
model_rectify_change__looks_at_one_record(void **state)
{
	struct party party;
	uint64_t found;

	party_open_state(&party, state);
	edit(&party, "a", "{\"id\":\"a\",\"title\":\"1\"}");
	edit(&party, "b", "{\"id\":\"b\",\"title\":\"1\"}");
	fixture_ok(&party.fixture,
	    weft_model_rectify_change(party.fixture.model, weft_slice("b"),
		&found, &party.fixture.error));
	assert_int_equal(found, 1);
	assert_string_equal(party_change(&party, "a"), "none");
	assert_string_equal(party_change(&party, "b"), "1 - 1");
	fixture_ok(&party.fixture,
	    weft_model_rectify_change(party.fixture.model, weft_slice("nobody"),
		&found, &party.fixture.error));
	assert_int_equal(found, 0);
	party_close(&party);
}

static void
model_rectify_all_changes__reads_no_record_by_id_and_writes_none(void **state)
{
	struct party party;
	char id[16];

	party_open_state(&party, state);
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof id, "r%d", i);
		party_put(&party, id, "x");
	}
	meter_install(party.fixture.datasource);
	assert_int_equal(rectify_all(&party), 0);
	assert_int_equal(meter.reads, 0);
	assert_int_equal(meter.writes, 0);
	assert_int_equal(meter.commits, 0);
	assert_int_equal(meter.seen, 50);
	party_close(&party);
}

static void
source_changes__records_edits_made_behind_our_back_first(void **state)
{
	struct weft_change_list list = {0};
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	edit(&party, "b", "{\"id\":\"b\",\"title\":\"1\"}");
	fixture_ok(&party.fixture,
	    weft_source_changes(party.source, "Todo", -1, weft_slice(NULL),
		&list, &party.fixture.error));
	assert_int_equal(list.length, 2);
	assert_string_equal(party_change(&party, "b"), "1 - 1");
	weft_change_list_fini(&list);
	party_close(&party);
}

/* A peer's update must not overwrite an edit that nobody has seen yet. */
static void
source_bulk_update__sees_edits_made_behind_our_back(void **state)
{
	struct pair pair;

	pair_open(&pair, *(const char **)*state, *(const char **)*state);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_put(&pair.a, "a", "2");
	edit(&pair.b, "a", "{\"id\":\"a\",\"title\":\"9\"}");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_string_equal(party_title(&pair.b, "a"), "9");
	pair_close(&pair);
}

static void
model_enable_change_tracking__gives_each_record_a_change(void **state)
{
	static const char definition[] =
	    "{\"name\":\"Note\",\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"id\":true}}}";
	struct weft_change_list list = {0};
	struct weft_model *model;
	struct party party;
	char json[64];

	party_open_state(&party, state);
	fixture_ok(&party.fixture,
	    weft_registry_define(party.fixture.registry,
		party.fixture.datasource, weft_slice(definition), &model,
		&party.fixture.error));
	for (int i = 0; i < 1500; i++) {
		snprintf(json, sizeof json, "{\"id\":\"n%d\"}", i);
		fixture_ok(&party.fixture,
		    weft_record_create(model, NULL, weft_slice(json), NULL,
			&party.fixture.error));
		if (strcmp(*(const char **)*state, FIXTURE_SQLITE) == 0 &&
		    i > 20)
			break; /* each is a commit */
	}
	assert_int_equal(weft_source_changes(party.source, "Note", -1,
			     weft_slice(NULL), &list, &party.fixture.error),
	    WEFT_EINVAL);
	fixture_ok(&party.fixture,
	    weft_model_enable_change_tracking(model, &party.fixture.error));
	fixture_ok(&party.fixture,
	    weft_model_enable_change_tracking(model, &party.fixture.error));
	fixture_ok(&party.fixture,
	    weft_source_changes(party.source, "Note", -1, weft_slice(NULL),
		&list, &party.fixture.error));
	assert_true(list.length == 1500 || list.length == 22);
	for (size_t i = 0; i < list.length; i++)
		assert_int_equal(
		    weft_change_type(&list.changes[i]), WEFT_CHANGE_CREATE);
	weft_change_list_fini(&list);
	party_close(&party);
}

/* All or nothing. */
static void
model_enable_change_tracking__changes_nothing_when_it_fails(void **state)
{
	static const char definition[] =
	    "{\"name\":\"Note\",\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"id\":true}}}";
	struct weft_model *model;
	struct party party;

	party_open_state(&party, state);
	fixture_ok(&party.fixture,
	    weft_registry_define(party.fixture.registry,
		party.fixture.datasource, weft_slice(definition), &model,
		&party.fixture.error));
	fixture_ok(&party.fixture,
	    weft_record_create(model, NULL,
		weft_slice("[{\"id\":\"a\"},{\"id\":\"b\"}]"), NULL,
		&party.fixture.error));
	meter_install(party.fixture.datasource);
	meter.fail_at = 5;
	assert_int_equal(
	    weft_model_enable_change_tracking(model, &party.fixture.error),
	    WEFT_EIO);
	assert_false(weft_model_is_tracked(model));
	meter.fail_at = 0;
	fixture_ok(&party.fixture,
	    weft_model_enable_change_tracking(model, &party.fixture.error));
	assert_true(weft_model_is_tracked(model));
	party_close(&party);
}

/* Plain SQL, as another program would. */
static void
run_sql(struct party *party, const char *sql)
{
	char path[128], *why = NULL;
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/db.sqlite", party->fixture.directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

static void
model_rectify_all_changes__finds_what_plain_sql_did(void **state)
{
	struct party party;

	party_open(&party, FIXTURE_SQLITE);
	party_put(&party, "gone", "1");
	party_put(&party, "edited", "1");
	party_put(&party, "replaced", "1");
	fixture_checkpoint(&party.fixture);
	run_sql(&party,
	    "DELETE FROM Todo WHERE weft_id = 'gone';"
	    "UPDATE Todo SET weft_body = json_set(weft_body, '$.title', '2')"
	    " WHERE weft_id = 'edited';"
	    "REPLACE INTO Todo (weft_id, weft_body) VALUES "
	    " ('replaced', '{\"id\":\"replaced\",\"title\":\"3\"}'),"
	    " ('new', '{\"id\":\"new\",\"title\":\"4\"}');");
	assert_int_equal(rectify_all(&party), 4);
	assert_string_equal(party_change(&party, "gone"), "null 1 2");
	assert_string_equal(party_change(&party, "edited"), "2 1 2");
	assert_string_equal(party_change(&party, "replaced"), "3 1 2");
	assert_string_equal(party_change(&party, "new"), "4 - 2");
	assert_int_equal(rectify_all(&party), 0);
	party_close(&party);
}

/* Inserts that replace nothing leave no deletion. */
static void
model_rectify_all_changes__takes_upserts_for_updates(void **state)
{
	struct party party;

	party_open(&party, FIXTURE_SQLITE);
	party_put(&party, "kept", "1");
	party_put(&party, "changed", "1");
	fixture_checkpoint(&party.fixture);
	run_sql(&party,
	    "INSERT OR IGNORE INTO Todo (weft_id, weft_body) VALUES"
	    " ('kept', '{\"id\":\"kept\",\"title\":\"9\"}');"
	    "INSERT INTO Todo (weft_id, weft_body) VALUES"
	    " ('changed', '{\"id\":\"changed\",\"title\":\"2\"}')"
	    " ON CONFLICT (weft_id) DO UPDATE SET"
	    " weft_body = excluded.weft_body;");
	assert_int_equal(rectify_all(&party), 1);
	assert_string_equal(party_change(&party, "kept"), "1 - 1");
	assert_string_equal(party_change(&party, "changed"), "2 1 2");
	assert_int_equal(rectify_all(&party), 0);
	party_close(&party);
}

static void
replicate__carries_what_plain_sql_did(void **state)
{
	struct pair pair;

	pair_open(&pair, FIXTURE_SQLITE, FIXTURE_SQLITE);
	party_put(&pair.a, "gone", "1");
	party_put(&pair.a, "edited", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	run_sql(&pair.a,
	    "DELETE FROM Todo WHERE weft_id = 'gone';"
	    "UPDATE Todo SET weft_body = json_set(weft_body, '$.title', '2')"
	    " WHERE weft_id = 'edited';"
	    "INSERT INTO Todo (weft_id, weft_body) VALUES "
	    " ('new', '{\"id\":\"new\",\"title\":\"4\"}');");
	rectify_all(&pair.a);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	pair_assert_same(&pair, 2);
	assert_string_equal(party_title(&pair.b, "edited"), "2");
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(model_rectify_all_changes__finds_each_kind_of_edit),
	    ON_EACH(model_rectify_all_changes__makes_bodies_canonical),
	    ON_EACH(model_rectify_all_changes__reports_what_it_cannot_record),
	    ON_EACH(model_rectify_change__looks_at_one_record),
	    ON_EACH(
		model_rectify_all_changes__reads_no_record_by_id_and_writes_none),
	    ON_EACH(source_changes__records_edits_made_behind_our_back_first),
	    ON_EACH(source_bulk_update__sees_edits_made_behind_our_back),
	    ON_EACH(model_enable_change_tracking__gives_each_record_a_change),
	    ON_EACH(
		model_enable_change_tracking__changes_nothing_when_it_fails),
	    cmocka_unit_test(
		model_rectify_all_changes__finds_what_plain_sql_did),
	    cmocka_unit_test(
		model_rectify_all_changes__takes_upserts_for_updates),
	    cmocka_unit_test(replicate__carries_what_plain_sql_did),
	};

	return cmocka_run_group_tests_name("rectify", tests, NULL, NULL);
}
