/* Tests of models/store/project.h: records reach the store, whatever happened
 * to either of them in between. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/store/store.h"
#include "models/transaction.h"
#include "tests/lib/fixture.h"

static void
project(struct fixture *fixture)
{
	fixture_ok(fixture, weft_datasource_project(fixture->datasource,
				&fixture->error));
}

/* Asserts what the store has of a record: its JSON, or NULL if it is not
 * live there. */
static void
assert_stored(struct fixture *fixture, const char *id, const char *json)
{
	struct weft__store_record record;
	struct weft_buf body = WEFT_BUF_INIT(1000);
	int code = weft__store_get(fixture->datasource->store, NULL,
	    weft_slice("Todo"), weft_slice(id), &record, &body,
	    &fixture->error);

	if (!json) {
		assert_true(code == WEFT_ENOTFOUND || record.deleted);
	} else {
		fixture_ok(fixture, code);
		assert_string_equal(body.data, json);
	}
	weft_buf_fini(&body);
}

static struct weft__store_commit
tip_of(struct fixture *fixture)
{
	struct weft__store_tip tip;

	fixture_ok(fixture, weft__store_tip(fixture->datasource->store, &tip,
				&fixture->error));
	assert_true(tip.exists);
	return tip.commit;
}

static void
copy(struct fixture *fixture, const char *from, const char *to)
{
	char command[256];

	snprintf(command, sizeof command, "cd %s && rm -rf %s && cp -r %s %s",
	    fixture->directory, to, from, to);
	assert_int_equal(system(command), 0);
}

static void
check_projection(const char *settings)
{
	struct fixture fixture;

	fixture_open(&fixture, settings);
	fixture_put(&fixture, "{\"title\":\"one\",\"id\":\"a\"}");
	fixture_put(&fixture, "{\"title\":\"gone\",\"id\":\"b\"}");
	project(&fixture);
	assert_stored(&fixture, "a", "{\"id\":\"a\",\"title\":\"one\"}");
	assert_stored(&fixture, "b", "{\"id\":\"b\",\"title\":\"gone\"}");
	fixture_put(&fixture, "{\"title\":\"two\",\"id\":\"a\"}");
	fixture_put(&fixture, "{\"title\":\"three\",\"id\":\"a\"}");
	fixture_delete(&fixture, "b");
	project(&fixture);
	assert_stored(&fixture, "a", "{\"id\":\"a\",\"title\":\"three\"}");
	assert_stored(&fixture, "b", NULL);
	assert_int_equal(tip_of(&fixture).seq, 5);
	fixture_close(&fixture);
}

static void
project__follows_the_records_of_a_database_in_memory(void **state)
{
	check_projection(FIXTURE_MEMORY_STORE);
}

static void
project__follows_the_records_of_sqlite(void **state)
{
	check_projection(FIXTURE_SQLITE);
}

static void
project__makes_no_commit_when_nothing_changed(void **state)
{
	struct fixture fixture;
	struct weft__store_commit before, after;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	project(&fixture);
	before = tip_of(&fixture);
	fixture_checkpoint(&fixture);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	project(&fixture);
	after = tip_of(&fixture);
	assert_memory_equal(&before.oid, &after.oid, sizeof before.oid);
	fixture_close(&fixture);
}

static void
project__goes_on_after_a_crash_behind_the_ref(void **state)
{
	struct fixture fixture;
	char epoch[40];

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\",\"rank\":1}");
	snprintf(epoch, sizeof epoch, "%s", fixture.datasource->epoch);
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	copy(&fixture, "db.sqlite", "copy");
	project(&fixture);
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	weft_registry_destroy(fixture.registry);
	fixture.registry = NULL;
	copy(&fixture, "copy", "db.sqlite"); /* it never heard of the commit */
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	assert_string_equal(fixture.datasource->epoch, epoch);
	fixture_put(&fixture, "{\"id\":\"a\",\"rank\":2}");
	project(&fixture);
	assert_stored(&fixture, "a", "{\"id\":\"a\",\"rank\":2}");
	assert_int_equal(tip_of(&fixture).seq, 2);
	fixture_close(&fixture);
}

static void
project__starts_an_epoch_when_an_older_database_was_restored(void **state)
{
	struct fixture fixture;
	struct weft__store_commit before;
	char epoch[40];

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\",\"rank\":1}");
	snprintf(epoch, sizeof epoch, "%s", fixture.datasource->epoch);
	weft_registry_destroy(fixture.registry);
	fixture.registry = NULL;
	copy(&fixture, "db.sqlite", "backup");
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	fixture_checkpoint(&fixture);
	fixture_put(&fixture, "{\"id\":\"a\",\"rank\":2}");
	fixture_put(&fixture, "{\"id\":\"b\"}");
	project(&fixture);
	before = tip_of(&fixture);
	weft_registry_destroy(fixture.registry);
	fixture.registry = NULL;
	copy(&fixture, "backup", "db.sqlite");
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	assert_string_not_equal(fixture.datasource->epoch, epoch);
	assert_true(fixture_checkpoint(&fixture) > before.checkpoint_last);
	project(&fixture);
	assert_true(tip_of(&fixture).seq > before.seq);
	assert_stored(&fixture, "a", "{\"id\":\"a\",\"rank\":1}");
	assert_stored(&fixture, "b", NULL);
	fixture_close(&fixture);
}

static void
project__rebuilds_a_lost_store(void **state)
{
	struct fixture fixture;
	struct weft__oid before, after;
	char store[128];

	fixture_open(&fixture, FIXTURE_SQLITE);
	for (int i = 0; i < 200; i++) {
		char json[32];

		snprintf(json, sizeof json, "{\"id\":\"%d\"}", i);
		fixture_put(&fixture, json);
	}
	fixture_delete(&fixture, "7");
	project(&fixture);
	fixture_ok(&fixture, weft__store_root(fixture.datasource->store,
				 weft_slice("Todo"), &before, &fixture.error));
	weft_registry_destroy(fixture.registry);
	fixture.registry = NULL;
	snprintf(store, sizeof store, "%s/db.sqlite.git", fixture.directory);
	fixture_remove_tree(store);
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	project(&fixture);
	fixture_ok(&fixture, weft__store_root(fixture.datasource->store,
				 weft_slice("Todo"), &after, &fixture.error));
	assert_memory_equal(&before, &after, sizeof before);
	fixture_close(&fixture);
}

#define SHORT_JOURNAL \
	"{\"connector\":\"memory\",\"store\":\"store.git\"," \
	"\"journalRows\":2}"

/* The first seq that the journal has. */
static int
read_first(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t last;

	return session->ops->journal_range(session, context, &last, error);
}

static uint64_t
first_row(struct fixture *fixture)
{
	uint64_t first;

	fixture_ok(fixture, weft__datasource_read(fixture->datasource,
				read_first, &first, &fixture->error));
	return first;
}

/* Writes 'count' records and brings the store up to date. */
static void
put_many(struct fixture *fixture, int count)
{
	static int number;

	while (count--) {
		char json[32];

		snprintf(json, sizeof json, "{\"id\":\"n%d\"}", number++);
		fixture_put(fixture, json);
	}
	project(fixture);
}

static void
project__keeps_the_journal_one_projection_longer(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, SHORT_JOURNAL);
	put_many(&fixture, 5);
	assert_int_equal(first_row(&fixture), 1);
	put_many(&fixture, 5);
	assert_int_equal(first_row(&fixture), 6);
	fixture_close(&fixture);
}

static void
project__keeps_the_journal_for_its_consumers(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, SHORT_JOURNAL);
	fixture_ok(&fixture, weft_consumer_set(fixture.datasource, "mirror",
				 "me", 3, &fixture.error));
	put_many(&fixture, 5);
	put_many(&fixture, 5);
	assert_int_equal(first_row(&fixture), 4);
	fixture_ok(&fixture, weft_consumer_remove(fixture.datasource, "mirror",
				 &fixture.error));
	put_many(&fixture, 1);
	assert_int_equal(first_row(&fixture), 10);
	fixture_close(&fixture);
}

static void
datasource_open__refuses_a_senseless_journal(void **state)
{
	struct fixture fixture;
	struct weft_datasource *datasource;

	fixture_open(&fixture, FIXTURE_MEMORY);
	assert_int_equal(weft_registry_add_datasource(fixture.registry, "bad",
			     weft_slice("{\"connector\":\"memory\","
					"\"journalRows\":-1}"),
			     NULL, &datasource, &fixture.error), WEFT_ECONFIG);
	assert_non_null(strstr(fixture.error.text,
	    "journalRows: expected a number of rows to keep"));
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		project__follows_the_records_of_a_database_in_memory),
	    cmocka_unit_test(project__follows_the_records_of_sqlite),
	    cmocka_unit_test(project__makes_no_commit_when_nothing_changed),
	    cmocka_unit_test(project__goes_on_after_a_crash_behind_the_ref),
	    cmocka_unit_test(
		project__starts_an_epoch_when_an_older_database_was_restored),
	    cmocka_unit_test(project__rebuilds_a_lost_store),
	    cmocka_unit_test(project__keeps_the_journal_one_projection_longer),
	    cmocka_unit_test(project__keeps_the_journal_for_its_consumers),
	    cmocka_unit_test(datasource_open__refuses_a_senseless_journal),
	};

	return cmocka_run_group_tests_name("project", tests, NULL, NULL);
}
