/* Tests of weft__project(): core/store/project.c and what it stands on. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "tests/lib/faulty_files.h"
#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

static void
project__writes_a_commit_that_git_understands(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"id\":\"a\"}");
	fixture.feed.checkpoint = 2;
	store_put(&fixture, "Todo", "b", "{\"id\":\"b\"}");
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 1);
	store_assert_roots(&fixture, "Todo");
	store_assert_fsck(&fixture);
	store_shell(&fixture, "git log --format='%an <%ae> %at%n%B'",
	    "weft <weft@localhost> 1700000000\n"
	    "Checkpoints 1-2: 2 changes\n\n"
	    "Seq: 2\nEpoch: epoch-1\nCheckpoints: 1-2\nChanges: 2\n\n");
	store_shell(&fixture, "git ls-tree -r refs/weft/db",
	    "100644 blob 343751fc15afae7e927c04d72725f2727b697fba\t"
	    "Todo/r/a\n"
	    "100644 blob c24184657ffca495c5e03bc72155da3d267a9567\t"
	    "Todo/r/b\n");
	store_fixture_close(&fixture);
}

static void
project__equals_the_plain_model_after_random_changes(void **state)
{
	uint64_t seed = 1;
	struct random random;
	struct store_fixture fixture;
	char id[32], body[64];

	random_seed_given(&seed);
	random.state = seed;
	store_fixture_open(&fixture);
	for (int round = 0; round < 60; round++) {
		uint64_t range = 1 + random_below(&random, 600);
		uint64_t count = 1 + random_below(&random, 300);
		uint64_t deletes = random_below(&random, 100);

		for (uint64_t i = 0; i < count; i++) {
			snprintf(id, sizeof id, "id-%llu",
			    (unsigned long long)random_below(&random, range));
			snprintf(body, sizeof body, "{\"n\":%llu}",
			    (unsigned long long)random_below(&random, 5));
			store_put(&fixture, "Todo", id,
			    random_below(&random, 100) < deletes ? NULL
			                                         : body);
		}
		store_project(&fixture);
		store_assert_roots(&fixture, "Todo");
	}
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

/* Projects and expects this error. */
static void
assert_refused(struct store_fixture *fixture, const struct weft__feed *feed,
    const char *epoch, int code)
{
	struct weft__project_result result;

	fixture->error.code = 0;
	assert_int_equal(weft__project(fixture->store, feed, epoch, &result,
	                     &fixture->error),
	    code);
	assert_int_equal(fixture->error.code, code);
	assert_int_equal(result.commits, 0);
}

static void
project__of_nothing_new_makes_no_commit(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 0);
	assert_false(fixture.result.tip.exists);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 0);
	assert_int_equal(fixture.result.tip.commit.seq, 1);
	store_fixture_close(&fixture);
}

static void
project__takes_a_record_once_in_its_last_state(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	store_put(&fixture, "Note", "a", "{\"v\":2}");
	store_put(&fixture, "Todo", "a", NULL);
	store_put(&fixture, "Todo", "a", "{\"v\":3}");
	store_project(&fixture);
	assert_int_equal(fixture.result.rows, 4);
	assert_int_equal(fixture.result.changes, 2);
	assert_int_equal(fixture.result.tip.commit.changes, 2);
	assert_int_equal(fixture.feed.states, 2);
	store_assert_roots(&fixture, "Todo");
	store_assert_roots(&fixture, "Note");
	/* States in between are not in the repository. */
	store_shell(&fixture,
	    "git cat-file --batch-all-objects --batch-check='%(objecttype)' |"
	    " sort | uniq -c | tr -d ' '",
	    "2blob\n1commit\n5tree\n");
	store_fixture_close(&fixture);
}

static void
project__removes_empty_folders(void **state)
{
	struct store_fixture fixture;
	struct weft__feed feed;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_put(&fixture, "Note", "b", "{}");
	store_project(&fixture);
	store_put(&fixture, "Todo", "a", NULL);
	store_project(&fixture);
	store_shell(&fixture, "git ls-tree -r --name-only HEAD",
	    "Note/r/b\nTodo/d/a\n");
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	store_shell(&fixture, "git ls-tree -r --name-only HEAD",
	    "Note/r/b\nTodo/r/a\n");
	/* Rows of records of which nothing is known any more. */
	store_put(&fixture, "Todo", "a", NULL);
	store_put(&fixture, "Note", "b", NULL);
	fixture.feed.forgets = true;
	feed = memory_feed(&fixture.feed);
	store_ok(&fixture, weft__project(fixture.store, &feed, STORE_EPOCH,
	                       &fixture.result, &fixture.error));
	store_shell(&fixture, "git ls-tree -r --name-only HEAD", "");
	store_assert_fsck(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	fixture.feed.forgets = false;
	store_project(&fixture);
	store_shell(
	    &fixture, "git ls-tree -r --name-only HEAD", "Todo/r/a\n");
	store_fixture_close(&fixture);
}

static void
project__leaves_what_it_does_not_know(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_put(&fixture, "Note", "a", "{}");
	store_project(&fixture);
	store_shell(&fixture,
	    "export GIT_INDEX_FILE=index && git read-tree HEAD &&"
	    " b=$(echo x | git hash-object -w --stdin) &&"
	    " git update-index --add --cacheinfo 100644,$b,Todo/b/x &&"
	    " t=$(git write-tree) && git cat-file commit HEAD |"
	    " sed s/^tree.*/tree\\ $t/ | git hash-object -t commit -w --stdin"
	    " > c && git update-ref refs/weft/db $(cat c) &&"
	    " git repack -adq 2>/dev/null",
	    NULL);
	store_put(&fixture, "Todo", "b", "{}");
	store_project(&fixture);
	store_shell(&fixture, "git ls-tree -r --name-only refs/weft/db",
	    "Note/r/a\nTodo/b/x\nTodo/r/a\nTodo/r/b\n");
	store_assert_verify(&fixture);
	store_fixture_close(&fixture);
}

static void
project__begins_anew_in_a_new_epoch(void **state)
{
	struct store_fixture fixture;
	struct weft__oid before;
	struct weft__feed feed;

	store_fixture_open(&fixture);
	for (int i = 0; i < 5; i++)
		store_put(&fixture, "Todo", &"abcde"[i], "{}");
	store_project(&fixture);
	before = fixture.result.tip.commit.oid;
	/* A journal that knows nothing of it. */
	memory_feed_fini(&fixture.feed);
	memory_feed_init(&fixture.feed);
	store_put(&fixture, "Todo", "x", "{}");
	feed = memory_feed(&fixture.feed);
	store_ok(&fixture, weft__project(fixture.store, &feed, "epoch-2",
	                       &fixture.result, &fixture.error));
	assert_int_equal(fixture.result.commits, 1);
	assert_memory_equal(&fixture.result.tip.commit.parent, &before,
	    sizeof before);
	assert_int_equal(fixture.result.tip.commit.seq, 1);
	store_assert_roots(&fixture, "Todo");
	store_put(&fixture, "Todo", "y", "{}");
	store_ok(&fixture, weft__project(fixture.store, &feed, "epoch-2",
	                       &fixture.result, &fixture.error));
	assert_int_equal(fixture.result.rows, 1);
	store_assert_roots(&fixture, "Todo");
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

/* More rows than are read at a time: many records, of which some return. */
static void
project__makes_one_commit_of_many_rows(void **state)
{
	struct store_fixture fixture;
	struct weft_buf body = WEFT_BUF_INIT(4096);
	char id[400];

	store_fixture_open(&fixture);
	/* A leaf of each trie, whose records stay, change, go. */
	for (unsigned i = 0; i < 40; i++) {
		snprintf(id, sizeof id, "old-%u", i);
		store_put(&fixture, "Todo", id, i % 3 ? "{}" : NULL);
	}
	store_put(&fixture, "Other", "x", "{}");
	store_project(&fixture);
	for (unsigned i = 0; i <= WEFT_LIMIT_PROJECT_ROWS; i++) {
		snprintf(id, sizeof id, "%s-%0*u", i % 9 ? "new" : "old",
		    i % 100 ? 1 : 300, i % 2000);
		weft_buf_clear(&body);
		store_ok(&fixture, weft_buf_printf(&body, "{\"n\":%u}", i));
		store_put(&fixture, i % 7 ? "Todo" : "Third", id,
		    i % 5 ? body.data : NULL);
	}
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 1);
	assert_int_equal(fixture.result.rows, WEFT_LIMIT_PROJECT_ROWS + 1);
	store_assert_roots(&fixture, "Todo");
	store_assert_roots(&fixture, "Third");
	store_assert_roots(&fixture, "Other");
	store_assert_verify(&fixture);
	store_assert_fsck(&fixture);
	weft_buf_fini(&body);
	store_fixture_close(&fixture);
}

static void
project__counts_a_record_once(void **state)
{
	struct store_fixture fixture;
	char id[16], body[16];

	store_fixture_open(&fixture);
	for (unsigned i = 0; i <= WEFT_LIMIT_PROJECT_ROWS; i++) {
		snprintf(id, sizeof id, "id-%u", i % 100);
		snprintf(body, sizeof body, "{\"n\":%u}", i);
		store_put(&fixture, "Todo", id, body);
	}
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 1);
	assert_int_equal(fixture.result.changes, 100);
	assert_int_equal(fixture.result.tip.commit.changes, 100);
	store_assert_roots(&fixture, "Todo");
	store_fixture_close(&fixture);
}

/* A trie that many changes leave nothing of, or next to nothing. */
static void
project__removes_many_records(void **state)
{
	struct store_fixture fixture;
	char id[16];

	store_fixture_open(&fixture);
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(id, sizeof id, "id-%u", i);
		store_put(&fixture, "Todo", id, "{}");
	}
	store_project(&fixture);
	for (unsigned i = 0; i < WEFT_LIMIT_PROJECT_ROWS; i++) {
		snprintf(id, sizeof id, "id-%u", i % 2950);
		store_put(&fixture, "Todo", id, NULL);
	}
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 1);
	store_assert_roots(&fixture, "Todo");
	for (unsigned i = 0; i < WEFT_LIMIT_PROJECT_ROWS; i++) {
		snprintf(id, sizeof id, "id-%u", i % 3000);
		store_put(&fixture, "Todo", id, NULL);
	}
	store_project(&fixture);
	store_assert_roots(&fixture, "Todo");
	store_assert_verify(&fixture);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

static void
project__gives_the_same_commits_in_another_repository(void **state)
{
	struct store_fixture a, b;
	char id[16];

	store_fixture_open(&a);
	store_fixture_open(&b);
	for (int i = 0; i < 300; i++) {
		snprintf(id, sizeof id, "id-%d", i % 150);
		store_put(&a, "Todo", id, i < 200 ? "{}" : NULL);
		store_put(&b, "Todo", id, i < 200 ? "{}" : NULL);
	}
	store_project(&a);
	store_project(&b);
	assert_memory_equal(&a.result.tip.commit.oid,
	    &b.result.tip.commit.oid, sizeof(struct weft__oid));
	store_fixture_close(&a);
	store_fixture_close(&b);
}

static int
find_last(void *context, uint64_t *seq, struct weft_error *error)
{
	*seq = 1000;
	return 0;
}

static int
give_row(void *context, uint64_t after, size_t limit,
    int (*each)(const struct weft__feed_row *row, void *each_context),
    void *each_context, struct weft_error *error)
{
	return each(context, each_context);
}

static int
give_nothing(void *context, struct weft_slice model, struct weft_slice id,
    uint64_t as_of, struct weft__feed_state *state, struct weft_error *error)
{
	return 0;
}

static void
project__refuses_rows_that_cannot_be(void **state)
{
	static char text[WEFT_LIMIT_ID_SIZE + 1];
	struct store_fixture fixture;
	struct weft__feed_row row = {1, {text, 3}, {text, 3}, 1, 1};
	struct weft__feed feed = {&row, find_last, give_row, give_nothing};
	const struct weft__feed_row wrong[] = {
	    {0, {text, 3}, {text, 3}, 1, 1},
	    {1, {text, WEFT_LIMIT_NAME_SIZE + 1}, {text, 3}, 1, 1},
	    {1, {text, 0}, {text, 3}, 1, 1},
	    {1, {NULL, 0}, {text, 3}, 1, 1},
	    {1, {text, 3}, {text, WEFT_LIMIT_ID_SIZE + 1}, 1, 1},
	    {1, {text, 3}, {NULL, 0}, 1, 1},
	};

	memset(text, 't', sizeof text);
	store_fixture_open(&fixture);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		row = wrong[i];
		assert_refused(&fixture, &feed, STORE_EPOCH, WEFT_EINVAL);
	}
	/* At the limits, and an id of no bytes. */
	row = (struct weft__feed_row){1, {text, WEFT_LIMIT_NAME_SIZE},
	    {text, WEFT_LIMIT_ID_SIZE}, 1, 1};
	store_ok(&fixture, weft__project(fixture.store, &feed, STORE_EPOCH,
	                       &fixture.result, &fixture.error));
	row = (struct weft__feed_row){2, {text, 1}, {text, 0}, 1, 1};
	store_ok(&fixture, weft__project(fixture.store, &feed, STORE_EPOCH,
	                       &fixture.result, &fixture.error));
	/* The same row again. */
	assert_refused(&fixture, &feed, STORE_EPOCH, WEFT_EINVAL);
	assert_refused(&fixture, &feed, "", WEFT_EINVAL);
	assert_refused(&fixture, &feed, "two words", WEFT_EINVAL);
	weft__store_unlock(fixture.store);
	assert_refused(&fixture, &feed, STORE_EPOCH, WEFT_EINVAL);
	store_fixture_close(&fixture);
}

static void
project__stops_where_the_feed_fails(void **state)
{
	struct store_fixture fixture;
	struct weft__feed feed;
	char id[16];

	store_fixture_open(&fixture);
	feed = memory_feed(&fixture.feed);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		store_put(&fixture, "Todo", id, "{}");
	}
	fixture.feed.fail_state_after = 50;
	assert_refused(&fixture, &feed, STORE_EPOCH, WEFT_EDATABASE);
	assert_string_equal(fixture.error.text, "the database is gone");
	assert_int_equal(store_count_files(&fixture, ".pack"), 1);
	assert_int_equal(store_count_files(&fixture, ".tmp"), 0);
	store_project(&fixture);
	store_assert_roots(&fixture, "Todo");
	store_fixture_close(&fixture);
}

static void
project__refuses_a_body_that_is_not_its_revision(void **state)
{
	struct store_fixture fixture;
	struct weft__feed feed;

	store_fixture_open(&fixture);
	feed = memory_feed(&fixture.feed);
	store_put(&fixture, "Todo", "a", "{\"v\":1}");
	fixture.feed.rows[0].body[5] = '2';
	assert_refused(&fixture, &feed, STORE_EPOCH, WEFT_EDAMAGED);
	assert_non_null(strstr(fixture.error.text, "\"a\""));
	fixture.feed.rows[0].body[5] = '1';
	store_project(&fixture);
	store_assert_roots(&fixture, "Todo");
	/* An unknown revision is no wrong one. */
	store_put(&fixture, "Todo", "a", "{\"v\":3}");
	memset(&fixture.feed.rows[1].blob, 0, sizeof(struct weft__oid));
	store_project(&fixture);
	store_shell(&fixture, "git show HEAD:Todo/r/a", "{\"v\":3}");
	store_fixture_close(&fixture);
}

/* Runs git's garbage collector before one of the writer's steps. */
struct collector {
	struct store_fixture *fixture;
	uint64_t at;
};

static void
collect(uint64_t call, void *context)
{
	struct collector *collector = context;

	/* What `git gc` does, but not ending where we hold the ref's lock. */
	if (call == collector->at)
		store_shell(collector->fixture,
		    "git pack-refs --all 2>/dev/null;"
		    " git repack -adq && git prune --expire=now",
		    "");
}

static void
project__bears_gits_garbage_collector_at_any_step(void **state)
{
	struct store_fixture fixture;
	struct collector collector = {&fixture, 0};
	char id[16];
	uint64_t calls = 1;

	faulty_files_count();
	store_fixture_open(&fixture);
	for (int i = 0; i < 200; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		store_put(&fixture, "Todo", id, "{}");
	}
	store_project(&fixture);
	for (; collector.at < calls; collector.at++) {
		/* Content that was there before, and is there again. */
		store_put(&fixture, "Todo", "id-0",
		    collector.at % 2 ? "{}" : "{\"v\":1}");
		faulty_files_watch(collect, &collector);
		store_project(&fixture);
		calls = faulty_files_calls();
		faulty_files_count();
		store_assert_verify(&fixture);
	}
	store_assert_roots(&fixture, "Todo");
	store_assert_fsck(&fixture);
	faulty_files_off();
	store_fixture_close(&fixture);
}

/* A power failure may leave the index without its pack; writing the same
 * objects again gives the same name. */
static void
project__replaces_an_index_that_has_lost_its_pack(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	store_shell(&fixture,
	    "rm objects/pack/*.pack refs/weft/db refs/heads/db", "");
	store_fixture_reopen(&fixture);
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 1);
	store_assert_verify(&fixture);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

/* Collects garbage in a process of its own until "stop" is there. */
static pid_t
start_collecting(struct store_fixture *fixture)
{
	pid_t child = fork();

	if (child)
		return child;
	if (chdir(fixture->path) ||
	    execlp("sh", "sh", "-c",
	        "while [ ! -e stop ]; do"
	        " git gc -q --prune=now && touch collected; done"
	        " >/dev/null 2>&1",
	        (char *)NULL))
		_exit(1);
	return 0;
}

static void
project__goes_on_while_git_collects_garbage(void **state)
{
	struct store_fixture fixture;
	char id[16], body[32];
	pid_t child;
	int status;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	child = start_collecting(&fixture);
	assert_true(child > 0);
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof id, "id-%d", i % 17);
		snprintf(body, sizeof body, "{\"n\":%d}", i % 5);
		store_put(&fixture, "Todo", id, i % 11 ? body : NULL);
		store_project(&fixture);
		store_assert_roots(&fixture, "Todo");
	}
	store_shell(&fixture, "touch stop", "");
	assert_int_equal(waitpid(child, &status, 0), child);
	store_shell(&fixture, "ls collected", "collected\n");
	store_assert_verify(&fixture);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

static void
project__is_left_alone_by_automatic_collection(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	for (int i = 0; i < 5; i++) {
		store_put(&fixture, "Todo", "a", i % 2 ? "{}" : "{\"n\":1}");
		store_project(&fixture);
	}
	store_shell(&fixture,
	    "git -c gc.autoPackLimit=1 gc --auto;"
	    " git -c gc.autoPackLimit=1 maintenance run --auto;"
	    " ls objects/pack/*.pack | wc -l | tr -d ' '",
	    "5\n");
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(project__writes_a_commit_that_git_understands),
	    cmocka_unit_test(
	        project__equals_the_plain_model_after_random_changes),
	    cmocka_unit_test(project__of_nothing_new_makes_no_commit),
	    cmocka_unit_test(project__takes_a_record_once_in_its_last_state),
	    cmocka_unit_test(project__removes_empty_folders),
	    cmocka_unit_test(project__leaves_what_it_does_not_know),
	    cmocka_unit_test(project__begins_anew_in_a_new_epoch),
	    cmocka_unit_test(project__makes_one_commit_of_many_rows),
	    cmocka_unit_test(project__counts_a_record_once),
	    cmocka_unit_test(project__removes_many_records),
	    cmocka_unit_test(
	        project__gives_the_same_commits_in_another_repository),
	    cmocka_unit_test(
	        project__replaces_an_index_that_has_lost_its_pack),
	    cmocka_unit_test(project__refuses_rows_that_cannot_be),
	    cmocka_unit_test(project__stops_where_the_feed_fails),
	    cmocka_unit_test(
	        project__refuses_a_body_that_is_not_its_revision),
	    cmocka_unit_test(
	        project__bears_gits_garbage_collector_at_any_step),
	    cmocka_unit_test(project__goes_on_while_git_collects_garbage),
	    cmocka_unit_test(project__is_left_alone_by_automatic_collection),
	};

	return cmocka_run_group_tests_name("project", tests, NULL, NULL);
}
