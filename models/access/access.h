/*
 * Who may do what: users, tokens, roles and rules, as LoopBack 3 has them.
 *
 * A request comes with a token's text.  weft__access_authenticate() makes it a
 * principal, on whose behalf weft__access_check() is asked before a method of
 * a model is called, and for whom weft__source_open_for() (view.h) opens a
 * source that shows what he may see.  No principal (NULL) is somebody who is
 * not logged in.
 *
 * The models User (and those based on it), AccessToken, Role, RoleMapping and
 * ACL are ordinary models of the registry; hooks on them keep passwords
 * hashed, tokens in step with their users, and what is cached here fresh.
 *
 * Differences from LoopBack, which are meant: docs/access.md.
 */
#ifndef MODELS_ACCESS_ACCESS_H
#define MODELS_ACCESS_ACCESS_H

#include <weft/record.h>

struct weft__access;
struct weft__rules;
struct weft__principal;

/* LoopBack's access types. */
enum weft__access_type {
	WEFT__ACCESS_READ,
	WEFT__ACCESS_WRITE,
	WEFT__ACCESS_REPLICATE,
	WEFT__ACCESS_EXECUTE
};

/* What a client is told of a refusal, beyond the text in struct weft_error. */
struct weft__refusal {
	int status;              /* HTTP's; 0: that of the error's code */
	const char *word;        /* LoopBack's error.code, static; NULL: none */
	uint64_t retry_after_ms; /* with 429; else 0 */
	struct weft_buf *details; /* the caller's, or NULL: gets error.details
	                             as JSON where there are any */
};

/* The cost of a password's hash: scrypt's N = 2^log_n, r, p. */
struct weft__password_cost {
	unsigned log_n, r, p;
};

/* Somebody forgot his password: send him the token.  Texts are borrowed until
 * it returns.  'record' is the user's, without hidden properties. */
typedef void weft__reset_fn(struct weft_model *model,
    struct weft_slice record, struct weft_slice email,
    struct weft_slice token, void *context);

struct weft__access_options {
	bool deny_unlisted;      /* no rule: denied, not allowed */
	int acl_error_status;    /* to who is logged in: 401, 403, 404 */
	struct weft__password_cost cost; /* of new hashes */
	weft__reset_fn *reset;   /* NULL: nobody can reset a password */
	void *reset_context;
	const struct weft_clock *clock; /* NULL: the system's; kept */
};
#define WEFT__ACCESS_OPTIONS_INIT \
	{ \
		false, 401, WEFT__PASSWORD_COST_INIT, NULL, NULL, NULL \
	}
#define WEFT__PASSWORD_COST_INIT {15, 8, 3}

/*
 * Reads users, rules and settings of the registry's models, and adds hooks to
 * those of users and rights.  Once for a registry, before its models are used
 * on several threads; 'options' may be NULL and is copied.  '*access' is the
 * caller's, for weft__access_destroy() after the registry has been destroyed
 * (its hooks lead here).
 * WEFT_ECONFIG names the model and the rule or setting at fault; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__access_open(struct weft_registry *registry,
    const struct weft__access_options *options, struct weft__access **access,
    struct weft_error *error);
void weft__access_destroy(struct weft__access *access);

/*
 * Common to all below: thread: any.  'refusal' may be NULL; it is filled where
 * the input or the principal is refused (WEFT_CLASS_REFUSE), and 'error' has
 * LoopBack's text then.  Other failures: what the database returns.
 */

/*
 * The principal of a token (AccessToken.id, as text).  '*principal' is the
 * caller's, for weft__principal_release(); NULL if there is no such token, as
 * LoopBack has it.  WEFT_EDENIED (401 INVALID_TOKEN): it has expired, and is
 * gone now.  A connection that lives longer asks again with each message:
 * that costs a look into a cache.
 */
WEFT_MUST_CHECK int weft__access_authenticate(struct weft__access *access,
    struct weft_slice token, struct weft__principal **principal,
    struct weft__refusal *refusal, struct weft_error *error);

/* A number that changes when a token, a role or a rule may have changed: who
 * asks it need not ask for the rest each time.  What other processes change
 * counts from the next weft__access_look() on. */
uint64_t weft__access_version(struct weft__access *access);

/* Looks whether other processes have written where tokens, roles and rules are,
 * or a transaction of this one that has hooks behind it, but not its commit.
 * Waits for a transaction under way: on a worker, one at a time.  Cost: some
 * microseconds. */
void weft__access_look(struct weft__access *access);

/* One more owner of a principal, or one less; NULL is allowed. */
struct weft__principal *weft__principal_keep(
    struct weft__principal *principal);
void weft__principal_release(struct weft__principal *principal);

/* The user's id, its JSON token, and the text of the principal's token;
 * borrowed from the principal; no value for NULL. */
struct weft_slice weft__principal_user_id(
    const struct weft__principal *principal);
struct weft_slice weft__principal_token(
    const struct weft__principal *principal);

/* When the token ends, in ms since 1970; UINT64_MAX: never, or no token. */
uint64_t weft__principal_expires_ms(const struct weft__principal *principal);

/* Which method is to be called on which record. */
struct weft__access_request {
	struct weft_model *model;
	const char *method;   /* LoopBack's name, or one of its aliases */
	struct weft_slice id; /* of the record that the call names: of the
	                         path, body or query; no value: none */
};

/*
 * Whether the principal may call the method.  0; WEFT_EDENIED with LoopBack's
 * status, word and text (AUTHORIZATION_REQUIRED unless acl_error_status or
 * the model says otherwise).
 */
WEFT_MUST_CHECK int weft__access_check(struct weft__access *access,
    struct weft__principal *principal,
    const struct weft__access_request *request,
    struct weft__refusal *refusal, struct weft_error *error);

/*
 * Reads the rules of the definitions ("acls") as they are in 'fresh', a
 * registry that was opened anew (detached will do), for weft__access_take() or
 * weft__access_drop().  Returns 0; WEFT_ECONFIG; WEFT_ENOMEM: '*rules' is NULL
 * then.  Thread: any.
 */
WEFT_MUST_CHECK int weft__access_read_again(const struct weft__access *access,
    struct weft_registry *fresh, struct weft__rules **rules,
    struct weft_error *error);

/* Judges by these rules from here on, and takes them over.  'fresh' is where
 * they were read: models that only one of them has stay as they are.
 * Thread: any. */
void weft__access_take(struct weft__access *access,
    struct weft_registry *fresh, struct weft__rules *rules);

/* Frees them.  NULL is allowed. */
void weft__access_drop(
    const struct weft__access *access, struct weft__rules *rules);

/* Sets the option deny_unlisted anew.  Thread: any. */
void weft__access_set_deny_unlisted(struct weft__access *access, bool denies);

/* Whether no rule at all stands in the definition of the model: what a server
 * names when it starts. */
bool weft__access_is_open(
    const struct weft__access *access, const struct weft_model *model);

/* Whether servers show the model at all: not with "public": false, nor a model
 * of rights (Role, RoleMapping, ACL) that has neither "public": true nor a
 * rule. */
bool weft__access_is_public(
    const struct weft__access *access, const struct weft_model *model);

/* Whether the records of the model are tokens: their ids are secret. */
bool weft__access_is_token_model(
    const struct weft__access *access, const struct weft_model *model);

/*
 * Whether the model is User or based on it.  Creating and changing its records
 * hashes passwords, for a good part of a second: on a worker's thread.
 */
bool weft__access_is_user_model(
    const struct weft__access *access, const struct weft_model *model);

/*
 * Common to all below: 'model' is a user model; they hash passwords on the
 * caller's thread (no lock is held), so call them on a worker's.
 */

/*
 * POST /Users/login.  'credentials' is the body: {"username" or "email",
 * "password", "ttl"}; 'address' the client's, as text, for the limits of
 * attempts.  The new token's record is appended to 'token'; with 'include_user'
 * the user's record is its member "user".
 * WEFT_EDENIED (401 LOGIN_FAILED, LOGIN_FAILED_EMAIL_NOT_VERIFIED; 429
 * TOO_MANY_ATTEMPTS); WEFT_EINVAL (400 USERNAME_EMAIL_REQUIRED,
 * INVALID_USERNAME, INVALID_EMAIL, REALM_REQUIRED, INVALID_REALM); WEFT_EJSON.
 * Answer and time do not depend on whether there is such a user.
 */
WEFT_MUST_CHECK int weft__user_login(struct weft__access *access,
    struct weft_model *model, struct weft_slice credentials,
    struct weft_slice address, bool include_user, struct weft_buf *token,
    struct weft__refusal *refusal, struct weft_error *error);

/*
 * POST /Users/logout: the token is gone.  WEFT_EDENIED (401): no token, or it
 * was gone before.
 */
WEFT_MUST_CHECK int weft__user_logout(struct weft__access *access,
    struct weft__principal *principal, struct weft__refusal *refusal,
    struct weft_error *error);

/*
 * POST /Users, and what else creates users: as weft_record_create(), but email
 * and username are unique for sure (the hooks of a plain create look before
 * the transaction).  WEFT_EVALIDATION (422, call->details; INVALID_PASSWORD,
 * PASSWORD_TOO_LONG); what weft_record_create() returns.
 */
WEFT_MUST_CHECK int weft__user_create(struct weft__access *access,
    struct weft_model *model, const struct weft_call *call,
    struct weft_slice data, struct weft_buf *record,
    struct weft__refusal *refusal, struct weft_error *error);

/*
 * POST /Users/change-password: of the principal, whose other tokens end.
 * WEFT_EDENIED (401 USER_NOT_FOUND; 429); WEFT_EINVAL (400 INVALID_PASSWORD);
 * WEFT_EVALIDATION (422 INVALID_PASSWORD, PASSWORD_TOO_LONG).
 */
WEFT_MUST_CHECK int weft__user_change_password(struct weft__access *access,
    struct weft_model *model, struct weft__principal *principal,
    struct weft_slice old_password, struct weft_slice new_password,
    struct weft__refusal *refusal, struct weft_error *error);

/*
 * POST /Users/reset-password (LoopBack's setPassword), with the principal of
 * a token that weft__user_reset_password() made, which ends like all others.
 * Errors as weft__user_change_password().
 */
WEFT_MUST_CHECK int weft__user_set_password(struct weft__access *access,
    struct weft_model *model, struct weft__principal *principal,
    struct weft_slice new_password, struct weft__refusal *refusal,
    struct weft_error *error);

/*
 * POST /Users/reset.  'options' is the body: {"email"}.  A user with that
 * address gets a token that allows setPassword and nothing else, by the
 * callback of the options; that there is none is not told.
 * WEFT_EINVAL (400 EMAIL_REQUIRED); WEFT_EDENIED (429); WEFT_EJSON;
 * WEFT_EUNSUPPORTED (501): there is no callback.
 */
WEFT_MUST_CHECK int weft__user_reset_password(struct weft__access *access,
    struct weft_model *model, struct weft_slice options,
    struct weft_slice address, struct weft__refusal *refusal,
    struct weft_error *error);

#endif
