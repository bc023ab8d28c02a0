/* Tests of core/store/commit.h. */
#include "tests/lib/test.h"

#include "core/store/commit.h"

static const char text_of_first[] =
    "tree 3131313131313131313131313131313131313131\n"
    "author weft <weft@localhost> 1700000000 +0000\n"
    "committer weft <weft@localhost> 1700000000 +0000\n"
    "\n"
    "Checkpoint 12: 1 change\n"
    "\n"
    "Seq: 4711\n"
    "Epoch: e-1\n"
    "Checkpoints: 12-12\n"
    "Changes: 1\n";

static const char text_of_second[] =
    "tree 3131313131313131313131313131313131313131\n"
    "parent 3232323232323232323232323232323232323232\n"
    "author weft <weft@localhost> 0 +0000\n"
    "committer weft <weft@localhost> 0 +0000\n"
    "\n"
    "Checkpoints 0-18446744073709551615: 0 changes\n"
    "\n"
    "Seq: 18446744073709551615\n"
    "Epoch: e-1\n"
    "Checkpoints: 0-18446744073709551615\n"
    "Changes: 0\n";

static void
assert_round_trip(struct weft__store_commit *commit, const char *expected)
{
	struct weft__store_commit parsed;
	char text[WEFT__COMMIT_ROOM];
	size_t size = weft__commit_format(commit, text);

	assert_int_equal(size, strlen(expected));
	assert_string_equal(text, expected);
	assert_int_equal(weft__commit_parse(weft_slice(text), &parsed), 0);
	assert_memory_equal(&parsed.tree, &commit->tree, 20);
	assert_memory_equal(&parsed.parent, &commit->parent, 20);
	assert_true(parsed.seq == commit->seq);
	assert_string_equal(parsed.epoch, commit->epoch);
	assert_true(parsed.checkpoint_first == commit->checkpoint_first);
	assert_true(parsed.checkpoint_last == commit->checkpoint_last);
	assert_true(parsed.changes == commit->changes);
	assert_true(parsed.time_ms == commit->time_ms / 1000 * 1000);
}

static void
commit_format__gives_the_text_of_the_format(void **state)
{
	struct weft__store_commit commit = {.seq = 4711,
	    .epoch = "e-1",
	    .checkpoint_first = 12,
	    .checkpoint_last = 12,
	    .changes = 1,
	    .time_ms = 1700000000999};
	struct weft__oid oid;

	memset(&commit.tree, '1', 20);
	assert_round_trip(&commit, text_of_first);
	weft__object_id(
	    "commit", text_of_first, sizeof text_of_first - 1, &oid);
	assert_memory_equal(&commit.oid, &oid, 20);
	memset(&commit.parent, '2', 20);
	commit.seq = commit.checkpoint_last = UINT64_MAX;
	commit.checkpoint_first = commit.changes = commit.time_ms = 0;
	assert_round_trip(&commit, text_of_second);
}

static void
commit_parse__takes_more_trailers(void **state)
{
	struct weft__store_commit commit;
	char text[sizeof text_of_first + 16];

	memcpy(text, text_of_first, sizeof text_of_first);
	memcpy(text + sizeof text_of_first - 1, "Weather: fine\n", 15);
	assert_int_equal(weft__commit_parse(weft_slice(text), &commit), 0);
	assert_int_equal(commit.changes, 1);
}

static void
commit_parse__refuses_every_damage(void **state)
{
	struct weft__store_commit commit;
	char text[sizeof text_of_second];
	size_t subject = (size_t)(strstr(text_of_second, "committer") -
	    text_of_second);
	size_t trailers =
	    (size_t)(strstr(text_of_second, "\n\nSeq") - text_of_second);

	for (size_t size = 0; size < sizeof text_of_second - 1; size++)
		assert_int_equal(
		    weft__commit_parse(
		        weft_slice_of(text_of_second, size), &commit),
		    WEFT_EDAMAGED);
	/* What people read may say anything. */
	for (size_t i = 0; i < sizeof text_of_second - 1; i++) {
		if (i >= subject && i < trailers)
			continue;
		memcpy(text, text_of_second, sizeof text);
		text[i] = '\1';
		assert_int_equal(weft__commit_parse(
		                     weft_slice(text), &commit),
		    WEFT_EDAMAGED);
	}
}

static void
commit_is_epoch__takes_64_printable_characters(void **state)
{
	char epoch[WEFT__EPOCH_SIZE + 1];

	memset(epoch, 'e', sizeof epoch);
	epoch[WEFT__EPOCH_SIZE - 1] = '\0';
	assert_true(weft__commit_is_epoch(epoch));
	epoch[WEFT__EPOCH_SIZE - 1] = 'e';
	epoch[WEFT__EPOCH_SIZE] = '\0';
	assert_false(weft__commit_is_epoch(epoch));
	assert_false(weft__commit_is_epoch(""));
	assert_false(weft__commit_is_epoch("a b"));
	assert_false(weft__commit_is_epoch("a\n"));
	assert_false(weft__commit_is_epoch("\xc3\xa4"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commit_format__gives_the_text_of_the_format),
	    cmocka_unit_test(commit_parse__takes_more_trailers),
	    cmocka_unit_test(commit_parse__refuses_every_damage),
	    cmocka_unit_test(commit_is_epoch__takes_64_printable_characters),
	};

	return cmocka_run_group_tests_name("commit", tests, NULL, NULL);
}
