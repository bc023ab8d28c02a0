/*
 * Replication with a peer as plain as a LoopBack server: it keeps no values
 * and no history, and cannot be told that it was restored.  And comparing with
 * one.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/store.h>

#include "core/repl/diff.h"
#include "models/source/local.h"
#include "tests/lib/pair.h"

static struct weft__source_ops plain;

/* It knows its present state, and no other. */
static int
diff_plainly(struct weft_source *source, const char *model, int64_t since,
    const struct weft_change *changes, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	(void)since;
	return weft__source_local_diff(source, model, WEFT__SINCE_STRICT,
	    changes, length, diff, error);
}

/* Opens a pair whose first party is plain. */
static void
open_plain(struct pair *pair)
{
	pair_open(pair, FIXTURE_MEMORY, FIXTURE_SQLITE);
	plain = *pair->a.source->ops;
	plain.meta_get = NULL;
	plain.meta_put = NULL;
	plain.meta_each = NULL;
	plain.relate = NULL;
	plain.reconcile = NULL;
	plain.root = NULL;
	plain.restored = NULL;
	plain.diff = diff_plainly;
	pair->a.source->ops = &plain;
}

static int
count_one(struct weft_slice json, void *context)
{
	(void)json;
	++*(int *)context;
	return 0;
}

static int
count_kept(struct party *party)
{
	int count = 0;

	assert_int_equal(weft_conflict_each_kept(
	    party->source, count_one, &count, &party->fixture.error), 0);
	return count;
}

static void
replicate__remembers_for_a_plain_target(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	party_put(&pair.b, "a", "1");
	party_carry(&pair.b, &pair.a, 1, 1);
	party_carry(&pair.b, &pair.a, 0, 0);
	party_put(&pair.b, "b", "2");
	party_carry(&pair.b, &pair.a, 1, 1);
	pair_close(&pair);
}

static void
replicate__remembers_for_a_plain_source(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	party_put(&pair.a, "a", "1");
	party_carry(&pair.a, &pair.b, 1, 1);
	party_carry(&pair.a, &pair.b, 0, 0);
	pair_close(&pair);
}

static void
replicate__keeps_the_conflicts_of_a_plain_source(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	party_put(&pair.a, "a", "a");
	party_put(&pair.b, "a", "b");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_int_equal(count_kept(&pair.b), 1);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_int_equal(count_kept(&pair.b), 1);
	party_put(&pair.b, "a", "a"); /* settled by hand */
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_int_equal(count_kept(&pair.b), 0);
	pair_close(&pair);
}

/* Changes the record in three checkpoints: what it was before is forgotten. */
static void
change_thrice(struct party *party)
{
	party_put(party, "a", "x");
	fixture_checkpoint(&party->fixture);
	party_put(party, "a", "y");
	fixture_checkpoint(&party->fixture);
	party_put(party, "a", "z");
}

static void
replicate__takes_what_a_plain_source_made_of_its_own(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	change_thrice(&pair.a);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "z");
	pair_close(&pair);
}

static void
replicate__sends_nothing_back_to_a_plain_target(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	change_thrice(&pair.a);
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	assert_string_equal(party_title(&pair.a, "a"), "z");
	pair_close(&pair);
}

/* What was sent is known there, too. */
static void
replicate__takes_what_a_plain_source_made_of_ours(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	party_put(&pair.b, "a", "1");
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	change_thrice(&pair.a);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "z");
	pair_close(&pair);
}

static void
replicate__finds_conflicts_with_a_plain_source(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	party_put(&pair.a, "a", "1");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_put(&pair.b, "a", "b");
	change_thrice(&pair.a);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_int_equal(party_sync(&pair.b, &pair.a), 1);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_string_equal(party_title(&pair.a, "a"), "z");
	assert_string_equal(party_title(&pair.b, "a"), "b");
	pair_close(&pair);
}

/*
 * Comparing
 */

static int
note_difference(struct weft_slice id, bool in_a, bool in_b, void *context)
{
	char *text = context;
	size_t size = strlen(text);

	snprintf(text + size, 100 - size, "%c%.*s ",
	    in_a && in_b ? '!' : in_a ? '<' : '>', (int)id.size, id.data);
	return 0;
}

static void
assert_differences(struct pair *pair)
{
	static const char *const all[] = {"!changed ", "<only-a ", "<gone ",
	    ">only-b "};
	char text[100] = "";
	size_t size = 0;

	party_put(&pair->a, "changed", "1");
	party_put(&pair->a, "gone", "1");
	party_put(&pair->a, "same", "1");
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	party_put(&pair->a, "only-a", "1");
	party_put(&pair->b, "only-b", "1");
	party_put(&pair->b, "changed", "2");
	party_delete(&pair->b, "gone");
	assert_int_equal(weft_source_compare(pair->a.source, "Todo",
	    pair->b.source, "Todo", note_difference, text,
	    &pair->a.fixture.error), 0);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_non_null(strstr(text, all[i]));
		size += strlen(all[i]);
	}
	assert_int_equal(strlen(text), size);
}

static void
compare__with_a_plain_source(void **state)
{
	struct pair pair;

	(void)state;
	open_plain(&pair);
	assert_differences(&pair);
	pair_close(&pair);
}

static void
compare__by_the_stores(void **state)
{
	struct pair pair;

	(void)state;
	pair_open(&pair, FIXTURE_SQLITE, FIXTURE_MEMORY_STORE);
	assert_differences(&pair);
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replicate__remembers_for_a_plain_target),
	    cmocka_unit_test(replicate__remembers_for_a_plain_source),
	    cmocka_unit_test(replicate__keeps_the_conflicts_of_a_plain_source),
	    cmocka_unit_test(
		replicate__takes_what_a_plain_source_made_of_its_own),
	    cmocka_unit_test(replicate__sends_nothing_back_to_a_plain_target),
	    cmocka_unit_test(
		replicate__takes_what_a_plain_source_made_of_ours),
	    cmocka_unit_test(replicate__finds_conflicts_with_a_plain_source),
	    cmocka_unit_test(compare__with_a_plain_source),
	    cmocka_unit_test(compare__by_the_stores),
	};

	return cmocka_run_group_tests_name(
	    "replicate plain", tests, NULL, NULL);
}
