#include "core/store/ref.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/name.h"

#define PACKED_REFS_SIZE (64u * 1024 * 1024)

/* Git holds a ref's lock for milliseconds; a pause is 10. */
#define LOCK_TRIES 50

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
	struct weft_buf content = WEFT_BUF_INIT(PACKED_REFS_SIZE);
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
	struct weft_buf packed = WEFT_BUF_INIT(PACKED_REFS_SIZE);
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

/* Makes the folders that the ref's name needs, each durable. */
static int
make_folders(const struct weft__directory *directory, const char *ref,
    struct weft_error *error)
{
	char parent[WEFT__REF_ROOM] = ".", folder[WEFT__REF_ROOM];
	int code = 0;

	for (const char *at = strchr(ref, '/'); !code && at;
	     at = strchr(at + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", (int)(at - ref), ref);
		code = weft__directory_make(directory, folder, error);
		if (!code)
			code = weft__directory_sync(directory, parent, error);
		memcpy(parent, folder, sizeof parent);
	}
	return code;
}

static bool
is_same_file(const struct weft__directory *directory, const char *a,
    const char *b)
{
	struct stat stat_a, stat_b;

	return !fstatat(directory->fd, a, &stat_a, 0) &&
	    !fstatat(directory->fd, b, &stat_b, 0) &&
	    stat_a.st_dev == stat_b.st_dev && stat_a.st_ino == stat_b.st_ino;
}

/* Links the file to the lock; waits while git holds that. */
static int
link_lock(const struct weft__directory *directory, const char *file,
    const char *lock, struct weft_error *error)
{
	int code = weft__file_link(directory, file, lock, error);

	for (int i = 1; code == WEFT_EEXISTS && i < LOCK_TRIES; i++) {
		weft__file_calls->pause();
		code = weft__file_link(directory, file, lock, error);
	}
	return code;
}

/*
 * Removes a lock that nobody seems to hold any more.  A power failure may
 * leave one of ours without its first name, by which we know it.  It has the
 * id of a commit: git's have that for the moment before they are renamed, or
 * nothing.
 */
static bool
remove_abandoned(const struct weft__directory *directory, const char *lock)
{
	struct weft__oid oid;

	return !read_loose(directory, lock, &oid, NULL) &&
	    !weft__file_remove(directory, lock, NULL);
}

/* Gives the file the name of the ref's lock. */
static int
take_lock(const struct weft__directory *directory, const char *ref,
    const char *file, const char *lock, struct weft_error *error)
{
	int code = link_lock(directory, file, lock, error);

	/* `git pack-refs` removes folders that it has emptied. */
	if (code == WEFT_ENOTFOUND) {
		code = make_folders(directory, ref, error);
		if (!code)
			code = link_lock(directory, file, lock, error);
	}
	if (code == WEFT_EEXISTS && remove_abandoned(directory, lock))
		code = weft__file_link(directory, file, lock, error);
	if (code == WEFT_EEXISTS)
		code = weft_error_set(error, WEFT_ELOCKED,
		    "git holds %s/%s; if no git process runs, remove it",
		    directory->path, lock);
	return code;
}

/* "weft/<hash of the ref's name>.ref" */
static void
format_file(const char *ref, char file[64])
{
	struct weft__oid hash;
	char hex[WEFT__OID_HEX + 1];

	weft__sha1(ref, strlen(ref), &hash);
	weft__oid_format(&hash, hex);
	snprintf(file, 64, "weft/%s.ref", hex);
}

/* Removes a lock that is a second name of the file: ours, of a dead writer. */
static int
remove_own_lock(const struct weft__directory *directory, const char *file,
    const char *lock, struct weft_error *error)
{
	return is_same_file(directory, file, lock)
	    ? weft__file_remove(directory, lock, error)
	    : 0;
}

/* Gives the file the ref's name by way of the lock's. */
static int
move_in(const struct weft__directory *directory, const char *ref,
    const char *file, const char *lock, struct weft_error *error)
{
	int code = take_lock(directory, ref, file, lock, error);

	if (code)
		return code;
	code = weft__file_rename(directory, lock, ref, error);
	if (code)
		(void)!weft__file_remove(directory, lock, NULL);
	return code;
}

/* Writes the file, and moves it in. */
static int
replace(const struct weft__directory *directory, const char *ref,
    const struct weft__oid *oid, struct weft_error *error)
{
	char file[64], lock[WEFT__REF_ROOM + 8], line[WEFT__OID_HEX + 2];
	int code;

	format_file(ref, file);
	snprintf(lock, sizeof lock, "%s.lock", ref);
	weft__oid_format(oid, line);
	memcpy(line + WEFT__OID_HEX, "\n", 2);
	code = remove_own_lock(directory, file, lock, error);
	if (!code)
		code = weft__file_put(
		    directory, file, weft_slice(line), true, error);
	if (!code)
		code = move_in(directory, ref, file, lock, error);
	if (code)
		return code;
	/* It does no harm where it is. */
	(void)!weft__file_remove(directory, file, NULL);
	return 0;
}

int
weft__ref_share(const struct weft__directory *directory, const char *ref,
    const char *other, struct weft_error *error)
{
	char lock[WEFT__REF_ROOM + 8];
	int code;

	snprintf(lock, sizeof lock, "%s.lock", ref);
	code = remove_own_lock(directory, other, lock, error);
	return code ? code : move_in(directory, ref, other, lock, error);
}

int
weft__ref_write(const struct weft__directory *directory, const char *ref,
    const struct weft__oid *oid, bool durable, struct weft_error *error)
{
	char folder[WEFT__REF_ROOM];
	int code = replace(directory, ref, oid, error);

	if (code || !durable)
		return code;
	snprintf(folder, sizeof folder, "%.*s",
	    (int)(strrchr(ref, '/') - ref), ref);
	return weft__directory_sync(directory, folder, error);
}
