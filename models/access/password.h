/*
 * Hashes of passwords: scrypt's are made, those and bcrypt's are verified.
 *
 * A hash is text: "$scrypt$ln=15,r=8,p=3$<salt>$<hash>", both in base64
 * without padding; or "$2a$10$..." (also 2b, 2y), as LoopBack makes it.
 *
 * All functions may take a good part of a second and some ten MB of memory;
 * they hold no locks.  Thread: any.
 */
#ifndef MODELS_ACCESS_PASSWORD_H
#define MODELS_ACCESS_PASSWORD_H

#include "models/access/access.h"

/* Bytes of a hash's text, with its NUL. */
#define WEFT__PASSWORD_HASH_SIZE 128

/*
 * Hashes a password with a new random salt.
 * WEFT_ENOMEM; WEFT_EINVAL (a cost beyond what is ever verified).
 */
WEFT_MUST_CHECK int weft__password_hash(struct weft_slice password,
    const struct weft__password_cost *cost, const struct weft_clock *clock,
    char hash[WEFT__PASSWORD_HASH_SIZE], struct weft_error *error);

/*
 * Whether the hash is that of the password; false for text that is no hash.
 * '*outdated' tells whether it should be made anew: it is not scrypt's of this
 * cost.  WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__password_verify(struct weft_slice password,
    struct weft_slice hash, const struct weft__password_cost *cost,
    bool *matches, bool *outdated, struct weft_error *error);

/* Whether the text is a hash that weft__password_verify() would look at. */
bool weft__password_is_hash(struct weft_slice text);

/*
 * Whether a new password is one: not empty, at most WEFT_LIMIT_PASSWORD_SIZE
 * bytes.  WEFT_EVALIDATION with LoopBack's text and word.
 */
WEFT_MUST_CHECK int weft__password_check(struct weft_slice password,
    struct weft__refusal *refusal, struct weft_error *error);

#endif
