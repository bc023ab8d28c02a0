/*
 * Tests of core/repl/reconcile.h and descent.h: two sets of records that
 * answer by themselves (tests/lib/record_set.h), judged by comparing them.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/repl/call.h"
#include "core/repl/reconcile.h"
#include "tests/lib/random.h"
#include "tests/lib/record_set.h"

struct two {
	struct record_set source, target;
	struct weft__reconcile reconcile;
	struct weft_error error;
	int code;
};

static const char *
id_of(size_t number)
{
	static char id[32];

	snprintf(id, sizeof id, "record-%zu", number);
	return id;
}

/* Both have records 0 to 'count' - 1. */
static void
two_init(struct two *two, size_t count)
{
	record_set_init(&two->source);
	record_set_init(&two->target);
	for (size_t i = 0; i < count; i++) {
		record_set_put(&two->source, id_of(i), 0);
		record_set_put(&two->target, id_of(i), 0);
	}
}

static void
run(struct two *two)
{
	const struct weft__party parties[2] = {
	    {.source = &two->source.source}, {.source = &two->target.source}};

	two->code =
	    weft__reconcile_run(&two->reconcile, parties, &two->error);
}

static void
two_run(struct two *two, const struct weft__reconcile_options *options)
{
	weft__reconcile_init(&two->reconcile, options);
	run(two);
}

static void
two_fini(struct two *two)
{
	weft__reconcile_fini(&two->reconcile);
	record_set_fini(&two->source);
	record_set_fini(&two->target);
}

/* Whether both have the same state of the record. */
static bool
is_same(struct two *two, const char *id)
{
	const struct set_record *a = record_set_find(&two->source, id);
	const struct set_record *b = record_set_find(&two->target, id);
	const bool in_a = a && !a->deleted, in_b = b && !b->deleted;

	return in_a == in_b &&
	    (!in_a || weft__oid_equal(&a->blob, &b->blob));
}

static size_t
count_differing(struct two *two)
{
	size_t count = 0;

	for (size_t i = 0; i < two->source.length; i++)
		count += !is_same(two, two->source.records[i].id);
	for (size_t i = 0; i < two->target.length; i++)
		count += !record_set_find(
			     &two->source, two->target.records[i].id) &&
		    !two->target.records[i].deleted;
	return count;
}

/* Reads all changes, and asserts that they are those of what differs. */
static void
assert_found_all(struct two *two)
{
	struct weft__reconcile *reconcile = &two->reconcile;
	size_t changes = 0;

	assert_int_equal(two->code, 0);
	assert_int_equal(reconcile->outcome, WEFT__RECONCILE_DIFFER);
	assert_int_equal(reconcile->names.length, count_differing(two));
	while (weft__reconcile_read(reconcile)) {
		run(two);
		assert_int_equal(two->code, 0);
		for (size_t i = 0; i < reconcile->changes.length; i++) {
			struct weft_change *change =
			    &reconcile->changes.changes[i];
			char id[32], rev[WEFT__OID_HEX + 1];
			struct set_record *record;

			snprintf(id, sizeof id, "%.*s",
			    (int)change->model_id.size,
			    change->model_id.data);
			assert_false(is_same(two, id));
			record = record_set_find(&two->source, id);
			assert_non_null(record);
			weft__oid_format(&record->blob, rev);
			assert_true(weft_slice_equal(weft_slice(rev),
			    record->deleted ? change->prev : change->rev));
			changes++;
		}
	}
	for (size_t i = 0; i < two->source.length; i++)
		changes -= !is_same(two, two->source.records[i].id);
	assert_int_equal(changes, 0);
}

/* Changes, creates and deletes at random on both sides. */
static void
diverge(struct two *two, struct random *random, size_t count, size_t changes)
{
	for (size_t i = 0; i < changes; i++) {
		struct record_set *set =
		    random_below(random, 2) ? &two->source : &two->target;
		const char *id = id_of(random_below(random, count + 20));

		if (random_below(random, 4) == 0)
			record_set_delete(set, id);
		else
			record_set_put(set, id,
			    1 + (unsigned)random_below(random, 1000));
	}
}

static const struct weft__reconcile_options ways[] = {
    {.own = WEFT__SOURCE},
    {.own = WEFT__TARGET},
    {.own = WEFT__SOURCE, .descend = true, .digest_size = 20},
    {.own = WEFT__TARGET, .descend = true},
};

static void
reconcile__finds_what_differs_whatever_it_is(void **state)
{
	for (uint64_t seed = 1; seed <= 120; seed++) {
		struct random random = {seed};
		struct two two;
		size_t count = 1 + random_below(&random, 900);

		two_init(&two, count);
		diverge(&two, &random, count,
		    1 + random_below(&random, seed % 3 ? 8 : 200));
		two_run(&two, &ways[seed % 4]);
		if (count_differing(&two))
			assert_found_all(&two);
		else
			assert_int_equal(two.reconcile.outcome,
			    WEFT__RECONCILE_EQUAL);
		two_fini(&two);
	}
}

static void
reconcile__of_equal_sets_exchanges_roots_only(void **state)
{
	for (int way = 0; way < 4; way++) {
		struct two two;

		two_init(&two, 300);
		two_run(&two, &ways[way]);
		assert_int_equal(two.code, 0);
		assert_int_equal(
		    two.reconcile.outcome, WEFT__RECONCILE_EQUAL);
		assert_false(weft__reconcile_read(&two.reconcile));
		assert_int_equal(two.reconcile.traffic[
		    way % 2 ? WEFT__SOURCE : WEFT__TARGET].answered, 20);
		assert_int_equal(two.reconcile.traffic[
		    way % 2 ? WEFT__SOURCE : WEFT__TARGET].calls, 1);
		two_fini(&two);
	}
}

/* The bytes and rounds that the benchmark measures at a million: always. */
static void
reconcile__of_one_change_takes_two_rounds_and_300_bytes(void **state)
{
	for (int i = 0; i < 200; i++) {
		struct weft__reconcile_traffic *far;
		struct two two;

		two_init(&two, 500);
		if (i % 4 == 3)
			record_set_delete(&two.target, id_of((size_t)i));
		else
			record_set_put(&two.source, id_of((size_t)i * 3), 1);
		two_run(&two, &ways[1]);
		assert_found_all(&two);
		far = &two.reconcile.traffic[WEFT__SOURCE];
		assert_int_equal(far->calls, 2);
		assert_true(far->asked + far->answered <= 300);
		two_fini(&two);
	}
}

static void
reconcile__takes_a_known_id_from_the_own_side(void **state)
{
	struct two two;
	uint64_t told;

	two_init(&two, 500);
	record_set_put(&two.source, id_of(3), 1);
	two_run(&two, &ways[1]);
	told = two.reconcile.traffic[WEFT__SOURCE].answered;
	assert_true(weft__reconcile_read(&two.reconcile));
	run(&two);
	assert_int_equal(two.reconcile.changes.length, 1);
	assert_true(weft_slice_equal(weft_slice(id_of(3)),
	    two.reconcile.changes.changes[0].model_id));
	/* No id, and no prev in these sets. */
	assert_int_equal(
	    two.reconcile.traffic[WEFT__SOURCE].answered - told, 23);
	two_fini(&two);
}

static void
reconcile__reads_changes_in_parts_if_the_source_wants(void **state)
{
	struct random random = {5};
	struct two two;

	two_init(&two, 500);
	two.source.changes_limit = 3;
	diverge(&two, &random, 500, 20);
	two_run(&two, &ways[1]);
	assert_found_all(&two);
	two_fini(&two);
}

static void
reconcile__descends_if_too_much_differs_for_a_sketch(void **state)
{
	struct random random = {6};
	struct two two;

	two_init(&two, 300);
	diverge(&two, &random, 300, 600);
	two_run(&two, &ways[0]);
	assert_found_all(&two);
	assert_int_equal(two.target.cells, 0);
	two_fini(&two);
}

/* A byte in the middle of the first cells: they cannot be taken apart, or give
 * what is not there. */
static int
spoil_cells(
    struct record_set *set, enum weft__ask ask, struct weft_buf *answer)
{
	if ((ask == WEFT__ASK_OPEN || ask == WEFT__ASK_CELLS) &&
	    answer->size > 60)
		answer->data[answer->size - 20] ^= 1;
	return 0;
}

static void
reconcile__descends_if_the_sketch_is_wrong(void **state)
{
	struct random random = {7};
	struct two two;

	two_init(&two, 1000);
	two.target.mangle = spoil_cells;
	diverge(&two, &random, 1000, 30);
	two_run(&two, &ways[0]);
	assert_found_all(&two);
	assert_true(two.target.questions > 5);
	two_fini(&two);
}

static enum weft__ask failing; /* what is not answered, */
static int failure;            /* for this reason */

static int
fail_to_answer(
    struct record_set *set, enum weft__ask ask, struct weft_buf *answer)
{
	return ask == failing ? failure : 0;
}

/* Runs with the source far, and the question 'ask' failing there. */
static void
run_failing(struct two *two, enum weft__ask ask, int code)
{
	struct random random = {8};

	two_init(two, 500);
	two->source.mangle = fail_to_answer;
	failing = ask;
	failure = code;
	diverge(two, &random, 500, 30);
	two_run(two, &ways[1]);
}

static void
reconcile__gives_up_if_a_side_cannot_answer(void **state)
{
	struct two two;

	run_failing(&two, WEFT__ASK_OPEN, WEFT_EUNSUPPORTED);
	assert_int_equal(two.code, 0);
	assert_int_equal(two.reconcile.outcome, WEFT__RECONCILE_UNABLE);
	assert_false(weft__reconcile_read(&two.reconcile));
	two_fini(&two);
	run_failing(&two, WEFT__ASK_CELLS, WEFT_EGONE);
	assert_int_equal(two.code, 0);
	assert_int_equal(two.reconcile.outcome, WEFT__RECONCILE_UNABLE);
	two_fini(&two);
}

static void
reconcile__fails_with_what_a_side_says(void **state)
{
	struct two two;

	run_failing(&two, WEFT__ASK_CELLS, WEFT_ENETWORK);
	assert_int_equal(two.code, WEFT_ENETWORK);
	assert_int_equal(two.error.code, WEFT_ENETWORK);
	assert_int_equal(two.reconcile.outcome, WEFT__RECONCILE_UNKNOWN);
	two_fini(&two);
}

/* What differs must not be passed over. */
static void
reconcile__fails_if_changes_cannot_be_had(void **state)
{
	struct two two;

	run_failing(&two, WEFT__ASK_CHANGES, WEFT_EUNSUPPORTED);
	assert_int_equal(two.reconcile.outcome, WEFT__RECONCILE_DIFFER);
	assert_true(weft__reconcile_read(&two.reconcile));
	run(&two);
	assert_int_equal(two.code, WEFT_EUNSUPPORTED);
	two_fini(&two);
}

/* Cuts off the last byte. */
static int
cut_answer(struct record_set *set, enum weft__ask ask, struct weft_buf *answer)
{
	if (ask == failing)
		answer->size--;
	return 0;
}

static void
reconcile__says_that_an_answer_is_malformed(void **state)
{
	static const enum weft__ask asks[] = {WEFT__ASK_OPEN, WEFT__ASK_CELLS,
	    WEFT__ASK_NODES, WEFT__ASK_CHANGES};

	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
		struct random random = {9};
		struct two two;

		two_init(&two, 500);
		two.source.mangle = cut_answer;
		failing = asks[i];
		diverge(&two, &random, 500, 30);
		two_run(&two, &ways[asks[i] == WEFT__ASK_NODES ? 3 : 1]);
		if (asks[i] == WEFT__ASK_CHANGES) {
			assert_true(weft__reconcile_read(&two.reconcile));
			run(&two);
		}
		assert_int_equal(two.code, WEFT_EINVAL);
		assert_string_equal(two.error.text,
		    "reconciliation: an answer is malformed");
		two_fini(&two);
	}
}

/* Tells of another record than the one that was asked for. */
static int
tell_other(struct record_set *set, enum weft__ask ask, struct weft_buf *answer)
{
	if (ask == WEFT__ASK_CHANGES)
		answer->data[2] ^= 1; /* of the id */
	return 0;
}

static void
reconcile__takes_no_change_that_it_did_not_ask_for(void **state)
{
	struct two two;

	two_init(&two, 500);
	two.source.mangle = tell_other;
	record_set_put(&two.source, "new", 1);
	two_run(&two, &ways[1]);
	assert_true(weft__reconcile_read(&two.reconcile));
	run(&two);
	assert_int_equal(two.code, WEFT_EINVAL);
	assert_int_equal(two.reconcile.changes.length, 0);
	two_fini(&two);
}

/* With nothing on one side there is nothing to compare. */
static void
reconcile__leaves_an_empty_side_to_the_change_list(void **state)
{
	for (int way = 0; way < 4; way++) {
		struct two two;

		two_init(&two, 0);
		record_set_put(&two.source, "a", 1);
		two_run(&two, &ways[way]);
		assert_int_equal(two.code, 0);
		assert_int_equal(
		    two.reconcile.outcome, WEFT__RECONCILE_UNABLE);
		two_fini(&two);
	}
}

/* Inner nodes all the way down, wherever one looks. */
static int
invent_nodes(
    struct record_set *set, enum weft__ask ask, struct weft_buf *answer)
{
	static struct weft__node node;
	struct weft_buf *out = answer;
	size_t nodes = set->questions;

	if (ask != WEFT__ASK_NODES)
		return 0;
	weft_buf_clear(out);
	for (unsigned i = 0; i < 16; i++) {
		node.children[i].kind = WEFT__NODE_INNER;
		node.children[i].mask = UINT16_MAX;
		for (unsigned j = 0; j < 16; j++)
			memset(&node.children[i].digests[j],
			    (int)nodes + 1, 8);
	}
	for (size_t i = 0; i < set->asked; i++)
		if (weft__tell_node(out, &node, WEFT__DIGEST_SIZE))
			return WEFT_ENOMEM;
	return 0;
}

static void
reconcile__is_bounded_whatever_a_peer_invents(void **state)
{
	struct two two;

	two_init(&two, 500);
	record_set_put(&two.source, "new", 1);
	two.target.mangle = invent_nodes;
	two_run(&two, &ways[3]);
	/* At the deepest level there are only leaves; or it was too much. */
	if (two.code)
		assert_int_equal(two.code, WEFT_EINVAL);
	else
		assert_int_equal(
		    two.reconcile.outcome, WEFT__RECONCILE_UNABLE);
	assert_true(two.target.questions < 2000);
	two_fini(&two);
}

static void
names_add__has_a_limit(void **state)
{
	struct weft__names names = {NULL};

	for (uint64_t i = 0; i < WEFT_LIMIT_RECONCILE_RECORDS; i++)
		assert_int_equal(weft__names_add(&names, i, 0), 0);
	assert_int_equal(weft__names_add(&names,
	    WEFT_LIMIT_RECONCILE_RECORDS - 1, 1), 0);
	assert_int_equal(weft__names_add(&names, 1, 1), WEFT_ELIMIT);
	weft__names_fini(&names);
}

static void
names_finish__makes_one_of_each_id(void **state)
{
	struct weft__names names = {NULL};

	assert_int_equal(weft__names_add(&names, 5, 0), 0);
	assert_int_equal(weft__names_add(&names, 3, 1), 0);
	assert_int_equal(weft__names_add(&names, 5, 1), 0);
	weft__names_finish(&names);
	assert_int_equal(names.length, 2);
	assert_int_equal(names.list[0].id, 3);
	assert_true(!names.list[0].in[0] && names.list[0].in[1]);
	assert_int_equal(names.list[1].id, 5);
	assert_true(names.list[1].in[0] && names.list[1].in[1]);
	weft__names_fini(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reconcile__finds_what_differs_whatever_it_is),
	    cmocka_unit_test(reconcile__of_equal_sets_exchanges_roots_only),
	    cmocka_unit_test(
		reconcile__of_one_change_takes_two_rounds_and_300_bytes),
	    cmocka_unit_test(reconcile__takes_a_known_id_from_the_own_side),
	    cmocka_unit_test(
		reconcile__reads_changes_in_parts_if_the_source_wants),
	    cmocka_unit_test(
		reconcile__descends_if_too_much_differs_for_a_sketch),
	    cmocka_unit_test(reconcile__descends_if_the_sketch_is_wrong),
	    cmocka_unit_test(reconcile__gives_up_if_a_side_cannot_answer),
	    cmocka_unit_test(reconcile__fails_with_what_a_side_says),
	    cmocka_unit_test(reconcile__fails_if_changes_cannot_be_had),
	    cmocka_unit_test(reconcile__says_that_an_answer_is_malformed),
	    cmocka_unit_test(
		reconcile__takes_no_change_that_it_did_not_ask_for),
	    cmocka_unit_test(
		reconcile__leaves_an_empty_side_to_the_change_list),
	    cmocka_unit_test(reconcile__is_bounded_whatever_a_peer_invents),
	    cmocka_unit_test(names_add__has_a_limit),
	    cmocka_unit_test(names_finish__makes_one_of_each_id),
	};

	return cmocka_run_group_tests_name("reconcile", tests, NULL, NULL);
}
