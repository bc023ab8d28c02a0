/*
 * A kept conflict as people see it: the properties that differ, in columns.
 */
#ifndef TOOLS_CONFLICT_VIEW_H
#define TOOLS_CONFLICT_VIEW_H

#include <weft/buf.h>
#include <weft/error.h>

#include "core/base/json.h"

/* What weft_conflict_each_kept() handed out, taken apart. */
struct conflict_view {
	struct weft_buf model, id, type, peer; /* texts */
	uint64_t time_ms;
	struct weft__json_value base, source, target; /* objects, or null */
	struct weft__json json; /* private: what the values point into */
};

/* Storage of the caller's; freed with fini(). */
void conflict_view_init(struct conflict_view *view);
void conflict_view_fini(struct conflict_view *view);

/* Takes the JSON (borrowed as long as the view is used) apart.
 * Returns 0, WEFT_EDAMAGED, WEFT_ELIMIT, WEFT_ENOMEM. */
WEFT_MUST_CHECK int conflict_view_read(struct conflict_view *view,
    struct weft_slice json, struct weft_error *error);

/* Prints it on standard output.  Returns 0, WEFT_ENOMEM, WEFT_EDAMAGED. */
WEFT_MUST_CHECK int conflict_view_print(
    const struct conflict_view *view, struct weft_error *error);

#endif
