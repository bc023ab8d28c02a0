/* Tests of models/writer.h: group commit. */
#include "tests/lib/test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>

#include "models/transaction.h"
#include "models/writer.h"
#include "tests/lib/fixture.h"

#define THREADS 8
#define ROUNDS 100

/* One thread's work: creates records, every third of which it takes back. */
struct worker {
	struct fixture *fixture;
	int number;
	int round;
	unsigned failures;
};

static int
create_and_refuse_some(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct worker *worker = context;
	struct weft_call call = {.transaction = transaction};
	char json[64];
	int code;

	snprintf(json, sizeof json, "{\"id\":\"%d-%d\"}", worker->number,
	    worker->round);
	code = weft_record_create(worker->fixture->model, &call,
	    weft_slice(json), NULL, error);
	if (!code && worker->round % 3 == 0)
		code = weft_error_set(error, WEFT_ECANCELED, "thread %d",
		    worker->number);
	return code;
}

static void *
work(void *context)
{
	struct worker *worker = context;
	struct weft_error error;
	char expected[16];

	snprintf(expected, sizeof expected, "thread %d", worker->number);
	for (worker->round = 0; worker->round < ROUNDS; worker->round++) {
		int code = weft_datasource_transaction(
		    worker->fixture->datasource, create_and_refuse_some,
		    worker, &error);
		int wanted = worker->round % 3 ? 0 : WEFT_ECANCELED;

		if (code != wanted ||
		    (code && strcmp(error.text, expected) != 0))
			worker->failures++;
	}
	return NULL;
}

/* Each thread gets its own answer, and only what was answered with 0 is
 * there. */
static void
check_threads(const char *settings)
{
	struct fixture fixture;
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	uint64_t count;

	fixture_open(&fixture, settings);
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){&fixture, i, 0, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, work,
				     &workers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].failures, 0);
	}
	fixture_ok(&fixture, weft_record_count(fixture.model, NULL,
				 weft_slice_of(NULL, 0), &count,
				 &fixture.error));
	assert_int_equal(count, THREADS * (ROUNDS - (ROUNDS + 2) / 3));
	fixture_close(&fixture);
}

static void
writer_run__answers_each_thread_for_itself_in_memory(void **state)
{
	check_threads(FIXTURE_MEMORY);
}

static void
writer_run__answers_each_thread_for_itself_on_sqlite(void **state)
{
	check_threads(FIXTURE_SQLITE);
}

static int
two_models_then_fail(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct fixture *fixture = context;
	struct weft_model *note = weft_registry_find_model(fixture->registry,
	    "Note");
	struct weft_call call = {.transaction = transaction};
	int code = weft_record_create(fixture->model, &call,
	    weft_slice("{\"id\":\"t\"}"), NULL, error);

	if (!code)
		code = weft_record_create(note, &call,
		    weft_slice("{\"id\":\"n\"}"), NULL, error);
	if (!code)
		code = weft_record_create(note, &call,
		    weft_slice("{\"id\":\"n\"}"), NULL, error);
	return code;
}

static void
writer_run__keeps_all_models_or_none(void **state)
{
	struct fixture fixture;
	bool found;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_ok(&fixture, weft_registry_define(fixture.registry,
				 fixture.datasource,
				 weft_slice("{\"name\":\"Note\","
					    "\"trackChanges\":true}"),
				 NULL, &fixture.error));
	assert_int_equal(weft_datasource_transaction(fixture.datasource,
			     two_models_then_fail, &fixture, &fixture.error),
	    WEFT_EEXISTS);
	assert_string_equal(fixture.error.text, "Duplicate entry for Note.id");
	fixture_ok(&fixture, weft_record_exists(fixture.model, NULL,
				 weft_slice("t"), &found, &fixture.error));
	assert_false(found);
	fixture_close(&fixture);
}

static uint64_t
others(struct fixture *fixture)
{
	uint64_t number;

	fixture_ok(fixture, weft__datasource_others(fixture->datasource,
				&number, &fixture->error));
	return number;
}

static void
writer_others__tells_what_others_commit_from_what_we_do(void **state)
{
	struct fixture fixture;
	char path[128];
	uint64_t number;
	sqlite3 *db;

	fixture_open(&fixture, FIXTURE_SQLITE);
	snprintf(path, sizeof path, "%s/db.sqlite", fixture.directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	number = others(&fixture);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	assert_int_equal(others(&fixture), number);
	assert_int_equal(sqlite3_exec(db, "BEGIN; DELETE FROM weft_journal",
			     NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(others(&fixture), number); /* nor does it wait */
	assert_int_equal(
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_not_equal(others(&fixture), number);
	number = others(&fixture);
	fixture_put(&fixture, "{\"id\":\"b\"}");
	assert_int_equal(others(&fixture), number);
	sqlite3_close(db);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		writer_run__answers_each_thread_for_itself_in_memory),
	    cmocka_unit_test(
		writer_run__answers_each_thread_for_itself_on_sqlite),
	    cmocka_unit_test(writer_run__keeps_all_models_or_none),
	    cmocka_unit_test(
		writer_others__tells_what_others_commit_from_what_we_do),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
