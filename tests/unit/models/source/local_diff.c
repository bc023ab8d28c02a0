/*
 * Tests of models/source/local_diff.c: LoopBack's tables of diff and
 * createUpdates (LoopBack 3 replication, sections 3.2, 3.3) on real databases.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/hash.h"
#include "tests/lib/pair.h"

/*
 * Section 3.2: the target has record "a" in each of three ways (a recent
 * change, an old one, none); the remote change decides.
 */

static const char *
diff_one(struct party *party, int64_t since, const char *rev, const char *prev)
{
	static char text[256];
	struct weft_change_list changes = {0}, deltas = {0}, conflicts = {0};
	const struct weft_change *found;

	add_peer_change(&changes, "a", rev, prev);
	fixture_ok(&party->fixture,
	    weft_source_diff(party->source, "Todo", since, &changes, &deltas,
		&conflicts, &party->fixture.error));
	assert_true(deltas.length + conflicts.length <= 1);
	found = deltas.length ? deltas.changes : conflicts.changes;
	if (!found)
		snprintf(text, sizeof text, "nothing");
	else
		snprintf(text, sizeof text, "%s %s %s",
		    deltas.length ? "delta" : "conflict",
		    found->rev.data ? found->rev.data : "null",
		    !found->has_prev	   ? "-"
			: found->prev.data ? found->prev.data
					   : "null");
	for (char title[2] = "0"; title[0] <= 'z'; title[0]++) {
		char *at = strstr(text, title_rev("a", title));

		if (at) {
			*at = title[0];
			memmove(at + 1, at + 40, strlen(at + 40) + 1);
			title[0]--; /* it may be there twice */
		}
	}
	weft_change_list_fini(&changes);
	weft_change_list_fini(&deltas);
	weft_change_list_fini(&conflicts);
	return text;
}

static void
source_diff__compares_with_recent_changes(void **state)
{
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "a", "2"); /* {rev 2, prev 1} in checkpoint 2 */
	assert_string_equal(diff_one(&party, 2, "2", "9"), "nothing");
	assert_string_equal(diff_one(&party, 2, "3", "2"), "delta 3 2");
	assert_string_equal(diff_one(&party, 2, NULL, "2"), "delta null 2");
	assert_string_equal(diff_one(&party, 2, "3", "1"), "conflict 2 1");
	assert_string_equal(diff_one(&party, 2, "3", "-"), "conflict 2 1");
	assert_string_equal(diff_one(&party, 2, "3", NULL), "conflict 2 1");
	assert_string_equal(diff_one(&party, 2, NULL, "1"), "conflict 2 1");
	assert_string_equal(diff_one(&party, -1, "3", "1"), "conflict 2 1");
	party_close(&party);
}

static void
source_diff__compares_with_recent_deletions(void **state)
{
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "a");
	assert_string_equal(diff_one(&party, 2, NULL, "9"), "nothing");
	assert_string_equal(diff_one(&party, 2, "3", NULL), "delta 3 null");
	assert_string_equal(diff_one(&party, 2, "3", "-"), "conflict null 1");
	assert_string_equal(diff_one(&party, 2, "3", "2"), "conflict null 1");
	party_close(&party);
}

static void
source_diff__bases_changes_on_old_ones(void **state)
{
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	fixture_checkpoint(&party.fixture);
	assert_string_equal(diff_one(&party, 2, "3", "2"), "delta 3 1");
	assert_string_equal(diff_one(&party, 2, "3", "-"), "delta 3 1");
	assert_string_equal(diff_one(&party, 2, NULL, "2"), "delta null 1");
	party_delete(&party, "a");
	fixture_checkpoint(&party.fixture);
	assert_string_equal(diff_one(&party, 3, "3", "2"), "delta 3 null");
	party_close(&party);
}

static void
source_diff__takes_what_is_unknown(void **state)
{
	struct party party;

	party_open_state(&party, state);
	assert_string_equal(diff_one(&party, 0, "3", "2"), "delta 3 null");
	assert_string_equal(diff_one(&party, 0, "3", "-"), "delta 3 null");
	assert_string_equal(diff_one(&party, 0, NULL, "2"), "delta null null");
	party_close(&party);
}

/* LoopBack's defect D: a client that did nothing but pull pushes what it
 * pulled; meanwhile the server went on. */
static void
source_diff__sees_nothing_new_in_an_echo(void **state)
{
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "a", "2");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "a", "3");
	assert_string_equal(diff_one(&party, 0, "1", "-"), "nothing");
	assert_string_equal(diff_one(&party, 0, "2", "1"), "nothing");
	assert_string_equal(diff_one(&party, 0, "2", "-"), "nothing");
	/* Someone who had 2 and went back to 1 did change something. */
	assert_string_equal(diff_one(&party, 0, "1", "2"), "conflict 3 2");
	assert_string_equal(diff_one(&party, 0, "1", "3"), "delta 1 3");
	party_close(&party);
}

/* The counter-example of the echo rule: history f, t, f, g; a client on the
 * second f sends {rev t, prev f}: that is news. */
static void
source_diff__does_not_take_a_revert_for_an_echo(void **state)
{
	static const char *const titles[] = {"f", "t", "f", "g"};
	struct party party;

	party_open_state(&party, state);
	for (int i = 0; i < 4; i++) {
		party_put(&party, "a", titles[i]);
		fixture_checkpoint(&party.fixture);
	}
	assert_string_equal(diff_one(&party, 0, "t", "f"), "conflict g f");
	assert_string_equal(diff_one(&party, 0, "f", "-"), "conflict g f");
	assert_string_equal(diff_one(&party, 0, "f", "t"), "nothing");
	party_close(&party);
}

/*
 * Section 3.3
 */

/* The updates for one delta, as "type rev prev data". */
static const char *
update_one(struct party *party, const char *rev, const char *prev)
{
	static char text[512];
	struct weft_change_list deltas = {0};
	struct weft_update_list updates = {0};

	add_peer_change(&deltas, "a", rev, prev);
	fixture_ok(&party->fixture,
	    weft_source_create_updates(party->source, "Todo", &deltas, &updates,
		&party->fixture.error));
	assert_true(updates.length <= 1);
	if (!updates.length) {
		weft_change_list_fini(&deltas);
		return "none";
	}
	snprintf(text, sizeof text, "%s %s %s %s",
	    weft_change_type_name(updates.updates->type),
	    updates.updates->change.rev.data ? "rev" : "null",
	    !updates.updates->change.has_prev	    ? "-"
		: updates.updates->change.prev.data ? "prev"
						    : "null",
	    updates.updates->data.data ? updates.updates->data.data : "-");
	if (updates.updates->data.data) {
		/* Revision and data must agree, whatever the delta said. */
		struct weft__oid oid;
		char hex[WEFT__OID_HEX + 1];

		weft__sha1(updates.updates->data.data,
		    updates.updates->data.size, &oid);
		weft__oid_format(&oid, hex);
		assert_string_equal(updates.updates->change.rev.data, hex);
	}
	weft_change_list_fini(&deltas);
	weft_update_list_fini(&updates);
	return text;
}

static void
source_create_updates__gives_data_for_each_type(void **state)
{
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	assert_string_equal(update_one(&party, "1", "-"),
	    "create rev - {\"id\":\"a\",\"title\":\"1\"}");
	assert_string_equal(update_one(&party, "1", NULL),
	    "create rev null {\"id\":\"a\",\"title\":\"1\"}");
	assert_string_equal(update_one(&party, "1", "0"),
	    "update rev prev {\"id\":\"a\",\"title\":\"1\"}");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "a");
	assert_string_equal(
	    update_one(&party, NULL, "1"), "delete null prev -");
	assert_string_equal(update_one(&party, NULL, NULL), "none");
	party_close(&party);
}

/* LoopBack's defect F: a record that vanished fails the whole call. */
static void
source_create_updates__sends_what_the_record_is_by_now(void **state)
{
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "a", "2");
	assert_string_equal(update_one(&party, "1", "0"),
	    "update rev prev {\"id\":\"a\",\"title\":\"2\"}");
	party_delete(&party, "a");
	assert_string_equal(update_one(&party, "2", "0"), "delete null prev -");
	assert_string_equal(update_one(&party, "2", "-"), "none");
	party_put(&party, "a", "3");
	assert_string_equal(update_one(&party, NULL, "2"),
	    "update rev prev {\"id\":\"a\",\"title\":\"3\"}");
	party_close(&party);
	party_open_state(&party, state);
	assert_string_equal(update_one(&party, "1", "0"), "none");
	party_close(&party);
}

static void
source_create_updates__puts_deletions_first(void **state)
{
	struct weft_change_list deltas = {0};
	struct weft_update_list updates = {0};
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "b", "1");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "b");
	add_peer_change(&deltas, "a", "1", "-");
	add_peer_change(&deltas, "b", NULL, "1");
	fixture_ok(&party.fixture,
	    weft_source_create_updates(
		party.source, "Todo", &deltas, &updates, &party.fixture.error));
	assert_int_equal(updates.length, 2);
	assert_int_equal(updates.updates[0].type, WEFT_CHANGE_DELETE);
	assert_int_equal(updates.updates[1].type, WEFT_CHANGE_CREATE);
	weft_change_list_fini(&deltas);
	weft_update_list_fini(&updates);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(source_diff__compares_with_recent_changes),
	    ON_EACH(source_diff__compares_with_recent_deletions),
	    ON_EACH(source_diff__bases_changes_on_old_ones),
	    ON_EACH(source_diff__takes_what_is_unknown),
	    ON_EACH(source_diff__sees_nothing_new_in_an_echo),
	    ON_EACH(source_diff__does_not_take_a_revert_for_an_echo),
	    ON_EACH(source_create_updates__gives_data_for_each_type),
	    ON_EACH(source_create_updates__sends_what_the_record_is_by_now),
	    ON_EACH(source_create_updates__puts_deletions_first),
	};

	return cmocka_run_group_tests_name(
	    "source_local_diff", tests, NULL, NULL);
}
