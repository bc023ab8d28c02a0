/*
 * What the API's methods take and give, as its description says it: a table
 * beside that of the routes, and the schemas that are of no model.
 */
#ifndef TRANSPORTS_LOOPBACK_OPENAPI_SHAPE_H
#define TRANSPORTS_LOOPBACK_OPENAPI_SHAPE_H

#include <jansson.h>

#include <weft/error.h>

/*
 * A schema is named by a word: "*" is the model's record, "*Patch" the same
 * with nothing required, any other one of WEFT__OPENAPI_OURS; "[]" behind it
 * makes it an array, and "A|B" is either.
 */
struct weft__openapi_shape {
	const char *method;     /* LoopBack's name, as in the routes */
	const char *summary;
	const char *parameters; /* names with a space between, or "" */
	const char *body;       /* a schema, or NULL */
	int status;             /* when it went well */
	const char *answer;     /* a schema, or NULL: no body */
	const char *failures;   /* statuses with a space between, or "" */
};

/* Before the names of schemas that are of no model. */
#define WEFT__OPENAPI_OURS "weft."

/* The shape of a method, or NULL.  Static. */
const struct weft__openapi_shape *weft__openapi_shape_find(const char *method);

/*
 * Makes the description's "components": parameters, responses, and the schemas
 * of no model.  '*components' is the caller's.  Returns 0; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__openapi_components(
    json_t **components, struct weft_error *error);

#endif
