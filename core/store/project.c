/*
 * The projector: journal rows in, commits out.
 *
 * All rows there are are read, with the states of their records; then the
 * tries take them in, model by model; then tree, commit, pack, ref.
 */
#include "core/base/limits.h"
#include "core/store/batch.h"
#include "core/store/commit.h"
#include "core/store/compact.h"
#include "core/store/name.h"
#include "core/store/ref.h"
#include "core/store/repository.h"
#include "core/store/store_internal.h"
#include "core/store/tree.h"

/* A commit being made. */
struct projection {
	struct weft__store *store;
	struct weft__batch batch;
	struct weft__oid old_tree; /* that the batch changes; zero: none */
	struct weft_error *error;
};

/* The content of a tree, none for the zero id. */
static int
read_tree(struct projection *projection, const struct weft__oid *oid,
    struct weft_buf *content)
{
	struct weft__object object;
	int code;

	if (weft__tree_is_empty(oid))
		return 0;
	code = weft__objects_need(projection->store->objects, oid,
	    WEFT__OBJECT_TREE, &object, projection->error);
	if (code)
		return code;
	code = weft_buf_append_slice(content, object.content);
	weft__object_release(&object);
	return code ? weft__batch_no_memory(&projection->batch) : 0;
}

/* Adds a tree, unless it is as it was; '*oid' is its id. */
static int
write_tree(struct projection *projection, const struct weft_buf *content,
    const struct weft__oid *old, struct weft__oid *oid)
{
	struct weft_slice bytes = weft_buf_slice(content);

	weft__object_id("tree", bytes.data, bytes.size, oid);
	if (weft__oid_equal(old, oid))
		return 0;
	return weft__pack_add(&projection->batch.pack, WEFT__OBJECT_TREE, oid,
	    bytes, projection->error);
}

/* Finds a folder in a tree's content; zero if there is none. */
static int
get_folder(struct projection *projection, const struct weft_buf *content,
    struct weft_slice name, struct weft__oid *folder)
{
	const struct weft__oid *found;
	int code = weft__tree_find(weft_buf_slice(content), name, &found);

	memset(folder, 0, sizeof *folder);
	if (found)
		*folder = *found;
	if (code)
		weft_error_set(projection->error, code,
		    "the last commit's tree, at %.*s: %s", (int)name.size,
		    name.data, weft_error_text(code));
	return code;
}

/* Puts a folder into a tree's content, replaces it, or takes it out. */
static int
set_folder(struct projection *projection, struct weft_buf *content,
    struct weft_slice name, const struct weft__oid *folder)
{
	struct weft_buf old = *content;
	int code;

	weft_buf_init(content, old.limit);
	code = weft__tree_with(weft_buf_slice(&old), name, folder, content);
	weft_buf_fini(&old);
	if (code)
		weft_error_set(projection->error, code,
		    "the commit's tree, at %.*s: %s", (int)name.size,
		    name.data, weft_error_text(code));
	return code;
}

/* The same from the file of the batch. */
static int
update_parts(struct projection *projection,
    const struct weft__batch_model *model, enum weft__trie_state state,
    const struct weft__oid *old, struct weft__oid *root)
{
	struct weft__batch *batch = &projection->batch;
	struct weft__trie_parts parts = {(void *)&model->spill,
	    model->spill.present, weft__spill_load};

	/* Two passes over all would cost twice as much. */
	if (state == WEFT__TRIE_DELETED && !model->deletes &&
	    weft__oid_is_zero(old)) {
		*root = *old;
		return 0;
	}
	return weft__trie_update_parts(projection->store->objects,
	    &batch->pack, &batch->arena, old, state, &parts, root,
	    projection->error);
}

/* Makes one of the model's tries as the batch says. */
static int
update_trie(struct projection *projection,
    const struct weft__batch_model *model, enum weft__trie_state state,
    const struct weft__oid *old, struct weft__oid *root)
{
	struct weft__batch *batch = &projection->batch;
	struct weft__arena_mark mark = weft__arena_mark(&batch->arena);
	struct weft__trie_item **items;
	int code;

	if (weft__batch_is_spilled(batch))
		return update_parts(projection, model, state, old, root);
	items = weft__batch_items(batch, model);
	if (!items)
		return weft__batch_no_memory(batch);
	code = weft__trie_update(projection->store->objects, &batch->pack,
	    &batch->arena, old, state, items, model->count, root,
	    projection->error);
	weft__arena_release(&batch->arena, mark);
	return code;
}

static int
update_part(struct projection *projection,
    const struct weft__batch_model *model, enum weft__trie_state state,
    struct weft_buf *content)
{
	struct weft_slice name = weft_slice(state == WEFT__TRIE_LIVE
	        ? WEFT__FOLDER_LIVE
	        : WEFT__FOLDER_DELETED);
	struct weft__oid old, root;
	int code = get_folder(projection, content, name, &old);

	if (!code)
		code = update_trie(projection, model, state, &old, &root);
	if (code || weft__oid_equal(&old, &root))
		return code;
	return set_folder(projection, content, name, &root);
}

/* Makes the model's folder in the commit's tree as the batch says. */
static int
update_model(struct projection *projection,
    const struct weft__batch_model *model, struct weft_buf *tree)
{
	struct weft_buf content = WEFT_BUF_INIT(tree->limit);
	struct weft__oid old, folder = {{0}};
	char escaped[WEFT__NAME_ROOM];
	struct weft_slice name = {
	    escaped, weft__name_escape(model->name, escaped)};
	int code = get_folder(projection, tree, name, &old);

	if (!code)
		code = read_tree(projection, &old, &content);
	if (!code)
		code = update_part(
		    projection, model, WEFT__TRIE_LIVE, &content);
	if (!code)
		code = update_part(
		    projection, model, WEFT__TRIE_DELETED, &content);
	if (!code && content.size)
		code = write_tree(projection, &content, &old, &folder);
	if (!code)
		code = set_folder(projection, tree, name, &folder);
	weft_buf_fini(&content);
	return code;
}

/* Records that were in several slices count once, it turns out by now. */
static void
count_once(struct projection *projection,
    const struct weft__batch_model *model)
{
	struct weft__store_commit *commit = &projection->batch.commit;

	for (unsigned i = 0; i < WEFT__SPILL_PARTS; i++)
		commit->changes -= model->spill.repeated[i];
}

/* Makes the commit's tree. */
static int
make_tree(struct projection *projection)
{
	struct weft__batch *batch = &projection->batch;
	struct weft_buf tree = WEFT_BUF_INIT(WEFT_LIMIT_PACK_SIZE);
	const struct weft__batch_model *model;
	int code = read_tree(projection, &projection->old_tree, &tree);

	for (model = batch->models; !code && model; model = model->next) {
		code = update_model(projection, model, &tree);
		count_once(projection, model);
	}
	if (!code)
		code = write_tree(projection, &tree, &projection->old_tree,
		    &batch->commit.tree);
	weft_buf_fini(&tree);
	return code;
}

/* Publishes the pack, then the ref: invariant I3. */
static int
publish_pack(struct projection *projection)
{
	struct weft__store *store = projection->store;
	struct weft__batch *batch = &projection->batch;
	int code = weft__pack_publish(&batch->pack, projection->error);

	if (!code)
		code = weft__ref_write(&store->directory, store->ref,
		    &batch->commit.oid, true, projection->error);
	if (code)
		return code;
	for (size_t i = 0; i < batch->pack.sealed_count; i++)
		weft__objects_add(store->objects, &batch->pack.sealed[i]);
	weft__store_show_tip(store, &batch->commit.oid);
	return 0;
}

/* Ends the pack with the commit, and takes small packs into it. */
static int
publish(struct projection *projection)
{
	struct weft__store *store = projection->store;
	struct weft__pack *pack = &projection->batch.pack;
	struct weft__store_commit *commit = &projection->batch.commit;
	struct weft__compact_joined joined;
	char text[WEFT__COMMIT_ROOM];
	size_t size = weft__commit_format(commit, text);
	int code = weft__pack_add(pack, WEFT__OBJECT_COMMIT, &commit->oid,
	    weft_slice_of(text, size), projection->error);

	if (code)
		return code;
	code = weft__compact_join(store, pack, &joined, projection->error);
	if (!code)
		code = publish_pack(projection);
	/* A .keep file that stays does no harm until we recover. */
	if (!code && (weft__compact_retire(&joined, pack) ||
	                 weft__pack_unkeep(pack, NULL)))
		store->must_recover = true;
	weft__compact_leave(&joined);
	return code;
}

/* Makes a commit of the rows after 'after', if there are any. */
static int
make_commit(struct projection *projection, uint64_t after)
{
	struct weft__batch *batch = &projection->batch;
	int code = weft__pack_init(&batch->pack,
	    &projection->store->directory, projection->error);

	if (!code)
		code = weft__batch_read(batch, after);
	if (code || batch->rows == 0)
		return code;
	code = make_tree(projection);
	return code ? code : publish(projection);
}

/* The commit after the result's tip. */
static int
project(struct weft__store *store, const struct weft__feed *feed,
    const char *epoch, struct weft__project_result *result,
    struct weft_error *error)
{
	struct projection projection = {.store = store, .error = error};
	struct weft__batch *batch = &projection.batch;
	const struct weft__store_commit *tip = &result->tip.commit;
	uint64_t after = 0;
	int code;

	weft__batch_init(batch, feed, error);
	memcpy(batch->commit.epoch, epoch, strlen(epoch) + 1);
	if (result->tip.exists)
		batch->commit.parent = tip->oid;
	if (result->tip.exists && strcmp(tip->epoch, epoch) == 0) {
		after = tip->seq;
		projection.old_tree = tip->tree;
	}
	code = make_commit(&projection, after);
	if (!code && batch->rows) {
		result->commits = 1;
		result->rows = batch->rows;
		result->changes = batch->commit.changes;
		result->tip.exists = true;
		result->tip.commit = batch->commit;
	}
	weft__batch_fini(batch);
	if (code)
		store->must_recover = true;
	return code;
}

/* Checks what must hold before anything is written. */
static int
prepare(struct weft__store *store, const char *epoch,
    struct weft_error *error)
{
	if (!weft__commit_is_epoch(epoch))
		return weft_error_set(error, WEFT_EINVAL,
		    "an epoch has 1 to %d printable ASCII characters",
		    WEFT__EPOCH_SIZE - 1);
	if (!store->is_locked)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s is not locked for writing", store->directory.path);
	return weft__store_recover(store, error);
}

int
weft__project(struct weft__store *store, const struct weft__feed *feed,
    const char *epoch, struct weft__project_result *result,
    struct weft_error *error)
{
	int code;

	*result = (struct weft__project_result){.commits = 0};
	code = prepare(store, epoch, error);
	if (!code)
		code = weft__store_tip(store, &result->tip, error);
	if (!code)
		code = project(store, feed, epoch, result, error);
	if (result->commits)
		weft__compact_if_due(store);
	return code;
}
