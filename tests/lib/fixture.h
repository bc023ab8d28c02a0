/*
 * A registry with one datasource in a directory of its own, for tests of all
 * that stands on models.
 */
#ifndef TESTS_LIB_FIXTURE_H
#define TESTS_LIB_FIXTURE_H

#include <weft/weft.h>

#include "core/base/clock.h"

struct fixture {
	char directory[64];        /* made and removed by the fixture */
	struct weft_clock clock;   /* stands still unless a test moves it */
	uint64_t now_ms;
	struct weft_registry *registry;
	struct weft_datasource *datasource; /* "db" */
	struct weft_model *model;           /* "Todo", tracked */
	struct weft_error error;
};

/* LoopBack's settings for each kind of datasource the tests run on. */
#define FIXTURE_MEMORY "{\"connector\":\"memory\"}"
#define FIXTURE_MEMORY_STORE \
	"{\"connector\":\"memory\",\"store\":\"store.git\"}"
#define FIXTURE_SQLITE "{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\"}"

/* Makes the directory and opens the registry in it; fails the test if not. */
void fixture_open(struct fixture *fixture, const char *settings);

/* Closes and opens the registry again, as another process would. */
void fixture_reopen(struct fixture *fixture, const char *settings);

/* The same, with no models. */
void fixture_reopen_empty(struct fixture *fixture, const char *settings);

/* Closes all and removes the directory. */
void fixture_close(struct fixture *fixture);

/* Asserts that 'code' is 0, showing the fixture's error if it is not. */
#define fixture_ok(fixture, code) \
	fixture_assert_ok((fixture), (code), __FILE__, __LINE__)
void fixture_assert_ok(
    struct fixture *fixture, int code, const char *file, int line);

/* Creates, replaces or deletes a Todo; asserts that it works. */
void fixture_put(struct fixture *fixture, const char *json);
void fixture_delete(struct fixture *fixture, const char *id);

/* Makes a new checkpoint and returns its number. */
uint64_t fixture_checkpoint(struct fixture *fixture);

/* Removes a directory and all in it. */
void fixture_remove_tree(const char *path);

#endif
