/* Tests of transports/http/body.h. */
#include "tests/lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "transports/http/body.h"

static char folder[] = "/tmp/weft-body-test-XXXXXX";

static int
make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	return rmdir(folder); /* fails unless it is empty */
}

/* Appends 'count' bytes, one number after the other, in parts. */
static int
fill(struct weft__http_body *body, size_t count, size_t part)
{
	unsigned char bytes[256];
	int code = 0;

	for (size_t at = 0; at < count && !code; at += part) {
		if (part > count - at)
			part = count - at;
		for (size_t i = 0; i < part; i++)
			bytes[i] = (unsigned char)(at + i);
		code = weft__http_body_append(body,
		    weft_slice_of((char *)bytes, part), NULL);
	}
	return code;
}

static void
assert_filled(struct weft__http_body *body, size_t count)
{
	struct weft_slice bytes;

	assert_int_equal(body->size, count);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(weft__http_body_map(body, &bytes, NULL), 0);
		assert_int_equal(bytes.size, count);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(
			    (unsigned char)bytes.data[i], i & 255);
	}
}

static void
body__is_in_memory_up_to_a_size_and_then_in_a_file(void **state)
{
	static const size_t sizes[] = {0, 1, 999, 1000, 1001, 50000};
	struct weft__http_body body;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t part = 1; part <= 256; part += 51) {
			weft__http_body_init(&body, 50000, 1000, folder);
			assert_int_equal(fill(&body, sizes[i], part), 0);
			assert_int_equal(body.fd >= 0, sizes[i] > 1000);
			assert_filled(&body, sizes[i]);
			weft__http_body_fini(&body);
			weft__http_body_fini(&body);
		}
}

static void
body__goes_to_a_file_at_once_if_it_will_be_large(void **state)
{
	struct weft__http_body body;

	weft__http_body_init(&body, 5000, 1000, folder);
	assert_int_equal(weft__http_body_expect(&body, 1000, NULL), 0);
	assert_true(body.fd < 0);
	assert_int_equal(weft__http_body_expect(&body, 1001, NULL), 0);
	assert_true(body.fd >= 0);
	assert_int_equal(fill(&body, 1001, 100), 0);
	assert_filled(&body, 1001);
	weft__http_body_fini(&body);
}

static void
body__has_a_limit(void **state)
{
	struct weft__http_body body;
	struct weft_error error;

	weft__http_body_init(&body, 2000, 1000, folder);
	assert_int_equal(weft__http_body_expect(&body, 2000, NULL), 0);
	assert_int_equal(
	    weft__http_body_expect(&body, 2001, &error), WEFT_ELIMIT);
	assert_non_null(strstr(error.text, "2000"));
	weft__http_body_fini(&body);
	weft__http_body_init(&body, 2000, 1000, folder);
	assert_int_equal(fill(&body, 2000, 100), 0);
	assert_int_equal(fill(&body, 1, 1), WEFT_ELIMIT);
	weft__http_body_fini(&body);
	weft__http_body_init(&body, 0, 1000, folder);
	assert_int_equal(fill(&body, 1, 1), WEFT_ELIMIT);
	weft__http_body_fini(&body);
}

static void
body__says_when_there_is_no_room_for_its_file(void **state)
{
	struct weft__http_body body;
	struct weft_error error;

	weft__http_body_init(&body, 2000, 10, "/nowhere/at/all");
	assert_int_equal(
	    weft__http_body_expect(&body, 11, &error), WEFT_EIO);
	weft__http_body_fini(&body);
	weft__http_body_init(&body, 2000, 10, "/nowhere/at/all");
	assert_int_equal(fill(&body, 10, 10), 0);
	assert_int_equal(fill(&body, 1, 1), WEFT_EIO);
	weft__http_body_fini(&body);
}

/* All files share a room; what is in memory takes nothing of it. */
static void
body__shares_the_room_of_all_files(void **state)
{
	struct weft__http_body first, second, small;
	struct weft_error error;

	weft__http_body_set_room(1500);
	weft__http_body_init(&first, 2000, 100, folder);
	weft__http_body_init(&second, 2000, 100, folder);
	weft__http_body_init(&small, 2000, 100, folder);
	assert_int_equal(fill(&first, 1000, 100), 0);
	assert_int_equal(fill(&small, 100, 100), 0);
	assert_int_equal(weft__http_body_room_taken(), 1000);
	assert_int_equal(fill(&second, 500, 100), 0);
	assert_int_equal(weft__http_body_append(
	    &second, weft_slice("x"), &error), WEFT_ELOCKED);
	assert_string_equal(error.text, "large bodies under way have 1500 "
	    "bytes on disk, which is all they may have");
	weft__http_body_fini(&second);
	weft__http_body_fini(&second);
	assert_int_equal(weft__http_body_room_taken(), 1000);
	assert_int_equal(fill(&first, 500, 100), 0);
	assert_filled(&small, 100);
	weft__http_body_fini(&first);
	weft__http_body_fini(&small);
	assert_int_equal(weft__http_body_room_taken(), 0);
	weft__http_body_set_room(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		body__is_in_memory_up_to_a_size_and_then_in_a_file),
	    cmocka_unit_test(body__goes_to_a_file_at_once_if_it_will_be_large),
	    cmocka_unit_test(body__has_a_limit),
	    cmocka_unit_test(body__says_when_there_is_no_room_for_its_file),
	    cmocka_unit_test(body__shares_the_room_of_all_files),
	};

	return cmocka_run_group_tests_name(
	    "http body", tests, make_folder, remove_folder);
}
