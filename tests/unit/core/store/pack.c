/*
 * Tests of core/store/pack.h, with libgit2's and git's own indexers as
 * oracles: they read a pack byte by byte, and make the index anew.
 */
#include "tests/lib/test.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/store/pack.h"
#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

/* A pack in a repository of its own. */
struct setup {
	struct store_fixture fixture;
	struct weft__directory directory;
	struct weft__pack pack;
	struct weft_error error;
};

static void
setup_open(struct setup *setup)
{
	store_fixture_open(&setup->fixture);
	assert_int_equal(weft__directory_open(&setup->directory,
	                     setup->fixture.path, &setup->error),
	    0);
	assert_int_equal(weft__pack_init(&setup->pack, &setup->directory,
	                     &setup->error),
	    0);
}

static void
setup_close(struct setup *setup)
{
	weft__pack_fini(&setup->pack);
	weft__directory_close(&setup->directory);
	store_fixture_close(&setup->fixture);
}

static void
add(struct setup *setup, const void *data, size_t size)
{
	struct weft__oid oid;

	weft__object_id("blob", data, size, &oid);
	assert_int_equal(weft__pack_add(&setup->pack, WEFT__OBJECT_BLOB, &oid,
	                     weft_slice_of(data, size), &setup->error),
	    0);
}

static struct weft_buf
read_file(struct setup *setup, const struct weft__oid *hash,
    const char *suffix)
{
	struct weft_buf content = WEFT_BUF_INIT(64u * 1024 * 1024);
	char name[WEFT__PACK_NAME_ROOM];

	weft__pack_name(hash, suffix, name);
	assert_int_equal(weft__file_get(&setup->directory, name, &content,
	                     &setup->error),
	    0);
	return content;
}

/* git_odb_write_pack() takes the stream, and comes to the same name and index. */
static void
assert_libgit2_agrees(struct setup *setup, const struct weft__oid *hash)
{
	struct weft_buf pack = read_file(setup, hash, "pack");
	struct weft_buf index = read_file(setup, hash, "idx");
	git_indexer_progress progress = {0};
	git_odb_writepack *writer;
	struct weft_buf made;
	char objects[256];
	git_odb *odb;

	store_shell(&setup->fixture, "mkdir -p other/objects/pack", "");
	snprintf(objects, sizeof objects, "%s/other/objects",
	    setup->fixture.path);
	assert_int_equal(git_odb_open(&odb, objects), 0);
	assert_int_equal(git_odb_write_pack(&writer, odb, NULL, NULL), 0);
	assert_int_equal(
	    writer->append(writer, pack.data, pack.size, &progress), 0);
	assert_int_equal(writer->commit(writer, &progress), 0);
	writer->free(writer);
	git_odb_free(odb);
	store_shell(&setup->fixture, "mv other/objects/pack/* objects/pack/",
	    "");
	made = read_file(setup, hash, "idx");
	assert_int_equal(made.size, index.size);
	assert_memory_equal(made.data, index.data, index.size);
	weft_buf_fini(&made);
	weft_buf_fini(&pack);
	weft_buf_fini(&index);
}

/* Publishes; libgit2 and git agree on the one pack that came of it. */
static void
publish(struct setup *setup)
{
	char name[WEFT__PACK_NAME_ROOM], command[256];

	assert_int_equal(
	    weft__pack_publish(&setup->pack, &setup->error), 0);
	assert_int_equal(setup->pack.sealed_count, 1);
	weft__pack_name(&setup->pack.sealed[0], "idx", name);
	snprintf(command, sizeof command, "git verify-pack %s", name);
	store_shell(&setup->fixture, command, "");
	assert_libgit2_agrees(setup, &setup->pack.sealed[0]);
}

static void
pack__is_what_git_would_index(void **state)
{
	struct random random = {7};
	struct setup setup;
	static char data[300000];
	static const size_t sizes[] = {0, 1, 15, 16, 2047, 2048, 65534, 65535,
	    65536, 131070, 131071, 262144, 300000};

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (char)random_next(&random);
	setup_open(&setup);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		add(&setup, data, sizes[i]);
	for (int i = 0; i < 3000; i++)
		add(&setup, data + i, random_below(&random, 400));
	publish(&setup);
	setup_close(&setup);
}

static void
pack__of_one_object_is_written_at_once(void **state)
{
	struct setup setup;

	setup_open(&setup);
	add(&setup, "hello\n", 6);
	publish(&setup);
	store_shell(&setup.fixture,
	    "git cat-file -p ce013625030ba8dba906f756967f9e9ca394464a",
	    "hello\n");
	setup_close(&setup);
}

static void
pack_add__takes_an_object_once(void **state)
{
	struct setup setup;

	setup_open(&setup);
	for (int i = 0; i < 100; i++)
		add(&setup, i % 2 ? "a" : "b", 1);
	assert_int_equal(setup.pack.count, 2);
	publish(&setup);
	setup_close(&setup);
}

static void
pack_add__goes_on_in_another_pack_at_the_limit(void **state)
{
	struct setup setup;
	char data[1000];

	setup_open(&setup);
	setup.pack.limit = 4000;
	for (int i = 0; i < 10; i++) {
		memset(data, 'a' + i, sizeof data);
		add(&setup, data, sizeof data);
	}
	assert_int_equal(weft__pack_publish(&setup.pack, &setup.error), 0);
	assert_int_equal(setup.pack.sealed_count, 4);
	assert_int_equal(store_count_files(&setup.fixture, ".keep"), 4);
	store_shell(&setup.fixture,
	    "git verify-pack objects/pack/*.idx && git cat-file"
	    " --batch-all-objects --batch-check='%(objectsize)' | uniq -c"
	    " | tr -d ' '",
	    "101000\n");
	assert_int_equal(weft__pack_unkeep(&setup.pack, &setup.error), 0);
	assert_int_equal(store_count_files(&setup.fixture, ".keep"), 0);
	setup_close(&setup);
}

/* As many as fit, and one more. */
static void
pack_add__goes_on_in_another_pack_of_too_many_objects(void **state)
{
	char expected[64];
	struct setup setup;

	setup_open(&setup);
	for (uint32_t i = 0; i < WEFT_LIMIT_PACK_OBJECTS; i++)
		add(&setup, &i, sizeof i);
	assert_int_equal(setup.pack.sealed_count, 0);
	add(&setup, "more", 4);
	assert_int_equal(setup.pack.sealed_count, 1);
	assert_int_equal(setup.pack.count, 1);
	assert_int_equal(weft__pack_publish(&setup.pack, &setup.error), 0);
	snprintf(expected, sizeof expected, "in-pack:%d\npacks:2\n",
	    WEFT_LIMIT_PACK_OBJECTS + 1);
	store_shell(&setup.fixture,
	    "git count-objects -v | grep -E '^(in-pack|packs):'"
	    " | tr -d ' '", expected);
	setup_close(&setup);
}

static void
pack_publish__keeps_until_told(void **state)
{
	struct setup setup;

	setup_open(&setup);
	add(&setup, "a", 1);
	assert_int_equal(weft__pack_publish(&setup.pack, &setup.error), 0);
	store_shell(&setup.fixture, "cat objects/pack/*.keep",
	    "weft: being written\n");
	assert_int_equal(store_count_files(&setup.fixture, ".tmp"), 0);
	assert_int_equal(weft__pack_unkeep(&setup.pack, &setup.error), 0);
	assert_int_equal(store_count_files(&setup.fixture, ".keep"), 0);
	setup_close(&setup);
}

/* So that none is created and removed for each pack. */
static void
pack_keep__gives_another_name_to_one_file(void **state)
{
	struct setup setup;
	struct weft__oid hash = {{1}}, other = {{2}};

	setup_open(&setup);
	assert_int_equal(
	    weft__pack_keep(&setup.directory, &hash, &setup.error), 0);
	assert_int_equal(
	    weft__pack_keep(&setup.directory, &other, &setup.error), 0);
	assert_int_equal(store_count_files(&setup.fixture, ".keep"), 2);
	store_shell(&setup.fixture,
	    "cat weft/keep && for f in objects/pack/*.keep; do"
	    " test $f -ef weft/keep || echo $f; done",
	    "weft: being written\n");
	/* Somebody's stays; a file that is gone is made anew. */
	store_shell(&setup.fixture,
	    "rm weft/keep objects/pack/pack-02*; "
	    "rm objects/pack/pack-01*; echo mine >objects/pack/pack-01$("
	    "printf '%038d' 0).keep", "");
	assert_int_equal(
	    weft__pack_keep(&setup.directory, &hash, &setup.error), 0);
	assert_int_equal(
	    weft__pack_keep(&setup.directory, &other, &setup.error), 0);
	store_shell(&setup.fixture, "cat objects/pack/*.keep",
	    "mine\nweft: being written\n");
	setup_close(&setup);
}

static void
pack_publish__of_nothing_writes_nothing(void **state)
{
	struct setup setup;

	setup_open(&setup);
	assert_int_equal(weft__pack_publish(&setup.pack, &setup.error), 0);
	assert_int_equal(store_count_files(&setup.fixture, ".pack"), 0);
	setup_close(&setup);
}

static void
pack_fini__leaves_nothing_unpublished(void **state)
{
	static char data[600000];
	struct setup setup;

	setup_open(&setup);
	add(&setup, data, sizeof data);
	assert_int_equal(store_count_files(&setup.fixture, ".tmp"), 1);
	setup_close(&setup);
	setup_open(&setup);
	weft__pack_fini(&setup.pack);
	assert_int_equal(store_count_files(&setup.fixture, ".tmp"), 0);
	setup_close(&setup);
}

static int
start_libgit2(void **state)
{
	return git_libgit2_init() < 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pack__is_what_git_would_index),
	    cmocka_unit_test(pack__of_one_object_is_written_at_once),
	    cmocka_unit_test(pack_add__takes_an_object_once),
	    cmocka_unit_test(pack_add__goes_on_in_another_pack_at_the_limit),
	    cmocka_unit_test(
	        pack_add__goes_on_in_another_pack_of_too_many_objects),
	    cmocka_unit_test(pack_publish__keeps_until_told),
	    cmocka_unit_test(pack_keep__gives_another_name_to_one_file),
	    cmocka_unit_test(pack_publish__of_nothing_writes_nothing),
	    cmocka_unit_test(pack_fini__leaves_nothing_unpublished),
	};

	return cmocka_run_group_tests_name(
	    "pack", tests, start_libgit2, NULL);
}
