/*
 * What a repository's own configuration says of its format.
 */
#ifndef CORE_STORE_GIT_CONFIG_H
#define CORE_STORE_GIT_CONFIG_H

#include <weft/types.h>

/*
 * Why a repository with this config file is none that weft can use: another
 * format of objects or refs, or one with a working tree; NULL if it can.
 * Static.
 */
const char *weft__git_config_fault(struct weft_slice config);

#endif
