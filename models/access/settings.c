/*
 * What access control reads of a model's definition.
 */
#include "models/access/access_private.h"
#include "models/definition/config.h"

/* LoopBack's defaults. */
#define TTL_S 1209600     /* two weeks */
#define MAX_TTL_S 31556926 /* a year */
#define RESET_TTL_S 900

/* A setting: at the top or, as older LoopBack has it, in "options". */
static const json_t *
setting(const json_t *root, const char *key)
{
	const json_t *value = json_object_get(root, key);

	if (!value)
		value = json_object_get(json_object_get(root, "options"), key);
	return json_is_null(value) ? NULL : value;
}

static int
read_flag(const json_t *root, const char *key, bool *flag,
    struct weft_error *error)
{
	const json_t *value = setting(root, key);

	*flag = json_is_true(value);
	return !value || json_is_boolean(value)
	    ? 0
	    : weft__config_refuse(error, value, "true or false", "%s", key);
}

/* A time; what JavaScript takes for nothing is the default. */
static int
read_seconds(const json_t *root, const char *key, double otherwise,
    double *seconds, struct weft_error *error)
{
	const json_t *value = weft__lookup_given(setting(root, key));

	*seconds = otherwise;
	return !value || weft__token_read_ttl(value, seconds)
	    ? 0
	    : weft__config_refuse(
		  error, value, "a number of seconds", "%s", key);
}

static int
copy(struct weft__access_model *entry, const char *text,
    struct weft_slice *slice, struct weft_error *error)
{
	if (weft__arena_copy(&entry->arena, weft_slice(text), slice))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

static int
read_times(struct weft__user_settings *user, const json_t *root,
    struct weft_error *error)
{
	int code = read_seconds(root, "ttl", TTL_S, &user->ttl_s, error);

	if (!code)
		code = read_seconds(
		    root, "maxTTL", MAX_TTL_S, &user->max_ttl_s, error);
	return code ? code
		    : read_seconds(root, "resetPasswordTokenTTL", RESET_TTL_S,
			  &user->reset_ttl_s, error);
}

static int
read_flags(struct weft__user_settings *user, const json_t *root,
    struct weft_error *error)
{
	const struct {
		const char *key;
		bool *flag;
	} flags[] = {
	    {"allowEternalTokens", &user->allow_eternal_tokens},
	    {"caseSensitiveEmail", &user->case_sensitive_email},
	    {"emailVerificationRequired", &user->email_verification_required},
	    {"restrictResetPasswordTokenScope", &user->restrict_reset_token},
	    {"rejectPasswordChangesViaPatchOrReplace",
		&user->reject_password_changes},
	    {"realmRequired", &user->realm_required},
	};
	int code = 0;

	for (size_t i = 0; !code && i < sizeof flags / sizeof *flags; i++)
		code = read_flag(root, flags[i].key, flags[i].flag, error);
	return code;
}

static int
read_user(struct weft__access_model *entry, const json_t *root,
    struct weft_error *error)
{
	struct weft__user_settings *user = &entry->user;
	const json_t *delimiter = setting(root, "realmDelimiter");
	struct weft_slice text;
	int code = read_times(user, root, error);

	if (!code)
		code = read_flags(user, root, error);
	if (code || !json_is_string(delimiter) ||
	    !json_string_length(delimiter))
		return code;
	code = copy(entry, json_string_value(delimiter), &text, error);
	user->realm_delimiter = text.data;
	user->realm_required = true;
	return code;
}

static int
read_default(struct weft__access_model *entry, const json_t *root,
    struct weft_error *error)
{
	const json_t *value = setting(root, "defaultPermission");
	const char *word = json_string_value(value);

	if (!value)
		return 0;
	if (!word || (strcmp(word, "ALLOW") != 0 && strcmp(word, "DENY") != 0))
		return weft__config_refuse(error, value,
		    "\"ALLOW\" or \"DENY\"", "defaultPermission");
	entry->has_default = true;
	entry->default_permission = strcmp(word, "DENY") == 0
					? WEFT__PERMISSION_DENY
					: WEFT__PERMISSION_ALLOW;
	return 0;
}

static int
read_status(struct weft__access_model *entry, const json_t *root,
    struct weft_error *error)
{
	const json_t *value = setting(root, "aclErrorStatus");
	json_int_t status = json_integer_value(value);

	if (!value)
		return 0;
	if (status != 401 && status != 403 && status != 404)
		return weft__config_refuse(
		    error, value, "401, 403 or 404", "aclErrorStatus");
	entry->acl_error_status = (int)status;
	return 0;
}

/* Whether the model is 'name', or has it among its bases. */
static bool
descends_from(const json_t *root, const char *name)
{
	const json_t *bases = json_object_get(root, "_bases"), *base;
	size_t i;

	if (strcmp(json_string_value(json_object_get(root, "name")), name) ==
	    0)
		return true;
	json_array_foreach (bases, i, base)
		if (json_is_string(base) &&
		    strcmp(json_string_value(base), name) == 0)
			return true;
	base = json_object_get(root, "base");
	return json_is_string(base) &&
	       strcmp(json_string_value(base), name) == 0;
}

/* The first model that is this one of LoopBack's, or stands for it. */
static void
take_role(struct weft__access_model *entry, const json_t *root)
{
	struct weft__access *access = entry->access;
	const struct {
		const char *name;
		struct weft_model **place;
	} places[] = {
	    {"AccessToken", &access->tokens},
	    {"Role", &access->roles},
	    {"RoleMapping", &access->mappings},
	    {"ACL", &access->acls},
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (!*places[i].place && descends_from(root, places[i].name))
			*places[i].place = entry->model;
}

static int
parse(const struct weft__access_model *entry, json_t **root,
    struct weft_error *error)
{
	return weft__config_parse(
	    weft_model_definition(entry->model), root, error);
}

/*
 * Whether servers show the model.  Who may write rights has them all:
 * LoopBack's scaffold sets "public": false for these, here it takes a word to
 * show them.
 */
static bool
read_public(const struct weft__access_model *entry, const json_t *root)
{
	const json_t *public = setting(root, "public");

	if (json_is_boolean(public) || entry->rules.length)
		return !json_is_false(public);
	return !descends_from(root, "Role") &&
	       !descends_from(root, "RoleMapping") &&
	       !descends_from(root, "ACL");
}

static int
read_all(struct weft__access_model *entry, const json_t *root,
    struct weft_error *error)
{
	const json_t *tokens = json_object_get(
	    json_object_get(root, "relations"), "accessTokens");
	int code = weft__rules_add_static(
	    &entry->rules, setting(root, "acls"), error);

	if (!code)
		code = read_default(entry, root, error);
	if (!code)
		code = read_status(entry, root, error);
	take_role(entry, root);
	entry->is_public = read_public(entry, root);
	entry->is_user = descends_from(root, "User");
	if (code || !entry->is_user)
		return code;
	if (json_object_get(tokens, "polymorphic"))
		entry->access->has_many_user_models = true;
	return read_user(entry, root, error);
}

/* Whether the rule's type of principal is one of the models of users. */
static bool
names_users(
    const struct weft__access *access, const struct weft__rule *rule)
{
	for (size_t i = 0; i < access->length; i++)
		if (access->models[i].is_user &&
		    weft_slice_equal(rule->principal_type,
			weft_slice(weft_model_name(access->models[i].model))))
			return true;
	return false;
}

int
weft__access_check_rules(const struct weft__access *access,
    const struct weft_model *model, const struct weft__rules *rules,
    struct weft_error *error)
{
	for (size_t i = 0; i < rules->length; i++) {
		const struct weft__rule *rule = &rules->list[i];

		if (!weft__rule_knows_principal(rule) &&
		    !names_users(access, rule))
			return weft_error_set(error, WEFT_ECONFIG,
			    "model %s: acls[%zu]: there is no principal %.*s "
			    "%.*s", weft_model_name(model), i,
			    (int)rule->principal_type.size,
			    rule->principal_type.data,
			    (int)rule->principal_id.size,
			    rule->principal_id.data);
	}
	return 0;
}

int
weft__access_read_rules(const struct weft_model *model,
    struct weft__rules *rules, struct weft_error *error)
{
	json_t *root;
	int code = weft__config_parse(
	    weft_model_definition(model), &root, error);

	if (!code) {
		code = weft__rules_add_static(
		    rules, setting(root, "acls"), error);
		json_decref(root);
	}
	if (code)
		weft_error_wrap(error, "model %s", weft_model_name(model));
	return code;
}

int
weft__access_model_read(
    struct weft__access_model *entry, struct weft_error *error)
{
	json_t *root;
	int code = parse(entry, &root, error);

	if (!code) {
		code = read_all(entry, root, error);
		json_decref(root);
	}
	if (code)
		weft_error_wrap(error, "model %s",
		    weft_model_name(entry->model));
	return code;
}

void
weft__access_model_fini(struct weft__access_model *entry)
{
	weft__rules_fini(&entry->rules);
	weft__arena_fini(&entry->arena);
}

/* Whether the owner may be found by this relation: "ownerRelations" is not
 * set, true, or names it. */
static bool
is_owner_relation(const json_t *chosen, const char *name)
{
	const json_t *element;
	size_t i;

	if (!chosen || json_is_true(chosen))
		return true;
	json_array_foreach (chosen, i, element)
		if (json_is_string(element) &&
		    strcmp(json_string_value(element), name) == 0)
			return true;
	return false;
}

static bool
leads_to_user(const struct weft__access *access, const json_t *relation)
{
	const char *type =
	    json_string_value(json_object_get(relation, "type"));
	const char *model =
	    json_string_value(json_object_get(relation, "model"));

	if (!type || strcmp(type, "belongsTo") != 0 || !model)
		return false;
	for (size_t i = 0; i < access->length; i++)
		if (access->models[i].is_user &&
		    strcmp(weft_model_name(access->models[i].model), model) ==
			0)
			return true;
	return false;
}

/* The relation's foreign key: by default its name and "Id". */
static int
add_key(struct weft__access_model *entry, const char *name,
    const json_t *relation, struct weft_error *error)
{
	const char *key =
	    json_string_value(json_object_get(relation, "foreignKey"));
	struct weft_slice *made =
	    &entry->owner_keys[entry->owner_keys_length++];
	size_t size = strlen(name);
	char *text;

	if (key && *key)
		return copy(entry, key, made, error);
	text = weft__arena_alloc(&entry->arena, size + sizeof "Id");
	if (!text)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	memcpy(text, name, size);
	memcpy(text + size, "Id", sizeof "Id");
	*made = weft_slice(text);
	return 0;
}

static int
read_owners(struct weft__access_model *entry, const json_t *root,
    struct weft_error *error)
{
	json_t *relations = json_object_get(root, "relations");
	const json_t *chosen = setting(root, "ownerRelations");
	const char *name;
	json_t *relation;
	int code = 0;

	if (json_is_false(chosen))
		chosen = NULL;
	entry->has_owner_relations = chosen != NULL;
	entry->has_relation_owner = json_object_get(relations, "owner");
	entry->has_relation_user_id = json_object_get(relations, "userId");
	entry->owner_keys = weft__arena_alloc(&entry->arena,
	    (json_object_size(relations) + 1) * sizeof *entry->owner_keys);
	if (!entry->owner_keys)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	json_object_foreach (relations, name, relation) {
		if (!leads_to_user(entry->access, relation) ||
		    !is_owner_relation(chosen, name))
			continue;
		code = add_key(entry, name, relation, error);
		/* Without that setting LoopBack looks at the first only. */
		if (code || !chosen)
			break;
	}
	return code;
}

int
weft__access_model_read_owners(
    struct weft__access_model *entry, struct weft_error *error)
{
	json_t *root;
	int code = parse(entry, &root, error);

	if (code)
		return code;
	code = read_owners(entry, root, error);
	json_decref(root);
	return code;
}
