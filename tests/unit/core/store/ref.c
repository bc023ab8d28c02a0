/* Tests of core/store/ref.h. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/store/ref.h"
#include "tests/lib/faulty_files.h"
#include "tests/lib/store_fixture.h"

#define REF "refs/weft/x"

/* Its own files: the SHA-1 of its name. */
#define FILES "cab570930c25acf91d00115a682800e8de942d7b.?.ref"

struct setup {
	struct store_fixture fixture;
	struct weft__directory directory;
	struct weft_error error;
	struct weft__oid one; /* the tip */
	struct weft__oid two;
	char one_line[64];
};

static void
setup_open(struct setup *setup)
{
	char hex[WEFT__OID_HEX + 1];

	store_fixture_open(&setup->fixture);
	store_put(&setup->fixture, "Todo", "a", "{}");
	store_project(&setup->fixture);
	setup->one = setup->fixture.result.tip.commit.oid;
	store_put(&setup->fixture, "Todo", "a", "{\"b\":1}");
	store_project(&setup->fixture);
	setup->two = setup->fixture.result.tip.commit.oid;
	weft__oid_format(&setup->one, hex);
	snprintf(setup->one_line, sizeof setup->one_line, "%s\n", hex);
	assert_int_equal(weft__directory_open(&setup->directory,
	                     setup->fixture.path, &setup->error),
	    0);
}

static void
setup_close(struct setup *setup)
{
	weft__directory_close(&setup->directory);
	store_fixture_close(&setup->fixture);
}

static int
set(struct setup *setup, const struct weft__oid *oid)
{
	return weft__ref_write(
	    &setup->directory, REF, oid, true, &setup->error);
}

static void
assert_is(struct setup *setup, const struct weft__oid *oid)
{
	struct weft__oid found;

	assert_int_equal(weft__ref_read(&setup->directory, REF, &found,
	                     &setup->error),
	    0);
	assert_memory_equal(&found, oid, sizeof found);
}

static void
ref_write__is_read_by_git_and_by_us(void **state)
{
	struct setup setup;
	struct weft__oid oid;

	setup_open(&setup);
	assert_int_equal(
	    weft__ref_read(&setup.directory, REF, &oid, &setup.error),
	    WEFT_ENOTFOUND);
	assert_int_equal(set(&setup, &setup.two), 0);
	assert_int_equal(set(&setup, &setup.one), 0);
	store_shell(&setup.fixture, "git rev-parse " REF, setup.one_line);
	assert_is(&setup, &setup.one);
	assert_int_equal(store_count_files(&setup.fixture, ".lock"), 0);
	setup_close(&setup);
}

/* The file that is the ref, and the one that was it before. */
static void
ref_write__writes_two_files_in_turn(void **state)
{
	struct setup setup;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	assert_int_equal(set(&setup, &setup.two), 0);
	store_shell(&setup.fixture,
	    "ls -i weft/" FILES " | sort >files;"
	    " test $(wc -l <files) = 2 && grep -q $(ls -i " REF
	    " | cut -d' ' -f1) files", "");
	for (int i = 0; i < 3; i++) {
		store_shell(
		    &setup.fixture, "ls -i " REF " | cut -d' ' -f1 >before", "");
		assert_int_equal(
		    set(&setup, i % 2 ? &setup.two : &setup.one), 0);
		assert_is(&setup, i % 2 ? &setup.two : &setup.one);
		store_shell(&setup.fixture,
		    "ls -i weft/" FILES " | sort | cmp - files &&"
		    " ! ls -i " REF " | grep -q $(cat before)", "");
	}
	setup_close(&setup);
}

/* As a copy by `cp -al` has them. */
static void
ref_write__leaves_files_alone_that_have_another_name(void **state)
{
	struct setup setup;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.two), 0);
	assert_int_equal(set(&setup, &setup.one), 0);
	store_shell(&setup.fixture,
	    "mkdir copy && cp -al weft/" FILES " " REF " copy &&"
	    " cat copy/* >before", "");
	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    set(&setup, i % 2 ? &setup.one : &setup.two), 0);
	assert_is(&setup, &setup.one);
	store_shell(&setup.fixture, "cat copy/* | cmp - before", "");
	setup_close(&setup);
}

/* What is no whole line, or no file, is not written over. */
static void
ref_write__replaces_a_file_that_is_not_one_of_its_own(void **state)
{
	static const char *const commands[] = {
	    "for f in weft/" FILES "; do echo >>$f; done",
	    "for f in weft/" FILES "; do : >$f; done",
	    "echo mine >mine; for f in weft/" FILES
	    "; do ln -sf ../mine $f; done"};
	struct setup setup;

	setup_open(&setup);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		assert_int_equal(set(&setup, &setup.one), 0);
		assert_int_equal(set(&setup, &setup.two), 0);
		store_shell(&setup.fixture, commands[i], "");
		for (int k = 0; k < 3; k++) {
			assert_int_equal(set(&setup, &setup.one), 0);
			assert_is(&setup, &setup.one);
			store_shell(&setup.fixture, "cat " REF,
			    setup.one_line);
		}
	}
	store_shell(&setup.fixture, "cat mine", "mine\n");
	setup_close(&setup);
}

static void
ref_read__finds_what_git_has_packed(void **state)
{
	struct setup setup;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	store_shell(&setup.fixture, "git pack-refs --all && rmdir refs/weft"
	                            " 2>/dev/null; test ! -e " REF, "");
	assert_is(&setup, &setup.one);
	assert_int_equal(set(&setup, &setup.two), 0);
	assert_is(&setup, &setup.two);
	store_shell(&setup.fixture, "git pack-refs --all", "");
	assert_is(&setup, &setup.two);
	setup_close(&setup);
}

static void
ref_read__refuses_what_is_no_id(void **state)
{
	static const char *const commands[] = {": > " REF,
	    "echo 0123 > " REF, "echo 'ref: refs/weft/db' > " REF,
	    "head -c 10000 /dev/zero > " REF};
	struct setup setup;
	struct weft__oid oid;

	setup_open(&setup);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		store_shell(&setup.fixture, commands[i], "");
		assert_int_equal(weft__ref_read(&setup.directory, REF, &oid,
		                     &setup.error),
		    WEFT_EDAMAGED);
		assert_non_null(strstr(setup.error.text, REF));
	}
	setup_close(&setup);
}

static void
ref_write__respects_the_lock_of_git(void **state)
{
	struct setup setup;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	store_shell(&setup.fixture, "echo git > " REF ".lock", "");
	faulty_files_count(); /* its pauses are none */
	assert_int_equal(set(&setup, &setup.two), WEFT_ELOCKED);
	faulty_files_off();
	assert_non_null(strstr(setup.error.text, REF ".lock"));
	store_shell(&setup.fixture, "cat " REF ".lock", "git\n");
	assert_is(&setup, &setup.one);
	store_shell(&setup.fixture, "rm " REF ".lock", "");
	assert_int_equal(set(&setup, &setup.two), 0);
	assert_is(&setup, &setup.two);
	setup_close(&setup);
}

/* What a power failure leaves of ours if the lock's first name is lost. */
static void
ref_write__removes_a_lock_that_nobody_comes_back_for(void **state)
{
	struct setup setup;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	store_shell(&setup.fixture, "cp " REF " " REF ".lock", "");
	faulty_files_count(); /* its pauses are none */
	assert_int_equal(set(&setup, &setup.two), 0);
	faulty_files_off();
	assert_is(&setup, &setup.two);
	assert_int_equal(store_count_files(&setup.fixture, ".lock"), 0);
	setup_close(&setup);
}

/* Removes git's lock when the first attempt has failed. */
static void
release_lock(uint64_t call, void *context)
{
	const struct setup *setup = context;

	if (call == 10)
		weft__file_system.unlink(setup->directory.fd, REF ".lock");
}

static void
ref_write__waits_for_git(void **state)
{
	struct setup setup;

	setup_open(&setup);
	store_shell(&setup.fixture, "echo git > " REF ".lock", "");
	faulty_files_watch(release_lock, &setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	faulty_files_off();
	assert_is(&setup, &setup.one);
	setup_close(&setup);
}

static void
ref_write__removes_the_lock_of_a_dead_writer(void **state)
{
	struct setup setup;
	uint64_t calls, left_behind = 0;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	faulty_files_count();
	assert_int_equal(set(&setup, &setup.one), 0);
	calls = faulty_files_calls();
	for (uint64_t n = 0; n < calls; n++) {
		faulty_files_fail(n, 5, true);
		(void)!set(&setup, &setup.two);
		faulty_files_off();
		left_behind += store_count_files(&setup.fixture, ".lock");
		assert_int_equal(set(&setup, &setup.one), 0);
		assert_is(&setup, &setup.one);
		assert_int_equal(
		    store_count_files(&setup.fixture, ".lock"), 0);
	}
	assert_true(left_behind > 0);
	setup_close(&setup);
}

static void
ref_share__gives_the_value_of_another(void **state)
{
	static const char branch[] = "refs/heads/shown";
	struct setup setup;
	struct weft__oid oid;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	assert_int_equal(weft__ref_share(
	    &setup.directory, branch, REF, &setup.error), 0);
	store_shell(
	    &setup.fixture, "git rev-parse refs/heads/shown", setup.one_line);
	/* It stays when the other one moves on, and follows when it is told. */
	assert_int_equal(set(&setup, &setup.two), 0);
	assert_int_equal(weft__ref_read(
	    &setup.directory, branch, &oid, &setup.error), 0);
	assert_memory_equal(&oid, &setup.one, sizeof oid);
	store_shell(&setup.fixture, "git update-ref refs/heads/shown HEAD~"
	                            " && git fsck --strict 2>&1", "");
	assert_is(&setup, &setup.two);
	assert_int_equal(weft__ref_share(
	    &setup.directory, branch, REF, &setup.error), 0);
	assert_int_equal(weft__ref_read(
	    &setup.directory, branch, &oid, &setup.error), 0);
	assert_memory_equal(&oid, &setup.two, sizeof oid);
	assert_int_equal(store_count_files(&setup.fixture, ".lock"), 0);
	store_shell(&setup.fixture, "git pack-refs --all --prune", "");
	assert_int_equal(set(&setup, &setup.one), 0);
	store_shell(&setup.fixture, "git pack-refs --all --prune", "");
	assert_int_equal(weft__ref_share(
	    &setup.directory, branch, REF, &setup.error), WEFT_ENOTFOUND);
	setup_close(&setup);
}

static void
ref_share__removes_the_lock_of_a_dead_writer(void **state)
{
	static const char branch[] = "refs/heads/shown";
	struct setup setup;

	setup_open(&setup);
	assert_int_equal(set(&setup, &setup.one), 0);
	store_shell(&setup.fixture, "mkdir -p refs/heads &&"
	    " ln " REF " refs/heads/shown.lock", "");
	assert_int_equal(weft__ref_share(
	    &setup.directory, branch, REF, &setup.error), 0);
	assert_int_equal(store_count_files(&setup.fixture, ".lock"), 0);
	store_shell(
	    &setup.fixture, "git rev-parse refs/heads/shown", setup.one_line);
	setup_close(&setup);
}

static int
note_ref(const char *ref, void *context)
{
	char *names = context;

	snprintf(names + strlen(names), 256 - strlen(names), "%s\n", ref);
	return strstr(ref, "stop") ? 7 : 0;
}

static int
each(struct setup *setup, const char *folder, char names[256])
{
	names[0] = '\0';
	return weft__ref_each(&setup->directory, folder, note_ref, names,
	    &setup->error);
}

static void
ref_each__visits_each_once(void **state)
{
	struct setup setup;
	char names[256];

	setup_open(&setup);
	assert_int_equal(each(&setup, "refs/none", names), 0);
	assert_string_equal(names, "");
	store_shell(&setup.fixture,
	    "git update-ref refs/a/packed refs/weft/db;"
	    "git update-ref refs/a/both refs/weft/db;"
	    "git update-ref refs/a/b/deep refs/weft/db;"
	    "git update-ref refs/ab/other refs/weft/db;"
	    "git pack-refs --all; git update-ref refs/a/both HEAD~;"
	    "touch refs/a/both.lock",
	    "");
	assert_int_equal(each(&setup, "refs/a", names), 0);
	assert_string_equal(names, "refs/a/both\nrefs/a/packed\n");
	store_shell(&setup.fixture, "git update-ref refs/a/stop HEAD", "");
	assert_int_equal(each(&setup, "refs/a", names), 7);
	setup_close(&setup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ref_write__is_read_by_git_and_by_us),
	    cmocka_unit_test(ref_write__writes_two_files_in_turn),
	    cmocka_unit_test(
	        ref_write__leaves_files_alone_that_have_another_name),
	    cmocka_unit_test(
	        ref_write__replaces_a_file_that_is_not_one_of_its_own),
	    cmocka_unit_test(ref_read__finds_what_git_has_packed),
	    cmocka_unit_test(ref_read__refuses_what_is_no_id),
	    cmocka_unit_test(ref_write__respects_the_lock_of_git),
	    cmocka_unit_test(ref_each__visits_each_once),
	    cmocka_unit_test(
	        ref_write__removes_a_lock_that_nobody_comes_back_for),
	    cmocka_unit_test(ref_write__waits_for_git),
	    cmocka_unit_test(ref_write__removes_the_lock_of_a_dead_writer),
	    cmocka_unit_test(ref_share__gives_the_value_of_another),
	    cmocka_unit_test(ref_share__removes_the_lock_of_a_dead_writer),
	};

	return cmocka_run_group_tests_name("ref", tests, NULL, NULL);
}
