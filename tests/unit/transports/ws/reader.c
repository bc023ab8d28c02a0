/* Tests of the reader: every case whole, cut in two at each byte, and byte by
 * byte, always with the same result. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "tests/lib/ws_cases.h"
#include "tests/lib/ws_text.h"
#include "transports/ws/deflate.h"
#include "transports/ws/reader.h"

static struct weft__ws_settings settings;

static void
note(enum weft__ws_found found, const struct weft__ws_item *item,
    struct weft_buf *out)
{
	char text[200];

	if (found == WEFT__WS_FOUND_MESSAGE)
		ws_found(item->kind == WEFT__WS_TEXT ? "text" : "binary",
		    item->data, out);
	else if (found == WEFT__WS_FOUND_PING)
		ws_found("ping", item->data, out);
	else if (found == WEFT__WS_FOUND_PONG)
		ws_found("pong", item->data, out);
	else if (found == WEFT__WS_FOUND_CLOSE)
		ws_found("close", weft_slice_of(text,
		    (size_t)snprintf(text, sizeof text, "%u:%.*s", item->code,
		        (int)item->data.size, item->data.data)), out);
	else
		ws_found("fault", weft_slice_of(text,
		    (size_t)snprintf(text, sizeof text, "%u", item->code)),
		    out);
}

/* Shows the reader what is there; true if it goes on after that. */
static bool
show(struct weft__ws_reader *reader, struct weft_slice *input,
    struct weft_buf *out)
{
	struct weft__ws_item item;
	enum weft__ws_found found;

	while ((found = weft__ws_reader_next(reader, input, &item)) !=
	    WEFT__WS_FOUND_NOTHING) {
		note(found, &item, out);
		if (found == WEFT__WS_FOUND_CLOSE ||
		    found == WEFT__WS_FOUND_FAULT)
			return false;
	}
	weft__ws_reader_rest(reader);
	return true;
}

/* Reads bytes that come in steps, the first one 'first' bytes long.  What is
 * not taken is shown again with more behind it, as a connection does. */
static void
read_steps(bool is_server, bool has_deflate, struct weft_slice bytes,
    size_t first, size_t step, struct weft_buf *out)
{
	struct weft__ws_reader reader;
	struct weft_slice input = {bytes.data, 0};
	size_t there = first;

	weft__ws_reader_init(&reader, &settings, is_server, has_deflate);
	weft_buf_clear(out);
	for (;;) {
		if (there > bytes.size)
			there = bytes.size;
		/* In memory of its own size, for the sanitizer. */
		size_t size = there - (size_t)(input.data - bytes.data);
		char *copy = malloc(size + 1);

		memcpy(copy, input.data, size);
		input.size = size;
		struct weft_slice shown = {copy, size};
		bool goes_on = show(&reader, &shown, out);

		input.data += size - shown.size;
		free(copy);
		if (!goes_on || there == bytes.size)
			break;
		there += step;
	}
	weft__ws_reader_fini(&reader);
}

static void
check(const char *name, bool has_deflate, struct weft_slice bytes,
    const char *expected)
{
	struct weft_buf out = WEFT_BUF_INIT(SIZE_MAX / 2);

	for (size_t first = 0; first <= bytes.size && first < 300; first++) {
		read_steps(true, has_deflate, bytes, first, bytes.size, &out);
		if (strcmp(out.data ? out.data : "", expected) != 0)
			fail_msg("%s, cut at %zu: %.200s", name, first,
			    out.data);
	}
	read_steps(true, has_deflate, bytes, 1, 1, &out);
	if (strcmp(out.data ? out.data : "", expected) != 0)
		fail_msg("%s, in bytes: %.200s", name, out.data);
	weft_buf_fini(&out);
}

static void
reader__holds_to_the_rfc_however_it_is_cut(void **state)
{
	for (size_t i = 0; i < WS_CASE_COUNT; i++) {
		struct weft_buf frames = WEFT_BUF_INIT(SIZE_MAX / 2);
		struct weft_buf expected = WEFT_BUF_INIT(SIZE_MAX / 2);

		ws_frames(ws_cases[i].frames, &frames);
		ws_expected(ws_cases[i].found, &expected);
		check(ws_cases[i].name, false, weft_buf_slice(&frames),
		    expected.data);
		weft_buf_fini(&expected);
		weft_buf_fini(&frames);
	}
}

/* The client's side: nothing is masked; whole messages are not copied. */
static void
reader__takes_what_a_server_sends(void **state)
{
	struct weft_buf frames = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf out = WEFT_BUF_INIT(SIZE_MAX / 2);

	ws_frames("u81:Hello u01:a u00:b u89:x u80:c u82: u88:%03%e8",
	    &frames);
	for (size_t step = 1; step <= frames.size; step++) {
		read_steps(false, false, weft_buf_slice(&frames), step, step,
		    &out);
		assert_string_equal(out.data,
		    "text:Hello ping:x text:abc binary: close:1000:");
	}
	weft_buf_clear(&frames);
	ws_frames("81:Hello", &frames);
	read_steps(false, false, weft_buf_slice(&frames), 99, 99, &out);
	assert_string_equal(out.data, "fault:1002");
	weft_buf_fini(&frames);
	weft_buf_fini(&out);
}

static void
expect(const char *frames_text, bool has_deflate, const char *expected)
{
	struct weft_buf frames = WEFT_BUF_INIT(SIZE_MAX / 2);

	ws_frames(frames_text, &frames);
	check(frames_text, has_deflate, weft_buf_slice(&frames), expected);
	weft_buf_fini(&frames);
}

static void
reader__holds_to_its_limits(void **state)
{
	settings.message_size = 10;
	settings.fragments = 3;
	expect("82:0123456789", false, "binary:0123456789");
	expect("82:0123456789a", false, "fault:1009");
	expect("02:0123456789 80:", false, "binary:0123456789");
	expect("02:0123456789 80:a", false, "fault:1009");
	expect("01:a 00:b 80:c 01:a 00:b 80:c", false, "text:abc text:abc");
	expect("01:a 00:b 00:c 80:d", false, "fault:1008");
	weft__ws_settings_init(&settings);
}

/* RFC 7692, 7.2.3: the examples of the RFC, and what must be refused. */
static void
reader__inflates_messages(void **state)
{
	expect("c1:%f2%48%cd%c9%c9%07%00", true, "text:Hello");
	expect("41:%f2%48%cd 80:%c9%c9%07%00", true, "text:Hello");
	expect("c1:%00%05%00%fa%ffHello%00", true, "text:Hello");
	expect("c1:%f3%48%cd%c9%c9%07%00%00", true, "text:Hello");
	expect("c1:%f2%48%05%00%00%00%ff%ff%ca%c9%c9%07%00", true,
	    "text:Hello");
	expect("c1:%00", true, "text:");
	expect("c2:%00", true, "binary:");
	expect("81:Hello", true, "text:Hello");
	expect("c1:Hello", true, "fault:1007");
	expect("c9:x", true, "fault:1002");
	expect("01:a c0:b", true, "fault:1002");
	expect("e1:%00", true, "fault:1002");
	/* Text is checked after that: one byte FF. */
	expect("c1:%00%01%00%fe%ff%ff%00", true, "fault:1007");
	expect("c2:%00%01%00%fe%ff%ff%00", true, "binary:%ff");
}

/* 300 bytes that become 16 MiB: no more than the limit is ever made. */
static void
reader__refuses_a_bomb(void **state)
{
	const struct weft__ws_deflate agreed = {true, 15};
	struct weft_buf zeros = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf bomb = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf frames = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf out = WEFT_BUF_INIT(1024 * 1024 * 2);

	assert_int_equal(weft_buf_reserve(&zeros, 16 << 20), 0);
	memset(zeros.data, 0, 16 << 20);
	zeros.size = 16 << 20;
	assert_int_equal(
	    weft__ws_compress(&agreed, weft_buf_slice(&zeros), &bomb), 0);
	assert_true(bomb.size < zeros.size / 100);
	assert_int_equal(weft__ws_inflate(weft_buf_slice(&bomb), 1024 * 1024,
	    &out), WEFT_ELIMIT);
	ws_frame(0xc2, true, weft_buf_slice(&bomb), &frames);
	weft_buf_clear(&out);
	read_steps(true, true, weft_buf_slice(&frames), 4096, 4096, &out);
	assert_string_equal(out.data, "fault:1009");
	weft_buf_fini(&zeros);
	weft_buf_fini(&bomb);
	weft_buf_fini(&frames);
	weft_buf_fini(&out);
}

static void
reader__survives_each_allocation_that_fails(void **state)
{
	struct weft_buf frames = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft__ws_reader reader;
	struct weft__ws_item item;
	enum weft__ws_found found = WEFT__WS_FOUND_FAULT;

	ws_frames("41:%f2%48%cd 80:%c9%c9%07%00", &frames);
	for (uint64_t n = 0; found == WEFT__WS_FOUND_FAULT; n++) {
		struct weft_slice input = weft_buf_slice(&frames);

		weft__ws_reader_init(&reader, &settings, true, true);
		weft__alloc_fail_after(n, false);
		found = weft__ws_reader_next(&reader, &input, &item);
		weft__alloc_fail_never();
		if (found == WEFT__WS_FOUND_FAULT)
			assert_int_equal(item.code, WEFT__WS_FAILURE);
		else
			assert_memory_equal(item.data.data, "Hello", 5);
		weft__ws_reader_fini(&reader);
		assert_true(n < 20);
	}
	weft_buf_fini(&frames);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reader__holds_to_the_rfc_however_it_is_cut),
	    cmocka_unit_test(reader__takes_what_a_server_sends),
	    cmocka_unit_test(reader__holds_to_its_limits),
	    cmocka_unit_test(reader__inflates_messages),
	    cmocka_unit_test(reader__refuses_a_bomb),
	    cmocka_unit_test(reader__survives_each_allocation_that_fails)};

	weft__ws_settings_init(&settings);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
