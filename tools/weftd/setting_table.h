/*
 * The table of settings: what each key is, and how it is told.
 */
#ifndef TOOLS_WEFTD_SETTING_TABLE_H
#define TOOLS_WEFTD_SETTING_TABLE_H

#include "tools/weftd/setting_form.h"
#include "tools/weftd/settings.h"

#define CONFIG_JSON "config.json"
#define WEFTD_JSON "weftd.json"

struct setting {
	const char *file;
	const char *key; /* dots lead into objects */
	enum setting_kind kind;
	size_t offset;
	int64_t least, most;      /* numbers and sizes */
	const char *const *words; /* ends with NULL */
	const char *otherwise;    /* the default as JSON; NULL: none */
	const char *help;
	bool is_fixed;            /* a change takes a restart */
	const struct setting_form *form; /* of texts; NULL: any */
};

extern const struct setting setting_table[];
extern const size_t setting_count;

/* Whether both have the same value of this setting. */
bool setting_equal(const struct setting *setting, const struct settings *a,
    const struct settings *b);

/* Writes what a value of this setting must be. */
void setting_describe(
    const struct setting *setting, char *text, size_t room);

#endif
