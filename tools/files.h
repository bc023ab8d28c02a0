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

/* Writes a new file, durably. */
WEFT_MUST_CHECK int files_write(const char *directory, const char *name,
    struct weft_slice content, struct weft_error *error);

/*
 * A directory gets its name only when it is complete: begin() makes one named
 * 'path'.new, whose path goes to 'made'; end() gives it its name, or, if
 * 'result' is not 0, removes it with all in it and returns 'result'.
 */
#define FILES_PATH_SIZE 4096
WEFT_MUST_CHECK int files_begin_directory(const char *path,
    char made[FILES_PATH_SIZE], struct weft_error *error);
WEFT_MUST_CHECK int files_end_directory(const char *path, const char *made,
    int result, struct weft_error *error);

#endif
