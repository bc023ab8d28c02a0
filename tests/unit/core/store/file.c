/* Tests of core/store/file.h. */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/store/file.h"
#include "tests/lib/faulty_files.h"

static char path[] = "/tmp/weft-test-XXXXXX";
static struct weft__directory directory;

static int
make_directory(void **state)
{
	return !mkdtemp(path) ||
	    weft__directory_open(&directory, path, NULL);
}

static int
remove_directory(void **state)
{
	weft__directory_close(&directory);
	return rmdir(path);
}

static void
file_put__gives_the_code_for_each_errno(void **state)
{
	static const struct {
		int number;
		int code;
	} vectors[] = {{ENOSPC, WEFT_ENOSPACE}, {EDQUOT, WEFT_ENOSPACE},
	    {EROFS, WEFT_EREADONLY}, {EACCES, WEFT_EREADONLY},
	    {EPERM, WEFT_EREADONLY}, {EIO, WEFT_EIO}, {EMFILE, WEFT_EIO},
	    {ENOMEM, WEFT_ENOMEM}, {ENOENT, WEFT_ENOTFOUND}};
	struct weft_error error;

	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		faulty_files_fail(0, vectors[i].number, false);
		assert_int_equal(weft__file_put(&directory, "x",
		                     weft_slice("text"), true, &error),
		    vectors[i].code);
		faulty_files_off();
		assert_int_equal(error.code, vectors[i].code);
		assert_non_null(strstr(error.text, path));
		assert_non_null(strstr(error.text, "/x: "));
	}
}

static void
file_put__takes_the_place_of_an_earlier_file(void **state)
{
	struct weft_buf content = WEFT_BUF_INIT(100);

	assert_int_equal(weft__file_put(
	    &directory, "y", weft_slice("earlier"), true, NULL), 0);
	/* It is there; to remove it fails. */
	faulty_files_fail(1, EIO, false);
	assert_int_equal(weft__file_put(
	    &directory, "y", weft_slice("late"), true, NULL), WEFT_EIO);
	faulty_files_off();
	assert_int_equal(weft__file_put(
	    &directory, "y", weft_slice("late"), true, NULL), 0);
	assert_int_equal(
	    weft__file_get(&directory, "y", &content, NULL), 0);
	assert_true(weft_slice_equal(
	    weft_buf_slice(&content), weft_slice("late")));
	assert_int_equal(weft__file_remove(&directory, "y", NULL), 0);
	weft_buf_fini(&content);
}

static void
file_put__leaves_nothing_when_it_fails(void **state)
{
	struct weft_buf content = WEFT_BUF_INIT(100);

	for (uint64_t n = 0; n < 3; n++) {
		faulty_files_fail(n, ENOSPC, false);
		assert_int_equal(weft__file_put(&directory, "x",
		                     weft_slice("text"), true, NULL),
		    WEFT_ENOSPACE);
		faulty_files_off();
		assert_int_equal(
		    weft__file_get(&directory, "x", &content, NULL),
		    WEFT_ENOTFOUND);
	}
	weft_buf_fini(&content);
}

/* As a slow disk with a signal now and then. */
static ssize_t
write_little(int fd, const void *data, size_t size, off_t at)
{
	static unsigned calls;

	if (calls++ % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	return pwrite(fd, data, size < 3 ? size : 3, at);
}

static ssize_t
read_little(int fd, void *data, size_t size, off_t at)
{
	static unsigned calls;

	if (calls++ % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	return pread(fd, data, size < 3 ? size : 3, at);
}

static void
file__goes_on_after_a_part_and_a_signal(void **state)
{
	struct weft__file_calls calls = weft__file_system;
	struct weft_buf content = WEFT_BUF_INIT(100);
	struct weft__file file = {NULL};
	char part[10];

	calls.pwrite = write_little;
	calls.pread = read_little;
	weft__file_calls = &calls;
	assert_int_equal(
	    weft__file_create(&file, &directory, "x", 0666, NULL), 0);
	assert_int_equal(
	    weft__file_append(&file, "hello, world", 12, NULL), 0);
	assert_int_equal(weft__file_append(&file, "!", 1, NULL), 0);
	assert_int_equal(weft__file_write_at(&file, "H", 1, 0, NULL), 0);
	assert_int_equal(
	    weft__file_read_at(&file, part, sizeof part, 3, NULL), 0);
	assert_memory_equal(part, "lo, world!", sizeof part);
	assert_int_equal(
	    weft__file_read_at(&file, part, sizeof part, 4, NULL), WEFT_EIO);
	weft__file_close(&file);
	assert_int_equal(weft__file_get(&directory, "x", &content, NULL), 0);
	assert_string_equal(content.data, "Hello, world!");
	weft__file_calls = &weft__file_system;
	assert_int_equal(weft__file_remove(&directory, "x", NULL), 0);
	assert_int_equal(weft__file_remove(&directory, "x", NULL), 0);
	weft_buf_fini(&content);
}

static void
file_get__refuses_what_is_too_large(void **state)
{
	struct weft_buf content = WEFT_BUF_INIT(4);
	struct weft_error error;

	assert_int_equal(weft__file_put(&directory, "x", weft_slice("text"),
	                     false, NULL),
	    0);
	assert_int_equal(weft__file_get(&directory, "x", &content, &error),
	    WEFT_ELIMIT);
	assert_int_equal(error.code, WEFT_ELIMIT);
	assert_int_equal(weft__file_remove(&directory, "x", NULL), 0);
	weft_buf_fini(&content);
}

static void
file_discard__removes_what_was_begun(void **state)
{
	struct weft_buf content = WEFT_BUF_INIT(100);
	struct weft__file file = {NULL};

	weft__file_discard(&file);
	assert_int_equal(
	    weft__file_create(&file, &directory, "x", 0666, NULL), 0);
	weft__file_discard(&file);
	assert_int_equal(weft__file_get(&directory, "x", &content, NULL),
	    WEFT_ENOTFOUND);
	weft_buf_fini(&content);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(file_put__gives_the_code_for_each_errno),
	    cmocka_unit_test(file_put__takes_the_place_of_an_earlier_file),
	    cmocka_unit_test(file_put__leaves_nothing_when_it_fails),
	    cmocka_unit_test(file__goes_on_after_a_part_and_a_signal),
	    cmocka_unit_test(file_get__refuses_what_is_too_large),
	    cmocka_unit_test(file_discard__removes_what_was_begun),
	};

	return cmocka_run_group_tests_name(
	    "file", tests, make_directory, remove_directory);
}
