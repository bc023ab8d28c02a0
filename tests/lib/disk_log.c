#define _GNU_SOURCE /* the calls for large files, nftw */

#include "tests/lib/disk_log.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The rest of the tests is hidden from libraries; these must not be. */
#define VISIBLE __attribute__((visibility("default")))

#define MOST_OBJECTS 4096

/* Which inode an object is; a later object may have an earlier one's. */
struct identity {
	dev_t device;
	ino_t inode;
};

static struct disk_log current;
static size_t capacity;
static struct identity identities[MOST_OBJECTS];
static bool recording;

/* What a test that has no memory or disk left can do. */
static void
give_up(const char *what)
{
	perror(what);
	abort();
}

static struct disk_op *
append(enum disk_op_type type, int object)
{
	struct disk_op *op;

	if (current.count == capacity) {
		capacity = capacity ? 2 * capacity : 1024;
		current.ops =
		    realloc(current.ops, capacity * sizeof *current.ops);
		if (!current.ops)
			give_up("realloc");
	}
	op = &current.ops[current.count++];
	*op = (struct disk_op){.type = type, .object = object};
	return op;
}

static char *
copy_name(const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		give_up("strdup");
	return copy;
}

static int
find_object(const struct stat *status)
{
	for (int i = current.objects - 1; i >= 0; i--)
		if (identities[i].inode == status->st_ino &&
		    identities[i].device == status->st_dev)
			return i;
	return -1;
}

/* The object behind a descriptor, or -1: none of those that are watched. */
static int
object_of(int fd)
{
	struct stat status;

	return recording && !fstat(fd, &status) ? find_object(&status) : -1;
}

static int
object_at(int directory, const char *path)
{
	struct stat status;

	return recording &&
	    !fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW)
	    ? find_object(&status)
	    : -1;
}

/* The directory that a path's last name is in, or -1; '*name' is that. */
static int
parent_of(int directory, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char parent[4096] = ".";

	*name = slash ? slash + 1 : path;
	if (slash)
		snprintf(parent, sizeof parent, "%.*s",
		    (int)(slash - path + 1), path);
	return object_at(directory, parent);
}

static int
new_object(int directory, const char *path)
{
	struct stat status;

	if (fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) ||
	    current.objects == MOST_OBJECTS)
		give_up(path);
	identities[current.objects] =
	    (struct identity){status.st_dev, status.st_ino};
	return current.objects++;
}

/* Notes a file or directory that has just been made. */
static int
note_new(enum disk_op_type type, int directory, const char *path)
{
	const char *name;
	int parent = parent_of(directory, path, &name), object;
	struct disk_op *op;

	if (parent < 0)
		return -1;
	object = new_object(directory, path);
	op = append(type, object);
	op->directory = parent;
	op->name = copy_name(name);
	return object;
}

static void
note_write(int object, const void *data, size_t size, uint64_t at)
{
	struct disk_op *op = append(DISK_WRITE, object);

	op->at = at;
	op->size = size;
	op->data = malloc(size ? size : 1);
	if (!op->data)
		give_up("malloc");
	memcpy(op->data, data, size);
}

static void
note_truncate(int fd, off_t size)
{
	int object = object_of(fd);

	if (object >= 0)
		append(DISK_TRUNCATE, object)->size = (size_t)size;
}

static void
note_sync(int fd)
{
	int object = object_of(fd);
	char link[64], path[4096];
	ssize_t size;

	if (object < 0)
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof path - 1);
	path[size < 0 ? 0 : size] = '\0';
	append(DISK_SYNC, object)->name = copy_name(path);
}

/* What was there before: as if it had been written, and synced. */
static int
note_old(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	static unsigned char data[1 << 20];
	ssize_t size;
	uint64_t at = 0;
	int object, fd;

	if (walk->level == 0) {
		new_object(AT_FDCWD, path);
		return 0;
	}
	object = note_new(
	    type == FTW_D ? DISK_MKDIR : DISK_CREATE, AT_FDCWD, path);
	if (type == FTW_D)
		return 0;
	fd = open(path, O_RDONLY);
	while ((size = read(fd, data, sizeof data)) > 0) {
		note_write(object, data, (size_t)size, at);
		at += (uint64_t)size;
	}
	close(fd);
	return 0;
}

void
disk_log_start(const char *root)
{
	current = (struct disk_log){NULL};
	capacity = 0;
	recording = true;
	if (nftw(root, note_old, 16, FTW_PHYS))
		give_up(root);
	current.base = current.count;
}

struct disk_log
disk_log_stop(void)
{
	recording = false;
	return current;
}

void
disk_log_free(struct disk_log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		free(log->ops[i].name);
		free(log->ops[i].old_name);
		free(log->ops[i].data);
	}
	free(log->ops);
	*log = (struct disk_log){NULL};
}

void
disk_log_mark(int mark)
{
	if (recording)
		append(DISK_MARK, -1)->mark = mark;
}

/* The calls themselves, each made, then noted. */

static int
do_open(int directory, const char *path, int flags, mode_t mode)
{
	bool existed = !(flags & O_CREAT) ||
	    !faccessat(directory, path, F_OK, AT_SYMLINK_NOFOLLOW);
	int fd = (int)syscall(SYS_openat, directory, path, flags, mode);

	if (fd < 0 || !recording)
		return fd;
	if (!existed)
		note_new(DISK_CREATE, directory, path);
	else if (flags & O_TRUNC)
		note_truncate(fd, 0);
	return fd;
}

/* The mode, which is there only with O_CREAT. */
#define MODE(flags, mode)                                   \
	do {                                                \
		va_list list;                               \
                                                            \
		va_start(list, flags);                      \
		if ((flags)&O_CREAT)                        \
			mode = (mode_t)va_arg(list, int);   \
		va_end(list);                               \
	} while (0)

VISIBLE int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return do_open(AT_FDCWD, path, flags, mode);
}

VISIBLE int
open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return do_open(AT_FDCWD, path, flags, mode);
}

VISIBLE int
openat(int directory, const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return do_open(directory, path, flags, mode);
}

VISIBLE ssize_t
pwrite(int fd, const void *data, size_t size, off_t at)
{
	ssize_t done = syscall(SYS_pwrite64, fd, data, size, at);
	int object = object_of(fd);

	if (done > 0 && object >= 0)
		note_write(object, data, (size_t)done, (uint64_t)at);
	return done;
}

VISIBLE ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	return pwrite(fd, data, size, at);
}

VISIBLE ssize_t
write(int fd, const void *data, size_t size)
{
	int object = object_of(fd);
	off_t at = object >= 0 ? lseek(fd, 0, SEEK_CUR) : 0;
	ssize_t done = syscall(SYS_write, fd, data, size);

	if (done > 0 && object >= 0)
		note_write(object, data, (size_t)done, (uint64_t)at);
	return done;
}

VISIBLE int
ftruncate(int fd, off_t size)
{
	int code = (int)syscall(SYS_ftruncate, fd, size);

	if (!code)
		note_truncate(fd, size);
	return code;
}

VISIBLE int
ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

VISIBLE int
fsync(int fd)
{
	note_sync(fd);
	return 0;
}

VISIBLE int
fdatasync(int fd)
{
	note_sync(fd);
	return 0;
}

VISIBLE int
renameat(int from, const char *old_path, int to, const char *path)
{
	const char *old_name, *name;
	int object = object_at(from, old_path);
	int from_parent = parent_of(from, old_path, &old_name);
	int parent = parent_of(to, path, &name);
	int code =
	    (int)syscall(SYS_renameat2, from, old_path, to, path, 0);
	struct disk_op *op;

	if (code || object < 0 || parent < 0 || from_parent < 0)
		return code;
	op = append(DISK_RENAME, object);
	op->directory = parent;
	op->name = copy_name(name);
	op->from = from_parent;
	op->old_name = copy_name(old_name);
	return 0;
}

VISIBLE int
rename(const char *old_path, const char *path)
{
	return renameat(AT_FDCWD, old_path, AT_FDCWD, path);
}

VISIBLE int
linkat(int from, const char *old_path, int to, const char *path, int flags)
{
	const char *name;
	int object = object_at(from, old_path);
	int parent = parent_of(to, path, &name);
	int code =
	    (int)syscall(SYS_linkat, from, old_path, to, path, flags);
	struct disk_op *op;

	if (code || object < 0 || parent < 0)
		return code;
	op = append(DISK_LINK, object);
	op->directory = parent;
	op->name = copy_name(name);
	return 0;
}

VISIBLE int
unlinkat(int directory, const char *path, int flags)
{
	const char *name;
	int object = object_at(directory, path);
	int parent = parent_of(directory, path, &name);
	int code = (int)syscall(SYS_unlinkat, directory, path, flags);
	struct disk_op *op;

	if (code || object < 0 || parent < 0)
		return code;
	op = append(DISK_UNLINK, object);
	op->directory = parent;
	op->name = copy_name(name);
	return 0;
}

VISIBLE int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

VISIBLE int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

VISIBLE int
mkdirat(int directory, const char *path, mode_t mode)
{
	int code = (int)syscall(SYS_mkdirat, directory, path, mode);

	if (!code && recording)
		note_new(DISK_MKDIR, directory, path);
	return code;
}

VISIBLE int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}
