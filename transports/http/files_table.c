/*
 * Reads a folder into memory.  Nothing is opened by more than one name below
 * a folder that is open, and no link is followed.
 */
#include "transports/http/files_table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

static const struct {
	const char *ending;
	const char *type;
} types[] = {
    {"html", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"json", "application/json; charset=utf-8"},
    {"map", "application/json; charset=utf-8"},
    {"webmanifest", "application/manifest+json; charset=utf-8"},
    {"svg", "image/svg+xml; charset=utf-8"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"ico", "image/x-icon"},
    {"woff2", "font/woff2"},
    {"wasm", "application/wasm"},
    {"pdf", "application/pdf"},
};

static const char *
type_of(const char *path)
{
	const char *ending = strrchr(path, '.');

	for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
		if (strcasecmp(ending + 1, types[i].ending) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static int
complain(struct weft_error *error, const char *path)
{
	return weft_error_set(error,
	    errno == ENOENT ? WEFT_ENOTFOUND : WEFT_EIO,
	    "%s: %s", path, strerror(errno));
}

static void
free_file(void *value)
{
	struct weft__http_file *file = value;

	weft_buf_fini(&file->content);
	weft__free(file);
}

/* Reads what an open file has. */
static int
read_content(
    int fd, const char *path, struct weft_buf *content,
    struct weft_error *error)
{
	char part[65536];
	ssize_t size;
	int code = 0;

	while (!code && (size = read(fd, part, sizeof part)) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return complain(error, path);
		code = weft_buf_append(content, part, (size_t)size);
	}
	if (code == WEFT_ELIMIT)
		return weft_error_set(error, code,
		    "%s: a file may have %u bytes (WEFT_LIMIT_HTTP_FILE_SIZE)",
		    path, WEFT_LIMIT_HTTP_FILE_SIZE);
	return code ? weft_error_set(error, code, "out of memory") : 0;
}

static int
check_room(const struct weft__http_file_table *table, const char *path,
    struct weft_error *error)
{
	if (table->size > WEFT_LIMIT_HTTP_FILES_SIZE)
		return weft_error_set(error, WEFT_ELIMIT,
		    "%s: all files may have %u bytes "
		    "(WEFT_LIMIT_HTTP_FILES_SIZE)",
		    path, WEFT_LIMIT_HTTP_FILES_SIZE);
	return 0;
}

/* Takes the file into the table, or frees it. */
static int
add_file(struct weft__http_file_table *table, const char *path,
    struct weft__http_file *file, struct weft_error *error)
{
	struct weft__oid oid;
	char digits[WEFT__OID_HEX + 1];

	weft__sha1(file->content.data ? file->content.data : "",
	    file->content.size, &oid);
	weft__oid_format(&oid, digits);
	snprintf(file->tag, sizeof file->tag, "W/\"%s\"", digits);
	file->type = type_of(path);
	if (weft__map_put(&table->files, weft_slice(path), file)) {
		free_file(file);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	table->size += file->content.size;
	return check_room(table, path, error);
}

static int
read_file(struct weft__http_file_table *table, int fd, const char *path,
    struct weft_error *error)
{
	struct weft__http_file *file = weft__calloc(1, sizeof *file);
	int code;

	if (!file)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	weft_buf_init(&file->content, WEFT_LIMIT_HTTP_FILE_SIZE);
	code = read_content(fd, path, &file->content, error);
	if (!code)
		return add_file(table, path, file, error);
	free_file(file);
	return code;
}

static int read_folder(struct weft__http_file_table *table, int fd,
    const char *path, int depth, struct weft_error *error);

/* Opens an entry that is no link; negative: it is none of ours, or '*code'. */
static int
open_entry(int folder_fd, const char *name, const char *path,
    struct stat *status, int *code, struct weft_error *error)
{
	int fd = openat(folder_fd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, status) == 0)
		return fd;
	if (errno != ELOOP && errno != ENXIO && errno != ENOENT)
		*code = complain(error, path);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* 'path' is that of the folder, with a slash at its end, or empty. */
static int
read_entry(struct weft__http_file_table *table, int folder_fd,
    const char *folder, const char *name, int depth, struct weft_error *error)
{
	struct stat status;
	char path[1024];
	int fd, code = 0;

	if (snprintf(path, sizeof path, "%s%s", folder, name) >=
	    (int)sizeof path - 1)
		return weft_error_set(
		    error, WEFT_ELIMIT, "%s%s: too long", folder, name);
	fd = open_entry(folder_fd, name, path, &status, &code, error);
	if (fd < 0)
		return code;
	if (S_ISDIR(status.st_mode)) {
		memcpy(path + strlen(path), "/", 2);
		return read_folder(table, fd, path, depth + 1, error);
	}
	if (S_ISREG(status.st_mode))
		code = read_file(table, fd, path, error);
	close(fd);
	return code;
}

/* Reads a folder whose 'fd' is given. */
static int
read_folder(struct weft__http_file_table *table, int fd, const char *path,
    int depth, struct weft_error *error)
{
	DIR *folder = fdopendir(fd);
	const struct dirent *entry;
	int code = 0;

	if (!folder) {
		code = complain(error, path);
		close(fd);
		return code;
	}
	if (depth > WEFT_LIMIT_HTTP_FILES_DEPTH)
		code = weft_error_set(
		    error, WEFT_ELIMIT, "%s: too many folders deep", path);
	while (!code && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			code = read_entry(table, fd, path, entry->d_name,
			    depth, error);
	closedir(folder);
	return code;
}

void
weft__http_file_table_drop(struct weft__http_file_table *table)
{
	if (!table || atomic_fetch_sub(&table->users, 1) > 1)
		return;
	weft__map_fini(&table->files, free_file);
	weft__free(table);
}

int
weft__http_file_table_read(const char *folder,
    struct weft__http_file_table **table, struct weft_error *error)
{
	struct weft__http_file_table *read;
	int code, fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*table = NULL;
	if (fd < 0)
		return complain(error, folder);
	read = weft__calloc(1, sizeof *read);
	if (!read) {
		close(fd);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	atomic_init(&read->users, 1);
	code = read_folder(read, fd, "", 0, error);
	if (code) {
		if (error)
			weft_error_wrap(error, "%s", folder);
		weft__http_file_table_drop(read);
		return code;
	}
	*table = read;
	return 0;
}
