/*
 * Checking the journal's rows as such, of all models of a datasource.
 */
#ifndef MODELS_STORE_VERIFY_ROWS_H
#define MODELS_STORE_VERIFY_ROWS_H

#include "models/datasource.h"

/* What is checked of a row. */
struct weft__row {
	uint64_t seq;
	char op;
	bool is_deletion; /* it has no revision */
	uint64_t checkpoint;
	uint64_t time_ms;
};

/* Receives a row that is wrong: what it is, what it must be (the same, if
 * nobody knows), and why, a static text.  Nonzero ends the check. */
typedef int weft__row_fault_fn(const struct weft__row *is,
    const struct weft__row *must, const char *fault, void *context);

/*
 * Judges each row by those around it, and by the commit of the store that it
 * is the last of; the store is left out if it cannot be read.
 * Returns 0, what 'each' returned, or what the database returns.
 * Cost: reads the journal, and the commits since its first row.
 */
WEFT_MUST_CHECK int weft__rows_check(struct weft_datasource *datasource,
    weft__row_fault_fn *each, void *context, struct weft_error *error);

#endif
