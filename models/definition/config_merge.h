/*
 * LoopBack's configuration of one name in several files: NAME.json, and what
 * NAME.local.json and then NAME.$NODE_ENV.json say otherwise ("development" if
 * the variable is not set).
 */
#ifndef MODELS_DEFINITION_CONFIG_MERGE_H
#define MODELS_DEFINITION_CONFIG_MERGE_H

#include "models/definition/config.h"

/*
 * Reads and merges the files of DIRECTORY; '*object' is the caller's, for
 * json_decref().  As in LoopBack objects are merged by member, arrays by
 * element; another value takes the place of the one before.  Files besides
 * NAME.json count only if there is that one; a script (NAME.local.js) is named
 * in the log as not read.
 * Returns as weft__config_read() and weft__config_parse(), for each file, with
 * its path; WEFT_ECONFIG: a value of another kind, an array of another length:
 * names the file and the key.
 * Thread: nobody may change the environment meanwhile.
 */
WEFT_MUST_CHECK int weft__config_read_merged(const char *directory,
    const char *name, json_t **object, struct weft_error *error);

#endif
