#include <weft/change.h>

enum weft_change_type
weft_change_type(const struct weft_change *change)
{
	if (change->rev.data)
		return change->prev.data ? WEFT_CHANGE_UPDATE :
		    WEFT_CHANGE_CREATE;
	return change->prev.data ? WEFT_CHANGE_DELETE : WEFT_CHANGE_UNKNOWN;
}

const char *
weft_change_type_name(enum weft_change_type type)
{
	switch (type) {
	case WEFT_CHANGE_CREATE:
		return "create";
	case WEFT_CHANGE_UPDATE:
		return "update";
	case WEFT_CHANGE_DELETE:
		return "delete";
	case WEFT_CHANGE_UNKNOWN:
		break;
	}
	return "unknown";
}

bool
weft_change_equals(const struct weft_change *a, const struct weft_change *b)
{
	return b && weft_slice_equal(a->rev, b->rev);
}

bool
weft_change_is_based_on(
    const struct weft_change *a, const struct weft_change *b)
{
	return b && a->has_prev && weft_slice_equal(a->prev, b->rev);
}

bool
weft_change_conflicts_with(
    const struct weft_change *a, const struct weft_change *b)
{
	/* Two deletions are equal: neither has a revision. */
	return b && !weft_change_equals(a, b) && !weft_change_is_based_on(a, b);
}
