/*
 * Going back in history.  A commit that is not there was dropped beside the
 * reader, if the present history does not lead to it any more; else it is
 * damage.
 */
#include "core/store/commit.h"
#include "core/store/store_internal.h"

static int
tell_damage(const struct weft__store *store, const struct weft__oid *oid,
    struct weft_error *error)
{
	char hex[WEFT__OID_HEX + 1];

	weft__oid_format(oid, hex);
	return weft_error_set(error, WEFT_EDAMAGED, "%s: commit %s is missing "
	    "in the history (see `weft verify`)", store->directory.path, hex);
}

/* Says which it is, by walking the present history to its end, or to where a
 * commit is missing in it. */
static int
judge(struct weft__store *store, struct weft_error *error)
{
	struct weft__store_tip tip;
	struct weft__oid next;
	int code = weft__store_tip(store, &tip, error);

	while (!code && tip.exists) {
		next = tip.commit.parent;
		tip.exists = !weft__oid_is_zero(&next);
		if (tip.exists)
			code = weft__commit_read(
			    store->objects, &next, &tip.commit, error);
	}
	if (code == WEFT_ENOTFOUND)
		return tell_damage(store, &next, error);
	return code ? code
	            : weft_error_set(error, WEFT_EGONE,
	                  "the history was cut while it was read");
}

int
weft__store_parent(struct weft__store *store,
    struct weft__store_commit *commit, struct weft_error *error)
{
	struct weft__oid parent = commit->parent;
	int code = weft__commit_read(store->objects, &parent, commit, error);

	return code == WEFT_ENOTFOUND ? judge(store, error) : code;
}
