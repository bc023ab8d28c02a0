/*
 * The files of a folder as they were when they were read.
 */
#ifndef TRANSPORTS_HTTP_FILES_TABLE_H
#define TRANSPORTS_HTTP_FILES_TABLE_H

#include <stdatomic.h>

#include <weft/buf.h>
#include <weft/error.h>

#include "core/base/hash.h"
#include "core/base/map.h"

struct weft__http_file {
	struct weft_buf content;
	const char *type;                  /* Content-Type */
	char tag[WEFT__OID_HEX + 5];       /* ETag: W/"40 digits" */
};

struct weft__http_file_table {
	atomic_size_t users; /* each drops it; with the last it is freed */
	struct weft__map files; /* by path: "css/style.css" */
	size_t size;            /* bytes of all of them */
};

/*
 * Reads all files below the folder; the caller is the one user.  Returns as
 * weft__http_files_open().
 */
WEFT_MUST_CHECK int weft__http_file_table_read(const char *folder,
    struct weft__http_file_table **table, struct weft_error *error);

/* One user less.  NULL is allowed.  Thread: any. */
void weft__http_file_table_drop(struct weft__http_file_table *table);

#endif
