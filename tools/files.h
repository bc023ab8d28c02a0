/*
 * Files and directories that commands make.  All return 0, or a code with a
 * text that names the path: WEFT_ENOSPACE, WEFT_EREADONLY (also without
 * permission), WEFT_EEXISTS, WEFT_EIO.
 */
#ifndef TOOLS_FILES_H
#define TOOLS_FILES_H

#include <weft/error.h>

/* Sets code and text for the system's error in errno. */
int files_failure(const char *path, struct weft_error *error);

/* Makes one directory, in one that exists. */
WEFT_MUST_CHECK int files_make_directory(
    const char *path, struct weft_error *error);

/* Writes a new file. */
WEFT_MUST_CHECK int files_write(const char *directory, const char *name,
    struct weft_slice content, struct weft_error *error);

/* Whether the path is one of a file, not of a directory. */
bool files_is_file(const char *path);

/*
 * Sees by its first bytes that a file is a database of weft's, before anything
 * is written into or beside it.
 * Returns 0; WEFT_EUNSUPPORTED: it is something else; as files_failure().
 */
WEFT_MUST_CHECK int files_check_database(
    const char *path, struct weft_error *error);

#endif
