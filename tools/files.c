#define _XOPEN_SOURCE 700 /* nftw */

#include "tools/files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_DIRECTORIES 8 /* of nftw() at a time */

int
files_failure(const char *path, struct weft_error *error)
{
	int code = WEFT_EIO;

	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		code = WEFT_ENOSPACE;
	else if (errno == EROFS || errno == EACCES || errno == EPERM)
		code = WEFT_EREADONLY;
	else if (errno == EEXIST || errno == ENOTEMPTY)
		code = WEFT_EEXISTS;
	else if (errno == ENOENT)
		code = WEFT_ENOTFOUND;
	return weft_error_set(error, code, "%s: %s", path, strerror(errno));
}

int
files_make_directory(const char *path, struct weft_error *error)
{
	return mkdir(path, 0777) ? files_failure(path, error) : 0;
}

/* Writes all bytes and sees that they are on the disk. */
static int
write_all(int file, struct weft_slice content)
{
	while (content.size) {
		ssize_t count = write(file, content.data, content.size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		content.data += count;
		content.size -= (size_t)count;
	}
	return fsync(file);
}

int
files_write(const char *directory, const char *name,
    struct weft_slice content, struct weft_error *error)
{
	char path[2 * PATH_MAX];
	int file, code = 0;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file < 0)
		return files_failure(path, error);
	if (write_all(file, content))
		code = files_failure(path, error);
	if (close(file) && !code)
		code = files_failure(path, error);
	return code;
}

int
files_begin_directory(
    const char *path, char made[FILES_PATH_SIZE], struct weft_error *error)
{
	int size = (int)strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	if (snprintf(made, FILES_PATH_SIZE, "%.*s.new", size, path) >=
	    FILES_PATH_SIZE)
		return weft_error_set(error, WEFT_ELIMIT,
		    "%s: the path is too long", path);
	return files_make_directory(made, error);
}

static int
remove_entry(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	return remove(path);
}

int
files_end_directory(const char *path, const char *made, int result,
    struct weft_error *error)
{
	int code = result;

	if (!code && rename(made, path))
		code = files_failure(path, error);
	if (code)
		nftw(made, remove_entry, OPEN_DIRECTORIES,
		    FTW_DEPTH | FTW_PHYS);
	return code;
}
