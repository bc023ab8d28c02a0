/*
 * Users and roles in the hands of whoever runs the server: no rule is asked.
 */
#ifndef MODELS_ACCESS_ADMIN_H
#define MODELS_ACCESS_ADMIN_H

#include "models/access/access.h"

/*
 * The model of users: the one of this name, or the only one (NULL).
 * WEFT_ENOTFOUND: there is none; WEFT_EINVAL: several, or that is none.
 */
WEFT_MUST_CHECK int weft__admin_user_model(const struct weft__access *access,
    const char *name, struct weft_model **model, struct weft_error *error);

/* Appends the id, as text, of the user whose id, username or email this is.
 * WEFT_ENOTFOUND. */
WEFT_MUST_CHECK int weft__admin_find_user(struct weft_model *model,
    const char *name, struct weft_buf *id, struct weft_error *error);

/* Sets a password; all tokens of the user end.  WEFT_ENOTFOUND;
 * WEFT_EVALIDATION. */
WEFT_MUST_CHECK int weft__admin_set_password(struct weft__access *access,
    struct weft_model *model, struct weft_slice id,
    struct weft_slice password, struct weft_error *error);

/* Makes a token of the user ('ttl_s' 0: the model's own life); its record is
 * appended.  WEFT_ENOTFOUND. */
WEFT_MUST_CHECK int weft__admin_create_token(struct weft__access *access,
    struct weft_model *model, struct weft_slice id, double ttl_s,
    struct weft_buf *token, struct weft_error *error);

/* Gives the user a role, which is made if there is none of that name, or takes
 * it from him; the role's record is appended.  WEFT_ENOTFOUND: there was
 * nothing to take. */
WEFT_MUST_CHECK int weft__admin_set_role(struct weft__access *access,
    struct weft_model *model, struct weft_slice id, const char *name,
    bool is_member, struct weft_buf *role, struct weft_error *error);

/* Calls 'each' with the name of each role that the user has, through others
 * too.  Nonzero stops it and is returned. */
WEFT_MUST_CHECK int weft__admin_each_role(struct weft__access *access,
    struct weft_model *model, struct weft_slice id,
    int (*each)(struct weft_slice name, void *context), void *context,
    struct weft_error *error);

#endif
