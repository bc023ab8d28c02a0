#include "core/store/ref_list.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/name.h"
#include "core/store/ref.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Adds a ref, unless it is there: a file of its own comes before the list of
 * packed ones. */
static int
add(struct weft__ref_list *list, struct weft_slice name,
    const struct weft__oid *oid, struct weft_error *error)
{
	struct weft_slice copy;

	for (size_t i = 0; i < list->length; i++)
		if (weft_slice_equal(name, weft_slice(list->refs[i].name)))
			return 0;
	if (!weft__grow(&list->refs, &list->capacity, list->length + 1,
	        sizeof *list->refs) ||
	    weft__arena_copy(&list->arena, name, &copy))
		return out_of_memory(error);
	list->refs[list->length].name = copy.data;
	list->refs[list->length++].oid = *oid;
	return 0;
}

/* Whether the file says "ref: ...": it stands for another one. */
static int
is_symbolic(const struct weft__directory *directory, const char *name,
    bool *symbolic, struct weft_error *error)
{
	struct weft_buf content = WEFT_BUF_INIT(4096);
	int code = weft__file_get(directory, name, &content, error);

	*symbolic = !code && content.size > 5 &&
	    memcmp(content.data, "ref: ", 5) == 0;
	weft_buf_fini(&content);
	return code;
}

static bool
is_lock(const char *name)
{
	size_t size = strlen(name);

	return size > 5 && strcmp(name + size - 5, ".lock") == 0;
}

static int
read_file(struct weft__ref_list *list,
    const struct weft__directory *directory, const char *name,
    struct weft_error *error)
{
	struct weft__oid oid;
	bool symbolic;
	int code;

	if (is_lock(name))
		return 0;
	code = is_symbolic(directory, name, &symbolic, error);
	if (!code && !symbolic)
		code = weft__ref_read(directory, name, &oid, error);
	if (!code && !symbolic)
		code = add(list, weft_slice(name), &oid, error);
	return code == WEFT_ENOTFOUND ? 0 : code; /* just removed */
}

static int read_folder(struct weft__ref_list *list,
    const struct weft__directory *directory, const char *name, int depth,
    struct weft_error *error);

/* A file or folder that was found. */
static int
read_entry(struct weft__ref_list *list,
    const struct weft__directory *directory, const char *folder,
    const char *entry, int depth, struct weft_error *error)
{
	char name[4096];
	int fd;

	if (entry[0] == '.')
		return 0;
	if (snprintf(name, sizeof name, "%s/%s", folder, entry) >=
	    (int)sizeof name)
		return weft_error_set(error, WEFT_ELIMIT,
		    "%s/%s: the name is too long", directory->path, folder);
	fd = openat(
	    directory->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return read_file(list, directory, name, error);
	close(fd);
	return read_folder(list, directory, name, depth + 1, error);
}

static int
open_folder(const struct weft__directory *directory, const char *name,
    DIR **open, struct weft_error *error)
{
	int code, fd = openat(
	    directory->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*open = fd < 0 ? NULL : fdopendir(fd);
	if (*open)
		return 0;
	code = weft__file_error(directory, name, "read", error);
	if (fd >= 0)
		close(fd);
	return code;
}

static int
read_folder(struct weft__ref_list *list,
    const struct weft__directory *directory, const char *name, int depth,
    struct weft_error *error)
{
	const struct dirent *entry;
	DIR *open;
	int code = open_folder(directory, name, &open, error);

	/* Git removes folders that it has emptied. */
	if (code)
		return code == WEFT_ENOTFOUND && depth ? 0 : code;
	if (depth > WEFT_LIMIT_REF_DEPTH)
		code = weft_error_set(error, WEFT_ELIMIT,
		    "%s/%s: folders of refs lie too deep", directory->path,
		    name);
	while (!code && (entry = readdir(open)))
		code = read_entry(list, directory, name, entry->d_name, depth,
		    error);
	closedir(open);
	return code;
}

/* Lines "<id> <ref>"; others begin with '#' or '^'. */
static int
read_line(struct weft__ref_list *list, struct weft_slice line,
    struct weft_error *error)
{
	const size_t start = WEFT__OID_HEX + 1;
	struct weft__oid oid;

	if (line.size <= start ||
	    !weft__oid_parse(weft_slice_of(line.data, WEFT__OID_HEX), &oid))
		return 0;
	return add(list,
	    weft_slice_of(line.data + start, line.size - start), &oid, error);
}

static int
read_packed(struct weft__ref_list *list,
    const struct weft__directory *directory, struct weft_error *error)
{
	struct weft_buf content = WEFT_BUF_INIT(WEFT_LIMIT_PACKED_REFS);
	int code = weft__file_get(directory, "packed-refs", &content, error);
	size_t at = 0;

	while (!code && at < content.size) {
		const char *line = content.data + at;
		const char *end = memchr(line, '\n', content.size - at);
		size_t size =
		    end ? (size_t)(end - line) : content.size - at;

		code = read_line(list, weft_slice_of(line, size), error);
		at += size + 1;
	}
	weft_buf_fini(&content);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

int
weft__ref_list_read(struct weft__ref_list *list,
    const struct weft__directory *directory, struct weft_error *error)
{
	/* Files first: what `git pack-refs` moves meanwhile is in its list
	 * before its file goes. */
	int code = read_folder(list, directory, "refs", 0, error);

	if (!code)
		code = read_packed(list, directory, error);
	if (!code)
		code = read_file(list, directory, "HEAD", error);
	if (code)
		weft__ref_list_fini(list);
	return code;
}

void
weft__ref_list_fini(struct weft__ref_list *list)
{
	weft__free(list->refs);
	weft__arena_fini(&list->arena);
	*list = (struct weft__ref_list){NULL};
}
