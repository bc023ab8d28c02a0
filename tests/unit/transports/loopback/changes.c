/* Tests of change lists that move on while a client pages through them. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/rest.h"

#define RECORDS 30
#define PAGE 10

static void
put_todo(struct rest *rest, int number, const char *title)
{
	char body[80];

	snprintf(body, sizeof body, "{\"id\":\"t%d\",\"title\":\"%s\"}", number,
	    title);
	assert_int_equal(
	    rest_ask(rest, "POST /api/Todos/replaceOrCreate", body), 200);
}

static void
open_todos(struct rest *rest)
{
	rest_open(rest, FIXTURE_SQLITE);
	rest_start(rest);
	for (int i = 0; i < RECORDS; i++)
		put_todo(rest, i, "one");
}

/* Asks for a page, and notes which records it has. */
static void
read_since(struct rest *rest, int since, int skip, const char *more,
    bool seen[RECORDS])
{
	char request[200], id[40];

	snprintf(request, sizeof request,
	    "GET /api/Todos/changes?since=%d&filter={\"skip\":%d,"
	    "\"limit\":%d%s}", since, skip, PAGE, more);
	assert_int_equal(rest_ask(rest, request, NULL), 200);
	for (int i = 0; i < RECORDS; i++) {
		snprintf(id, sizeof id, "\"modelId\":\"t%d\"", i);
		seen[i] |= strstr(rest->body, id) != NULL;
	}
}

static void
read_page(struct rest *rest, int skip, const char *more, bool seen[RECORDS])
{
	read_since(rest, -1, skip, more, seen);
}

static void
assert_all_seen(const bool seen[RECORDS])
{
	for (int i = 0; i < RECORDS; i++)
		assert_true(seen[i]);
}

static void
changes__pages_pass_over_nothing_that_is_written_meanwhile(void **state)
{
	bool seen[RECORDS] = {false};
	struct rest rest;

	open_todos(&rest);
	read_page(&rest, 0, "", seen);
	for (int i = 0; i < 5; i++)
		put_todo(&rest, i, "two"); /* to the end of the list */
	assert_int_equal(rest_ask(&rest, "DELETE /api/Todos/t5", NULL), 200);
	for (int skip = PAGE; skip <= RECORDS; skip += PAGE)
		read_page(&rest, skip, "", seen);
	assert_all_seen(seen);
	rest_close(&rest);
}

/* Somebody else has the same list, but reads its first page later. */
static void
changes__pages_of_two_readers_pass_over_nothing(void **state)
{
	bool one[RECORDS] = {false}, two[RECORDS] = {false};
	struct rest rest;

	open_todos(&rest);
	read_page(&rest, 0, "", one);
	for (int i = 0; i < 5; i++)
		put_todo(&rest, i, "two");
	read_page(&rest, 0, "", two);
	for (int skip = PAGE; skip <= RECORDS; skip += PAGE)
		read_page(&rest, skip, "", one);
	for (int skip = PAGE; skip <= RECORDS; skip += PAGE)
		read_page(&rest, skip, "", two);
	assert_all_seen(one);
	assert_all_seen(two);
	rest_close(&rest);
}

/* A list that is read once more has what has come since. */
static void
changes__pages_that_are_read_again_are_up_to_date(void **state)
{
	bool first[RECORDS] = {false}, again[RECORDS] = {false};
	struct rest rest;

	open_todos(&rest);
	rest_ask(&rest, "POST /api/Todos/checkpoint", NULL);
	for (int i = 0; i < 25; i++)
		put_todo(&rest, i, "two");
	for (int skip = 0; skip < RECORDS; skip += PAGE)
		read_since(&rest, 2, skip, "", first);
	for (int i = 25; i < RECORDS; i++)
		put_todo(&rest, i, "two");
	for (int skip = 0; skip <= RECORDS; skip += PAGE)
		read_since(&rest, 2, skip, "", again);
	assert_false(first[25]);
	assert_all_seen(again);
	rest_close(&rest);
}

/* Another filter is another list. */
static void
changes__pages_of_another_filter_have_places_of_their_own(void **state)
{
	bool all[RECORDS] = {false}, some[RECORDS] = {false};
	struct rest rest;

	open_todos(&rest);
	for (int i = 0; i < 15; i++)
		put_todo(&rest, i, "two");
	read_page(&rest, 0, "", all);
	read_page(&rest, 0, ",\"where\":{\"title\":\"two\"}", some);
	read_page(&rest, PAGE, ",\"where\":{\"title\":\"two\"}", some);
	for (int i = 0; i < RECORDS; i++)
		assert_int_equal(some[i], i < 15);
	read_page(&rest, PAGE, "", all);
	read_page(&rest, 2 * PAGE, "", all);
	assert_all_seen(all);
	rest_close(&rest);
}

/* As LoopBack, which asks whether there is any: null, "" and none are one. */
static void
changes__without_a_revision_are_deletions(void **state)
{
	static const char *const revs[] = {
	    "", ",\"rev\":null", ",\"rev\":\"\""};
	char changes[120];
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	for (size_t i = 0; i < 3; i++) {
		snprintf(changes, sizeof changes,
		    "[{\"modelId\":\"x\",\"prev\":\"a\"%s}]", revs[i]);
		rest_expect(&rest, "POST /api/Todos/diff", changes, 200, NULL);
		assert_non_null(strstr(rest.body, "\"rev\":null"));
		rest_expect(&rest, "POST /api/Todos/create-updates", changes,
		    200, "[]");
	}
	/* What an update is, its type says. */
	rest_expect(&rest, "POST /api/Todos/bulk-update",
	    "{\"updates\":[{\"type\":\"create\",\"change\":{"
	    "\"modelId\":\"x\"},\"data\":{\"id\":\"x\"}}]}", 204, "");
	rest_expect(&rest, "GET /api/Todos/x", NULL, 200, "{\"id\":\"x\"}");
	rest_close(&rest);
}

/* The SHA-1 of {"id":"a"}. */
#define REV_OF_A "\"rev\":\"1f047b361679bd21a658eb1e90223150cbb425e6\""

/* Each record as it is now, whatever the change that was sent says of it. */
static void
create_updates__tell_what_is_there_now(void **state)
{
	static const struct {
		const char *change;
		const char *answer; /* "": nothing of it */
	} rows[] = {
	    {"{\"modelId\":\"a\",\"prev\":\"x\"}", "\"type\":\"update\""},
	    {"{\"modelId\":\"a\",\"rev\":null}", "\"type\":\"create\""},
	    {"{\"modelId\":\"a\",\"rev\":\"y\",\"prev\":\"x\"}",
		"\"type\":\"update\""},
	    {"{\"modelId\":\"gone\",\"rev\":\"y\",\"prev\":\"x\"}",
		"\"type\":\"delete\""},
	    {"{\"modelId\":\"gone\",\"prev\":\"x\"}", "\"type\":\"delete\""},
	    {"{\"modelId\":\"gone\",\"rev\":\"y\"}", ""},
	    {"{\"modelId\":\"never\",\"prev\":\"x\"}", ""},
	    {"{\"modelId\":\"never\",\"rev\":\"y\",\"prev\":\"x\"}", ""},
	};
	char body[160];
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	rest_start(&rest);
	rest_ask(&rest, "POST /api/Todos", "[{\"id\":\"a\"},{\"id\":\"gone\"}]");
	rest_ask(&rest, "POST /api/Todos/checkpoint", NULL);
	rest_ask(&rest, "DELETE /api/Todos/gone", NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(body, sizeof body, "[%s]", rows[i].change);
		rest_expect(&rest, "POST /api/Todos/create-updates", body, 200,
		    *rows[i].answer ? NULL : "[]");
		assert_non_null(strstr(rest.body, rows[i].answer));
		if (strstr(rest.body, "\"data\""))
			assert_non_null(strstr(rest.body, REV_OF_A));
	}
	rest_close(&rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(create_updates__tell_what_is_there_now),
	    cmocka_unit_test(
		changes__pages_pass_over_nothing_that_is_written_meanwhile),
	    cmocka_unit_test(changes__pages_of_two_readers_pass_over_nothing),
	    cmocka_unit_test(
		changes__pages_that_are_read_again_are_up_to_date),
	    cmocka_unit_test(
		changes__pages_of_another_filter_have_places_of_their_own),
	    cmocka_unit_test(changes__without_a_revision_are_deletions),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
