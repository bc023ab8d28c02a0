#include "models/definition/keys.h"

#include <string.h>

#include "core/base/log.h"

/* Keys that mean something, here or to LoopBack; others are worth a word. */
static const char *const known_keys[] = {
    "name", "plural", "base", "options", "properties", "strict", "hidden",
    "persistUndefinedAsNull", "trackChanges", "hashAlgorithm", "updatedAt",
    "idInjection", "validations", "relations", "acls", "methods", "mixins",
    "description", "http", "scopes", "scope", "indexes", "settings",
    "protected", "forceId", "validateUpsert", "validateUpdate",
    "automaticValidation", "enableRemoteReplication", "changeCleanupInterval",
    "replicationChunkSize", "additionalChangeModelProperties", "acl",
    "excludeBaseProperties", "injectOptionsFromRemoteContext", "public",
    "foreignKeys", "sqlite3", "memory", "mysql", "postgresql", "mssql",
    "mongodb", "oracle", "cloudant", "_meta", "_bases", "$schema",
    "visibleTo", "defaultPermission", "aclErrorStatus", "ownerRelations",
    "ttl", "maxTTL", "allowEternalTokens", "caseSensitiveEmail",
    "realmRequired", "realmDelimiter", "resetPasswordTokenTTL",
    "emailVerificationRequired", "restrictResetPasswordTokenScope",
    "rejectPasswordChangesViaPatchOrReplace", "saltWorkFactor",
    "accessTokenIdLength", "changeFilterProperty", "replaceOnPUT",
    "applyDefaultsOnReads"};

/* The same for datasources. */
static const char *const known_settings[] = {
    "name", "connector", "file", "url", "store", "journalRows",
    "keepCheckpoints", "keepDays", "tombstoneDays", "dropHeardTombstones",
    "localStorage", "debug", "options", "lazyConnect", "description"};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void
name_unknown(const json_t *object, const char *const *known, size_t count,
    const char *kind, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		size_t i = 0;

		while (i < count && strcmp(key, known[i]) != 0)
			i++;
		if (i == count)
			weft__log(WEFT_LOG_WARNING, "models",
			    "%s %s: key \"%s\" is not known, ignored", kind,
			    name, key);
	}
}

void
weft__definition_name_unknown(const char *model, const json_t *definition)
{
	name_unknown(
	    definition, known_keys, LENGTH(known_keys), "model", model);
}

void
weft__datasource_name_unknown(const char *datasource, const json_t *settings)
{
	name_unknown(settings, known_settings, LENGTH(known_settings),
	    "datasource", datasource);
}

void
weft__definition_name_unfilled(const char *model, const json_t *additional,
    const char *change_filter)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)additional, name, value)
		if (!change_filter || strcmp(name, change_filter) != 0)
			weft__log(WEFT_LOG_WARNING, "models",
			    "model %s: additionalChangeModelProperties: %s is "
			    "not filled; changeFilterProperty fills one",
			    model, name);
}
