/*
 * Validation of a record, with LoopBack's errors.
 */
#ifndef MODELS_RECORD_VALIDATE_H
#define MODELS_RECORD_VALIDATE_H

#include "models/definition/members.h"
#include "models/value/coerce.h"

/* Something that coercion found amiss. */
struct weft__complaint {
	struct weft_slice name; /* canonical, of the property */
	enum weft__fault fault;
};

/* A record under validation. */
struct weft__validation {
	const struct weft__definition *definition;
	const struct weft__complaint *complaints;
	size_t complaints_length;
	const struct weft__members *visible;
	const struct weft__members *hidden; /* NULL: not looked at */
};

/*
 * Checks what is required, dates, and (complaints) what is not declared.
 * Returns 0; WEFT_EVALIDATION with LoopBack's message, and its error.details
 * appended to 'details' (may be NULL); WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__validate(const struct weft__validation *validation,
    struct weft_buf *details, struct weft_error *error);

#endif
