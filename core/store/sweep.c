/*
 * The packs are listed before the refs are read: a pack that git brings by a
 * push meanwhile is not in the list, or has a .keep file until its ref is
 * there to be read.
 */
#include "core/store/sweep.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/compact.h"
#include "core/store/pack.h"
#include "core/store/pack_merge.h"
#include "core/store/reach.h"
#include "core/store/ref_list.h"
#include "core/store/repository.h"
#include "core/store/store_internal.h"

/* Packs that are rewritten into one at a time. */
#define MOST 64

struct sweep {
	struct weft__store *store;
	struct weft__pack_set set;
	struct weft__reach reach;
	bool *by_object; /* packs with deltas: object by object */
	struct weft_error *error;
};

static int
mark_all(struct sweep *sweep)
{
	struct weft__ref_list refs = {NULL};
	int code = weft__ref_list_read(
	    &refs, &sweep->store->directory, sweep->error);

	for (size_t i = 0; !code && i < refs.length; i++)
		code = weft__reach_mark(
		    &sweep->reach, &refs.refs[i].oid, sweep->error);
	weft__ref_list_fini(&refs);
	return code;
}

/* Whether the pack holds anything that may go. */
static bool
has_waste(const struct sweep *sweep, size_t index)
{
	const struct weft__pack_open *pack = &sweep->set.packs[index];

	return !pack->is_kept && sweep->reach.counts[index] < pack->map.count;
}

static int
unkeep(struct sweep *sweep, const struct weft__oid *hash)
{
	char name[WEFT__PACK_NAME_ROOM];

	if (weft__oid_is_zero(hash))
		return 0;
	weft__pack_name(hash, "keep", name);
	return weft__file_remove(
	    &sweep->store->directory, name, sweep->error);
}

/* Rewrites some packs of ours into one. */
static int
rewrite(struct sweep *sweep, const size_t *chosen, size_t length)
{
	struct weft__pack_part parts[MOST] = {{NULL}};
	struct weft__oid hash;
	size_t odd;
	int code;

	for (size_t i = 0; i < length; i++)
		parts[i] = (struct weft__pack_part){
		    &sweep->set.packs[chosen[i]],
		    sweep->reach.marks[chosen[i]]};
	code = weft__pack_merge(&sweep->store->directory, parts, length,
	    &hash, &odd, sweep->error);
	if (code == WEFT_EUNSUPPORTED) {
		sweep->by_object[chosen[odd]] = true;
		return code;
	}
	for (size_t i = 0; !code && i < length; i++)
		if (!weft__oid_equal(&parts[i].pack->hash, &hash))
			code = weft__compact_remove(
			    sweep->store, parts[i].pack, sweep->error);
	return code ? code : unkeep(sweep, &hash);
}

/* Chooses packs of ours from '*next' on, as many as go into one. */
static size_t
choose(const struct sweep *sweep, size_t *next, size_t chosen[MOST])
{
	uint64_t sum = 0;
	size_t length = 0;

	for (; *next < sweep->set.length && length < MOST; ++*next) {
		uint64_t size = sweep->set.packs[*next].map.pack_size;

		if (!has_waste(sweep, *next) || sweep->by_object[*next])
			continue;
		if (length && sum + size > WEFT_LIMIT_PACK_SIZE)
			break;
		sum += size;
		chosen[length++] = *next;
	}
	return length;
}

static int
rewrite_ours(struct sweep *sweep)
{
	size_t chosen[MOST], length, next = 0, before;
	int code = 0;

	do {
		before = next;
		length = choose(sweep, &next, chosen);
		if (length)
			code = rewrite(sweep, chosen, length);
		if (code == WEFT_EUNSUPPORTED) {
			next = before; /* without the odd one */
			code = 0;
		}
	} while (!code && length);
	return code;
}

/* Copies what is reached of a pack with deltas, each object whole. */
static int
copy_objects(struct sweep *sweep, size_t index, struct weft__pack *to)
{
	const struct weft__pack_open *pack = &sweep->set.packs[index];
	int code = 0;

	for (uint32_t i = 0; !code && i < pack->map.count; i++) {
		const struct weft__oid *oid = weft__pack_map_id(&pack->map, i);
		enum weft__object_type type;
		struct weft__object object;

		if (!weft__pack_bit(sweep->reach.marks[index], i))
			continue;
		code = weft__objects_need_any(sweep->store->objects, oid,
		    &type, &object, sweep->error);
		if (code)
			return code;
		code = weft__pack_add(
		    to, type, oid, object.content, sweep->error);
		weft__object_release(&object);
	}
	return code;
}

static int
rewrite_by_object(struct sweep *sweep, size_t index)
{
	struct weft__pack pack;
	int code = weft__pack_init(
	    &pack, &sweep->store->directory, sweep->error);

	if (!code)
		code = copy_objects(sweep, index, &pack);
	if (!code)
		code = weft__pack_publish(&pack, sweep->error);
	if (!code)
		code = weft__compact_remove(sweep->store,
		    &sweep->set.packs[index], sweep->error);
	if (!code)
		code = weft__pack_unkeep(&pack, sweep->error);
	weft__pack_fini(&pack);
	return code;
}

/* What git keeps about commits that may go. */
static int
remove_graphs(struct sweep *sweep)
{
	static const char *const names[] = {"objects/pack/multi-pack-index",
	    "objects/info/commit-graph",
	    "objects/info/commit-graphs/commit-graph-chain"};
	int code = 0;

	for (size_t i = 0; !code && i < sizeof names / sizeof *names; i++)
		code = weft__file_remove(
		    &sweep->store->directory, names[i], sweep->error);
	return code;
}

/* Finds out which packs are to be rewritten how; whether there are any. */
static bool
plan(struct sweep *sweep)
{
	bool waste = false;

	for (size_t i = 0; i < sweep->set.length; i++) {
		waste = waste || has_waste(sweep, i);
		sweep->by_object[i] = !sweep->set.packs[i].is_ours;
	}
	return waste;
}

static int
rewrite_all(struct sweep *sweep)
{
	int code = remove_graphs(sweep), renewed;

	if (!code)
		code = rewrite_ours(sweep);
	for (size_t i = 0; !code && i < sweep->set.length; i++)
		if (sweep->by_object[i] && has_waste(sweep, i))
			code = rewrite_by_object(sweep, i);
	/* Whatever came of it, packs have gone. */
	renewed = weft__objects_renew(
	    sweep->store->objects, code ? NULL : sweep->error);
	return code ? code : renewed;
}

int
weft__sweep(struct weft__store *store, struct weft_error *error)
{
	struct sweep sweep = {.store = store, .error = error};
	int code = weft__pack_set_open(&sweep.set, &store->directory, error);

	if (code)
		return code;
	sweep.by_object =
	    weft__calloc(sweep.set.length, sizeof *sweep.by_object);
	if (!sweep.by_object)
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (!code)
		code = weft__reach_init(&sweep.reach, &store->directory,
		    store->objects, &sweep.set, error);
	if (!code)
		code = mark_all(&sweep);
	if (!code && plan(&sweep))
		code = rewrite_all(&sweep);
	if (code)
		store->must_recover = true;
	weft__reach_fini(&sweep.reach);
	weft__free(sweep.by_object);
	weft__pack_set_close(&sweep.set);
	return code;
}
