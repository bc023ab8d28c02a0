#include "core/store/objects_git.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <pthread.h>

#include "core/base/alloc.h"

/* libgit2's own bound is none. */
#define OPEN_FILES 64

struct weft__git_pack {
	git_odb *odb; /* with this pack alone: others cost as much to ask */
};

/*
 * Its cache of objects costs more than it saves: a fifth of the time of
 * projecting into a million records went into looking things up in it.
 */
static int
set_options(void)
{
	int code = git_libgit2_opts(
	    GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)OPEN_FILES);

	if (!code)
		code = git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
	if (!code)
		code = git_libgit2_opts(
		    GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	return code;
}

/* libgit2's options are not synchronised: set them once, before any use. */
static int start_code;

static void
start(void)
{
	start_code = git_libgit2_init() < 0 || set_options() < 0;
}

/* Our code for libgit2's last failure, with its text. */
static int
git_failure(const char *what, struct weft_error *error)
{
	const git_error *detail = git_error_last();
	int code = WEFT_EDAMAGED;

	if (detail && detail->klass == GIT_ERROR_NOMEMORY)
		code = WEFT_ENOMEM;
	else if (detail && detail->klass == GIT_ERROR_OS)
		code = WEFT_EIO;
	return weft_error_set(error, code, "%s: %s", what,
	    detail ? detail->message : "unknown failure of libgit2");
}

int
weft__git_pack_open(const char *index, struct weft__git_pack **pack,
    struct weft_error *error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	git_odb_backend *backend = NULL;
	struct weft__git_pack *opened;
	int code;

	*pack = NULL;
	pthread_once(&once, start);
	opened = start_code ? NULL : weft__calloc(1, sizeof *opened);
	if (!opened)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = git_odb_new(&opened->odb);
	if (!code)
		code = git_odb_backend_one_pack(&backend, index);
	if (!code)
		code = git_odb_add_backend(opened->odb, backend, 1);
	if (!code) {
		*pack = opened;
		return 0;
	}
	code = git_failure(index, error);
	if (backend)
		backend->free(backend);
	weft__git_pack_close(opened);
	return code;
}

void
weft__git_pack_close(struct weft__git_pack *pack)
{
	if (!pack)
		return;
	git_odb_free(pack->odb);
	weft__free(pack);
}

int
weft__git_pack_read(struct weft__git_pack *pack, const struct weft__oid *oid,
    enum weft__object_type *type, struct weft_slice *content, void **handle,
    struct weft_error *error)
{
	git_odb_object *found;
	git_oid id;

	git_oid_fromraw(&id, oid->bytes);
	if (git_odb_read(&found, pack->odb, &id))
		return git_failure("libgit2", error);
	*type = (enum weft__object_type)git_odb_object_type(found);
	*content = weft_slice_of(
	    git_odb_object_data(found), git_odb_object_size(found));
	*handle = found;
	return 0;
}

void
weft__git_handle_share(void *handle)
{
	git_odb_object *same;

	(void)git_odb_object_dup(&same, handle); /* counts; cannot fail */
}

void
weft__git_handle_release(void *handle)
{
	git_odb_object_free(handle);
}
