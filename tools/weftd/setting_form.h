/*
 * What the text of a setting may look like, where it is not any text.
 */
#ifndef TOOLS_WEFTD_SETTING_FORM_H
#define TOOLS_WEFTD_SETTING_FORM_H

#include <stdbool.h>

struct setting_form {
	const char *expected; /* "an address ..."; of a list: each item */
	bool (*fits)(const char *text);
};

/* Whether the text is the number of a port. */
bool setting_is_port(const char *text);

extern const struct setting_form setting_host, setting_root, setting_origin,
    setting_network, setting_line;

#endif
