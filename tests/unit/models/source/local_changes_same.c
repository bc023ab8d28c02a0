/*
 * Tests of models/source/local_changes.c: what a list of changes is made from
 * does not show in it (docs/decisions/0011).
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/pair.h"
#include "tests/lib/random.h"

#define LIVES 12 /* records */
#define ENDED 30 /* checkpoints */

/* One write of a random history, in which content often returns. */
static void
write_at_random(struct party *party, struct random *random)
{
	static const char *const titles[] = {"1", "2", "3"};
	struct fixture *fixture = &party->fixture;
	char id[8];

	snprintf(id, sizeof id, "r%d", (int)random_below(random, LIVES));
	switch (random_below(random, 6)) {
	case 0:
		party_delete(party, id);
		break;
	case 1:
		/* As a resolution does; of what never was it cannot be. */
		(void)!weft_source_update_last_change(party->source, "Todo",
		    weft_slice(id), weft_slice(title_rev(id, "x")),
		    &fixture->error);
		break;
	default:
		party_put(party, id, titles[random_below(random, 3)]);
		break;
	}
}

static void
live_at_random(struct party *party, uint64_t seed)
{
	struct random random = {seed};

	for (int i = 0; i < ENDED; i++) {
		for (uint64_t n = random_below(&random, 6); n; n--)
			write_at_random(party, &random);
		if (random_below(&random, 2))
			fixture_ok(&party->fixture,
			    weft_datasource_project(party->fixture.datasource,
				&party->fixture.error));
		fixture_checkpoint(&party->fixture);
	}
}

/* The record's change in the list, as JSON; "" if it has none. */
static void
write_change(
    const struct weft_change_list *list, const char *id, struct weft_buf *json)
{
	for (size_t i = 0; i < list->length; i++)
		if (weft_slice_equal(
			list->changes[i].model_id, weft_slice(id)))
			assert_int_equal(
			    weft_change_write(&list->changes[i], json), 0);
}

static void
list_changes(
    struct party *party, int64_t since, struct weft_change_list *list)
{
	fixture_ok(&party->fixture,
	    weft_source_changes(party->source, "Todo", since,
		weft_slice(NULL), list, &party->fixture.error));
}

/* Asserts that both list the same; returns how long the list is. */
static size_t
assert_same_changes(struct party *a, struct party *b, int64_t since)
{
	struct weft_change_list lists[2] = {{0}, {0}};
	struct weft_buf json[2] = {WEFT_BUF_INIT(4096), WEFT_BUF_INIT(4096)};
	size_t length;
	char id[8];

	list_changes(a, since, &lists[0]);
	list_changes(b, since, &lists[1]);
	length = lists[0].length;
	assert_int_equal(length, lists[1].length);
	for (int i = 0; i < LIVES; i++) {
		snprintf(id, sizeof id, "r%d", i);
		for (int side = 0; side < 2; side++) {
			weft_buf_clear(&json[side]);
			write_change(&lists[side], id, &json[side]);
		}
		assert_string_equal(weft_buf_slice(&json[0]).data,
		    weft_buf_slice(&json[1]).data);
	}
	for (int side = 0; side < 2; side++) {
		weft_change_list_fini(&lists[side]);
		weft_buf_fini(&json[side]);
	}
	return length;
}

/* What differs in the store is in the list. */
struct listed {
	struct weft_change_list list;
	size_t count;
};

static int
assert_listed(
    const struct weft_point_difference *difference, void *context)
{
	struct listed *listed = context;

	for (size_t i = 0; i < listed->list.length; i++)
		if (weft_slice_equal(
			listed->list.changes[i].model_id, difference->id))
			listed->count++;
	return 0;
}

/* How many changes since are no differences: content that came back, and
 * changes that were listed anew. */
static size_t
count_unseen(struct party *party, uint64_t since)
{
	struct weft_point first = {WEFT_POINT_CHECKPOINT, since - 1};
	struct weft_point second = {WEFT_POINT_NOW, 0};
	struct listed listed = {.count = 0};
	size_t length;

	list_changes(party, (int64_t)since, &listed.list);
	fixture_ok(&party->fixture,
	    weft_model_compare_points(party->fixture.model, &first, &second,
		assert_listed, &listed, &party->fixture.error));
	length = listed.list.length;
	weft_change_list_fini(&listed.list);
	return length - listed.count;
}

static void
source_changes__are_the_same_by_journal_and_by_walk(void **state)
{
	static const char pruned[] = "{\"connector\":\"sqlite3\","
				     "\"file\":\"db.sqlite\","
				     "\"journalRows\":0}";
	size_t changes = 0, unseen = 0;

	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct weft_datasource_status status;
		struct party kept, walked;

		party_open(&kept, FIXTURE_SQLITE);
		party_open(&walked, pruned);
		live_at_random(&kept, seed);
		live_at_random(&walked, seed);
		fixture_ok(&walked.fixture,
		    weft_datasource_get_status(walked.fixture.datasource,
			&status, &walked.fixture.error));
		assert_true(status.journal_first > 20);
		for (uint64_t since = 1; since <= ENDED + 1; since++) {
			changes += assert_same_changes(
			    &kept, &walked, (int64_t)since);
			unseen += count_unseen(&kept, since);
		}
		party_close(&kept);
		party_close(&walked);
	}
	assert_true(changes > 1000);
	assert_in_range(unseen, 100, changes - 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		source_changes__are_the_same_by_journal_and_by_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
