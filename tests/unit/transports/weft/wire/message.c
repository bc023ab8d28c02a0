/* Tests of the messages of weft.repl.v1: reading, writing, what is refused. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/limits.h"
#include "transports/weft/wire/message.h"

static struct weft_slice
bytes_of(const char *text)
{
	return weft_slice(text);
}

/* Writes a message, reads it, and hands it to the caller to be freed. */
static void
round_trip(const struct weft__repl_message *message, struct weft_buf *out,
    struct weft__repl_message *again)
{
	assert_int_equal(weft__repl_message_write(message, out), 0);
	assert_int_equal(weft__repl_message_read(again, message->is_binary,
			     weft_buf_slice(out), NULL),
	    0);
	assert_int_equal(again->type, message->type);
}

static void
message_write__is_what_the_page_shows(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(4096);
	struct weft__repl_message message;

	weft__repl_message_init(&message, WEFT__REPL_OPEN);
	message.n = 2;
	message.model = weft_slice("Todo");
	message.position = weft_slice("AAQ");
	assert_int_equal(weft__repl_message_write(&message, &out), 0);
	assert_string_equal(out.data,
	    "{\"t\":\"open\",\"n\":2,\"model\":\"Todo\",\"position\":\"AAQ\"}");
	weft_buf_clear(&out);
	message.not_live = true;
	message.needs_root = true;
	message.position = weft_slice(NULL);
	assert_int_equal(weft__repl_message_write(&message, &out), 0);
	assert_string_equal(out.data,
	    "{\"t\":\"open\",\"n\":2,\"model\":\"Todo\",\"live\":false,"
	    "\"root\":true}");
	weft_buf_clear(&out);
	weft__repl_message_init(&message, WEFT__REPL_ACK);
	message.s = 9;
	message.batches = 3;
	assert_int_equal(weft__repl_message_write(&message, &out), 0);
	assert_string_equal(
	    out.data, "{\"t\":\"ack\",\"s\":9,\"batches\":3}");
	weft_buf_fini(&out);
}

static void
message_read__gives_what_was_written_as_text(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(4096);
	struct weft__repl_message message, again;

	weft__repl_message_init(&message, WEFT__REPL_HELLO);
	message.node = weft_slice("n\"\n\xc3\xa4");
	message.agent = weft_slice("weft");
	message.binary = true;
	message.compress = weft_slice("[\"zstd\"]");
	message.message = 65536;
	message.window = UINT64_C(1) << 53;
	round_trip(&message, &out, &again);
	assert_true(weft_slice_equal(again.node, message.node));
	assert_true(weft_slice_equal(again.agent, message.agent));
	assert_true(weft_slice_equal(again.compress, message.compress));
	assert_true(again.binary);
	assert_int_equal(again.message, 65536);
	assert_int_equal(again.window, UINT64_C(1) << 53);
	weft__repl_message_fini(&again);
	weft_buf_clear(&out);
	weft__repl_message_init(&message, WEFT__REPL_ASK);
	message.n = 1;
	message.model = weft_slice("Todo");
	message.body = weft_slice_of("\0\xff\n", 3);
	round_trip(&message, &out, &again);
	assert_true(weft_slice_equal(again.body, message.body));
	weft__repl_message_fini(&again);
	weft_buf_fini(&out);
}

static void
message_read__gives_what_was_written_as_bytes(void **state)
{
	static const enum weft__repl_type types[] = {WEFT__REPL_BATCH,
	    WEFT__REPL_PUSH, WEFT__REPL_ASK, WEFT__REPL_ANSWER,
	    WEFT__REPL_GOT};
	struct weft_buf out = WEFT_BUF_INIT(4096);

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct weft__repl_message message, again;

		weft__repl_message_init(&message, types[i]);
		message.is_binary = true;
		message.n = 300;
		message.s = 70000;
		message.position = weft_slice("here");
		message.left = 1;
		message.model = weft_slice("Todo");
		message.body = weft_slice_of("\0\1\2", 3);
		weft_buf_clear(&out);
		round_trip(&message, &out, &again);
		assert_true(weft_slice_equal(again.body, message.body));
		assert_true(again.n == 300 || again.s == 70000);
		weft__repl_message_fini(&again);
	}
	weft_buf_fini(&out);
}

static void
message_read__takes_an_older_and_a_newer_hello(void **state)
{
	struct weft__repl_message message;

	assert_int_equal(weft__repl_message_read(&message, false,
			     bytes_of("{\"t\":\"hello\"}"), NULL),
	    0);
	assert_int_equal(message.type, WEFT__REPL_HELLO);
	assert_false(message.binary);
	assert_int_equal(message.window, 0);
	weft__repl_message_fini(&message);
	assert_int_equal(
	    weft__repl_message_read(&message, false,
		bytes_of("{\"t\":\"hello\",\"node\":\"x\",\"quic\":{\"a\":[1]},"
			 "\"window\":5,\"s\":\"not ours here\"}"),
		NULL),
	    0);
	assert_int_equal(message.window, 5);
	weft__repl_message_fini(&message);
}

static void
message_read__tells_what_may_be_ignored(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		bool is_binary, is_optional;
	} cases[] = {
	    {"{\"t\":\"new\"}", 11, false, false},
	    {"{\"t\":\"new\",\"optional\":true}", 27, false, true},
	    {"\x3f\0", 2, true, false},
	    {"\0\0", 2, true, false},
	    {"\x40\0", 2, true, true},
	    {"\xff\0ab", 4, true, true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft__repl_message message;

		assert_int_equal(
		    weft__repl_message_read(&message, cases[i].is_binary,
			weft_slice_of(cases[i].bytes, cases[i].size), NULL),
		    0);
		assert_int_equal(message.type, WEFT__REPL_UNKNOWN);
		assert_int_equal(message.is_optional, cases[i].is_optional);
		weft__repl_message_fini(&message);
	}
}

static void
message_read__refuses_what_is_malformed(void **state)
{
	static const char *const texts[] = {
	    "",
	    "{",
	    "[]",
	    "3",
	    "{}",
	    "{\"t\":1}",
	    "{\"t\":\"ack\"}",
	    "{\"t\":\"ack\",\"s\":\"9\"}",
	    "{\"t\":\"ack\",\"s\":-1}",
	    "{\"t\":\"ack\",\"s\":1.5}",
	    "{\"t\":\"ack\",\"s\":1e300}",
	    "{\"t\":\"ack\",\"s\":1,\"s\":2}",
	    "{\"t\":\"open\",\"n\":1}",
	    "{\"t\":\"open\",\"n\":1,\"model\":{}}",
	    "{\"t\":\"open\",\"n\":1,\"model\":\"A\",\"live\":1}",
	    "{\"t\":\"open\",\"n\":1,\"model\":\"A\",\"filter\":[]}",
	    "{\"t\":\"push\",\"n\":1}",
	    "{\"t\":\"models\",\"n\":0}",
	    "{\"t\":\"models\"}",
	    "{\"t\":\"push\",\"n\":1,\"parts\":{}}",
	    "{\"t\":\"ask\",\"n\":1,\"model\":\"A\",\"question\":\"!\"}",
	    "{\"t\":\"ack\",\"s\":1}x",
	    "{\"t\":\"auth\",\"token\":\"\\ud800\"}",
	};
	struct weft__repl_message message;
	struct weft_error error;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int code = weft__repl_message_read(
		    &message, false, weft_slice(texts[i]), &error);

		assert_true(code == WEFT_EINVAL || code == WEFT_EJSON);
		weft__repl_message_fini(&message);
	}
	assert_int_equal(weft__repl_message_read(&message, true,
			     weft_slice_of("\1", 1), &error),
	    WEFT_EINVAL);
	weft__repl_message_fini(&message);
	/* A text that goes beyond the message. */
	assert_int_equal(weft__repl_message_read(&message, true,
			     weft_slice_of("\1\0\1\4abc", 7), &error),
	    WEFT_EINVAL);
	weft__repl_message_fini(&message);
}

static void
check_packing(enum weft__repl_packing packing)
{
	struct weft_buf plain = WEFT_BUF_INIT(100000);
	struct weft_buf packed = WEFT_BUF_INIT(100000);
	struct weft__repl_message message;
	bool is_packed;

	while (plain.size < 50000)
		assert_int_equal(weft_buf_printf(
				     &plain, "record %zu\n", plain.size),
		    0);
	assert_int_equal(weft__repl_pack(packing, weft_buf_slice(&plain),
			     &packed, &is_packed),
	    0);
	assert_true(is_packed);
	assert_true(packed.size < plain.size / 2);
	weft__repl_message_init(&message, WEFT__REPL_GOT);
	message.is_packed = true;
	message.unpacked_size = plain.size;
	message.body = weft_buf_slice(&packed);
	assert_int_equal(weft__repl_message_unpack(
			     &message, packing, plain.size - 1, NULL),
	    WEFT_ELIMIT);
	message.unpacked_size = plain.size - 1;
	assert_int_equal(weft__repl_message_unpack(
			     &message, packing, plain.size, NULL),
	    WEFT_EINVAL);
	weft_buf_fini(&message.unpacked);
	message.unpacked_size = plain.size;
	assert_int_equal(weft__repl_message_unpack(
			     &message, packing, plain.size, NULL),
	    0);
	assert_true(weft_slice_equal(message.body, weft_buf_slice(&plain)));
	weft__repl_message_fini(&message);
	weft_buf_fini(&plain);
	weft_buf_fini(&packed);
}

static void
message_unpack__gives_back_what_was_packed(void **state)
{
	check_packing(WEFT__REPL_ZSTD);
	check_packing(WEFT__REPL_DEFLATE);
}

static void
message_unpack__refuses_what_grows_too_much(void **state)
{
	struct weft__repl_message message;

	weft__repl_message_init(&message, WEFT__REPL_GOT);
	message.is_packed = true;
	message.unpacked_size = 16 * 1024 * 1024;
	message.body = weft_slice("0123456789");
	assert_int_equal(weft__repl_message_unpack(&message, WEFT__REPL_ZSTD,
			     WEFT__REPL_MESSAGE_SIZE, NULL),
	    WEFT_ELIMIT);
	message.unpacked_size = 1000;
	assert_int_equal(weft__repl_message_unpack(&message, WEFT__REPL_PLAIN,
			     WEFT__REPL_MESSAGE_SIZE, NULL),
	    WEFT_EINVAL);
	assert_int_equal(weft__repl_message_unpack(&message, WEFT__REPL_ZSTD,
			     WEFT__REPL_MESSAGE_SIZE, NULL),
	    WEFT_EINVAL);
	weft__repl_message_fini(&message);
}

/* Three megabytes of one letter would become a few hundred bytes. */
static void
repl_pack__leaves_what_would_be_refused(void **state)
{
	const size_t size = 3 * 1024 * 1024;
	struct weft_buf plain = WEFT_BUF_INIT(size);
	struct weft_buf packed = WEFT_BUF_INIT(size);
	bool is_packed;

	assert_int_equal(weft_buf_reserve(&plain, size), 0);
	memset(plain.data, 't', size);
	plain.size = size;
	for (enum weft__repl_packing i = WEFT__REPL_ZSTD;
	     i <= WEFT__REPL_DEFLATE; i++) {
		assert_int_equal(weft__repl_pack(i, weft_buf_slice(&plain),
				     &packed, &is_packed),
		    0);
		assert_false(is_packed);
		assert_int_equal(packed.size, 0);
	}
	weft_buf_fini(&plain);
	weft_buf_fini(&packed);
}

static void
repl_word__comes_back_as_a_code_of_its_kind(void **state)
{
	static const int codes[] = {WEFT_EINVAL, WEFT_EUNSUPPORTED,
	    WEFT_EDENIED, WEFT_ENOTFOUND, WEFT_ELIMIT, WEFT_EGONE,
	    WEFT_ELOCKED, WEFT_ETIMEOUT, WEFT_EIO};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		assert_int_equal(
		    weft__repl_code(weft_slice(weft__repl_word(codes[i]))),
		    codes[i]);
	assert_string_equal(weft__repl_word(WEFT_EDAMAGED), "internal");
	assert_int_equal(weft__repl_code(weft_slice("new")), WEFT_EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(message_write__is_what_the_page_shows),
	    cmocka_unit_test(message_read__gives_what_was_written_as_text),
	    cmocka_unit_test(message_read__gives_what_was_written_as_bytes),
	    cmocka_unit_test(message_read__takes_an_older_and_a_newer_hello),
	    cmocka_unit_test(message_read__tells_what_may_be_ignored),
	    cmocka_unit_test(message_read__refuses_what_is_malformed),
	    cmocka_unit_test(message_unpack__gives_back_what_was_packed),
	    cmocka_unit_test(message_unpack__refuses_what_grows_too_much),
	    cmocka_unit_test(repl_pack__leaves_what_would_be_refused),
	    cmocka_unit_test(repl_word__comes_back_as_a_code_of_its_kind),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
