/*
 * What the files of access control share; nobody else includes it.
 *
 *   access.c          the registry's models; settings.c: of each
 *   principal.c       from a token to a principal, and the cache of them
 *   roles.c           which roles a principal has
 *   rule_set.c        the records of ACL
 *   look.c            whether others have changed any of these
 *   check.c           whether a method may be called; owner.c: $owner
 *   token.c           tokens come and go; login.c: by whom
 *   user.c            users and their passwords
 *   user_hooks.c      what holds however a user's record is written;
 *                     changed.c: whose tokens are to end by that
 *
 * Threads: everything but 'mutex' and what it guards is written by
 * weft__access_open() alone.  What is cached carries the generation in which
 * it was read: a hook raises that after each commit that may change it, so
 * that what was read before the commit is never served after it.  Within a
 * transaction of the caller's the hooks run before the commit, and of what
 * other processes do there are none: that is why nothing cached is served for
 * longer than WEFT__ACCESS_CACHE_MS, and why who does not ask for long has
 * weft__access_look() called.
 */
#ifndef MODELS_ACCESS_ACCESS_PRIVATE_H
#define MODELS_ACCESS_ACCESS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/map.h"
#include "models/access/guard.h"
#include "models/access/lookup.h"
#include "models/access/refusal.h"
#include "models/access/rule.h"

/* Settings of a user model. */
struct weft__user_settings {
	double ttl_s, max_ttl_s, reset_ttl_s;
	bool allow_eternal_tokens;
	bool case_sensitive_email;
	bool email_verification_required;
	bool realm_required;
	const char *realm_delimiter; /* NULL: none */
	bool restrict_reset_token; /* only it may set a password */
	bool reject_password_changes; /* but by the methods for it */
};

/* A model, as access control sees it. */
struct weft__access_model {
	struct weft__access *access;
	struct weft_model *model;
	bool is_public;
	bool is_user;
	struct weft__user_settings user;
	struct weft__rules rules;
	bool has_default; /* "defaultPermission" */
	enum weft__permission default_permission;
	int acl_error_status; /* 0: the access's */
	/* Names of the properties that may hold the owner's id. */
	bool has_owner_relations; /* "ownerRelations" is set */
	bool has_relation_owner;  /* there is a relation of that name */
	bool has_relation_user_id;
	struct weft_slice *owner_keys; /* of relations to user models */
	size_t owner_keys_length;
	struct weft__arena arena;
};

/* The records of ACL, all of them; shared by those who read it. */
struct weft__rule_set {
	_Atomic unsigned owners;
	uint64_t generation;
	uint64_t read_ms;
	struct weft__rules rules;
};

/* A database with tokens, roles or rules, and what it said of others when it
 * was asked last. */
struct weft__access_look {
	struct weft_datasource *datasource;
	uint64_t others;
};

/* Where a principal is cached. */
struct weft__principal_place {
	struct weft__principal *principal; /* or NULL */
	uint64_t forgotten; /* how often one was forgotten here */
};

struct weft__access {
	struct weft__access_options options;
	const struct weft_clock *clock;
	struct weft__access_model *models;
	size_t length;
	/* NULL where the registry has none. */
	struct weft_model *tokens, *roles, *mappings, *acls;
	bool has_many_user_models; /* tokens say of which their user is */
	struct weft__guard guard;
	_Atomic uint64_t generation; /* of roles, mappings, ACLs */
	_Atomic uint64_t version;    /* of these and tokens */
	atomic_bool is_unsettled; /* a hook ran before its commit */
	struct weft__access_look looks[4]; /* of who looks */
	size_t looks_length;
	atomic_bool deny_unlisted;
	pthread_rwlock_t rules_lock; /* guards 'rules' of the models */

	pthread_mutex_t mutex; /* guards what follows */
	struct weft__rule_set *rule_set;
	struct weft__map changed_users;
	struct weft__principal_place *principals; /* by hash of the token */
};

/* A principal.  Nothing but the count of owners changes. */
struct weft__principal {
	_Atomic unsigned owners;
	uint64_t generation;
	uint64_t read_ms;    /* when it was read */
	uint64_t expires_ms; /* UINT64_MAX: never */
	struct weft_slice token;
	struct weft_slice type;    /* "USER", or the user model's name */
	struct weft_slice user_id; /* text */
	struct weft_slice user_id_token; /* JSON */
	struct weft_slice *scopes; /* NULL: the default one */
	size_t scopes_length;
	struct weft_slice *role_ids;
	struct weft_slice *role_names; /* of the same roles */
	size_t roles_length;
	struct weft__arena arena;
};

/* What is known of a model; NULL: nothing. */
const struct weft__access_model *weft__access_find(
    const struct weft__access *access, const struct weft_model *model);

/* Appends the rules of the model's definition.  WEFT_ECONFIG; WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__access_read_rules(const struct weft_model *model,
    struct weft__rules *rules, struct weft_error *error);

/* Whether all rules are for principals that there can be: once all models have
 * been read.  WEFT_ECONFIG. */
WEFT_MUST_CHECK int weft__access_check_rules(
    const struct weft__access *access, const struct weft_model *model,
    const struct weft__rules *rules, struct weft_error *error);

/* Milliseconds since 1970 by the clock of the options. */
uint64_t weft__access_now_ms(const struct weft__access *access);

/* Whether what was read in this generation, at this time, is still served. */
#define WEFT__ACCESS_CACHE_MS 5000
bool weft__access_is_fresh(
    struct weft__access *access, uint64_t generation, uint64_t read_ms);

/* What was cached is read again. */
void weft__access_renew(struct weft__access *access);

/* Begins to look at what others change. */
void weft__access_look_begin(struct weft__access *access);

/* Reads settings and rules of a model into zeroed memory; on failure too,
 * weft__access_model_fini() frees it. */
WEFT_MUST_CHECK int weft__access_model_read(
    struct weft__access_model *entry, struct weft_error *error);
void weft__access_model_fini(struct weft__access_model *entry);

/* After all models are known: which relations lead to owners. */
WEFT_MUST_CHECK int weft__access_model_read_owners(
    struct weft__access_model *entry, struct weft_error *error);

/* Fills in the roles of a principal; its type and user id are known. */
WEFT_MUST_CHECK int weft__roles_read(struct weft__access *access,
    struct weft__principal *principal, struct weft_error *error);

/* Whether the principal has the role of this name, $owner not being one. */
bool weft__roles_has(
    const struct weft__principal *principal, struct weft_slice name);

/* Whether the principal owns the record. */
WEFT_MUST_CHECK int weft__owner_check(const struct weft__access *access,
    const struct weft__access_model *entry,
    const struct weft__principal *principal, struct weft_slice id,
    bool *is_owner, struct weft_error *error);

/* Forgets the cached principal of a token, which has changed. */
void weft__principal_forget(
    struct weft__access *access, struct weft_slice token);

/* All records of ACL as they are now; the caller's, for _release(). */
WEFT_MUST_CHECK int weft__rule_set_open(struct weft__access *access,
    struct weft__rule_set **set, struct weft_error *error);
void weft__rule_set_release(struct weft__rule_set *set);

/*
 * Makes a token of the user: 'ttl_s' 0 is the model's own; 'scope' may be
 * NULL.  The record is appended to 'record'.
 */
WEFT_MUST_CHECK int weft__token_create(struct weft__access *access,
    const struct weft__access_model *entry, const json_t *user, double ttl_s,
    const char *scope, struct weft_buf *record, struct weft_error *error);

/* Reads how long a token is to live: a number, or a text that is one, as
 * LoopBack takes both.  False: it is neither. */
bool weft__token_read_ttl(const json_t *value, double *seconds);

/* Deletes all tokens of a user but one ('but' no value: really all), within
 * the call's transaction (NULL: none). */
WEFT_MUST_CHECK int weft__token_delete_all(struct weft__access *access,
    const struct weft__access_model *entry, struct weft_slice user_id,
    const struct weft_call *call, struct weft_slice but,
    struct weft_error *error);

/* Notes that a user is being saved with another email or password.
 * WEFT_ELIMIT: too many are; WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__changed_users_add(
    struct weft__access_model *entry, struct weft_slice id);

/* Whether he was noted; now he is not. */
bool weft__changed_users_remove(
    struct weft__access_model *entry, struct weft_slice id);

/* Stores the hash of a new password; the user's hooks look away, tokens are
 * the caller's to end.  WEFT_ENOTFOUND. */
WEFT_MUST_CHECK int weft__user_store_password(struct weft__access *access,
    const struct weft__access_model *entry, struct weft_slice id,
    struct weft_slice password, struct weft_error *error);

/* Writes a new hash of a password that was right; whoever is logged in stays
 * so.  A failure is logged. */
void weft__user_rehash(struct weft__access *access,
    const struct weft__access_model *entry, const json_t *user,
    struct weft_slice password);

/* The origin of writes of access control itself: its hooks leave them alone. */
extern const char weft__user_origin[];

/* Adds the hooks that keep users, tokens, and what is cached in step. */
WEFT_MUST_CHECK int weft__user_hooks_add(
    struct weft__access_model *entry, struct weft_error *error);

/* Whether text is an email address, as LoopBack takes it. */
bool weft__email_is_valid(struct weft_slice text);

#endif
