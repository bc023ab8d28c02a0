/*
 * The models of users and rights that LoopBack brings along.
 */
#ifndef MODELS_ACCESS_BUILTIN_H
#define MODELS_ACCESS_BUILTIN_H

#include <weft/types.h>

/*
 * The definition (JSON) of User, AccessToken, Role, RoleMapping or ACL; NULL
 * for any other name.  Static.
 */
const char *weft__builtin_definition(const char *name);

/* The name of the n-th of them, or NULL beyond the last.  Static. */
const char *weft__builtin_name(size_t index);

#endif
