/*
 * Reading configuration: files, JSON with positions, complaints that say
 * where and what was expected.
 */
#ifndef MODELS_DEFINITION_CONFIG_H
#define MODELS_DEFINITION_CONFIG_H

#include <jansson.h>

#include <weft/buf.h>
#include <weft/error.h>

/*
 * Appends the content of a file.
 * Returns 0; WEFT_ENOTFOUND (no such file); WEFT_ECONFIG (over
 * WEFT_LIMIT_CONFIG_SIZE); WEFT_EREADONLY (no permission); WEFT_EIO;
 * WEFT_ENOMEM.  All name the file.
 */
WEFT_MUST_CHECK int weft__config_read(
    const char *path, struct weft_buf *text, struct weft_error *error);

/*
 * Parses a JSON object; '*object' is the caller's, for json_decref().
 * Returns 0; WEFT_ECONFIG with line and column (no JSON, a key given twice,
 * not an object); WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__config_parse(
    struct weft_slice text, json_t **object, struct weft_error *error);

/*
 * Appends the JSON text of a value, white space left out.
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__config_write(
    const json_t *value, struct weft_buf *text);

/*
 * Sets WEFT_ECONFIG: "<where>: expected <expected>, got <value>"; 'where' is a
 * format.  A NULL value is "nothing".  Returns WEFT_ECONFIG.
 */
int weft__config_refuse(struct weft_error *error, const json_t *value,
    const char *expected, const char *where, ...) WEFT_PRINTF(4, 5);

/*
 * Reads a whole number; below 0 it counts as 0.  NULL leaves '*count' as it
 * is.  Returns 0 or WEFT_ECONFIG, which names the key.
 */
WEFT_MUST_CHECK int weft__config_read_count(const json_t *value,
    const char *key, size_t *count, struct weft_error *error);

/*
 * Checks the name of a model or datasource: not empty, no control characters,
 * at most WEFT_LIMIT_NAME_SIZE bytes; and one that is safe as the name of a
 * file: no '.' in front, no '/'.  Returns 0 or WEFT_ECONFIG.
 */
WEFT_MUST_CHECK int weft__config_check_name(
    const char *name, struct weft_error *error);

#endif
