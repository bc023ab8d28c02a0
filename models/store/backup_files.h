/*
 * The files of a configuration, copied so that the copy stands for itself.
 */
#ifndef MODELS_STORE_BACKUP_FILES_H
#define MODELS_STORE_BACKUP_FILES_H

#include <weft/error.h>

/*
 * Copies the JSON files of a configuration directory into another one, and
 * all model files of its folders into models/ there, which its
 * model-config.json then names.
 * Returns 0; WEFT_ECONFIG; WEFT_ENOSPACE, WEFT_EREADONLY, WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__backup_copy_files(
    const char *directory, const char *target, struct weft_error *error);

/* Makes the folders that lead to 'name' below a directory. */
WEFT_MUST_CHECK int weft__backup_make_folders(
    const char *directory, const char *name, struct weft_error *error);

/* Makes the names in the directory durable. */
WEFT_MUST_CHECK int weft__backup_sync(
    const char *directory, struct weft_error *error);

#endif
