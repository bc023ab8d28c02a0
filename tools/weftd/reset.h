/*
 * Sends users who forgot their password a token: by the program of the setting
 * users.resetCommand.
 *
 * It is started as it is given, without a shell, and reads one line of JSON
 * from its standard input:
 *
 *	{"model":"User","email":"ann@example.com","token":"..."}
 *
 * Nobody waits for it; after half a minute it is ended.
 */
#ifndef TOOLS_WEFTD_RESET_H
#define TOOLS_WEFTD_RESET_H

#include "models/access/access.h"

struct reset;

/* 'command' is program and arguments, up to a NULL; kept.  '*reset' is the
 * caller's, for reset_close().  WEFT_ECONFIG: there is no such program, or it
 * cannot be executed; WEFT_ENOMEM. */
WEFT_MUST_CHECK int reset_open(const char *const *command,
    struct reset **reset, struct weft_error *error);

/* Ends the programs that still run.  NULL is allowed. */
void reset_close(struct reset *reset);

/* A weft__reset_fn; 'context' is the struct reset.  What fails is logged: the
 * client is not told whether there is such a user.  Thread: any. */
void reset_send(struct weft_model *model, struct weft_slice record,
    struct weft_slice email, struct weft_slice token, void *context);

#endif
