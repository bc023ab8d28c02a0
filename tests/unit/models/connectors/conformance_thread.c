/* Sessions on several threads, in any connector. */
#include "tests/unit/models/connectors/conformance.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define READERS 3
#define ROUNDS 40
#define BATCH 7

struct reading {
	struct db *db;
	atomic_bool *finished;
	int transactions;
	const char *wrong;
};

static int
count_one(const struct weft_connector_record *record, void *count)
{
	++*(size_t *)count;
	return 0;
}

/* Counts twice within one transaction: whole batches, and the same. */
static const char *
read_once(struct db *db, struct weft_connector_session *session)
{
	size_t counts[2] = {0, 0};

	if (conformance_ops->begin(session, NULL))
		return "begin failed";
	for (int i = 0; i < 2; i++) {
		uint64_t position = 0;

		if (conformance_ops->scan(session, db->todo, false, &position,
			1000, count_one, &counts[i], NULL))
			return "scan failed";
	}
	conformance_ops->rollback(session);
	if (counts[0] != counts[1])
		return "the state changed within a transaction";
	return counts[0] % BATCH ? "a part of a transaction is seen" : NULL;
}

static void *
read_all_the_time(void *context)
{
	struct reading *reading = context;
	struct weft_connector_session *session;

	if (conformance_ops->session_open(
		reading->db->connector, false, &session, NULL)) {
		reading->wrong = "session_open failed";
		return NULL;
	}
	do {
		reading->wrong = read_once(reading->db, session);
		reading->transactions++;
	} while (!reading->wrong && !atomic_load(reading->finished));
	conformance_ops->session_close(session);
	return NULL;
}

/* In each round a batch more; every third one is rolled back. */
static void
write_rounds(struct db *db)
{
	char id[20];

	for (int round = 0; round < ROUNDS; round++) {
		db_begin(db);
		for (int i = 0; i < BATCH; i++) {
			snprintf(id, sizeof id, "%d-%d", round, i);
			db_insert(db, id, "{}");
		}
		if (round % 3 == 2)
			conformance_ops->rollback(db->writer);
		else
			db_commit(db);
	}
}

static void
session__shows_each_thread_whole_transactions(void **state)
{
	struct db *db = *state;
	struct reading readings[READERS];
	pthread_t threads[READERS];
	atomic_bool finished = false;

	for (int i = 0; i < READERS; i++) {
		readings[i] = (struct reading){db, &finished, 0, NULL};
		assert_int_equal(pthread_create(&threads[i], NULL,
				     read_all_the_time, &readings[i]),
		    0);
	}
	write_rounds(db);
	atomic_store(&finished, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < READERS; i++) {
		if (readings[i].wrong)
			fail_msg("%s", readings[i].wrong);
		assert_true(readings[i].transactions > 0);
	}
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
	session__shows_each_thread_whole_transactions, db_setup, db_teardown),
};
const struct CMUnitTest *const conformance_thread_tests = tests;
const size_t conformance_thread_tests_length = sizeof tests / sizeof *tests;
