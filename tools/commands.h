/*
 * The sub-commands, each defined in the file of its name.
 */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "tools/command.h"

extern const struct command cmd_backup;
extern const struct command cmd_changes;
extern const struct command cmd_checkpoint;
extern const struct command cmd_compact;
extern const struct command cmd_conflicts;
extern const struct command cmd_diff;
extern const struct command cmd_export;
extern const struct command cmd_get;
extern const struct command cmd_help;
extern const struct command cmd_import;
extern const struct command cmd_init;
extern const struct command cmd_log;
extern const struct command cmd_put;
extern const struct command cmd_rectify;
extern const struct command cmd_replicate;
extern const struct command cmd_resolve;
extern const struct command cmd_rm;
extern const struct command cmd_status;
extern const struct command cmd_user;
extern const struct command cmd_verify;
extern const struct command cmd_version;

#endif
