/*
 * What every connector must do, as tests that each connector's program runs.
 *
 * conformance.c has the fixture and the transactions, conformance_record.c
 * records and tombstones, conformance_log.c journal, kept states and named
 * values, conformance_thread.c sessions on several threads, query_cases.c
 * where, order and limit.
 */
#ifndef TESTS_UNIT_MODELS_CONNECTORS_CONFORMANCE_H
#define TESTS_UNIT_MODELS_CONNECTORS_CONFORMANCE_H

#include "tests/lib/test.h"

#include <weft/sys/connector.h>

/* The connector under test: set before any test runs. */
extern const struct weft_connector_ops *conformance_ops;
extern const char *conformance_settings;

/* A connector in a directory of its own, with a model and two sessions. */
struct db {
	char directory[64];
	struct weft_connector *connector;
	struct weft_connector_session *writer;
	struct weft_connector_session *reader;
	int todo;  /* indexes of models */
	int other;
	struct weft_error error;
};

int db_setup(void **state);
int db_teardown(void **state);

/* The directory alone, for a test that opens by itself. */
struct db *db_make(void);

/* Opens the connector with its models and sessions; the reverse of it. */
void db_open(struct db *db);
void db_close(struct db *db);

/* Each fails the test, and shows the error, if 'code' is not 0. */
#define db_ok(db, code) db_assert_ok((db), (code), __FILE__, __LINE__)
void db_assert_ok(struct db *db, int code, const char *file, int line);

/* Shorthands for the writing session, which must be in a transaction. */
void db_begin(struct db *db);
void db_commit(struct db *db);
void db_insert(struct db *db, const char *id, const char *body);
void db_update(struct db *db, const char *id, const char *body);

/* Asserts what a session sees of a record: its body; NULL: nothing at all;
 * "": a tombstone. */
void db_has(struct db *db, struct weft_connector_session *session,
    const char *id, const char *body);

/* A transaction with a change of each kind: "new" comes, "old" goes.  Returns
 * the first failure, rolled back. */
int db_change_all(struct db *db);

/* Adds the texts of what a callback is given, e.g. "a=1 b=2 ". */
int db_collect_record(
    const struct weft_connector_record *record, void *buf);

/* The tests of each part. */
extern const struct CMUnitTest *const conformance_transaction_tests;
extern const size_t conformance_transaction_tests_length;
extern const struct CMUnitTest *const conformance_record_tests;
extern const size_t conformance_record_tests_length;
extern const struct CMUnitTest *const conformance_log_tests;
extern const size_t conformance_log_tests_length;
extern const struct CMUnitTest *const conformance_thread_tests;
extern const size_t conformance_thread_tests_length;
extern const struct CMUnitTest *const query_cases_tests;
extern const size_t query_cases_tests_length;

/* Runs all parts, and then the connector's own tests. */
int conformance_run(const char *name, const struct weft_connector_ops *ops,
    const char *settings, const struct CMUnitTest *tests, size_t length);

#endif
