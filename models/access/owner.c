/*
 * $owner: whom a record belongs to, as LoopBack finds out.
 */
#include "models/access/access_private.h"

/* Whether a property of the record is the user's id. */
static bool
is_user(const json_t *record, const char *key,
    const struct weft__principal *principal)
{
	char id[WEFT__LOOKUP_ID_SIZE];

	return weft__lookup_id_text(json_object_get(record, key), id) &&
	       weft_slice_equal(weft_slice(id), principal->user_id);
}

/* Whether LoopBack takes the property for given. */
static bool
is_given(const json_t *record, const char *key)
{
	char id[WEFT__LOOKUP_ID_SIZE];

	return weft__lookup_id_text(json_object_get(record, key), id) &&
	       strcmp(id, "0") != 0;
}

static bool
is_by_relation(const struct weft__access_model *entry, const json_t *record,
    const struct weft__principal *principal)
{
	for (size_t i = 0; i < entry->owner_keys_length; i++)
		if (is_user(record, entry->owner_keys[i].data, principal))
			return true;
	return false;
}

/*
 * Without "ownerRelations" a property userId or owner decides; where a relation
 * has that name, it is a method of the record and no id.
 */
static bool
owns(const struct weft__access *access,
    const struct weft__access_model *entry, const json_t *record,
    const struct weft__principal *principal)
{
	bool is_function = false;
	const char *key = NULL;

	if (entry->has_owner_relations)
		return is_by_relation(entry, record, principal);
	if (entry->has_relation_user_id)
		is_function = true;
	else if (is_given(record, "userId"))
		key = "userId";
	else if (entry->has_relation_owner)
		is_function = true;
	else if (is_given(record, "owner"))
		key = "owner";
	if (!is_function && key && !access->has_many_user_models)
		return is_user(record, key, principal);
	return is_by_relation(entry, record, principal);
}

/* Whether the application has one model of users; else tokens name theirs. */
static bool
is_plain_user(const struct weft__principal *principal)
{
	return weft_slice_equal(principal->type, weft_slice("USER"));
}

/* Whether the principal is a record of this model. */
static bool
is_of_model(const struct weft__principal *principal,
    const struct weft__access_model *entry)
{
	return entry->is_user &&
	       (is_plain_user(principal) ||
		   weft_slice_equal(principal->type,
		       weft_slice(weft_model_name(entry->model))));
}

int
weft__owner_check(const struct weft__access *access,
    const struct weft__access_model *entry,
    const struct weft__principal *principal, struct weft_slice id,
    bool *is_owner, struct weft_error *error)
{
	json_t *record;
	int code;

	*is_owner = false;
	if (!principal || !id.data || !id.size ||
	    is_plain_user(principal) == access->has_many_user_models)
		return 0;
	if (is_of_model(principal, entry)) {
		*is_owner = weft_slice_equal(id, principal->user_id);
		return 0;
	}
	code = weft__lookup_id(entry->model, id, &record, error);
	if (code || !record)
		return code;
	*is_owner = owns(access, entry, record, principal);
	json_decref(record);
	return 0;
}
