#include "models/access/rule.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "models/definition/config.h"

#define NO_MATCH (-1)

void
weft__rules_fini(struct weft__rules *rules)
{
	weft__free(rules->list);
	weft__arena_fini(&rules->arena);
	memset(rules, 0, sizeof *rules);
}

/* A rule under construction. */
struct reader {
	struct weft__rules *rules;
	const json_t *json;
	struct weft__rule *rule;
	struct weft_error *error;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static const struct {
	const char *word;
	int type;
} types[] = {
    {"*", WEFT__RULE_ANY_TYPE},
    {"READ", WEFT__ACCESS_READ},
    {"WRITE", WEFT__ACCESS_WRITE},
    {"REPLICATE", WEFT__ACCESS_REPLICATE},
    {"EXECUTE", WEFT__ACCESS_EXECUTE},
};

static const char *const permissions[] = {
    [WEFT__PERMISSION_DEFAULT] = "DEFAULT",
    [WEFT__PERMISSION_ALLOW] = "ALLOW",
    [WEFT__PERMISSION_ALARM] = "ALARM",
    [WEFT__PERMISSION_AUDIT] = "AUDIT",
    [WEFT__PERMISSION_DENY] = "DENY",
};

/* Whether there is such a type. */
static bool
read_type(struct weft__rule *rule, const char *word)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].word, word) != 0)
			continue;
		rule->type = types[i].type;
		return true;
	}
	return false;
}

static bool
read_permission(struct weft__rule *rule, const char *word)
{
	for (int i = WEFT__PERMISSION_DEFAULT; i <= WEFT__PERMISSION_DENY;
	     i++) {
		if (strcmp(permissions[i], word) != 0)
			continue;
		rule->permission = (enum weft__permission)i;
		rule->has_permission = true;
		return true;
	}
	return false;
}

/* A member that LoopBack takes for given. */
static const json_t *
given(const json_t *json, const char *key)
{
	const json_t *value = json_object_get(json, key);

	if (!value || json_is_null(value) || json_is_false(value) ||
	    (json_is_string(value) && json_string_length(value) == 0))
		return NULL;
	return value;
}

static int
copy(struct reader *reader, const char *text, struct weft_slice *slice)
{
	if (weft__arena_copy(&reader->rules->arena, weft_slice(text), slice))
		return out_of_memory(reader->error);
	return 0;
}

/* The principal: an id may be a number, as user ids are elsewhere. */
static int
read_principal(struct reader *reader)
{
	const json_t *type = given(reader->json, "principalType");
	const json_t *id = given(reader->json, "principalId");
	char number[32];
	int code = 0;

	if (json_is_string(type))
		code = copy(reader, json_string_value(type),
		    &reader->rule->principal_type);
	if (code || !id)
		return code;
	if (json_is_string(id))
		return copy(reader, json_string_value(id),
		    &reader->rule->principal_id);
	if (!json_is_integer(id))
		return 0;
	snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
	    json_integer_value(id));
	return copy(reader, number, &reader->rule->principal_id);
}

static int
add_method(struct reader *reader, const json_t *name)
{
	struct weft__rule *rule = reader->rule;

	return copy(reader, json_string_value(name),
	    &rule->methods[rule->methods_length++]);
}

/* A name, or several. */
static int
read_methods(struct reader *reader, const json_t *value)
{
	struct weft__rule *rule = reader->rule;
	size_t room = json_is_array(value) ? json_array_size(value) : 1;
	const json_t *name;
	int code = 0;
	size_t i;

	rule->methods = weft__arena_alloc(
	    &reader->rules->arena, (room + 1) * sizeof *rule->methods);
	if (!rule->methods)
		return out_of_memory(reader->error);
	if (json_is_string(value))
		return add_method(reader, value);
	json_array_foreach (value, i, name)
		if (!code && json_is_string(name))
			code = add_method(reader, name);
	return code;
}

static bool
is_any(const json_t *value)
{
	return !value || (json_is_string(value) &&
			     strcmp(json_string_value(value), "*") == 0);
}

/* An empty rule at the end of the list. */
static int
begin(struct reader *reader)
{
	struct weft__rules *rules = reader->rules;

	if (!weft__grow(&rules->list, &rules->capacity, rules->length + 1,
		sizeof *rules->list))
		return out_of_memory(reader->error);
	reader->rule = &rules->list[rules->length];
	*reader->rule = (struct weft__rule){.type = WEFT__RULE_ANY_TYPE};
	return 0;
}

/* What kind of access, and what is said of it. */
static int
read_words(struct reader *reader, size_t index)
{
	const json_t *type = given(reader->json, "accessType");
	const json_t *permission = given(reader->json, "permission");

	if (type && (!json_is_string(type) ||
	    !read_type(reader->rule, json_string_value(type))))
		return weft__config_refuse(reader->error, type,
		    "\"READ\", \"WRITE\", \"REPLICATE\", \"EXECUTE\" or \"*\"",
		    "acls[%zu].accessType", index);
	if (permission && (!json_is_string(permission) ||
	    !read_permission(reader->rule, json_string_value(permission))))
		return weft__config_refuse(reader->error, permission,
		    "\"ALLOW\", \"DENY\", \"AUDIT\" or \"ALARM\"",
		    "acls[%zu].permission", index);
	return 0;
}

/* A rule with a key that is misspelled would be another rule. */
static int
check_keys(struct reader *reader, size_t index)
{
	static const char *const keys[] = {"principalType", "principalId",
	    "permission", "accessType", "property", "model", "id"};
	const size_t length = sizeof keys / sizeof *keys;
	const json_t *value;
	const char *key;

	json_object_foreach ((json_t *)reader->json, key, value) {
		size_t i = 0;

		while (i < length && strcmp(keys[i], key) != 0)
			i++;
		if (i == length)
			return weft_error_set(reader->error, WEFT_ECONFIG,
			    "acls[%zu]: there is no key \"%.60s\"", index,
			    key);
	}
	return 0;
}

/* A rule for nobody never matches. */
static int
check_principal(struct reader *reader, size_t index)
{
	const json_t *type = given(reader->json, "principalType");
	const json_t *id = given(reader->json, "principalId");

	if (!json_is_string(type))
		return weft__config_refuse(reader->error, type,
		    "\"USER\", \"ROLE\" or \"APP\"",
		    "acls[%zu].principalType", index);
	if (!json_is_string(id) && !json_is_integer(id))
		return weft__config_refuse(reader->error, id,
		    "an id or a role's name", "acls[%zu].principalId", index);
	return 0;
}

static int
read_static(struct reader *reader, size_t index)
{
	const json_t *property = given(reader->json, "property");
	int code;

	if (!json_is_object(reader->json))
		return weft__config_refuse(reader->error, reader->json,
		    "an object", "acls[%zu]", index);
	code = check_keys(reader, index);
	if (!code)
		code = check_principal(reader, index);
	if (!code)
		code = read_words(reader, index);
	if (code || is_any(property))
		return code;
	if (!json_is_string(property) && !json_is_array(property))
		return weft__config_refuse(reader->error, property,
		    "a method's name, or several", "acls[%zu].property",
		    index);
	return read_methods(reader, property);
}

int
weft__rules_add_static(struct weft__rules *rules, const json_t *acls,
    struct weft_error *error)
{
	struct reader reader = {.rules = rules, .error = error};
	int code = 0;
	size_t i;

	if (!acls || json_is_null(acls))
		return 0;
	if (!json_is_array(acls))
		return weft__config_refuse(error, acls, "an array", "acls");
	json_array_foreach (acls, i, reader.json) {
		code = begin(&reader);
		if (!code)
			code = read_static(&reader, i);
		if (!code)
			code = read_principal(&reader);
		if (code)
			return code;
		rules->length++;
	}
	return 0;
}

/* The text of a record's property; NULL: there is none. */
static const char *
text_of(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

/* LoopBack asks its database for records that name the model, method and
 * access type, or "*": what names none is not found. */
static bool
can_match(struct reader *reader)
{
	const char *type = text_of(reader->json, "accessType");

	return text_of(reader->json, "model") &&
	       text_of(reader->json, "property") && type &&
	       read_type(reader->rule, type);
}

int
weft__rules_add_stored(struct weft__rules *rules, const json_t *record,
    struct weft_error *error)
{
	struct reader reader = {
	    .rules = rules, .json = record, .error = error};
	const char *permission = text_of(record, "permission");
	const char *model = text_of(record, "model");
	const json_t *property = json_object_get(record, "property");
	int code = begin(&reader);

	if (code || !can_match(&reader))
		return code;
	reader.rule->is_stored = true;
	if (strcmp(model, "*") != 0)
		code = copy(&reader, model, &reader.rule->model);
	if (!code && !is_any(property))
		code = read_methods(&reader, property);
	if (!code)
		code = read_principal(&reader);
	if (code)
		return code;
	if (permission && !read_permission(reader.rule, permission)) {
		weft__log(WEFT_LOG_WARNING, "access",
		    "a record of ACL has the unknown permission \"%s\": it "
		    "denies", permission);
		reader.rule->permission = WEFT__PERMISSION_DENY;
		reader.rule->has_permission = true;
	}
	rules->length++;
	return 0;
}

/*
 * Scores: LoopBack's figures.  3: it names what is asked for; 2: it is for
 * any.
 */

#define EXACT 3
#define WILDCARD 2

static int
score_model(const struct weft__rule *rule, struct weft_slice model)
{
	if (!rule->is_stored)
		return EXACT; /* it stands in the definition of the model */
	if (!rule->model.data)
		return WILDCARD;
	return weft_slice_equal(rule->model, model) ? EXACT : NO_MATCH;
}

/* Rules of a definition know no aliases. */
static int
score_method(const struct weft__rule *rule, const struct weft__method *method)
{
	size_t names = rule->is_stored ? WEFT__METHOD_NAMES : 1;

	if (!rule->methods)
		return WILDCARD;
	for (size_t i = 0; i < rule->methods_length; i++)
		for (size_t j = 0; j < names && method->names[j]; j++)
			if (weft_slice_equal(rule->methods[i],
				weft_slice(method->names[j])))
				return EXACT;
	return NO_MATCH;
}

/*
 * WRITE is for REPLICATE too; EXECUTE is for all, but only in definitions: of
 * records LoopBack's query does not find those.
 */
static int
score_type(const struct weft__rule *rule, enum weft__access_type type)
{
	if (rule->type == WEFT__RULE_ANY_TYPE)
		return WILDCARD;
	if (rule->type == (int)type ||
	    (rule->type == WEFT__ACCESS_WRITE &&
		type == WEFT__ACCESS_REPLICATE) ||
	    (rule->type == WEFT__ACCESS_EXECUTE && !rule->is_stored))
		return EXACT;
	return NO_MATCH;
}

static bool
is_role(const struct weft__rule *rule)
{
	return weft_slice_equal(rule->principal_type, weft_slice("ROLE"));
}

static int
score_principal(const struct weft__rule *rule)
{
	if (weft_slice_equal(rule->principal_type, weft_slice("USER")))
		return 4;
	if (weft_slice_equal(rule->principal_type, weft_slice("APP")))
		return 3;
	return is_role(rule) ? 2 : 1;
}

/* Roles that are nobody's record. */
static const struct {
	const char *name;
	int score;
} roles[] = {
    {"$owner", 4},
    {"$related", 3},
    {"$authenticated", 2},
    {"$unauthenticated", 2},
    {"$everyone", 1},
};

#define NAMED_ROLE 5

static int
score_role(const struct weft__rule *rule)
{
	if (!is_role(rule))
		return 0;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (weft_slice_equal(
			rule->principal_id, weft_slice(roles[i].name)))
			return roles[i].score;
	return NAMED_ROLE;
}

bool
weft__rule_knows_principal(const struct weft__rule *rule)
{
	static const char *const known[] = {"USER", "APP", "SCOPE"};

	if (is_role(rule))
		return score_role(rule) != NAMED_ROLE ||
		       *rule->principal_id.data != '$';
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (weft_slice_equal(
			rule->principal_type, weft_slice(known[i])))
			return true;
	return false;
}

int
weft__rule_score(const struct weft__rule *rule,
    const struct weft__rule_request *request)
{
	int model = score_model(rule, request->model);
	int method = score_method(rule, request->method);
	int type = score_type(rule, request->method->type);
	int permission = rule->has_permission ? (int)rule->permission
					      : WEFT__PERMISSION_ALLOW;
	int score;

	if (model < 0 || method < 0 || type < 0)
		return NO_MATCH;
	score = (model * 4 + method) * 4 + type;
	score = score * 4 + score_principal(rule);
	score = score * 8 + score_role(rule);
	return score * 4 + permission - 1;
}
