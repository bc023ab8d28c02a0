/* Tests of models/store/backup.c: a copy whose database and store agree,
 * whatever is written while it is made. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/store/store.h"
#include "models/transaction.h"
#include "tests/lib/fixture.h"

/* What a reader's begin() does first, once. */
static struct fixture *interloper;
static const struct weft_connector_ops *real;

/* Another writer changes a record, and the store goes on. */
static int
begin_late(struct weft_connector_session *session, struct weft_error *error)
{
	struct fixture *fixture = interloper;

	interloper = NULL;
	if (fixture) {
		fixture_put(fixture, "{\"id\":\"a\",\"rank\":2}");
		fixture_ok(fixture, weft_datasource_project(
		    fixture->datasource, &fixture->error));
	}
	return real->begin(session, error);
}

/* Lets the next snapshot of the database begin after somebody has written. */
static void
delay_snapshot(struct fixture *fixture, struct weft_connector_ops *ops)
{
	struct weft_datasource *datasource = fixture->datasource;

	real = datasource->connector->ops;
	*ops = *real;
	ops->begin = begin_late;
	assert_true(datasource->readers_length > 0);
	for (size_t i = 0; i < datasource->readers_length; i++)
		datasource->readers[i]->session->ops = ops;
	interloper = fixture;
}

static int
refuse(const struct weft_problem *problem, void *context)
{
	print_message("%s\n", problem->text);
	return WEFT_EDAMAGED;
}

/* Asserts that nothing is wrong with the copy, without writing to it. */
static void
assert_sound(struct fixture *fixture)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	struct weft_registry *registry;
	struct weft_datasource *datasource;
	uint64_t count;
	char path[128];

	options.read_only = true;
	snprintf(path, sizeof path, "%s/copy.sqlite", fixture->directory);
	fixture_ok(fixture, weft_registry_open_file(path, &options, &registry,
				&fixture->error));
	datasource = weft_registry_datasource_at(registry, 0);
	fixture_ok(fixture, weft_store_verify(datasource, true, refuse, NULL,
				NULL, &count, &fixture->error));
	fixture_ok(fixture, weft_model_verify(
		weft_registry_find_model(registry, "Todo"), refuse, NULL, NULL,
		&count, &fixture->error));
	weft_registry_destroy(registry);
}

static void
back_up(struct fixture *fixture)
{
	char file[128], store[128];

	snprintf(file, sizeof file, "%s/copy.sqlite", fixture->directory);
	snprintf(store, sizeof store, "%s/copy.sqlite.git",
	    fixture->directory);
	fixture_ok(fixture, weft_datasource_backup(fixture->datasource, file,
				store, &fixture->error));
}

static void
backup__goes_on_with_a_store_that_went_on(void **state)
{
	struct weft_connector_ops ops;
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\",\"rank\":1}");
	fixture_ok(&fixture, weft_datasource_project(fixture.datasource,
				 &fixture.error));
	delay_snapshot(&fixture, &ops);
	back_up(&fixture);
	assert_null(interloper);
	assert_sound(&fixture);
	fixture_close(&fixture);
}

static void
backup__has_the_first_commit_that_was_made_meanwhile(void **state)
{
	struct weft_connector_ops ops;
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\",\"rank\":1}");
	delay_snapshot(&fixture, &ops);
	back_up(&fixture);
	assert_null(interloper);
	assert_sound(&fixture);
	fixture_close(&fixture);
}

/* The database relies on what the store has lost: no later look helps. */
static void
backup__copies_what_disagrees_anyway(void **state)
{
	struct fixture fixture;
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	struct weft_registry *registry;
	char path[128], file[128], store[128];

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\",\"rank\":1}");
	fixture_ok(&fixture, weft_datasource_project(fixture.datasource,
				 &fixture.error));
	weft_registry_destroy(fixture.registry);
	fixture.registry = NULL;
	snprintf(path, sizeof path, "%s/db.sqlite", fixture.directory);
	snprintf(file, sizeof file, "%s/copy.sqlite", fixture.directory);
	snprintf(store, sizeof store, "%s/db.sqlite.git/refs/weft/db",
	    fixture.directory);
	assert_int_equal(remove(store), 0);
	snprintf(store, sizeof store, "%s/copy.sqlite.git",
	    fixture.directory);
	options.read_only = true;
	fixture_ok(&fixture, weft_registry_open_file(path, &options, &registry,
				 &fixture.error));
	fixture_ok(&fixture, weft_datasource_backup(
		weft_registry_datasource_at(registry, 0), file, store,
		&fixture.error));
	weft_registry_destroy(registry);
	fixture_reopen(&fixture, FIXTURE_SQLITE);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(backup__goes_on_with_a_store_that_went_on),
	    cmocka_unit_test(
		backup__has_the_first_commit_that_was_made_meanwhile),
	    cmocka_unit_test(backup__copies_what_disagrees_anyway),
	};

	return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
