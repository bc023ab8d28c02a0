#include "core/store/compact.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "core/store/pack.h"
#include "core/store/pack_entries.h"
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


static int
compare_sizes(const void *a, const void *b)
{
	const struct weft__pack_open *const *left = a, *const *right = b;

	return (*left)->map.pack_size < (*right)->map.pack_size
	    ? -1
	    : (*left)->map.pack_size > (*right)->map.pack_size;
}

static int
list_candidates(struct weft__compact_round *round)
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
open_round(struct weft__compact_round *round)
{
	int code = weft__pack_set_open(
	    &round->set, &round->store->directory, round->error);

	return code ? code : list_candidates(round);
}

static void
close_round(struct weft__compact_round *round)
{
	weft__pack_set_close(&round->set);
	weft__free(round->candidates);
	weft__free(round->sizes);
}

/* A pack that only looks like one of ours. */
static void
drop_candidate(struct weft__compact_round *round, size_t index)
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

static bool
is_among(const struct weft__oid *oid, const struct weft__oid *list,
    size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (weft__oid_equal(oid, &list[i]))
			return true;
	return false;
}

/* Removes the packs that went into those with these names. */
static int
retire(struct weft__compact_round *round, size_t chosen,
    const struct weft__oid *merged, size_t length)
{
	/* An index over several packs names those that go. */
	int code = weft__file_remove(&round->store->directory,
	    "objects/pack/multi-pack-index", round->error);

	for (size_t i = 0; !code && i < chosen; i++)
		if (!is_among(&round->candidates[i]->hash, merged, length))
			code = weft__compact_remove(round->store,
			    round->candidates[i], round->error);
	return code;
}

/* Merges the first candidates. */
static int
merge(struct weft__compact_round *round, size_t chosen, size_t *odd)
{
	const struct weft__directory *directory = &round->store->directory;
	struct weft__pack_part parts[MOST] = {{NULL}};
	char name[WEFT__PACK_NAME_ROOM];
	struct weft__oid merged;
	int code;

	for (size_t i = 0; i < chosen; i++)
		parts[i] = (struct weft__pack_part){
		    round->candidates[i], NULL};
	code = weft__pack_merge(
	    directory, parts, chosen, &merged, odd, round->error);
	if (!code)
		code = retire(round, chosen, &merged, 1);
	weft__pack_name(&merged, "keep", name);
	return code ? code : weft__file_remove(directory, name, round->error);
}

/* Merges once, if there is anything to merge; '*chosen' is how many. */
static int
run_round(struct weft__store *store, bool all, size_t *chosen,
    struct weft_error *error)
{
	struct weft__compact_round round = {.store = store, .error = error};
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

static void
tell_of_failure(
    const struct weft__store *store, const struct weft_error *error)
{
	weft__log(WEFT_LOG_WARNING, "store", "%s: packs were not merged: %s",
	    store->directory.path, error->text);
}

/* A pack that is joined with the one being written. */
struct part {
	const struct weft__directory *directory;
	const struct weft__pack_open *from;
	struct weft__pack *to;
	struct weft_error *error;
};

/* Whether entries of the pack can be copied as they are. */
static int
check_entry(uint32_t place, struct weft_slice entry, void *context)
{
	const struct part *part = context;

	return weft__pack_check_entry(
	    part->directory, part->from, place, entry, part->error);
}

static int
copy_entry(uint32_t place, struct weft_slice entry, void *context)
{
	const struct part *part = context;
	const struct weft__pack_map *map = &part->from->map;

	return weft__pack_copy(part->to, weft__pack_map_id(map, place), entry,
	    weft__pack_map_crc(map, place), part->error);
}

/* Does something with each entry of the chosen packs. */
static int
each_joined(struct weft__compact_joined *joined, struct weft__pack *to,
    weft__pack_entry_fn *each, struct weft_error *error)
{
	struct part part = {.directory = &joined->round.store->directory,
	    .to = to,
	    .error = error};
	int code = 0;

	for (size_t i = 0; !code && i < joined->chosen; i++) {
		part.from = joined->round.candidates[i];
		code = weft__pack_each_entry(part.from, each, &part, error);
	}
	return code;
}

static uint64_t
count_objects(const struct weft__compact_round *round, size_t chosen)
{
	uint64_t count = 0;

	for (size_t i = 0; i < chosen; i++)
		count += round->candidates[i]->map.count;
	return count;
}

/* How many packs are to be joined: as many as there is room for. */
static size_t
choose_joined(const struct weft__compact_round *round, size_t room)
{
	size_t chosen = round->length + 1;

	do
		chosen = weft__compact_choose(round->sizes, chosen - 1,
		    WEFT_LIMIT_PACK_SIZE / 2, false);
	while (chosen && count_objects(round, chosen) > room);
	return chosen;
}

/* Chooses what is sound throughout: otherwise a part of it would be copied with
 * each commit. */
static void
prepare_join(
    struct weft__compact_joined *joined, const struct weft__pack *pack)
{
	struct weft_error error = {0};
	int code;

	joined->round.error = &error;
	code = open_round(&joined->round);
	if (!code)
		joined->chosen = choose_joined(&joined->round,
		    WEFT_LIMIT_PACK_OBJECTS - pack->count);
	if (!code)
		code = each_joined(joined, NULL, check_entry, &error);
	if (code)
		joined->chosen = 0;
	if (code && code != WEFT_EUNSUPPORTED)
		tell_of_failure(joined->round.store, &error);
}

int
weft__compact_join(struct weft__store *store, struct weft__pack *pack,
    struct weft__compact_joined *joined, struct weft_error *error)
{
	*joined = (struct weft__compact_joined){.round = {.store = store}};
	if (weft__objects_packs(store->objects) < WEFT_LIMIT_STORE_PACKS)
		return 0;
	prepare_join(joined, pack);
	return each_joined(joined, pack, copy_entry, error);
}

int
weft__compact_retire(
    struct weft__compact_joined *joined, const struct weft__pack *published)
{
	struct weft_error error = {0};
	int code;

	if (!joined->chosen)
		return 0;
	joined->round.error = &error;
	code = retire(&joined->round, joined->chosen, published->sealed,
	    published->sealed_count);
	if (code)
		tell_of_failure(joined->round.store, &error);
	return code;
}

void
weft__compact_leave(struct weft__compact_joined *joined)
{
	close_round(&joined->round);
}

void
weft__compact_if_due(struct weft__store *store)
{
	struct weft_error error = {0};

	/* Packs that came from elsewhere are counted when these are many. */
	if (weft__objects_packs(store->objects) <= WEFT_LIMIT_STORE_PACKS)
		return;
	if (run_rounds(store, false, &error))
		tell_of_failure(store, &error);
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
