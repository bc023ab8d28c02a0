#include "transports/remote/remote.h"

int
weft__remote_open(const char *url, const struct weft_url_options *options,
    struct weft_source **source, struct weft_error *error)
{
	(void)url;
	(void)options;
	(void)source;
	return weft_error_set(
	    error, WEFT_EUNSUPPORTED, "sources over HTTP are not there yet");
}
