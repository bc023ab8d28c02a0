/* Tests of models/query/regexp.c. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/patience.h"
#include "models/query/regexp.h"

static bool
run(struct weft__regexp *regexp, struct weft_slice text)
{
	bool matches = false;

	assert_int_equal(weft__regexp_matches(regexp, text, &matches), 0);
	return matches;
}

static bool
matches(const char *pattern, const char *text)
{
	struct weft__regexp *chain = NULL, *regexp;
	bool answer;

	assert_int_equal(weft__regexp_compile(
	    &chain, weft_slice(pattern), &regexp, NULL), 0);
	answer = run(regexp, weft_slice(text));
	weft__regexp_free(chain);
	return answer;
}

static bool
like(const char *pattern, const char *text, bool ignore_case)
{
	struct weft__regexp *chain = NULL, *regexp;
	bool answer;

	assert_int_equal(weft__regexp_compile_like(&chain,
	    weft_slice(pattern), ignore_case, &regexp, NULL), 0);
	answer = run(regexp, weft_slice(text));
	weft__regexp_free(chain);
	return answer;
}

static void
regexp_matches__finds_the_pattern_anywhere(void **state)
{
	assert_true(matches("b", "abc"));
	assert_true(matches("^a.c$", "abc"));
	assert_false(matches("^b", "abc"));
	assert_true(matches("", "abc"));
	assert_true(matches("\\d+", "a12"));
	assert_false(matches("\\d", "\xd9\xa3")); /* ARABIC DIGIT THREE */
	assert_true(matches("^.$", "\xf0\x9f\x98\x80"));
	assert_true(matches("\\u{1F600}", "\xf0\x9f\x98\x80"));
	assert_true(matches("\\u00e9", "\xc3\xa9"));
}

static void
regexp_compile__reads_flags(void **state)
{
	assert_false(matches("/ABC/", "abc"));
	assert_true(matches("/ABC/i", "abc"));
	assert_true(matches("/\xc3\x89/i", "\xc3\xa9")); /* e acute */
	assert_false(matches("/^b/", "a\nb"));
	assert_true(matches("/^b/m", "a\nb"));
	assert_false(matches("/a.b/", "a\nb"));
	assert_true(matches("/a.b/s", "a\nb"));
	assert_true(matches("/a/gimsu", "A"));
	assert_true(matches("/a\\/b/", "a/b"));
	assert_false(matches("/a$/", "a\n"));
	assert_true(matches("//", "x"));
	assert_true(matches("/", "a/b"));
	assert_true(matches("a/i", "a/i"));
}

static void
refuses(const char *pattern, int code, const char *part)
{
	struct weft__regexp *chain = NULL, *regexp;
	struct weft_error error;

	assert_int_equal(weft__regexp_compile(
	    &chain, weft_slice(pattern), &regexp, &error), code);
	assert_int_equal(error.code, code);
	assert_non_null(strstr(error.text, part));
	assert_null(chain);
}

static void
regexp_compile__says_what_is_wrong(void **state)
{
	refuses("a(b", WEFT_EINVAL, "at byte 3: missing closing parenthesis");
	refuses("/[/", WEFT_EINVAL, "at byte 1");
	refuses("/a/x", WEFT_EINVAL, "no flag 'x'");
	refuses("\xff", WEFT_EINVAL, "at byte 0: UTF-8");
	refuses("\\C", WEFT_EINVAL, "at byte");
}

static void
regexp_compile__takes_a_pattern_up_to_its_limit(void **state)
{
	struct weft__regexp *chain = NULL, *regexp;
	char text[WEFT_LIMIT_REGEXP_SIZE + 1];

	memset(text, 'a', sizeof text);
	assert_int_equal(weft__regexp_compile(&chain,
	    weft_slice_of(text, sizeof text - 1), &regexp, NULL), 0);
	assert_int_equal(weft__regexp_compile(&chain,
	    weft_slice_of(text, sizeof text), &regexp, NULL), WEFT_ELIMIT);
	memset(text, '%', sizeof text);
	assert_int_equal(weft__regexp_compile_like(&chain,
	    weft_slice_of(text, sizeof text - 1), true, &regexp, NULL), 0);
	assert_true(run(regexp, weft_slice("abc")));
	assert_int_equal(weft__regexp_compile_like(&chain,
	    weft_slice_of(text, sizeof text), true, &regexp, NULL),
	    WEFT_ELIMIT);
	weft__regexp_free(chain);
}

static void
regexp_matches__gives_up_on_patterns_made_to_be_slow(void **state)
{
	struct weft__regexp *chain = NULL, *regexp;
	bool answer;

	assert_int_equal(weft__regexp_compile(
	    &chain, weft_slice("^(a+)+$"), &regexp, NULL), 0);
	assert_int_equal(weft__regexp_matches(regexp,
	    weft_slice("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
	    &answer), WEFT_ELIMIT);
	weft__regexp_free(chain);
}

/* PCRE2 counts anew for each place at which the match may begin; this would
 * take more than a second. */
static void
regexp_matches__counts_the_steps_of_all_beginnings(void **state)
{
	struct weft__regexp *chain = NULL, *regexp;
	char zeros[400];
	bool answer;

	memset(zeros, '0', sizeof zeros);
	assert_int_equal(weft__regexp_compile(
	    &chain, weft_slice("0*0*0*x0"), &regexp, NULL), 0);
	assert_int_equal(weft__regexp_matches(regexp,
	    weft_slice_of(zeros, sizeof zeros), &answer), WEFT_ELIMIT);
	weft__regexp_free(chain);
}

/* Also in the middle of one match, which may read much. */
static void
regexp_matches__is_broken_off(void **state)
{
	struct weft__regexp *chain = NULL, *list[2];
	atomic_bool is_gone = true;
	const struct weft__patience patience = {.is_gone = &is_gone};
	bool answer;

	assert_int_equal(weft__regexp_compile(
	    &chain, weft_slice("a+b"), &list[0], NULL), 0);
	assert_int_equal(weft__regexp_compile_like(
	    &chain, weft_slice("%b_"), false, &list[1], NULL), 0);
	weft__patience_set(&patience);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(weft__regexp_matches(list[i],
		    weft_slice("aaab"), &answer), WEFT_ECANCELED);
	weft__patience_set(NULL);
	weft__regexp_free(chain);
}

static void
regexp_matches__takes_text_that_is_not_utf8_as_no_match(void **state)
{
	assert_false(matches(".", "\xff"));
}

static void
regexp_like__matches_the_whole_text(void **state)
{
	assert_true(like("abc", "abc", false));
	assert_false(like("abc", "xabc", false));
	assert_false(like("abc", "abcx", false));
	assert_true(like("", "", false));
	assert_false(like("", "a", false));
	assert_true(like("a%", "abc", false));
	assert_true(like("%c", "abc", false));
	assert_true(like("%b%", "abc", false));
	assert_true(like("%", "", false));
	assert_true(like("a_c", "abc", false));
	assert_false(like("a_c", "ac", false));
	assert_true(like("_", "\xf0\x9f\x98\x80", false));
	assert_true(like("%\n%", "a\nb", false));
	assert_true(like("a%b%c", "a1b2b3c", false));
	assert_false(like("a%b%c", "a1c2b3", false));
	assert_true(like("%aab", "aaaab", false));
	assert_true(like("%ab%ab", "abab", false));
	assert_false(like("%ab%ab", "ab", false));
}

static void
regexp_like__takes_all_else_literally(void **state)
{
	assert_true(like("a.c", "a.c", false));
	assert_false(like("a.c", "abc", false));
	assert_true(like("[a]*^$(|)+?{1}/E", "[a]*^$(|)+?{1}/E", false));
	assert_true(like("\\%", "%", false));
	assert_false(like("\\%", "a", false));
	assert_true(like("\\_", "_", false));
	assert_true(like("\\\\", "\\", false));
	assert_true(like("a\\", "a\\", false));
	assert_true(like("100\\%%", "100% sure", false));
	assert_true(like("\xc3\xa9_", "\xc3\xa9x", false));
}

static void
regexp_like__ignores_case_if_asked(void **state)
{
	assert_false(like("ABC", "abc", false));
	assert_true(like("ABC", "abc", true));
	assert_true(like("%\xc3\x89%", "x\xc3\xa9y", true));
}

static void
regexp_like__knows_nul(void **state)
{
	struct weft__regexp *chain = NULL, *regexp;

	assert_int_equal(weft__regexp_compile_like(&chain,
	    weft_slice_of("a\0%", 3), false, &regexp, NULL), 0);
	assert_true(run(regexp, weft_slice_of("a\0b", 3)));
	assert_false(run(regexp, weft_slice_of("ab", 2)));
	weft__regexp_free(chain);
}

/* Many %s over a long text that does not match: no more than text * pattern
 * steps, else this would not end. */
static void
regexp_like__is_never_slow(void **state)
{
	struct weft__regexp *chain = NULL, *regexp;
	struct weft_slice text = {NULL, 100000};
	char *bytes = malloc(text.size);

	assert_non_null(bytes);
	memset(bytes, 'a', text.size);
	text.data = bytes;
	assert_int_equal(weft__regexp_compile_like(&chain,
	    weft_slice("%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b"), false, &regexp,
	    NULL), 0);
	assert_false(run(regexp, text));
	weft__regexp_free(chain);
	free(bytes);
}

static void
regexp_compile__survives_any_failed_allocation(void **state)
{
	struct weft__regexp *chain = NULL, *regexp;
	struct weft_error error;
	int code;

	for (uint64_t i = 0;; i++) {
		weft__alloc_fail_after(i, false);
		code = weft__regexp_compile_like(&chain,
		    weft_slice("a%b_"), true, &regexp, &error);
		weft__alloc_fail_never();
		if (!code)
			break;
		assert_int_equal(code, WEFT_ENOMEM);
		assert_null(chain);
	}
	assert_true(run(regexp, weft_slice("AxxBx")));
	weft__regexp_free(chain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(regexp_matches__finds_the_pattern_anywhere),
	    cmocka_unit_test(regexp_compile__reads_flags),
	    cmocka_unit_test(regexp_compile__says_what_is_wrong),
	    cmocka_unit_test(regexp_compile__takes_a_pattern_up_to_its_limit),
	    cmocka_unit_test(
		regexp_matches__gives_up_on_patterns_made_to_be_slow),
	    cmocka_unit_test(
		regexp_matches__counts_the_steps_of_all_beginnings),
	    cmocka_unit_test(regexp_matches__is_broken_off),
	    cmocka_unit_test(
		regexp_matches__takes_text_that_is_not_utf8_as_no_match),
	    cmocka_unit_test(regexp_like__matches_the_whole_text),
	    cmocka_unit_test(regexp_like__takes_all_else_literally),
	    cmocka_unit_test(regexp_like__ignores_case_if_asked),
	    cmocka_unit_test(regexp_like__knows_nul),
	    cmocka_unit_test(regexp_like__is_never_slow),
	    cmocka_unit_test(regexp_compile__survives_any_failed_allocation),
	};

	return cmocka_run_group_tests_name("regexp", tests, NULL, NULL);
}
