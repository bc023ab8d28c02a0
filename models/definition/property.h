/*
 * One property of a model definition.
 */
#ifndef MODELS_DEFINITION_PROPERTY_H
#define MODELS_DEFINITION_PROPERTY_H

#include <jansson.h>

#include "core/base/json.h"
#include "models/definition/definition.h"

/* What reading a definition needs, from one property to the next. */
struct weft__property_reader {
	struct weft__arena *arena;
	struct weft__json json; /* scratch */
	struct weft_buf text;   /* scratch */
	struct weft_error *error;
};

/* Makes the canonical name of a property, in the arena.
 * Returns 0 or WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__property_name(struct weft__property_reader *reader,
    const char *name, struct weft_slice *canonical);

/*
 * Reads what a definition says of the property 'name': "string", ["string"],
 * or {"type": ..., "required": ...}; '*is_id' tells whether it declares the
 * id.  Returns 0; WEFT_ECONFIG naming the key; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__property_read(struct weft__property_reader *reader,
    const char *name, const json_t *json, struct weft__property *property,
    bool *is_id);

#endif
