/*
 * Dropping history: the commits before a horizon.
 *
 * The commit that loses its history is made anew, without a parent, with the
 * same tree and the same trailers, and one more that names the commit whose
 * place it takes; those after it are made anew on top of it.  So is a commit
 * agreed on with a peer that lies before the horizon, on its own.  Then the
 * refs move; then packs are rewritten without what is not reached any more.
 *
 * At every step the refs name complete histories, the old or the new one, and
 * doing it again goes on where a crash has left it.
 */
#include "core/base/alloc.h"
#include "core/store/commit.h"
#include "core/store/pack.h"
#include "core/store/ref.h"
#include "core/store/ref_list.h"
#include "core/store/repository.h"
#include "core/store/store_internal.h"
#include "core/store/sweep.h"

/* A commit and the one that takes its place. */
struct pair {
	struct weft__oid old;
	struct weft__oid new;
};

/* A cut under way. */
struct cut {
	struct weft__store *store;
	const struct weft__store_retention *retention;
	struct pair *kept; /* from the tip to the horizon */
	size_t length;
	size_t capacity;
	bool found;        /* the last one is the horizon */
	struct weft__pack pack;
	struct weft_error *error;
};

/* Reads a commit that must be there. */
static int
read_commit(struct cut *cut, const struct weft__oid *oid,
    struct weft__store_commit *commit)
{
	int code = weft__commit_read(
	    cut->store->objects, oid, commit, cut->error);

	if (code != WEFT_ENOTFOUND)
		return code;
	if (cut->error)
		cut->error->code = WEFT_EDAMAGED;
	return WEFT_EDAMAGED;
}

/*
 * Whether what is before the commit may go: nobody is to see further back.
 */
static bool
is_horizon(const struct cut *cut, const struct weft__store_commit *commit,
    uint64_t newest)
{
	const struct weft__store_retention *rule = cut->retention;

	if (rule->by_checkpoints &&
	    (newest < rule->checkpoints ||
	        commit->checkpoint_last > newest - rule->checkpoints))
		return false;
	return !rule->by_time || commit->time_ms <= rule->since_ms;
}

static int
keep(struct cut *cut, const struct weft__oid *oid)
{
	if (!weft__grow(&cut->kept, &cut->capacity, cut->length + 1,
	        sizeof *cut->kept))
		return weft_error_set(
		    cut->error, WEFT_ENOMEM, "out of memory");
	cut->kept[cut->length++].old = *oid;
	return 0;
}

/* Goes back to the horizon; without one, or with nothing before it, there is
 * nothing to cut. */
static int
find_horizon(struct cut *cut, struct weft__store_commit *tip)
{
	struct weft__store_commit commit = *tip;
	int code = keep(cut, &commit.oid);

	while (!code && !weft__oid_is_zero(&commit.parent)) {
		struct weft__oid parent = commit.parent;

		cut->found = is_horizon(cut, &commit, tip->checkpoint_last);
		if (cut->found)
			break;
		code = read_commit(cut, &parent, &commit);
		if (!code)
			code = keep(cut, &parent);
	}
	return code;
}

/* How many commits there are before this one. */
static int
count_before(struct cut *cut, const struct weft__oid *oid, uint64_t *count)
{
	struct weft__store_commit commit = {.parent = *oid};
	int code = 0;

	for (*count = 0; !code; ++*count) {
		struct weft__oid parent = commit.parent;

		if (weft__oid_is_zero(&parent))
			break;
		code = read_commit(cut, &parent, &commit);
	}
	*count -= *count > 0; /* itself */
	return code;
}

/* Writes a commit, and sets its id. */
static int
add_commit(struct cut *cut, struct weft__store_commit *commit)
{
	char text[WEFT__COMMIT_ROOM];
	size_t size = weft__commit_format(commit, text);

	return weft__pack_add(&cut->pack, WEFT__OBJECT_COMMIT, &commit->oid,
	    weft_slice_of(text, size), cut->error);
}

/* Makes the commit anew on top of 'parent', or without one (NULL). */
static int
remake(struct cut *cut, struct pair *pair, const struct weft__oid *parent)
{
	struct weft__store_commit commit;
	int code = read_commit(cut, &pair->old, &commit);

	if (code)
		return code;
	if (parent) {
		commit.parent = *parent;
	} else {
		memset(&commit.parent, 0, sizeof commit.parent);
		commit.cut = pair->old;
	}
	code = add_commit(cut, &commit);
	pair->new = commit.oid;
	return code;
}

static int
remake_all(struct cut *cut)
{
	const struct weft__oid *parent = NULL;
	int code = 0;

	for (size_t i = cut->length; !code && i > 0; i--) {
		code = remake(cut, &cut->kept[i - 1], parent);
		parent = &cut->kept[i - 1].new;
	}
	return code;
}

/* A ref that moves. */
struct move {
	const char *ref;
	struct weft__oid to;
};

/* What a peer's ref is to name: the commit made anew in place of the one it
 * names, alone if that is before the horizon. */
static int
replace_agreed(struct cut *cut, const struct weft__ref *ref, struct move *move)
{
	struct pair alone = {.old = ref->oid};
	struct weft__store_commit commit;
	int code;

	move->ref = ref->name;
	for (size_t i = 0; i < cut->length; i++)
		if (weft__oid_equal(&cut->kept[i].old, &ref->oid) ||
		    weft__oid_equal(&cut->kept[i].new, &ref->oid)) {
			move->to = cut->kept[i].new;
			return 0;
		}
	code = read_commit(cut, &ref->oid, &commit);
	if (!code && !weft__oid_is_zero(&commit.parent))
		code = remake(cut, &alone, NULL);
	else
		alone.new = ref->oid;
	move->to = alone.new;
	return code;
}

/* Whether the ref is one of what this source has agreed on with a peer. */
static bool
is_agreed(const struct weft__store *store, const char *ref)
{
	char prefix[WEFT__REF_ROOM];
	size_t size;

	weft__name_peer_ref(
	    weft_slice(store->source), weft_slice("x"), prefix);
	size = (size_t)(strrchr(prefix, '/') + 1 - prefix);
	return strncmp(ref, prefix, size) == 0;
}

static int
list_moves(struct cut *cut, const struct weft__ref_list *refs,
    struct move **moves, size_t *length)
{
	int code = 0;

	*length = 0;
	*moves = weft__calloc(refs->length, sizeof **moves);
	if (!*moves)
		return weft_error_set(
		    cut->error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; !code && i < refs->length; i++) {
		if (!is_agreed(cut->store, refs->refs[i].name))
			continue;
		code = replace_agreed(
		    cut, &refs->refs[i], &(*moves)[(*length)++]);
	}
	return code;
}

/* The peers' refs first: as long as the tip is not moved, all is done again. */
static int
move_refs(struct cut *cut, const struct move *moves, size_t length)
{
	struct weft__store *store = cut->store;
	const struct weft__oid *tip = &cut->kept[0].new;
	int code = 0;

	for (size_t i = 0; !code && i < length; i++)
		code = weft__ref_write(&store->directory, moves[i].ref,
		    &moves[i].to, true, cut->error);
	return code ? code
	            : weft__ref_write(&store->directory, store->ref, tip,
	                  true, cut->error);
}

/* New commits, then refs. */
static int
publish(struct cut *cut)
{
	struct weft__store *store = cut->store;
	struct weft__ref_list refs = {NULL};
	struct move *moves = NULL;
	size_t length = 0;
	int code =
	    weft__pack_init(&cut->pack, &store->directory, cut->error);

	if (!code)
		code = remake_all(cut);
	if (!code)
		code = weft__ref_list_read(
		    &refs, &store->directory, cut->error);
	if (!code)
		code = list_moves(cut, &refs, &moves, &length);
	if (!code)
		code = weft__pack_publish(&cut->pack, cut->error);
	if (!code)
		code = move_refs(cut, moves, length);
	if (!code)
		code = weft__pack_unkeep(&cut->pack, cut->error);
	if (code)
		store->must_recover = true;
	weft__pack_fini(&cut->pack);
	weft__free(moves);
	weft__ref_list_fini(&refs);
	return code;
}

/*
 * Makes the commits of the source anew from the horizon on, and moves its
 * refs.  '*dropped' is how many commits lie before it.
 */
static int
cut_history(struct weft__store *store,
    const struct weft__store_retention *retention, uint64_t *dropped,
    struct weft_error *error)
{
	struct cut cut = {
	    .store = store, .retention = retention, .error = error};
	struct weft__store_tip tip;
	int code = weft__store_tip(store, &tip, error);

	*dropped = 0;
	if (code || !tip.exists)
		return code;
	code = find_horizon(&cut, &tip.commit);
	if (!code && cut.found)
		code = count_before(
		    &cut, &cut.kept[cut.length - 1].old, dropped);
	if (!code && cut.found)
		code = publish(&cut);
	weft__free(cut.kept);
	return code;
}

int
weft__store_retain(struct weft__store *store,
    const struct weft__store_retention *retention, uint64_t *dropped,
    struct weft_error *error)
{
	struct weft__oid tip;
	int code;

	*dropped = 0;
	if (!store->is_locked)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s is not locked for writing", store->directory.path);
	code = weft__store_recover(store, error);
	if (!code && (retention->by_checkpoints || retention->by_time))
		code = cut_history(store, retention, dropped, error);
	/* The branch must not hold on to what was cut off. */
	if (!code && !weft__store_tip_id(store, &tip, NULL))
		weft__store_show_tip(store, &tip);
	return code ? code : weft__sweep(store, error);
}
