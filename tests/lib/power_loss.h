/*
 * What a power loss may leave of a directory whose writes were logged.
 *
 * What was synced is there: a file's bytes and size after a sync of the file,
 * a name after a sync of its directory (a rename: of either directory).  Of
 * all later operations each is there or not, whatever their order was; a
 * write in part, by sectors of 512 bytes, and with or without the size that it
 * gave the file (then there are zeros).  A rename into another directory may
 * leave both names, never none.
 */
#ifndef TESTS_LIB_POWER_LOSS_H
#define TESTS_LIB_POWER_LOSS_H

#include "tests/lib/disk_log.h"

/*
 * Makes 'target' (an empty directory) what a loss after the first 'prefix'
 * operations may leave; which of the possibilities follows from the seed.
 * Syncs of files and directories whose path ends with 'lie' (NULL: none) did
 * nothing.
 */
void power_loss_make(const struct disk_log *log, size_t prefix, uint64_t seed,
    const char *lie, const char *target);

#endif
