/*
 * A registry with the models of users and rights, for tests of access control.
 */
#ifndef TESTS_UNIT_MODELS_ACCESS_WORLD_H
#define TESTS_UNIT_MODELS_ACCESS_WORLD_H

#include "tests/lib/both.h"

#include <sqlite3.h>
#include <stdio.h>

#include "models/access/access.h"
#include "models/access/builtin.h"

struct world {
	struct fixture fixture;
	struct weft__access *access;
	struct weft__refusal refusal;
	struct weft_error error;
};

/* Defines User, AccessToken, Role, RoleMapping and ACL. */
static inline void
world_open(struct world *world, const char *settings)
{
	const char *name;

	memset(world, 0, sizeof *world);
	fixture_open(&world->fixture, settings);
	for (size_t i = 0; (name = weft__builtin_name(i)); i++)
		both_define(&world->fixture, weft__builtin_definition(name));
}

/* Opens access control, once all models are defined; hashes cost little. */
static inline void
world_start(struct world *world, struct weft__access_options *options)
{
	struct weft__access_options defaults = WEFT__ACCESS_OPTIONS_INIT;

	if (!options)
		options = &defaults;
	options->cost = (struct weft__password_cost){1, 1, 1};
	options->clock = &world->fixture.clock;
	fixture_ok(&world->fixture, weft__access_open(world->fixture.registry,
		options, &world->access, &world->fixture.error));
}

static inline void
world_close(struct world *world)
{
	fixture_close(&world->fixture);
	weft__access_destroy(world->access);
}

static inline struct weft_model *
world_model(struct world *world, const char *name)
{
	struct weft_model *model =
	    weft_registry_find_model(world->fixture.registry, name);

	assert_non_null(model);
	return model;
}

/* Creates a record. */
static inline void
world_put(struct world *world, const char *model, const char *json)
{
	fixture_ok(&world->fixture,
	    weft_record_create(world_model(world, model), NULL,
		weft_slice(json), NULL, &world->fixture.error));
}

/* Another program changes the database (SQLite's). */
static inline void
world_sql(struct world *world, const char *sql)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/db.sqlite", world->fixture.directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* The principal of a token of this user, which need not exist. */
static inline struct weft__principal *
world_principal(struct world *world, const char *user)
{
	struct weft__principal *principal;
	char token[300], id[100];

	snprintf(id, sizeof id, "token-of-%s", user);
	snprintf(token, sizeof token,
	    "{\"id\":\"%s\",\"userId\":\"%s\",\"ttl\":1209600,"
	    "\"created\":\"2023-11-14T22:13:20.000Z\"}", id, user);
	fixture_ok(&world->fixture,
	    weft_record_upsert(world_model(world, "AccessToken"), NULL,
		weft_slice(token), NULL, &world->fixture.error));
	fixture_ok(&world->fixture,
	    weft__access_authenticate(world->access, weft_slice(id),
		&principal, &world->refusal, &world->fixture.error));
	assert_non_null(principal);
	return principal;
}

/* What weft__access_check() says of a method on a record (NULL: none). */
static inline int
world_check(struct world *world, struct weft__principal *principal,
    const char *model, const char *method, const char *id)
{
	const struct weft__access_request request = {
	    .model = world_model(world, model),
	    .method = method,
	    .id = weft_slice(id),
	};

	memset(&world->refusal, 0, sizeof world->refusal);
	return weft__access_check(world->access, principal, &request,
	    &world->refusal, &world->error);
}

/* Asserts that the last call was refused like this; no word: NULL. */
static inline void
world_assert_refused(struct world *world, int code, int expected, int status,
    const char *word, const char *text)
{
	if (code != expected)
		print_error("%d %s\n", code, world->error.text);
	assert_int_equal(code, expected);
	assert_int_equal(world->refusal.status, status);
	if (word)
		assert_string_equal(world->refusal.word, word);
	else
		assert_null(world->refusal.word);
	assert_string_equal(world->error.text, text);
}

#endif
