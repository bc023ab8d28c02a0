/*
 * Tests of models/source/local_bulk.c: LoopBack's bulkUpdate (LoopBack 3
 * replication, section 3.4) on real databases.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "tests/lib/pair.h"

/* An update of a peer that tells what led to it: its generation (0: nothing),
 * and titles, the newest first. */
static void
add_told(struct weft_update_list *list, const char *id, const char *title,
    const char *prev, uint32_t generation, const char *past)
{
	char json[128], history[256] = "";
	struct weft_update update = {.change = peer_change(id, title, prev)};

	update.change.generation = generation;
	for (; *past; past++) {
		const char old[] = {*past, '\0'};

		snprintf(history + strlen(history),
		    sizeof history - strlen(history), "%s\n",
		    *past == '-' ? "" : title_rev(id, old));
	}
	if (generation)
		update.history = weft_slice(history);

	snprintf(json, sizeof json, "{\"id\":\"%s\",\"title\":\"%s\"}", id,
	    title ? title : "");
	if (title)
		update.data = weft_slice(json);
	update.type = weft_change_type(&update.change);
	assert_int_equal(weft_update_list_append(list, &update), 0);
}

static void
add_update(struct weft_update_list *list, const char *id, const char *title,
    const char *prev)
{
	add_told(list, id, title, prev, 0, "");
}

/* Applies one update of record "a"; the outcome. */
static enum weft_outcome
apply_told(struct party *party, const char *title, const char *prev,
    uint32_t generation, const char *past)
{
	struct weft_update_list updates = {0};
	struct weft_change_list conflicts = {0};
	enum weft_outcome outcome;
	int code;

	add_told(&updates, "a", title, prev, generation, past);
	code = weft_source_bulk_update(party->source, "Todo", &updates,
	    &outcome, &conflicts, &party->fixture.error);
	if (outcome == WEFT_OUTCOME_CONFLICT) {
		assert_int_equal(code, WEFT_ECONFLICT);
		assert_int_equal(conflicts.length, 1);
		assert_true(weft_slice_equal(
		    conflicts.changes->rev, updates.updates->change.rev));
	} else {
		fixture_ok(&party->fixture, code);
		assert_int_equal(conflicts.length, 0);
	}
	weft_update_list_fini(&updates);
	weft_change_list_fini(&conflicts);
	return outcome;
}

static enum weft_outcome
apply_one(struct party *party, const char *title, const char *prev)
{
	return apply_told(party, title, prev, 0, "");
}

static void
source_bulk_update__judges_by_the_revision(void **state)
{
	struct party party;

	party_open_state(&party, state);
	/* Nothing there. */
	assert_int_equal(apply_one(&party, NULL, "1"), WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(apply_one(&party, "2", "1"), WEFT_OUTCOME_CONFLICT);
	assert_string_equal(party_title(&party, "a"), "-");
	assert_int_equal(apply_one(&party, "1", "-"), WEFT_OUTCOME_APPLIED);
	assert_string_equal(party_change(&party, "a"), "1 - 1");
	/* A record there. */
	assert_int_equal(apply_one(&party, "1", "-"), WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(apply_one(&party, "2", "-"), WEFT_OUTCOME_CONFLICT);
	assert_int_equal(apply_one(&party, "2", NULL), WEFT_OUTCOME_CONFLICT);
	assert_int_equal(apply_one(&party, "3", "2"), WEFT_OUTCOME_CONFLICT);
	assert_int_equal(apply_one(&party, NULL, "2"), WEFT_OUTCOME_CONFLICT);
	assert_string_equal(party_title(&party, "a"), "1");
	fixture_checkpoint(&party.fixture);
	assert_int_equal(apply_one(&party, "2", "1"), WEFT_OUTCOME_APPLIED);
	assert_string_equal(party_change(&party, "a"), "2 1 2");
	fixture_checkpoint(&party.fixture);
	assert_int_equal(apply_one(&party, NULL, "2"), WEFT_OUTCOME_APPLIED);
	assert_string_equal(party_change(&party, "a"), "null 2 3");
	/* A tombstone there. */
	assert_int_equal(apply_one(&party, NULL, "2"), WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(apply_one(&party, "3", "2"), WEFT_OUTCOME_CONFLICT);
	fixture_checkpoint(&party.fixture);
	assert_int_equal(apply_one(&party, "3", NULL), WEFT_OUTCOME_APPLIED);
	assert_string_equal(party_change(&party, "a"), "3 null 4");
	party_close(&party);
}

/* A push that its sender gave up on arrives after the next one. */
static void
source_bulk_update__what_comes_late_does_not_bring_back_the_past(void **state)
{
	struct party party;

	party_open_state(&party, state);
	/* Created and deleted; then deleted, created, and deleted again. */
	assert_int_equal(apply_told(&party, NULL, "1", 2, "1"),
	    WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(apply_told(&party, "1", "-", 1, ""),
	    WEFT_OUTCOME_UNCHANGED);
	assert_string_equal(party_title(&party, "a"), "-");
	assert_int_equal(apply_told(&party, NULL, "2", 4, "2-1"),
	    WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(apply_told(&party, "2", NULL, 3, "-1"),
	    WEFT_OUTCOME_UNCHANGED);
	assert_string_equal(party_title(&party, "a"), "-");
	/* Made anew after all that, changed, and set back. */
	assert_int_equal(apply_told(&party, "2", NULL, 5, "-2-1"),
	    WEFT_OUTCOME_APPLIED);
	assert_int_equal(apply_told(&party, "2", "3", 7, "32-2-1"),
	    WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(apply_told(&party, "3", "2", 6, "2-2-1"),
	    WEFT_OUTCOME_UNCHANGED);
	assert_string_equal(party_title(&party, "a"), "2");
	party_close(&party);
}

/* LoopBack's defect G: a property removed at the source stays for ever. */
static void
source_bulk_update__replaces_whole_records(void **state)
{
	struct weft_update_list updates = {0};
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct party party;

	party_open_state(&party, state);
	fixture_put(&party.fixture,
	    "{\"id\":\"a\",\"title\":\"1\",\"rank\":7,\"extra\":[1]}");
	add_update(
	    &updates, "a", "2", "a5a48b8c0d3fc9b5aab5c9c5eba5cd0d7f9cc3b4");
	{
		struct weft_change_list list = {0};

		fixture_ok(&party.fixture,
		    weft_source_find_last_change(party.source, "Todo",
			weft_slice("a"), &list, &party.fixture.error));
		updates.updates->change.prev = list.changes->rev;
		fixture_ok(&party.fixture,
		    weft_source_bulk_update(party.source, "Todo", &updates,
			NULL, NULL, &party.fixture.error));
		weft_change_list_fini(&list);
	}
	fixture_ok(&party.fixture,
	    weft_record_find_by_id(party.fixture.model, NULL, weft_slice("a"),
		weft_slice(NULL), &body, &party.fixture.error));
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"2\"}");
	weft_buf_fini(&body);
	weft_update_list_fini(&updates);
	party_close(&party);
}

static void
source_bulk_update__leaves_out_what_is_refused_and_commits_the_rest(
    void **state)
{
	struct weft_update_list updates = {0};
	enum weft_outcome outcomes[4];
	struct weft_update bad = {.type = WEFT_CHANGE_CREATE,
	    .change = peer_change("bad", "1", "-"),
	    .data = weft_slice("{\"id\":\"other\"}")};
	struct party party;

	party_open_state(&party, state);
	party_put(&party, "c", "1");
	add_update(&updates, "a", "1", "-");
	assert_int_equal(weft_update_list_append(&updates, &bad), 0);
	add_update(&updates, "b", "1", "-");
	assert_int_equal(weft_source_bulk_update(party.source, "Todo", &updates,
			     outcomes, NULL, &party.fixture.error),
	    WEFT_EVALIDATION);
	assert_non_null(strstr(party.fixture.error.text, "bad"));
	assert_int_equal(outcomes[0], WEFT_OUTCOME_APPLIED);
	assert_int_equal(outcomes[1], WEFT_OUTCOME_REFUSED);
	assert_int_equal(outcomes[2], WEFT_OUTCOME_APPLIED);
	/* With a conflict, that is what is reported: LoopBack's 409. */
	add_update(&updates, "c", "2", "0");
	assert_int_equal(weft_source_bulk_update(party.source, "Todo", &updates,
			     outcomes, NULL, &party.fixture.error),
	    WEFT_ECONFLICT);
	assert_int_equal(outcomes[0], WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(outcomes[3], WEFT_OUTCOME_CONFLICT);
	assert_string_equal(party_title(&party, "bad"), "-");
	assert_string_equal(party_title(&party, "b"), "1");
	weft_update_list_fini(&updates);
	party_close(&party);
}

static int
stamp(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	(void)context;
	(void)error;
	if (weft_slice_equal(event->id, weft_slice("no")))
		return WEFT_EHOOK;
	return weft_buf_printf(event->replacement,
	    "{\"id\":\"%.*s\",\"title\":\"s\"}", (int)event->id.size,
	    event->id.data);
}

static void
source_bulk_update__makes_what_a_hook_changes_a_child(void **state)
{
	struct weft_change_list history = {0};
	struct weft_update_list updates = {0};
	enum weft_outcome outcome;
	struct party party;

	party_open_state(&party, state);
	fixture_ok(&party.fixture,
	    weft_model_add_hook(party.fixture.model, WEFT_HOOK_BEFORE_SAVE,
		stamp, NULL, &party.fixture.error));
	assert_int_equal(apply_one(&party, "1", "-"), WEFT_OUTCOME_APPLIED);
	assert_string_equal(party_title(&party, "a"), "s");
	assert_string_equal(party_change(&party, "a"), "s 1 1");
	fixture_ok(&party.fixture,
	    party.source->ops->history(party.source, "Todo", weft_slice("a"),
		&history, &party.fixture.error));
	assert_int_equal(history.length, 2);
	assert_string_equal(history.changes[0].rev.data, title_rev("a", "s"));
	assert_string_equal(history.changes[1].rev.data, title_rev("a", "1"));
	weft_change_list_fini(&history);
	add_update(&updates, "no", "1", "-");
	assert_int_equal(weft_source_bulk_update(party.source, "Todo", &updates,
			     &outcome, NULL, &party.fixture.error),
	    WEFT_EVALIDATION);
	assert_int_equal(outcome, WEFT_OUTCOME_REFUSED);
	weft_update_list_fini(&updates);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(source_bulk_update__judges_by_the_revision),
	    ON_EACH(
		source_bulk_update__what_comes_late_does_not_bring_back_the_past),
	    ON_EACH(source_bulk_update__replaces_whole_records),
	    ON_EACH(
		source_bulk_update__leaves_out_what_is_refused_and_commits_the_rest),
	    ON_EACH(source_bulk_update__makes_what_a_hook_changes_a_child),
	};

	return cmocka_run_group_tests_name(
	    "source_local_bulk", tests, NULL, NULL);
}
