/*
 * Tests of models/source/local_changes.c: LoopBack's rules of changes (LoopBack
 * 3 replication, sections 2.2, 3.1) on real databases.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "models/transaction.h"
#include "tests/lib/pair.h"

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

	party_open_state(&party, state);
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

	party_open_state(&party, state);
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

	party_open_state(&party, state);
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

	party_open_state(&party, state);
	party_put(&party, "a", "1");
	assert_string_equal(changes_since(&party, 2, NULL), "a ");
	party_close(&party);
}

static void
source_changes__filters_records_but_not_deletions(void **state)
{
	const char *where = "{\"where\":{\"title\":\"x\"}}";
	struct party party;

	party_open_state(&party, state);
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

	party_open_state(&party, state);
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

		party_open_state(&party, state);
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

/* Tombstones come to life when records have been walked over already. */
static void
revive_late(struct party *party, int page)
{
	if (page != 1)
		return;
	party_put(party, "t4", "again");
	party_put(party, "t5", "again");
}

static void
source_changes__misses_no_tombstone_that_comes_to_life(void **state)
{
	struct weft_change_list list = {0};
	struct party party;
	char id[16];

	party_open_state(&party, state);
	party_put(&party, "a", "x");
	party_put(&party, "b", "x");
	for (int i = 0; i < 6; i++) {
		snprintf(id, sizeof id, "t%d", i);
		party_put(&party, id, "x");
	}
	fixture_checkpoint(&party.fixture);
	for (int i = 0; i < 6; i++) {
		snprintf(id, sizeof id, "t%d", i);
		party_delete(&party, id);
	}
	read_paged(&party, -1, 2, revive_late, &list);
	assert_int_equal(list.length, 8);
	for (int i = 0; i < 6; i++) {
		snprintf(id, sizeof id, "t%d", i);
		assert_int_equal(count_id(&list, id), 1);
	}
	weft_change_list_fini(&list);
	party_close(&party);
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

	party_open_state(&party, state);
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
	    ON_EACH(source_changes__misses_no_tombstone_that_comes_to_life),
	    ON_EACH(source_changes__walks_when_the_journal_is_pruned),
	};

	return cmocka_run_group_tests_name(
	    "source_local_changes", tests, NULL, NULL);
}
