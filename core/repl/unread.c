#include "core/repl/unread.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"

bool
weft__unread_is(int code)
{
	return code == WEFT_EINVAL || code == WEFT_EJSON || code == WEFT_ELIMIT;
}

int
weft__unread_add(struct weft__unread *unread, struct weft_slice id,
    const struct weft_error *why)
{
	struct weft_slice copy = {NULL, 0};

	if (unread->length == WEFT_LIMIT_REFUSED_KEPT) {
		unread->others++;
		return 0;
	}
	if (!weft__grow(&unread->list, &unread->capacity, unread->length + 1,
		sizeof *unread->list))
		return WEFT_ENOMEM;
	if (id.size && weft__arena_copy(&unread->arena, id, &copy))
		return WEFT_ENOMEM;
	unread->list[unread->length++] =
	    (struct weft__unread_change){copy, *why};
	return 0;
}

void
weft__unread_fini(struct weft__unread *unread)
{
	weft__free(unread->list);
	weft__arena_fini(&unread->arena);
	*unread = (struct weft__unread){.list = NULL};
}
