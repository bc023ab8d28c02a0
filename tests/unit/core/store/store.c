/* Tests of core/store/store.h: reading records, blobs, commits, peers. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/store_fixture.h"

#define MODEL weft_slice("Todo")

static void
assert_body(struct store_fixture *fixture, const struct weft__oid *commit,
    const char *id, const char *body)
{
	struct weft_buf found = WEFT_BUF_INIT(1000);
	struct weft__store_record record;

	store_ok(fixture,
	    weft__store_get(fixture->store, commit, MODEL, weft_slice(id),
	        &record, &found, &fixture->error));
	assert_int_equal(record.deleted, body == NULL);
	if (body)
		assert_string_equal(found.data, body);
	weft_buf_fini(&found);
}

static int
get(struct store_fixture *fixture, const struct weft__oid *commit,
    const char *model, const char *id)
{
	struct weft__store_record record;

	return weft__store_get(fixture->store, commit, weft_slice(model),
	    weft_slice(id), &record, NULL, &fixture->error);
}

static void
store_get__reads_each_commit_as_it_was(void **state)
{
	struct store_fixture fixture;
	struct weft__oid first, second;
	struct weft__store_record record;

	store_fixture_open(&fixture);
	assert_int_equal(get(&fixture, NULL, "Todo", "a"), WEFT_ENOTFOUND);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_put(&fixture, "Todo", "b", "{\"v\":2}");
	store_project(&fixture);
	first = fixture.result.tip.commit.oid;
	store_put(&fixture, "Todo", "a", "{\"v\":3}");
	store_put(&fixture, "Todo", "b", NULL);
	store_project(&fixture);
	second = fixture.result.tip.commit.oid;
	store_put(&fixture, "Todo", "b", "{\"v\":4}");
	store_put(&fixture, "Todo", "a", NULL);
	store_put(&fixture, "Todo", "never", NULL);
	store_project(&fixture);
	assert_body(&fixture, &first, "a", "{\"v\":1}");
	assert_body(&fixture, &first, "b", "{\"v\":2}");
	assert_body(&fixture, &second, "a", "{\"v\":3}");
	assert_body(&fixture, &second, "b", NULL);
	assert_body(&fixture, NULL, "a", NULL);
	assert_body(&fixture, NULL, "b", "{\"v\":4}");
	store_ok(&fixture,
	    weft__store_get(fixture.store, NULL, MODEL, weft_slice("a"),
	        &record, NULL, &fixture.error));
	assert_memory_equal(
	    &record.prev, &fixture.feed.rows[2].blob, sizeof record.prev);
	store_ok(&fixture,
	    weft__store_get(fixture.store, NULL, MODEL, weft_slice("never"),
	        &record, NULL, &fixture.error));
	assert_true(record.deleted);
	assert_true(weft__oid_is_zero(&record.prev));
	assert_int_equal(get(&fixture, NULL, "Todo", "c"), WEFT_ENOTFOUND);
	assert_int_equal(get(&fixture, NULL, "Other", "a"), WEFT_ENOTFOUND);
	assert_int_equal(
	    get(&fixture, &first, "Todo", "never"), WEFT_ENOTFOUND);
	memset(&first, 7, sizeof first);
	assert_int_equal(get(&fixture, &first, "Todo", "a"), WEFT_ENOTFOUND);
	store_fixture_close(&fixture);
}

static void
store_get__says_when_the_body_does_not_fit(void **state)
{
	struct store_fixture fixture;
	struct weft_buf body = WEFT_BUF_INIT(7);
	struct weft__store_record record;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_put(&fixture, "Todo", "b", "{\"v\":10}");
	store_project(&fixture);
	store_ok(&fixture,
	    weft__store_get(fixture.store, NULL, MODEL, weft_slice("a"),
	        &record, &body, &fixture.error));
	weft_buf_clear(&body);
	assert_int_equal(weft__store_get(fixture.store, NULL, MODEL,
	                     weft_slice("b"), &record, &body, &fixture.error),
	    WEFT_ELIMIT);
	assert_int_equal(body.size, 0);
	weft_buf_fini(&body);
	store_fixture_close(&fixture);
}

static void
store_read_blob__by_id_and_by_its_start(void **state)
{
	struct store_fixture fixture;
	struct weft_buf out = WEFT_BUF_INIT(1000);
	struct weft__oid oid, whole;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_project(&fixture);
	oid = fixture.feed.rows[0].blob;
	store_ok(&fixture, weft__store_read_blob(fixture.store, &oid, &out,
	                       &fixture.error));
	assert_string_equal(out.data, "{\"v\":1}");
	store_ok(&fixture,
	    weft__store_read_blob_prefix(fixture.store, oid.bytes, 8, &out,
	        &whole, &fixture.error));
	assert_string_equal(out.data, "{\"v\":1}{\"v\":1}");
	assert_memory_equal(&whole, &oid, sizeof whole);
	store_ok(&fixture,
	    weft__store_read_blob_prefix(fixture.store, oid.bytes, 20, &out,
	        NULL, &fixture.error));
	assert_int_equal(
	    weft__store_read_blob_prefix(fixture.store, oid.bytes, 3, &out,
	        NULL, &fixture.error),
	    WEFT_EINVAL);
	assert_int_equal(
	    weft__store_read_blob_prefix(fixture.store, oid.bytes, 21, &out,
	        NULL, &fixture.error),
	    WEFT_EINVAL);
	oid.bytes[7] ^= 1;
	assert_int_equal(weft__store_read_blob(
	                     fixture.store, &oid, &out, &fixture.error),
	    WEFT_ENOTFOUND);
	assert_int_equal(
	    weft__store_read_blob_prefix(fixture.store, oid.bytes, 8, &out,
	        &whole, &fixture.error),
	    WEFT_ENOTFOUND);
	/* A commit is no blob. */
	assert_int_equal(
	    weft__store_read_blob(fixture.store,
	        &fixture.result.tip.commit.oid, &out, &fixture.error),
	    WEFT_EDAMAGED);
	weft_buf_fini(&out);
	store_fixture_close(&fixture);
}

static void
store_tip__sees_what_another_store_writes(void **state)
{
	struct store_fixture fixture;
	struct weft__store *reader;
	struct weft__store_tip tip;
	struct weft__oid root;

	store_fixture_open(&fixture);
	store_ok(&fixture,
	    weft__store_open(fixture.path, STORE_SOURCE, WEFT__STORE_READ,
	        &reader, &fixture.error));
	store_ok(&fixture, weft__store_tip(reader, &tip, &fixture.error));
	assert_false(tip.exists);
	for (int i = 0; i < 3; i++) {
		store_put(&fixture, "Todo", "a", i % 2 ? "{}" : "{\"a\":1}");
		fixture.feed.checkpoint++;
		store_project(&fixture);
		/* Whatever git does with the packs meanwhile. */
		store_shell(&fixture, "git gc -q --prune=now", "");
		store_ok(
		    &fixture, weft__store_tip(reader, &tip, &fixture.error));
		assert_true(tip.exists);
		assert_int_equal(tip.commit.seq, i + 1);
		assert_string_equal(tip.commit.epoch, STORE_EPOCH);
		assert_int_equal(tip.commit.checkpoint_first, i + 1);
		assert_int_equal(tip.commit.checkpoint_last, i + 1);
		assert_int_equal(tip.commit.changes, 1);
		assert_memory_equal(&tip.commit, &fixture.result.tip.commit,
		    sizeof tip.commit);
		store_ok(&fixture,
		    weft__store_root(reader, MODEL, &root, &fixture.error));
		store_assert_root_is(
		    &fixture, "Todo", WEFT__STORE_LIVE, &root);
	}
	weft__store_close(reader);
	store_fixture_close(&fixture);
}

struct log {
	uint64_t seqs[10];
	size_t count;
	size_t stop_after;
};

static int
note_commit(const struct weft__store_commit *commit, void *context)
{
	struct log *log = context;

	log->seqs[log->count++] = commit->seq;
	return log->count == log->stop_after ? 77 : 0;
}

static void
store_log__goes_from_the_newest_backwards(void **state)
{
	struct store_fixture fixture;
	struct weft__oid second = {{0}};
	struct log log = {{0}};

	store_fixture_open(&fixture);
	store_ok(&fixture, weft__store_log(fixture.store, NULL, 0,
	                       note_commit, &log, &fixture.error));
	assert_int_equal(log.count, 0);
	for (int i = 1; i <= 4; i++) {
		store_put(&fixture, "Todo", "a", i % 2 ? "{}" : "{\"a\":1}");
		store_project(&fixture);
		if (i == 2)
			second = fixture.result.tip.commit.oid;
	}
	store_ok(&fixture, weft__store_log(fixture.store, NULL, 0,
	                       note_commit, &log, &fixture.error));
	assert_int_equal(log.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(log.seqs[i], 4 - i);
	log.count = 0;
	store_ok(&fixture, weft__store_log(fixture.store, NULL, 3,
	                       note_commit, &log, &fixture.error));
	assert_int_equal(log.count, 3);
	log.count = 0;
	store_ok(&fixture, weft__store_log(fixture.store, &second, 3,
	                       note_commit, &log, &fixture.error));
	assert_int_equal(log.count, 2);
	assert_int_equal(log.seqs[0], 2);
	log = (struct log){.stop_after = 2};
	assert_int_equal(weft__store_log(fixture.store, NULL, 0, note_commit,
	                     &log, &fixture.error),
	    77);
	store_fixture_close(&fixture);
}

static void
store_peer__remembers_a_commit(void **state)
{
	struct store_fixture fixture;
	struct weft__oid first, found;
	const char *name = "http://peer/api Todo {}";
	struct weft_slice peer = weft_slice(name);

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	first = fixture.result.tip.commit.oid;
	assert_int_equal(
	    store_read_peer(&fixture, name, &found), WEFT_ENOTFOUND);
	store_ok(&fixture, weft__store_peer_set(fixture.store, peer, &first,
	                       &fixture.error));
	store_put(&fixture, "Todo", "a", NULL);
	store_project(&fixture);
	store_ok(&fixture, store_read_peer(&fixture, name, &found));
	assert_memory_equal(&found, &first, sizeof found);
	store_ok(&fixture,
	    weft__store_peer_set(fixture.store, peer,
	        &fixture.result.tip.commit.oid, &fixture.error));
	store_ok(&fixture, store_read_peer(&fixture, name, &found));
	assert_memory_equal(
	    &found, &fixture.result.tip.commit.oid, sizeof found);
	/* A blob is no commit; nobody is nobody. */
	assert_int_equal(weft__store_peer_set(fixture.store, peer,
	                     &fixture.feed.rows[0].blob, &fixture.error),
	    WEFT_EDAMAGED);
	memset(&found, 9, sizeof found);
	assert_int_equal(weft__store_peer_set(fixture.store, peer, &found,
	                     &fixture.error),
	    WEFT_ENOTFOUND);
	assert_int_equal(weft__store_peer_set(fixture.store, weft_slice(""),
	                     &first, &fixture.error),
	    WEFT_EINVAL);
	weft__store_unlock(fixture.store);
	assert_int_equal(weft__store_peer_set(fixture.store, peer, &first,
	                     &fixture.error),
	    WEFT_EINVAL);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

static void
store__of_two_sources_share_a_repository(void **state)
{
	struct store_fixture fixture;
	struct weft__store *other;
	struct weft__store_tip tip;
	struct weft__project_result result;
	struct weft__feed feed;
	struct weft__oid one, two;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	weft__store_unlock(fixture.store);
	store_ok(&fixture,
	    weft__store_open(fixture.path, "peer", WEFT__STORE_CREATE, &other,
	        &fixture.error));
	store_ok(&fixture, weft__store_lock(other, "test", &fixture.error));
	store_ok(&fixture, weft__store_tip(other, &tip, &fixture.error));
	assert_false(tip.exists);
	feed = memory_feed(&fixture.feed);
	store_ok(&fixture, weft__project(other, &feed, "epoch-2",
	                       &result, &fixture.error));
	store_ok(&fixture, weft__store_root(fixture.store, weft_slice("Todo"),
	                       &one, &fixture.error));
	store_ok(&fixture, weft__store_root(other, weft_slice("Todo"), &two,
	                       &fixture.error));
	assert_memory_equal(&one, &two, sizeof one);
	store_assert_fsck(&fixture);
	weft__store_close(other);
	store_fixture_close(&fixture);
}

static void
store__reports_a_tip_that_cannot_be_read(void **state)
{
	static const char *const commands[] = {
	    "echo 1234567890123456789012345678901234567890 > refs/weft/db",
	    "git rev-parse refs/weft/db^{tree} > new && mv new refs/weft/db",
	    "echo rubbish > refs/weft/db", "rm objects/pack/*"};
	struct store_fixture fixture;
	struct weft__store_tip tip;
	struct weft__oid root;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		store_fixture_open(&fixture);
		store_put(&fixture, "Todo", "a", "{}");
		store_project(&fixture);
		store_shell(&fixture, commands[i], NULL);
		store_fixture_reopen(&fixture);
		assert_int_equal(weft__store_tip(fixture.store, &tip,
		                     &fixture.error),
		    WEFT_EDAMAGED);
		assert_int_equal(fixture.error.code, WEFT_EDAMAGED);
		assert_int_equal(weft__store_root(fixture.store, MODEL, &root,
		                     &fixture.error),
		    WEFT_EDAMAGED);
		store_fixture_close(&fixture);
	}
}

static void
set_aside__keeps_it_under_a_free_name(void **state)
{
	struct store_fixture fixture;
	struct weft__store *store;
	struct weft_buf kept = WEFT_BUF_INIT(4096);
	char wanted[128];

	store_fixture_open(&fixture);
	assert_int_equal(weft__store_set_aside(
	                     fixture.path, "test", &kept, &fixture.error),
	    WEFT_ELOCKED);
	weft__store_unlock(fixture.store);
	store_ok(&fixture, weft__store_set_aside(
	                       fixture.path, "test", &kept, &fixture.error));
	snprintf(wanted, sizeof wanted, "%s.damaged-1", fixture.path);
	assert_string_equal(kept.data, wanted);
	/* It is all there. */
	store_ok(&fixture, weft__store_open(wanted, STORE_SOURCE,
	                       WEFT__STORE_READ, &store, &fixture.error));
	weft__store_close(store);
	/* Nothing to be kept. */
	weft_buf_clear(&kept);
	store_ok(&fixture, weft__store_set_aside(
	                       fixture.path, "test", &kept, &fixture.error));
	assert_int_equal(kept.size, 0);
	store_fixture_reopen(&fixture);
	weft__store_unlock(fixture.store);
	store_ok(&fixture, weft__store_set_aside(
	                       fixture.path, "test", &kept, &fixture.error));
	snprintf(wanted, sizeof wanted, "%s.damaged-2", fixture.path);
	assert_string_equal(kept.data, wanted);
	weft_buf_fini(&kept);
	store_fixture_reopen(&fixture);
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(set_aside__keeps_it_under_a_free_name),
	    cmocka_unit_test(store_get__reads_each_commit_as_it_was),
	    cmocka_unit_test(store_get__says_when_the_body_does_not_fit),
	    cmocka_unit_test(store_read_blob__by_id_and_by_its_start),
	    cmocka_unit_test(store_tip__sees_what_another_store_writes),
	    cmocka_unit_test(store_log__goes_from_the_newest_backwards),
	    cmocka_unit_test(store_peer__remembers_a_commit),
	    cmocka_unit_test(store__of_two_sources_share_a_repository),
	    cmocka_unit_test(store__reports_a_tip_that_cannot_be_read),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
