/*
 * The files of a folder, for browsers: pages that use what the server serves.
 *
 * They are read into memory once, and answers come from there: no request ever
 * makes a file's name, so that none leads out of the folder, and none waits
 * for a disk.  Names that begin with a dot, and symbolic links, are left out.
 * What changes in the folder is seen after weft__http_files_take().
 */
#ifndef TRANSPORTS_HTTP_FILES_H
#define TRANSPORTS_HTTP_FILES_H

#include "transports/http/http.h"

struct weft__http_file_table;
struct weft__http_files;

/*
 * Reads all files below 'folder'.  'policy' (copied) is the header
 * Content-Security-Policy of each answer; "": none.
 * Returns 0; WEFT_ENOTFOUND (no such folder); WEFT_ELIMIT (too much in it, by
 * WEFT_LIMIT_HTTP_FILE...); WEFT_EIO; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__http_files_open(const char *folder,
    const char *policy, struct weft__http_files **files,
    struct weft_error *error);

/*
 * Reads them again, for weft__http_files_take() or
 * weft__http_file_table_drop().  Returns as weft__http_files_open().
 * Thread: any.
 */
WEFT_MUST_CHECK int weft__http_files_read(const struct weft__http_files *files,
    struct weft__http_file_table **fresh, struct weft_error *error);

/* Serves what was read, which it takes over.  Thread: any, one at a time;
 * answers may go on. */
void weft__http_files_take(
    struct weft__http_files *files, struct weft__http_file_table *fresh);

/* Frees all.  NULL is allowed. */
void weft__http_files_close(struct weft__http_files *files);

/*
 * Answers a GET or HEAD whose path is that of a file, or of a folder with an
 * index.html if it ends with a slash.  False: it has not answered.
 * Thread: the request's loop.
 */
bool weft__http_files_answer(struct weft__http_files *files,
    const struct weft__http_request *request,
    struct weft__http_response *response);

#endif
