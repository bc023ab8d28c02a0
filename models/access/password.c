#include "models/access/password.h"

#include <crypt.h>
#include <inttypes.h>
#include <stdio.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "models/access/refusal.h"

#define SALT_SIZE 16
#define KEY_SIZE 32

/* Base64 of n bytes with padding and NUL, as OpenSSL writes it. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

#define BCRYPT_COST_MIN 4

#define BCRYPT_SIZE 60 /* bytes of its text */

/* A hash of scrypt's, taken apart. */
struct parts {
	struct weft__password_cost cost;
	unsigned char salt[SALT_SIZE];
	unsigned char key[KEY_SIZE];
};

static int
derive(struct weft_slice password, const struct parts *parts,
    unsigned char key[KEY_SIZE], struct weft_error *error)
{
	const struct weft__password_cost *cost = &parts->cost;

	if (EVP_PBE_scrypt(password.data, password.size, parts->salt,
		SALT_SIZE, UINT64_C(1) << cost->log_n, cost->r, cost->p,
		WEFT_LIMIT_SCRYPT_SIZE, key, KEY_SIZE) == 1)
		return 0;
	return weft_error_set(error, WEFT_ENOMEM,
	    "no memory to hash a password");
}

static bool
is_bearable(const struct weft__password_cost *cost)
{
	return cost->log_n >= 1 && cost->log_n <= WEFT_LIMIT_SCRYPT_LOG_N &&
	       cost->r >= 1 && cost->r <= WEFT_LIMIT_SCRYPT_R &&
	       cost->p >= 1 && cost->p <= WEFT_LIMIT_SCRYPT_P &&
	       (UINT64_C(128) << cost->log_n) * cost->r <
		   WEFT_LIMIT_SCRYPT_SIZE;
}

/* Writes base64 without padding. */
static void
encode(const unsigned char *bytes, int size, char *text)
{
	EVP_EncodeBlock((unsigned char *)text, bytes, size);
	text[strcspn(text, "=")] = '\0';
}

/* Reads base64 without padding that stands for exactly 'size' bytes. */
static bool
decode(struct weft_slice text, unsigned char *bytes, size_t size)
{
	unsigned char padded[BASE64_SIZE(KEY_SIZE)];
	unsigned char out[KEY_SIZE + 3];
	size_t whole = BASE64_SIZE(size) - 1;

	if (text.size > whole || text.size + 2 < whole)
		return false;
	memset(padded, '=', sizeof padded);
	memcpy(padded, text.data, text.size);
	if (EVP_DecodeBlock(out, padded, (int)whole) < (int)size)
		return false;
	memcpy(bytes, out, size);
	return true;
}

int
weft__password_hash(struct weft_slice password,
    const struct weft__password_cost *cost, const struct weft_clock *clock,
    char hash[WEFT__PASSWORD_HASH_SIZE], struct weft_error *error)
{
	char salt[BASE64_SIZE(SALT_SIZE)], key[BASE64_SIZE(KEY_SIZE)];
	struct parts parts = {.cost = *cost};
	int code;

	if (!is_bearable(cost))
		return weft_error_set(error, WEFT_EINVAL,
		    "the cost of passwords: expected scrypt's n up to 2^%d, "
		    "r up to %d, p up to %d, %u MiB at most",
		    WEFT_LIMIT_SCRYPT_LOG_N, WEFT_LIMIT_SCRYPT_R,
		    WEFT_LIMIT_SCRYPT_P, WEFT_LIMIT_SCRYPT_SIZE >> 20);
	weft__clock_random(clock, parts.salt, SALT_SIZE);
	code = derive(password, &parts, parts.key, error);
	if (code)
		return code;
	encode(parts.salt, SALT_SIZE, salt);
	encode(parts.key, KEY_SIZE, key);
	snprintf(hash, WEFT__PASSWORD_HASH_SIZE,
	    "$scrypt$ln=%u,r=%u,p=%u$%s$%s", cost->log_n, cost->r, cost->p,
	    salt, key);
	OPENSSL_cleanse(&parts, sizeof parts);
	return 0;
}

/* Takes the decimal number at '*text', which goes on to what follows it. */
static bool
take_number(const char **text, const char *before, unsigned *number)
{
	size_t size = strlen(before);

	if (strncmp(*text, before, size) != 0)
		return false;
	*text += size;
	if (**text < '1' || **text > '9')
		return false;
	for (*number = 0; **text >= '0' && **text <= '9'; (*text)++) {
		*number = *number * 10 + (unsigned)(**text - '0');
		if (*number > 99)
			return false;
	}
	return true;
}

static bool
take_apart(struct weft_slice hash, struct parts *parts)
{
	char copy[WEFT__PASSWORD_HASH_SIZE];
	const char *text = copy, *end;

	if (hash.size >= sizeof copy || memchr(hash.data, '\0', hash.size))
		return false;
	memcpy(copy, hash.data, hash.size);
	copy[hash.size] = '\0';
	if (!take_number(&text, "$scrypt$ln=", &parts->cost.log_n) ||
	    !take_number(&text, ",r=", &parts->cost.r) ||
	    !take_number(&text, ",p=", &parts->cost.p) ||
	    !is_bearable(&parts->cost) || *text != '$')
		return false;
	end = strchr(++text, '$');
	return end &&
	       decode(weft_slice_of(text, (size_t)(end - text)), parts->salt,
		   SALT_SIZE) &&
	       decode(weft_slice(end + 1), parts->key, KEY_SIZE);
}

/* Two digits; -1: it is not that. */
static int
read_two_digits(const char *text)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return -1;
	return (text[0] - '0') * 10 + (text[1] - '0');
}

static bool
is_bcrypt(struct weft_slice text)
{
	const char *data = text.data;
	int cost;

	if (text.size != BCRYPT_SIZE || memcmp(data, "$2", 2) != 0 ||
	    !memchr("aby", data[2], 3) || data[3] != '$' || data[6] != '$')
		return false;
	cost = read_two_digits(data + 4);
	return cost >= BCRYPT_COST_MIN && cost <= WEFT_LIMIT_BCRYPT_COST;
}

bool
weft__password_is_hash(struct weft_slice text)
{
	struct parts parts;

	return text.data && (is_bcrypt(text) || take_apart(text, &parts));
}

static int
verify_bcrypt(struct weft_slice password, struct weft_slice hash,
    bool *matches, struct weft_error *error)
{
	struct crypt_data *work = weft__calloc(1, sizeof *work);
	char *text = weft__strndup(password.data, password.size);
	char setting[BCRYPT_SIZE + 1];
	const char *made = NULL;
	int code = 0;

	memcpy(setting, hash.data, BCRYPT_SIZE);
	setting[BCRYPT_SIZE] = '\0';
	if (work && text)
		made = crypt_rn(text, setting, work, (int)sizeof *work);
	else
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	*matches = made && strlen(made) == BCRYPT_SIZE &&
		   CRYPTO_memcmp(made, setting, BCRYPT_SIZE) == 0;
	if (work)
		OPENSSL_cleanse(work, sizeof *work);
	if (text)
		OPENSSL_cleanse(text, password.size);
	weft__free(work);
	weft__free(text);
	return code;
}

static int
verify_scrypt(struct weft_slice password, const struct parts *parts,
    bool *matches, struct weft_error *error)
{
	unsigned char key[KEY_SIZE];
	int code = derive(password, parts, key, error);

	*matches = !code && CRYPTO_memcmp(key, parts->key, KEY_SIZE) == 0;
	OPENSSL_cleanse(key, sizeof key);
	return code;
}

int
weft__password_verify(struct weft_slice password, struct weft_slice hash,
    const struct weft__password_cost *cost, bool *matches, bool *outdated,
    struct weft_error *error)
{
	struct parts parts = {.cost = {0, 0, 0}};

	*matches = false;
	*outdated = true;
	if (!hash.data || memchr(password.data, '\0', password.size))
		return 0;
	if (is_bcrypt(hash))
		return verify_bcrypt(password, hash, matches, error);
	if (!take_apart(hash, &parts))
		return 0;
	*outdated = parts.cost.log_n != cost->log_n ||
		    parts.cost.r != cost->r || parts.cost.p != cost->p;
	return verify_scrypt(password, &parts, matches, error);
}

int
weft__password_check(struct weft_slice password,
    struct weft__refusal *refusal, struct weft_error *error)
{
	if (!password.data || !password.size ||
	    memchr(password.data, '\0', password.size))
		return weft__refuse(refusal, 422, "INVALID_PASSWORD", error,
		    WEFT_EVALIDATION, "Invalid password.");
	if (password.size > WEFT_LIMIT_PASSWORD_SIZE)
		return weft__refuse(refusal, 422, "PASSWORD_TOO_LONG", error,
		    WEFT_EVALIDATION, "The password entered was too long. "
		    "Max length is %d (entered %zu)",
		    WEFT_LIMIT_PASSWORD_SIZE, password.size);
	return 0;
}
