/*
 * Sources by URL: a table of who opens which scheme (transports/opener.c).
 */
#ifndef TRANSPORTS_OPENER_H
#define TRANSPORTS_OPENER_H

#include <weft/source.h>

struct weft__opener {
	const char *scheme; /* lower case, without "://" */

	/* As weft_source_open_url(); 'options' are never NULL. */
	int (*open)(const char *url, const struct weft_url_options *options,
	    struct weft_source **source, struct weft_error *error);
};

#endif
