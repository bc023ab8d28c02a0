#include "core/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"

static int
system_open(int directory, const char *name, int flags, mode_t mode)
{
	return openat(directory, name, flags | O_CLOEXEC, mode);
}

static int
system_rename(int directory, const char *from, const char *to)
{
	return renameat(directory, from, directory, to);
}

static int
system_link(int directory, const char *from, const char *to)
{
	return linkat(directory, from, directory, to, 0);
}

static int
system_unlink(int directory, const char *name)
{
	return unlinkat(directory, name, 0);
}

static int
system_lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB);
}

static void
system_pause(void)
{
	const struct timespec pause = {0, 10000000};

	nanosleep(&pause, NULL);
}

const struct weft__file_calls weft__file_system = {
    .open = system_open,
    .close = close,
    .pwrite = pwrite,
    .pread = pread,
    .truncate = ftruncate,
    .sync = fdatasync,
    .sync_directory = fsync,
    .rename = system_rename,
    .link = system_link,
    .unlink = system_unlink,
    .mkdir = mkdirat,
    .lock = system_lock,
    .pause = system_pause,
};

const struct weft__file_calls *weft__file_calls = &weft__file_system;

static int
code_of_errno(int number)
{
	switch (number) {
	case ENOENT:
		return WEFT_ENOTFOUND;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return WEFT_ENOSPACE;
	case EROFS:
	case EACCES:
	case EPERM:
		return WEFT_EREADONLY;
	case EEXIST:
		return WEFT_EEXISTS;
	case ENOMEM:
		return WEFT_ENOMEM;
	default:
		return WEFT_EIO;
	}
}

int
weft__file_error(const struct weft__directory *directory, const char *name,
    const char *verb, struct weft_error *error)
{
	int number = errno;

	return weft_error_set(error, code_of_errno(number),
	    "cannot %s %s/%s: %s", verb, directory->path, name,
	    strerror(number));
}

int
weft__directory_open(struct weft__directory *directory, const char *path,
    struct weft_error *error)
{
	directory->path = NULL;
	directory->fd = weft__file_calls->open(
	    AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (directory->fd < 0)
		return weft_error_set(error,
		    errno == ENOTDIR ? WEFT_EINVAL : code_of_errno(errno),
		    "cannot open %s: %s", path, strerror(errno));
	directory->path = weft__strdup(path);
	if (directory->path)
		return 0;
	weft__file_calls->close(directory->fd);
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

void
weft__directory_close(struct weft__directory *directory)
{
	if (!directory->path)
		return;
	weft__file_calls->close(directory->fd);
	weft__free(directory->path);
	directory->path = NULL;
}

int
weft__directory_make(const struct weft__directory *directory,
    const char *name, struct weft_error *error)
{
	if (!weft__file_calls->mkdir(directory->fd, name, 0777) ||
	    errno == EEXIST)
		return 0;
	return weft__file_error(directory, name, "make", error);
}

int
weft__directory_sync(const struct weft__directory *directory,
    const char *name, struct weft_error *error)
{
	int code = 0;
	int fd = weft__file_calls->open(
	    directory->fd, name, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return weft__file_error(directory, name, "open", error);
	if (weft__file_calls->sync_directory(fd))
		code = weft__file_error(directory, name, "sync", error);
	weft__file_calls->close(fd);
	return code;
}

int
weft__file_create(struct weft__file *file,
    const struct weft__directory *directory, const char *name, mode_t mode,
    struct weft_error *error)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL;
	int code;

	file->fd = weft__file_calls->open(directory->fd, name, flags, mode);
	if (file->fd < 0 && errno == EEXIST) {
		code = weft__file_remove(directory, name, error);
		if (code)
			return code;
		file->fd = weft__file_calls->open(
		    directory->fd, name, flags, mode);
	}
	if (file->fd < 0)
		return weft__file_error(directory, name, "create", error);
	file->directory = directory;
	file->name = name;
	file->size = 0;
	return 0;
}

int
weft__file_reopen(struct weft__file *file,
    const struct weft__directory *directory, const char *name,
    struct weft_error *error)
{
	file->fd = weft__file_calls->open(
	    directory->fd, name, O_RDWR | O_NOFOLLOW, 0);
	if (file->fd < 0)
		return weft__file_error(directory, name, "open", error);
	file->directory = directory;
	file->name = name;
	file->size = 0;
	return 0;
}

int
weft__file_write_at(struct weft__file *file, const void *data, size_t size,
    uint64_t at, struct weft_error *error)
{
	const char *from = data;

	while (size) {
		ssize_t done = weft__file_calls->pwrite(
		    file->fd, from, size, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return weft__file_error(
			    file->directory, file->name, "write", error);
		from += done;
		at += (uint64_t)done;
		size -= (size_t)done;
	}
	return 0;
}

int
weft__file_append(struct weft__file *file, const void *data, size_t size,
    struct weft_error *error)
{
	int code = weft__file_write_at(file, data, size, file->size, error);

	if (!code)
		file->size += size;
	return code;
}

int
weft__file_read_at(struct weft__file *file, void *data, size_t size,
    uint64_t at, struct weft_error *error)
{
	char *to = data;

	while (size) {
		ssize_t done =
		    weft__file_calls->pread(file->fd, to, size, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = EIO; /* shorter than what we wrote */
		if (done <= 0)
			return weft__file_error(
			    file->directory, file->name, "read", error);
		to += done;
		at += (uint64_t)done;
		size -= (size_t)done;
	}
	return 0;
}

int
weft__file_sync(struct weft__file *file, struct weft_error *error)
{
	if (weft__file_calls->sync(file->fd))
		return weft__file_error(
		    file->directory, file->name, "sync", error);
	return 0;
}

void
weft__file_close(struct weft__file *file)
{
	if (file->directory)
		weft__file_calls->close(file->fd);
	file->directory = NULL;
}

void
weft__file_discard(struct weft__file *file)
{
	const struct weft__directory *directory = file->directory;

	if (!directory)
		return;
	weft__file_close(file);
	weft__file_calls->unlink(directory->fd, file->name);
}

int
weft__file_put(const struct weft__directory *directory, const char *name,
    struct weft_slice content, bool durable, struct weft_error *error)
{
	struct weft__file file = {NULL};
	int code = weft__file_create(&file, directory, name, 0666, error);

	if (!code)
		code = weft__file_append(
		    &file, content.data, content.size, error);
	if (!code && durable)
		code = weft__file_sync(&file, error);
	if (code)
		weft__file_discard(&file);
	weft__file_close(&file);
	return code;
}

/* Appends what is left of the open file. */
static int
read_rest(int fd, struct weft_buf *content)
{
	off_t at = 0;
	ssize_t done;
	int code;

	do {
		code = weft_buf_reserve(content, 1);
		if (code)
			return code;
		done = weft__file_calls->pread(fd,
		    content->data + content->size,
		    content->capacity - content->size - 1, at);
		if (done < 0 && errno != EINTR)
			return WEFT_EIO;
		if (done > 0) {
			content->size += (size_t)done;
			content->data[content->size] = '\0';
			at += done;
		}
	} while (done);
	return 0;
}

int
weft__file_get(const struct weft__directory *directory, const char *name,
    struct weft_buf *content, struct weft_error *error)
{
	/* A named pipe in its place must not make us wait. */
	int fd = weft__file_calls->open(
	    directory->fd, name, O_RDONLY | O_NONBLOCK, 0);
	int code;

	if (fd < 0)
		return weft__file_error(directory, name, "open", error);
	code = read_rest(fd, content);
	if (code == WEFT_EIO)
		code = weft__file_error(directory, name, "read", error);
	else if (code)
		weft_error_set(error, code, "cannot read %s/%s: %s",
		    directory->path, name, weft_error_text(code));
	weft__file_calls->close(fd);
	return code;
}

int
weft__file_rename(const struct weft__directory *directory, const char *from,
    const char *to, struct weft_error *error)
{
	if (weft__file_calls->rename(directory->fd, from, to))
		return weft__file_error(directory, to, "rename to", error);
	return 0;
}

int
weft__file_link(const struct weft__directory *directory, const char *from,
    const char *to, struct weft_error *error)
{
	if (weft__file_calls->link(directory->fd, from, to))
		return weft__file_error(directory, to, "link to", error);
	return 0;
}

int
weft__file_remove(const struct weft__directory *directory, const char *name,
    struct weft_error *error)
{
	if (!weft__file_calls->unlink(directory->fd, name) || errno == ENOENT)
		return 0;
	return weft__file_error(directory, name, "remove", error);
}
