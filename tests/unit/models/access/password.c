/* Tests of models/access/password.h. */
#include "tests/lib/test.h"

#include "core/base/clock.h"
#include "models/access/password.h"

static const struct weft__password_cost cheap = {4, 8, 1};

static bool
verify(const char *password, const char *hash, bool *outdated)
{
	bool matches;

	assert_int_equal(weft__password_verify(weft_slice(password),
			     weft_slice(hash), &cheap, &matches, outdated,
			     NULL), 0);
	return matches;
}

static void
password_hash__is_verified_by_its_password_alone(void **state)
{
	char hash[WEFT__PASSWORD_HASH_SIZE], other[WEFT__PASSWORD_HASH_SIZE];
	bool outdated;

	assert_int_equal(weft__password_hash(weft_slice("secret"), &cheap,
			     &weft__clock_system, hash, NULL), 0);
	assert_int_equal(weft__password_hash(weft_slice("secret"), &cheap,
			     &weft__clock_system, other, NULL), 0);
	assert_string_not_equal(hash, other);
	assert_memory_equal(hash, "$scrypt$ln=4,r=8,p=1$", 21);
	assert_true(verify("secret", hash, &outdated));
	assert_false(outdated);
	assert_false(verify("secre", hash, &outdated));
	assert_false(verify("secret ", hash, &outdated));
	assert_false(verify("", hash, &outdated));
}

static void
password_verify__knows_scrypt_of_others(void **state)
{
	bool outdated;

	/* Made by Node's crypto.scryptSync("pleaseletmein", 16 bytes, 32). */
	assert_true(verify("pleaseletmein", 
	    "$scrypt$ln=10,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg"
	    "$NHojOb+G+ZuFpX52jQGJPg/AaQpvIbkurmwLMdCIUXs", &outdated));
	assert_true(outdated);
}

/* Made by bcryptjs 2.4.3 for "secret", which LoopBack 3 uses. */
static void
password_verify__knows_bcrypt_as_loopback_makes_it(void **state)
{
	static const char *const hashes[] = {
	    "$2b$04$Kvh1K/Pl9OAHnSzukxjeY.rAw.DAaqfQHlvxJKTA8a/Bfbww5VjUC",
	    "$2b$04$CrbWYEtYd9XsFqzTYQ/CfeKB.8VKjx97830jk/.1VCm48WBmkNODW",
	    "$2y$04$CrbWYEtYd9XsFqzTYQ/CfeKB.8VKjx97830jk/.1VCm48WBmkNODW",
	};
	bool outdated;

	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
		assert_true(weft__password_is_hash(weft_slice(hashes[i])));
		assert_true(verify("secret", hashes[i], &outdated));
		assert_true(outdated);
		assert_false(verify("Secret", hashes[i], &outdated));
	}
}

static void
password_verify__takes_no_text_that_is_no_hash(void **state)
{
	static const char *const texts[] = {
	    "", "secret", "$scrypt$", "$scrypt$ln=4,r=8,p=1$$",
	    "$scrypt$ln=04,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!",
	    /* costs that would take for ever */
	    "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "$scrypt$ln=17,r=16,p=8$AAAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "$2a$31$abcdefghijklmnopqrstuuVy7bmqUxv0y9bQUAWR5nSxqzVWJUm8a",
	    "$2x$10$abcdefghijklmnopqrstuuVy7bmqUxv0y9bQUAWR5nSxqzVWJUm8a",
	    "$2a$10$abcdefghijklmnopqrstuuVy7bmqUxv0y9bQUAWR5nSxqzVWJUm8",
	};
	bool outdated;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_false(weft__password_is_hash(weft_slice(texts[i])));
		assert_false(verify("secret", texts[i], &outdated));
		assert_false(verify("", texts[i], &outdated));
	}
	assert_false(weft__password_is_hash(weft_slice(NULL)));
}

static void
password_hash__refuses_a_cost_that_is_never_verified(void **state)
{
	const struct weft__password_cost costs[] = {
	    {0, 8, 1}, {18, 8, 1}, {15, 0, 1}, {15, 8, 0}, {17, 16, 1}};
	char hash[WEFT__PASSWORD_HASH_SIZE];

	for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
		assert_int_equal(weft__password_hash(weft_slice("secret"),
				     &costs[i], &weft__clock_system, hash,
				     NULL), WEFT_EINVAL);
}

static void
password_check__has_loopbacks_words(void **state)
{
	struct weft__refusal refusal = {0};
	struct weft_error error;
	char longest[74];

	memset(longest, 'x', 73);
	longest[73] = '\0';
	assert_int_equal(weft__password_check(weft_slice(longest + 1),
			     &refusal, &error), 0);
	assert_int_equal(weft__password_check(weft_slice(longest), &refusal,
			     &error), WEFT_EVALIDATION);
	assert_int_equal(refusal.status, 422);
	assert_string_equal(refusal.word, "PASSWORD_TOO_LONG");
	assert_string_equal(error.text, "The password entered was too long. "
	    "Max length is 72 (entered 73)");
	assert_int_equal(weft__password_check(weft_slice(""), &refusal,
			     &error), WEFT_EVALIDATION);
	assert_string_equal(refusal.word, "INVALID_PASSWORD");
	assert_string_equal(error.text, "Invalid password.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(password_hash__is_verified_by_its_password_alone),
	    cmocka_unit_test(password_verify__knows_scrypt_of_others),
	    cmocka_unit_test(
		password_verify__knows_bcrypt_as_loopback_makes_it),
	    cmocka_unit_test(password_verify__takes_no_text_that_is_no_hash),
	    cmocka_unit_test(
		password_hash__refuses_a_cost_that_is_never_verified),
	    cmocka_unit_test(password_check__has_loopbacks_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
