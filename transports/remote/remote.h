/*
 * A source over HTTP: another weftd, or any server of LoopBack 3's REST API.
 */
#ifndef TRANSPORTS_REMOTE_REMOTE_H
#define TRANSPORTS_REMOTE_REMOTE_H

#include <weft/source.h>

/* As weft_source_open_url(), for http:// and https://. */
WEFT_MUST_CHECK int weft__remote_open(const char *url,
    const struct weft_url_options *options, struct weft_source **source,
    struct weft_error *error);

#endif
