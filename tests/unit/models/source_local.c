/*
 * Tests of models/source_local*.c through <weft/source.h>: LoopBack's tables
 * (LoopBack 3 replication, sections 2.2, 2.3, 3.1 to 3.4) on real databases,
 * and the defects of LoopBack that are mended.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/repl/source.h"
#include "models/source_local.h"
#include "models/transaction.h"
#include "tests/lib/pair.h"

/* Each test runs on each of these. */
static const char *const settings[] = {FIXTURE_MEMORY, FIXTURE_SQLITE};

static void
open_party(struct party *party, void **state)
{
	party_open(party, *(const char **)*state);
}

/* A change as a peer would send it: one-letter titles name revisions, "-" is
 * an absent prev, NULL is null. */
static const char *
rev_named(const char *id, const char *name)
{
	return name && strlen(name) == 1 ? title_rev(id, name) : name;
}

static struct weft_change
change_of(const char *id, const char *rev, const char *prev)
{
	struct weft_change change = {
	    .model = weft_slice("Todo"),
	    .model_id = weft_slice(id),
	    .rev = weft_slice(rev_named(id, rev)),
	    .has_prev = !prev || strcmp(prev, "-") != 0,
	};

	if (change.has_prev)
		change.prev = weft_slice(rev_named(id, prev));
	return change;
}

static void
add_change(struct weft_change_list *list, const char *id, const char *rev,
    const char *prev)
{
	struct weft_change change = change_of(id, rev, prev);

	assert_int_equal(weft_change_list_append(list, &change), 0);
}

/* The ids of the changes since, in one text "a b ". */
static const char *
changes_since(struct party *party, int64_t since, const char *filter)
{
	static char text[4096];
	struct weft_change_list list = {0};

	text[0] = '\0';
	fixture_ok(&party->fixture,
	    weft_source_changes(party->source, "Todo", since,
		weft_slice(filter), &list, &party->fixture.error));
	for (size_t i = 0; i < list.length; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof text - used, "%.*s ",
		    (int)list.changes[i].model_id.size,
		    list.changes[i].model_id.data);
	}
	weft_change_list_fini(&list);
	return text;
}

/*
 * Section 2.2
 */

static void
source_last_change__follows_loopbacks_table(void **state)
{
	struct party party;

	open_party(&party, state);
	assert_string_equal(party_change(&party, "a"), "none");
	party_put(&party, "a", "1"); /* create */
	assert_string_equal(party_change(&party, "a"), "1 - 1");
	party_put(&party, "a", "2"); /* update in the same checkpoint */
	assert_string_equal(party_change(&party, "a"), "2 - 1");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "a", "3"); /* update in the next one */
	assert_string_equal(party_change(&party, "a"), "3 2 2");
	party_put(&party, "a", "4"); /* again in it */
	assert_string_equal(party_change(&party, "a"), "4 2 2");
	party_put(&party, "a", "2"); /* back to the old content */
	assert_string_equal(party_change(&party, "a"), "2 2 2");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "a", "2"); /* a write that changes nothing */
	assert_string_equal(party_change(&party, "a"), "2 2 2");
	party_delete(&party, "a");
	assert_string_equal(party_change(&party, "a"), "null 2 3");
	party_put(&party, "a", "5"); /* create again in the same one */
	assert_string_equal(party_change(&party, "a"), "5 2 3");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "a");
	assert_string_equal(party_change(&party, "a"), "null 5 4");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "a", "6"); /* create again in a later one */
	assert_string_equal(party_change(&party, "a"), "6 null 5");
	party_delete(&party, "never");
	assert_string_equal(party_change(&party, "never"), "none");
	party_close(&party);
}

static void
source_changes__leaves_out_what_came_and_went(void **state)
{
	struct party party;

	open_party(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "b", "1");
	party_delete(&party, "a");
	assert_string_equal(party_change(&party, "a"), "null - 1");
	assert_string_equal(changes_since(&party, -1, NULL), "b ");
	assert_string_equal(changes_since(&party, 1, NULL), "b ");
	party_close(&party);
}

/*
 * Section 3.1
 */

static void
source_changes__gives_each_record_once_at_its_last_change(void **state)
{
	struct party party;

	open_party(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "b", "1");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "c", "1");
	party_put(&party, "a", "2");
	party_put(&party, "c", "2");
	party_delete(&party, "b");
	assert_string_equal(changes_since(&party, 2, NULL), "a c b ");
	assert_string_equal(changes_since(&party, 1, NULL), "a c b ");
	fixture_checkpoint(&party.fixture);
	assert_string_equal(changes_since(&party, 3, NULL), "");
	party_close(&party);
}

static void
source_changes__takes_a_since_from_the_future_as_none(void **state)
{
	struct party party;

	open_party(&party, state);
	party_put(&party, "a", "1");
	assert_string_equal(changes_since(&party, 2, NULL), "a ");
	party_close(&party);
}

static void
source_changes__filters_records_but_not_deletions(void **state)
{
	const char *where = "{\"where\":{\"title\":\"x\"}}";
	struct party party;

	open_party(&party, state);
	party_put(&party, "a", "x");
	party_put(&party, "b", "y");
	party_put(&party, "c", "y");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "c");
	assert_string_equal(changes_since(&party, 1, where), "a c ");
	assert_string_equal(changes_since(&party, -1, where), "a c ");
	assert_string_equal(
	    changes_since(&party, -1, "{\"where\":{\"id\":\"b\"}}"), "b c ");
	party_close(&party);
}

/* LoopBack's defect A: tombstones ignore skip and limit, so paging through
 * more of them than a page holds never ends. */
static void
source_changes__pages_tombstones_like_everything_else(void **state)
{
	static const int64_t sinces[] = {-1, 2};
	struct party party;
	char id[16], filter[64];

	open_party(&party, state);
	for (int i = 0; i < 7; i++) {
		snprintf(id, sizeof id, "t%d", i);
		party_put(&party, id, "x");
	}
	fixture_checkpoint(&party.fixture);
	for (int i = 0; i < 5; i++) {
		snprintf(id, sizeof id, "t%d", i);
		party_delete(&party, id);
	}
	party_put(&party, "t5", "y");
	for (int which = 0; which < 2; which++) {
		struct weft_buf all = WEFT_BUF_INIT(1000);
		int pages = 0;

		for (;; pages++) {
			const char *page;

			snprintf(filter, sizeof filter,
			    "{\"skip\":%d,\"limit\":2}", 2 * pages);
			page = changes_since(&party, sinces[which], filter);
			if (!*page)
				break;
			assert_int_equal(weft_buf_printf(&all, "%s", page), 0);
			assert_true(pages < 10);
		}
		assert_int_equal(all.size, which ? 6 * 3 : 7 * 3);
		for (int i = 0; i < 6; i++) {
			snprintf(id, sizeof id, "t%d", i);
			assert_non_null(strstr(all.data, id));
		}
		weft_buf_fini(&all);
	}
	party_close(&party);
}

/* Reads the whole list in pages; between any two 'meddle' is called. */
static void
read_paged(struct party *party, int64_t since, size_t limit,
    void (*meddle)(struct party *party, int page),
    struct weft_change_list *list)
{
	struct weft__page_token token = {0};

	for (int page = 0; !token.end; page++) {
		size_t before = list->length;

		fixture_ok(&party->fixture,
		    party->source->ops->changes(party->source, "Todo", since,
			weft_slice(NULL), limit, &token, list,
			&party->fixture.error));
		assert_true(list->length - before <= limit);
		assert_true(page < 100);
		if (meddle)
			meddle(party, page);
	}
}

static size_t
count_id(const struct weft_change_list *list, const char *id)
{
	size_t count = 0;

	for (size_t i = 0; i < list->length; i++)
		count +=
		    weft_slice_equal(list->changes[i].model_id, weft_slice(id));
	return count;
}

/* Writes again and again what was read, what is to be read, and more. */
static void
meddle_with_all(struct party *party, int page)
{
	char title[16], id[16];

	snprintf(title, sizeof title, "m%d", page);
	party_put(party, "r0", title);
	party_put(party, "r9", title);
	snprintf(id, sizeof id, "n%d", page);
	party_put(party, id, "new");
	if (page == 0) {
		party_put(party, "dead", "again"); /* tombstone to record */
		party_delete(party, "r8");	   /* record to tombstone */
	}
}

static void
source_changes__misses_nothing_that_changes_while_it_pages(void **state)
{
	static const int64_t sinces[] = {-1, 1};

	for (int which = 0; which < 2; which++) {
		struct weft_change_list list = {0};
		struct party party;
		char id[16];

		open_party(&party, state);
		party_put(&party, "dead", "x");
		fixture_checkpoint(&party.fixture);
		party_delete(&party, "dead");
		for (int i = 0; i < 10; i++) {
			snprintf(id, sizeof id, "r%d", i);
			party_put(&party, id, "x");
		}
		fixture_checkpoint(&party.fixture);
		read_paged(&party, sinces[which], 3, meddle_with_all, &list);
		for (int i = 0; i < 10; i++) {
			snprintf(id, sizeof id, "r%d", i);
			assert_true(count_id(&list, id) >= 1);
		}
		assert_true(count_id(&list, "dead") >= 1);
		for (int i = 1; i < 8; i++) {
			snprintf(id, sizeof id, "r%d", i);
			assert_int_equal(count_id(&list, id), 1);
		}
		weft_change_list_fini(&list);
		party_close(&party);
	}
}

static int
prune_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	(void)context;
	return transaction->session->ops->journal_prune(
	    transaction->session, transaction->counters.seq - 1, error);
}

static void
source_changes__walks_when_the_journal_is_pruned(void **state)
{
	struct party party;

	open_party(&party, state);
	party_put(&party, "a", "1");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "b", "1");
	party_put(&party, "c", "1");
	party_delete(&party, "b");
	fixture_checkpoint(&party.fixture);
	party_put(&party, "d", "1");
	fixture_ok(&party.fixture,
	    weft_datasource_transaction(party.fixture.datasource, prune_all,
		NULL, &party.fixture.error));
	assert_string_equal(changes_since(&party, 2, NULL), "c d ");
	assert_string_equal(changes_since(&party, 3, NULL), "d ");
	assert_int_equal(strlen(changes_since(&party, 1, NULL)), 6);
	fixture_checkpoint(&party.fixture);
	assert_string_equal(changes_since(&party, 4, NULL), "");
	party_close(&party);
}

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

	add_change(&changes, "a", rev, prev);
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

	open_party(&party, state);
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

	open_party(&party, state);
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

	open_party(&party, state);
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

	open_party(&party, state);
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

	open_party(&party, state);
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

	open_party(&party, state);
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

	add_change(&deltas, "a", rev, prev);
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

	open_party(&party, state);
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

	open_party(&party, state);
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
	open_party(&party, state);
	assert_string_equal(update_one(&party, "1", "0"), "none");
	party_close(&party);
}

static void
source_create_updates__puts_deletions_first(void **state)
{
	struct weft_change_list deltas = {0};
	struct weft_update_list updates = {0};
	struct party party;

	open_party(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "b", "1");
	fixture_checkpoint(&party.fixture);
	party_delete(&party, "b");
	add_change(&deltas, "a", "1", "-");
	add_change(&deltas, "b", NULL, "1");
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

/*
 * Section 3.4
 */

static void
add_update(struct weft_update_list *list, const char *id, const char *title,
    const char *prev)
{
	char json[128];
	struct weft_update update = {.change = change_of(id, title, prev)};

	snprintf(json, sizeof json, "{\"id\":\"%s\",\"title\":\"%s\"}", id,
	    title ? title : "");
	if (title)
		update.data = weft_slice(json);
	update.type = weft_change_type(&update.change);
	assert_int_equal(weft_update_list_append(list, &update), 0);
}

/* Applies one update of record "a"; the outcome. */
static enum weft_outcome
apply_one(struct party *party, const char *title, const char *prev)
{
	struct weft_update_list updates = {0};
	struct weft_change_list conflicts = {0};
	enum weft_outcome outcome;
	int code;

	add_update(&updates, "a", title, prev);
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

static void
source_bulk_update__judges_by_the_revision(void **state)
{
	struct party party;

	open_party(&party, state);
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

/* LoopBack's defect G: a property removed at the source stays for ever. */
static void
source_bulk_update__replaces_whole_records(void **state)
{
	struct weft_update_list updates = {0};
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct party party;

	open_party(&party, state);
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
	    .change = change_of("bad", "1", "-"),
	    .data = weft_slice("{\"id\":\"other\"}")};
	struct party party;

	open_party(&party, state);
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

	open_party(&party, state);
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

/*
 * Section 3.6, and what goes beyond LoopBack
 */

static void
source_id__names_connector_and_model(void **state)
{
	struct weft_buf id = WEFT_BUF_INIT(100);
	struct party party;

	open_party(&party, state);
	fixture_ok(&party.fixture,
	    weft_source_id(party.source, "Todo", &id, &party.fixture.error));
	assert_non_null(strstr(id.data, "-Todo"));
	assert_int_equal(
	    weft_source_changes(party.source, "Nothing", -1, weft_slice(NULL),
		&(struct weft_change_list){0}, &party.fixture.error),
	    WEFT_ENOTFOUND);
	weft_buf_fini(&id);
	party_close(&party);
}

static void
source_checkpoint__counts_from_one(void **state)
{
	uint64_t checkpoint;
	struct party party;

	open_party(&party, state);
	fixture_ok(&party.fixture,
	    weft_source_current_checkpoint(
		party.source, &checkpoint, &party.fixture.error));
	assert_int_equal(checkpoint, 1);
	fixture_ok(&party.fixture,
	    weft_source_checkpoint(
		party.source, &checkpoint, &party.fixture.error));
	assert_int_equal(checkpoint, 2);
	party_close(&party);
}

static int
read_revision(struct party *party, const char *title, struct weft_buf *body)
{
	weft_buf_clear(body);
	return party->source->ops->revision(party->source, "Todo",
	    weft_slice("a"), weft_slice(title_rev("a", title)), body,
	    &party->fixture.error);
}

static void
source_revision__finds_what_is_current_pending_or_stored(void **state)
{
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct party party;

	party_open(&party, FIXTURE_SQLITE);
	party_put(&party, "a", "1");
	fixture_ok(&party.fixture,
	    weft_datasource_project(
		party.fixture.datasource, &party.fixture.error));
	party_put(&party, "a", "2");
	party_put(&party, "a", "3");
	fixture_ok(&party.fixture, read_revision(&party, "3", &body));
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"3\"}");
	fixture_ok(&party.fixture, read_revision(&party, "2", &body));
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"2\"}");
	fixture_ok(&party.fixture, read_revision(&party, "1", &body));
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"1\"}");
	assert_int_equal(read_revision(&party, "9", &body), WEFT_EGONE);
	/* What came and went between two commits of the store is not in it. */
	fixture_ok(&party.fixture,
	    weft_datasource_project(
		party.fixture.datasource, &party.fixture.error));
	assert_int_equal(read_revision(&party, "2", &body), WEFT_EGONE);
	fixture_ok(&party.fixture, read_revision(&party, "1", &body));
	weft_buf_fini(&body);
	party_close(&party);
}

static void
source_revision__is_gone_without_a_store(void **state)
{
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct party party;

	party_open(&party, FIXTURE_MEMORY);
	party_put(&party, "a", "1");
	party_put(&party, "a", "2");
	fixture_ok(&party.fixture, read_revision(&party, "2", &body));
	assert_int_equal(read_revision(&party, "1", &body), WEFT_EGONE);
	weft_buf_fini(&body);
	party_close(&party);
}

static int
count_consumer(const struct weft_consumer *consumer, void *context)
{
	struct weft_consumer *last = context;

	*last = *consumer;
	return 0;
}

static void
consumer_set__remembers_how_far_somebody_is(void **state)
{
	struct weft_consumer last = {.name = ""};
	struct party party;

	open_party(&party, state);
	party_put(&party, "a", "1");
	party_put(&party, "a", "2");
	party_put(&party, "a", "3");
	fixture_ok(&party.fixture,
	    weft_consumer_set(party.fixture.datasource, "mirror", "J \"X\"", 1,
		&party.fixture.error));
	fixture_ok(&party.fixture,
	    weft_consumer_each(party.fixture.datasource, count_consumer, &last,
		&party.fixture.error));
	assert_string_equal(last.name, "mirror");
	assert_string_equal(last.owner, "J \"X\"");
	assert_int_equal(last.position, 1);
	assert_int_equal(last.pending, 2);
	assert_int_equal(last.last_seen_ms, party.fixture.now_ms);
	fixture_ok(&party.fixture,
	    weft_consumer_remove(
		party.fixture.datasource, "mirror", &party.fixture.error));
	assert_int_equal(weft_consumer_remove(party.fixture.datasource,
			     "mirror", &party.fixture.error),
	    WEFT_ENOTFOUND);
	assert_int_equal(weft_consumer_set(party.fixture.datasource, "", "", 1,
			     &party.fixture.error),
	    WEFT_EINVAL);
	party_close(&party);
}

#define ON_EACH(test) \
	{#test " (memory)", test, NULL, NULL, (void *)&settings[0]}, \
	{ \
#test " (sqlite)", test, NULL, NULL, (void *)&settings[1] \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(source_last_change__follows_loopbacks_table),
	    ON_EACH(source_changes__leaves_out_what_came_and_went),
	    ON_EACH(source_changes__gives_each_record_once_at_its_last_change),
	    ON_EACH(source_changes__takes_a_since_from_the_future_as_none),
	    ON_EACH(source_changes__filters_records_but_not_deletions),
	    ON_EACH(source_changes__pages_tombstones_like_everything_else),
	    ON_EACH(source_changes__misses_nothing_that_changes_while_it_pages),
	    ON_EACH(source_changes__walks_when_the_journal_is_pruned),
	    ON_EACH(source_diff__compares_with_recent_changes),
	    ON_EACH(source_diff__compares_with_recent_deletions),
	    ON_EACH(source_diff__bases_changes_on_old_ones),
	    ON_EACH(source_diff__takes_what_is_unknown),
	    ON_EACH(source_diff__sees_nothing_new_in_an_echo),
	    ON_EACH(source_diff__does_not_take_a_revert_for_an_echo),
	    ON_EACH(source_create_updates__gives_data_for_each_type),
	    ON_EACH(source_create_updates__sends_what_the_record_is_by_now),
	    ON_EACH(source_create_updates__puts_deletions_first),
	    ON_EACH(source_bulk_update__judges_by_the_revision),
	    ON_EACH(source_bulk_update__replaces_whole_records),
	    ON_EACH(
		source_bulk_update__leaves_out_what_is_refused_and_commits_the_rest),
	    ON_EACH(source_bulk_update__makes_what_a_hook_changes_a_child),
	    ON_EACH(source_id__names_connector_and_model),
	    ON_EACH(source_checkpoint__counts_from_one),
	    cmocka_unit_test(
		source_revision__finds_what_is_current_pending_or_stored),
	    cmocka_unit_test(source_revision__is_gone_without_a_store),
	    ON_EACH(consumer_set__remembers_how_far_somebody_is),
	};

	return cmocka_run_group_tests_name("source_local", tests, NULL, NULL);
}
