/*
 * Rules (LoopBack's ACLs) and how they are weighed.
 *
 * A rule says who may do what: a principal's type and id, a model, a method,
 * an access type, and a permission.  Of the rules that match a request the one
 * with the highest score decides (specs: LoopBack 3 replication, 4.5).
 */
#ifndef MODELS_ACCESS_RULE_H
#define MODELS_ACCESS_RULE_H

#include <jansson.h>

#include "core/base/arena.h"
#include "models/access/method.h"

/* In the order of their strength. */
enum weft__permission {
	WEFT__PERMISSION_DEFAULT, /* the model's, or the server's */
	WEFT__PERMISSION_ALLOW,
	WEFT__PERMISSION_ALARM,
	WEFT__PERMISSION_AUDIT,
	WEFT__PERMISSION_DENY
};

#define WEFT__RULE_ANY_TYPE (-1)

struct weft__rule {
	bool is_stored; /* a record of the model ACL, not of a definition */
	struct weft_slice model;    /* is_stored: its name; no value: any */
	struct weft_slice *methods; /* names; NULL: any */
	size_t methods_length;
	int type;                   /* enum weft__access_type, or any */
	struct weft_slice principal_type;
	struct weft_slice principal_id;
	enum weft__permission permission;
	bool has_permission;        /* it is given */
};

struct weft__rules {
	struct weft__rule *list;
	size_t length, capacity;
	struct weft__arena arena;
};

/* Frees the rules; the list is empty and usable. */
void weft__rules_fini(struct weft__rules *rules);

/*
 * Appends the rules of a definition's "acls" (NULL: none).
 * WEFT_ECONFIG names the rule, its key and what was expected; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rules_add_static(struct weft__rules *rules,
    const json_t *acls, struct weft_error *error);

/*
 * Appends the rule of a record of the model ACL.  One that can never match is
 * left out; one with an unknown permission denies.  WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rules_add_stored(struct weft__rules *rules,
    const json_t *record, struct weft_error *error);

/* Whether the rule names a type of principal, and of the roles that begin with
 * "$" one, that every application has. */
bool weft__rule_knows_principal(const struct weft__rule *rule);

/* A request, as a rule sees it. */
struct weft__rule_request {
	struct weft_slice model;
	const struct weft__method *method; /* names[0] at least */
};

/*
 * The rule's score for the request, whoever makes it, as LoopBack counts it;
 * below 0: it does not match.
 */
int weft__rule_score(const struct weft__rule *rule,
    const struct weft__rule_request *request);

#endif
