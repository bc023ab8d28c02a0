#include "core/store/history.h"

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/store/commit.h"
#include "core/store/name.h"
#include "core/store/store_internal.h"
#include "core/store/tree.h"
#include "core/store/trie.h"

/* The way down one of the model's tries, in the commit at hand. */
struct trail {
	struct weft__oid nodes[WEFT__TRIE_DEPTH + 1]; /* from its root */
	unsigned length;
	struct weft__oid blob; /* where it leads; zero: nowhere */
};

struct weft__store_history {
	struct weft__store *store;
	char model[WEFT__NAME_ROOM];
	char name[WEFT__NAME_ROOM];
	struct weft_slice model_name; /* over 'model' */
	struct weft_slice record_name;
	struct weft__oid hash; /* of the id */
	struct weft__arena arena;

	struct weft__store_commit commit; /* at hand */
	struct weft__oid folder;          /* the model's in it */
	struct trail live, deleted;
	bool at_end; /* there is no commit at hand */

	/* A state that was met, and the oldest commit yet that has it. */
	struct weft__store_state state;
	bool has_state;
};

/*
 * Follows the way from 'at', a trie's root.  From the first node on that the
 * trail had at the same depth, the rest is as it was.
 */
static int
follow(struct weft__store_history *history, struct trail *trail,
    struct weft__oid at, struct weft_error *error)
{
	struct weft__trie_node node = {.is_leaf = false};
	const struct weft__trie_item *item = NULL;
	unsigned depth = 0;

	for (; !node.is_leaf && !weft__tree_is_empty(&at); depth++) {
		int code;

		if (depth < trail->length &&
		    weft__oid_equal(&trail->nodes[depth], &at))
			return 0;
		weft__arena_clear(&history->arena);
		code = weft__trie_load(history->store->objects,
		    &history->arena, &at, depth, &node, error);
		if (code)
			return code;
		trail->nodes[depth] = at;
		if (!node.is_leaf)
			at = node.children[weft__trie_digit(
			    &history->hash, depth)];
	}
	trail->length = depth;
	if (node.is_leaf)
		item = weft__trie_item_named(&node, history->record_name);
	memset(&trail->blob, 0, sizeof trail->blob);
	if (item)
		trail->blob = item->blob;
	return 0;
}

/* The root of a part in the content of the model's folder; zero: none. */
static int
find_root(struct weft_slice content, const char *part, struct weft__oid *root)
{
	const struct weft__oid *found;
	int code = weft__tree_find(content, weft_slice(part), &found);

	memset(root, 0, sizeof *root);
	if (!code && found)
		*root = *found;
	return code;
}

/* Reads the roots of both parts from the model's folder. */
static int
read_roots(struct weft__store_history *history, struct weft__oid *live,
    struct weft__oid *deleted, struct weft_error *error)
{
	struct weft_slice content = {"", 0};
	struct weft__object object = {.handle = NULL};
	int code = 0;

	if (!weft__tree_is_empty(&history->folder)) {
		code = weft__objects_need(history->store->objects,
		    &history->folder, WEFT__OBJECT_TREE, &object, error);
		content = object.content;
	}
	if (code)
		return code;
	code = find_root(content, WEFT__FOLDER_LIVE, live);
	if (!code)
		code = find_root(content, WEFT__FOLDER_DELETED, deleted);
	weft__object_release(&object);
	return code ? weft_error_set(error, code,
	                  "the folder of a model is malformed")
	            : 0;
}

/* Finds the record in the commit at hand. */
static int
find_record(struct weft__store_history *history, struct weft_error *error)
{
	struct weft__oid folder, live, deleted;
	int code = weft__store_folder(history->store, &history->commit.tree,
	    history->model_name, &folder, error);

	if (code || weft__oid_equal(&folder, &history->folder))
		return code;
	history->folder = folder;
	code = read_roots(history, &live, &deleted, error);
	if (!code)
		code = follow(history, &history->live, live, error);
	return code ? code
	            : follow(history, &history->deleted, deleted, error);
}

int
weft__store_history_open(struct weft__store *store,
    const struct weft__oid *commit, struct weft_slice model,
    struct weft_slice id, struct weft__store_history **history,
    struct weft_error *error)
{
	struct weft__store_history *made = weft__calloc(1, sizeof *made);
	struct weft__store_tip tip = {.exists = true};
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->store = store;
	if (model.size <= WEFT_LIMIT_NAME_SIZE)
		made->model_name = weft_slice_of(
		    made->model, weft__name_escape(model, made->model));
	weft__sha1(id.data, id.size, &made->hash);
	made->record_name = weft_slice_of(
	    made->name, weft__name_of_id(id, &made->hash, made->name));
	if (commit)
		code = weft__commit_read(
		    store->objects, commit, &tip.commit, error);
	else
		code = weft__store_tip(store, &tip, error);
	made->commit = tip.commit;
	made->at_end = !tip.exists;
	if (!code && tip.exists)
		code = find_record(made, error);
	if (code)
		weft__store_history_close(made);
	else
		*history = made;
	return code;
}

void
weft__store_history_close(struct weft__store_history *history)
{
	if (!history)
		return;
	weft__arena_fini(&history->arena);
	weft__free(history);
}

/* Goes to the commit before the one at hand, if there is one. */
static int
step_back(struct weft__store_history *history, struct weft_error *error)
{
	int code;

	history->at_end = weft__oid_is_zero(&history->commit.parent);
	if (history->at_end)
		return 0;
	code = weft__store_parent(history->store, &history->commit, error);
	return code ? code : find_record(history, error);
}

/* The state in the commit at hand; false if the record is not in it. */
static bool
take_state(const struct weft__store_history *history,
    struct weft__store_state *state)
{
	state->commit = history->commit;
	state->seq_before = 0;
	state->deleted = weft__oid_is_zero(&history->live.blob);
	state->blob = state->deleted ? history->deleted.blob
	                             : history->live.blob;
	return !weft__oid_is_zero(&state->blob);
}

/* Whether the commit at hand has the state that is kept. */
static bool
has_same_state(const struct weft__store_history *history)
{
	struct weft__store_state older;

	return !history->at_end && take_state(history, &older) &&
	    older.deleted == history->state.deleted &&
	    weft__oid_equal(&older.blob, &history->state.blob);
}

/* Passes the commit at hand, or finds that the state kept began after it. */
static int
pass_commit(struct weft__store_history *history, bool *found,
    struct weft_error *error)
{
	if (!history->has_state) {
		history->has_state = take_state(history, &history->state);
		return step_back(history, error);
	}
	if (has_same_state(history)) {
		history->state.commit = history->commit;
		return step_back(history, error);
	}
	if (!history->at_end)
		history->state.seq_before = history->commit.seq;
	history->has_state = false;
	*found = true;
	return 0;
}

int
weft__store_history_next(struct weft__store_history *history,
    struct weft__store_state *state, bool *found, struct weft_error *error)
{
	int code = 0;

	*found = false;
	for (int i = 0; !code && !*found && i < WEFT__HISTORY_STEP &&
	     !weft__store_history_ended(history); i++)
		code = pass_commit(history, found, error);
	if (*found)
		*state = history->state;
	return code;
}

bool
weft__store_history_ended(const struct weft__store_history *history)
{
	return history->at_end && !history->has_state;
}
