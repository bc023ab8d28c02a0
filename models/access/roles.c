/*
 * The roles of a principal: those that he is mapped to, and those that these
 * are mapped to in turn.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/access_private.h"

/* The roles found so far; those from 'next' on are still to be followed. */
struct search {
	struct weft__access *access;
	struct weft__principal *principal;
	size_t capacity;
	size_t next;
};

static bool
is_known(const struct weft__principal *principal, struct weft_slice id)
{
	for (size_t i = 0; i < principal->roles_length; i++)
		if (weft_slice_equal(principal->role_ids[i], id))
			return true;
	return false;
}

/* Makes room for one more; old arrays stay in the arena. */
static bool
grow(struct search *search)
{
	struct weft__principal *principal = search->principal;
	size_t capacity = search->capacity ? 2 * search->capacity : 8;
	size_t size = capacity * sizeof(struct weft_slice);
	struct weft_slice *ids, *names;

	if (principal->roles_length < search->capacity)
		return true;
	ids = weft__arena_alloc(&principal->arena, size);
	names = weft__arena_alloc(&principal->arena, size);
	if (!ids || !names)
		return false;
	for (size_t i = 0; i < principal->roles_length; i++) {
		ids[i] = principal->role_ids[i];
		names[i] = principal->role_names[i];
	}
	principal->role_ids = ids;
	principal->role_names = names;
	search->capacity = capacity;
	return true;
}

static int
add(struct search *search, struct weft_slice id, struct weft_slice name,
    struct weft_error *error)
{
	struct weft__principal *principal = search->principal;
	size_t index = principal->roles_length;

	if (index >= WEFT_LIMIT_ROLES)
		return weft_error_set(error, WEFT_ELIMIT,
		    "user %s has more than %d roles", principal->user_id.data,
		    WEFT_LIMIT_ROLES);
	if (!grow(search) ||
	    weft__arena_copy(&principal->arena, id,
		&principal->role_ids[index]) ||
	    weft__arena_copy(&principal->arena, name,
		&principal->role_names[index]))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	principal->roles_length++;
	return 0;
}

/* Adds the role of this id, if there is such a role and it is new. */
static int
add_by_id(struct search *search, const json_t *role_id,
    struct weft_error *error)
{
	char id[WEFT__LOOKUP_ID_SIZE];
	struct weft_slice name;
	json_t *role;
	int code;

	if (!weft__lookup_id_text(role_id, id) ||
	    is_known(search->principal, weft_slice(id)))
		return 0;
	code = weft__lookup_id(
	    search->access->roles, weft_slice(id), &role, error);
	if (code || !role)
		return code;
	name = weft__lookup_text(role, "name");
	if (name.data)
		code = add(search, weft_slice(id), name, error);
	json_decref(role);
	return code;
}

static int
note_role_id(const json_t *mapping, void *context, struct weft_error *error)
{
	json_t *id = json_object_get(mapping, "roleId");

	if (!id || !json_array_append(context, id))
		return 0;
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Adds the roles that a principal, or another role, is mapped to. */
static int
follow(struct search *search, struct weft_slice type, struct weft_slice id,
    struct weft_error *error)
{
	json_t *ids = json_array(), *role_id;
	size_t i;
	int code;

	if (!ids)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = weft__lookup_each(search->access->mappings, NULL,
	    json_pack("{s:s%, s:s%}", "principalType", type.data, type.size,
		"principalId", id.data, id.size),
	    true, 0, note_role_id, ids, error);
	json_array_foreach (ids, i, role_id)
		if (!code)
			code = add_by_id(search, role_id, error);
	json_decref(ids);
	return code;
}

int
weft__roles_read(struct weft__access *access,
    struct weft__principal *principal, struct weft_error *error)
{
	struct search search = {access, principal, 0, 0};
	int code;

	if (!access->roles || !access->mappings)
		return 0;
	code = follow(&search, principal->type, principal->user_id, error);
	while (!code && search.next < principal->roles_length)
		code = follow(&search, weft_slice("ROLE"),
		    principal->role_ids[search.next++], error);
	return code;
}

bool
weft__roles_has(
    const struct weft__principal *principal, struct weft_slice name)
{
	if (weft_slice_equal(name, weft_slice("$everyone")))
		return true;
	if (weft_slice_equal(name, weft_slice("$authenticated")))
		return principal != NULL;
	if (weft_slice_equal(name, weft_slice("$unauthenticated")))
		return principal == NULL;
	for (size_t i = 0; principal && i < principal->roles_length; i++)
		if (weft_slice_equal(principal->role_names[i], name))
			return true;
	return false;
}
