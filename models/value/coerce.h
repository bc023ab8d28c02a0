/*
 * Coercion of values to declared types, as LoopBack's juggler 3.36 does it
 * with JavaScript's String(x), Number(x), Boolean(x) and Date(x).
 */
#ifndef MODELS_VALUE_COERCE_H
#define MODELS_VALUE_COERCE_H

#include "core/base/arena.h"
#include "core/base/json.h"
#include "models/definition/definition.h"

/* What is not to be had of a value of the type; it is null then. */
enum weft__fault {
	WEFT__FAULT_NONE,
	WEFT__FAULT_NAN,          /* not a number */
	WEFT__FAULT_INVALID_DATE,
	WEFT__FAULT_UNKNOWN,      /* the property is not declared */
	WEFT__FAULT_MISSING       /* there is no value, and must be one */
};

/* Where new values go, and scratch memory. */
struct weft__coercer {
	struct weft__arena *arena; /* the owner's */
	struct weft_buf text;
	struct weft__json json;
};

/* Makes it empty, with 'arena' (kept) for what it makes; frees what it holds
 * itself. */
void weft__coercer_init(
    struct weft__coercer *coercer, struct weft__arena *arena);
void weft__coercer_fini(struct weft__coercer *coercer);

/*
 * Makes '*value' one of the property's type.  A value that is one already
 * stays as it is, token and all; null stays null.  '*fault' tells what could
 * not be had.
 * Returns 0; WEFT_EINVAL with LoopBack's text (no list, no point on the
 * globe); WEFT_ELIMIT; WEFT_ENOMEM.  Dates are read by ISO 8601 only.
 */
WEFT_MUST_CHECK int weft__coerce(struct weft__coercer *coercer,
    const struct weft__property *property, struct weft__json_value *value,
    enum weft__fault *fault, struct weft_error *error);

#endif
