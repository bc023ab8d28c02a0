/*
 * Sources as they are named on the command line: DIR, sqlite:FILE, a URL, each
 * with :Model or without (`weft help sources`).
 */
#ifndef TOOLS_SPEC_H
#define TOOLS_SPEC_H

#include <weft/model.h>
#include <weft/source.h>

#include "tools/command.h"

/* A source that is open.  Zero-initialised is none. */
struct spec {
	bool is_file;   /* sqlite:FILE */
	bool is_remote; /* a server: there is a source, and no database */
	char *url;      /* of a remote one, with user and password if it has
	                   them; else NULL */
	char *path;     /* of the directory or file; the URL without them */
	char *name;     /* finds it from any directory: its absolute path */
	char *model;    /* the model it names, or NULL */
	char holder[64];
	const char *rebuild; /* see struct weft_registry_options; or NULL */
	struct weft_registry *registry;
	struct weft_datasource *datasource;
	struct weft_source *source;
	const struct weft_registry *definitions; /* of the other side's models,
	                   for a server that does not tell its own; or NULL */
	bool shares_registry; /* it is another spec's to close */
	struct spec_names {
		char **list;
		size_t length, capacity;
	} names; /* of the tracked models that it is about */
};

enum spec_mode {
	SPEC_READ,  /* nothing is written, nothing is locked */
	SPEC_WRITE, /* held for this command alone */
	SPEC_SHARE  /* as WRITE, but others may write, too: the store is held
	               only while something is written into it */
};

/* Takes the argument apart, opens nothing.  Returns 0 or WEFT_ENOMEM; then
 * 'spec' is to be freed with spec_close() all the same. */
WEFT_MUST_CHECK int spec_parse(
    struct spec *spec, const char *argument, struct weft_error *error);

/* Whether the file or directory is there. */
bool spec_exists(const struct spec *spec);

/*
 * Opens what was parsed for the command of 'line', which must be a database.
 * Returns 0; WEFT_EUNSUPPORTED (a server); WEFT_ENOTFOUND (no such source or
 * model); WEFT_EINVAL (several databases and no model named); what
 * weft_registry_open() returns.
 */
WEFT_MUST_CHECK int spec_open_parsed(struct spec *spec,
    const struct command_line *line, enum spec_mode mode,
    struct weft_error *error);

/* Parses and opens argument 'index' of the command line. */
WEFT_MUST_CHECK int spec_open(struct spec *spec,
    const struct command_line *line, int index, enum spec_mode mode,
    struct weft_error *error);

/* As spec_open(), and '*model' is the model that it must name.
 * Returns also STATUS_USAGE. */
WEFT_MUST_CHECK int spec_open_model(struct spec *spec,
    const struct command_line *line, int index, enum spec_mode mode,
    struct weft_model **model, struct weft_error *error);

/*
 * The same three for commands that use nothing but the source, so that it may
 * be a server.  Return also what weft_source_open_url() returns.
 */
WEFT_MUST_CHECK int spec_open_source_parsed(struct spec *spec,
    const struct command_line *line, enum spec_mode mode,
    struct weft_error *error);
WEFT_MUST_CHECK int spec_open_source(struct spec *spec,
    const struct command_line *line, int index, enum spec_mode mode,
    struct weft_error *error);
WEFT_MUST_CHECK int spec_open_source_model(struct spec *spec,
    const struct command_line *line, int index, enum spec_mode mode,
    struct weft_error *error);

/* Opens two of them, each of which may be a server; both can be of one
 * directory.  The database comes first: it has definitions. */
WEFT_MUST_CHECK int spec_open_pair(struct spec *a, struct spec *b,
    const struct command_line *line, enum spec_mode mode,
    struct weft_error *error);

/* Closes and frees; a spec that was never opened is allowed. */
void spec_close(struct spec *spec);

/*
 * Brings the store up to date and closes: how a command ends that wrote, be
 * it well or not ('result' is what it returned so far).
 * Returns 'result', or if that is 0 what the store returned.
 */
WEFT_MUST_CHECK int spec_finish(
    struct spec *spec, int result, struct weft_error *error);

/* The model of this name on the source.  Returns 0 or WEFT_ENOTFOUND. */
WEFT_MUST_CHECK int spec_find_model(const struct spec *spec, const char *name,
    struct weft_model **model, struct weft_error *error);

/* The next tracked model of the source that it names, from '*index' (start
 * with 0), or NULL; moves '*index' on. */
struct weft_model *spec_next_model(const struct spec *spec, size_t *index);

/* The same by their names, for servers, too. */
const char *spec_next_name(const struct spec *spec, size_t *index);

/* Whether the source has a model of this name.  Returns 0 or
 * WEFT_ENOTFOUND. */
WEFT_MUST_CHECK int spec_check_model(const struct spec *spec,
    const char *name, struct weft_error *error);

#endif
