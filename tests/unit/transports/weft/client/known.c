/* Tests of transports/weft/client/known.h: what the other side has. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "transports/weft/client/known.h"

static bool
has(const struct weft__known *known, const char *id, const char *rev)
{
	return weft__known_has(
	    known, "Note", weft_slice(id), weft_slice(rev), 1);
}

static void
put(struct weft__known *known, const char *id, const char *rev)
{
	weft__known_put(known, "Note", weft_slice(id), weft_slice(rev), 1);
}

static void
known__has_the_last_revision_only(void **state)
{
	struct weft__known known = {NULL, 0, 0};

	assert_false(has(&known, "1", "a"));
	put(&known, "1", "a");
	assert_true(has(&known, "1", "a"));
	assert_false(has(&known, "1", "b"));
	assert_false(has(&known, "2", "a"));
	assert_false(weft__known_has(
	    &known, "Other", weft_slice("1"), weft_slice("a"), 1));
	/* Back to what it was: the other side must be told. */
	put(&known, "1", "b");
	assert_false(has(&known, "1", "a"));
	put(&known, "1", NULL);
	assert_true(has(&known, "1", NULL));
	assert_false(has(&known, "1", "b"));
	assert_int_equal(known.count, 1);
	weft__known_fini(&known);
}

/* Deleted, made anew, and deleted: the other side knows of the first only. */
static void
known__tells_generations_apart(void **state)
{
	struct weft__known known = {NULL, 0, 0};
	const struct weft_slice id = weft_slice("1"), deleted = {NULL, 0};

	weft__known_put(&known, "Note", id, deleted, 2);
	assert_true(weft__known_has(&known, "Note", id, deleted, 2));
	assert_false(weft__known_has(&known, "Note", id, deleted, 4));
	/* A side that does not tell. */
	weft__known_put(&known, "Note", id, deleted, 0);
	assert_true(weft__known_has(&known, "Note", id, deleted, 4));
	weft__known_fini(&known);
}

static void
known__grows(void **state)
{
	struct weft__known known = {NULL, 0, 0};
	char id[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(id, sizeof id, "%d", i);
		put(&known, id, id);
	}
	assert_int_equal(known.count, 5000);
	for (int i = 0; i < 5000; i++) {
		snprintf(id, sizeof id, "%d", i);
		assert_true(has(&known, id, id));
	}
	weft__known_fini(&known);
}

/* What it cannot note it must not believe to know. */
static void
known__forgets_when_there_is_no_memory(void **state)
{
	struct weft__known known = {NULL, 0, 0};

	weft__alloc_fail_after(0, false);
	put(&known, "1", "a");
	weft__alloc_fail_never();
	assert_false(has(&known, "1", "a"));
	put(&known, "1", "a");
	assert_true(has(&known, "1", "a"));
	weft__known_fini(&known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known__has_the_last_revision_only),
	    cmocka_unit_test(known__tells_generations_apart),
	    cmocka_unit_test(known__grows),
	    cmocka_unit_test(known__forgets_when_there_is_no_memory)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
