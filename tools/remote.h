/*
 * Servers as sources of a command: its options, and how one is opened.
 */
#ifndef TOOLS_REMOTE_H
#define TOOLS_REMOTE_H

#include "tools/spec.h"

/* Options of every command that takes a server as a source. */
#define REMOTE_OPTIONS \
	{"token", "TOKEN", \
	    "Access token for a server (a URL as source); of two servers the " \
	    "first one given is for the first. Others on this machine may " \
	    "see it: better is --token-file, or the variable WEFT_TOKEN."}, \
	{"token-file", "FILE", "Read the access token from this file."}, \
	{"users", "PATH", \
	    "Where users log in below the URL, if that names user and " \
	    "password: Users if not given."}, \
	{"ca-file", "FILE", \
	    "Trust the certificates in this file, not the system's."}, \
	{"timeout", "SECONDS", \
	    "Give a server up after so much silence: 120 if not given."}

/*
 * Opens spec->source by spec->url, as the options of the line say.  Its models
 * are 'model', if that is not NULL; else those of --model, if there are any.
 * Returns 0; STATUS_USAGE; what weft_source_open_url() returns; WEFT_EIO.
 */
WEFT_MUST_CHECK int remote_open(struct spec *spec,
    const struct command_line *line, const char *model,
    const struct weft_registry *definitions, struct weft_error *error);

/* Bytes of a token, with the NUL. */
#define REMOTE_TOKEN_SIZE 4096

/* The token for this server, as the options of the line say; "": none.
 * Returns 0; STATUS_USAGE; WEFT_EIO; WEFT_EINVAL. */
WEFT_MUST_CHECK int remote_find_token(const struct spec *spec,
    const struct command_line *line, char token[REMOTE_TOKEN_SIZE],
    struct weft_error *error);

/* Takes the argument of a command apart, which is a URL.  As spec_parse(). */
WEFT_MUST_CHECK int remote_parse(
    struct spec *spec, const char *argument, struct weft_error *error);

#endif
