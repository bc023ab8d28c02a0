#include "core/store/ref.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/store/name.h"

/* The first line of '*rest', without its end; both are empty at the end. */
static struct weft_slice
next_line(struct weft_slice *rest)
{
	const char *end = memchr(rest->data, '\n', rest->size);
	struct weft_slice line = *rest;

	if (end)
		line.size = (size_t)(end - rest->data);
	rest->data += line.size + (end != NULL);
	rest->size -= line.size + (end != NULL);
	return line;
}

static int
read_loose(const struct weft__directory *directory, const char *ref,
    struct weft__oid *oid, struct weft_error *error)
{
	struct weft_buf content = WEFT_BUF_INIT(WEFT__REF_ROOM);
	struct weft_slice rest, line;
	int code = weft__file_get(directory, ref, &content, error);

	rest = weft_buf_slice(&content);
	line = next_line(&rest);
	if (code == WEFT_ELIMIT || (!code && !weft__oid_parse(line, oid)))
		code = weft_error_set(error, WEFT_EDAMAGED,
		    "%s/%s does not hold the id of a commit",
		    directory->path, ref);
	weft_buf_fini(&content);
	return code;
}

/* Lines "<id> <ref>"; others begin with '#' or '^'. */
static bool
find_packed(struct weft_slice rest, const char *ref, struct weft__oid *oid)
{
	struct weft_slice name = weft_slice(ref), line;
	const size_t start = WEFT__OID_HEX + 1;

	while (rest.size) {
		line = next_line(&rest);
		if (line.size == start + name.size &&
		    memcmp(line.data + start, name.data, name.size) == 0)
			return weft__oid_parse(
			    weft_slice_of(line.data, WEFT__OID_HEX), oid);
	}
	return false;
}

static int
read_packed(const struct weft__directory *directory, const char *ref,
    struct weft__oid *oid, struct weft_error *error)
{
	struct weft_buf content = WEFT_BUF_INIT(WEFT_LIMIT_PACKED_REFS);
	int code = weft__file_get(directory, "packed-refs", &content, error);

	if (!code && !find_packed(weft_buf_slice(&content), ref, oid))
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "%s has no %s", directory->path, ref);
	weft_buf_fini(&content);
	return code;
}

/*
 * The ref's own file first: `git pack-refs` writes packed-refs before it
 * removes that.
 */
int
weft__ref_read(const struct weft__directory *directory, const char *ref,
    struct weft__oid *oid, struct weft_error *error)
{
	int code = read_loose(directory, ref, oid, error);

	if (code == WEFT_ENOTFOUND)
		code = read_packed(directory, ref, oid, error);
	return code;
}

/* A name in a folder of refs that is a ref's. */
static bool
is_ref(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && entry->d_type != DT_DIR &&
	    (size < 5 || strcmp(entry->d_name + size - 5, ".lock") != 0);
}

/* Opens a directory's list; NULL and no code if there is none. */
static int
open_list(const struct weft__directory *directory, const char *folder,
    DIR **list, struct weft_error *error)
{
	int fd = openat(directory->fd, folder,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = 0;

	*list = fd < 0 ? NULL : fdopendir(fd);
	if (!*list && errno != ENOENT)
		code = weft__file_error(directory, folder, "read", error);
	if (!*list && fd >= 0)
		close(fd);
	return code;
}

/* Those with a file of their own. */
static int
each_loose(const struct weft__directory *directory, const char *folder,
    int (*visit)(const char *ref, void *context), void *context,
    struct weft_error *error)
{
	char ref[WEFT__REF_ROOM];
	const struct dirent *entry;
	DIR *list;
	int code = open_list(directory, folder, &list, error);

	if (!list)
		return code;
	while (!code && (entry = readdir(list))) {
		if (!is_ref(entry))
			continue;
		snprintf(ref, sizeof ref, "%s/%s", folder, entry->d_name);
		code = visit(ref, context);
	}
	closedir(list);
	return code;
}

/* Those in packed-refs, unless they have a file, too. */
static int
each_packed(const struct weft__directory *directory, struct weft_slice rest,
    const char *folder, int (*visit)(const char *ref, void *context),
    void *context)
{
	const size_t start = WEFT__OID_HEX + 1, size = strlen(folder);
	char ref[WEFT__REF_ROOM];
	struct weft_slice line;
	int code = 0;

	while (!code && rest.size) {
		line = next_line(&rest);
		if (line.size <= start + size + 1 ||
		    line.size - start >= sizeof ref ||
		    memcmp(line.data + start, folder, size) != 0 ||
		    line.data[start + size] != '/' ||
		    memchr(line.data + start + size + 1, '/',
		        line.size - start - size - 1))
			continue;
		snprintf(ref, sizeof ref, "%.*s", (int)(line.size - start),
		    line.data + start);
		if (faccessat(directory->fd, ref, F_OK, 0))
			code = visit(ref, context);
	}
	return code;
}

int
weft__ref_each(const struct weft__directory *directory, const char *folder,
    int (*visit)(const char *ref, void *context), void *context,
    struct weft_error *error)
{
	struct weft_buf packed = WEFT_BUF_INIT(WEFT_LIMIT_PACKED_REFS);
	int code = each_loose(directory, folder, visit, context, error);

	if (code)
		return code;
	code = weft__file_get(directory, "packed-refs", &packed, error);
	if (code)
		code = code == WEFT_ENOTFOUND ? 0 : code;
	else
		code = each_packed(directory, weft_buf_slice(&packed), folder,
		    visit, context);
	weft_buf_fini(&packed);
	return code;
}
