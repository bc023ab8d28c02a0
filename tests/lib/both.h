/*
 * Tests that run on every kind of datasource alike: BOTH(test) in the table.
 * The state is a fixture (tests/lib/fixture.h) with nothing in it.
 */
#ifndef TESTS_LIB_BOTH_H
#define TESTS_LIB_BOTH_H

#include "tests/lib/test.h"

#include <stdlib.h>

#include "tests/lib/fixture.h"

static inline int
both_open(void **state, const char *settings)
{
	struct fixture *fixture = malloc(sizeof *fixture);

	assert_non_null(fixture);
	fixture_open(fixture, settings);
	*state = fixture;
	return 0;
}

static inline int
both_open_memory(void **state)
{
	return both_open(state, FIXTURE_MEMORY);
}

static inline int
both_open_sqlite(void **state)
{
	return both_open(state, FIXTURE_SQLITE);
}

static inline int
both_close(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

#define BOTH(test) \
	{#test "@memory", test, both_open_memory, both_close, NULL}, \
	{#test "@sqlite", test, both_open_sqlite, both_close, NULL}

/* Defines another model on the fixture's datasource. */
static inline struct weft_model *
both_define(struct fixture *fixture, const char *definition)
{
	struct weft_model *model = NULL;

	fixture_ok(fixture, weft_registry_define(fixture->registry,
				fixture->datasource, weft_slice(definition),
				&model, &fixture->error));
	return model;
}

/* The record of this id, hidden properties too, is this text; NULL: there is
 * none. */
static inline void
both_assert_record(struct fixture *fixture, struct weft_model *model,
    const char *id, const char *expected)
{
	const struct weft_call call = {.with_hidden = true};
	struct weft_buf record = WEFT_BUF_INIT(1000000);
	int code = weft_record_find_by_id(model, &call, weft_slice(id),
	    weft_slice(NULL), &record, &fixture->error);

	assert_int_equal(code, expected ? 0 : WEFT_ENOTFOUND);
	if (expected)
		assert_string_equal(record.data, expected);
	weft_buf_fini(&record);
}

/* How many records the model has. */
static inline uint64_t
both_count(struct fixture *fixture, struct weft_model *model)
{
	uint64_t count;

	fixture_ok(fixture, weft_record_count(model, NULL, weft_slice(NULL),
				&count, &fixture->error));
	return count;
}

#endif
