/*
 * Files as the store writes them: every call that changes the disk goes
 * through one table, which tests replace to make each call fail once, to stop
 * the world after it, or to lose what was not synced.
 *
 * Names are relative to a directory that is held open, so that renaming it
 * does no harm; error texts give the whole path.
 *
 * Errors of all functions here: WEFT_ENOTFOUND (no such file, or its
 * directory), WEFT_ENOSPACE (disk or quota full), WEFT_EREADONLY (no right to
 * write), WEFT_ENOMEM, WEFT_EIO (all else).
 */
#ifndef CORE_STORE_FILE_H
#define CORE_STORE_FILE_H

#include <sys/types.h>

#include <weft/buf.h>
#include <weft/error.h>

/* As the system calls of the same name: -1 and errno on failure. */
struct weft__file_calls {
	int (*open)(int directory, const char *name, int flags, mode_t mode);
	int (*close)(int fd);
	ssize_t (*pwrite)(int fd, const void *data, size_t size, off_t at);
	ssize_t (*pread)(int fd, void *data, size_t size, off_t at);
	int (*truncate)(int fd, off_t size);
	int (*sync)(int fd);           /* fdatasync() */
	int (*sync_directory)(int fd); /* fsync() */
	int (*rename)(int directory, const char *from, const char *to);
	int (*link)(int directory, const char *from, const char *to);
	int (*unlink)(int directory, const char *name);
	int (*mkdir)(int directory, const char *name, mode_t mode);
	int (*lock)(int fd); /* flock(), exclusive, without waiting */
	void (*pause)(void); /* before a call is tried again: 10 ms */
};

/* The table in use. */
extern const struct weft__file_calls *weft__file_calls;

/* The system's own. */
extern const struct weft__file_calls weft__file_system;

struct weft__directory {
	int fd;
	char *path; /* for error texts, and for libgit2 */
};

/* A file being written.  Zero-initialised is none. */
struct weft__file {
	const struct weft__directory *directory; /* NULL: none; kept */
	const char *name;                        /* kept */
	int fd;
	uint64_t size; /* bytes written */
};

/* Opens a directory that exists; WEFT_EINVAL if it is something else. */
WEFT_MUST_CHECK int weft__directory_open(struct weft__directory *directory,
    const char *path, struct weft_error *error);
void weft__directory_close(struct weft__directory *directory);

/* Makes a directory unless it is there. */
WEFT_MUST_CHECK int weft__directory_make(
    const struct weft__directory *directory, const char *name,
    struct weft_error *error);

/* Makes the names in a directory durable. */
WEFT_MUST_CHECK int weft__directory_sync(
    const struct weft__directory *directory, const char *name,
    struct weft_error *error);

/* Creates a file to be written, in the place of any earlier one. */
WEFT_MUST_CHECK int weft__file_create(struct weft__file *file,
    const struct weft__directory *directory, const char *name, mode_t mode,
    struct weft_error *error);

/* Opens a file to be written over, from its start; its size counts from 0. */
WEFT_MUST_CHECK int weft__file_reopen(struct weft__file *file,
    const struct weft__directory *directory, const char *name,
    struct weft_error *error);

/* Appends; or writes over what is there, without a change of the size. */
WEFT_MUST_CHECK int weft__file_append(struct weft__file *file,
    const void *data, size_t size, struct weft_error *error);
WEFT_MUST_CHECK int weft__file_write_at(struct weft__file *file,
    const void *data, size_t size, uint64_t at, struct weft_error *error);

/* Reads exactly 'size' bytes. */
WEFT_MUST_CHECK int weft__file_read_at(struct weft__file *file, void *data,
    size_t size, uint64_t at, struct weft_error *error);

/* Makes the content durable. */
WEFT_MUST_CHECK int weft__file_sync(
    struct weft__file *file, struct weft_error *error);

/* Closes; nothing if none is open.  What matters was synced before. */
void weft__file_close(struct weft__file *file);

/* Closes and removes, when it was of no use; nothing if none is open. */
void weft__file_discard(struct weft__file *file);

/* Writes a whole file, synced if 'durable'; none is left on failure. */
WEFT_MUST_CHECK int weft__file_put(const struct weft__directory *directory,
    const char *name, struct weft_slice content, bool durable,
    struct weft_error *error);

/* Appends a whole file; WEFT_ELIMIT unless it is less than fits in. */
WEFT_MUST_CHECK int weft__file_get(const struct weft__directory *directory,
    const char *name, struct weft_buf *content, struct weft_error *error);

/* Gives a file another name, in the place of one that has it. */
WEFT_MUST_CHECK int weft__file_rename(const struct weft__directory *directory,
    const char *from, const char *to, struct weft_error *error);

/* Gives a file a second name; WEFT_EEXISTS if there is one that has it. */
WEFT_MUST_CHECK int weft__file_link(const struct weft__directory *directory,
    const char *from, const char *to, struct weft_error *error);

/* Removes a file if it is there. */
WEFT_MUST_CHECK int weft__file_remove(const struct weft__directory *directory,
    const char *name, struct weft_error *error);

/* The error of a failed call, from errno. */
int weft__file_error(const struct weft__directory *directory,
    const char *name, const char *verb, struct weft_error *error);

#endif
