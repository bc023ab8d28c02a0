#include "models/definition/members.h"

#include "core/base/alloc.h"

void
weft__members_fini(struct weft__members *members)
{
	weft__free(members->list);
	*members = (struct weft__members){NULL, 0, 0};
}

int
weft__members_append(struct weft__members *members,
    const struct weft__json_member *member)
{
	if (!weft__grow(&members->list, &members->capacity,
		members->length + 1, sizeof *members->list))
		return WEFT_ENOMEM;
	members->list[members->length++] = *member;
	return 0;
}

struct weft__json_value
weft__members_find(
    const struct weft__members *members, struct weft_slice name)
{
	size_t low = 0, high = members->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = weft__json_compare_names(
		    name, members->list[middle].name);

		if (order == 0)
			return members->list[middle].value;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return (struct weft__json_value){WEFT__JSON_ABSENT, {NULL, 0}};
}
