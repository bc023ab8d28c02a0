#include "tools/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of SQLite's file format: the header, and where in it the number is that
 * tells whose database it is. */
#define HEADER_SIZE 100
#define APPLICATION_AT 68

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
	return 0;
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

bool
files_is_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The file that a write-ahead log belongs to may have nothing yet. */
static bool
has_log(const char *path)
{
	char log[PATH_MAX];

	snprintf(log, sizeof log, "%s-wal", path);
	return access(log, F_OK) == 0;
}

int
files_check_database(const char *path, struct weft_error *error)
{
	static const char magic[] = "SQLite format 3"; /* and the NUL */
	char header[HEADER_SIZE];
	int file = open(path, O_RDONLY | O_CLOEXEC), code = 0;
	ssize_t count = file < 0 ? -1 : pread(file, header, sizeof header, 0);

	if (count < 0)
		code = files_failure(path, error);
	if (file >= 0)
		close(file);
	if (code || has_log(path))
		return code;
	if (!count)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "%s: an empty file, not a database", path);
	if (count < HEADER_SIZE || memcmp(header, magic, sizeof magic) ||
	    memcmp(header + APPLICATION_AT, "weft", 4))
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "%s: not a database of weft's", path);
	return 0;
}
