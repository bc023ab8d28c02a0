/*
 * Whether a method may be called: of the rules that are for the principal the
 * one with the highest score decides.
 */
#include "models/access/access_private.h"

struct decision {
	struct weft__access *access;
	const struct weft__access_model *entry;
	struct weft__principal *principal;
	const struct weft__access_request *request;
	struct weft__rule_request asked;
	bool knows_owner;
	bool is_owner;
	int best; /* score; below 0: no rule yet */
	enum weft__permission permission;
	struct weft_error *error;
};

/* $owner costs a look at the record: once, and only if it matters. */
static int
find_owner(struct decision *decision)
{
	int code;

	if (decision->knows_owner)
		return 0;
	code = weft__owner_check(decision->access, decision->entry,
	    decision->principal, decision->request->id, &decision->is_owner,
	    decision->error);
	decision->knows_owner = !code;
	return code;
}

/* Whether the rule is for the principal. */
static int
concerns(struct decision *decision, const struct weft__rule *rule,
    bool *does)
{
	const struct weft__principal *principal = decision->principal;
	int code = 0;

	*does = false;
	if (!rule->principal_type.data || !rule->principal_id.data)
		return 0;
	if (principal &&
	    weft_slice_equal(rule->principal_type, principal->type)) {
		*does = weft_slice_equal(
		    rule->principal_id, principal->user_id);
	} else if (!weft_slice_equal(
		       rule->principal_type, weft_slice("ROLE"))) {
		return 0;
	} else if (weft_slice_equal(
		       rule->principal_id, weft_slice("$owner"))) {
		code = find_owner(decision);
		*does = decision->is_owner;
	} else {
		*does = weft__roles_has(principal, rule->principal_id);
	}
	return code;
}

static int
weigh(struct decision *decision, const struct weft__rules *rules)
{
	for (size_t i = 0; i < rules->length; i++) {
		const struct weft__rule *rule = &rules->list[i];
		int score = weft__rule_score(rule, &decision->asked), code;
		bool does;

		if (score <= decision->best)
			continue;
		code = concerns(decision, rule, &does);
		if (code)
			return code;
		if (!does)
			continue;
		decision->best = score;
		decision->permission = rule->permission;
	}
	return 0;
}

static int
weigh_all(struct decision *decision)
{
	struct weft__rule_set *set;
	int code = weft__rule_set_open(
	    decision->access, &set, decision->error);

	if (code)
		return code;
	code = weigh(decision, &set->rules);
	weft__rule_set_release(set);
	if (code)
		return code;
	pthread_rwlock_rdlock(&decision->access->rules_lock);
	code = weigh(decision, &decision->entry->rules);
	pthread_rwlock_unlock(&decision->access->rules_lock);
	return code;
}

static bool
has_scope(const struct weft__principal *principal, const char *scope)
{
	if (!principal || !principal->scopes)
		return strcmp(scope, "DEFAULT") == 0;
	for (size_t i = 0; i < principal->scopes_length; i++)
		if (weft_slice_equal(
			principal->scopes[i], weft_slice(scope)))
			return true;
	return false;
}

/* A token for resetting a password is good for that alone. */
static bool
is_in_scope(const struct decision *decision)
{
	const struct weft__access_model *entry = decision->entry;

	if (entry->is_user &&
	    strcmp(decision->request->method, "setPassword") == 0) {
		if (has_scope(decision->principal, "reset-password"))
			return true;
		if (entry->user.restrict_reset_token)
			return false;
	}
	return has_scope(decision->principal, "DEFAULT");
}

static enum weft__permission
default_permission(const struct decision *decision)
{
	if (decision->entry->has_default)
		return decision->entry->default_permission;
	return atomic_load(&decision->access->deny_unlisted)
		   ? WEFT__PERMISSION_DENY
		   : WEFT__PERMISSION_ALLOW;
}

static int
deny(const struct decision *decision, struct weft__refusal *refusal)
{
	const struct weft__access_request *request = decision->request;
	int status = decision->entry->acl_error_status;

	if (!status)
		status = decision->access->options.acl_error_status;
	if (!decision->principal)
		status = 401;
	if (status == 404)
		return weft__refuse(refusal, 404, "MODEL_NOT_FOUND",
		    decision->error, WEFT_EDENIED,
		    "could not find %s with id %.*s",
		    weft_model_name(request->model), (int)request->id.size,
		    request->id.data ? request->id.data : "");
	if (status == 403)
		return weft__refuse(refusal, 403, "ACCESS_DENIED",
		    decision->error, WEFT_EDENIED, "Access Denied");
	return weft__refuse(refusal, 401, "AUTHORIZATION_REQUIRED",
	    decision->error, WEFT_EDENIED, "Authorization Required");
}

static int
decide(struct decision *decision)
{
	int code;

	decision->permission = WEFT__PERMISSION_DENY;
	if (!is_in_scope(decision))
		return 0;
	decision->permission = WEFT__PERMISSION_DEFAULT;
	code = weigh_all(decision);
	if (!code && decision->permission == WEFT__PERMISSION_DEFAULT)
		decision->permission = default_permission(decision);
	return code;
}

int
weft__access_check(struct weft__access *access,
    struct weft__principal *principal,
    const struct weft__access_request *request,
    struct weft__refusal *refusal, struct weft_error *error)
{
	const struct weft__method *known = weft__method_find(request->method);
	const struct weft__method own = {
	    {request->method}, WEFT__ACCESS_EXECUTE};
	struct decision decision = {
	    .access = access,
	    .entry = weft__access_find(access, request->model),
	    .principal = principal,
	    .request = request,
	    .asked = {weft_slice(weft_model_name(request->model)),
		known ? known : &own},
	    .best = -1,
	    .error = error,
	};
	int code;

	if (!decision.entry)
		return weft__refuse(refusal, 401, "AUTHORIZATION_REQUIRED",
		    error, WEFT_EDENIED, "Authorization Required");
	code = decide(&decision);
	if (code)
		return code;
	return decision.permission == WEFT__PERMISSION_DENY
		   ? deny(&decision, refusal)
		   : 0;
}
