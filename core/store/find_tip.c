/*
 * Finding the tip when its ref is of no use: the newest commit of an epoch that
 * the packs have complete, with all that it leads to; else what the branch
 * names.
 */
#include "core/store/commit.h"
#include "core/store/pack_set.h"
#include "core/store/reach.h"
#include "core/store/ref.h"
#include "core/store/store_internal.h"

struct search {
	struct weft__store *store;
	const char *epoch;
	uint64_t least; /* position */
	struct weft__pack_set set;
	struct weft__store_commit limit; /* below it; zero oid: any */
	struct weft__store_commit best;  /* zero oid: none */
	struct weft_error *error;
};

/* By position, those at the same one by id, so that each has its turn. */
static bool
is_before(
    const struct weft__store_commit *a, const struct weft__store_commit *b)
{
	if (a->seq != b->seq)
		return a->seq < b->seq;
	return memcmp(a->oid.bytes, b->oid.bytes, WEFT__OID_SIZE) < 0;
}

/* Reads a commit of ours, whole.  Returns 0; WEFT_ENOMEM; else it is none. */
static int
read_commit(struct weft__store *store, const struct weft__oid *oid,
    struct weft__store_commit *commit)
{
	struct weft__object object;
	struct weft__oid hash;
	int code = weft__objects_get(
	    store->objects, oid, WEFT__OBJECT_COMMIT, &object, NULL);

	if (code)
		return code;
	weft__object_id(
	    "commit", object.content.data, object.content.size, &hash);
	code = weft__oid_equal(&hash, oid)
	    ? weft__commit_parse(object.content, commit)
	    : WEFT_EDAMAGED;
	weft__object_release(&object);
	commit->oid = *oid;
	return code;
}

/* Whether an entry may be a commit: it is one, or git made it a delta. */
static bool
may_be_commit(const struct weft__pack_map *map, uint32_t place)
{
	struct weft__pack_head head;

	return weft__pack_map_head(
	           map, weft__pack_map_offset(map, place), &head) &&
	    (head.type == WEFT__OBJECT_COMMIT || head.type > WEFT__OBJECT_TAG);
}

static int
look_at_entry(struct search *search, const struct weft__pack_map *map,
    uint32_t place)
{
	struct weft__store_commit commit;
	int code;

	if (!may_be_commit(map, place))
		return 0;
	code = read_commit(
	    search->store, weft__pack_map_id(map, place), &commit);
	if (code)
		return code == WEFT_ENOMEM ? code : 0;
	if (strcmp(commit.epoch, search->epoch) != 0 ||
	    commit.seq < search->least ||
	    (!weft__oid_is_zero(&search->limit.oid) &&
	        !is_before(&commit, &search->limit)))
		return 0;
	if (weft__oid_is_zero(&search->best.oid) ||
	    is_before(&search->best, &commit))
		search->best = commit;
	return 0;
}

/* The last commit of the epoch below the limit. */
static int
find_best(struct search *search)
{
	int code = 0;

	memset(&search->best, 0, sizeof search->best);
	for (size_t i = 0; !code && i < search->set.length; i++) {
		const struct weft__pack_map *map = &search->set.packs[i].map;

		for (uint32_t j = 0; !code && j < map->count; j++)
			code = look_at_entry(search, map, j);
	}
	return code ? weft_error_set(search->error, code, "out of memory") : 0;
}

/* Whether all that the commit leads to is there. */
static int
check_complete(
    struct search *search, const struct weft__oid *oid, bool *complete)
{
	struct weft__reach reach;
	struct weft_error why;
	int code = weft__reach_init(&reach, &search->store->directory,
	    search->store->objects, &search->set, &why);

	if (!code)
		code = weft__reach_mark(&reach, oid, &why);
	weft__reach_fini(&reach);
	*complete = !code;
	return code == WEFT_ENOMEM
	    ? weft_error_set(search->error, code, "out of memory")
	    : 0;
}

static int
search_packs(struct search *search, bool *found)
{
	int code = find_best(search);

	while (!code && !weft__oid_is_zero(&search->best.oid)) {
		code = check_complete(search, &search->best.oid, found);
		if (code || *found)
			return code;
		search->limit = search->best;
		code = find_best(search);
	}
	return code;
}

/* The branch's commit, if it is one of ours, of whatever epoch. */
static int
try_branch(struct search *search, bool *found)
{
	struct weft__oid oid;
	int code;

	if (weft__ref_read(&search->store->directory, search->store->branch,
	        &oid, NULL))
		return 0;
	code = read_commit(search->store, &oid, &search->best);
	if (code)
		return code == WEFT_ENOMEM
		    ? weft_error_set(search->error, code, "out of memory")
		    : 0;
	return check_complete(search, &oid, found);
}

/* What the ref names counts for more than any older commit. */
static int
search_all(struct search *search, uint64_t least, bool *found)
{
	struct weft__oid named;
	bool is_named = !weft__store_tip_id(search->store, &named, NULL);
	int code;

	search->least = is_named ? least : 0;
	code = search_packs(search, found);
	return code || *found || is_named ? code : try_branch(search, found);
}

int
weft__store_find_tip(struct weft__store *store, const char *epoch,
    uint64_t least, bool *found, struct weft_error *error)
{
	struct search search = {
	    .store = store, .epoch = epoch, .error = error};
	int code;

	*found = false;
	if (!store->is_locked)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s is not locked for writing", store->directory.path);
	code = weft__pack_set_open(&search.set, &store->directory, error);
	if (code)
		return code == WEFT_EDAMAGED ? 0 : code;
	code = search_all(&search, least, found);
	weft__pack_set_close(&search.set);
	if (code || !*found)
		return code;
	code = weft__ref_write(&store->directory, store->ref,
	    &search.best.oid, true, error);
	if (!code)
		weft__store_show_tip(store, &search.best.oid);
	return code;
}
