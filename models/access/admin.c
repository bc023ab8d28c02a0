#include "models/access/admin.h"

#include "core/base/limits.h"
#include "models/access/access_private.h"
#include "models/access/password.h"
#include "models/definition/config.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

int
weft__admin_user_model(const struct weft__access *access, const char *name,
    struct weft_model **model, struct weft_error *error)
{
	*model = NULL;
	for (size_t i = 0; i < access->length; i++) {
		struct weft_model *found = access->models[i].model;

		if (!access->models[i].is_user ||
		    (name && strcmp(weft_model_name(found), name) != 0))
			continue;
		if (*model)
			return weft_error_set(error, WEFT_EINVAL,
			    "several models of users (%s, %s): name one",
			    weft_model_name(*model), weft_model_name(found));
		*model = found;
	}
	if (*model)
		return 0;
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "no model %s of users: model-config.json needs User, AccessToken, "
	    "Role, RoleMapping and ACL", name ? name : "User");
}

static int
not_there(const struct weft_model *model, struct weft_slice id,
    struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOTFOUND, "no %s \"%.*s\"",
	    weft_model_name(model), (int)id.size, id.data);
}

/* The user whose property this is; NULL: nobody's. */
static int
find_by(struct weft_model *model, const char *key, const char *value,
    json_t **user, struct weft_error *error)
{
	return weft__lookup_first(
	    model, NULL, json_pack("{s:s}", key, value), user, error);
}

int
weft__admin_find_user(struct weft_model *model, const char *name,
    struct weft_buf *id, struct weft_error *error)
{
	const char *const keys[] = {"username", "email"};
	char text[WEFT__LOOKUP_ID_SIZE] = "";
	json_t *user;
	int code = weft__lookup_id(model, weft_slice(name), &user, error);

	for (size_t i = 0; i < 2 && !code && !user; i++)
		code = find_by(model, keys[i], name, &user, error);
	if (code)
		return code;
	if (!user)
		return not_there(model, weft_slice(name), error);
	weft__lookup_id_text(
	    json_object_get(user, weft_model_id_name(model)), text);
	json_decref(user);
	return weft_buf_append_slice(id, weft_slice(text))
		   ? out_of_memory(error) : 0;
}

int
weft__admin_set_password(struct weft__access *access,
    struct weft_model *model, struct weft_slice id,
    struct weft_slice password, struct weft_error *error)
{
	const struct weft__access_model *entry =
	    weft__access_find(access, model);
	int code = weft__password_check(password, NULL, error);

	if (!code)
		code = weft__user_store_password(
		    access, entry, id, password, error);
	return code ? code : weft__token_delete_all(access, entry, id, NULL,
				 weft_slice(NULL), error);
}

int
weft__admin_create_token(struct weft__access *access,
    struct weft_model *model, struct weft_slice id, double ttl_s,
    struct weft_buf *token, struct weft_error *error)
{
	json_t *user;
	int code = weft__lookup_id(model, id, &user, error);

	if (!code && !user)
		return not_there(model, id, error);
	if (!code)
		code = weft__token_create(access,
		    weft__access_find(access, model), user, ttl_s, NULL,
		    token, error);
	json_decref(user);
	return code;
}

/* Writes a record of these properties. */
static int
create(struct weft_model *model, json_t *record, struct weft_buf *made,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = record ? weft__config_write(record, &text) : WEFT_ENOMEM;

	json_decref(record);
	if (code)
		code = out_of_memory(error);
	else
		code = weft_record_create(
		    model, NULL, weft_buf_slice(&text), made, error);
	weft_buf_fini(&text);
	return code;
}

/* The role of this name, made if it is to be. */
static int
find_role(struct weft__access *access, const char *name, bool make,
    json_t **role, struct weft_error *error)
{
	struct weft_buf made = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = weft__lookup_first(access->roles, NULL,
	    json_pack("{s:s}", "name", name), role, error);

	if (code || *role || !make)
		return code;
	code = create(
	    access->roles, json_pack("{s:s}", "name", name), &made, error);
	if (!code)
		code = weft__lookup_parse(weft_buf_slice(&made), role, error);
	weft_buf_fini(&made);
	return code;
}

/* The type of a principal that is a record of this model. */
static const char *
principal_type(
    const struct weft__access *access, const struct weft_model *model)
{
	return access->has_many_user_models ? weft_model_name(model) : "USER";
}

static json_t *
describe_mapping(const struct weft__access *access,
    const struct weft_model *model, struct weft_slice id, const json_t *role)
{
	return json_pack("{s:O, s:s, s:s%}", "roleId",
	    json_object_get(role, weft_model_id_name(access->roles)),
	    "principalType", principal_type(access, model), "principalId",
	    id.data, id.size);
}

static int
add_member(struct weft__access *access, struct weft_model *model,
    struct weft_slice id, const json_t *role, struct weft_error *error)
{
	json_t *mapping;
	int code = weft__lookup_first(access->mappings, NULL,
	    describe_mapping(access, model, id, role), &mapping, error);

	if (!code && !mapping)
		return create(access->mappings,
		    describe_mapping(access, model, id, role), NULL, error);
	json_decref(mapping);
	return code;
}

static int
remove_member(struct weft__access *access, struct weft_model *model,
    struct weft_slice id, const json_t *role, struct weft_error *error)
{
	struct weft_buf where = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	json_t *mapping =
	    role ? describe_mapping(access, model, id, role) : NULL;
	uint64_t count = 0;
	int code = 0;

	if (mapping && weft__config_write(mapping, &where))
		code = out_of_memory(error);
	if (mapping && !code)
		code = weft_record_delete_all(access->mappings, NULL,
		    weft_buf_slice(&where), &count, error);
	json_decref(mapping);
	weft_buf_fini(&where);
	if (!code && !count)
		code = weft_error_set(
		    error, WEFT_ENOTFOUND, "the user has no such role");
	return code;
}

int
weft__admin_set_role(struct weft__access *access, struct weft_model *model,
    struct weft_slice id, const char *name, bool is_member,
    struct weft_buf *role, struct weft_error *error)
{
	json_t *found;
	int code;

	if (!access->roles || !access->mappings)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "no models Role and RoleMapping");
	code = find_role(access, name, is_member, &found, error);
	if (code)
		return code;
	code = is_member ? add_member(access, model, id, found, error)
			 : remove_member(access, model, id, found, error);
	if (!code && weft__config_write(found, role))
		code = out_of_memory(error);
	json_decref(found);
	return code;
}

int
weft__admin_each_role(struct weft__access *access, struct weft_model *model,
    struct weft_slice id,
    int (*each)(struct weft_slice name, void *context), void *context,
    struct weft_error *error)
{
	struct weft__principal principal = {
	    .type = weft_slice(principal_type(access, model)),
	    .user_id = id,
	};
	int code = weft__roles_read(access, &principal, error);

	for (size_t i = 0; i < principal.roles_length && !code; i++)
		code = each(principal.role_names[i], context);
	weft__arena_fini(&principal.arena);
	return code;
}
