/*
 * Checking what the store holds: commits, backwards from the tip, each
 * compared with the one after it, so that what they share is checked once.
 */
#include "core/store/verify.h"

#include <stdio.h>

#include "core/store/commit.h"
#include "core/store/ref.h"
#include "core/store/store_internal.h"
#include "core/store/tree.h"

int
weft__verify_report(struct weft__verify *verify, const struct weft__oid *oid,
    const char *text)
{
	char line[WEFT__VERIFY_PATH + 512];
	struct weft__store_problem problem = {
	    .model = verify->model, .id = verify->id, .text = line};

	verify->problems++;
	if (oid)
		problem.oid = *oid;
	snprintf(line, sizeof line, "%s: %s", verify->path, text);
	return verify->visit(&problem, verify->context);
}

/* Checks that go by before somebody is told. */
#define STEP 1000

int
weft__verify_count(struct weft__verify *verify, uint64_t checks)
{
	uint64_t before = verify->done;

	verify->done += checks;
	return verify->progress && verify->done / STEP != before / STEP
	    ? verify->progress(verify->done, verify->total, verify->context)
	    : 0;
}

size_t
weft__verify_enter(struct weft__verify *verify, struct weft_slice name)
{
	size_t before = verify->path_size;
	int added = snprintf(verify->path + before,
	    sizeof verify->path - before, "%s%.*s", before ? "/" : "",
	    (int)name.size, name.data);

	verify->path_size += (size_t)added;
	if (verify->path_size >= sizeof verify->path)
		verify->path_size = sizeof verify->path - 1;
	return before;
}

void
weft__verify_leave(struct weft__verify *verify, size_t path_size)
{
	verify->path_size = path_size;
	verify->path[path_size] = '\0';
}

int
weft__verify_object(struct weft__verify *verify, const struct weft__oid *oid,
    enum weft__object_type type, struct weft__object *object)
{
	struct weft__oid hash;
	struct weft_error error;
	int code =
	    weft__objects_get(verify->objects, oid, type, object, &error);

	if (code == WEFT_ENOMEM)
		return weft_error_set(verify->error, code, "%s", error.text);
	if (code)
		return weft__verify_report(verify, oid, error.text);
	weft__object_id(weft__object_type_name(type), object->content.data,
	    object->content.size, &hash);
	if (weft__oid_equal(&hash, oid))
		return 0;
	weft__object_release(object);
	return weft__verify_report(
	    verify, oid, "the content has another hash");
}

/* The folder of a tree that need not be sound; zero if there is none. */
static void
peek_folder(struct weft__verify *verify, const struct weft__oid *tree,
    struct weft_slice name, struct weft__oid *folder)
{
	const struct weft__oid *found = NULL;
	struct weft__object object;

	memset(folder, 0, sizeof *folder);
	if (weft__tree_is_empty(tree) ||
	    weft__objects_get(
	        verify->objects, tree, WEFT__OBJECT_TREE, &object, NULL))
		return;
	if (!weft__tree_find(object.content, name, &found) && found)
		*folder = *found;
	weft__object_release(&object);
}

static int
check_part(struct weft__verify *verify, enum weft__store_part part,
    const struct weft__oid *tree, const struct weft__oid *other)
{
	struct weft_slice name = weft_slice(part == WEFT__STORE_LIVE
	        ? WEFT__FOLDER_LIVE
	        : WEFT__FOLDER_DELETED);
	struct weft__oid root, other_root;
	size_t before = weft__verify_enter(verify, name);
	int code;

	peek_folder(verify, tree, name, &root);
	peek_folder(verify, other, name, &other_root);
	code = weft__verify_trie(verify, part, &root, &other_root);
	weft__verify_leave(verify, before);
	return code;
}

/* A model's folder. */
static int
check_model(struct weft__verify *verify, const struct weft__oid *tree,
    const struct weft__oid *other)
{
	struct weft__object object;
	int code;

	if (weft__oid_equal(tree, other))
		return 0;
	code = weft__verify_object(verify, tree, WEFT__OBJECT_TREE, &object);
	if (code || !object.content.data)
		return code;
	weft__object_release(&object);
	peek_folder(verify, tree, weft_slice(WEFT__FOLDER_LIVE), &verify->live);
	code = check_part(verify, WEFT__STORE_LIVE, tree, other);
	return code ? code
	            : check_part(verify, WEFT__STORE_DELETED, tree, other);
}

static int
check_entry(struct weft__verify *verify, const struct weft__oid *tree,
    const struct weft__tree_entry *entry, const struct weft__oid *other)
{
	char model[WEFT__NAME_ROOM];
	struct weft__oid other_folder;
	size_t size, before = weft__verify_enter(verify, entry->name);
	int code;

	if (entry->mode != WEFT__TREE_FOLDER ||
	    weft__name_unescape(entry->name, model, &size)) {
		code = weft__verify_report(verify, tree, "it is no model");
	} else {
		verify->model = weft_slice_of(model, size);
		peek_folder(verify, other, entry->name, &other_folder);
		code = check_model(verify, entry->oid, &other_folder);
		verify->model = weft_slice_of(NULL, 0);
	}
	weft__verify_leave(verify, before);
	return code;
}

/* The tree of a commit; what 'other' (zero: none) shares is not looked at. */
static int
check_tree(struct weft__verify *verify, const struct weft__oid *tree,
    const struct weft__oid *other)
{
	struct weft__tree_entry entry;
	struct weft__object object;
	struct weft_slice rest;
	int code;

	if (weft__tree_is_empty(tree))
		return 0;
	code = weft__verify_object(verify, tree, WEFT__OBJECT_TREE, &object);
	if (code || !object.content.data)
		return code;
	rest = object.content;
	while (!code && rest.size) {
		if (weft__tree_next(&rest, &entry)) {
			code = weft__verify_report(
			    verify, tree, "the tree is malformed");
			break;
		}
		code = check_entry(verify, tree, &entry, other);
	}
	weft__object_release(&object);
	return code;
}

/* Checks a commit; if it can be read, '*next' is its parent. */
static int
check_commit(struct weft__verify *verify, const struct weft__oid *oid,
    struct weft__oid *other, struct weft__oid *next)
{
	struct weft__store_commit commit;
	struct weft__object object;
	char hex[WEFT__OID_HEX + 1];
	size_t before;
	int code;

	weft__oid_format(oid, hex);
	before = weft__verify_enter(verify, weft_slice(hex));
	memset(next, 0, sizeof *next);
	code = weft__verify_object(verify, oid, WEFT__OBJECT_COMMIT, &object);
	if (!code && object.content.data) {
		if (weft__commit_parse(object.content, &commit)) {
			code = weft__verify_report(
			    verify, oid, "the commit is not weft's");
		} else {
			*next = commit.parent;
			code = check_tree(verify, &commit.tree, other);
			*other = commit.tree;
		}
		weft__object_release(&object);
	}
	weft__verify_leave(verify, before);
	return code ? code : weft__verify_count(verify, 1);
}

/* A commit agreed on with a peer must be there; its tree is history's. */
static int
check_peer(const char *ref, void *context)
{
	struct weft__verify *verify = context;
	struct weft__oid oid;
	struct weft__object object = {{NULL, 0}, NULL};
	struct weft__store_commit commit;
	struct weft_error why;
	size_t before = weft__verify_enter(verify, weft_slice(ref));
	int code = weft__ref_read(verify->directory, ref, &oid, &why);

	if (code)
		code = weft__verify_report(verify, NULL, why.text);
	else
		code = weft__verify_object(
		    verify, &oid, WEFT__OBJECT_COMMIT, &object);
	if (!code && object.content.data &&
	    weft__commit_parse(object.content, &commit))
		code = weft__verify_report(
		    verify, &oid, "the commit is not weft's");
	weft__object_release(&object);
	weft__verify_leave(verify, before);
	return code;
}

static int
check_peers(struct weft__verify *verify, const struct weft__store *store)
{
	char folder[WEFT__REF_ROOM];

	weft__name_peer_ref(
	    weft_slice(store->source), weft_slice("x"), folder);
	*strrchr(folder, '/') = '\0';
	return weft__ref_each(
	    verify->directory, folder, check_peer, verify, verify->error);
}

/* The tip, and all commits before it if 'deep'. */
static int
check_commits(struct weft__verify *verify, struct weft__oid oid)
{
	struct weft__oid next, other = {{0}};
	int code = 0;

	while (!code && !weft__oid_is_zero(&oid)) {
		code = check_commit(verify, &oid, &other, &next);
		oid = next;
		if (!verify->deep)
			break;
	}
	return code;
}

/* The tip's ref holds no id. */
static int
report_ref(struct weft__verify *verify, const struct weft__store *store,
    const char *text)
{
	size_t before = weft__verify_enter(verify, weft_slice(store->ref));
	int code = weft__verify_report(verify, NULL, text);

	weft__verify_leave(verify, before);
	return code;
}

/* How many checks it will be: of each object, and once more of its pack.  How
 * many of them the newest state has is not known. */
static int
begin_progress(struct weft__verify *verify)
{
	if (!verify->progress)
		return 0;
	if (verify->deep)
		verify->total = 2 * weft__objects_count(verify->objects);
	return verify->progress(0, verify->total, verify->context);
}

int
weft__store_verify(struct weft__store *store, bool deep,
    int (*visit)(const struct weft__store_problem *problem, void *context),
    weft__verify_progress_fn progress, void *context,
    struct weft_error *error)
{
	struct weft__verify verify = {.objects = store->objects,
	    .directory = &store->directory,
	    .deep = deep,
	    .visit = visit,
	    .progress = progress,
	    .context = context,
	    .error = error};
	struct weft_error why;
	struct weft__oid oid;
	int code = begin_progress(&verify);

	if (code)
		return code;
	code = weft__store_tip_id(store, &oid, &why);
	if (code == WEFT_EDAMAGED)
		code = report_ref(&verify, store, why.text);
	else if (code && code != WEFT_ENOTFOUND)
		code = weft_error_set(error, code, "%s", why.text);
	else
		code = code ? 0 : check_commits(&verify, oid);
	if (!code && deep)
		code = check_peers(&verify, store);
	if (!code && deep)
		code = weft__verify_packs(&verify, &store->directory);
	weft__arena_fini(&verify.arena);
	return code;
}
