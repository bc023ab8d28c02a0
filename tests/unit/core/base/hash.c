/* Tests of core/base/hash.h. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "core/base/hash.h"

static void
assert_sha1(const void *data, size_t size, const char *expected)
{
	struct weft__oid oid;
	char text[WEFT__OID_HEX + 1];

	weft__sha1(data, size, &oid);
	weft__oid_format(&oid, text);
	assert_string_equal(text, expected);
}

static void
sha1__agrees_with_fips_180(void **state)
{
	char *million = malloc(1000000);

	assert_sha1("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_sha1("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnop"
	    "nopq", 56, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	assert_non_null(million);
	memset(million, 'a', 1000000);
	assert_sha1(million, 1000000,
	    "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	free(million);
}

/* Pieces of every size, across the blocks of 64 bytes. */
static void
sha1_stream__is_the_hash_of_all_pieces(void **state)
{
	struct weft__sha1_stream stream, copy;
	struct weft__oid oid, whole, half;
	char bytes[300];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	weft__sha1(bytes, sizeof bytes, &whole);
	weft__sha1(bytes, sizeof bytes / 2, &half);
	for (size_t piece = 1; piece <= sizeof bytes; piece++) {
		weft__sha1_start(&stream);
		for (size_t at = 0; at < sizeof bytes; at += piece)
			weft__sha1_add(&stream, bytes + at,
			    sizeof bytes - at < piece ? sizeof bytes - at
						      : piece);
		weft__sha1_finish(&stream, &oid);
		assert_true(weft__oid_equal(&oid, &whole));
	}
	weft__sha1_start(&stream);
	weft__sha1_add(&stream, bytes, sizeof bytes / 2);
	copy = stream;
	weft__sha1_add(&stream, bytes + sizeof bytes / 2, sizeof bytes / 2);
	weft__sha1_finish(&stream, &oid);
	assert_true(weft__oid_equal(&oid, &whole));
	weft__sha1_finish(&copy, &oid);
	assert_true(weft__oid_equal(&oid, &half));
}

/* As `git hash-object` prints them. */
static void
object_id__is_gits(void **state)
{
	static const struct {
		const char *type;
		const char *data;
		const char *expected;
	} cases[] = {
	    {"blob", "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
	    {"tree", "", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
	    {"blob", "hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"},
	    {"blob", "test content\n",
		"d670460b4b4aece5915caf5c68d12f560a9fe3e4"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft__oid oid;
		char text[WEFT__OID_HEX + 1];

		weft__object_id(cases[i].type, cases[i].data,
		    strlen(cases[i].data), &oid);
		weft__oid_format(&oid, text);
		assert_string_equal(text, cases[i].expected);
	}
}

static void
object_id__writes_any_size(void **state)
{
	static const struct {
		size_t size;
		const char *expected; /* of so many zero bytes */
	} cases[] = {
	    {9, "bc8840b22b1bcf5594717cc39cf105953e00c24d"},
	    {10, "cb43b5ce1342e5d73830ac8b6a37ea870fae2632"},
	    {99999, "d0313b8dbac607711041d59aeb921e993fca146b"},
	    {100000, "f18c9a678f421d5c52f6c5acc23670267d5f632f"},
	    {1234567, "e3ca13d377d01a2b35898ad0ff845ae989297220"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *data = calloc(1, cases[i].size);
		struct weft__oid oid;
		char text[WEFT__OID_HEX + 1];

		assert_non_null(data);
		weft__object_id("blob", data, cases[i].size, &oid);
		weft__oid_format(&oid, text);
		assert_string_equal(text, cases[i].expected);
		free(data);
	}
}

static void
oid_parse__takes_40_lower_case_digits_only(void **state)
{
	static const char good[] = "0123456789abcdef0123456789abcdef01234567";
	static const char *const bad[] = {"",
	    "0123456789abcdef0123456789abcdef0123456",
	    "0123456789abcdef0123456789abcdef012345678",
	    "0123456789ABCDEF0123456789abcdef01234567",
	    "g123456789abcdef0123456789abcdef01234567",
	    "0123456789abcdef0123456789abcdef0123456 "};
	struct weft__oid oid = {{0}}, before;
	char text[WEFT__OID_HEX + 1];

	assert_true(weft__oid_is_zero(&oid));
	assert_true(weft__oid_parse(weft_slice(good), &oid));
	assert_false(weft__oid_is_zero(&oid));
	weft__oid_format(&oid, text);
	assert_string_equal(text, good);
	before = oid;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(weft__oid_parse(weft_slice(bad[i]), &oid));
	assert_false(weft__oid_parse(weft_slice(NULL), &oid));
	assert_true(weft__oid_equal(&before, &oid));
}

/* Any byte at any place. */
static void
oid_parse__looks_at_each_byte(void **state)
{
	struct weft__oid oid;
	char text[WEFT__OID_HEX + 1], again[WEFT__OID_HEX + 1];

	for (int place = 0; place < WEFT__OID_HEX; place++) {
		for (int byte = 0; byte < 256; byte++) {
			bool good = (byte >= '0' && byte <= '9') ||
			    (byte >= 'a' && byte <= 'f');

			memset(text, '7', sizeof text);
			text[place] = (char)byte;
			assert_int_equal(weft__oid_parse(
			    weft_slice_of(text, WEFT__OID_HEX), &oid), good);
			if (!good)
				continue;
			weft__oid_format(&oid, again);
			assert_memory_equal(again, text, WEFT__OID_HEX);
			assert_int_equal(oid.bytes[place / 2] >> 4 == 7,
			    place % 2 || byte == '7');
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sha1__agrees_with_fips_180),
	    cmocka_unit_test(sha1_stream__is_the_hash_of_all_pieces),
	    cmocka_unit_test(object_id__is_gits),
	    cmocka_unit_test(object_id__writes_any_size),
	    cmocka_unit_test(oid_parse__takes_40_lower_case_digits_only),
	    cmocka_unit_test(oid_parse__looks_at_each_byte),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
