#include "transports/opener.h"

#include <strings.h>

#include "transports/remote/remote.h"
#include "transports/weft/client/peer_source.h"

static const struct weft__opener openers[] = {
	{"http", weft__remote_open},
	{"https", weft__remote_open},
	{"ws", weft__peer_source_open},
	{"wss", weft__peer_source_open},
};

static const struct weft__opener *
find_opener(const char *url)
{
	for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
		size_t size = strlen(openers[i].scheme);

		if (strncasecmp(url, openers[i].scheme, size) == 0 &&
		    strncmp(url + size, "://", 3) == 0)
			return &openers[i];
	}
	return NULL;
}

bool
weft_source_is_url(const char *text)
{
	return find_opener(text) != NULL;
}

int
weft_source_open_url(const char *url, const struct weft_url_options *options,
    struct weft_source **source, struct weft_error *error)
{
	static const struct weft_url_options defaults = WEFT_URL_OPTIONS_INIT;
	const struct weft__opener *opener = find_opener(url);

	if (!options)
		options = &defaults;
	if (options->version != 1)
		return weft_error_set(error, WEFT_EINVAL,
		    "struct weft_url_options: version %u is not known",
		    options->version);
	/* The URL may have a password in it. */
	if (!opener)
		return weft_error_set(error, WEFT_EINVAL,
		    "not the URL of a source: expected http://, https://, "
		    "ws:// or wss://");
	return opener->open(url, options, source, error);
}
