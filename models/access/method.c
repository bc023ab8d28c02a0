#include "models/access/method.h"

static const struct weft__method methods[] = {
    /* PersistedModel */
    {{"create"}, WEFT__ACCESS_WRITE},
    {{"patchOrCreate", "upsert", "updateOrCreate"}, WEFT__ACCESS_WRITE},
    {{"replaceOrCreate"}, WEFT__ACCESS_WRITE},
    {{"upsertWithWhere", "patchOrCreateWithWhere"}, WEFT__ACCESS_WRITE},
    {{"exists"}, WEFT__ACCESS_READ},
    {{"findById"}, WEFT__ACCESS_READ},
    {{"replaceById"}, WEFT__ACCESS_WRITE},
    {{"find"}, WEFT__ACCESS_READ},
    {{"findOne"}, WEFT__ACCESS_READ},
    {{"destroyAll"}, WEFT__ACCESS_WRITE},
    {{"updateAll", "update"}, WEFT__ACCESS_WRITE},
    {{"deleteById", "destroyById", "removeById"}, WEFT__ACCESS_WRITE},
    {{"count"}, WEFT__ACCESS_READ},
    {{"patchAttributes", "updateAttributes"}, WEFT__ACCESS_WRITE},
    {{"createChangeStream"}, WEFT__ACCESS_READ},
    /* replication */
    {{"diff"}, WEFT__ACCESS_READ},
    {{"changes"}, WEFT__ACCESS_READ},
    {{"checkpoint"}, WEFT__ACCESS_REPLICATE},
    {{"currentCheckpoint"}, WEFT__ACCESS_READ},
    {{"reconcile"}, WEFT__ACCESS_READ}, /* ours */
    {{"createUpdates"}, WEFT__ACCESS_READ},
    {{"bulkUpdate"}, WEFT__ACCESS_WRITE},
    {{"findLastChange"}, WEFT__ACCESS_READ},
    {{"updateLastChange"}, WEFT__ACCESS_WRITE},
    /* User: what is no GET is EXECUTE */
    {{"login"}, WEFT__ACCESS_EXECUTE},
    {{"logout"}, WEFT__ACCESS_EXECUTE},
    {{"verify"}, WEFT__ACCESS_EXECUTE},
    {{"confirm"}, WEFT__ACCESS_READ},
    {{"resetPassword"}, WEFT__ACCESS_EXECUTE},
    {{"changePassword"}, WEFT__ACCESS_EXECUTE},
    {{"setPassword"}, WEFT__ACCESS_EXECUTE},
};

static bool
has_name(const struct weft__method *method, const char *name)
{
	for (size_t i = 0; i < WEFT__METHOD_NAMES && method->names[i]; i++)
		if (strcmp(method->names[i], name) == 0)
			return true;
	return false;
}

const struct weft__method *
weft__method_find(const char *name)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (has_name(&methods[i], name))
			return &methods[i];
	return NULL;
}
