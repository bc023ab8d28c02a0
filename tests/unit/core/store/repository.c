/* Tests of core/store/repository.h, through opening and locking stores. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "tests/lib/faulty_files.h"
#include "tests/lib/store_fixture.h"

static int
open_as(struct store_fixture *fixture, const char *path,
    enum weft__store_mode mode)
{
	struct weft__store *store;
	int code = weft__store_open(
	    path, STORE_SOURCE, mode, &store, &fixture->error);

	if (code)
		assert_null(store);
	weft__store_close(store);
	return code;
}

static void
store_open__makes_a_bare_repository(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_shell(&fixture,
	    "git rev-parse --is-bare-repository && git config gc.auto &&"
	    " git config maintenance.auto && git symbolic-ref HEAD",
	    "true\n0\nfalse\nrefs/heads/db\n");
	store_shell(&fixture, "git fsck --strict", NULL);
	store_fixture_close(&fixture);
}

static void
store_open__says_what_is_in_the_way(void **state)
{
	struct store_fixture fixture;
	char path[128];

	store_fixture_open(&fixture);
	snprintf(path, sizeof path, "%s/other", fixture.directory);
	assert_int_equal(
	    open_as(&fixture, path, WEFT__STORE_READ), WEFT_ENOTFOUND);
	assert_non_null(strstr(fixture.error.text, path));
	assert_int_equal(
	    open_as(&fixture, path, WEFT__STORE_WRITE), WEFT_ENOTFOUND);
	store_shell(&fixture, "echo > ../other", "");
	assert_int_equal(
	    open_as(&fixture, path, WEFT__STORE_CREATE), WEFT_EINVAL);
	store_shell(&fixture, "rm ../other && mkdir ../other", "");
	assert_int_equal(
	    open_as(&fixture, path, WEFT__STORE_READ), WEFT_ENOTFOUND);
	store_shell(&fixture, "echo mine > ../other/ref", "");
	assert_int_equal(
	    open_as(&fixture, path, WEFT__STORE_CREATE), WEFT_EINVAL);
	store_shell(&fixture, "cat ../other/*", "mine\n");
	store_shell(&fixture, "rm ../other/ref", "");
	assert_int_equal(open_as(&fixture, path, WEFT__STORE_CREATE), 0);
	snprintf(path, sizeof path, "%s/no/such", fixture.directory);
	assert_int_equal(
	    open_as(&fixture, path, WEFT__STORE_CREATE), WEFT_ENOTFOUND);
	store_fixture_close(&fixture);
}

static void
store_open__takes_source_names_to_the_limit(void **state)
{
	struct store_fixture fixture;
	struct weft__store *store;
	char source[WEFT_LIMIT_NAME_SIZE + 2];

	store_fixture_open(&fixture);
	memset(source, 's', sizeof source);
	source[WEFT_LIMIT_NAME_SIZE + 1] = '\0';
	assert_int_equal(weft__store_open(fixture.path, source,
	                     WEFT__STORE_READ, &store, &fixture.error),
	    WEFT_EINVAL);
	assert_int_equal(weft__store_open(fixture.path, "", WEFT__STORE_READ,
	                     &store, &fixture.error),
	    WEFT_EINVAL);
	source[WEFT_LIMIT_NAME_SIZE] = '\0';
	assert_int_equal(weft__store_open(fixture.path, source,
	                     WEFT__STORE_READ, &store, &fixture.error),
	    0);
	assert_string_equal(weft__store_source(store), source);
	assert_string_equal(weft__store_path(store), fixture.path);
	weft__store_close(store);
	store_fixture_close(&fixture);
}

static void
store_lock__names_the_holder_to_the_second(void **state)
{
	struct store_fixture fixture;
	struct weft__store *other;
	char expected[64];

	store_fixture_open(&fixture);
	store_ok(&fixture,
	    weft__store_open(fixture.path, "another source",
	        WEFT__STORE_WRITE, &other, &fixture.error));
	assert_int_equal(weft__store_lock(other, "me", &fixture.error),
	    WEFT_ELOCKED);
	snprintf(expected, sizeof expected, "%ld (test)", (long)getpid());
	assert_non_null(strstr(fixture.error.text, expected));
	assert_non_null(strstr(fixture.error.text, fixture.path));
	store_ok(&fixture,
	    weft__store_lock(fixture.store, "again", &fixture.error));
	weft__store_unlock(fixture.store);
	store_ok(&fixture, weft__store_lock(other, "me", &fixture.error));
	assert_int_equal(
	    weft__store_lock(fixture.store, "test", &fixture.error),
	    WEFT_ELOCKED);
	assert_non_null(strstr(fixture.error.text, "(me)"));
	weft__store_close(other);
	store_ok(&fixture,
	    weft__store_lock(fixture.store, "test", &fixture.error));
	store_fixture_close(&fixture);
}

static void
store_open__to_read_writes_nothing(void **state)
{
	struct store_fixture fixture;
	struct weft__store *store;
	struct weft__store_tip tip;
	struct weft__store_record record;
	struct weft_buf body = WEFT_BUF_INIT(100);

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	faulty_files_count();
	store_ok(&fixture,
	    weft__store_open(fixture.path, STORE_SOURCE, WEFT__STORE_READ,
	        &store, &fixture.error));
	assert_int_equal(
	    weft__store_lock(store, "me", &fixture.error), WEFT_EREADONLY);
	store_ok(&fixture, weft__store_tip(store, &tip, &fixture.error));
	store_ok(&fixture,
	    weft__store_get(store, NULL, weft_slice("Todo"), weft_slice("a"),
	        &record, &body, &fixture.error));
	assert_string_equal(body.data, "{}");
	weft__store_close(store);
	assert_int_equal(faulty_files_changes(), 0);
	assert_true(faulty_files_calls() > 0);
	faulty_files_off();
	weft_buf_fini(&body);
	store_fixture_close(&fixture);
}

static void
store_lock__leaves_keep_files_of_others(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	store_shell(&fixture,
	    "p=$(ls objects/pack/*.pack) && echo mine > ${p%.pack}.keep &&"
	    " : > objects/pack/pack-1.keep",
	    "");
	store_fixture_reopen(&fixture);
	assert_int_equal(store_count_files(&fixture, ".keep"), 2);
	store_shell(&fixture,
	    "echo 'weft: being written' | tee objects/pack/*.keep", NULL);
	store_fixture_reopen(&fixture);
	assert_int_equal(store_count_files(&fixture, ".keep"), 0);
	assert_int_equal(store_count_files(&fixture, ".pack"), 1);
	store_fixture_close(&fixture);
}

static void
store_lock__shows_the_tip_to_people_again(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	store_shell(&fixture, "rm refs/heads/db", "");
	store_fixture_reopen(&fixture);
	store_shell(&fixture,
	    "test $(git rev-parse HEAD) = $(git rev-parse refs/weft/db)", "");
	/* What people did to the branch does not stop the projector. */
	store_shell(&fixture, "rm refs/heads/db && mkdir -p refs/heads/db/x &&"
	    " echo > refs/heads/db/x/y", "");
	store_put(&fixture, "Todo", "b", "{}");
	store_project(&fixture);
	store_assert_roots(&fixture, "Todo");
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(store_open__makes_a_bare_repository),
	    cmocka_unit_test(store_open__says_what_is_in_the_way),
	    cmocka_unit_test(store_open__takes_source_names_to_the_limit),
	    cmocka_unit_test(store_lock__names_the_holder_to_the_second),
	    cmocka_unit_test(store_open__to_read_writes_nothing),
	    cmocka_unit_test(store_lock__leaves_keep_files_of_others),
	    cmocka_unit_test(store_lock__shows_the_tip_to_people_again),
	};

	return cmocka_run_group_tests_name("repository", tests, NULL, NULL);
}
