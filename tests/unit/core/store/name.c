/* Tests of core/store/name.h. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <weft/error.h>

#include "core/store/name.h"
#include "tests/lib/random.h"

static const struct {
	const char *text;
	const char *name;
} vectors[] = {
    {"abc-DEF_123", "abc-DEF_123"},
    {"", "%e"},
    {"a.b", "a.b"},
    {"a..b", "a..b"},
    {".", "%2E"},
    {"..", "%2E%2E"},
    {".git", "%2Egit"},
    {"x.", "x%2E"},
    {"con/aux", "con%2Faux"},
    {"%", "%25"},
    {"%h", "%25h"},
    {"git~1", "git%7E1"},
    {"a b\n", "a%20b%0A"},
    {"\xc3\xa4", "%C3%A4"},
    {"\x01\x7f", "%01%7F"},
    {"1", "1"},
};

static void
name_escape__gives_the_names_of_the_format(void **state)
{
	char name[WEFT__NAME_ROOM], text[WEFT__NAME_ROOM];
	size_t size;

	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		size = weft__name_escape(weft_slice(vectors[i].text), name);
		assert_string_equal(name, vectors[i].name);
		assert_int_equal(size, strlen(name));
		assert_int_equal(
		    weft__name_unescape(weft_slice(name), text, &size), 0);
		assert_int_equal(size, strlen(vectors[i].text));
		assert_memory_equal(text, vectors[i].text, size);
	}
}

static void
name_unescape__gives_back_any_bytes(void **state)
{
	struct random random = {1};
	char text[WEFT__NAME_MAX], again[WEFT__NAME_ROOM];
	char name[WEFT__NAME_ROOM];
	size_t size, again_size;

	for (int i = 0; i < 10000; i++) {
		size = random_below(&random, sizeof text + 1);
		for (size_t j = 0; j < size; j++)
			text[j] = (char)(random_below(&random, 4)
			        ? "a.%-/"[random_below(&random, 5)]
			        : (char)random_next(&random));
		again_size =
		    weft__name_escape(weft_slice_of(text, size), name);
		assert_int_equal(
		    weft__name_unescape(weft_slice_of(name, again_size),
		        again, &again_size),
		    0);
		assert_int_equal(again_size, size);
		assert_memory_equal(again, text, size);
	}
}

static void
name_unescape__refuses_all_other_spellings(void **state)
{
	static const char *const wrong[] = {"", ".", "..", "a/b", "a b", "%",
	    "%2", "%2f", "%41", "%2g", "%h", "%E", "%e%e", "a%", ".a", "a.",
	    "%h0123456789012345678901234567890123456789", "\xc3\xa4", "~"};
	char text[WEFT__NAME_ROOM], name[WEFT__NAME_ROOM + 10];
	size_t size;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(
		    weft__name_unescape(weft_slice(wrong[i]), text, &size),
		    WEFT_EDAMAGED);
	memset(name, 'a', sizeof name);
	assert_int_equal(
	    weft__name_unescape(weft_slice_of(name, WEFT__NAME_MAX), text,
	        &size),
	    0);
	for (size_t i = WEFT__NAME_MAX + 1; i <= sizeof name; i++)
		assert_int_equal(weft__name_unescape(weft_slice_of(name, i),
		                     text, &size),
		    WEFT_EDAMAGED);
}

static size_t
name_of(const char *id, size_t size, char name[WEFT__NAME_ROOM])
{
	struct weft__oid hash;

	weft__sha1(id, size, &hash);
	return weft__name_of_id(weft_slice_of(id, size), &hash, name);
}

static void
name_of_id__hashes_what_would_be_longer_than_200(void **state)
{
	char id[1024], name[WEFT__NAME_ROOM];

	memset(id, 'a', sizeof id);
	assert_int_equal(name_of(id, 200, name), 200);
	assert_false(weft__name_is_hashed(weft_slice(name)));
	assert_int_equal(name_of(id, 201, name), WEFT__NAME_HASHED_SIZE);
	assert_string_equal(
	    name, "%h6f82e951f58a5d922ecae46ab7fcbfccecbc6849");
	assert_true(weft__name_is_hashed(weft_slice(name)));
	assert_int_equal(name_of(id, 1024, name), WEFT__NAME_HASHED_SIZE);
	memset(id, '/', sizeof id);
	assert_int_equal(name_of(id, 66, name), 198);
	assert_int_equal(name_of(id, 67, name), WEFT__NAME_HASHED_SIZE);
}

static void
name_is_hashed__knows_only_the_right_form(void **state)
{
	static const char *const wrong[] = {"%h", "%h0", "",
	    "%h012345678901234567890123456789012345678G",
	    "%H0123456789012345678901234567890123456789",
	    "%h0123456789012345678901234567890123456789.id",
	    "%h01234567890123456789012345678901234567890"};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(weft__name_is_hashed(weft_slice(wrong[i])));
}

static const struct {
	const char *source;
	const char *ref;
} refs[] = {
    {"db", "refs/weft/db"},
    {"my db", "refs/weft/my%20db"},
    {"a.b", "refs/weft/a%2Eb"},
    {"a..b", "refs/weft/a%2E%2Eb"},
    {"x.lock", "refs/weft/x%2Elock"},
    {"peer", "refs/weft/%70eer"},
    {"HEAD", "refs/weft/%48EAD"},
    {"-v", "refs/weft/%2Dv"},
    {"-", "refs/weft/%2D"},
    {"@{-1}", "refs/weft/%40%7B-1%7D"},
    {"a/b", "refs/weft/a%2Fb"},
    {"peers", "refs/weft/peers"},
};

static void
name_ref__gives_what_git_takes_as_a_ref(void **state)
{
	char ref[WEFT__REF_ROOM], command[WEFT__REF_ROOM + 64];
	char source[129];

	for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
		weft__name_ref("refs/weft/", weft_slice(refs[i].source), ref);
		assert_string_equal(ref, refs[i].ref);
		snprintf(command, sizeof command,
		    "git check-ref-format '%s'", ref);
		assert_int_equal(system(command), 0);
	}
	memset(source, '.', sizeof source - 1);
	source[sizeof source - 1] = '\0';
	weft__name_ref("refs/weft/", weft_slice(source), ref);
	assert_int_equal(strlen(ref), 10 + WEFT__NAME_HASHED_SIZE);
}

static void
name_peer_ref__takes_any_text(void **state)
{
	char ref[WEFT__REF_ROOM], peer[3000];

	weft__name_peer_ref(
	    weft_slice("db"), weft_slice("http://h:80/api {}"), ref);
	assert_string_equal(
	    ref, "refs/weft/peer/db/http%3A%2F%2Fh%3A80%2Fapi%20%7B%7D");
	memset(peer, 'p', sizeof peer);
	weft__name_peer_ref(
	    weft_slice("db"), weft_slice_of(peer, sizeof peer), ref);
	assert_int_equal(
	    strlen(ref), strlen("refs/weft/peer/db/") + WEFT__NAME_HASHED_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(name_escape__gives_the_names_of_the_format),
	    cmocka_unit_test(name_unescape__gives_back_any_bytes),
	    cmocka_unit_test(name_unescape__refuses_all_other_spellings),
	    cmocka_unit_test(name_of_id__hashes_what_would_be_longer_than_200),
	    cmocka_unit_test(name_is_hashed__knows_only_the_right_form),
	    cmocka_unit_test(name_ref__gives_what_git_takes_as_a_ref),
	    cmocka_unit_test(name_peer_ref__takes_any_text),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
