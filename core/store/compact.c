#include "core/store/compact.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "core/store/pack.h"
#include "core/store/pack_merge.h"
#include "core/store/repository.h"
#include "core/store/store_internal.h"

/* Packs that are merged at a time: each is looked at for each object. */
#define MOST 64

size_t
weft__compact_choose(
    const uint64_t *sizes, size_t length, uint64_t limit, bool all)
{
	uint64_t sum = length ? sizes[0] : 0;
	size_t chosen = 0;

	for (size_t i = 1; i < length && i < MOST; i++) {
		if (sum + sizes[i] > limit)
			break;
		if (all || sizes[i] < 2 * sum)
			chosen = i + 1;
		sum += sizes[i];
	}
	return chosen;
}

/* One round: the packs, and those that may be merged, the smallest first. */
struct round {
	struct weft__store *store;
	struct weft__pack_set set;
	const struct weft__pack_open **candidates;
	uint64_t *sizes; /* of the candidates */
	size_t length;
	struct weft_error *error;
};

static int
compare_sizes(const void *a, const void *b)
{
	const struct weft__pack_open *const *left = a, *const *right = b;

	return (*left)->map.pack_size < (*right)->map.pack_size
	    ? -1
	    : (*left)->map.pack_size > (*right)->map.pack_size;
}

static int
list_candidates(struct round *round)
{
	const struct weft__pack_set *set = &round->set;

	round->candidates =
	    weft__calloc(set->length, sizeof *round->candidates);
	round->sizes = weft__calloc(set->length, sizeof *round->sizes);
	if (!round->candidates || !round->sizes)
		return weft_error_set(
		    round->error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; i < set->length; i++) {
		const struct weft__pack_open *pack = &set->packs[i];

		if (pack->is_ours && !pack->is_kept &&
		    pack->map.pack_size <= WEFT_LIMIT_PACK_SIZE / 2)
			round->candidates[round->length++] = pack;
	}
	qsort(round->candidates, round->length, sizeof *round->candidates,
	    compare_sizes);
	for (size_t i = 0; i < round->length; i++)
		round->sizes[i] = round->candidates[i]->map.pack_size;
	return 0;
}

static int
open_round(struct round *round)
{
	int code = weft__pack_set_open(
	    &round->set, &round->store->directory, round->error);

	return code ? code : list_candidates(round);
}

static void
close_round(struct round *round)
{
	weft__pack_set_close(&round->set);
	weft__free(round->candidates);
	weft__free(round->sizes);
}

/* A pack that only looks like one of ours. */
static void
drop_candidate(struct round *round, size_t index)
{
	round->length--;
	for (size_t i = index; i < round->length; i++) {
		round->candidates[i] = round->candidates[i + 1];
		round->sizes[i] = round->sizes[i + 1];
	}
}

int
weft__compact_remove(struct weft__store *store,
    const struct weft__pack_open *pack, struct weft_error *error)
{
	/* What git may have put beside a pack goes with it. */
	static const char *const suffixes[] = {
	    "idx", "rev", "bitmap", "mtimes", "pack", "keep"};
	const struct weft__directory *directory = &store->directory;
	char name[WEFT__PACK_NAME_ROOM];
	int code = weft__pack_keep(directory, &pack->hash, error);

	for (size_t i = 0; !code && i < sizeof suffixes / sizeof *suffixes;
	     i++) {
		weft__pack_name(&pack->hash, suffixes[i], name);
		code = weft__file_remove(directory, name, error);
	}
	return code;
}

/* Removes the packs that went into the one of this name, then its .keep. */
static int
retire(struct round *round, size_t chosen, const struct weft__oid *merged)
{
	const struct weft__directory *directory = &round->store->directory;
	char name[WEFT__PACK_NAME_ROOM];
	/* An index over several packs names those that go. */
	int code = weft__file_remove(
	    directory, "objects/pack/multi-pack-index", round->error);

	for (size_t i = 0; !code && i < chosen; i++)
		if (!weft__oid_equal(&round->candidates[i]->hash, merged))
			code = weft__compact_remove(round->store,
			    round->candidates[i], round->error);
	weft__pack_name(merged, "keep", name);
	return code ? code : weft__file_remove(directory, name, round->error);
}

/* Merges the first candidates. */
static int
merge(struct round *round, size_t chosen, size_t *odd)
{
	struct weft__pack_part parts[MOST] = {{NULL}};
	struct weft__oid merged;
	int code;

	for (size_t i = 0; i < chosen; i++)
		parts[i] = (struct weft__pack_part){
		    round->candidates[i], NULL};
	code = weft__pack_merge(&round->store->directory, parts, chosen,
	    &merged, odd, round->error);
	return code ? code : retire(round, chosen, &merged);
}

/* Merges once, if there is anything to merge; '*chosen' is how many. */
static int
run_round(struct weft__store *store, bool all, size_t *chosen,
    struct weft_error *error)
{
	struct round round = {.store = store, .error = error};
	size_t odd;
	int code = open_round(&round);

	*chosen = 0;
	while (!code) {
		*chosen = weft__compact_choose(round.sizes, round.length,
		    WEFT_LIMIT_PACK_SIZE, all);
		if (!*chosen)
			break;
		code = merge(&round, *chosen, &odd);
		if (code != WEFT_EUNSUPPORTED)
			break;
		drop_candidate(&round, odd);
		code = 0;
	}
	close_round(&round);
	if (code)
		store->must_recover = true;
	return code;
}

/* Merges until there is nothing left to merge, or few enough packs. */
static int
run_rounds(struct weft__store *store, bool all, struct weft_error *error)
{
	size_t chosen = 1, count = 0;
	bool tried = false;
	int code = 0;

	while (!code && chosen) {
		code = weft__pack_set_count(&store->directory, &count, error);
		if (code || (!all && count <= WEFT_LIMIT_STORE_PACKS))
			break;
		code = run_round(store, all, &chosen, error);
		tried = tried || chosen;
	}
	/* What is still open of the packs that went takes up space. */
	if ((tried || count < weft__objects_packs(store->objects)) &&
	    weft__objects_renew(store->objects, NULL))
		store->must_recover = true;
	return code;
}

void
weft__compact_if_due(struct weft__store *store)
{
	struct weft_error error = {0};

	/* Packs that came from elsewhere are counted when these are many. */
	if (weft__objects_packs(store->objects) <= WEFT_LIMIT_STORE_PACKS)
		return;
	if (run_rounds(store, false, &error))
		weft__log(WEFT_LOG_WARNING, "store",
		    "%s: packs were not merged: %s", store->directory.path,
		    error.text);
}

int
weft__store_compact(struct weft__store *store, struct weft_error *error)
{
	int code;

	if (!store->is_locked)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s is not locked for writing", store->directory.path);
	code = weft__store_recover(store, error);
	return code ? code : run_rounds(store, true, error);
}

int
weft__store_size(struct weft__store *store, uint64_t *packs, uint64_t *size,
    struct weft_error *error)
{
	struct weft__pack_set set;
	int code = weft__pack_set_open(&set, &store->directory, error);

	*packs = code ? 0 : set.length + set.foreign;
	*size = 0;
	for (size_t i = 0; !code && i < set.length; i++)
		*size += set.packs[i].map.pack_size;
	weft__pack_set_close(&set);
	return code;
}
