/* Tests of weft_history_*(): the revisions of a record. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "tests/lib/pair.h"
#include "tests/lib/random.h"

static void
project(struct fixture *fixture)
{
	fixture_ok(fixture, weft_datasource_project(fixture->datasource,
				&fixture->error));
}

static struct weft_history *
open_history(struct fixture *fixture, const char *id)
{
	struct weft_history *history;

	fixture_ok(fixture, weft_history_open(fixture->model, weft_slice(id),
				&history, &fixture->error));
	return history;
}

static bool
next(struct fixture *fixture, struct weft_history *history,
    struct weft_revision *revision)
{
	bool found;

	fixture_ok(fixture, weft_history_next(history, revision, &found,
				&fixture->error));
	return found;
}

/* Appends "<type> <title> <title before> <checkpoint>" and a newline. */
static void
describe(const struct weft_revision *revision, struct weft_buf *text)
{
	char title[2][16] = {"-", "-"};

	sscanf(weft_slice_equal(revision->record, weft_slice(NULL)) ? "" :
	    revision->record.data, "{\"id\":\"a\",\"title\":\"%15[^\"]",
	    title[0]);
	sscanf(revision->before.data ? revision->before.data : "",
	    "{\"id\":\"a\",\"title\":\"%15[^\"]", title[1]);
	assert_int_equal(
	    weft_buf_printf(text, "%s %s %s %" PRIu64 "\n",
		weft_change_type_name(revision->type), title[0], title[1],
		revision->checkpoint_first), 0);
	assert_int_equal(revision->checkpoint_first,
	    revision->checkpoint_last);
}

static void
assert_history(struct fixture *fixture, const char *id, const char *wanted)
{
	struct weft_history *history = open_history(fixture, id);
	struct weft_buf text = WEFT_BUF_INIT(100000);
	struct weft_revision revision;

	while (next(fixture, history, &revision))
		describe(&revision, &text);
	assert_false(next(fixture, history, &revision));
	assert_string_equal(weft_buf_slice(&text).data, wanted);
	weft_buf_fini(&text);
	weft_history_close(history);
}

static void
put(struct fixture *fixture, const char *title)
{
	char record[64];

	snprintf(record, sizeof record, "{\"id\":\"a\",\"title\":\"%s\"}",
	    title);
	fixture->now_ms += 1000;
	fixture_put(fixture, record);
}

static const char life[] = "create 5 - 3\n"
			   "delete - 3 2\n"
			   "update 3 2 2\n"
			   "update 2 1 1\n"
			   "create 1 - 1\n";

/* What life[] tells, projecting after the writes whose bits are set. */
static void
live(struct fixture *fixture, unsigned projections)
{
	static const char *const titles[] = {"1", "2", "3", NULL, "5"};

	for (unsigned i = 0; i < 5; i++) {
		if (i == 2 || i == 4)
			fixture_checkpoint(fixture);
		if (titles[i])
			put(fixture, titles[i]);
		else
			fixture_delete(fixture, "a");
		if (projections & 1u << i)
			project(fixture);
	}
}

static void
history__before_and_after_each_write_is_stored(void **state)
{
	static const char *const settings[] = {
	    FIXTURE_SQLITE, FIXTURE_MEMORY_STORE};

	/* The newest state that is stored hides those before it that were
	 * not; so it is the last writes that are left in the database. */
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned stored = 0; stored <= 5; stored++) {
			struct fixture fixture;

			fixture_open(&fixture, settings[i]);
			live(&fixture, (1u << stored) - 1);
			assert_history(&fixture, "a", life);
			assert_history(&fixture, "b", "");
			fixture_close(&fixture);
		}
	}
}

static void
history__of_writes_in_one_commit_has_the_last(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	live(&fixture, 1u << 1 | 1u << 4);
	assert_history(&fixture, "a", "update 5 2 3\n"
				      "create 2 - 1\n");
	fixture_close(&fixture);
}

static void
history__without_a_store_is_the_present(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_MEMORY);
	live(&fixture, 0);
	assert_history(&fixture, "a", "create 5 - 3\n");
	fixture_close(&fixture);
}

/* The n-th revision, counted from 0 from the newest on. */
static void
assert_nth(struct fixture *fixture, int n, uint64_t seq, uint64_t time_ms,
    bool is_stored, const char *user)
{
	struct weft_history *history = open_history(fixture, "a");
	struct weft_revision revision;
	char wanted[41];

	while (n-- >= 0)
		assert_true(next(fixture, history, &revision));
	assert_true(weft_slice_equal(revision.user, weft_slice(user)));
	assert_int_equal(revision.seq, seq);
	assert_int_equal(revision.time_ms, time_ms);
	assert_int_equal(strlen(revision.commit), is_stored ? 40 : 0);
	if (revision.record.data) {
		snprintf(wanted, sizeof wanted, "%s", title_rev("a",
		    (char[]){revision.record.data[19], '\0'}));
		assert_true(
		    weft_slice_equal(revision.rev, weft_slice(wanted)));
	} else {
		assert_null(revision.rev.data);
	}
	weft_history_close(history);
}

static void
put_as(struct fixture *fixture, const char *user, const char *title)
{
	struct weft_call call = {.user = weft_slice(user)};
	char record[64];

	snprintf(record, sizeof record, "{\"id\":\"a\",\"title\":\"%s\"}",
	    title);
	fixture_ok(fixture, weft_record_replace_or_create(fixture->model,
				&call, weft_slice(record), NULL,
				&fixture->error));
}

static void
history__tells_time_seq_rev_and_user(void **state)
{
	const uint64_t begin = 1700000000000;
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture.now_ms = begin + 1;
	put_as(&fixture, "ann", "1");
	fixture_put(&fixture, "{\"id\":\"b\"}");
	project(&fixture);
	fixture.now_ms = begin + 2;
	put_as(&fixture, "bob", "2");
	fixture.now_ms = begin + 3;
	fixture_delete(&fixture, "a");
	assert_nth(&fixture, 0, 4, begin + 3, false, NULL);
	assert_nth(&fixture, 1, 3, begin + 2, false, "bob");
	assert_nth(&fixture, 2, 1, begin + 1, true, "ann");
	project(&fixture);
	assert_nth(&fixture, 0, 4, begin + 3, true, NULL);
	assert_nth(&fixture, 1, 1, begin + 1, true, "ann");
	fixture_close(&fixture);
}

/* Without the journal there is what the commit says. */
static void
history__after_the_journal_was_pruned_tells_of_the_commit(void **state)
{
	static const char settings[] = "{\"connector\":\"sqlite3\","
				       "\"file\":\"db.sqlite\","
				       "\"journalRows\":0}";
	const uint64_t begin = 1700000000000;
	struct weft_history *history;
	struct weft_revision revision;
	struct fixture fixture;

	fixture_open(&fixture, settings);
	fixture.now_ms = begin + 1;
	put_as(&fixture, "ann", "1");
	fixture_checkpoint(&fixture);
	fixture.now_ms = begin + 2345;
	fixture_put(&fixture, "{\"id\":\"b\"}");
	project(&fixture);
	fixture_put(&fixture, "{\"id\":\"b\",\"title\":\"2\"}");
	project(&fixture);
	fixture_put(&fixture, "{\"id\":\"b\",\"title\":\"3\"}");
	project(&fixture);
	history = open_history(&fixture, "a");
	assert_true(next(&fixture, history, &revision));
	assert_null(revision.user.data);
	assert_int_equal(revision.seq, 2);
	assert_int_equal(revision.checkpoint_first, 1);
	assert_int_equal(revision.checkpoint_last, 2);
	assert_int_equal(revision.time_ms, begin + 2000);
	assert_false(next(&fixture, history, &revision));
	weft_history_close(history);
	fixture_close(&fixture);
}

/* Listing a change anew (a conflict's resolution) makes no revision. */
static void
history__does_not_show_a_rebase(void **state)
{
	struct party party;
	struct fixture *fixture = &party.fixture;

	for (int stored = 0; stored < 2; stored++) {
		party_open(&party, FIXTURE_SQLITE);
		put(fixture, "1");
		put(fixture, "2");
		if (stored)
			project(fixture);
		fixture_checkpoint(fixture);
		fixture_ok(fixture,
		    weft_source_update_last_change(party.source, "Todo",
			weft_slice("a"), weft_slice(title_rev("a", "x")),
			&fixture->error));
		assert_history(fixture, "a", stored ?
		    "create 2 - 1\n" : "update 2 1 1\ncreate 1 - 1\n");
		project(fixture);
		assert_history(fixture, "a", "create 2 - 1\n");
		party_close(&party);
	}
}

/* What was given is not given again when it is stored meanwhile, and what is
 * written meanwhile is not given. */
static void
history__goes_on_while_writes_are_stored(void **state)
{
	struct weft_revision revision;
	struct weft_history *history;
	struct weft_buf text = WEFT_BUF_INIT(1000);
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	put(&fixture, "1");
	project(&fixture);
	put(&fixture, "2");
	put(&fixture, "3");
	put(&fixture, "4");
	history = open_history(&fixture, "a");
	assert_true(next(&fixture, history, &revision));
	describe(&revision, &text);
	put(&fixture, "5");
	project(&fixture); /* 4 and 3 were read; 2 is gone */
	put(&fixture, "6");
	project(&fixture);
	while (next(&fixture, history, &revision))
		describe(&revision, &text);
	assert_string_equal(text.data, "update 4 3 1\n"
				       "update 3 1 1\n"
				       "create 1 - 1\n");
	weft_buf_fini(&text);
	weft_history_close(history);
	fixture_close(&fixture);
}

static void
history__refuses_what_has_none(void **state)
{
	static const char untracked[] = "{\"name\":\"Loose\",\"properties\":{"
					"\"id\":{\"type\":\"string\","
					"\"id\":true}}}";
	struct weft_history *history = NULL;
	struct weft_model *model;
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	assert_int_equal(weft_history_open(fixture.model, weft_slice(""),
	    &history, &fixture.error), WEFT_EINVAL);
	fixture_ok(&fixture, weft_registry_define(fixture.registry,
				 fixture.datasource, weft_slice(untracked),
				 &model, &fixture.error));
	assert_int_equal(weft_history_open(model, weft_slice("a"), &history,
	    &fixture.error), WEFT_EINVAL);
	assert_null(history);
	weft_history_close(NULL);
	fixture_close(&fixture);
}

/* Of many random lives: every state that was stored, and every one since. */
static void
history__has_every_state_that_was_kept(void **state)
{
	struct random random = {5};
	struct fixture fixture;
	struct weft_buf wanted = WEFT_BUF_INIT(100000);
	char lines[200][64];
	int length = 0, stored = 0;
	const char *last = "-", *last_stored = "-";
	static const char *const titles[] = {"1", "2", "3", "-"};

	fixture_open(&fixture, FIXTURE_MEMORY_STORE);
	for (int i = 0; i < 150; i++) {
		const char *title = titles[random_below(&random, 4)];

		if (strcmp(title, last) != 0) {
			if (title[0] == '-')
				fixture_delete(&fixture, "a");
			else
				put(&fixture, title);
			snprintf(lines[length++], sizeof *lines,
			    "%s %s %s 1\n", title[0] == '-' ? "delete" :
			    last[0] == '-' ? "create" : "update", title, last);
			last = title;
		}
		if (random_below(&random, 3))
			continue;
		/* One of the states since the last projection is kept. */
		project(&fixture);
		length = stored;
		if (strcmp(last, last_stored) != 0)
			snprintf(lines[length++], sizeof *lines,
			    "%s %s %s 1\n", last[0] == '-' ? "delete" :
			    last_stored[0] == '-' ? "create" : "update", last,
			    last_stored);
		stored = length;
		last_stored = last;
	}
	while (length > 0)
		assert_int_equal(
		    weft_buf_printf(&wanted, "%s", lines[--length]), 0);
	assert_history(&fixture, "a", wanted.data);
	weft_buf_fini(&wanted);
	fixture_close(&fixture);
}

/* Reads the whole history; '*count' of revisions. */
static int
read_all(struct fixture *fixture, int *count)
{
	struct weft_history *history = NULL;
	struct weft_revision revision;
	bool found = true;
	int code = weft_history_open(
	    fixture->model, weft_slice("a"), &history, &fixture->error);

	while (!code && found) {
		code = weft_history_next(
		    history, &revision, &found, &fixture->error);
		*count += !code && found;
	}
	weft_history_close(history);
	return code;
}

static void
history__survives_every_failing_allocation(void **state)
{
	struct fixture fixture;
	int code = WEFT_ENOMEM, count = 0;

	fixture_open(&fixture, FIXTURE_SQLITE);
	live(&fixture, 1u << 0 | 1u << 1 | 1u << 2);
	for (uint64_t i = 0; code; i++) {
		count = 0;
		weft__alloc_fail_after(i, false);
		code = read_all(&fixture, &count);
		weft__alloc_fail_never();
		if (code && code != WEFT_ENOMEM)
			fail_msg("%s", fixture.error.text);
		assert_true(i < 2000);
	}
	assert_int_equal(count, 5);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(history__before_and_after_each_write_is_stored),
	    cmocka_unit_test(history__of_writes_in_one_commit_has_the_last),
	    cmocka_unit_test(history__without_a_store_is_the_present),
	    cmocka_unit_test(history__tells_time_seq_rev_and_user),
	    cmocka_unit_test(
		history__after_the_journal_was_pruned_tells_of_the_commit),
	    cmocka_unit_test(history__does_not_show_a_rebase),
	    cmocka_unit_test(history__goes_on_while_writes_are_stored),
	    cmocka_unit_test(history__refuses_what_has_none),
	    cmocka_unit_test(history__has_every_state_that_was_kept),
	    cmocka_unit_test(history__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
