/*
 * A store's life, its lock, its refs; and reading single records.
 */
#include "core/store/store.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/commit.h"
#include "core/store/name.h"
#include "core/store/ref.h"
#include "core/store/repository.h"
#include "core/store/store_internal.h"
#include "core/store/tombstone.h"
#include "core/store/tree.h"
#include "core/store/trie.h"

static int
open_parts(struct weft__store *store, const char *path,
    enum weft__store_mode mode, struct weft_error *error)
{
	struct weft_slice source = weft_slice(store->source);
	int code;

	weft__name_ref("refs/weft/", source, store->ref);
	weft__name_ref("refs/heads/", source, store->branch);
	store->is_writable = mode != WEFT__STORE_READ;
	if (mode == WEFT__STORE_CREATE)
		code = weft__repository_create(
		    path, store->branch, &store->directory, error);
	else
		code = weft__repository_open(path, &store->directory, error);
	return code ? code
	            : weft__objects_open(
	                &store->directory, &store->objects, error);
}

int
weft__store_open(const char *path, const char *source,
    enum weft__store_mode mode, struct weft__store **store,
    struct weft_error *error)
{
	struct weft__store *opened;
	size_t size = strlen(source);
	int code;

	*store = NULL;
	if (size == 0 || size > WEFT_LIMIT_NAME_SIZE)
		return weft_error_set(error, WEFT_EINVAL,
		    "a source's name has 1 to %u bytes, not %zu",
		    WEFT_LIMIT_NAME_SIZE, size);
	opened = weft__calloc(1, sizeof *opened);
	if (opened)
		opened->source = weft__strdup(source);
	if (!opened || !opened->source) {
		weft__free(opened);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	code = open_parts(opened, path, mode, error);
	if (code)
		weft__store_close(opened);
	else
		*store = opened;
	return code;
}

void
weft__store_close(struct weft__store *store)
{
	if (!store)
		return;
	weft__store_unlock(store);
	weft__objects_close(store->objects);
	weft__directory_close(&store->directory);
	weft__free(store->source);
	weft__free(store);
}

const char *
weft__store_path(const struct weft__store *store)
{
	return store->directory.path;
}

const char *
weft__store_source(const struct weft__store *store)
{
	return store->source;
}

void
weft__store_show_tip(
    struct weft__store *store, const struct weft__oid *commit)
{
	struct weft__oid shown;

	if (!weft__ref_read(&store->directory, store->branch, &shown, NULL) &&
	    weft__oid_equal(&shown, commit))
		return;
	if (weft__ref_share(
		&store->directory, store->branch, store->ref, NULL))
		(void)!weft__ref_write(
		    &store->directory, store->branch, commit, false, NULL);
}

int
weft__store_lock(struct weft__store *store, const char *holder,
    struct weft_error *error)
{
	struct weft__oid tip;
	int code;

	if (store->is_locked)
		return 0;
	if (!store->is_writable)
		return weft_error_set(error, WEFT_EREADONLY,
		    "%s was opened to be read", store->directory.path);
	code = weft__repository_lock(
	    &store->directory, holder, &store->lock_fd, error);
	if (code)
		return code;
	store->is_locked = true;
	code = weft__repository_recover(&store->directory, error);
	if (code) {
		weft__store_unlock(store);
		return code;
	}
	store->must_recover = false;
	if (!weft__ref_read(&store->directory, store->ref, &tip, NULL))
		weft__store_show_tip(store, &tip);
	return 0;
}

void
weft__store_unlock(struct weft__store *store)
{
	if (store->is_locked)
		weft__file_calls->close(store->lock_fd);
	store->is_locked = false;
}

int
weft__store_recover(struct weft__store *store, struct weft_error *error)
{
	int code = 0;

	if (store->must_recover)
		code = weft__repository_recover(&store->directory, error);
	if (!code)
		store->must_recover = false;
	return code;
}

int
weft__store_tip_id(struct weft__store *store, struct weft__oid *oid,
    struct weft_error *error)
{
	return weft__ref_read(&store->directory, store->ref, oid, error);
}

void
weft__store_must_have_tip(struct weft__store *store)
{
	store->must_have_tip = true;
}

bool
weft__store_has_ref(struct weft__store *store)
{
	struct weft__oid oid;

	return weft__store_tip_id(store, &oid, NULL) != WEFT_ENOTFOUND;
}

/* Reads the commit that the tip names.  One that is gone was replaced, and
 * dropped, since its name was read: then there is another. */
static int
read_tip(struct weft__store *store, struct weft__oid *oid,
    struct weft__store_commit *commit, struct weft_error *error)
{
	struct weft__oid before;
	int code = weft__commit_read(store->objects, oid, commit, error);

	while (code == WEFT_ENOTFOUND) {
		before = *oid;
		if (weft__store_tip_id(store, oid, error) ||
		    weft__oid_equal(&before, oid))
			break;
		code = weft__commit_read(store->objects, oid, commit, error);
	}
	return code;
}

int
weft__store_tip(struct weft__store *store, struct weft__store_tip *tip,
    struct weft_error *error)
{
	struct weft__oid oid;
	int code = weft__store_tip_id(store, &oid, error);

	*tip = (struct weft__store_tip){.exists = false};
	if (code == WEFT_ENOTFOUND)
		return store->must_have_tip
		    ? weft_error_set(error, WEFT_EDAMAGED, "%s/%s is gone",
			  store->directory.path, store->ref)
		    : 0;
	if (code)
		return code;
	code = read_tip(store, &oid, &tip->commit, error);
	tip->exists = !code;
	if (code == WEFT_ENOTFOUND) {
		code = WEFT_EDAMAGED;
		if (error)
			error->code = code;
	}
	if (code && error)
		weft_error_wrap(error, "%s", store->directory.path);
	return code;
}

/*
 * The root of a commit's tree, zero if there is no commit.  'commit' NULL:
 * the tip.  Returns 0; WEFT_ENOTFOUND: no such commit.
 */
static int
commit_tree(struct weft__store *store, const struct weft__oid *commit,
    struct weft__oid *tree, struct weft_error *error)
{
	struct weft__store_tip tip;
	struct weft__store_commit read;
	int code;

	memset(tree, 0, sizeof *tree);
	if (commit) {
		code = weft__commit_read(store->objects, commit, &read, error);
		if (!code)
			*tree = read.tree;
		return code;
	}
	code = weft__store_tip(store, &tip, error);
	if (!code && tip.exists)
		*tree = tip.commit.tree;
	return code;
}

int
weft__store_folder(struct weft__store *store, const struct weft__oid *tree,
    struct weft_slice name, struct weft__oid *folder,
    struct weft_error *error)
{
	const struct weft__oid *found = NULL;
	struct weft__object object;
	char hex[WEFT__OID_HEX + 1];
	int code;

	memset(folder, 0, sizeof *folder);
	if (weft__tree_is_empty(tree))
		return 0;
	code = weft__objects_node(store->objects, tree, &object, error);
	if (code)
		return code;
	code = weft__tree_find(object.content, name, &found);
	if (found)
		*folder = *found;
	weft__object_release(&object);
	weft__oid_format(tree, hex);
	if (code)
		weft_error_set(error, code, "tree %s is malformed", hex);
	return code;
}

int
weft__store_root_at(struct weft__store *store, const struct weft__oid *commit,
    enum weft__store_part part, struct weft_slice model,
    struct weft__oid *root, struct weft_error *error)
{
	const char *folder = part == WEFT__STORE_LIVE ? WEFT__FOLDER_LIVE
	                                              : WEFT__FOLDER_DELETED;
	struct weft__oid tree, model_tree;
	char name[WEFT__NAME_ROOM];
	size_t size;
	int code;

	*root = weft__tree_empty;
	if (model.size > WEFT_LIMIT_NAME_SIZE)
		return 0;
	size = weft__name_escape(model, name);
	code = commit_tree(store, commit, &tree, error);
	if (!code)
		code = weft__store_folder(store, &tree,
		    weft_slice_of(name, size), &model_tree, error);
	if (!code)
		code = weft__store_folder(
		    store, &model_tree, weft_slice(folder), root, error);
	if (weft__oid_is_zero(root))
		*root = weft__tree_empty;
	return code;
}

int
weft__store_root(struct weft__store *store, struct weft_slice model,
    struct weft__oid *root, struct weft_error *error)
{
	return weft__store_root_at(
	    store, NULL, WEFT__STORE_LIVE, model, root, error);
}

/* Appends the object, whose hash must be 'oid'. */
static int
copy_blob(const struct weft__object *object, const struct weft__oid *oid,
    struct weft_buf *out, struct weft_error *error)
{
	struct weft__oid hash;
	char hex[WEFT__OID_HEX + 1];
	int code;

	weft__oid_format(oid, hex);
	weft__object_id(
	    "blob", object->content.data, object->content.size, &hash);
	if (!weft__oid_equal(&hash, oid))
		return weft_error_set(error, WEFT_EDAMAGED,
		    "blob %s: its content has another hash", hex);
	code = weft_buf_append_slice(out, object->content);
	if (code)
		weft_error_set(error, code, "blob %s of %zu bytes: %s", hex,
		    object->content.size, weft_error_text(code));
	return code;
}

int
weft__store_read_blob(struct weft__store *store, const struct weft__oid *oid,
    struct weft_buf *out, struct weft_error *error)
{
	struct weft__object object;
	int code = weft__objects_get(
	    store->objects, oid, WEFT__OBJECT_BLOB, &object, error);

	if (code)
		return code;
	code = copy_blob(&object, oid, out, error);
	weft__object_release(&object);
	return code;
}

int
weft__store_read_blob_prefix(struct weft__store *store,
    const unsigned char *prefix, size_t prefix_size, struct weft_buf *out,
    struct weft__oid *oid, struct weft_error *error)
{
	struct weft__object object;
	struct weft__oid whole;
	int code;

	if (prefix_size < 4 || prefix_size > WEFT__OID_SIZE)
		return weft_error_set(error, WEFT_EINVAL,
		    "the start of a blob's id has 4 to 20 bytes, not %zu",
		    prefix_size);
	code = weft__objects_find(store->objects, prefix, prefix_size,
	    WEFT__OBJECT_BLOB, &object, &whole, error);
	if (code)
		return code;
	code = copy_blob(&object, &whole, out, error);
	weft__object_release(&object);
	if (!code && oid)
		*oid = whole;
	return code;
}

/* The record's blob in one part of the model. */
static int
find_blob(struct weft__store *store, const struct weft__oid *commit,
    enum weft__store_part part, struct weft_slice model, struct weft_slice id,
    struct weft__oid *blob, struct weft_error *error)
{
	struct weft__oid root, hash;
	char name[WEFT__NAME_ROOM];
	size_t size;
	int code =
	    weft__store_root_at(store, commit, part, model, &root, error);

	if (code)
		return code;
	weft__sha1(id.data, id.size, &hash);
	size = weft__name_of_id(id, &hash, name);
	return weft__trie_find(store->objects, &root, &hash,
	    weft_slice_of(name, size), blob, error);
}

static int
read_tombstone(struct weft__store *store, struct weft__store_record *record,
    struct weft_error *error)
{
	struct weft__object object;
	char hex[WEFT__OID_HEX + 1];
	int code = weft__objects_need(store->objects, &record->blob,
	    WEFT__OBJECT_BLOB, &object, error);

	if (code)
		return code;
	weft__oid_format(&record->blob, hex);
	if (!weft__tombstone_parse(object.content, &record->prev))
		code = weft_error_set(error, WEFT_EDAMAGED,
		    "blob %s is no tombstone", hex);
	weft__object_release(&object);
	return code;
}

int
weft__store_get(struct weft__store *store, const struct weft__oid *commit,
    struct weft_slice model, struct weft_slice id,
    struct weft__store_record *record, struct weft_buf *body,
    struct weft_error *error)
{
	int code;

	*record = (struct weft__store_record){.deleted = false};
	code = find_blob(store, commit, WEFT__STORE_LIVE, model, id,
	    &record->blob, error);
	if (code == WEFT_ENOTFOUND) {
		code = find_blob(store, commit, WEFT__STORE_DELETED, model, id,
		    &record->blob, error);
		record->deleted = !code;
		return code ? code : read_tombstone(store, record, error);
	}
	if (code || !body)
		return code;
	code = weft__store_read_blob(store, &record->blob, body, error);
	return code == WEFT_ENOTFOUND ? WEFT_EDAMAGED : code;
}

int
weft__store_log(struct weft__store *store, const struct weft__oid *from,
    uint64_t max,
    int (*visit)(const struct weft__store_commit *commit, void *context),
    void *context, struct weft_error *error)
{
	struct weft__store_tip tip = {.exists = true};
	int code = 0;

	if (from)
		code = weft__commit_read(
		    store->objects, from, &tip.commit, error);
	else
		code = weft__store_tip(store, &tip, error);
	for (uint64_t i = 0; !code && tip.exists && (!max || i < max); i++) {
		code = visit(&tip.commit, context);
		tip.exists = !weft__oid_is_zero(&tip.commit.parent);
		if (!code && tip.exists)
			code = weft__store_parent(store, &tip.commit, error);
	}
	return code;
}

int
weft__store_peer_set(struct weft__store *store, struct weft_slice peer,
    const struct weft__oid *commit, struct weft_error *error)
{
	struct weft__store_commit read;
	char ref[WEFT__REF_ROOM];
	int code;

	if (peer.size == 0)
		return weft_error_set(
		    error, WEFT_EINVAL, "a peer needs a name");
	if (!store->is_locked)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s is not locked for writing", store->directory.path);
	code = weft__commit_read(store->objects, commit, &read, error);
	if (code)
		return code;
	weft__name_peer_ref(weft_slice(store->source), peer, ref);
	return weft__ref_write(&store->directory, ref, commit, true, error);
}
