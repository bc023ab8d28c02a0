#include "models/access/builtin.h"

/*
 * Properties, hidden ones, rules and relations as in LoopBack 3.  Foreign keys,
 * which LoopBack makes from the relations, are declared here; what users, roles
 * and tokens are looked up by is indexed.
 */

#define EVERYONE "\"principalType\":\"ROLE\",\"principalId\":\"$everyone\""
#define OWNER "\"principalType\":\"ROLE\",\"principalId\":\"$owner\""
#define AUTHENTICATED \
	"\"principalType\":\"ROLE\",\"principalId\":\"$authenticated\""
#define ALLOW(who, method) \
	"{" who ",\"permission\":\"ALLOW\",\"property\":\"" method "\"}"
#define ALLOW_EXECUTE(who, method) \
	"{" who ",\"permission\":\"ALLOW\",\"property\":\"" method "\"," \
	"\"accessType\":\"EXECUTE\"}"
#define DENY_ALL "{" EVERYONE ",\"permission\":\"DENY\"}"

static const char user[] =
    "{\"name\":\"User\",\"properties\":{"
    "\"realm\":\"string\","
    "\"username\":{\"type\":\"string\",\"index\":true},"
    "\"password\":{\"type\":\"string\",\"required\":true},"
    "\"email\":{\"type\":\"string\",\"required\":true,\"index\":true},"
    "\"emailVerified\":\"boolean\","
    "\"verificationToken\":\"string\"},"
    "\"options\":{\"caseSensitiveEmail\":true},"
    "\"hidden\":[\"password\",\"verificationToken\"],"
    "\"acls\":[" DENY_ALL ","
    ALLOW(EVERYONE, "create") ","
    ALLOW(OWNER, "deleteById") ","
    ALLOW(EVERYONE, "login") ","
    ALLOW(EVERYONE, "logout") ","
    ALLOW(OWNER, "findById") ","
    ALLOW(OWNER, "patchAttributes") ","
    ALLOW(OWNER, "replaceById") ","
    ALLOW_EXECUTE(EVERYONE, "verify") ","
    ALLOW(EVERYONE, "confirm") ","
    ALLOW_EXECUTE(EVERYONE, "resetPassword") ","
    ALLOW_EXECUTE(AUTHENTICATED, "changePassword") ","
    ALLOW_EXECUTE(AUTHENTICATED, "setPassword") "],"
    "\"relations\":{\"accessTokens\":{\"type\":\"hasMany\","
    "\"model\":\"AccessToken\",\"foreignKey\":\"userId\","
    "\"options\":{\"disableInclude\":true}}}}";

static const char access_token[] =
    "{\"name\":\"AccessToken\",\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true},"
    "\"ttl\":{\"type\":\"number\",\"default\":1209600},"
    "\"scopes\":[\"string\"],"
    "\"created\":{\"type\":\"date\",\"defaultFn\":\"now\"},"
    "\"userId\":{\"type\":\"string\",\"index\":true}},"
    "\"acls\":[" DENY_ALL "],"
    "\"relations\":{\"user\":{\"type\":\"belongsTo\",\"model\":\"User\","
    "\"foreignKey\":\"userId\"}}}";

static const char role[] =
    "{\"name\":\"Role\",\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true,\"defaultFn\":\"guid\"},"
    "\"name\":{\"type\":\"string\",\"required\":true,\"index\":true},"
    "\"description\":\"string\","
    "\"created\":{\"type\":\"date\",\"defaultFn\":\"now\"},"
    "\"modified\":{\"type\":\"date\",\"defaultFn\":\"now\"}},"
    "\"relations\":{\"principals\":{\"type\":\"hasMany\","
    "\"model\":\"RoleMapping\",\"foreignKey\":\"roleId\"}}}";

static const char role_mapping[] =
    "{\"name\":\"RoleMapping\",\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true,\"defaultFn\":\"guid\"},"
    "\"principalType\":\"string\","
    "\"principalId\":{\"type\":\"string\",\"index\":true},"
    "\"roleId\":{\"type\":\"string\",\"index\":true}},"
    "\"relations\":{\"role\":{\"type\":\"belongsTo\",\"model\":\"Role\","
    "\"foreignKey\":\"roleId\"}}}";

static const char acl[] =
    "{\"name\":\"ACL\",\"properties\":{"
    "\"model\":\"string\",\"property\":\"string\","
    "\"accessType\":\"string\",\"permission\":\"string\","
    "\"principalType\":\"string\",\"principalId\":\"string\"}}";

static const struct {
	const char *name;
	const char *definition;
} builtins[] = {
    {"User", user},
    {"AccessToken", access_token},
    {"Role", role},
    {"RoleMapping", role_mapping},
    {"ACL", acl},
};

#define BUILTINS (sizeof builtins / sizeof *builtins)

const char *
weft__builtin_definition(const char *name)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].definition;
	return NULL;
}

const char *
weft__builtin_name(size_t index)
{
	return index < BUILTINS ? builtins[index].name : NULL;
}
