#include "core/store/repository.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/store/git_config.h"
#include "core/store/pack.h"
#include "core/store/spill.h"

/*
 * No automatic gc: it would recompress what we have written, again and again.
 * A push into the repository gives a pack, for loose objects are not read.
 */
static const char config[] = "[core]\n"
                             "\trepositoryformatversion = 0\n"
                             "\tfilemode = true\n"
                             "\tbare = true\n"
                             "[gc]\n"
                             "\tauto = 0\n"
                             "[maintenance]\n"
                             "\tauto = false\n"
                             "[transfer]\n"
                             "\tunpackLimit = 1\n";

static bool
exists(const struct weft__directory *directory, const char *name)
{
	return faccessat(directory->fd, name, F_OK, 0) == 0;
}

static bool
is_repository(const struct weft__directory *directory)
{
	return exists(directory, "HEAD") && exists(directory, "objects/pack") &&
	    exists(directory, "refs");
}

static bool
is_name_of_ours(const char *name)
{
	static const char *const names[] = {
	    ".", "..", "objects", "refs", "config", "weft", "HEAD.tmp"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Whether a directory holds nothing but what make() puts there. */
static bool
is_ours(const struct weft__directory *directory)
{
	int fd = openat(
	    directory->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool ours = list != NULL;

	if (!list && fd >= 0)
		close(fd);
	while (ours && (entry = readdir(list)))
		ours = is_name_of_ours(entry->d_name);
	if (list)
		closedir(list);
	return ours;
}

/* Whether it is one that weft can use. */
static int
check_config(
    const struct weft__directory *directory, struct weft_error *error)
{
	struct weft_buf content = WEFT_BUF_INIT(WEFT_LIMIT_GIT_CONFIG);
	const char *fault = NULL;
	int code = weft__file_get(directory, "config", &content, error);

	if (!code)
		fault = weft__git_config_fault(weft_buf_slice(&content));
	weft_buf_fini(&content);
	if (code == WEFT_ENOTFOUND)
		return 0;
	return fault ? weft_error_set(error, WEFT_EINVAL, "%s %s",
	                   directory->path, fault)
	             : code;
}

/* Whether an open directory is a repository, and one that weft can use. */
static int
check(const struct weft__directory *directory, struct weft_error *error)
{
	if (is_repository(directory))
		return check_config(directory, error);
	if (is_ours(directory))
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s is not complete", directory->path);
	return weft_error_set(error, WEFT_EINVAL,
	    "%s is neither empty nor a bare git repository", directory->path);
}

int
weft__repository_open(const char *path, struct weft__directory *directory,
    struct weft_error *error)
{
	int code = weft__directory_open(directory, path, error);

	if (code)
		return code;
	code = check(directory, error);
	if (code)
		weft__directory_close(directory);
	return code;
}

/* Folders and configuration, durable. */
static int
make_folders(
    const struct weft__directory *directory, struct weft_error *error)
{
	static const char *const folders[] = {"objects", "objects/info",
	    "objects/pack", "refs", "refs/heads", "refs/tags", "refs/weft",
	    "weft"};
	static const char *const synced[] = {"objects", "refs", "."};
	int code = 0;

	for (size_t i = 0; !code && i < sizeof folders / sizeof *folders; i++)
		code = weft__directory_make(directory, folders[i], error);
	if (!code)
		code = weft__file_put(
		    directory, "config", weft_slice(config), true, error);
	for (size_t i = 0; !code && i < sizeof synced / sizeof *synced; i++)
		code = weft__directory_sync(directory, synced[i], error);
	return code;
}

/*
 * HEAD comes last: with it the directory is a repository, and all else must
 * be there.
 */
static int
make(const struct weft__directory *directory, const char *branch,
    struct weft_error *error)
{
	char head[512];
	int code = make_folders(directory, error);

	snprintf(head, sizeof head, "ref: %s\n", branch);
	if (!code)
		code = weft__file_put(
		    directory, "HEAD.tmp", weft_slice(head), true, error);
	if (!code)
		code = weft__file_rename(directory, "HEAD.tmp", "HEAD", error);
	if (!code)
		code = weft__directory_sync(directory, ".", error);
	/* We may not be allowed to read what is around us. */
	if (!code)
		(void)!weft__directory_sync(directory, "..", NULL);
	return code;
}

int
weft__repository_create(const char *path, const char *branch,
    struct weft__directory *directory, struct weft_error *error)
{
	int code;

	if (weft__file_calls->mkdir(AT_FDCWD, path, 0777) && errno != EEXIST) {
		struct weft__directory none = {.path = (char *)""};

		return weft__file_error(&none, path, "make", error);
	}
	code = weft__directory_open(directory, path, error);
	if (code)
		return code;
	code = check(directory, error);
	if (code == WEFT_ENOTFOUND)
		code = make(directory, branch, error);
	if (code)
		weft__directory_close(directory);
	return code;
}

/* Says who holds the lock, from what the holder wrote into it. */
static int
report_holder(const struct weft__directory *directory,
    struct weft_error *error)
{
	struct weft_buf holder = WEFT_BUF_INIT(256);
	struct weft_slice line = {"another process", 15};

	if (!weft__file_get(directory, "weft/lock", &holder, NULL) &&
	    holder.size > 1)
		line = weft_slice_of(holder.data, holder.size - 1);
	/* The same source by another name, say. */
	if (strtol(line.data, NULL, 10) == (long)getpid())
		weft_error_set(error, WEFT_ELOCKED, "%s is open for writing "
		    "already in this process, %.*s", directory->path,
		    (int)line.size, line.data);
	else
		weft_error_set(error, WEFT_ELOCKED,
		    "%s is being written by process %.*s", directory->path,
		    (int)line.size, line.data);
	weft_buf_fini(&holder);
	return WEFT_ELOCKED;
}

/* For the next one's error text only: that it fails does no harm. */
static void
write_holder(const struct weft__directory *directory, int fd,
    const char *holder)
{
	struct weft__file file = {directory, "weft/lock", fd, 0};
	char line[200];
	int size = snprintf(
	    line, sizeof line - 1, "%ld (%s)", (long)getpid(), holder);

	if (size > (int)sizeof line - 2)
		size = (int)sizeof line - 2;
	line[size++] = '\n';
	if (!weft__file_calls->truncate(fd, 0))
		(void)!weft__file_append(&file, line, (size_t)size, NULL);
}

/* A writer that shares the store holds it for moments: waited for so long. */
#define LOCK_STEP_MS 10
#define LOCK_STEPS 50

static int
lock_patiently(int fd)
{
	int failed = weft__file_calls->lock(fd);

	for (int i = 0; failed && errno == EWOULDBLOCK && i < LOCK_STEPS; i++) {
		poll(NULL, 0, LOCK_STEP_MS);
		failed = weft__file_calls->lock(fd);
	}
	return failed;
}

int
weft__repository_lock(const struct weft__directory *directory,
    const char *holder, int *fd, struct weft_error *error)
{
	int code = weft__directory_make(directory, "weft", error);

	if (code)
		return code;
	*fd = weft__file_calls->open(
	    directory->fd, "weft/lock", O_RDWR | O_CREAT, 0666);
	if (*fd < 0)
		return weft__file_error(
		    directory, "weft/lock", "open", error);
	if (!lock_patiently(*fd)) {
		write_holder(directory, *fd, holder);
		return 0;
	}
	code = errno == EWOULDBLOCK
	    ? report_holder(directory, error)
	    : weft__file_error(directory, "weft/lock", "lock", error);
	weft__file_calls->close(*fd);
	*fd = -1;
	return code;
}

/* Whether the file's name ends so. */
static bool
ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), end_size = strlen(end);

	return size > end_size && !strcmp(name + size - end_size, end);
}

static bool
is_our_keep(const struct weft__directory *directory, const char *name)
{
	struct weft_buf content = WEFT_BUF_INIT(256);
	bool ours = !weft__file_get(directory, name, &content, NULL) &&
	    weft_slice_equal(
	        weft_buf_slice(&content), weft_slice(WEFT__KEEP_TEXT));

	weft_buf_fini(&content);
	return ours;
}

/* A .keep file in objects/pack; if it is ours, its pack was being written. */
static int
recover_pack(const struct weft__directory *directory, const char *file,
    struct weft_error *error)
{
	char keep[512], index[512], pack[512];
	int base = (int)(strlen(file) - strlen(".keep")), code = 0;

	if (base > 200)
		return 0;
	snprintf(keep, sizeof keep, "objects/pack/%s", file);
	snprintf(index, sizeof index, "objects/pack/%.*s.idx", base, file);
	snprintf(pack, sizeof pack, "objects/pack/%.*s.pack", base, file);
	if (!is_our_keep(directory, keep))
		return 0;
	if (!exists(directory, index))
		code = weft__file_remove(directory, pack, error);
	return code ? code : weft__file_remove(directory, keep, error);
}

static int
recover_packs(const struct weft__directory *directory,
    struct weft_error *error)
{
	int code = 0, fd = openat(directory->fd, "objects/pack",
	                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!list) {
		code = weft__file_error(
		    directory, "objects/pack", "read", error);
		if (fd >= 0)
			close(fd);
		return code;
	}
	while (!code && (entry = readdir(list)))
		if (ends_with(entry->d_name, ".keep"))
			code = recover_pack(directory, entry->d_name, error);
	closedir(list);
	return code;
}

int
weft__repository_recover(const struct weft__directory *directory,
    struct weft_error *error)
{
	static const char *const unfinished[] = {
	    WEFT__PACK_FILE, WEFT__INDEX_FILE, WEFT__SPILL_FILE};
	int code = 0;

	for (size_t i = 0;
	     !code && i < sizeof unfinished / sizeof *unfinished; i++)
		code = weft__file_remove(directory, unfinished[i], error);
	return code ? code : recover_packs(directory, error);
}
