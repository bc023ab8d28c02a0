#define _XOPEN_SOURCE 700 /* nftw */

#include "tools/new_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/files.h"

#define SUFFIX ".weft-new"
#define OPEN_DIRECTORIES 8 /* of nftw() at a time */

/*
 * The database of a file when it is complete and durable.  If the run ends
 * when the store has its name, and the database has not, this tells that the
 * store is its own, to be removed.
 */
#define COMPLETE "complete"

static bool
exists(const char *path)
{
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What is at folder/COMPLETE. */
static void
complete_path(
    const struct new_source *made, char path[NEW_SOURCE_PATH_SIZE + 16])
{
	snprintf(path, NEW_SOURCE_PATH_SIZE + 16, "%s/" COMPLETE,
	    made->folder);
}

/*
 * Trees
 */

static int
remove_entry(
    const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

static int
remove_below(
    const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return walk->level ? remove(path) : 0;
}

static int
sync_entry(
    const char *path, const struct stat *status, int type, struct FTW *walk)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), code;

	if (file < 0)
		return -1;
	code = fsync(file);
	close(file);
	return code;
}

/* Calls 'each' for all in a directory, what is deeper first, and for itself. */
static int
each_entry(const char *path,
    int (*each)(const char *path, const struct stat *status, int type,
	struct FTW *walk),
    struct weft_error *error)
{
	if (nftw(path, each, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS))
		return files_failure(path, error);
	return 0;
}

/*
 * Beginning
 */

static int
set_paths(struct new_source *made, const char *path, bool is_file,
    struct weft_error *error)
{
	int size = (int)strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	*made = (struct new_source){.is_file = is_file, .lock = -1};
	/* The longest of the names below. */
	if (size + sizeof SUFFIX "/db.git" > NEW_SOURCE_PATH_SIZE)
		return weft_error_set(error, WEFT_ELIMIT,
		    "%s: the path is too long", path);
	snprintf(made->path, sizeof made->path, "%.*s", size, path);
	snprintf(made->folder, sizeof made->folder, "%.*s" SUFFIX, size, path);
	snprintf(made->database, sizeof made->database, "%.*s" SUFFIX "/db",
	    size, path);
	snprintf(made->store, sizeof made->store, "%.*s" SUFFIX "/db.git",
	    size, path);
	snprintf(made->store_path, sizeof made->store_path, "%.*s.git", size,
	    path);
	return 0;
}

static int
is_being_made(const struct new_source *made, struct weft_error *error)
{
	return weft_error_set(error, WEFT_ELOCKED,
	    "%s: is being made by another process", made->path);
}

/* Makes the folder, or takes one that was left, and locks it. */
static int
lock_folder(struct new_source *made, struct weft_error *error)
{
	struct stat locked, named;

	if (mkdir(made->folder, 0777) && errno != EEXIST)
		return files_failure(made->folder, error);
	made->lock = open(made->folder,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made->lock < 0)
		return files_failure(made->folder, error);
	if (flock(made->lock, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK
		    ? is_being_made(made, error)
		    : files_failure(made->folder, error);
	/* Its holder may have ended, and named or removed it, meanwhile. */
	if (fstat(made->lock, &locked) || lstat(made->folder, &named) ||
	    locked.st_ino != named.st_ino || locked.st_dev != named.st_dev)
		return is_being_made(made, error);
	return 0;
}

/* Removes what a run left that was killed. */
static int
remove_left(const struct new_source *made, struct weft_error *error)
{
	char complete[NEW_SOURCE_PATH_SIZE + 16];
	int code = 0;

	complete_path(made, complete);
	if (made->is_file && exists(complete) && !exists(made->path) &&
	    exists(made->store_path))
		code = each_entry(made->store_path, remove_entry, error);
	return code ? code : each_entry(made->folder, remove_below, error);
}

/* What a directory that is there has in it: "" if nothing, or if it cannot be
 * read; then rename() sees. */
static void
find_content(const char *path, char name[NEW_SOURCE_PATH_SIZE])
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	*name = '\0';
	while (directory && !*name && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			snprintf(name, NEW_SOURCE_PATH_SIZE, "%s",
			    entry->d_name);
	if (directory)
		closedir(directory);
}

/* An empty directory may be there, or none. */
static int
check_empty(const char *path, struct weft_error *error)
{
	char settings[NEW_SOURCE_PATH_SIZE + 32], name[NEW_SOURCE_PATH_SIZE];

	snprintf(settings, sizeof settings, "%s/datasources.json", path);
	if (exists(settings))
		return weft_error_set(error, WEFT_EEXISTS,
		    "%s: is a source already", path);
	find_content(path, name);
	return *name ? weft_error_set(error, WEFT_EEXISTS,
	    "%s: is a directory with other things in it (%s): name one that "
	    "is empty, or not there yet", path, name) : 0;
}

/* Nothing is replaced. */
static int
check_place(const struct new_source *made, struct weft_error *error)
{
	const char *taken = NULL;
	struct stat there;

	if (made->is_file && exists(made->store_path))
		taken = made->store_path;
	if (!lstat(made->path, &there) &&
	    (made->is_file || !S_ISDIR(there.st_mode)))
		taken = made->path;
	if (taken)
		return weft_error_set(error, WEFT_EEXISTS,
		    "%s: exists already", taken);
	return made->is_file ? 0 : check_empty(made->path, error);
}

static void
unlock(struct new_source *made)
{
	if (made->lock >= 0)
		close(made->lock);
	made->lock = -1;
}

int
new_source_begin(struct new_source *made, const char *path, bool is_file,
    struct weft_error *error)
{
	int code = set_paths(made, path, is_file, error);

	if (!code)
		code = lock_folder(made, error);
	if (!code) {
		code = remove_left(made, error);
		if (!code)
			code = check_place(made, error);
		if (code)
			rmdir(made->folder);
	}
	if (code)
		unlock(made);
	return code;
}

/*
 * Ending
 */

/* Makes the names in a directory durable. */
static int
sync_directory(const char *path, struct weft_error *error)
{
	return sync_entry(path, NULL, 0, NULL) ? files_failure(path, error)
					       : 0;
}

/* The same for the directory that the path is in. */
static int
sync_parent(const struct new_source *made, struct weft_error *error)
{
	const char *slash = strrchr(made->path, '/');
	char parent[NEW_SOURCE_PATH_SIZE];
	int size = slash ? (int)(slash - made->path) : 0;

	if (slash)
		snprintf(parent, sizeof parent, "%.*s/", size, made->path);
	else
		snprintf(parent, sizeof parent, ".");
	return sync_directory(parent, error);
}

static int
rename_to(const char *from, const char *to, struct weft_error *error)
{
	return rename(from, to) ? files_failure(to, error) : 0;
}

/* Each step is durable before the next one, and the database comes last:
 * without it nobody looks at the store. */
static int
name_file(const struct new_source *made, struct weft_error *error)
{
	char complete[NEW_SOURCE_PATH_SIZE + 16];
	int code;

	complete_path(made, complete);
	code = rename_to(made->database, complete, error);
	if (!code)
		code = sync_directory(made->folder, error);
	if (!code)
		code = sync_parent(made, error); /* the folder's own name */
	if (!code && exists(made->store)) {
		code = rename_to(made->store, made->store_path, error);
		if (!code)
			code = sync_parent(made, error);
	}
	return code ? code : rename_to(complete, made->path, error);
}

/* A log beside the database holds what could not be moved into it: the disk
 * is full, say. */
static int
check_log(const struct new_source *made, struct weft_error *error)
{
	char log[NEW_SOURCE_PATH_SIZE + 8];

	snprintf(log, sizeof log, "%s-wal", made->database);
	return made->is_file && exists(log) ? weft_error_set(error, WEFT_EIO,
	    "%s: could not be moved into the database", log) : 0;
}

static int
name_source(const struct new_source *made, struct weft_error *error)
{
	int code = check_log(made, error);

	if (!code)
		code = each_entry(made->folder, sync_entry, error);
	if (!code)
		code = check_place(made, error); /* the making took a while */
	if (!code)
		code = made->is_file
		    ? name_file(made, error)
		    : rename_to(made->folder, made->path, error);
	return code ? code : sync_parent(made, error);
}

int
new_source_end(
    struct new_source *made, int result, struct weft_error *error)
{
	int code = result ? result : name_source(made, error);

	if (code)
		weft_error_wrap(error, "%s: could not be made", made->path);
	/* Of a directory nothing is left to remove if all went well. */
	if ((code || made->is_file) && !remove_left(made, NULL))
		rmdir(made->folder);
	unlock(made);
	return code;
}
