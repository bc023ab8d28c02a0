/*
 * Keeping a damaged repository beside the one that will take its place.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/store/repository.h"
#include "core/store/store.h"

#define NAMES 1000

/* Writes the first free name "<path>.damaged-N". */
static int
find_name(const char *path, struct weft_buf *name, struct weft_error *error)
{
	size_t before = name->size;
	int code = 0;

	for (int i = 1; !code && i < NAMES; i++) {
		name->size = before;
		code = weft_buf_printf(name, "%s.damaged-%d", path, i);
		if (!code && faccessat(AT_FDCWD, name->data + before, F_OK, 0))
			return 0;
	}
	if (code)
		return weft_error_set(
		    error, code, "%s: %s", path, weft_error_text(code));
	return weft_error_set(error, WEFT_EEXISTS,
	    "%s.damaged-1 to -%d exist all", path, NAMES - 1);
}

/* Makes the new name durable; we may not be allowed to read what is around. */
static void
sync_parent(const struct weft__directory *directory)
{
	(void)!weft__directory_sync(directory, "..", NULL);
}

static int
move(const struct weft__directory *directory, struct weft_buf *kept,
    struct weft_error *error)
{
	const struct weft__directory here = {AT_FDCWD, (char *)"."};
	size_t before = kept->size;
	int code = find_name(directory->path, kept, error);

	if (!code)
		code = weft__file_rename(&here, directory->path,
		    kept->data + before, error);
	if (code)
		kept->size = before;
	else
		sync_parent(directory);
	return code;
}

int
weft__store_set_aside(const char *path, const char *holder,
    struct weft_buf *kept, struct weft_error *error)
{
	struct weft__directory directory;
	int fd, code = weft__directory_open(&directory, path, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	code = weft__repository_lock(&directory, holder, &fd, error);
	if (!code) {
		code = move(&directory, kept, error);
		weft__file_calls->close(fd);
	}
	weft__directory_close(&directory);
	return code;
}
