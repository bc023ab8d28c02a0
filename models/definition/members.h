/*
 * A list of members of an object, in the order of their names.
 */
#ifndef MODELS_DEFINITION_MEMBERS_H
#define MODELS_DEFINITION_MEMBERS_H

#include "core/base/json.h"

/* Zero-initialised is an empty list. */
struct weft__members {
	struct weft__json_member *list;
	size_t length, capacity;
};

/* Frees the list; it is empty and usable. */
void weft__members_fini(struct weft__members *members);

/* Appends a member, whose name is above all others in the list.
 * Returns 0 or WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__members_append(struct weft__members *members,
    const struct weft__json_member *member);

/* The value of this canonical name, or ABSENT.  Cost: O(log n). */
struct weft__json_value weft__members_find(
    const struct weft__members *members, struct weft_slice name);

#endif
